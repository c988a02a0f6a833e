"""How fair any plan could be: a flow of tokens that knows who may carry what, and none of the finer rules.

Whatever a plan does, it hands the tokens of each unit-week to its candidates, nobody more than one role of it. So the
fairest flow bounds every plan (Frank and Murota, arXiv 2007.09616). Unit-weeks that ask for the same of the same
people flow together, and loads far from the fair ones are priced roughly: both keep the flow small at any size.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from .staffing import Plan, Staffing

if TYPE_CHECKING:
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

# Levels are compared as whole numbers, in billionths of a token per full-time week.
FINENESS = 1_000_000_000

# How many grains are priced as one where only the order of magnitude of a load is wanted.
ROUGH = 32

# The tokens (in grains) of a unit-week and the most of them each candidate can take.
Demand = tuple[int, tuple[tuple[str, int], ...]]


@dataclass(frozen=True)
class Certificate:
    """Proven of every plan with these open roles: its highest load (tokens per full-time week, ledger included) is
    at least `bound_max`, its lowest at most `bound_min`, and its sum of squares over capacity no less than that of
    `tokens`, the fairest vector there is."""

    tokens: Mapping[str, Fraction]
    bound_max: Fraction
    bound_min: Fraction
    bottleneck: tuple[str, ...]


def band(staffing: Staffing, fair: Fraction) -> range:
    """The grains that are near enough to a fair load: within a token of it, or within a grain if that is more."""
    grain = staffing.problem.grain
    aim, reach = int(fair / grain), reach_of(staffing)
    return range(max(0, aim - reach), aim + reach + 1)


def reach_of(staffing: Staffing) -> int:
    """A token in grains."""
    return max(1, int(1 / staffing.problem.grain))


def certify(staffing: Staffing, plan: Plan) -> Certificate | None:
    """None where nobody has any capacity, so that there is nothing to share."""
    sharers = [id for id, weeks in staffing.capacity.items() if weeks]
    if not sharers:
        return None
    flow = Flow(staffing, sharers, demands(staffing, plan))
    fair = flow.fair_vector()
    return Certificate(
        {id: flow.locked[id] + fair[id] * staffing.problem.grain for id in sharers},
        flow.least_top(fair),
        flow.greatest_bottom(fair),
        flow.bottleneck(fair),
    )


def demands(staffing: Staffing, plan: Plan) -> Counter[Demand]:
    """What the free unit-weeks ask for; alike ones are counted together."""
    asked: dict[tuple[str, date], list[tuple[int, tuple[str, ...]]]] = {}
    for cell, candidates in staffing.candidates.items():
        if plan[cell] is not None:
            asked.setdefault((cell.unit, cell.week), []).append((staffing.grains(cell), candidates))
    alike = Counter(tuple(roles) for roles in asked.values())
    found: Counter[Demand] = Counter()
    for roles, times in alike.items():
        most: dict[str, int] = {}
        for grains, candidates in roles:
            most |= {id: max(grains, most.get(id, 0)) for id in candidates}
        found[sum(grains for grains, _ in roles), tuple(sorted(most.items()))] += times
    return found


class Flow:
    """Tokens from unit-weeks to engineers."""

    def __init__(self, staffing: Staffing, sharers: list[str], wanted: Counter[Demand]) -> None:
        self.staffing, self.sharers = staffing, sharers
        self.node = {id: n + 1 for n, id in enumerate(sharers)}  # node 0 is the sink
        self.wanted = sorted(wanted.items())
        self.total = sum(supply * times for (supply, _), times in self.wanted)
        self.room: Counter[str] = Counter()
        for (_, most), times in self.wanted:
            self.room.update({id: grains * times for id, grains in most})
        self.locked = dict.fromkeys(staffing.capacity, Fraction(0))
        for cell, holder in staffing.problem.locked.items():
            if holder is not None:
                self.locked[holder] += staffing.tokens(cell)

    def level(self, engineer: str, grains: Fraction | int) -> Fraction:
        """Tokens per full-time week with the ledger and so many grains."""
        before = self.staffing.before[engineer] + self.locked[engineer]
        return (before + grains * self.staffing.problem.grain) / self.staffing.capacity[engineer]

    def fair_vector(self) -> dict[str, int]:
        """Grains per engineer with the least sum of squares over capacity: roughly first, then to the grain.

        As costs are convex, a vector that is best among those near the rough one, and not at the edge of what counts
        as near, is best of all.
        """
        guess, near = self.cheapest({id: range(0) for id in self.sharers}), ROUGH
        while True:
            fine = {id: range(max(0, guess[id] - near), min(self.room[id], guess[id] + near)) for id in self.sharers}
            guess = self.cheapest(fine)
            if all(self.inside(id, guess[id], fine[id]) for id in self.sharers):
                return guess
            near *= 2

    def inside(self, engineer: str, grains: int, fine: range) -> bool:
        low = grains > fine.start or fine.start == 0
        return low and (grains < fine.stop or fine.stop == self.room[engineer])

    def cheapest(self, fine: Mapping[str, range]) -> dict[str, int]:
        """The least sum of squares, where grains outside the fine range are priced by the block."""
        from ortools.graph.python.min_cost_flow import SimpleMinCostFlow  # noqa: PLC0415

        flow = SimpleMinCostFlow()
        for n, ((supply, most), times) in enumerate(self.wanted):
            source = len(self.node) + 1 + n
            flow.set_node_supply(source, supply * times)
            for engineer, grains in most:
                flow.add_arc_with_capacity_and_unit_cost(source, self.node[engineer], grains * times, 0)
        flow.set_node_supply(0, -self.total)
        arcs = {id: self.add_levels(flow, id, fine[id]) for id in self.sharers}
        if flow.solve() != flow.OPTIMAL:
            raise RuntimeError("the flow lost the plan it certifies")
        return {id: sum(flow.flow(arc) for arc in arcs[id]) for id in self.sharers}

    def add_levels(self, flow: "SimpleMinCostFlow", engineer: str, fine: range) -> list[int]:
        """Arcs to the sink, each as dear as the level in the middle of what it carries: the slope of the parabola."""
        edges = {*range(0, fine.start, ROUGH), *fine, *range(fine.stop, self.room[engineer], ROUGH)}
        starts = sorted(edges)
        return [
            flow.add_arc_with_capacity_and_unit_cost(
                self.node[engineer], 0, end - start, round(FINENESS * self.level(engineer, Fraction(start + end, 2)))
            )
            for start, end in zip(starts, [*starts[1:], self.room[engineer]], strict=False)
        ]

    def least_top(self, fair: Mapping[str, int]) -> Fraction:
        """The least highest level: as long as everybody can stay below the highest, it is not the least."""
        vector: Mapping[str, int] | None = fair
        top = max(self.level(id, grains) for id, grains in fair.items())
        while vector is not None:
            top = max(self.level(id, grains) for id, grains in vector.items())
            below = {id: self.grains_below(id, top) for id in self.sharers}
            vector = None if min(below.values()) < 0 else self.capped(below, self.total)
        return top

    def greatest_bottom(self, fair: Mapping[str, int]) -> Fraction:
        """The greatest lowest level: as long as everybody can be above the lowest, it is not the greatest."""
        vector: Mapping[str, int] | None = fair
        bottom = min(self.level(id, grains) for id, grains in fair.items())
        while vector is not None:
            bottom = min(self.level(id, grains) for id, grains in vector.items())
            above = {id: max(0, self.grains_up_to(id, bottom) + 1) for id in self.sharers}
            vector = self.capped(above, sum(above.values()))
        return bottom

    def grains_up_to(self, engineer: str, level: Fraction) -> int:
        """The most grains that lift an engineer no higher than a level; negative where nothing does."""
        room = level * self.staffing.capacity[engineer] - self.level(engineer, 0) * self.staffing.capacity[engineer]
        return math.floor(room / self.staffing.problem.grain)

    def grains_below(self, engineer: str, level: Fraction) -> int:
        """The most grains that keep an engineer below a level, as far as they had a choice."""
        grains = self.grains_up_to(engineer, level)
        return grains - 1 if self.level(engineer, grains) == level else grains

    def capped(self, caps: Mapping[str, int], wanted: int) -> dict[str, int] | None:
        """A vector with at most so many grains each that carries all that is wanted, if there is one."""
        from ortools.graph.python.max_flow import SimpleMaxFlow  # noqa: PLC0415

        flow: SimpleMaxFlow = SimpleMaxFlow()
        arcs = {id: flow.add_arc_with_capacity(self.node[id], 0, caps[id]) for id in self.sharers}
        origin = len(self.node) + len(self.wanted) + 1
        for n, ((supply, most), times) in enumerate(self.wanted):
            source = len(self.node) + 1 + n
            flow.add_arc_with_capacity(origin, source, supply * times)
            for engineer, grains in most:
                flow.add_arc_with_capacity(source, self.node[engineer], grains * times)
        if flow.solve(origin, 0) != flow.OPTIMAL:
            raise RuntimeError("a flow of tokens can't be found")
        return {id: flow.flow(arcs[id]) for id in self.sharers} if flow.optimal_flow() == wanted else None

    def bottleneck(self, fair: Mapping[str, int]) -> tuple[str, ...]:
        """Those at the top whom nobody can relieve; empty where everybody is within a grain of the top anyway."""
        highest = max(self.level(id, grains) for id, grains in fair.items())
        near = {id for id in self.sharers if self.level(id, fair[id] + 1) >= highest}
        return tuple(sorted(near)) if len(near) < len(self.sharers) else ()
