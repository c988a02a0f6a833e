"""Why a week can't be staffed: irreducible sets of what clashes, all that are independent, and what to refuse.

No hard rule crosses weeks, so each week is asked on its own. A core is a set of absences, pins and rules that keeps a
role open even if all others were waived, and of which each member is needed for that. It is found exactly, by
matching (matching.py): a solver's own cores may name what is not in the way (planner.md, section 7).
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import combinations
from math import comb

from .hitting import smallest_hitting_set
from .matching import Deficit, Staffed, Waived, Week, eased, staffed
from .parts import Cell
from .problem import Problem
from .relaxations import Option, options_for
from .staffing import Plan

ABSENCE = "absence"
PIN = "pin"
RULE = "rule"
FREEZE = "freeze"

# Cores of one and two members are looked for first, as long as that takes no more questions than this.
MOST_QUESTIONS = 150

# Cores looked at until the smallest set to refuse is proven.
MOST_CORES = 60


@dataclass(frozen=True, order=True)
class Reason:
    """Something that could be refused: an absence, a pin, or (engineer and unit empty) the limit of roles a week or
    the freeze."""

    kind: str
    week: date
    engineer: str = ""
    unit: str = ""
    role: str = ""

    def to_json(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "engineer": self.engineer or None,
            "week": self.week.isoformat(),
            "unit": self.unit or None,
        }


@dataclass(frozen=True)
class Conflict:
    """A week with open roles. An empty core says that the pool itself is too small, with nothing in its way.

    `relax` is the smallest set that mends all conflicts of the week, as far as they can be mended; `options` are single
    steps, and how many open roles each of them closes."""

    week: date
    units: tuple[str, ...]
    core: tuple[Reason, ...]
    relax: tuple[Reason, ...]
    options: tuple[Option, ...] = ()


def conflicts_of(problem: Problem, plan: Plan) -> tuple[Conflict, ...]:
    """The conflicts of each week in which a free role stays open, in order."""
    short: dict[date, set[str]] = {}
    for cell, holder in plan.items():
        if holder is None and cell not in problem.locked:
            short.setdefault(cell.week, set()).add(cell.unit)
    return tuple(conflict for week in sorted(short) for conflict in conflicts_in(problem, week, short[week]))


def conflicts_in(problem: Problem, day: date, short: Collection[str]) -> list[Conflict]:
    """Every independent conflict of a week in which these units are short of somebody."""
    case = Case(Week(problem, day))
    cores = case.cores()
    relax = case.relax(cores)
    found = [Conflict(day, units, core, relax, case.options(units)) for core, units in case.placed(cores, short)]
    found += [Conflict(day, units, (), (), case.options(units)) for units in case.hopeless(short)]
    named = {unit for conflict in found for unit in conflict.units}
    missed = tuple(sorted(set(short) - named))
    if missed:
        found.append(Conflict(day, missed, (), (), case.options(missed)))
    return found


@dataclass
class Case:
    """A week, everything in it that could be refused, and what stays open when only some of that holds."""

    week: Week
    asked: dict[frozenset[Reason], Staffed] = field(default_factory=dict)
    closes: dict[Waived, int] = field(default_factory=dict)

    def options(self, units: Collection[str]) -> tuple[Option, ...]:
        return options_for(self.base, units, self.closes)

    @cached_property
    def base(self) -> Staffed:
        return staffed(self.week)

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        return reasons_in(self.week)

    @cached_property
    def likely(self) -> frozenset[Reason]:
        """What has to do with the open roles at first sight: cores are looked for among these first."""
        pools = {self.week.cells[cell].unit for cells in self.base.reach.values() for cell in cells}
        near = {self.week.names[n] for unit in pools for n in self.week.pools[unit]}
        return frozenset(
            reason
            for reason in self.reasons
            if reason.kind in (RULE, FREEZE)
            or reason.unit in pools
            or (reason.kind == ABSENCE and reason.engineer in near)
        )

    def when(self, active: Iterable[Reason]) -> Staffed:
        """The week when only these reasons hold."""
        held = frozenset(active)
        if held not in self.asked:
            self.asked[held] = eased(self.base, waiver(reason for reason in self.reasons if reason not in held))
        return self.asked[held]

    @cached_property
    def floor(self) -> Deficit:
        """What stays open whatever is refused."""
        return self.when(()).deficit

    def fails(self, active: Iterable[Reason]) -> bool:
        return self.when(active).deficit > self.floor

    def cores(self) -> list[tuple[Reason, ...]]:
        """An irreducible core for each place that is short, then others that share nothing with those found."""
        local = [self.local_core(units) for units in places(self.base)]
        found = [self.shrink(core, self.fails) for core in local if self.fails(core)]
        found = sorted(set(found))
        while True:
            taken = {reason for core in found for reason in core}
            rest = [reason for reason in self.reasons if reason not in taken]
            if not self.fails(rest):
                return found
            found.append(self.shrink(rest, self.fails))

    def local_core(self, units: Collection[str]) -> tuple[Reason, ...]:
        """Why these units are short: a core for them alone, empty where nothing is in their way."""
        floor = deficit_in(self.when(()), units)
        if deficit_in(self.base, units) <= floor:
            return ()
        return self.shrink(self.reasons, lambda active: deficit_in(self.when(active), units) > floor)

    def shrink(self, reasons: Sequence[Reason], fails: "Callable[[Iterable[Reason]], bool]") -> tuple[Reason, ...]:
        """A core of one or two members where there is one; else drop whatever the failure doesn't need."""
        likely = [reason for reason in reasons if reason in self.likely]
        reasons = likely if fails(likely) else reasons
        for size in (1, 2):
            if size < len(reasons) and comb(len(reasons), size) <= MOST_QUESTIONS:
                small = next((some for some in combinations(reasons, size) if fails(some)), None)
                if small is not None:
                    return small
        kept = list(reasons)
        for reason in reasons:
            fewer = [other for other in kept if other != reason]
            if fails(fewer):
                kept = fewer
        return tuple(kept)

    def relax(self, cores: Sequence[tuple[Reason, ...]]) -> tuple[Reason, ...]:
        """The fewest reasons that must go: any set must hit every core, so hit those known until it suffices."""
        known = list(cores)
        while True:
            chosen = smallest_hitting_set(known)
            rest = [reason for reason in self.reasons if reason not in chosen]
            if not self.fails(rest):
                return tuple(sorted(chosen))
            if len(known) >= MOST_CORES:
                return self.spare(rest, chosen)
            known.append(self.shrink(rest, self.fails))

    def spare(self, rest: Sequence[Reason], chosen: Collection[Reason]) -> tuple[Reason, ...]:
        """A set that suffices and from which none can be spared, where the smallest takes too long to find."""
        kept: list[Reason] = []
        for reason in rest:
            if not self.fails([*kept, reason]):
                kept.append(reason)
        for reason in sorted(chosen):
            if not self.fails([*kept, reason]):
                kept.append(reason)
        return tuple(sorted(reason for reason in self.reasons if reason not in kept))

    def placed(
        self, cores: Sequence[tuple[Reason, ...]], short: Collection[str]
    ) -> list[tuple[tuple[Reason, ...], tuple[str, ...]]]:
        """Each core with the units it leaves short."""
        placed = []
        for core in cores:
            touched = {unit for units in places(self.when(core)) for unit in units}
            units = touched & set(short) - {unit for hopeless in self.hopeless(short) for unit in hopeless}
            placed.append((core, tuple(sorted(units or touched & set(short) or touched))))
        return placed

    def hopeless(self, short: Collection[str]) -> list[tuple[str, ...]]:
        """Units that nobody can staff whatever is refused, place by place."""
        found = [tuple(sorted(units & set(short))) for units in places(self.when(()))]
        return sorted(units for units in found if units)


def places(found: Staffed) -> list[set[str]]:
    """The units that compete for the same people where roles are open: one set for each place that is short."""
    groups: list[set[str]] = []
    for cells in found.reach.values():
        units = {found.week.cells[cell].unit for cell in cells}
        apart = [group for group in groups if not group & units]
        groups = [*apart, units.union(*(group for group in groups if group & units))]
    return sorted(groups, key=sorted)


def deficit_in(found: Staffed, units: Collection[str]) -> Deficit:
    """Open primaries and open roles of some units."""
    opens = [cell for cell in found.opens if found.week.cells[cell].unit in units]
    return sum(map(found.week.is_primary, opens)), len(opens)


def reasons_in(week: Week) -> tuple[Reason, ...]:
    """Everything in a week that could be refused: absences, pins, the limit of roles, the freeze."""
    away = sorted(week.names[n] for n in week.off | week.partly)
    reasons = [Reason(ABSENCE, week.week, engineer) for engineer in away]
    reasons += [Reason(PIN, week.week, who, cell.unit, cell.role) for cell, who in sorted(week.pins.items())]
    if week.problem.rules.max_roles_per_engineer_week is not None:
        reasons.append(Reason(RULE, week.week))
    if any(week.locked.values()):
        reasons.append(Reason(FREEZE, week.week))
    return tuple(reasons)


def waiver(reasons: Iterable[Reason]) -> Waived:
    """What refusing these reasons amounts to."""
    gone = list(reasons)
    kinds = {reason.kind for reason in gone}
    return Waived(
        absences=frozenset(reason.engineer for reason in gone if reason.kind == ABSENCE),
        pins=frozenset(Cell(reason.unit, reason.week, reason.role) for reason in gone if reason.kind == PIN),
        limit=RULE in kinds,
        freeze=FREEZE in kinds,
    )
