import datetime as dt

from rotations.domain.changes import Change, Kind, Version, changes

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


def version(number, kind=Kind.CHANGED, key=1, **values):
    return Version(("rotation", key), number, f"Rotation {key}", kind, NOON + dt.timedelta(hours=number), "A", values)


def test_what_changed_is_told_field_by_field_newest_first():
    first = version(1, Kind.ADDED, name="Data", freeze="14")
    assert changes([version(3, name="Team", freeze="7"), first, version(2, name="Team", freeze="14")]) == [
        Change(NOON + dt.timedelta(hours=3), "A", "Rotation 1", Kind.CHANGED, "freeze", "14", "7"),
        Change(NOON + dt.timedelta(hours=2), "A", "Rotation 1", Kind.CHANGED, "name", "Data", "Team"),
        Change(NOON + dt.timedelta(hours=1), "A", "Rotation 1", Kind.ADDED),
    ]


def test_saving_without_a_change_says_nothing():
    assert changes([version(1, name="Data"), version(2, name="Data")]) == []


def test_things_are_held_against_their_own_versions_alone():
    rows = changes(
        [version(1, Kind.ADDED, 1, name="x"), version(2, Kind.ADDED, 2, name="y"), version(3, key=1, name="z")]
    )
    assert [(row.name, row.field, row.before, row.after) for row in rows] == [
        ("Rotation 1", "name", "x", "z"),
        ("Rotation 2", "", "", ""),
        ("Rotation 1", "", "", ""),
    ]


def test_what_was_before_the_oldest_version_known_is_not_guessed():
    assert changes([version(7, name="Data")]) == []


def test_who_removed_a_thing_is_told():
    rows = changes([version(1, name="x"), version(2, Kind.REMOVED, name="x")])
    assert [(row.kind, row.field) for row in rows] == [(Kind.REMOVED, "")]
