"""Why me: for each held cell, who else is qualified and why not they.

A reason is the first that applies: what makes it impossible (away, not a member, another role, no room, a pin, the
freeze), then what would break a rule, then the balance. Where nothing speaks against somebody that is said, too: the
plan as a whole is judged, not one cell.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property

from .fields import plain
from .moves import AWAY, LEFT, NOT_JOINED, PARTLY, PIN
from .parts import PER_PIPELINE, PRIMARY, ROLES, Cell, Pair
from .problem import Problem
from .staffing import Plan, Staffing, other_role

FROZEN = "frozen"
OTHER_ROLE = "other role"
FULL = "full"
KEPT = "kept"
REST = "rest"
IN_A_ROW = "in a row"
BALANCE = "balance"
HOLIDAY = "holiday"
UNWANTED = "unwanted"
OWNER = "owner"
EQUAL = "equal"


@dataclass(frozen=True)
class Other:
    """Somebody else who is qualified, and why they don't hold the cell. `units` and `weeks` are those the reason names;
    `tokens` is what they carry in this plan, `level` that with the ledger per full-time week (None: no capacity);
    `fair` is what everybody's equal level would make of their tokens."""

    engineer: str
    kind: str
    units: tuple[str, ...] = ()
    weeks: tuple[date, ...] = ()
    most: int | None = None
    tokens: Fraction = Fraction(0)
    fair: Fraction | None = None
    level: Fraction | None = None

    def to_json(self) -> dict[str, object]:
        return {
            "engineer": self.engineer,
            "kind": self.kind,
            "units": list(self.units),
            "weeks": [week.isoformat() for week in self.weeks],
            "most": self.most,
            "tokens": plain(self.tokens),
            "fair": None if self.fair is None else round(float(self.fair), 1),
            "level": None if self.level is None else round(float(self.level), 3),
        }


@dataclass(frozen=True)
class Why:
    """A held cell, what its holder carries, and everybody else who is qualified."""

    cell: Cell
    holder: str
    tokens: Fraction
    level: Fraction | None
    others: tuple[Other, ...]


def why(problem: Problem, assignments: Sequence[Pair], cell: Cell) -> Why | None:
    """Why the holder of one cell, and not another; None for a role that is open."""
    return Account(Staffing(problem), plan_of(assignments)).of(cell)


def why_all(problem: Problem, assignments: Sequence[Pair]) -> Iterator[Why]:
    """Why the holder of each cell, by week, unit and role; open roles are left out."""
    account = Account(Staffing(problem), plan_of(assignments))
    answers = (account.of(cell) for cell in problem.cells)
    return (answer for answer in answers if answer is not None)


def plan_of(assignments: Iterable[Pair]) -> dict[Cell, str | None]:
    """Assignments as a plan."""
    return {Cell(pair.unit, pair.week, role): pair.of(role) for pair in assignments for role in ROLES}


@dataclass
class Account:
    """What a plan gives whom, ready to be asked about any cell."""

    staffing: Staffing
    plan: Plan
    roles: dict[tuple[str, date], list[Cell]] = field(default_factory=lambda: defaultdict(list))
    duty: dict[tuple[str, str | None], set[int]] = field(default_factory=lambda: defaultdict(set))
    primaries: dict[tuple[str, str | None], set[int]] = field(default_factory=lambda: defaultdict(set))
    grains: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def __post_init__(self) -> None:
        for cell, who in self.plan.items():
            if who is not None:
                week = self.number[cell.week]
                scope = (who, self.scope(cell.unit))
                self.roles[who, cell.week].append(cell)
                self.duty[scope].add(week)
                if cell.role == PRIMARY:
                    self.primaries[scope].add(week)
                self.grains[who] += self.staffing.grains(cell)

    @property
    def problem(self) -> Problem:
        return self.staffing.problem

    @cached_property
    def number(self) -> dict[date, int]:
        return {week: n for n, week in enumerate(self.problem.handoffs)}

    @cached_property
    def rebalanced(self) -> date:
        return self.problem.rebalance_from or date.max

    def scope(self, unit: str) -> str | None:
        return unit if self.problem.rules.scope == PER_PIPELINE else None

    @cached_property
    def tokens(self) -> dict[str, Fraction]:
        return {id: self.grains.get(id, 0) * self.problem.grain for id in self.problem.by_id}

    @cached_property
    def levels(self) -> dict[str, Fraction]:
        before, capacity = self.staffing.before, self.staffing.capacity
        return {id: (before[id] + self.tokens[id]) / capacity[id] for id in capacity if capacity[id]}

    @cached_property
    def rough_levels(self) -> dict[str, float]:
        return {id: float(level) for id, level in self.levels.items()}

    @cached_property
    def fair(self) -> dict[str, Fraction]:
        """The tokens of this plan that would bring everybody to the same level."""
        before, capacity = self.staffing.before, self.staffing.capacity
        weeks = sum(capacity.values(), Fraction(0))
        if not weeks:
            return {}
        level = (sum(before.values(), Fraction(0)) + sum(self.tokens.values(), Fraction(0))) / weeks
        return {id: max(Fraction(0), level * capacity[id] - before[id]) for id in capacity}

    def of(self, cell: Cell) -> Why | None:
        holder = self.plan[cell]
        if holder is None:
            return None
        pool = self.problem.unit_by_id[cell.unit].qualified
        others = tuple(self.other(cell, holder, who) for who in pool if who != holder)
        return Why(cell, holder, self.tokens[holder], self.levels.get(holder), others)

    def other(self, cell: Cell, holder: str, who: str) -> Other:
        kind, units, weeks = self.reason(cell, holder, who)
        most = {
            FULL: self.problem.rules.max_roles_per_engineer_week,
            REST: self.problem.rules.min_weeks_between_primary,
            IN_A_ROW: self.problem.rules.max_consecutive_weeks,
        }.get(kind)
        return Other(
            who, kind, tuple(units), tuple(weeks), most, self.tokens[who], self.fair.get(who), self.levels.get(who)
        )

    def reason(self, cell: Cell, holder: str, who: str) -> tuple[str, Iterable[str], Iterable[date]]:
        """What kind of reason, and the units and weeks it names."""
        impossible = self.impossible(cell, who)
        if impossible is not None:
            return impossible
        if cell.week < self.rebalanced and self.problem.published_holder.get(cell) == holder:
            return KEPT, (), ()
        broken = self.broken(cell, who)
        if broken is not None:
            return broken
        return self.weighed(cell, holder, who), (), ()

    def impossible(self, cell: Cell, who: str) -> tuple[str, Iterable[str], Iterable[date]] | None:
        """Why somebody qualified can't hold the cell beside what they hold already."""
        problem, week = self.problem, cell.week
        engineer = problem.by_id[who]
        if problem.is_locked(week) and cell in problem.published_holder:
            return FROZEN, (), ()
        if who not in self.staffing.presence[week, PRIMARY]:
            if engineer.joins is not None and engineer.joins > week:
                return NOT_JOINED, (), (engineer.joins,)
            return (AWAY, (), (week,)) if week in engineer.weeks_off else (LEFT, (), (engineer.leaves or week,))
        if cell in problem.pinned:
            return PIN, (), ()
        if week in engineer.weeks_partial and (cell.role != PRIMARY or self.plan[other_role(cell)] is None):
            return PARTLY, (), (week,)
        if self.plan[other_role(cell)] == who:
            return OTHER_ROLE, (cell.unit,), ()
        most, held = problem.rules.max_roles_per_engineer_week, self.roles.get((who, week), ())
        if most is not None and len(held) >= most:
            return FULL, (other.unit for other in held), ()
        return None

    def broken(self, cell: Cell, who: str) -> tuple[str, Iterable[str], Iterable[date]] | None:
        """The rule that would have to give."""
        scope, at = (who, self.scope(cell.unit)), self.number[cell.week]
        rest, most = self.problem.shifts_of_rest, self.problem.shifts_in_a_row
        weeks = self.problem.handoffs
        if cell.role == PRIMARY and rest:
            held = self.primaries.get(scope, set())
            near = [n for n in range(at - rest, at + rest + 1) if n != at and n in held]
            if near and at not in held:
                return REST, (), (weeks[n] for n in near)
        if most is not None:
            held = self.duty.get(scope, set())
            if at not in held:
                first, last = at, at
                while first - 1 in held:
                    first -= 1
                while last + 1 in held:
                    last += 1
                if last - first >= most:
                    return IN_A_ROW, (), (weeks[first], weeks[last])
        return None

    def weighed(self, cell: Cell, holder: str, who: str) -> str:
        """What spoke for the holder where both were possible."""
        more = float(self.staffing.tokens(cell)) / float(self.staffing.capacity[who] or 1)
        mine, theirs = self.rough_levels.get(holder, 0.0), self.rough_levels.get(who)
        if theirs is None or theirs + more > mine:
            return BALANCE
        problem, week = self.problem, cell.week
        if problem.holiday_days(who, week) > problem.holiday_days(holder, week):
            return HOLIDAY
        wishes, others = problem.by_id[holder], problem.by_id[who]
        if (week in others.unwanted) > (week in wishes.unwanted) or (week in wishes.wanted) > (week in others.wanted):
            return UNWANTED
        return OWNER if problem.unit_by_id[cell.unit].owner(cell.role) == holder else EQUAL
