"""Company days count as public holidays of a rotation's members, wherever public holidays count."""

import datetime as dt

import pytest
from django.urls import reverse

from rotations.domain.ledger import ledger
from rotations.domain.resolver import on_call
from rotations.domain.spans import Span
from rotations.loads.days_off import days_off_in
from rotations.loads.planning import planning_problem
from rotations.loads.roster import load_roster
from rotations.models import CompanyDay
from tests.factories import at, make_holiday, make_rotation

TUESDAY = dt.date(2026, 11, 24)
WEEK = Span(at("2026-11-23 09:00"), at("2026-11-30 09:00"))


@pytest.fixture
def founders_day(team):
    return CompanyDay.objects.create(rotation=team.rotation, day=TUESDAY, name="Founders' day")


def test_days_of_one_rotation_and_of_all_are_told_apart_in_one_query(team, founders_day, django_assert_num_queries):
    other = make_rotation("Other")
    CompanyDay.objects.create(day=dt.date(2026, 11, 25), name="Outing")
    make_holiday("2026-11-26", "Thanksgiving")
    with django_assert_num_queries(1):
        found = days_off_in(WEEK)
    assert found.of_calendar("US") == {dt.date(2026, 11, 26): "Thanksgiving"}
    assert found.of_company(other.pk) == {dt.date(2026, 11, 25): "Outing"}
    assert found.of_company(team.rotation.pk) == {TUESDAY: "Founders' day", dt.date(2026, 11, 25): "Outing"}


def test_it_has_no_working_hours_in_its_rotation_alone(team, founders_day):
    roster = load_roster(WEEK)
    noon = at("2026-11-24 12:00")
    first = on_call(roster, team.profit.pk, noon).first
    assert (first.role, first.because) == ("secondary", "company day (Founders' day): the secondary goes first")
    founders_day.delete()
    assert on_call(load_roster(WEEK), team.profit.pk, noon).first.role == "primary"


def test_duty_on_it_is_holiday_duty_of_every_member(team, cast, founders_day):
    loads = ledger(load_roster(WEEK))
    assert {loads[one.pk].holiday_days for one in (cast.a, cast.b, cast.c, cast.d)} == {1.0}


def test_a_plan_counts_it_for_members_of_every_country_and_of_none(team, cast, monday):
    cast.a.holiday_calendar = "US"
    cast.a.save()
    make_holiday("2026-12-25", "Christmas Day")
    CompanyDay.objects.create(rotation=team.rotation, day=dt.date(2026, 12, 24), name="Christmas Eve")
    CompanyDay.objects.create(rotation=team.rotation, day=dt.date(2026, 12, 25), name="Christmas")
    problem = planning_problem(team.rotation, dt.date(2026, 12, 21), 1, monday)
    assert problem["holidays"] == {"US": {"2026-12-21": 2}, "company": {"2026-12-21": 2}}
    assert [row["country"] for row in problem["engineers"]] == ["US", "company", "company", "company"]


def test_the_calendar_names_it(team, cast, sign_in, founders_day):
    CompanyDay.objects.create(day=dt.date(2026, 11, 25), name="Outing")
    page = sign_in(cast.a).get(reverse("rotations:calendar") + "?view=week&date=2026-11-24").content.decode()
    assert "Founders&#x27; day" in page
    assert "Outing" in page
