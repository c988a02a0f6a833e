"""Why a published cell changes hands: one reason for each change."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from .parts import PRIMARY, ROLES, Cell
from .problem import Problem
from .quality import Change
from .staffing import Plan, other_role

OPEN = "open"
NOT_JOINED = "not joined"
LEFT = "left"
AWAY = "away"
PARTLY = "partly away"
UNQUALIFIED = "unqualified"
PIN = "pin"
FREES = "frees"
LIMIT = "limit"
AFRESH = "afresh"
EASES = "eases"


@dataclass(frozen=True)
class Move:
    """A change and why: `engineer` is whom the reason is about, `unit` the unit they are needed for."""

    change: Change
    kind: str
    engineer: str | None = None
    unit: str | None = None

    def to_json(self) -> dict[str, object]:
        return {"kind": self.kind, "engineer": self.engineer, "unit": self.unit}


def moves_of(problem: Problem, plan: Plan, changed: Iterable[Change]) -> tuple[Move, ...]:
    """The reason of each change of a plan, in the order of the changes."""
    changed = tuple(changed)
    taken: dict[tuple[str, date], list[Cell]] = {}
    for change in changed:
        if change.after is not None:
            taken.setdefault((change.after, change.cell.week), []).append(change.cell)
    return tuple(
        move_of(problem, plan, change, taken.get((change.before or "", change.cell.week), [])) for change in changed
    )


def move_of(problem: Problem, plan: Plan, change: Change, taken: Iterable[Cell]) -> Move:
    """Why one cell changes; `taken` is what its former holder takes over in the same week."""
    cell, before = change.cell, change.before
    if before is None:
        return Move(change, OPEN)
    wrong = objection(problem, plan, cell, before)
    if wrong is not None:
        return Move(change, *wrong)
    if problem.rebalance_from is not None and cell.week >= problem.rebalance_from:
        return Move(change, AFRESH)
    needed = next((other for other in taken if other != cell), None)
    if needed is not None:
        return Move(change, FREES, before, needed.unit)
    most = problem.rules.max_roles_per_engineer_week
    if most is not None and roles_published(problem, before, cell.week) > most:
        return Move(change, LIMIT, before)
    return Move(change, EASES, before)


def objection(problem: Problem, plan: Plan, cell: Cell, who: str) -> tuple[str, str, str | None] | None:
    """Why somebody may not hold a cell, whatever else the plan says: what kind, who, and which unit."""
    engineer, week, shift_weeks = problem.by_id[who], cell.week, problem.shift_weeks
    if engineer.joins is not None and engineer.joins > week:
        return NOT_JOINED, who, None
    if not engineer.member(week, shift_weeks):
        return LEFT, who, None
    if week in engineer.weeks_off:
        return AWAY, who, None
    if who not in problem.unit_by_id[cell.unit].qualified:
        return UNQUALIFIED, who, cell.unit
    pinned = problem.pinned.get(cell, who)
    if pinned != who:
        return PIN, pinned, None
    if any(
        pin.engineer == who for pin in problem.pins if (pin.unit, pin.week) == (cell.unit, week) and pin.cell != cell
    ):
        return PIN, who, cell.unit
    if week in engineer.weeks_partial and (cell.role != PRIMARY or plan[other_role(cell)] is None):
        return PARTLY, who, None
    return None


def roles_published(problem: Problem, who: str, week: date) -> int:
    """How many roles somebody is published for in a week."""
    held = problem.published_holder
    cells = (Cell(unit.id, week, role) for unit in problem.units for role in ROLES)
    return sum(held.get(cell) == who for cell in cells)
