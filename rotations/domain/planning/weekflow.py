"""One week staffed at the least price, by min-cost flow: as no hard rule crosses weeks, weeks are covered one by one.

Roles flow from engineers (at most so many roles) by way of their units (one role of each) into the cells. What can
stay open is a matroid, so a dearly priced gap and a less dearly priced open secondary give exactly the fewest open
primaries, then the fewest open secondaries. Only one rule is no flow: a partly absent primary needs a secondary. It
matters where a secondary stays open; a week in which the flow breaks it is solved by CP-SAT instead.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from .board import lay_board, read_plan, solve
from .parts import PRIMARY, ROLES, SECONDARY, Cell
from .staffing import Plan, Staffing, other_role

Who = TypeVar("Who", bound=Hashable)

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


def price_of_gaps(dearest: int, cells: int) -> dict[str, int]:
    """What an open role costs: more than any re-staffing could save, and a primary more than all secondaries."""
    lost = 1 + dearest * (cells + 1)
    return {SECONDARY: lost, PRIMARY: lost * (cells + 2)}


def flow_week(staffing: Staffing, week: date, prices: Mapping[tuple[Cell, str], int]) -> Plan:
    """The least price by min-cost flow, whatever it means for partly absent primaries."""
    cells = staffing.free_cells[week]
    choices = [[(engineer, prices[cell, engineer]) for engineer in staffing.candidates[cell]] for cell in cells]
    rooms = {engineer: staffing.room(engineer, week) for engineers in choices for engineer, _ in engineers}
    lost = price_of_gaps(max(prices.values(), default=0), len(cells))
    holders = cheapest_week(
        [cell.unit for cell in cells],
        choices,
        {engineer: [(len(cells) if room is None else room, 0)] for engineer, room in rooms.items()},
        [lost[cell.role] for cell in cells],
    )
    return dict(zip(cells, holders, strict=True))


def cheapest_week(
    units: Sequence[object],
    choices: Sequence[Sequence[tuple[Who, int]]],
    rooms: Mapping[Who, Sequence[tuple[int, int]]],
    lost: Sequence[int],
) -> list[Who | None]:
    """Who holds each cell at the least price in sum.

    Of each cell: its unit, who may hold it at which price, and the price of leaving it open. Of each engineer: how
    many roles are to be had at which further price, the cheapest first.
    """
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow  # noqa: PLC0415  (the web never needs it)

    flow = SimpleMinCostFlow()
    add = flow.add_arc_with_capacity_and_unit_cost
    first, node = NOBODY + 1, NOBODY + 1 + len(units)
    flow.set_node_supply(SUPPLY, len(units))
    add(SUPPLY, NOBODY, len(units), 0)
    for n, price in enumerate(lost):
        flow.set_node_supply(first + n, -1)
        add(NOBODY, first + n, 1, price)
    ways: dict[object, int] = {}
    arcs: list[int] = []
    for n, engineers in enumerate(choices):
        for engineer, price in engineers:
            if engineer not in ways:
                ways[engineer], node = node, node + 1
                for room, further in rooms[engineer]:
                    add(SUPPLY, ways[engineer], room, further)
            post = (engineer, units[n])
            if post not in ways:
                ways[post], node = node, node + 1
                add(ways[engineer], ways[post], 1, 0)
            arcs.append(add(ways[post], first + n, 1, price))
    if flow.solve() != flow.OPTIMAL:
        raise RuntimeError("a week without anybody in it is always a way out, and yet the flow found none")
    flows = iter(flow.flows(arcs) if arcs else ())
    return [
        next((who for who, taken in [(who, next(flows)) for who, _ in engineers] if taken), None)
        for engineers in choices
    ]


def solve_week(staffing: Staffing, week: date, prices: Mapping[tuple[Cell, str], int]) -> CoveredWeek:
    """The same by CP-SAT, which knows every rule."""
    board = lay_board(staffing, [week], None)
    lost = price_of_gaps(max(prices.values(), default=0), len(board.opens))
    board.model.minimize(
        sum(prices[key] * term for key, term in board.taken.items())
        + sum(lost[cell.role] * term for cell, term in board.opens.items())
    )
    solver, proven = solve(board, EFFORT)
    return CoveredWeek(read_plan(board, solver), proven, solver.num_branches, solver.wall_time)
