"""Who may hold which cell, before anything is decided: the facts every stage of the planner starts from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

from .components import components
from .parts import PRIMARY, ROLES, SECONDARY, Cell
from .problem import Problem
from .repayment import counted_loads

# Who holds each cell; None is an open role.
Plan = Mapping[Cell, str | None]


@dataclass(frozen=True)
class Staffing:
    """The free cells of a problem and their candidates, in canonical order."""

    problem: Problem

    @cached_property
    def candidates(self) -> dict[Cell, tuple[str, ...]]:
        """For each cell that is not locked: qualified, member, not away, and the pinned one if there is a pin."""
        problem, found = self.problem, {}
        for cell in problem.cells:
            if cell not in problem.locked:
                there = self.presence[cell.week, cell.role]
                found[cell] = tuple(id for id in problem.unit_by_id[cell.unit].qualified if id in there)
        for cell, engineer in problem.pinned.items():
            if cell in found:
                found[cell] = tuple(id for id in found[cell] if id == engineer)
        return found

    @cached_property
    def presence(self) -> dict[tuple[date, str], frozenset[str]]:
        """Who is there for a role in a week, qualified or not."""
        problem = self.problem
        return {
            (week, role): frozenset(
                each.id for each in problem.engineers if each.may_hold(role, week, problem.shift_weeks)
            )
            for week in problem.handoffs
            for role in ROLES
        }

    @cached_property
    def free_cells(self) -> dict[date, tuple[Cell, ...]]:
        found: dict[date, list[Cell]] = {week: [] for week in self.problem.handoffs}
        for cell in self.candidates:
            found[cell.week].append(cell)
        return {week: tuple(cells) for week, cells in found.items()}

    @cached_property
    def locked_roles(self) -> dict[tuple[str, date], int]:
        """How many roles an engineer already has in a week by locked cells."""
        counts: dict[tuple[str, date], int] = {}
        for cell, holder in self.problem.locked.items():
            if holder is not None:
                counts[holder, cell.week] = counts.get((holder, cell.week), 0) + 1
        return counts

    def room(self, engineer: str, week: date) -> int | None:
        """How many more roles the engineer may take that week; None is no limit."""
        most = self.problem.rules.max_roles_per_engineer_week
        return None if most is None else max(0, most - self.locked_roles.get((engineer, week), 0))

    def partly_there(self, engineer: str, week: date) -> bool:
        return week in self.problem.by_id[engineer].weeks_partial

    def tokens(self, cell: Cell) -> Fraction:
        """What a cell weighs: every week of its shift counts."""
        return self.weight[cell.unit, cell.role]

    def grains(self, cell: Cell) -> int:
        return self.weight_in_grains[cell.unit, cell.role]

    @cached_property
    def weight(self) -> dict[tuple[str, str], Fraction]:
        problem = self.problem
        return {
            (unit.id, role): problem.shift_weeks * problem.weights.of(role) * unit.weight
            for unit in problem.units
            for role in ROLES
        }

    @cached_property
    def weight_in_grains(self) -> dict[tuple[str, str], int]:
        return {post: int(tokens / self.problem.grain) for post, tokens in self.weight.items()}

    @cached_property
    def capacity(self) -> dict[str, Fraction]:
        """Full-time weeks by which loads are divided, the ledger's included."""
        weeks, shift_weeks = self.problem.handoffs, self.problem.shift_weeks
        return {engineer.id: engineer.capacity(weeks, shift_weeks) for engineer in self.problem.engineers}

    @cached_property
    def before(self) -> dict[str, Fraction]:
        """Tokens of the ledger, as far as they count in one plan."""
        found = {engineer.id: engineer.ledger.weighted_load for engineer in self.problem.engineers}
        for part in components(self.problem):
            found |= counted_loads(part)
        return found

    @cached_property
    def horizon_capacity(self) -> dict[str, Fraction]:
        """Full-time weeks of this horizon alone, for what the ledger doesn't record."""
        return {id: self.capacity[id] - self.problem.by_id[id].ledger.capacity_weeks for id in self.capacity}

    @cached_property
    def alike(self) -> bool:
        """Whether all units weigh the same: then tokens follow from the counts per role."""
        return len({unit.weight for unit in self.problem.units}) <= 1


def on_duty(problem: Problem, plan: Plan, engineer: str, week: date) -> bool:
    """Whether a plan gives somebody any role in a week."""
    return any(plan[Cell(unit.id, week, role)] == engineer for unit in problem.units for role in ROLES)


def other_role(cell: Cell) -> Cell:
    """The cell of the other role of the same unit and week."""
    return Cell(cell.unit, cell.week, SECONDARY if cell.role == PRIMARY else PRIMARY)
