"""How much of the ledger one plan pays back.

Everybody is aimed at the same level: tokens per full-time week, the ledger's included. But nobody is aimed below half
or above one and a half times their fair share of this horizon, or one long leave would make a plan of revenge: what
is left over is paid back by later plans.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction

from .parts import ROLES
from .problem import Problem

LEAST, MOST = Fraction(1, 2), Fraction(3, 2)

# What counts of a capped ledger is rounded like the ledger itself.
THOUSANDTH = 1000


def counted_loads(problem: Problem) -> dict[str, Fraction]:
    """The ledger's tokens of each engineer as far as they count in this plan. For engineers of one component."""
    weeks = {each.id: each.capacity(problem.handoffs, problem.shift_weeks) for each in problem.engineers}
    carried = {each.id: each.ledger.weighted_load for each in problem.engineers}
    horizon = {each.id: weeks[each.id] - each.ledger.capacity_weeks for each in problem.engineers}
    total = problem.weeks * sum(
        (problem.weights.of(role) * unit.weight for unit in problem.units for role in ROLES), Fraction(0)
    )
    if not total or not any(horizon.values()):
        return carried
    fair = {id: total * horizon[id] / sum(horizon.values()) for id in horizon}

    def aim(id: str, level: Fraction) -> Fraction:
        return min(max(level * weeks[id] - carried[id], LEAST * fair[id]), MOST * fair[id])

    level = common_level(aim, {id: (weeks[id], carried[id], fair[id]) for id in weeks if fair[id]}, total)
    return {id: counted(carried[id], level * weeks[id] - aim(id, level)) for id in weeks}


def counted(carried: Fraction, paid: Fraction) -> Fraction:
    """All of it where the whole of it is paid back."""
    return carried if paid == carried else max(Fraction(0), Fraction(round(paid * THOUSANDTH), THOUSANDTH))


def common_level(
    aim: Callable[[str, Fraction], Fraction],
    sharers: Mapping[str, tuple[Fraction, Fraction, Fraction]],
    total: Fraction,
) -> Fraction:
    """The level at which all aims add up to the total: between two levels where an aim begins or ends to move."""
    levels = sorted(
        {(carried + part * fair) / weeks for weeks, carried, fair in sharers.values() for part in (LEAST, MOST)}
    )
    low, high = 0, len(levels) - 1
    while low < high:
        middle = (low + high) // 2
        if sum(aim(id, levels[middle]) for id in sharers) < total:
            low = middle + 1
        else:
            high = middle
    at = levels[low]
    over = sum((aim(id, at) for id in sharers), Fraction(0)) - total
    before = levels[low - 1] if low else at
    moving = sum(
        (
            weeks
            for weeks, carried, fair in sharers.values()
            if carried + LEAST * fair <= before * weeks and at * weeks <= carried + MOST * fair
        ),
        Fraction(0),
    )
    return at - over / moving if moving else at
