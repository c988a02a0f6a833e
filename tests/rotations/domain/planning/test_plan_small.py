import json
from collections import Counter
from itertools import product

from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from rotations.domain.planning import Problem, check, solve

WEEKS = [f"2026-01-{day:02}" for day in (5, 12, 19, 26)]


def open_cells(answer):
    return [(cell.unit, cell.week.isoformat(), cell.role) for cell in answer.open]


def fewest_open(given, week):
    """By trying everything: (open primaries, open secondaries) of the best staffing of one week."""
    units, people = given["units"], {person["id"]: person for person in given["engineers"]}
    cap = given["rules"]["max_roles_per_engineer_week"] or 99
    there = {id for id, who in people.items() if week not in who["weeks_off"] and (who["joins"] or week) <= week}
    full = {id for id in there if week not in people[id]["weeks_partial"]}
    pins = {(pin["unit"], pin["role"]): pin["engineer"] for pin in given["pins"] if pin["week"] == week}

    def pairs(unit):
        for primary, secondary in product([None, *unit["qualified"]], repeat=2):
            pinned = all(
                who in (None, pins.get((unit["id"], role), who))
                for role, who in (("primary", primary), ("secondary", secondary))
            )
            fine = (
                primary in {None, *there} and secondary in {None, *full} and (primary is None or primary != secondary)
            )
            if pinned and fine and not (primary in there - full and secondary is None):
                yield primary, secondary

    best = (99, 99)
    for staffing in product(*map(list, map(pairs, units))):
        held = Counter(name for pair in staffing for name in pair if name)
        if not held or max(held.values()) <= cap:
            best = min(best, (sum(p is None for p, _ in staffing), sum(s is None for _, s in staffing)))
    return best


SOME_WEEKS = st.lists(st.sampled_from(WEEKS), unique=True, max_size=2)


@st.composite
def engineers(draw, id, weeks):
    off, wanted = draw(SOME_WEEKS), draw(SOME_WEEKS)
    lists = {
        "weeks_off": off,
        "weeks_partial": [week for week in draw(SOME_WEEKS) if week not in off],
        "wanted": wanted,
        "unwanted": [week for week in draw(SOME_WEEKS) if week not in wanted],
    }
    return {
        "id": id,
        "country": draw(st.sampled_from(["US", None])),
        "capacity_percent": draw(st.sampled_from([50, 80, 100])),
        "joins": draw(st.sampled_from([None, None, WEEKS[1]])),
        "ledger": {"weighted_load": draw(st.integers(0, 6)), "capacity_weeks": draw(st.sampled_from([0, 2.5]))},
        **{key: [week for week in value if week in weeks] for key, value in lists.items()},
    }


@st.composite
def units(draw, id, people):
    return {
        "id": id,
        "qualified": draw(st.lists(st.sampled_from(people), unique=True, min_size=1)),
        "owners": [people[0], None],
        "weight": draw(st.sampled_from([1, 1, 2])),
    }


@st.composite
def rules(draw):
    return {
        "max_roles_per_engineer_week": draw(st.sampled_from([None, 1, 2])),
        "min_weeks_between_primary": draw(st.integers(0, 2)),
        "max_consecutive_weeks": draw(st.sampled_from([None, 1, 2])),
        "scope": draw(st.sampled_from(["pipeline", "engineer"])),
    }


@st.composite
def small_problems(draw):
    weeks = WEEKS[: draw(st.integers(1, 3))]
    people = "ABCD"[: draw(st.integers(2, 4))]
    staffed = [draw(units(f"U{n}", people)) for n in range(draw(st.integers(1, 2)))]
    pins = [
        {"unit": unit["id"], "week": week, "role": role, "engineer": unit["qualified"][0]}
        for unit in staffed
        for week in draw(SOME_WEEKS)
        for role in [draw(st.sampled_from(["primary", "secondary"]))]
        if week in weeks
    ]
    return {
        "start": WEEKS[0],
        "weeks": len(weeks),
        "rules": draw(rules()),
        "engineers": [draw(engineers(id, weeks)) for id in people],
        "units": staffed,
        "pins": pins,
        "holidays": {"US": {week: 1 for week in draw(SOME_WEEKS) if week in weeks}},
    }


@settings(max_examples=80, deadline=None, derandomize=True, database=None)
@drawn(small_problems())
def test_small_problems_break_no_rule_and_leave_the_fewest_roles_open(given):
    problem = Problem.from_json(given)

    answer = solve(problem)

    assert check(problem, answer.assignments) == ()
    assert all(step.proven for step in answer.steps)
    assert {step.goal: step.value for step in answer.steps}["exceptions"] == len(answer.exceptions)
    for week in WEEKS[: given["weeks"]]:
        lost = Counter(role for _, when, role in open_cells(answer) if when == week)
        assert (lost["primary"], lost["secondary"]) == fewest_open(given, week)
    json.dumps(answer.to_json())
