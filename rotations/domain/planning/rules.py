"""The rules that may give: rest between primaries and weeks in a row. Each breach is named by its later week.

In locked weeks the rules are not checked, so a breach whose later week is locked counts for nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from .board import Board
from .parts import PER_PIPELINE, PRIMARY, ROLES, Cell
from .staffing import Plan

if TYPE_CHECKING:
    from .board import Term

REST = "min_weeks_between_primary"
IN_A_ROW = "max_consecutive_weeks"


def rule_breaches(board: Board) -> "list[tuple[Term, Callable[[Plan], int]]]":
    """Each possible breach as a term on the board and as a function of a plan."""
    problem = board.staffing.problem
    found = []
    for engineer, unit in scopes(board):
        if problem.shifts_of_rest:
            runs = windows(board, problem.shifts_of_rest + 1, shortest=2)
            found += [breach_of_rest(board, engineer, unit, weeks) for weeks in runs]
        if problem.shifts_in_a_row is not None:
            runs = windows(board, problem.shifts_in_a_row + 1, shortest=problem.shifts_in_a_row + 1)
            found += [breach_in_a_row(board, engineer, unit, weeks) for weeks in runs]
    return found


def scopes(board: Board) -> Iterator[tuple[str, str | None]]:
    """(engineer, unit) where the rules hold per unit, (engineer, None) where they hold per engineer."""
    problem = board.staffing.problem
    if problem.rules.scope == PER_PIPELINE:
        yield from ((engineer, unit.id) for unit in problem.units for engineer in unit.qualified)
    else:
        yield from ((engineer.id, None) for engineer in problem.engineers)


def windows(board: Board, length: int, shortest: int) -> list[Sequence[date]]:
    """The weeks that a breach in each unlocked week would look at, that week last."""
    problem = board.staffing.problem
    handoffs = problem.handoffs
    runs = [handoffs[max(0, end - length) : end] for end in range(1, len(handoffs) + 1)]
    return [run for run in runs if len(run) >= shortest and not problem.is_locked(run[-1])]


def breach_of_rest(
    board: Board, engineer: str, unit: str | None, weeks: Sequence[date]
) -> "tuple[Term, Callable[[Plan], int]]":
    """Whether somebody is primary in the last of these weeks and in an earlier one."""
    *before, last = (board.any_of(engineer, cells_of(board, unit, week, (PRIMARY,))) for week in weeks)
    held = [cells_of(board, unit, week, (PRIMARY,)) for week in weeks]

    def follows(plan: Plan) -> int:
        *earlier, now = (any(plan[cell] == engineer for cell in cells) for cells in held)
        return int(now and any(earlier))

    breach = board.derive(0, 1, follows)
    for earlier in before:
        board.model.add(breach >= earlier + last - 1)
    return breach, follows


def breach_in_a_row(
    board: Board, engineer: str, unit: str | None, weeks: Sequence[date]
) -> "tuple[Term, Callable[[Plan], int]]":
    """Whether somebody is on call in every one of these weeks."""
    duty = [board.any_of(engineer, cells_of(board, unit, week, ROLES)) for week in weeks]
    held = [cells_of(board, unit, week, ROLES) for week in weeks]

    def follows(plan: Plan) -> int:
        return int(all(any(plan[cell] == engineer for cell in cells) for cells in held))

    breach = board.derive(0, 1, follows)
    board.model.add(sum(duty) <= len(weeks) - 1 + breach)
    return breach, follows


def cells_of(board: Board, unit: str | None, week: date, roles: tuple[str, ...]) -> tuple[Cell, ...]:
    """The cells of a week in these roles: of one unit, or of all."""
    units = [unit] if unit is not None else [each.id for each in board.staffing.problem.units]
    return tuple(Cell(each, week, role) for each in units for role in roles)
