"""A table as places: one person a role, unit and week, over what is published; what finds no place is said."""

import datetime as dt

import pytest

from rotations.domain.audit_table import Row
from rotations.domain.draft import Names, findings, overlaid
from rotations.domain.planning import Problem, check
from rotations.domain.planning.parts import Pair
from rotations.domain.roster import Role
from rotations.domain.rota_plan import LeftOut, Slot, dated, draft, place
from rotations.domain.spans import WEEK

MONDAY = dt.date(2026, 11, 23)
P, S = Role.PRIMARY, Role.SECONDARY
PEOPLE, UNITS = {1: "A", 2: "B", 3: "C", 9: "Zoe"}, {10: "Profit", 20: "Growth"}
NAMES = Names({str(key): name for key, name in PEOPLE.items()}, {str(key): name for key, name in UNITS.items()})


def row(line, engineer, role, pipeline=1, week=MONDAY):
    return Row(line, week, engineer, role, pipeline)


def placed(*rows):
    return place(rows, lambda pipeline, week: {1: 10, 2: 20, 3: 20}.get(pipeline), PEOPLE, UNITS)


def test_rows_become_places_of_units():
    found = placed(row(2, 1, P), row(3, 2, S), row(4, 2, P, 2), row(5, 2, P, 3))
    assert found.left_out == ()  # pipelines 2 and 3 share a unit and say the same
    assert found.slots == (
        Slot(10, MONDAY, P, 1, 2), Slot(10, MONDAY, S, 2, 3), Slot(20, MONDAY, P, 2, 4),
    )  # fmt: skip


def test_of_two_people_for_one_place_the_first_line_has_it_and_the_other_is_named():
    found = placed(row(2, 1, P), row(3, 2, P), row(4, 2, P, 2), row(5, 3, P, 3))
    assert found.left_out == (
        LeftOut(3, "B, primary of Profit, week of Mon 23 Nov 2026: line 2 gives it to A"),
        LeftOut(5, "C, primary of Growth, week of Mon 23 Nov 2026: line 4 gives it to B"),
    )


def test_one_person_in_both_roles_keeps_the_primary():
    found = placed(row(2, 1, S), row(3, 1, P))
    assert [slot.role for slot in found.slots] == [P]
    assert found.left_out == (
        LeftOut(2, "A, secondary of Profit, week of Mon 23 Nov 2026: primary there already by line 3"),
    )


def test_a_pipeline_without_a_unit_is_named():
    assert placed(row(2, 1, P, 99)).left_out == (
        LeftOut(2, "its pipeline stands in no unit in the week of Mon 23 Nov 2026"),
    )


def test_numbered_weeks_are_counted_from_the_first_and_days_taken_to_their_week():
    rows = [row(2, 1, P, week=3), row(3, 1, P, week=5)]
    assert [one.week for one in dated(rows, MONDAY, lambda day: day)] == [MONDAY, MONDAY + 2 * WEEK]
    [wednesday] = dated([row(2, 1, P, week=dt.date(2026, 11, 25))], MONDAY, lambda day: MONDAY)
    assert wednesday.week == MONDAY


RULES = {"min_weeks_between_primary": 0, "max_consecutive_weeks": None, "scope": "pipeline"}
NEXT = "week of Mon 30 Nov 2026"
ISO = "2026-11-23"
THIS = "week of Mon 23 Nov 2026"


def engineer(id, **fields):
    return {"id": str(id), "country": None, "capacity_percent": 100, "joins": None, "leaves": None, **fields}


OTHERS = [engineer(2), engineer(3)]


def problem(*, weeks=2, people=(1, 2, 3), most=4, **fields):
    unit = {"qualified": ["1", "2", "3"], "owners": ["1", "2"]}
    return Problem.from_json(
        {
            "start": MONDAY.isoformat(),
            "weeks": weeks,
            "engineers": fields.pop("engineers", None) or [engineer(id) for id in people],
            "units": [{"id": "10", **unit}, {"id": "20", **unit}],
            "rules": {**RULES, "max_roles_per_engineer_week": most},
            **fields,
        }
    )  # fmt: skip


def slot(unit, role, who, week=0, line=2):
    return Slot(unit, MONDAY + week * WEEK, role, who, line)


def holders(found):
    return {
        (row["unit"], row["week"][5:], role): row[role]
        for row in found.answer["assignments"]
        for role in ("primary", "secondary")
        if row[role]
    }


def test_a_draft_holds_what_the_table_says_and_the_rest_stays_open():
    found = draft(problem(), [slot(10, P, 1), slot(10, S, 2), slot(20, P, 3, 1)], NAMES)
    assert holders(found) == {
        ("10", "11-23", "primary"): "1", ("10", "11-23", "secondary"): "2", ("20", "11-30", "primary"): "3",
    }  # fmt: skip
    assert (found.edits, found.left_out, len(found.answer["open"])) == ([], (), 5)
    assert [(pin["unit"], pin["week"], pin["role"], pin["engineer"]) for pin in found.pins] == [
        ("10", "2026-11-23", "primary", "1"),
        ("10", "2026-11-23", "secondary", "2"),
        ("20", "2026-11-30", "primary", "3"),
    ]  # fmt: skip
    assert found.answer["loads"]["1"]["tokens"] == 2
    assert found.answer["fairness_words"] == "Brought in from a table; how even it is was not weighed."
    assert set(found.answer) >= {"assignments", "open", "loads", "fairness", "exceptions", "conflicts", "changed"}


def test_what_the_table_does_not_name_stays_as_it_is_published():
    published = [{"unit": "10", "week": "2026-11-30", "primary": "1", "secondary": "2"}]
    found = draft(problem(published=published), [slot(10, P, 3, 1)], NAMES)
    assert holders(found) == {("10", "11-30", "primary"): "3", ("10", "11-30", "secondary"): "2"}
    assert [(row["before"], row["after"]) for row in found.answer["changed"]] == [("1", "3")]


@pytest.mark.parametrize(
    ("fields", "slots", "words"),
    [
        ({}, [slot(10, P, 9)], f"Zoe, primary of Profit, {THIS}: no active member of the rotation then"),
        (
            {
                "published": [{"unit": "10", "week": "2026-11-23", "primary": "1", "secondary": "2"}],
                "locked_before": "2026-11-30",
            },
            [slot(10, P, 3)],
            "C, primary of Profit, week of Mon 23 Nov 2026: that week lies in the freeze and stays as it is published",
        ),
        (
            {"pins": [{"unit": "10", "week": "2026-11-23", "role": "primary", "engineer": "1"}]},
            [slot(10, P, 3)],
            "C, primary of Profit, week of Mon 23 Nov 2026: that shift is pinned to somebody else",
        ),
        (
            {"shift_weeks": 2},
            [slot(10, P, 1), slot(10, P, 3, 1, line=7)],
            f"C, primary of Profit, {NEXT}: a shift lasts 2 weeks, and line 2 gives it to somebody else",
        ),
        ({}, [slot(77, P, 1)], f"A, primary of a removed unit, {THIS}: it has no pipeline in service then"),
    ],
)  # fmt: skip
def test_what_cannot_stand_at_all_is_left_out_and_named(fields, slots, words):
    assert [one.words for one in draft(problem(**fields), slots, NAMES).left_out] == [words]


def test_what_is_frozen_and_says_the_same_is_no_finding():
    published = [{"unit": "10", "week": "2026-11-23", "primary": "1", "secondary": "2"}]
    found = draft(problem(published=published, locked_before="2026-11-30"), [slot(10, P, 1)], NAMES)
    assert (found.left_out, found.edits, found.pins) == ((), [], [])


@pytest.mark.parametrize(
    ("fields", "slots", "edited"),
    [
        ({"engineers": [engineer(1, weeks_off=["2026-11-23"]), *OTHERS]}, [slot(10, P, 1)], [("10", "primary", "1")]),
        ({"most": 1}, [slot(10, P, 1), slot(20, S, 1), slot(20, P, 2)], [("20", "secondary", "1")]),
        (
            {"published": [{"unit": "10", "week": "2026-11-23", "primary": "2", "secondary": "1"}]},
            [slot(10, P, 1)],
            [("10", "primary", "1")],
        ),
        ({"engineers": [engineer(1, weeks_partial=[ISO]), *OTHERS]}, [slot(10, P, 1)], [("10", "primary", "1")]),
    ],
)  # fmt: skip
def test_what_breaks_a_hard_rule_is_a_change_by_hand_that_is_shown_and_not_published(fields, slots, edited):
    asked = problem(**fields)
    found = draft(asked, slots, NAMES)
    assert [(edit["unit"], edit["role"], edit["after"]) for edit in found.edits] == edited
    rows = found.answer["assignments"]
    pairs = [Pair(row["unit"], dt.date.fromisoformat(row["week"]), row["primary"], row["secondary"]) for row in rows]
    assert check(asked, pairs) == ()  # without the changes by hand it could be published
    assert any(one.is_hard for one in findings(asked, overlaid(rows, found.edits), found.edits, NAMES))


def test_somebody_unqualified_is_shown_as_a_change_by_hand():
    fields = {"units": [{"id": "10", "qualified": ["2", "3"], "owners": ["2", "3"]}]}
    asked = Problem.from_json({**problem().to_json(), **fields})
    found = draft(asked, [slot(10, P, 1)], NAMES)
    [words] = [
        one.words
        for one in findings(asked, overlaid(found.answer["assignments"], found.edits), found.edits, NAMES)
        if one.is_hard
    ]
    assert words == "Week of Mon 23 Nov 2026: A is not qualified for Profit"


def test_what_is_published_so_already_is_no_change_by_hand():
    published = [{"unit": "10", "week": "2026-11-23", "primary": "1", "secondary": "2"}]
    away = [engineer(1, weeks_off=[ISO]), *OTHERS]
    found = draft(problem(published=published, engineers=away), [slot(10, P, 1), slot(10, S, 2)], NAMES)
    assert (found.edits, [pin["role"] for pin in found.pins]) == ([], ["secondary"])
