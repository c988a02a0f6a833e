from dataclasses import replace
from datetime import date

import pytest

from rotations.domain.planning import Problem, check, solve
from rotations.domain.planning.parts import Pair

FIRST, SECOND = date(2026, 1, 5), date(2026, 1, 12)


@pytest.fixture
def given(team):
    return team(weeks=2, trained=True)


@pytest.fixture
def rows(given):
    return list(solve(Problem.from_json(given)).assignments)


def verdict(given, rows):
    return [str(violation) for violation in check(Problem.from_json(given), rows)]


def put(rows, unit, week, primary, secondary):
    return [
        replace(row, primary=primary, secondary=secondary) if (row.unit, row.week) == (unit, week) else row
        for row in rows
    ]


def test_a_sound_plan_breaks_nothing(given, rows):
    assert verdict(given, rows) == []


def test_open_roles_break_nothing(given, rows):
    assert verdict(given, put(rows, "ProfitUnit", FIRST, None, None)) == []


def test_a_missing_a_doubled_and_an_unknown_row_are_found(given, rows):
    stray = Pair("Loss", FIRST, "A", "B")
    given["rules"]["max_roles_per_engineer_week"] = None

    assert verdict(given, [*rows[1:], rows[1], stray]) == [
        f"doubled {rows[1].week} {rows[1].unit}",
        f"missing {rows[0].week} {rows[0].unit}",
        "unknown 2026-01-05 Loss",
    ]


def test_one_person_in_both_roles_is_a_clash(given, rows):
    given["rules"]["max_roles_per_engineer_week"] = None

    assert verdict(given, put(rows, "ProfitUnit", FIRST, "A", "A")) == ["clash 2026-01-05 ProfitUnit A"]


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        ({"weeks_off": ["2026-01-05"]}, ["absent 2026-01-05 ProfitUnit secondary A"]),
        ({"weeks_partial": ["2026-01-05"]}, ["partly absent 2026-01-05 ProfitUnit secondary A"]),
        ({"joins": "2026-01-06"}, ["not a member yet 2026-01-05 ProfitUnit secondary A"]),
        ({"leaves": "2026-01-11"}, ["not a member any more 2026-01-05 ProfitUnit secondary A"]),
        ({"leaves": "2026-01-12"}, []),
        ({"joins": "2026-01-05"}, []),
    ],
)
def test_somebody_who_is_not_there_is_found(given, change, lines):
    given["engineers"][0] |= change
    rows = [Pair(unit["id"], week, None, None) for unit in given["units"] for week in (FIRST, SECOND)]

    assert verdict(given, put(rows, "ProfitUnit", FIRST, "B", "A")) == lines


def test_a_partly_absent_primary_needs_a_secondary(given, rows):
    given["engineers"][0]["weeks_partial"] = ["2026-01-05"]
    given["rules"]["max_roles_per_engineer_week"] = None
    rows = [Pair(unit["id"], week, None, None) for unit in given["units"] for week in (FIRST, SECOND)]

    assert verdict(given, put(rows, "ProfitUnit", FIRST, "A", "B")) == []
    assert verdict(given, put(rows, "ProfitUnit", FIRST, "A", None)) == [
        "partly absent without a secondary 2026-01-05 ProfitUnit primary A"
    ]


def test_the_unqualified_and_the_unknown_are_found(given, rows):
    given["units"][0]["qualified"] = ["A", "B"]
    given["rules"]["max_roles_per_engineer_week"] = None
    rows = [Pair(unit["id"], week, None, None) for unit in given["units"] for week in (FIRST, SECOND)]

    assert verdict(given, put(rows, "ProfitUnit", FIRST, "C", "Z")) == [
        "unknown engineer 2026-01-05 ProfitUnit secondary Z",
        "unqualified 2026-01-05 ProfitUnit primary C",
    ]


def test_more_roles_than_the_limit_are_found(given):
    rows = [Pair(unit["id"], week, "A", None) for unit in given["units"] for week in (FIRST, SECOND)]

    assert verdict(given, rows) == ["over the cap 2026-01-05 A", "over the cap 2026-01-12 A"]


def test_a_moved_pin_is_found(given, rows):
    given["pins"] = [{"unit": "ProfitUnit", "week": "2026-01-05", "role": "primary", "engineer": "D"}]
    given["rules"]["max_roles_per_engineer_week"] = None

    assert verdict(given, put(rows, "ProfitUnit", FIRST, "A", "B")) == ["pin moved 2026-01-05 ProfitUnit primary A"]
    assert verdict(given, put(rows, "ProfitUnit", FIRST, "D", "B")) == []


def test_a_moved_locked_cell_is_found_and_a_kept_one_is_not_judged(given, rows):
    given["published"] = [{"unit": "ProfitUnit", "week": "2026-01-05", "primary": "A", "secondary": None}]
    given["locked_before"] = "2026-01-12"
    given["engineers"][0]["weeks_off"] = ["2026-01-05"]
    rows = [Pair(unit["id"], week, None, None) for unit in given["units"] for week in (FIRST, SECOND)]

    assert verdict(given, put(rows, "ProfitUnit", FIRST, "A", None)) == []
    assert verdict(given, put(rows, "ProfitUnit", FIRST, "A", "B")) == [
        "locked cell moved 2026-01-05 ProfitUnit secondary B"
    ]
