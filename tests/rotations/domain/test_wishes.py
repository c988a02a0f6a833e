import datetime as dt

from rotations.domain.wishes import Met, too_many_unwanted, wishes_met

FIRST, SECOND = dt.date(2026, 11, 30), dt.date(2026, 12, 7)


def problem(**fields):
    one = {"id": "1", "wanted": ["2026-11-30"], "unwanted": ["2026-12-07"]}
    other = {"id": "2", "wanted": ["2026-12-07"], "unwanted": ["2026-11-30"]}
    return {"engineers": [one, other], **fields}


def row(week, primary, secondary):
    return {"unit": "7", "week": week, "primary": primary, "secondary": secondary}


def test_a_wanted_week_is_met_by_any_role_and_an_unwanted_one_by_none():
    plan = [row("2026-11-30", "3", "1"), row("2026-12-07", "1", None)]
    assert wishes_met(problem(), plan) == (
        Met("1", FIRST, True, True),
        Met("2", FIRST, False, True),
        Met("1", SECOND, False, False),
        Met("2", SECOND, True, False),
    )


def test_every_week_of_a_longer_shift_is_held():
    met = wishes_met(problem(shift_weeks=2), [row("2026-11-30", "1", "3")])
    assert [(wish.engineer, wish.week, wish.is_met) for wish in met] == [
        ("1", FIRST, True),
        ("2", FIRST, True),
        ("1", SECOND, False),
        ("2", SECOND, False),
    ]


def test_who_would_rather_not_have_most_weeks_is_told_so():
    assert too_many_unwanted([False, True, None, False]) == ""
    assert too_many_unwanted([False, False, None]).startswith("2 of 3 weeks are unwanted.")
