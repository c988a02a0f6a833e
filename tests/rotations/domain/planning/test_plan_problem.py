import json
import random
from datetime import date
from fractions import Fraction

import pytest

from rotations.domain.planning import Problem, ProblemError

FIRST, SECOND = "2026-01-05", "2026-01-12"
ROW = {"unit": "ProfitUnit", "week": FIRST, "primary": "A", "secondary": "B"}
PIN = {"unit": "ProfitUnit", "week": FIRST, "role": "primary", "engineer": "A"}


def put(obj, path, value):
    *above, last = path
    for key in above:
        obj = obj[key]
    obj[last] = value


def test_the_canonical_form_reads_back_as_the_same_problem(team):
    given = team()
    given |= {"published": [ROW], "locked_before": SECOND, "rebalance_from": "2026-02-02", "pins": [PIN]}
    given |= {"event": {"engineer": "A", "week": SECOND}}
    given["engineers"][0] |= {"capacity_percent": 62.5, "joins": "2025-06-01", "leaves": "2026-12-01"}
    given["engineers"][0] |= {"weeks_off": [SECOND], "weeks_partial": [FIRST], "wanted": [FIRST]}
    given["engineers"][0]["ledger"] = {"weighted_load": 12.5, "capacity_weeks": 9.75, "holidays_served": [FIRST]}
    given["units"][0]["weight"] = 2

    problem = Problem.from_json(given)

    assert Problem.from_json(json.loads(json.dumps(problem.to_json()))) == problem


def test_lists_in_any_order_are_the_same_problem(team):
    given, shuffled = team(), team()
    given["pins"] = [PIN, PIN | {"role": "secondary", "engineer": "B"}]
    shuffled["pins"] = given["pins"][::-1]
    random.Random(3).shuffle(shuffled["engineers"])
    random.Random(4).shuffle(shuffled["units"])
    for unit in shuffled["units"]:
        unit["qualified"] = unit["qualified"][::-1]

    assert json.dumps(Problem.from_json(shuffled).to_json()) == json.dumps(Problem.from_json(given).to_json())


def test_what_may_be_missing_has_the_reference_values():
    problem = Problem.from_json({"start": FIRST, "weeks": 2, "engineers": [{"id": "A"}], "units": []})

    assert (problem.weights.primary, problem.weights.secondary) == (2, 1)
    assert problem.rules.max_roles_per_engineer_week is None
    assert problem.engineers[0].capacity(problem.handoffs) == 2


def test_capacity_counts_membership_percent_and_ledger_but_no_short_leave(team):
    given = team()
    given["engineers"][0] |= {"joins": "2026-01-13", "capacity_percent": 50, "weeks_off": ["2026-02-02"]}
    given["engineers"][0]["ledger"] = {"weighted_load": 7, "capacity_weeks": 3.5}

    problem = Problem.from_json(given)

    assert problem.engineers[0].capacity(problem.handoffs) == Fraction(11, 2) + Fraction(7, 2)


def test_a_leave_of_four_weeks_asks_for_no_share(team):
    given = team()
    given["engineers"][0]["weeks_off"] = ["2026-01-19", "2026-01-26", "2026-02-02", "2026-02-09", "2026-03-02"]

    problem = Problem.from_json(given)

    assert problem.engineers[0].capacity(problem.handoffs) == 9


def test_a_member_is_there_for_whole_weeks(team):
    given = team()
    given["engineers"][0] |= {"joins": "2026-01-06", "leaves": "2026-01-26"}
    candidate = Problem.from_json(given).engineers[0]

    assert [candidate.member(date(2026, 1, day)) for day in (5, 12, 19, 26)] == [False, True, True, False]


BAD = [
    (["start"], "2026-13-01", "start: '2026-13-01' is not an ISO date; write it as 2026-01-05"),
    (["start"], "20260105", "start: '20260105' is not an ISO date; write it as 2026-01-05"),
    (["start"], "9999-01-04", "start: 9999-01-04 is too late; the calendar ends with 9999-12-31"),
    (["weeks"], 0, "weeks: 0 is out of range; give 1 to 520"),
    (["weeks"], 521, "weeks: 521 is out of range; give 1 to 520"),
    (["weeks"], 2.5, "weeks: 2.5 is not a whole number; give 1 to 520"),
    (["weeks"], 2.0001, "weeks: 2.0001 is not a whole number; give 1 to 520"),
    (["weeks"], True, "weeks: expected a number, got True"),
    (["weeks"], float("nan"), "weeks: expected a number, got nan"),
    (["weeks"], 10**400, "weeks: 100000000000000000000000000000000000000000000000000000000... is out of range"),
    (["colour"], "red", "problem: unknown key 'colour'; known are "),
    (["name"], 7, "name: expected a text of at most 200 characters, got 7"),
    (["weights", "primary"], -1, "weights.primary: -1 is out of range; give 0 to 1000"),
    (["weights", "tertiary"], 1, "weights: unknown key 'tertiary'; known are primary, secondary"),
    (["rules", "scope"], "team", "rules.scope: 'team' is unknown; use engineer or pipeline"),
    (["rules", "scope"], [], "rules.scope: [] is unknown; use engineer or pipeline"),
    (["rules", "max_roles_per_engineer_week"], 0, "rules.max_roles_per_engineer_week: 0 is out of range"),
    (["rules", "max_consecutive_weeks"], -2, "rules.max_consecutive_weeks: -2 is out of range"),
    (["engineers"], {}, "engineers: expected a list, got {}"),
    (["engineers", 1], "B", "engineers[1]: expected an object, got 'B'"),
    (["engineers", 1, "id"], "A", "engineers[1]: id 'A' stands twice; give every engineer an id of their own"),
    (["engineers", 1, "id"], " ", "engineers[1].id: is empty; give it a name"),
    (["engineers", 1, "id"], "B\n", r"engineers[1].id: 'B\n' has characters that can't be printed; give it a plain"),
    (["engineers", 1, "age"], 40, "engineers[1]: unknown key 'age'; known are "),
    (["engineers", 1, "country"], "UX", "engineers[1].country: 'UX' is not a key of holidays; add it there"),
    (["engineers", 1, "capacity_percent"], 0, "engineers[1].capacity_percent: 0 is out of range; give 1 to 200"),
    (["engineers", 2, "weeks_off"], ["2026-13-01"], "engineers[2].weeks_off[0]: '2026-13-01' is not an ISO date"),
    (["engineers", 2, "weeks_off"], ["2026-01-06"], "engineers[2].weeks_off[0]: 2026-01-06 is not a hand-off of"),
    (["engineers", 2, "weeks_off"], ["2026-04-06"], "engineers[2].weeks_off[0]: 2026-04-06 is not a hand-off of"),
    (["engineers", 2, "weeks_off"], [FIRST, FIRST], "engineers[2].weeks_off[1]: 2026-01-05 stands twice, first at"),
    (["engineers", 2, "wanted"], "no", "engineers[2].wanted: expected a list, got 'no'"),
    (["engineers", 2, "joins"], "soon", "engineers[2].joins: 'soon' is not an ISO date"),
    (["engineers", 2, "ledger"], {"weighted_load": -1}, "engineers[2].ledger.weighted_load: -1 is out of range"),
    (["engineers", 2, "ledger"], {"load": 1}, "engineers[2].ledger: unknown key 'load'; known are capacity_weeks,"),
    (["units", 0, "id"], "Engagement", "units[4]: id 'Engagement' stands twice; give every unit an id of its own"),
    (["units", 0, "qualified"], ["A", "Z"], "units[0].qualified[1]: 'Z' is unknown; add it to the problem"),
    (["units", 0, "qualified"], ["A", "A"], "units[0].qualified[1]: A stands twice, first at units[0].qualified[0]"),
    (["units", 0, "owners"], ["A"], "units[0].owners: has 1 entries; give the primary and the secondary owner"),
    (["units", 0, "owners"], ["A", "A"], "units[0].owners: A owns both roles; name two different engineers"),
    (["units", 0, "owners"], ["A", "Z"], "units[0].owners[1]: 'Z' is unknown"),
    (["units", 0, "weight"], -1, "units[0].weight: -1 is out of range"),
    (["units", 0, "weight"], 1.003, "weights: the heaviest role is more than 1000 times the grain of all weights"),
    (["pins"], [PIN, PIN], "pins[1]: ProfitUnit 2026-01-05 primary is pinned twice; keep one pin"),
    (["pins"], [PIN, PIN | {"engineer": "B"}], "pins[1]: ProfitUnit 2026-01-05 primary is pinned twice"),
    (["pins"], [PIN, PIN | {"role": "secondary"}], "pins[1]: A is pinned to both roles of ProfitUnit 2026-01-05"),
    (["pins"], [PIN | {"engineer": "C"}], "pins[0].engineer: 'C' is not qualified for ProfitUnit; qualify or pin"),
    (["pins"], [PIN | {"unit": "Loss"}], "pins[0].unit: 'Loss' is unknown"),
    (["pins"], [PIN | {"role": "both"}], "pins[0].role: 'both' is unknown; use primary or secondary"),
    (["pins"], [PIN | {"week": "2026-01-07"}], "pins[0].week: 2026-01-07 is not a hand-off of the horizon"),
    (["pins"], [{"unit": "ProfitUnit"}], "pins[0]: key 'week' is missing; add it"),
    (["holidays"], [], "holidays: expected an object, got []"),
    (["holidays", "US"], {"2026-01-06": 1}, "holidays.US.2026-01-06: 2026-01-06 is not a hand-off of the horizon"),
    (["holidays", "US"], {FIRST: 8}, "holidays.US.2026-01-05: 8 is out of range; give 0 to 7"),
    (["holidays", 5], {}, "holidays: unknown key '5'"),
    (["published"], [ROW, ROW], "published[1]: ProfitUnit 2026-01-05 is published twice; keep one row"),
    (["published"], [ROW | {"primary": "Z"}], "published[0].primary: 'Z' is unknown"),
    (["published"], [{"unit": "ProfitUnit", "week": FIRST}], "published[0]: key 'primary' is missing; add it"),
    (["locked_before"], 5, "locked_before: 5 is not an ISO date"),
    (["rebalance_from"], "x", "rebalance_from: 'x' is not an ISO date"),
    (["event"], {"engineer": "Z", "week": FIRST}, "event.engineer: 'Z' is unknown"),
    (["event"], {"engineer": "A", "week": "2026-01-06"}, "event.week: 2026-01-06 is not a hand-off of the horizon"),
]


@pytest.mark.parametrize(("path", "value", "line"), BAD, ids=[f"{n}-{path[-1]}" for n, (path, _, _) in enumerate(BAD)])
def test_bad_input_is_refused_in_one_line_with_the_place(team, path, value, line):
    given = team()
    put(given, path, value)

    with pytest.raises(ProblemError) as refused:
        Problem.from_json(given)

    assert str(refused.value).startswith(line)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("given", [None, [], "x", 3, {}, {"start": FIRST}])
def test_what_is_no_problem_at_all_is_refused(given):
    with pytest.raises(ProblemError, match=r"^problem: "):
        Problem.from_json(given)


@pytest.mark.parametrize(
    ("key", "other", "line"),
    [
        ("weeks_off", "weeks_partial", "2026-01-05 stands in both weeks_off and weeks_partial; take it out of one"),
        ("wanted", "unwanted", "2026-01-05 stands in both wanted and unwanted; take it out of one"),
    ],
)
def test_lists_that_contradict_each_other_are_refused(team, key, other, line):
    given = team()
    given["engineers"][3] |= {key: [FIRST], other: [FIRST]}

    with pytest.raises(ProblemError) as refused:
        Problem.from_json(given)

    assert str(refused.value) == f"engineers[3]: {line}"


def test_leaving_before_joining_is_refused(team):
    given = team()
    given["engineers"][3] |= {"joins": SECOND, "leaves": FIRST}

    with pytest.raises(ProblemError, match=r"^engineers\[3\]: leaves on 2026-01-05, not after joining on 2026-01-12"):
        Problem.from_json(given)


def test_a_pin_against_a_locked_cell_is_refused(team):
    given = team() | {"published": [ROW | {"primary": "B", "secondary": "A"}], "locked_before": SECOND, "pins": [PIN]}

    with pytest.raises(ProblemError) as refused:
        Problem.from_json(given)

    assert str(refused.value) == "pins[0]: ProfitUnit 2026-01-05 primary is locked with B; take the pin back"
