"""Handing a pipeline to other owners."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from pipelines.models import Ownership
from pipelines.verbs import change_owners

FROM = dt.date(2026, 12, 1)


def periods(pipeline):
    rows = Ownership.objects.filter(pipeline=pipeline).order_by("starts_on")
    return [(row.primary.letters, row.secondary.letters, row.starts_on, row.ends_on) for row in rows]


def test_new_owners_end_the_former_ownership(team, cast):
    change_owners(team.profit, cast.c, cast.d, FROM, by=cast.manager)
    assert periods(team.profit) == [("A", "B", dt.date(2020, 1, 1), FROM), ("C", "D", FROM, None)]
    former = Ownership.objects.get(pipeline=team.profit, ends_on=FROM)
    assert former.history.latest().history_user == cast.manager


def test_an_ownership_with_a_planned_end_is_ended_earlier(team, cast):
    Ownership.objects.filter(pipeline=team.profit).update(ends_on=dt.date(2027, 1, 1))
    change_owners(team.profit, cast.c, cast.d, FROM, by=cast.manager)
    assert periods(team.profit) == [("A", "B", dt.date(2020, 1, 1), FROM), ("C", "D", FROM, None)]


@pytest.mark.parametrize(
    ("primary", "secondary", "from_day", "field"),
    [
        ("a", "a", FROM, "secondary"),
        ("a", "stranger", FROM, "secondary"),
        ("stranger", "a", FROM, "primary"),
        ("c", "d", dt.date(2019, 1, 1), "starts_on"),
        ("c", "d", dt.date(2020, 1, 1), "starts_on"),
    ],
)
def test_what_cannot_be_is_refused_by_field_and_nothing_changes(team, cast, primary, secondary, from_day, field):
    cast.stranger.is_active = False
    cast.stranger.save()
    with pytest.raises(ValidationError) as refused:
        change_owners(team.profit, getattr(cast, primary), getattr(cast, secondary), from_day, by=cast.manager)
    assert list(refused.value.message_dict) == [field]
    assert periods(team.profit) == [("A", "B", dt.date(2020, 1, 1), None)]
