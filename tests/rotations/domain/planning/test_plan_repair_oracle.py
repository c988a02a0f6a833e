"""Repair against brute force: every staffing of small teams is tried."""

from collections import Counter
from itertools import chain, product

from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from rotations.domain.planning import Problem, check, solve

WEEKS = ["2026-01-05", "2026-01-12", "2026-01-19"]
ROLES = ("primary", "secondary")


def ways(given, week):
    """Every staffing of a week that breaks no hard rule: for each unit who is primary and who secondary."""
    people = {row["id"]: row for row in given["engineers"]}
    there = {id for id, row in people.items() if week not in row["weeks_off"] and (row["leaves"] or "9999") > week}
    full = {id for id in there if week not in people[id]["weeks_partial"]}
    pins = {(pin["unit"], pin["role"]): pin["engineer"] for pin in given["pins"] if pin["week"] == week}
    cap = given["rules"]["max_roles_per_engineer_week"] or 99
    pairs = []
    for unit in given["units"]:
        pool = [None, *unit["qualified"]]
        pairs.append(
            [
                (primary, secondary)
                for primary, secondary in product(pool, pool)
                if primary in {None, *there}
                and secondary in {None, *full}
                and (primary is None or primary != secondary)
                and not (primary in there - full and secondary is None)
                and all(
                    who in (None, pins.get((unit["id"], role), who))
                    for role, who in zip(ROLES, (primary, secondary), strict=True)
                )
            ]
        )
    for way in product(*pairs):
        held = Counter(who for who in chain(*way) if who)
        if max(held.values(), default=0) <= cap:
            yield way


def cost(given, week, way):
    """Open primaries, open roles, published roles that change."""
    rows = {row["unit"]: (row["primary"], row["secondary"]) for row in given["published"] if row["week"] == week}
    known = [
        (was, now)
        for unit, pair in zip(given["units"], way, strict=True)
        if unit["id"] in rows
        for was, now in zip(rows[unit["id"]], pair, strict=True)
    ]
    roles = list(chain(*way))
    return sum(primary is None for primary, _ in way), roles.count(None), sum(was != now for was, now in known)


def exceptions(given, plan):
    """How often somebody has too little rest or too many weeks in a row."""
    rules = given["rules"]
    per_unit = rules["scope"] == "pipeline"
    units = [unit["id"] for unit in given["units"]]
    count = 0
    for who, unit in product([row["id"] for row in given["engineers"]], units if per_unit else [None]):
        pairs = [[pair for one, pair in zip(units, week, strict=True) if unit in (None, one)] for week in plan]
        first = [any(primary == who for primary, _ in week) for week in pairs]
        duty = [any(who in pair for pair in week) for week in pairs]
        rest, most = rules["min_weeks_between_primary"], rules["max_consecutive_weeks"]
        count += sum(first[n] and any(first[max(0, n - rest) : n]) for n in range(len(plan)))
        if most is not None:
            count += sum(all(duty[n - most : n + 1]) for n in range(most, len(plan)))
    return count


SOME_WEEKS = st.lists(st.sampled_from(WEEKS), unique=True, max_size=2)


@st.composite
def problems(draw):
    people = "ABCD"[: draw(st.integers(3, 4))]
    units = [
        {"id": f"U{n}", "qualified": draw(st.lists(st.sampled_from(people), unique=True, min_size=2, max_size=3))}
        for n in range(2)
    ]
    holders = st.sampled_from([None, *people])
    rows = [
        {"unit": unit["id"], "week": week, "primary": draw(holders), "secondary": draw(holders)}
        for unit in units
        for week in WEEKS
        if draw(st.integers(0, 5))
    ]
    covered = {row["week"] for row in rows}
    rows += [{"unit": "U0", "week": week, "primary": None, "secondary": None} for week in WEEKS if week not in covered]
    return {
        "start": WEEKS[0],
        "weeks": 3,
        "rules": {
            "max_roles_per_engineer_week": draw(st.sampled_from([None, 1, 2])),
            "min_weeks_between_primary": draw(st.integers(0, 1)),
            "max_consecutive_weeks": draw(st.sampled_from([None, 1])),
            "scope": draw(st.sampled_from(["pipeline", "engineer"])),
        },
        "engineers": [
            {
                "id": who,
                "weeks_off": (off := draw(SOME_WEEKS)),
                "weeks_partial": [
                    week for week in draw(st.lists(st.sampled_from(WEEKS), max_size=1)) if week not in off
                ],
                "leaves": draw(st.sampled_from([None, None, WEEKS[2]])),
            }
            for who in people
        ],
        "units": units,
        "pins": [
            {"unit": "U1", "week": week, "role": draw(st.sampled_from(ROLES)), "engineer": units[1]["qualified"][0]}
            for week in draw(st.lists(st.sampled_from(WEEKS), max_size=1))
        ],
        "published": rows,
    }


def staffing(given, answer, week):
    pairs = {(pair.unit, pair.week.isoformat()): (pair.primary, pair.secondary) for pair in answer.assignments}
    return tuple(pairs[unit["id"], week] for unit in given["units"])


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@drawn(problems())
def test_a_repair_has_the_fewest_gaps_then_changes_then_exceptions(given):
    problem = Problem.from_json(given)

    answer = solve(problem)

    assert check(problem, answer.assignments) == ()
    assert answer.repaired.proven
    best = []
    for week in WEEKS:
        costs = {way: cost(given, week, way) for way in ways(given, week)}
        least = min(costs.values())
        assert cost(given, week, staffing(given, answer, week)) == least
        best.append([way for way in costs if costs[way] == least])
    assert len(answer.changed) == answer.repaired.changes
    if answer.repaired.few_exceptions:
        assert len(answer.exceptions) == min(exceptions(given, plan) for plan in product(*best))


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@drawn(problems(), st.integers(0, 3), st.randoms(use_true_random=False))
def test_locked_weeks_stay_and_the_order_of_lists_does_not_matter(given, weeks, rng):
    given |= {"locked_before": [*WEEKS, "2026-01-26"][weeks], "pins": []}
    shuffled = {
        key: rng.sample(value, len(value)) if isinstance(value, list) else value for key, value in given.items()
    }

    answer, again = solve(Problem.from_json(given)), solve(Problem.from_json(shuffled))

    assert answer.assignments == again.assignments
    rows = {(row["unit"], row["week"]): (row["primary"], row["secondary"]) for row in given["published"]}
    kept = [pair for pair in answer.assignments if pair.week.isoformat() in WEEKS[:weeks]]
    for pair in kept:
        if (pair.unit, pair.week.isoformat()) in rows:
            assert (pair.primary, pair.secondary) == rows[pair.unit, pair.week.isoformat()]
    listed = {(change.cell.unit, change.cell.week.isoformat(), change.cell.role) for change in answer.changed}
    assert listed == {
        (pair.unit, pair.week.isoformat(), role)
        for pair in answer.assignments
        for role, was in zip(ROLES, rows.get((pair.unit, pair.week.isoformat()), ()), strict=False)
        if was != pair.of(role)
    }
