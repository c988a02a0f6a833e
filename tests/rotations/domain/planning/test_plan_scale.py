import json
import subprocess
import sys
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from rotations.domain.planning import Problem, check, solve
from rotations.domain.planning.coverage import cover
from rotations.domain.planning.staffing import Staffing
from tests.bench.companies import Size, company
from tests.bench.rivals import RIVALS

ROOT = Path(__file__).parents[4]

# Plans a company in a process of its own: `shuffled` lists, on `cores`, beside `busy` processes that only burn time.
PLAN = """
import hashlib, json, os, random, subprocess, sys
shuffled, cores, busy = (int(each) for each in sys.argv[1:])
from tests.bench.companies import Size, company
from rotations.domain.planning import Problem, solve
if cores and hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
burning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(busy)]
given = company(Size(8, 4, 4))
if shuffled:
    for n, rows in enumerate([given["engineers"], given["units"], *(unit["qualified"] for unit in given["units"])]):
        random.Random(n).shuffle(rows)
try:
    answer = solve(Problem.from_json(given)).to_json()
finally:
    for each in burning:
        each.kill()
del answer["solver"]["seconds"]
assert answer["solver"]["steps"]["improvement"] > 100 and sum(answer["solver"]["steps"].values()) > 1000
print(hashlib.sha256(json.dumps(answer).encode()).hexdigest())
"""


def start(shuffled=0, cores=0, busy=0):
    command = [sys.executable, "-c", PLAN, str(shuffled), str(cores), str(busy)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.timeout(600)
def test_the_same_problem_gets_the_same_bytes_whatever_the_machine_is_doing():
    runs = [start(), start(shuffled=1, cores=1), start(cores=2, busy=1)]

    bytes_of = [run.communicate()[0] for run in runs]

    assert len(bytes_of[0]) == 65
    assert set(bytes_of) == {bytes_of[0]}


SIZES = [pytest.param(Size(20, 20, 10), marks=pytest.mark.long), Size(30, 40, 6, shared=True)]


@pytest.mark.parametrize("size", SIZES, ids=["20x20x10 alone", "30x40x6 shared"])
@pytest.mark.parametrize("gated", [True, False], ids=["gated", "ungated"])
def test_companies_are_covered_and_everybody_is_within_a_token_of_the_fair_load(size, gated):
    problem = Problem.from_json(company(size, gated=gated))
    staffing = Staffing(problem)
    covered = cover(staffing)

    answer = solve(problem)
    fair = answer.fairness.certificate

    assert check(problem, answer.assignments) == ()
    assert len(answer.open) == covered.open_count
    assert max(abs(answer.loads[id].tokens - tokens) for id, tokens in fair.tokens.items()) <= 1
    assert answer.fairness.highest >= fair.bound_max
    assert {step.goal: step.value for step in answer.steps}["exceptions"] == len(answer.exceptions)


@pytest.mark.parametrize("name", RIVALS)
def test_rules_of_thumb_fill_every_row_and_their_faults_are_found(name):
    problem = Problem.from_json(company(Size(20, 10, 8)))

    pairs = RIVALS[name](problem)

    assert {(pair.unit, pair.week) for pair in pairs} == {
        (unit.id, week) for unit in problem.units for week in problem.handoffs
    }
    kinds = {violation.rule for violation in check(problem, pairs)}
    assert kinds <= {"absent", "partly absent", "not a member yet", "not a member any more", "over the cap"}
    assert ("absent" in kinds) == (name == "round-robin")


def test_teams_without_a_common_engineer_are_planned_one_by_one(team):
    given = team(4, trained=True)
    twins = [
        unit | {"id": f"{unit['id']}2", "qualified": list("EFGH"), "owners": ["E", "F"]} for unit in given["units"]
    ]
    both = given | {
        "engineers": given["engineers"] + [given["engineers"][0] | {"id": id} for id in "EFGH"],
        "units": given["units"] + twins,
    }

    alone, together = solve(Problem.from_json(given)), solve(Problem.from_json(both))

    for team_of in ("ABCD", "EFGH"):
        ours = sorted(together.loads[id].tokens for id in team_of)
        assert ours == sorted(load.tokens for load in alone.loads.values())
    assert together.fairness.optimal


def shifts_of(weeks, each, **facts):
    given = {
        "start": "2026-01-05",
        "weeks": weeks,
        "shift_weeks": each,
        "engineers": [{"id": id, "country": "US"} for id in "ABC"],
        "units": [{"id": "U", "qualified": list("ABC")}],
        "holidays": {"US": {"2026-01-12": 1, "2026-01-19": 1}},
    }
    given["engineers"][0] |= facts
    return given


def test_shifts_of_several_weeks_count_each_of_their_weeks():
    answer = solve(Problem.from_json(shifts_of(6, 2)))

    assert [pair.week for pair in answer.assignments] == [date(2026, 1, 5), date(2026, 1, 19), date(2026, 2, 2)]
    assert {(load.tokens, load.primary_weeks, load.secondary_weeks, load.weeks) for load in answer.loads.values()} == {
        (6, 2, 2, 4)
    }
    assert sum(load.holiday_days for load in answer.loads.values()) == 4


def test_a_week_away_keeps_the_whole_shift_free():
    answer = solve(Problem.from_json(shifts_of(4, 2, weeks_off=["2026-01-26"], weeks_partial=["2026-01-19"])))

    last = answer.assignments[-1]
    assert {last.primary, last.secondary} == {"B", "C"}


def test_rest_and_weeks_in_a_row_are_counted_in_weeks():
    given = shifts_of(8, 2) | {"rules": {"min_weeks_between_primary": 1, "max_consecutive_weeks": 3}}
    problem = Problem.from_json(given)

    assert (problem.shifts_of_rest, problem.shifts_in_a_row) == (1, 1)
    firsts = [pair.primary for pair in solve(problem).assignments]
    assert all(one != other for one, other in pairwise(firsts))


def test_a_horizon_is_a_whole_number_of_shifts():
    with pytest.raises(ValueError, match=r"^weeks: 5 weeks are no whole number of shifts of 2 weeks$"):
        Problem.from_json(shifts_of(5, 2))


def test_a_pin_inside_a_shift_is_refused():
    pin = {"unit": "U", "week": "2026-01-12", "role": "primary", "engineer": "A"}

    with pytest.raises(ValueError, match=r"^pins\[0\]\.week: 2026-01-12 lies inside a shift; name the shift by"):
        Problem.from_json(shifts_of(4, 2) | {"pins": [pin]})


def test_the_canonical_form_of_longer_shifts_reads_back_as_the_same_problem():
    problem = Problem.from_json(shifts_of(4, 2, weeks_off=["2026-01-26"], wanted=["2026-01-12"]))

    assert Problem.from_json(json.loads(json.dumps(problem.to_json()))) == problem
