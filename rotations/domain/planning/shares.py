"""What each engineer carries, as shares on a board: tokens, weeks in a role, public-holiday days."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from .board import Board
from .evenness import Share
from .parts import ROLES, Cell
from .staffing import Plan, Staffing, on_duty


def token_shares(board: Board) -> dict[str, Share]:
    """Tokens in grains, the ledger's load before them, over the capacity of horizon and ledger."""
    capacity = board.staffing.capacity
    return {id: token_share(board, id) for id in capacity if capacity[id]}


def week_shares(board: Board) -> dict[str, Share]:
    """Shifts on call in any role, the ledger's before them; where it knows of none, those of this horizon alone."""
    problem = board.staffing.problem
    known = any(each.ledger.weeks for each in problem.engineers)
    capacity = board.staffing.capacity if known else board.staffing.horizon_capacity
    return {id: week_share(board, id, capacity[id]) for id in capacity if capacity[id]}


def week_share(board: Board, engineer: str, capacity: Fraction) -> Share:
    """An engineer's shifts on call."""
    problem = board.staffing.problem

    def count(plan: Plan) -> int:
        return len({cell.week for cell in problem.cells if plan[cell] == engineer})

    amount = board.derive(0, len(problem.handoffs), count)
    board.model.add(amount == sum(board.on_duty(engineer, week) for week in problem.handoffs))
    before = problem.by_id[engineer].ledger.weeks / problem.shift_weeks
    return Share(0, len(problem.handoffs), before, capacity, amount, count)


def least_people(board: Board, week: date) -> int:
    """How many people a week needs at least: two for a unit, and enough for all roles."""
    staffing = board.staffing
    cells = staffing.free_cells[week]
    filled = len(cells) - sum(board.open_cells.get(week, {}).values())
    people = sorted({id for cell in cells for id in staffing.candidates[cell]})
    rooms = sorted((filled if (room := staffing.room(id, week)) is None else room for id in people), reverse=True)
    needed, left = 0, filled
    while left > 0 and needed < len(rooms):
        left -= rooms[needed]
        needed += 1
    both = filled > len({cell.unit for cell in cells})
    return max(needed, 2 if both else 0)


def least_weeks(board: Board) -> int:
    """How many shifts on call there are at least, over all engineers."""
    return sum(least_people(board, week) for week in board.staffing.problem.handoffs)


def least_holidays(board: Board) -> int:
    """How many public-holiday days on call there are at least: for those whom a week needs beyond who has none."""
    staffing, total = board.staffing, 0
    for week in staffing.problem.handoffs:
        people = {id for cell in staffing.free_cells[week] for id in staffing.candidates[cell]}
        days = sorted(staffing.problem.holiday_days(id, week) for id in people)
        total += sum(days[: least_people(board, week)])
    return total


def token_share(board: Board, engineer: str) -> Share:
    """An engineer's tokens in grains."""
    staffing = board.staffing
    worth = {cell: staffing.grains(cell) for cell in staffing.problem.cells}

    def count(plan: Plan) -> int:
        return sum(grains for cell, grains in worth.items() if plan[cell] == engineer)

    low = sum(worth[cell] for cell, holder in staffing.problem.locked.items() if holder == engineer)
    high = low + sum(most_in_week(staffing, engineer, week, worth) for week in staffing.problem.handoffs)
    amount = board.derive(low, high, count)
    if staffing.alike:
        # By way of the counts per role, not of the cells: it ties load to roles, and CP-SAT proves those far sooner.
        per_role = {cell.role: grains for cell, grains in worth.items()}
        board.model.add(amount == sum(per_role[role] * board.carried(engineer, role) for role in ROLES))
    else:
        board.model.add(amount == sum(worth[cell] * board.holds(cell, engineer) for cell in worth))
    before = staffing.before[engineer]
    return Share(low, high, before, staffing.capacity[engineer], amount, count)


def most_in_week(staffing: Staffing, engineer: str, week: date, worth: Mapping[Cell, int]) -> int:
    """The most grains that somebody can take on in one week."""
    best: dict[str, int] = {}
    for cell in staffing.free_cells[week]:
        if engineer in staffing.candidates[cell]:
            best[cell.unit] = max(worth[cell], best.get(cell.unit, 0))
    return sum(sorted(best.values(), reverse=True)[: staffing.room(engineer, week)])


def role_shares(board: Board, role: str) -> dict[str, Share]:
    """Unit-weeks in one role over this horizon's capacity: the ledger doesn't tell roles apart."""
    capacity = board.staffing.horizon_capacity
    return {id: role_share(board, id, role) for id in capacity if capacity[id]}


def role_share(board: Board, engineer: str, role: str) -> Share:
    """An engineer's unit-weeks in one role."""
    staffing = board.staffing
    cells = [cell for cell in staffing.problem.cells if cell.role == role]
    low = sum(staffing.problem.locked.get(cell) == engineer for cell in cells)
    high = low + sum(engineer in staffing.candidates.get(cell, ()) for cell in cells)

    def count(plan: Plan) -> int:
        return sum(plan[cell] == engineer for cell in cells)

    amount = board.carried(engineer, role)
    return Share(low, high, Fraction(0), staffing.horizon_capacity[engineer], amount, count)


def holiday_shares(board: Board) -> dict[str, Share]:
    """Public-holiday days on call by each engineer's own calendar, the ledger's before them."""
    capacity = board.staffing.capacity
    return {id: holiday_share(board, id) for id in capacity if capacity[id]}


def holiday_share(board: Board, engineer: str) -> Share:
    """An engineer's public-holiday days on call."""
    problem = board.staffing.problem
    days = {week: problem.holiday_days(engineer, week) for week in problem.handoffs}

    def count(plan: Plan) -> int:
        return sum(days[week] for week in days if days[week] and on_duty(problem, plan, engineer, week))

    most = sum(days.values())
    amount = board.derive(0, most, count)
    board.model.add(amount == sum(days[week] * board.on_duty(engineer, week) for week in days if days[week]))
    before = problem.by_id[engineer].ledger.holiday_days
    return Share(0, most, before, board.staffing.capacity[engineer], amount, count)
