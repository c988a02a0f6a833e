import json
import random
import subprocess
import sys
from collections import Counter

import pytest

from rotations.domain.planning import Problem, fairness_words, solve

WEEKS = [f"2026-01-{day:02}" for day in (5, 12, 19, 26)]


def answer_to(given):
    return solve(Problem.from_json(given))


def tokens(answer):
    return {engineer: int(load.tokens) for engineer, load in answer.loads.items()}


def holders(answer, week, unit=None):
    return {
        name
        for pair in answer.assignments
        if pair.week.isoformat() == week and unit in (None, pair.unit)
        for name in (pair.primary, pair.secondary)
    }


def opens(answer):
    return [(cell.unit, cell.week.isoformat(), cell.role) for cell in answer.open]


def published(answer):
    return [pair.to_json() for pair in answer.assignments]


def test_owners_only_share_as_evenly_as_ownership_lets_them(team):
    answer = answer_to(team())

    load = tokens(answer)
    assert (load["B"], load["C"]) == (52, 52)
    assert {load["A"], load["D"]} == {45, 46}
    assert answer.complete
    assert answer.fairness.optimal
    assert answer.to_json()["fairness"] | {"certified": {}} == {
        "max": 4.0,
        "min": 3.461538,
        "spread": 0.538462,
        "ratio": 1.155556,
        "bound_max": 4.0,
        "bound_ratio": 1.155556,
        "certified": {},
        "bottleneck": ["B", "C"],
        "optimal": True,
    }


def test_everybody_trained_is_within_one_token(team):
    answer = answer_to(team(trained=True))

    assert sorted(tokens(answer).values()) == [48, 49, 49, 49]
    assert answer.fairness.certificate.bottleneck == ()
    assert fairness_words(answer) == (
        "Proven: no fairer plan exists. Load 48 to 49 tokens, primary weeks 16 to 17, secondary weeks 15 to 17, "
        "public-holiday weeks 1 to 2."
    )


def test_half_a_year_is_proven_even_in_every_account(team):
    answer = answer_to(team(26, trained=True))

    assert sorted(tokens(answer).values()) == [97, 97, 98, 98]
    assert sorted(load.primary_weeks for load in answer.loads.values()) == [32, 32, 33, 33]
    assert sorted(load.secondary_weeks for load in answer.loads.values()) == [32, 32, 33, 33]
    assert sorted(load.weeks for load in answer.loads.values()) == [19, 19, 20, 20]
    assert {load.holiday_days for load in answer.loads.values()} == {3}
    assert {step.goal for step in answer.steps if not step.proven} <= {"owners in their role", "owners"}


def test_the_answer_has_the_shape_of_the_contract(team):
    answer = answer_to(team(2)).to_json()

    assert list(answer) == [
        "assignments",
        "open",
        "loads",
        "fairness",
        "exceptions",
        "conflicts",
        "wishes",
        "changed",
        "solver",
    ]
    assert answer["assignments"][0].keys() == {"unit", "week", "primary", "secondary"}
    assert answer["loads"]["A"].keys() == {"tokens", "primary_weeks", "secondary_weeks", "weeks", "holiday_days"}
    assert json.loads(json.dumps(answer)) == answer


def test_the_same_problem_in_another_order_gets_the_same_bytes(team):
    given, shuffled = team(8, trained=True), team(8, trained=True)
    for n, items in enumerate([shuffled["engineers"], shuffled["units"], *(u["qualified"] for u in shuffled["units"])]):
        random.Random(n).shuffle(items)
    first, second = answer_to(given).to_json(), answer_to(shuffled).to_json()
    del first["solver"]["seconds"], second["solver"]["seconds"]

    assert json.dumps(first) == json.dumps(second)


def test_importing_the_planner_does_not_load_the_solver():
    code = "import sys, rotations.domain.planning; sys.exit('ortools' in sys.modules or 'numpy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_nobody_is_planned_while_away(team):
    given = team(4, trained=True)
    given["engineers"][0]["weeks_off"] = [WEEKS[1]]

    answer = answer_to(given)

    assert answer.complete
    assert holders(answer, WEEKS[1]) == {"B", "C", "D"}


def test_somebody_partly_away_is_primary_with_a_full_secondary_or_nothing(team):
    given = team(1)
    given["engineers"][0]["weeks_partial"] = [WEEKS[0]]

    answer = answer_to(given)

    profit = next(pair for pair in answer.assignments if pair.unit == "ProfitUnit")
    assert (profit.primary, profit.secondary) == ("A", "B")
    assert answer.complete


def test_two_partly_away_leave_both_roles_open_rather_than_stand_alone(team):
    given = team(1)
    for n in (0, 1):
        given["engineers"][n]["weeks_partial"] = [WEEKS[0]]

    answer = answer_to(given)

    assert [cell for cell in opens(answer) if cell[0] == "ProfitUnit"] == [
        ("ProfitUnit", WEEKS[0], "primary"),
        ("ProfitUnit", WEEKS[0], "secondary"),
    ]


def test_members_are_planned_between_joining_and_leaving(team):
    given = team(4, trained=True)
    given["engineers"][0] |= {"joins": "2026-01-08"}
    given["engineers"][1] |= {"leaves": "2026-01-30"}

    answer = answer_to(given)

    assert holders(answer, WEEKS[0]) == {"B", "C", "D"}
    assert holders(answer, WEEKS[3]) == {"A", "C", "D"}


def test_an_impossible_week_loses_secondaries_first_and_says_why(team):
    given = team(3)
    given["engineers"][0]["weeks_off"] = [WEEKS[1]]

    answer = answer_to(given)

    assert opens(answer) == [("GrowthAgg", WEEKS[1], "secondary"), ("ProfitUnit", WEEKS[1], "secondary")]
    assert answer.to_json()["conflicts"] == [
        {
            "week": WEEKS[1],
            "units": ["GrowthAgg", "ProfitUnit"],
            "core": [{"kind": "absence", "engineer": "A", "week": WEEKS[1], "unit": None}],
            "relax": [{"kind": "absence", "engineer": "A", "week": WEEKS[1], "unit": None}],
        }
    ]


def test_a_pool_of_one_is_a_conflict_with_nothing_to_refuse(team):
    given = team(1)
    given["units"][0]["qualified"] = ["A"]

    answer = answer_to(given)

    assert opens(answer) == [("ProfitUnit", WEEKS[0], "secondary")]
    assert [(conflict.core, conflict.relax) for conflict in answer.conflicts] == [((), ())]


def test_the_limit_of_roles_is_kept_and_named_when_it_costs_a_role(team):
    given = team(1)
    given["rules"]["max_roles_per_engineer_week"] = 2

    answer = answer_to(given)

    held = Counter(name for pair in answer.assignments for name in (pair.primary, pair.secondary) if name)
    assert max(held.values()) == 2
    assert [(cell[1], cell[2]) for cell in opens(answer)] == [(WEEKS[0], "secondary")] * 2
    assert [reason.kind for reason in answer.conflicts[0].relax] == ["rule"]


def test_pins_are_kept(team):
    given = team(4, trained=True)
    given["pins"] = [{"unit": "ProfitUnit", "week": week, "role": "primary", "engineer": "D"} for week in WEEKS]

    answer = answer_to(given)

    assert {pair.primary for pair in answer.assignments if pair.unit == "ProfitUnit"} == {"D"}


def test_a_pin_on_somebody_away_leaves_the_role_open(team):
    given = team(1, trained=True)
    given["engineers"][0]["weeks_off"] = [WEEKS[0]]
    given["pins"] = [{"unit": "ProfitUnit", "week": WEEKS[0], "role": "primary", "engineer": "A"}]

    answer = answer_to(given)

    assert opens(answer) == [("ProfitUnit", WEEKS[0], "primary")]
    assert [reason.kind for reason in answer.conflicts[0].core] == ["absence", "pin"]
    assert len(answer.conflicts[0].relax) == 1


def test_locked_cells_stay_whatever_is_wrong_with_them(team):
    given = team(3, trained=True)
    locked = {"unit": "ProfitUnit", "week": WEEKS[0], "primary": "A", "secondary": None}
    given |= {"published": [locked], "locked_before": WEEKS[1]}
    given["engineers"][0]["weeks_off"] = [WEEKS[0]]

    answer = answer_to(given)

    assert next(row for row in published(answer) if row["unit"] == "ProfitUnit") == locked
    assert opens(answer) == [("ProfitUnit", WEEKS[0], "secondary")]
    assert answer.changed == ()


def test_of_equal_plans_the_published_one_wins(team):
    given = team(3, trained=True)
    before = answer_to(given)
    mirror = {"A": "B", "B": "A", None: None}
    renamed = [
        row | {role: mirror.get(row[role], row[role]) for role in ("primary", "secondary")} for row in published(before)
    ]
    for unit in given["units"]:
        unit["owners"] = [None, None]

    again = answer_to(given | {"published": renamed})
    assert published(again) == renamed
    assert again.changed == ()


def test_changes_against_the_published_plan_are_listed(team):
    given = team(1)
    given["published"] = [{"unit": "ProfitUnit", "week": WEEKS[0], "primary": "B", "secondary": "C"}]

    assert answer_to(given | {"rebalance_from": WEEKS[0]}).to_json()["changed"] == [
        {"unit": "ProfitUnit", "week": WEEKS[0], "role": "primary", "before": "B", "after": "A"},
        {"unit": "ProfitUnit", "week": WEEKS[0], "role": "secondary", "before": "C", "after": "B"},
    ]


def one_unit(team, weeks, **rules):
    given = team(weeks, trained=True)
    given["units"] = [given["units"][0] | {"owners": [None, None]}]
    given["rules"] |= rules
    return given


@pytest.mark.parametrize("scope", ["pipeline", "engineer"])
def test_rest_between_primaries_is_kept_where_it_can_be(team, scope):
    given = one_unit(team, 6, min_weeks_between_primary=2, scope=scope)

    answer = answer_to(given)

    primaries = [pair.primary for pair in answer.assignments]
    assert all(len({*primaries[n : n + 3]}) == 3 for n in range(4))
    assert answer.exceptions == ()


def test_a_rule_that_must_give_is_named_once_per_week(team):
    given = one_unit(team, 3, min_weeks_between_primary=1)
    for n in (1, 2, 3):
        given["engineers"][n]["weeks_off"] = WEEKS[1:3] if n == 1 else WEEKS[:3]
    given["engineers"][0]["weeks_off"] = []

    answer = answer_to(given)

    assert answer.to_json()["exceptions"] == [
        {"rule": "min_weeks_between_primary", "engineer": "A", "unit": "ProfitUnit", "week": WEEKS[2]}
    ]


def test_weeks_in_a_row_are_limited_per_engineer(team):
    given = one_unit(team, 4, max_consecutive_weeks=1, scope="engineer")

    answer = answer_to(given)

    for n in range(3):
        assert not holders(answer, WEEKS[n]) & holders(answer, WEEKS[n + 1])


def test_the_ledger_is_paid_back(team):
    given = team(4, trained=True)
    given["engineers"][0]["ledger"] = {"weighted_load": 68, "capacity_weeks": 16}
    for n in (1, 2, 3):
        given["engineers"][n]["ledger"] = {"weighted_load": 60, "capacity_weeks": 16}

    assert tokens(answer_to(given)) == {"A": 9, "B": 17, "C": 17, "D": 17}


def test_no_plan_pays_back_more_than_half_a_fair_share(team):
    given = team(4, trained=True)
    given["engineers"][0]["ledger"] = {"weighted_load": 99, "capacity_weeks": 16}
    given["engineers"][1]["ledger"] = {"weighted_load": 10, "capacity_weeks": 16}
    for n in (2, 3):
        given["engineers"][n]["ledger"] = {"weighted_load": 60, "capacity_weeks": 16}

    loads = tokens(answer_to(given))

    assert loads["A"] in (7, 8)  # a fair share is 15
    assert loads["B"] in (22, 23)
    assert {loads["C"], loads["D"]} == {15}


def test_half_a_capacity_is_half_a_load(team):
    given = team(7, trained=True)
    given["engineers"][0]["capacity_percent"] = 50

    answer = answer_to(given)

    assert tokens(answer) == {"A": 15, "B": 30, "C": 30, "D": 30}


def test_public_holidays_go_to_those_who_have_none(team):
    given = one_unit(team, 2)
    given["holidays"] = {"US": {WEEKS[0]: 1}, "IN": {WEEKS[1]: 1}}
    for n in (2, 3):
        given["engineers"][n]["country"] = "IN"

    answer = answer_to(given)

    assert holders(answer, WEEKS[0]) == {"C", "D"}
    assert holders(answer, WEEKS[1]) == {"A", "B"}


def test_wishes_are_granted_where_they_cost_no_evenness(team):
    given = one_unit(team, 2)
    given["engineers"][0] |= {"unwanted": [WEEKS[0]]}
    given["engineers"][2] |= {"wanted": [WEEKS[0]]}

    answer = answer_to(given)

    assert "A" not in holders(answer, WEEKS[0])
    assert "C" in holders(answer, WEEKS[0])
    assert answer.to_json()["wishes"] == [
        {"engineer": "A", "week": WEEKS[0], "wish": "unwanted", "met": True},
        {"engineer": "C", "week": WEEKS[0], "wish": "wanted", "met": True},
    ]


def test_a_wish_that_cannot_be_met_is_told(team):
    given = team(2)
    given["engineers"][0] |= {"unwanted": [WEEKS[0]]}

    assert answer_to(given).to_json()["wishes"] == [
        {"engineer": "A", "week": WEEKS[0], "wish": "unwanted", "met": False}
    ]


def test_owners_keep_their_own_role_where_it_costs_no_evenness(team):
    answer = answer_to(team(1) | {"units": team(1)["units"][:1]})

    assert [(pair.primary, pair.secondary) for pair in answer.assignments] == [("A", "B")]


def test_units_of_other_weights_count_as_they_weigh(team):
    given = team(2, trained=True)
    given["units"] = [given["units"][0] | {"weight": 2.5}, given["units"][1], given["units"][2]]

    answer = answer_to(given)

    assert sum(load.tokens for load in answer.loads.values()) == 27
    assert answer.fairness.optimal
