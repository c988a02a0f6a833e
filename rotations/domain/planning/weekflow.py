"""One week staffed at the least price, by min-cost flow: as no hard rule crosses weeks, weeks are covered one by one.

Roles flow from engineers (at most so many roles) by way of their units (one role of each) into the cells. What can
stay open is a matroid, so a dearly priced gap and a less dearly priced open secondary give exactly the fewest open
primaries, then the fewest open secondaries. Only one rule is no flow: a partly absent primary needs a secondary. It
matters where a secondary stays open; a week in which the flow breaks it is solved by CP-SAT instead.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from .board import lay_board, read_plan, solve
from .parts import PRIMARY, ROLES, SECONDARY, Cell
from .staffing import Plan, Staffing, other_role

if TYPE_CHECKING:
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

# Deterministic time for one week in CP-SAT: a thousand times what a week of the reference team takes.
EFFORT = 5.0

# What it costs to give a cell to an engineer: a whole number, not negative, at most DEAREST.
Price = Callable[[Cell, str], int]
DEAREST = 1_000_000

SUPPLY, NOBODY = 0, 1


@dataclass(frozen=True)
class CoveredWeek:
    """Who holds the free cells of one week, and how much work it was to find out."""

    plan: Plan
    proven: bool = True
    branches: int = 0
    seconds: float = 0.0

    def opens(self) -> dict[str, int]:
        return {role: sum(who is None and cell.role == role for cell, who in self.plan.items()) for role in ROLES}


def staff_week(staffing: Staffing, week: date, price: Price) -> CoveredWeek:
    """The free cells of a week with the fewest open primaries, then secondaries, then at the least price in sum.

    Raises ValueError where a price is out of range.
    """
    prices = {
        (cell, engineer): price(cell, engineer)
        for cell in staffing.free_cells[week]
        for engineer in staffing.candidates[cell]
    }
    if prices and not 0 <= min(prices.values()) <= max(prices.values()) <= DEAREST:
        raise ValueError(f"a price of the week of {week} is out of range")
    plan = flow_week(staffing, week, prices)
    if any(partly_alone(staffing, plan, cell) for cell in plan):
        return solve_week(staffing, week, prices)
    return CoveredWeek(plan)


def partly_alone(staffing: Staffing, plan: Plan, cell: Cell) -> bool:
    """A partly absent primary without a secondary."""
    holder = plan[cell]
    if cell.role != PRIMARY or holder is None or not staffing.partly_there(holder, cell.week):
        return False
    return plan.get(other_role(cell)) is None


def price_of_gaps(prices: Mapping[tuple[Cell, str], int], cells: int) -> dict[str, int]:
    """What an open role costs: more than any re-staffing could save, and a primary more than all secondaries."""
    dearest = 1 + max(prices.values(), default=0) * (cells + 1)
    return {SECONDARY: dearest, PRIMARY: dearest * (cells + 2)}


def flow_week(staffing: Staffing, week: date, prices: Mapping[tuple[Cell, str], int]) -> Plan:
    """The least price by min-cost flow, whatever it means for partly absent primaries."""
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow  # noqa: PLC0415  (the web never needs it)

    cells = staffing.free_cells[week]
    flow = SimpleMinCostFlow()
    flow.set_node_supply(SUPPLY, len(cells))
    node = {cell: NOBODY + 1 + n for n, cell in enumerate(cells)}
    lost = price_of_gaps(prices, len(cells))
    flow.add_arc_with_capacity_and_unit_cost(SUPPLY, NOBODY, len(cells), 0)
    for cell in cells:
        flow.set_node_supply(node[cell], -1)
        flow.add_arc_with_capacity_and_unit_cost(NOBODY, node[cell], 1, lost[cell.role])
    taken = add_engineers(flow, staffing, node, prices)
    if flow.solve() != flow.OPTIMAL:
        raise RuntimeError("a week without anybody in it is always a way out, and yet the flow found none")
    plan: dict[Cell, str | None] = dict.fromkeys(cells)
    plan |= {cell: engineer for arc, (cell, engineer) in taken.items() if flow.flow(arc)}
    return plan


def add_engineers(
    flow: "SimpleMinCostFlow", staffing: Staffing, node: Mapping[Cell, int], prices: Mapping[tuple[Cell, str], int]
) -> dict[int, tuple[Cell, str]]:
    """The arcs from each engineer by way of each unit into its cells; returns which arc is which taking."""
    ways: dict[str, int] = {}
    posts: dict[tuple[str, str], int] = {}
    taken = {}
    for (cell, engineer), price in prices.items():
        if engineer not in ways:
            ways[engineer] = NOBODY + 1 + len(node) + len(ways) + len(posts)
            room = staffing.room(engineer, cell.week)
            flow.add_arc_with_capacity_and_unit_cost(SUPPLY, ways[engineer], len(node) if room is None else room, 0)
        if (engineer, cell.unit) not in posts:
            posts[engineer, cell.unit] = NOBODY + 1 + len(node) + len(ways) + len(posts)
            flow.add_arc_with_capacity_and_unit_cost(ways[engineer], posts[engineer, cell.unit], 1, 0)
        arc = flow.add_arc_with_capacity_and_unit_cost(posts[engineer, cell.unit], node[cell], 1, price)
        taken[arc] = (cell, engineer)
    return taken


def solve_week(staffing: Staffing, week: date, prices: Mapping[tuple[Cell, str], int]) -> CoveredWeek:
    """The same by CP-SAT, which knows every rule."""
    board = lay_board(staffing, [week], None)
    lost = price_of_gaps(prices, len(board.opens))
    board.model.minimize(
        sum(prices[key] * term for key, term in board.taken.items())
        + sum(lost[cell.role] * term for cell, term in board.opens.items())
    )
    solver, proven = solve(board, EFFORT)
    return CoveredWeek(read_plan(board, solver), proven, solver.num_branches, solver.wall_time)
