"""Drafts changed by hand: what the edits break, leave open and do to loads, and who else could stand there."""

from datetime import date

import pytest

from rotations.domain.draft import Finding, Names, choices, content, findings, load_words, overlaid, plan_of
from rotations.domain.planning import Problem, fairness_words, solve
from rotations.domain.planning.parts import Cell

FIRST, SECOND = "2026-01-05", "2026-01-12"
NAMES = Names({one: f"Engineer {one}" for one in "ABCD"}, {"p": "Profit", "g": "Growth"})


def problem(**changes):
    return {
        "start": FIRST,
        "weeks": 2,
        "rules": {"max_roles_per_engineer_week": 1, "min_weeks_between_primary": 1, "scope": "engineer"},
        "engineers": [{"id": one} for one in "ABCD"],
        "units": [{"id": "p", "qualified": list("ABCD")}, {"id": "g", "qualified": list("ABC")}],
        **changes,
    }


ROWS = [
    {"unit": "p", "week": FIRST, "primary": "A", "secondary": "D"},
    {"unit": "g", "week": FIRST, "primary": "B", "secondary": "C"},
    {"unit": "p", "week": SECOND, "primary": "D", "secondary": "B"},
    {"unit": "g", "week": SECOND, "primary": "C", "secondary": "A"},
]


def edit(after, unit="p", week=FIRST, role="primary"):
    return {"number": 1, "unit": unit, "week": week, "role": role, "before": None, "after": after}


def found(*edits, **changes):
    return findings(Problem.from_json(problem(**changes)), overlaid(ROWS, edits), edits, NAMES)


def test_of_several_edits_of_a_cell_the_last_counts():
    rows = overlaid(ROWS, [edit("B"), edit("C")])
    assert [row["primary"] for row in rows] == ["C", "B", "D", "C"]


def test_a_sound_edit_has_no_findings():
    edits = (edit("D"), edit("A", role="secondary"))
    quiet = {"max_roles_per_engineer_week": 1}
    assert found(*edits, rules=quiet) == ()


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        ([edit("D")], "Week of Mon 5 Jan 2026: Engineer D would be primary and secondary of Profit at once"),
        ([edit("C")], "Week of Mon 5 Jan 2026: Engineer C would have more than 1 roles"),
        (
            [edit("D", unit="g"), edit("B", role="secondary")],
            "Week of Mon 5 Jan 2026: Engineer D is not qualified for Growth",
        ),
    ],
)
def test_what_always_holds_is_told_as_hard(edits, words):
    assert Finding(words, True) in found(*edits)


def test_somebody_away_is_told_by_name_and_week():
    people = [{"id": one, "weeks_off": [FIRST] if one == "A" else []} for one in "ABCD"]
    rows = found(edit("A", role="secondary"), edit("D"), engineers=people)
    assert rows == (Finding("Week of Mon 5 Jan 2026: Engineer A is away", True),)


def test_a_pinned_and_a_frozen_cell_do_not_move_by_hand():
    pins = [{"unit": "p", "week": FIRST, "role": "primary", "engineer": "A"}]
    assert found(edit(None), edit("A", role="secondary"), pins=pins)[0].is_hard is False
    swapped = (edit("D"), edit("A", role="secondary"))
    assert found(*swapped, pins=pins)[0].words == (
        "Week of Mon 5 Jan 2026: the primary of Profit is pinned to somebody else"
    )
    frozen = found(*swapped, published=ROWS, locked_before=SECOND)
    assert [one.words for one in frozen if one.is_hard] == [
        "Week of Mon 5 Jan 2026: the primary of Profit lies in the freeze and stays as published",
        "Week of Mon 5 Jan 2026: the secondary of Profit lies in the freeze and stays as published",
    ]


def test_gaps_thin_weeks_and_exceptions_are_named_and_not_hard():
    rows = found(edit(None), edit(None, role="secondary"))
    assert [(one.words, one.is_hard) for one in rows] == [
        ("Week of Mon 5 Jan 2026: gap: Profit has no primary", False),
        ("Week of Mon 5 Jan 2026: thin: Profit has no secondary", False),
    ]
    again = found(edit("D"), edit("A", role="secondary"), edit("D", week=SECOND))
    assert again[-1].words == "Week of Mon 12 Jan 2026: Engineer D, primary again before the rest is over"


def test_edits_are_counted_in_loads_and_nothing_stays_proven():
    whole = solve(Problem.from_json(problem()))
    answer = {**whole.to_json(), "fairness_words": fairness_words(whole)}
    held = next(row for row in answer["assignments"] if row["unit"] == "p")
    other = next(one for one in "ABCD" if one not in (held["primary"], held["secondary"]))
    changed = content(problem(), answer, [edit(other, week=held["week"])])
    assert changed["loads"][other]["primary_weeks"] == answer["loads"][other]["primary_weeks"] + 1
    assert changed["fairness"]["optimal"] is False
    assert changed["fairness"]["certified"] == answer["fairness"]["certified"]
    assert content(problem(), answer, []) is answer


def test_load_words_name_who_carries_more_and_less():
    rows = overlaid(ROWS, [edit("C")])
    assert load_words(Problem.from_json(problem()), ROWS, rows, NAMES) == (
        "Engineer A 3 to 1 tokens",
        "Engineer C 3 to 5 tokens",
    )


def test_choices_say_how_things_are_with_each_who_is_qualified():
    people = [{"id": one, "weeks_off": [FIRST] if one == "C" else []} for one in "ABCD"]
    rules = {"max_roles_per_engineer_week": 2}
    rows = overlaid(ROWS, [edit(None, unit="g"), edit(None, unit="g", role="secondary")])
    options = choices(
        Problem.from_json(problem(engineers=people, rules=rules)), rows, Cell("p", date(2026, 1, 5), "primary"), NAMES
    )
    told = {one.engineer: (one.words, one.is_free, one.holds) for one in options}
    assert told == {
        "A": ("free", True, True),
        "B": ("free", True, False),
        "C": ("away", False, False),
        "D": ("secondary of it", False, False),
    }


def test_a_cell_with_somebody_unknown_is_open():
    rows = [{**ROWS[0], "primary": "gone"}]
    assert plan_of(Problem.from_json(problem()), rows)[Cell("p", date(2026, 1, 5), "primary")] is None


def test_a_rule_that_would_give_speaks_against_somebody_who_is_free():
    rules = {"min_weeks_between_primary": 1, "scope": "engineer"}
    options = choices(Problem.from_json(problem(rules=rules)), ROWS, Cell("p", date(2026, 1, 12), "primary"), NAMES)
    told = {one.engineer: one.words for one in options}
    assert told["A"] == "secondary of Growth; no rest between primary weeks"
    assert told["C"] == "primary of Growth"
