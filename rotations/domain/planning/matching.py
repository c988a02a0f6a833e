"""Who can hold what in one week when some of what stands in the way is waived, by augmenting paths.

The conflicts of a week ask this question hundreds of times, each a little different from the last. A waiver only adds
room, so a staffing found before stays valid and only its open roles are tried again. What can be covered is a matroid:
covering primaries first, then secondaries, leaves the fewest open, primaries before secondaries.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from .parts import PRIMARY, ROLES, Cell
from .problem import Problem

NOBODY = -1

# A partly absent primary needs a secondary, which is no flow: so many units are branched on before giving up.
MOST_BRANCHES = 6

# Open primaries, then open roles in all.
Deficit = tuple[int, int]


@dataclass(frozen=True)
class Waived:
    """What no longer stands in the way: absences and pins by name, the limit of roles, the freeze.

    `raised` lets each of these hold one role more, `trained` qualifies engineers for units."""

    absences: frozenset[str] = frozenset()
    pins: frozenset[Cell] = frozenset()
    limit: bool = False
    freeze: bool = False
    raised: frozenset[str] = frozenset()
    trained: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Week:
    """One week's cells and whoever is a member and qualified for each, by number."""

    problem: Problem
    week: date

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(engineer.id for engineer in self.problem.engineers)

    @cached_property
    def number(self) -> dict[str, int]:
        return {name: n for n, name in enumerate(self.names)}

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """All primaries, then all secondaries; without those that are locked with nobody."""
        cells = [Cell(unit.id, self.week, role) for role in ROLES for unit in self.problem.units]
        return tuple(cell for cell in cells if cell not in self.locked or self.locked[cell] is not None)

    @cached_property
    def locked(self) -> dict[Cell, str | None]:
        if not self.problem.is_locked(self.week):
            return {}
        rows = [pair for pair in self.problem.published or () if pair.week == self.week]
        return {Cell(pair.unit, self.week, role): pair.of(role) for pair in rows for role in ROLES}

    @cached_property
    def pins(self) -> dict[Cell, str]:
        return {pin.cell: pin.engineer for pin in self.problem.pins if pin.week == self.week}

    @cached_property
    def members(self) -> frozenset[int]:
        engineers, shift_weeks = self.problem.engineers, self.problem.shift_weeks
        return frozenset(n for n, each in enumerate(engineers) if each.member(self.week, shift_weeks))

    @cached_property
    def off(self) -> frozenset[int]:
        return frozenset(n for n in self.members if self.week in self.problem.engineers[n].weeks_off)

    @cached_property
    def partly(self) -> frozenset[int]:
        return frozenset(n for n in self.members if self.week in self.problem.engineers[n].weeks_partial)

    @cached_property
    def index(self) -> dict[Cell, int]:
        return {cell: n for n, cell in enumerate(self.cells)}

    @cached_property
    def twins(self) -> tuple[int, ...]:
        """The other role of the same unit, where there is one."""
        other = {PRIMARY: ROLES[1], ROLES[1]: PRIMARY}
        return tuple(self.index.get(Cell(cell.unit, cell.week, other[cell.role]), NOBODY) for cell in self.cells)

    @cached_property
    def pools(self) -> dict[str, tuple[int, ...]]:
        return {
            unit.id: tuple(n for n in map(self.number.__getitem__, unit.qualified) if n in self.members)
            for unit in self.problem.units
        }

    def is_primary(self, cell: int) -> bool:
        return self.cells[cell].role == PRIMARY


@dataclass
class Staffed:
    """A staffing of a week, by numbers, under what still stands in the way."""

    week: Week
    waived: Waived
    banned: frozenset[int] = frozenset()
    first: tuple[int, ...] = ()
    holder: list[int] = field(default_factory=list)
    held: list[list[int]] = field(default_factory=list)
    opens: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.off = {n for n in self.week.off if self.week.names[n] not in self.waived.absences}
        self.partly = {n for n in self.week.partly if self.week.names[n] not in self.waived.absences}
        pins = {cell: who for cell, who in self.week.pins.items() if cell not in self.waived.pins}
        fixed = {} if self.waived.freeze else self.week.locked
        only = {**pins, **fixed}
        index, number = self.week.index, self.week.number
        self.only = {index[cell]: number[who] for cell, who in only.items() if cell in index and who is not None}
        self.fixed = {index[cell] for cell in fixed if cell in index}
        self.most = None if self.waived.limit else self.week.problem.rules.max_roles_per_engineer_week
        self.raised = {number[who] for who in self.waived.raised}
        self.trained: dict[str, list[int]] = {}
        for who, unit in sorted(self.waived.trained):
            self.trained.setdefault(unit, []).append(number[who])

    def eased(self, waived: Waived) -> "Staffed":
        """The same staffing with more waived, its open roles tried again; the freeze must be as it was."""
        held = [cells.copy() for cells in self.held]
        copy = Staffed(self.week, waived, holder=self.holder.copy(), held=held, opens=self.opens.copy())
        copy.fill()
        return copy

    def may(self, cell: int, who: int) -> bool:
        """Whether somebody qualified may hold the cell, all else aside."""
        if cell in self.fixed:
            return self.only[cell] == who
        if who in self.off or self.only.get(cell, who) != who:
            return False
        if who not in self.partly:
            return True
        return self.week.is_primary(cell) and self.week.twins[cell] != NOBODY and cell not in self.banned

    def pool(self, cell: int) -> Iterable[int]:
        unit = self.week.cells[cell].unit
        if cell in self.fixed:
            return (self.only[cell],)
        return (*self.week.pools[unit], *self.trained[unit]) if unit in self.trained else self.week.pools[unit]

    def has_room(self, who: int) -> bool:
        return self.most is None or len(self.held[who]) < self.most + (who in self.raised)

    @property
    def deficit(self) -> Deficit:
        return sum(map(self.week.is_primary, self.opens)), len(self.opens)

    @cached_property
    def reach(self) -> dict[int, tuple[int, ...]]:
        """For each role that stays open, the cells whose holders it competes for."""
        return {cell: tuple(self.augment(cell)) for cell in sorted(self.opens)}

    def fill(self) -> None:
        """Cover what can be covered: the cells that come first, then primaries, then secondaries."""
        for cell in (*self.first, *sorted(self.opens)):
            if self.holder[cell] == NOBODY:
                self.augment(cell)
        # a primary may have taken from a secondary that was tried before
        for cell in sorted(self.opens):
            self.augment(cell)

    def augment(self, start: int) -> list[int]:
        """Cover an open cell by letting others move up; a primary may take from a secondary that then stays open.

        Returns the cells whose holders were asked in vain: empty if it is covered."""
        came: dict[int, tuple[int, int]] = {start: (NOBODY, NOBODY)}
        asked: set[int] = set()
        posts: set[tuple[int, str]] = set()
        queue = deque([start])
        while queue:
            cell = queue.popleft()
            unit = self.week.cells[cell].unit
            for who in self.pool(cell):
                if (who, unit) in posts or not self.may(cell, who):
                    continue
                posts.add((who, unit))
                twin = self.week.twins[cell]
                if twin != NOBODY and self.holder[twin] == who:
                    moves = [twin]
                elif who in asked:
                    continue
                elif self.has_room(who):
                    self.shift(cell, who, came)
                    return []
                else:
                    asked.add(who)
                    moves = self.held[who]
                for other in moves:
                    if other not in came and other not in self.fixed:
                        came[other] = (cell, who)
                        queue.append(other)
        return self.steal(came) if self.week.is_primary(start) else list(came)

    def steal(self, came: dict[int, tuple[int, int]]) -> list[int]:
        """Let a secondary stay open for the primary's sake."""
        given_up = next((cell for cell in came if not self.week.is_primary(cell) and cell not in self.first), None)
        if given_up is None:
            return list(came)
        self.shift(given_up, NOBODY, came)
        return []

    def shift(self, cell: int, who: int, came: dict[int, tuple[int, int]]) -> None:
        """Give the last cell of a path to `who`; everybody before moves up."""
        while True:
            before, leaver = came[cell]
            if leaver != NOBODY:
                self.held[leaver].remove(cell)
            self.holder[cell] = who
            if who == NOBODY:
                self.opens.add(cell)
            else:
                self.held[who].append(cell)
                self.opens.discard(cell)
            if before == NOBODY:
                return
            cell, who = before, leaver

    def alone(self) -> list[int]:
        """Primaries partly absent and without a secondary."""
        held = sorted(cell for who in self.partly for cell in self.held[who] if cell not in self.fixed)
        return [cell for cell in held if self.holder[self.week.twins[cell]] == NOBODY]


def staffed(week: Week, waived: Waived = Waived()) -> Staffed:
    """The week with the fewest open primaries, then open roles."""
    return branch(week, waived, frozenset(), (), MOST_BRANCHES)


def branch(week: Week, waived: Waived, banned: frozenset[int], first: tuple[int, ...], depth: int) -> Staffed:
    """Where the flow leaves a partly absent primary alone, either another is primary or its secondary comes first."""
    found = Staffed(
        week, waived, banned, first, [NOBODY] * len(week.cells), [[] for _ in week.names], set(range(len(week.cells)))
    )
    for cell in sorted(found.fixed):
        found.holder[cell] = found.only[cell]
        found.held[found.only[cell]].append(cell)
        found.opens.discard(cell)
    found.fill()
    alone = found.alone()
    if not alone:
        return found
    if depth == 0:
        return branch(week, waived, banned | set(alone), first, 0)
    cell = alone[0]
    ways = [branch(week, waived, banned | {cell}, first, depth - 1)]
    if week.twins[cell] not in first:
        ways.append(branch(week, waived, banned, (*first, week.twins[cell]), depth - 1))
    return min(ways, key=lambda way: way.deficit)


def eased(found: Staffed, waived: Waived) -> Staffed:
    """The week with more waived than it was staffed with."""
    if waived.freeze == found.waived.freeze and not found.banned and not found.first:
        warm = found.eased(waived)
        if not warm.alone():
            return warm
    return staffed(found.week, waived)
