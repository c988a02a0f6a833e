"""Small problems solved by trying every plan: the planner's is as good, goal by goal."""

from collections import Counter
from fractions import Fraction
from itertools import product

import pytest

from rotations.domain.planning import Problem, solve

WEEKS = ["2026-01-05", "2026-01-12", "2026-01-19"]


def person(id, **facts):
    return {"id": id, "country": "US"} | facts


def case(people, pools, weeks=2, **rules):
    return {
        "start": WEEKS[0],
        "weeks": weeks,
        "rules": {"max_roles_per_engineer_week": 2, "scope": "pipeline"} | rules,
        "engineers": people,
        "units": [
            {"id": f"U{n}", "qualified": list(pool), "owners": [pool[0], pool[1]]} for n, pool in enumerate(pools)
        ],
        "holidays": {"US": {WEEKS[0]: 1}, "IN": {WEEKS[1]: 2}},
    }


CASES = [
    case([person("A"), person("B"), person("C")], ["ABC", "ABC"]),
    case([person("A"), person("B", country="IN"), person("C")], ["ABC", "BC"], weeks=3),
    case([person("A", weeks_off=[WEEKS[1]]), person("B"), person("C")], ["AB", "ABC"], weeks=3),
    case([person("A", weeks_partial=[WEEKS[0]]), person("B", weeks_off=[WEEKS[0]]), person("C")], ["AB", "BCA"]),
    case([person("A", capacity_percent=50), person("B"), person("C", unwanted=[WEEKS[0]])], ["ABC", "ABC"]),
    case([person("A"), person("B"), person("C")], ["ABC"], weeks=3, min_weeks_between_primary=1),
    case([person("A"), person("B"), person("C"), person("D")], ["ABCD"], weeks=3, max_consecutive_weeks=1),
    case(
        [person("A", wanted=[WEEKS[1]]), person("B"), person("C", country="IN")],
        ["ABC", "ABC"],
        max_roles_per_engineer_week=None,
        max_consecutive_weeks=1,
        scope="engineer",
    ),
]


def every_week(given, week):
    """All hard-rule-keeping ways to staff a week, as ((unit, primary, secondary), ...)."""
    people = {each["id"]: each for each in given["engineers"]}
    most = given["rules"]["max_roles_per_engineer_week"] or 99

    def pairs(unit):
        for first, second in product([None, *unit["qualified"]], repeat=2):
            away = {id for id, each in people.items() if week in each.get("weeks_off", [])}
            partly = {id for id, each in people.items() if week in each.get("weeks_partial", [])}
            if first in away or second in away | partly or (first is not None and first == second):
                continue
            if first in partly and second is None:
                continue
            yield unit["id"], first, second

    for rows in product(*(list(pairs(unit)) for unit in given["units"])):
        roles = Counter(who for _, *pair in rows for who in pair if who)
        if max(roles.values(), default=0) <= most:
            yield rows


def worth(problem, tokens, plan):
    """The goals of a plan {(week, unit, role): who} as numbers, counted anew, in their order; tokens are certified."""
    people, weeks = problem.by_id, [week.isoformat() for week in problem.handoffs]
    held = [(week, unit, role, who) for (week, unit, role), who in plan.items() if who]
    load = Counter(dict.fromkeys(people, 0))
    for _, _, role, who in held:
        load[who] += 2 if role == "primary" else 1
    on_call = {(who, week) for week, _, _, who in held}
    days = {(who, week): problem.holiday_days(who, problem.handoffs[weeks.index(week)]) for who, week in on_call}
    size = {id: each.capacity(problem.handoffs) for id, each in people.items()}

    def spread(amounts):
        return sum((Fraction(amounts[id]) ** 2 / size[id] for id in people), Fraction(0))

    def opens(role):
        return sum(who is None for (_, _, each), who in plan.items() if each == role)

    owners = {unit.id: unit.owners for unit in problem.units}
    return [
        opens("primary"),
        opens("secondary"),
        sum(max(0, abs(load[id] - fair) - 1) for id, fair in tokens.items()),
        exceptions(problem, held, weeks),
        spread(load),
        spread(Counter({id: sum(n for (who, _), n in days.items() if who == id) for id in people})),
        sum(days[who, week] for week, _, _, who in held),
        spread(Counter(who for _, _, role, who in held if role == "primary")),
        spread(Counter(who for _, _, role, who in held if role == "secondary")),
        spread(Counter(who for who, _ in on_call)),
        sum((id, week.isoformat()) in on_call for id, each in people.items() for week in each.unwanted)
        + sum((id, week.isoformat()) not in on_call for id, each in people.items() for week in each.wanted),
        sum(who != owners[unit][role == "secondary"] for (_, unit, role), who in plan.items()),
        sum(who not in owners[unit] or who is None for (_, unit, _), who in plan.items()),
    ]


def exceptions(problem, held, weeks):
    rules, found = problem.rules, 0
    scopes = {(who, unit if rules.scope == "pipeline" else None) for _, unit, _, who in held}
    for who, unit in scopes:
        mine = [
            (weeks.index(week), role) for week, each, role, holder in held if holder == who and unit in (None, each)
        ]
        first, all_weeks = {n for n, role in mine if role == "primary"}, {n for n, _ in mine}
        found += sum(any(n - k in first for k in range(1, rules.min_weeks_between_primary + 1)) for n in first)
        if rules.max_consecutive_weeks is not None:
            found += sum(all(n - k in all_weeks for k in range(rules.max_consecutive_weeks + 1)) for n in all_weeks)
    return found


def flat(week, rows):
    return {
        (week, unit, role): who
        for unit, *pair in rows
        for role, who in zip(("primary", "secondary"), pair, strict=True)
    }


@pytest.mark.parametrize("given", CASES, ids=range(len(CASES)))
def test_no_plan_at_all_is_better_on_any_goal(given):
    problem = Problem.from_json(given)
    answer = solve(problem)
    tokens = answer.fairness.certificate.tokens
    weeks = [week.isoformat() for week in problem.handoffs]
    # A week with an open role too many can't be part of the best plan: without those there are few enough to try all.
    few = {week: [flat(week, rows) for rows in fewest_open(list(every_week(given, week)))] for week in weeks}
    best = min(
        worth(problem, tokens, {cell: who for part in parts for cell, who in part.items()})
        for parts in product(*few.values())
    )
    ours = {
        (pair.week.isoformat(), pair.unit, role): pair.of(role)
        for pair in answer.assignments
        for role in ("primary", "secondary")
    }

    assert worth(problem, tokens, ours) == best
    assert all(step.proven for step in answer.steps)


def fewest_open(ways):
    def opened(rows):
        return sum(first is None for _, first, _ in rows), sum(second is None for _, _, second in rows)

    least = min(map(opened, ways))
    return [rows for rows in ways if opened(rows) == least]
