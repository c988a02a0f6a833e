"""What a plan means to people: loads, exceptions and changes, counted from the plan alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

from .parts import PER_PIPELINE, PRIMARY, ROLES, SECONDARY, WEEK, Cell
from .problem import Problem
from .rules import IN_A_ROW, REST
from .staffing import Plan, Staffing


@dataclass(frozen=True)
class Load:
    """What one engineer carries in this horizon, the ledger not included."""

    tokens: Fraction
    primary_weeks: int
    secondary_weeks: int
    weeks: int
    holiday_days: int
    holiday_weeks: int


@dataclass(frozen=True, order=True)
class RuleException:
    """A rule that had to give, named by the later week; `unit` is None where the rule holds per engineer."""

    rule: str
    engineer: str
    week: date
    unit: str | None


@dataclass(frozen=True)
class Change:
    """A published cell that changes hands."""

    cell: Cell
    before: str | None
    after: str | None


@dataclass(frozen=True, order=True)
class Wish:
    """A week that somebody wanted, or wanted to be spared, and whether the plan says so too."""

    engineer: str
    week: date
    wanted: bool
    met: bool


def wishes_of(problem: Problem, plan: Plan) -> tuple[Wish, ...]:
    """What became of every wish, by engineer and week."""
    on_call = {(holder, cell.week) for cell, holder in plan.items()}
    wishes = [
        Wish(each.id, week, wanted, ((each.id, week) in on_call) == wanted)
        for each in problem.engineers
        for wanted, weeks in ((True, each.wanted), (False, each.unwanted))
        for week in weeks
    ]
    return tuple(sorted(wishes))


def loads_of(staffing: Staffing, plan: Plan) -> dict[str, Load]:
    """What each engineer carries in a plan."""
    held: dict[str, list[Cell]] = {engineer.id: [] for engineer in staffing.problem.engineers}
    for cell, holder in plan.items():
        if holder is not None:
            held[holder].append(cell)
    return {engineer: load_of(staffing, engineer, cells) for engineer, cells in held.items()}


def load_of(staffing: Staffing, engineer: str, cells: list[Cell]) -> Load:
    """What the cells of one engineer amount to."""
    weeks = {cell.week for cell in cells}
    holidays = [days for days in (staffing.problem.holiday_days(engineer, week) for week in weeks) if days]
    each = staffing.problem.shift_weeks
    return Load(
        tokens=sum(map(staffing.grains, cells)) * staffing.problem.grain,
        primary_weeks=each * sum(cell.role == PRIMARY for cell in cells),
        secondary_weeks=each * sum(cell.role == SECONDARY for cell in cells),
        weeks=each * len(weeks),
        holiday_days=sum(holidays),
        holiday_weeks=len(holidays),
    )


def exceptions_of(problem: Problem, plan: Plan) -> tuple[RuleException, ...]:
    """Every rule that a plan breaks where it may, in order."""
    return tuple(sorted({*too_close(problem, plan), *too_long(problem, plan)}, key=in_order))


def in_order(exception: RuleException) -> tuple[str, str, str, date]:
    """The key that exceptions are sorted by."""
    return exception.rule, exception.engineer, exception.unit or "", exception.week


def too_close(problem: Problem, plan: Plan) -> Iterator[RuleException]:
    """Primary weeks with fewer weeks of rest between them than the rule asks for."""
    rest = problem.shifts_of_rest * problem.shift_weeks
    for (engineer, unit), weeks in duty_weeks(problem, plan, (PRIMARY,)).items():
        for earlier, later in pairwise(weeks):
            if later - earlier <= rest * WEEK and not problem.is_locked(later):
                yield RuleException(REST, engineer, later, unit)


def too_long(problem: Problem, plan: Plan) -> Iterator[RuleException]:
    """Each week on call that comes after as many in a row as the rule allows."""
    most = problem.shifts_in_a_row
    if most is None:
        return
    for (engineer, unit), weeks in duty_weeks(problem, plan, ROLES).items():
        for first, last in zip(weeks, weeks[most:], strict=False):
            if last - first == most * problem.shift_weeks * WEEK and not problem.is_locked(last):
                yield RuleException(IN_A_ROW, engineer, last, unit)


def duty_weeks(problem: Problem, plan: Plan, roles: tuple[str, ...]) -> dict[tuple[str, str | None], list[date]]:
    """The weeks on call, in order, per engineer and unit or per engineer, as the rules' scope asks."""
    found: dict[tuple[str, str | None], set[date]] = {}
    for cell, holder in plan.items():
        if holder is not None and cell.role in roles:
            unit = cell.unit if problem.rules.scope == PER_PIPELINE else None
            found.setdefault((holder, unit), set()).add(cell.week)
    return {key: sorted(weeks) for key, weeks in found.items()}


def changes_of(problem: Problem, plan: Plan) -> tuple[Change, ...]:
    """The published cells that a plan gives to somebody else, or to nobody."""
    changed = [(cell, was) for cell, was in problem.published_holder.items() if plan[cell] != was]
    return tuple(Change(cell, was, plan[cell]) for cell, was in sorted(changed, key=by_week))


def by_week(changed: tuple[Cell, str | None]) -> tuple[date, str, str]:
    """The key that changes are sorted by: primary comes before secondary."""
    cell = changed[0]
    return cell.week, cell.unit, cell.role
