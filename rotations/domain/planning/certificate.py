"""How fair any plan could be: a flow of tokens that knows who may carry what, and none of the finer rules.

Whatever a plan does, it hands the tokens of each unit-week to its candidates, nobody more than one role of it. So the
fairest flow bounds every plan (Frank and Murota, arXiv 2007.09616).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from .parts import ROLES, Cell
from .staffing import Plan, Staffing

if TYPE_CHECKING:
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

# Levels are compared as whole numbers, in millionths of a token per full-time week.
FINENESS = 1_000_000

# The tokens (in grains) of a unit-week and the most of them each candidate can take.
Demand = tuple[int, tuple[tuple[str, int], ...]]


@dataclass(frozen=True)
class Certificate:
    """Proven of every plan with these open roles: its highest load (tokens per full-time week, ledger included) is
    at least `bound_max`, its lowest at most `bound_min`. `tokens` is a vector that attains `bound_max`."""

    tokens: Mapping[str, Fraction]
    bound_max: Fraction
    bound_min: Fraction
    bottleneck: tuple[str, ...]


def certify(staffing: Staffing, plan: Plan) -> Certificate | None:
    """None where nobody has any capacity, so that there is nothing to share."""
    sharers = [id for id, weeks in staffing.capacity.items() if weeks]
    if not sharers:
        return None
    flow = Flow(staffing, sharers, demands(staffing, plan))
    highest, lowest = flow.fair_vector(lookahead=1), flow.fair_vector(lookahead=0)
    bound_max = max(flow.level(id, highest[id]) for id in sharers)
    return Certificate(
        {id: flow.locked[id] + highest[id] * staffing.problem.grain for id in sharers},
        bound_max,
        min(flow.level(id, lowest[id]) for id in sharers),
        flow.bottleneck(highest, bound_max),
    )


def demands(staffing: Staffing, plan: Plan) -> Counter[Demand]:
    """What the free unit-weeks ask for; alike ones are counted together, which keeps the flow small."""
    found: Counter[Demand] = Counter()
    for week in staffing.problem.handoffs:
        for unit in staffing.problem.units:
            cells = [Cell(unit.id, week, role) for role in ROLES]
            filled = [cell for cell in cells if cell in staffing.candidates and plan[cell] is not None]
            most: dict[str, int] = {}
            for cell in filled:
                grains = staffing.grains(cell)
                most |= {id: max(grains, most.get(id, 0)) for id in staffing.candidates[cell]}
            supply = sum(staffing.grains(cell) for cell in filled)
            found[supply, tuple(sorted(most.items()))] += 1
    return found


class Flow:
    """Tokens from unit-weeks to engineers; each further grain costs an engineer the level it lifts them to."""

    def __init__(self, staffing: Staffing, sharers: list[str], wanted: Counter[Demand]) -> None:
        self.staffing, self.sharers, self.wanted = staffing, sharers, wanted
        self.locked = dict.fromkeys(staffing.capacity, Fraction(0))
        for cell, holder in staffing.problem.locked.items():
            if holder is not None:
                self.locked[holder] += staffing.tokens(cell)

    def level(self, engineer: str, grains: int) -> Fraction:
        """Tokens per full-time week with the ledger and so many grains."""
        before = self.staffing.problem.by_id[engineer].ledger.weighted_load + self.locked[engineer]
        return (before + grains * self.staffing.problem.grain) / self.staffing.capacity[engineer]

    def fair_vector(self, lookahead: int) -> dict[str, int]:
        """Grains per engineer. Pricing the grain by the level after it (1) gives the least maximum of all vectors,
        by the level before it (0) the greatest minimum."""
        from ortools.graph.python.min_cost_flow import SimpleMinCostFlow  # noqa: PLC0415

        flow = SimpleMinCostFlow()
        node = {id: n + 1 for n, id in enumerate(self.sharers)}
        room = self.add_demands(flow, node)
        arcs = {id: self.add_levels(flow, id, node[id], room[id], lookahead) for id in self.sharers}
        if flow.solve() != flow.OPTIMAL:
            raise RuntimeError("the flow lost the plan it certifies")
        return {id: sum(flow.flow(arc) for arc in arcs[id]) for id in self.sharers}

    def add_demands(self, flow: "SimpleMinCostFlow", node: Mapping[str, int]) -> Counter[str]:
        """Sources and their arcs; returns the most that can reach each engineer. Node 0 is the sink."""
        room: Counter[str] = Counter()
        for n, ((supply, most), times) in enumerate(sorted(self.wanted.items())):
            source = len(node) + 1 + n
            flow.set_node_supply(source, supply * times)
            for engineer, tokens in most:
                flow.add_arc_with_capacity_and_unit_cost(source, node[engineer], tokens * times, 0)
                room[engineer] += tokens * times
        flow.set_node_supply(0, -sum(supply * times for (supply, _), times in self.wanted.items()))
        return room

    def add_levels(self, flow: "SimpleMinCostFlow", engineer: str, node: int, room: int, lookahead: int) -> list[int]:
        return [
            flow.add_arc_with_capacity_and_unit_cost(
                node, 0, 1, round(FINENESS * self.level(engineer, grains + lookahead))
            )
            for grains in range(room)
        ]

    def bottleneck(self, grains: Mapping[str, int], highest: Fraction) -> tuple[str, ...]:
        """Those at the top whom nobody can relieve; empty where everybody is within a grain of the top anyway."""
        near = {id for id in self.sharers if self.level(id, grains[id] + 1) >= highest}
        return tuple(sorted(near)) if len(near) < len(self.sharers) else ()
