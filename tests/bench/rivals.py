"""What other on-call tools do, on the same problems: nobody is weighed against anybody, and gaps are not looked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date

from rotations.domain.planning import Problem
from rotations.domain.planning.parts import PRIMARY, ROLES, SECONDARY, Pair, Unit

Rival = Callable[[Problem], list[Pair]]


def round_robin(problem: Problem) -> list[Pair]:
    """The next two of the list each week, whoever is away: a static list, as most tools keep one."""
    rows = []
    for n, week in enumerate(problem.handoffs):
        for unit in problem.units:
            pool = unit.qualified
            second = pool[(n + 1) % len(pool)] if len(pool) > 1 else None
            rows.append(Pair(unit.id, week, pool[n % len(pool)], second))
    return rows


def round_robin_of_the_present(problem: Problem) -> list[Pair]:
    """The next two of the list who are there, after whoever was last."""
    rows, turn = [], dict.fromkeys((unit.id for unit in problem.units), 0)
    for week in problem.handoffs:
        for unit in problem.units:
            found: dict[str, str | None] = dict.fromkeys(ROLES)
            for role in ROLES:
                for who, place in in_turn(unit, turn[unit.id]):
                    if problem.by_id[who].may_hold(role, week) and who != found[PRIMARY]:
                        found[role], turn[unit.id] = who, place + 1
                        break
            rows.append(Pair(unit.id, week, found[PRIMARY], found[SECONDARY]))
    return rows


def in_turn(unit: Unit, place: int) -> Iterator[tuple[str, int]]:
    pool = unit.qualified
    yield from ((pool[n % len(pool)], n) for n in range(place, place + len(pool)))


def longest_since_duty(problem: Problem) -> list[Pair]:
    """Who is there, has room, and whose last duty is longest ago; those who never had any first."""
    most = problem.rules.max_roles_per_engineer_week or len(problem.units) * 2
    last: dict[str, date] = {}
    rows = []
    for week in problem.handoffs:
        held: Counter[str] = Counter()
        for unit in problem.units:
            found: dict[str, str | None] = dict.fromkeys(ROLES)
            for role in ROLES:
                free = [
                    who
                    for who in unit.qualified
                    if problem.by_id[who].may_hold(role, week) and held[who] < most and who != found[PRIMARY]
                ]
                if free:
                    who = min(free, key=lambda who: (last.get(who, date.min), held[who], who))
                    found[role], last[who] = who, week
                    held[who] += 1
            rows.append(Pair(unit.id, week, found[PRIMARY], found[SECONDARY]))
    return rows


RIVALS: dict[str, Rival] = {
    "round-robin": round_robin,
    "round-robin of the present": round_robin_of_the_present,
    "longest since duty": longest_since_duty,
}
