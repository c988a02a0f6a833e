"""How many roles must stay open, and a first complete plan: week by week, as no hard rule crosses weeks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from .board import lay_board, read_plan, solve
from .parts import PRIMARY, ROLES, SECONDARY, Cell
from .staffing import Plan, Staffing

# Deterministic time for one week: a thousand times what a week of the reference team takes.
EFFORT = 5.0


@dataclass(frozen=True)
class Coverage:
    """A complete plan with the fewest open roles, and how many stay open per week and role."""

    plan: Plan
    open_cells: Mapping[date, Mapping[str, int]]
    proven: bool

    @property
    def open_count(self) -> int:
        return sum(holder is None for holder in self.plan.values())


def cover(staffing: Staffing) -> Coverage:
    plan: dict[Cell, str | None] = dict(staffing.problem.locked)
    loads = {engineer.id: engineer.ledger.weighted_load for engineer in staffing.problem.engineers}
    for cell, holder in plan.items():
        carry(staffing, loads, cell, holder)
    open_cells, proven = {}, True
    for week, cells in staffing.free_cells.items():
        found, best = cover_week(staffing, week, loads)
        for cell, holder in found.items():
            carry(staffing, loads, cell, holder)
        plan |= found
        proven &= best
        open_cells[week] = {role: count_open(found, cells, role) for role in ROLES}
    return Coverage(plan, open_cells, proven)


def carry(staffing: Staffing, loads: dict[str, Fraction], cell: Cell, holder: str | None) -> None:
    if holder is not None:
        loads[holder] += staffing.tokens(cell)


def cover_week(staffing: Staffing, week: date, loads: Mapping[str, Fraction]) -> tuple[dict[Cell, str | None], bool]:
    """The week with the fewest open primaries, then secondaries, then by those who carried least so far."""
    board = lay_board(staffing, [week], None)
    if not board.opens:
        return {}, True
    prices = {key: price(staffing, key, loads) for key in board.taken}
    dearest = 1 + sum(max((prices[cell, who] for who in staffing.candidates[cell]), default=0) for cell in board.opens)
    lost = {SECONDARY: dearest, PRIMARY: dearest * (1 + len(board.opens))}
    board.model.minimize(
        sum(prices[key] * variable for key, variable in board.taken.items())
        + sum(lost[cell.role] * variable for cell, variable in board.opens.items())
    )
    solver, proven = solve(board, EFFORT)
    return read_plan(board, solver), proven


def price(staffing: Staffing, key: tuple[Cell, str], loads: Mapping[str, Fraction]) -> int:
    cell, engineer = key
    capacity = staffing.capacity[engineer]
    return round(100 * staffing.tokens(cell) * loads[engineer] / capacity) if capacity else 0


def count_open(plan: Plan, cells: Sequence[Cell], role: str) -> int:
    return sum(plan[cell] is None for cell in cells if cell.role == role)
