"""Even sharing as a convex cost: the sum over engineers of carried² / capacity, exact at whole numbers.

On a base polyhedron the vector with the least sum of squares also has the least maximum and the greatest minimum
(Frank and Murota, arXiv 2007.09616). Products give CP-SAT no bound, so the parabola is given by its chords.
"""

import heapq
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from .board import Board
from .staffing import Plan

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import IntVar

# Above this the common denominator of the capacities is not worth its digits: steps are rounded instead.
FINEST = 10_000
LARGEST_COST = 10**14

# More chords than this make the model slow: then only every so many-th is given, and the cost is an estimate.
MOST_CHORDS = 500

WHOLE = Fraction(1)


@dataclass(frozen=True)
class Curve:
    """The cost of carrying `low`, `low + 1`, ... grains; `low` costs nothing, each further one `steps[n - low]`."""

    low: int
    steps: tuple[int, ...]

    @property
    def high(self) -> int:
        return self.low + len(self.steps)

    def costs(self, price: int = 0) -> list[int]:
        """The cost at each amount when every grain is sold at `price`."""
        totals = [-price * self.low]
        for step in self.steps:
            totals.append(totals[-1] + step - price)
        return totals

    @cached_property
    def totals(self) -> list[int]:
        return self.costs()

    def cost(self, amount: int) -> int:
        return self.totals[amount - self.low]


@dataclass(frozen=True)
class Portion:
    """What one engineer can carry: `low` to `high` grains on top of `before`, over `capacity`."""

    low: int
    high: int
    before: Fraction
    capacity: Fraction


@dataclass(frozen=True)
class Share(Portion):
    """A portion on a board, and how much of it a plan gives."""

    amount: "IntVar"
    count: Callable[[Plan], int]


def curves_of(shares: Mapping[str, Portion], grain: Fraction) -> dict[str, Curve]:
    """The parabola of each share as whole steps. Steps are rounded, not costs, so that the curve stays convex."""
    slopes = {id: grain * grain / share.capacity for id, share in shares.items()}
    firsts = {id: slopes[id] + 2 * grain * share.before / share.capacity for id, share in shares.items()}
    scale = scale_of(shares, [*slopes.values(), *firsts.values()])
    curves = {
        id: rounded_steps(scale * firsts[id], 2 * scale * slopes[id], range(share.low, share.high))
        for id, share in shares.items()
    }
    shrink = math.gcd(*(step for steps in curves.values() for step in steps)) or 1
    return {id: Curve(shares[id].low, tuple(step // shrink for step in curves[id])) for id in curves}


def rounded_steps(first: Fraction, rise: Fraction, amounts: range) -> list[int]:
    """first + n * rise for each amount n, to the nearest whole number; without fractions, as they are slow."""
    shared = 2 * math.lcm(first.denominator, rise.denominator)
    start, slope = int(first * shared), int(rise * shared)
    return [(start + n * slope + shared // 2) // shared for n in amounts]


def scale_of(shares: Mapping[str, Portion], parts: Sequence[Fraction]) -> Fraction:
    """What makes the steps whole, or as nearly so as is worth its digits."""
    most = sum(share.high for share in shares.values())
    dearest = max(parts, default=Fraction(0)) * (1 + 2 * most) * most or Fraction(1)
    return min(Fraction(math.lcm(*(part.denominator for part in parts))), Fraction(FINEST), LARGEST_COST / dearest)


def band(curves: Mapping[str, Curve], ceiling: int, total: int | None) -> dict[str, range]:
    """The amounts each may carry in any sharing that costs at most `ceiling`.

    By Lagrange: for any price of a grain, what the others cost at their cheapest is a lower bound.
    """
    price = going_price(curves, total) if total is not None else 0
    costs = {id: curve.costs(price) for id, curve in curves.items()}
    cheapest = {id: min(values) for id, values in costs.items()}
    slack = ceiling - price * (total or 0) - sum(cheapest.values())
    found = {}
    for id, curve in curves.items():
        fine = [n for n, cost in enumerate(costs[id]) if cost - cheapest[id] <= slack]
        found[id] = range(curve.low + fine[0], curve.low + fine[-1] + 1)
    return found


def going_price(curves: Mapping[str, Curve], total: int) -> int:
    """The cost of the last grain when all are handed out one by one to whom it costs least."""
    nexts = [(curve.steps[0], id, 0) for id, curve in curves.items() if curve.steps]
    heapq.heapify(nexts)
    price = 0
    for _ in range(total - sum(curve.low for curve in curves.values())):
        if not nexts:
            break
        price, id, n = heapq.heappop(nexts)
        if n + 1 < len(curves[id].steps):
            heapq.heappush(nexts, (curves[id].steps[n + 1], id, n + 1))
    return price


class EvenSharing:
    """One convex cost over shares on a board; `total` is the sum of the amounts where it is known."""

    def __init__(self, board: Board, shares: Mapping[str, Share], total: int | None, grain: Fraction) -> None:
        self.board, self.shares, self.total, self.exact = board, shares, total, True
        self.curves = curves_of(shares, grain)

    def measure(self, plan: Plan) -> int:
        return sum(self.curves[id].cost(share.count(plan)) for id, share in self.shares.items())

    def floor(self, total: int) -> int:
        """What it costs at least to share so many grains."""
        nexts = [(curve.steps[0], id, 0) for id, curve in self.curves.items() if curve.steps]
        heapq.heapify(nexts)
        cost = 0
        for _ in range(total - sum(curve.low for curve in self.curves.values())):
            if not nexts:
                break
            step, id, n = heapq.heappop(nexts)
            cost += step
            if n + 1 < len(self.curves[id].steps):
                heapq.heappush(nexts, (self.curves[id].steps[n + 1], id, n + 1))
        return cost

    def most(self) -> int:
        return sum(sum(curve.steps) for curve in self.curves.values())

    def keep_within(self, ceiling: int) -> dict[str, range]:
        """Bound every share to what a cost of at most `ceiling` allows."""
        bands = band(self.curves, ceiling, self.total)
        for id, allowed in bands.items():
            self.board.model.add_linear_constraint(self.shares[id].amount, allowed[0], allowed[-1])
        return bands

    def terms(self, bands: Mapping[str, range]) -> "list[IntVar]":
        return [self.cost_term(id, allowed) for id, allowed in bands.items()]

    def cost_term(self, id: str, allowed: range) -> "IntVar":
        share, curve = self.shares[id], self.curves[id]
        cost = self.board.derive(0, sum(curve.steps), lambda plan: curve.cost(share.count(plan)))
        stride = 1 + len(allowed) // MOST_CHORDS
        self.exact &= stride == 1
        self.board.model.add(cost >= curve.cost(allowed[0]))
        for amount in allowed[:-1:stride]:
            step = curve.steps[amount - curve.low]
            self.board.model.add(cost >= curve.cost(amount) + step * (share.amount - amount))
        return cost
