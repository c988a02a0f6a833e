"""A problem as whole numbers, for the searches that look at a million changes: engineers, weeks and cells by number.

Cell `c` is week `c // (2 * units)`, its role is `c % 2` (0 primary, 1 secondary), and the other role of the same unit
and week is `c ^ 1`. Nobody is -1.
"""

from dataclasses import dataclass
from functools import cached_property

from .parts import PER_PIPELINE, ROLES, Cell
from .staffing import Plan, Staffing

NOBODY = -1
UNLIMITED = 1 << 30


@dataclass(frozen=True)
class Grid:
    """What a staffing says, by number. Engineers are numbered by id, cells by week, unit and role."""

    staffing: Staffing

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(each.id for each in self.staffing.problem.engineers)

    @cached_property
    def number(self) -> dict[str, int]:
        return {id: n for n, id in enumerate(self.names)}

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        return self.staffing.problem.cells

    @cached_property
    def units(self) -> int:
        return len(self.staffing.problem.units)

    @cached_property
    def weeks(self) -> int:
        """How many shifts the horizon has."""
        return len(self.staffing.problem.handoffs)

    @cached_property
    def candidates(self) -> list[tuple[int, ...]]:
        """Who may hold each cell; nobody has a choice in a locked one."""
        number, found = self.number, self.staffing.candidates
        return [tuple(number[id] for id in found.get(cell, ())) for cell in self.cells]

    @cached_property
    def may_hold(self) -> list[frozenset[int]]:
        return [frozenset(candidates) for candidates in self.candidates]

    @cached_property
    def free(self) -> list[range]:
        """The cells of each week that are not locked: published pairs are locked whole, but units may miss one."""
        return [range(w * 2 * self.units, (w + 1) * 2 * self.units) for w in range(self.weeks)]

    @cached_property
    def is_free(self) -> list[bool]:
        return [cell in self.staffing.candidates for cell in self.cells]

    @cached_property
    def grains(self) -> list[int]:
        """What each cell of a week weighs; all weeks are alike."""
        return [self.staffing.grains(cell) for cell in self.cells[: 2 * self.units]]

    @cached_property
    def room(self) -> list[int]:
        """How many free roles somebody may take in a week, at `engineer * weeks + week`."""
        handoffs = self.staffing.problem.handoffs
        rooms = [self.staffing.room(id, week) for id in self.names for week in handoffs]
        return [UNLIMITED if room is None else room for room in rooms]

    @cached_property
    def partial(self) -> frozenset[int]:
        """Where somebody is partly away, at `engineer * weeks + week`."""
        week_number = {week: n for n, week in enumerate(self.staffing.problem.handoffs)}
        return frozenset(
            self.number[each.id] * self.weeks + week_number[week]
            for each in self.staffing.problem.engineers
            for week in each.weeks_partial
            if week in week_number
        )

    @cached_property
    def per_unit(self) -> bool:
        """Whether rest and weeks in a row are counted per engineer and unit."""
        return self.staffing.problem.rules.scope == PER_PIPELINE

    @cached_property
    def owners(self) -> list[tuple[int, int]]:
        """Of each unit the owner in the primary and in the secondary role."""
        number = self.number
        return [
            tuple(number.get(unit.owner(role) or "", NOBODY) for role in ROLES)  # type: ignore[misc]
            for unit in self.staffing.problem.units
        ]

    @cached_property
    def published(self) -> list[int | None]:
        """Who is published in each cell; None where nothing is."""
        known = self.staffing.problem.published_holder
        return [self.number.get(known[cell] or "", NOBODY) if cell in known else None for cell in self.cells]

    def numbered(self, plan: Plan) -> list[int]:
        """A plan as the holder of each cell; a locked one may be held by somebody who is no engineer of this part."""
        number = self.number
        holders = (plan[cell] for cell in self.cells)
        return [NOBODY if holder is None else number[holder] for holder in holders]

    def named(self, hold: list[int]) -> dict[Cell, str | None]:
        """Numbers back to a plan."""
        names = (*self.names, None)
        return {cell: names[engineer] for cell, engineer in zip(self.cells, hold, strict=True)}


def role_of(c: int) -> str:
    return ROLES[c & 1]
