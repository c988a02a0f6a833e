"""Who still shadows is shown and not counted as cover until their day."""

import datetime as dt

import pytest
from django.urls import reverse

from pipelines.models import Training
from rotations.domain.spans import Span
from rotations.loads.planning import planning_problem
from rotations.loads.roster import load_roster
from tests.factories import LONG_AGO, at

DAY = dt.date(2026, 12, 7)


@pytest.fixture
def shadow(team, cast):
    """The stranger is a member who shadows on Profit up to Monday, 7 December."""
    team.rotation.memberships.create(engineer=cast.stranger, joins_on=LONG_AGO)
    return Training.objects.create(pipeline=team.profit, engineer=cast.stranger, trained_on=LONG_AGO, shadows_until=DAY)


def post(team, day):
    return load_roster(Span(at(f"{day} 09:00"), at(f"{day} 10:00"))).units[team.on_profit.pk]


def test_it_counts_from_its_day_on_and_not_before(team, cast, shadow):
    before, after = post(team, "2026-12-06"), post(team, "2026-12-07")
    assert (cast.stranger.pk in before.qualified, before.shadows) == (False, {cast.stranger.pk})
    assert (cast.stranger.pk in after.qualified, after.shadows) == (True, frozenset())


def test_a_plan_that_begins_before_leaves_them_out_and_one_from_that_day_has_them(team, cast, shadow, monday):
    for first, counted in ((dt.date(2026, 11, 30), False), (DAY, True)):
        units = planning_problem(team.rotation, first, 2, monday)["units"]
        profit = next(unit for unit in units if unit["id"] == str(team.on_profit.pk))
        assert (str(cast.stranger.pk) in profit["qualified"]) is counted


@pytest.mark.parametrize("address", ["/rotations/data/", "/pipelines/profit/", "/calendar/?view=week&date=2026-11-24"])
def test_pages_name_who_shadows(team, cast, sign_in, shadow, address):
    Training.objects.filter(pk=shadow.pk).update(shadows_until=dt.date(2999, 1, 1))
    page = " ".join(sign_in(cast.a).get(address).content.decode().split())
    assert "hadows" in page
    assert "Stranger" in page


def test_the_calendar_of_a_quarter_does_not(team, cast, sign_in, shadow):
    page = sign_in(cast.a).get(reverse("rotations:calendar") + "?date=2026-11-24").content.decode()
    assert "shadows:" not in page
