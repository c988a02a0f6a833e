import json
import random
from datetime import date

import pytest

from rotations.domain.planning import Problem, check, solve

WEEKS = [f"2026-01-{day:02}" for day in (5, 12, 19, 26)]


def answer_to(given):
    return solve(Problem.from_json(given))


def in_force(given):
    """The problem with its own plan published."""
    return given | {"published": [pair.to_json() for pair in answer_to(given).assignments]}


def moves(answer):
    return [(change.cell.unit, change.cell.week.isoformat(), change.cell.role) for change in answer.changed]


def held_by(given, engineer, week):
    return sorted(
        (row["unit"], row["week"], role)
        for row in given["published"]
        for role in ("primary", "secondary")
        if row["week"] == week and row[role] == engineer
    )


def test_a_plan_that_still_holds_is_left_as_it_is(team):
    given = in_force(team(4, trained=True))

    answer = answer_to(given)

    assert [pair.to_json() for pair in answer.assignments] == given["published"]
    assert answer.changed == ()


def test_an_absence_moves_only_who_is_away(team):
    given = in_force(team(4, trained=True))
    given["engineers"][0]["weeks_off"] = [WEEKS[1]]

    answer = answer_to(given)

    assert sorted(moves(answer)) == held_by(given, "A", WEEKS[1])
    assert answer.complete
    assert {change.before for change in answer.changed} == {"A"}


def test_an_absence_that_only_the_event_names_counts_too(team):
    given = in_force(team(4, trained=True)) | {"event": {"engineer": "A", "week": WEEKS[1]}}

    assert sorted(moves(answer_to(given))) == held_by(given, "A", WEEKS[1])


def test_an_absence_that_is_covered_already_asks_for_nothing(team):
    given = team(4, trained=True)
    given["engineers"][0]["weeks_off"] = [WEEKS[1]]
    given = in_force(given) | {"event": {"engineer": "A", "week": WEEKS[1]}}

    assert answer_to(given).changed == ()


def test_each_change_has_its_reason(team):
    given = team(1)
    given["rules"]["max_roles_per_engineer_week"] = 1
    given["units"] = [
        {"id": "Loss", "qualified": ["A", "B"]},
        {"id": "Profit", "qualified": ["B", "C", "D"]},
    ]
    given["published"] = [
        {"unit": "Loss", "week": WEEKS[0], "primary": "A", "secondary": None},
        {"unit": "Profit", "week": WEEKS[0], "primary": "B", "secondary": "C"},
    ]

    rows = solve(Problem.from_json(given), explained=True).to_json()["changed"]

    assert [(row["unit"], row["role"], row["before"], row["after"], row["reason"]["words"]) for row in rows] == [
        ("Loss", "secondary", None, "B", "was open"),
        ("Profit", "primary", "B", "D", "frees B for Loss"),
    ]


def test_fewer_exceptions_are_offered_at_the_price_of_more_changes(team):
    given = team(3, trained=True)
    given["units"] = [given["units"][0] | {"qualified": ["A", "B", "C"]}]
    given["rules"] |= {"min_weeks_between_primary": 1}
    given["published"] = [
        {"unit": "ProfitUnit", "week": week, "primary": pair[0], "secondary": pair[1]}
        for week, pair in zip(WEEKS, ["AB", "BC", "AC"], strict=False)
    ]
    given["engineers"][1]["weeks_off"] = [WEEKS[1]]

    explained = solve(Problem.from_json(given), explained=True).to_json()

    assert explained["repair"] == {"forced": 1, "changes": 1, "proven": True}
    assert [(row["mode"], row["changes"], row["new_exceptions"]) for row in explained["alternatives"]] == [
        ("fewest changes", 1, 2),
        ("fewer exceptions", 2, 0),
    ]


def test_a_leaver_hands_over_every_week_from_the_day_of_leaving(team):
    given = in_force(team(4, trained=True))
    given["engineers"][1]["leaves"] = WEEKS[2]

    answer = answer_to(given)

    assert sorted(moves(answer)) == sorted(held_by(given, "B", WEEKS[2]) + held_by(given, "B", WEEKS[3]))
    assert answer.complete


def test_a_joiner_changes_nothing_that_is_in_force(team):
    given = in_force(team(4, trained=True))
    given["engineers"].append(given["engineers"][0] | {"id": "E", "joins": WEEKS[1]})
    for unit in given["units"]:
        unit["qualified"] = [*unit["qualified"], "E"]

    assert answer_to(given).changed == ()


def test_a_new_unit_is_staffed_beside_what_is_in_force(team):
    given = in_force(team(4, trained=True))
    given["units"].append({"id": "Loss", "qualified": list("ABCD"), "owners": ["A", "D"]})

    answer = answer_to(given)

    assert answer.complete
    assert answer.changed == ()


def test_somebody_who_lost_a_qualification_gives_up_that_unit_only(team):
    given = in_force(team(2, trained=True))
    given["units"][0]["qualified"] = ["B", "C", "D"]

    answer = answer_to(given)

    assert {row[0] for row in moves(answer)} <= {given["units"][0]["id"]}
    assert answer.complete


def test_weeks_behind_the_published_end_are_planned_and_are_no_changes(team):
    given = in_force(team(2, trained=True)) | {"weeks": 4}

    answer = answer_to(given)

    assert answer.complete
    assert answer.changed == ()
    assert max(int(load.tokens) for load in answer.loads.values()) == 15


def test_a_week_between_published_ones_is_planned_too(team):
    given = in_force(team(3, trained=True))
    given["published"] = [row for row in given["published"] if row["week"] != WEEKS[1]]

    answer = answer_to(given)

    assert answer.complete
    assert answer.changed == ()


def test_what_is_locked_never_moves_whatever_is_wrong_with_it(team):
    given = in_force(team(3, trained=True)) | {"locked_before": WEEKS[1]}
    given["engineers"][0]["weeks_off"] = WEEKS[:2]

    answer = answer_to(given)

    assert sorted(moves(answer)) == held_by(given, "A", WEEKS[1])


def test_a_new_pin_moves_what_it_must(team):
    given = in_force(team(2, trained=True))
    holder = next(row["primary"] for row in given["published"] if (row["unit"], row["week"]) == ("ProfitAgg", WEEKS[0]))
    other = "A" if holder != "A" else "B"
    given["pins"] = [{"unit": "ProfitAgg", "week": WEEKS[0], "role": "primary", "engineer": other}]

    answer = answer_to(given)

    assert ("ProfitAgg", WEEKS[0], "primary") in moves(answer)
    assert {week for _, week, _ in moves(answer)} == {WEEKS[0]}


def test_before_the_day_of_rebalancing_it_is_repaired_and_after_it_made_fair(team):
    given = team(4, trained=True)
    unfair = [
        {"unit": unit["id"], "week": week, "primary": pair[0], "secondary": pair[1]}
        for week in WEEKS
        for unit, pair in zip(given["units"], ["AB", "AB", "AB", "AB", "CD"], strict=True)
    ]
    given |= {"published": unfair, "rebalance_from": WEEKS[2]}

    answer = answer_to(given)

    assert {week for _, week, _ in moves(answer)} == set(WEEKS[2:])
    assert {load.tokens for load in answer.loads.values()} == {16, 14, 15}


@pytest.mark.parametrize("scope", ["pipeline", "engineer"])
def test_among_as_few_changes_the_one_without_an_exception_is_taken(team, scope):
    given = team(3, trained=True)
    given["units"] = [given["units"][0]]
    given["rules"] |= {"min_weeks_between_primary": 1, "scope": scope}
    pairs = ["AB", "CD", "BA"]
    given["published"] = [
        {"unit": "ProfitUnit", "week": week, "primary": primary, "secondary": secondary}
        for week, (primary, secondary) in zip(WEEKS[:3], pairs, strict=True)
    ]
    given["engineers"][2]["weeks_off"] = [WEEKS[1]]
    given["engineers"].append(given["engineers"][0] | {"id": "E", "ledger": {"weighted_load": 90}})
    given["units"][0]["qualified"] = list("ABCDE")

    answer = answer_to(given)

    assert [(change.before, change.after) for change in answer.changed] == [("C", "E")]
    assert answer.exceptions == ()


def test_a_repaired_plan_breaks_no_hard_rule(team):
    given = in_force(team(4, trained=True))
    given["engineers"][0] |= {"weeks_off": [WEEKS[1]], "weeks_partial": [WEEKS[2]]}
    given["rules"]["max_roles_per_engineer_week"] = 3
    problem = Problem.from_json(given)

    answer = solve(problem)

    assert check(problem, answer.assignments) == ()
    assert date.fromisoformat(WEEKS[1]) in {cell.week for cell in answer.open}


def test_everything_that_is_explained_is_the_same_for_lists_in_another_order(team):
    given = in_force(team(4))
    given["engineers"][1]["weeks_off"] = [WEEKS[1]]
    given["rules"]["min_weeks_between_primary"] = 1
    rng = random.Random(5)
    shuffled = {key: rng.sample(rows, len(rows)) if isinstance(rows, list) else rows for key, rows in given.items()}
    shuffled["units"] = [row | {"qualified": row["qualified"][::-1]} for row in shuffled["units"]]

    first, second = (solve(Problem.from_json(each), explained=True).to_json() for each in (given, shuffled))

    del first["solver"]["seconds"], second["solver"]["seconds"]
    assert json.dumps(first) == json.dumps(second)
    assert {"repair", "advice", "alternatives"} <= first.keys()
