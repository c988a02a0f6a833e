"""Changes of rows as finished rows: rotations with their managers, memberships that were removed, requests."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from rotations.loads.history import changes_in, changes_of
from rotations.models import Membership, Rotation
from tests.factories import make_engineer

BERLIN = ZoneInfo("Europe/Berlin")


def told(rows):
    return [(row.who, row.name, row.field, row.before, row.after) for row in rows if row.field]


def change(row, by, **values):
    for name, value in values.items():
        setattr(row, name, value)
    row._history_user = by
    row.save()


def test_each_field_is_told_in_words_as_a_form_says_it(team, cast):
    values = {"freeze_days": 7, "off_hours_rule": False, "handoff_weekday": 2, "handoff_time": dt.time(10)}
    change(team.rotation, cast.manager, **values, max_consecutive_weeks=2)
    assert told(changes_of(team.rotation, BERLIN))[:5] == [
        ("Manager", "Rotation Data", "hand-off day", "Monday", "Wednesday"),
        ("Manager", "Rotation Data", "hand-off time", "09:00", "10:00"),
        ("Manager", "Rotation Data", "off hours rule", "yes", "no"),
        ("Manager", "Rotation Data", "weeks in a row at most", "none", "2"),
        ("Manager", "Rotation Data", "freeze days", "14", "7"),
    ]


def test_who_manages_a_rotation_is_told_by_name(team, cast):
    team.rotation.managers.add(cast.administrator)
    rows = told(changes_of(team.rotation, BERLIN))
    assert rows[0] == ("", "Rotation Data", "managers", "Manager", "Administrator, Manager")


def test_members_who_were_removed_are_among_the_changes(team, cast):
    Membership.objects.get(engineer=cast.a).delete()
    change(Membership.objects.get(engineer=cast.b), cast.manager, leaves_on=dt.date(2027, 1, 4))
    rows = changes_in([Membership.history.filter(rotation=team.rotation)], BERLIN)
    assert told(rows) == [("Manager", "Membership Data Engineer B", "until", "none", "Mon 4 Jan 2027")]
    assert [(row.name, row.kind) for row in rows][1] == ("Membership Data Engineer A", "removed")


def test_somebody_whose_account_is_gone_is_not_a_failure(team):
    gone = make_engineer("Gone")
    team.rotation.managers.add(gone)
    gone.delete()
    assert changes_of(team.rotation, BERLIN)


def test_hidden_fields_are_not_told(team, cast):
    change(team.rotation, cast.manager, freeze_days=7)
    assert "freeze days" not in [row[2] for row in told(changes_of(team.rotation, BERLIN, hidden=["freeze_days"]))]


def test_instants_are_in_the_zone_of_the_reader(team, cast):
    row = team.shifts.profit_primary
    change(row, cast.manager, ends_at=row.ends_at - dt.timedelta(hours=1))
    assert told(changes_of(row, BERLIN)) == [
        (
            "Manager",
            "Shift Data Engineer A",
            "ends at",
            "Mon 30 Nov 2026, 10:00 (Europe/Berlin)",
            "Mon 30 Nov 2026, 09:00 (Europe/Berlin)",
        )
    ]


@pytest.mark.parametrize("more", [0, 5])
def test_many_versions_take_as_many_queries_as_few(team, cast, django_assert_num_queries, more):
    for days in range(more):
        change(team.rotation, make_engineer(), freeze_days=days)
        team.rotation.managers.add(make_engineer())
    rotation = Rotation.objects.get()
    with django_assert_num_queries(3):
        changes_of(rotation, BERLIN)
