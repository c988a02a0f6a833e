"""Why a week can't be staffed: an irreducible set of what stands in the way, and what to refuse to mend it.

No hard rule crosses weeks, so each week is asked on its own, as a problem of one week.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from .coverage import cover
from .parts import Cell, Pin
from .problem import Problem
from .staffing import Plan, Staffing

ABSENCE = "absence"
PIN = "pin"
RULE = "rule"


@dataclass(frozen=True, order=True)
class Reason:
    """Something that could be refused: an absence, a pin, or (engineer and unit empty) the limit of roles a week."""

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
    """A week with open roles. An empty core says that the pool itself is too small, with nothing in its way."""

    week: date
    units: tuple[str, ...]
    core: tuple[Reason, ...]
    relax: tuple[Reason, ...]


def conflicts_of(problem: Problem, plan: Plan) -> tuple[Conflict, ...]:
    """A conflict for each week in which a free role stays open, in order."""
    weeks = sorted({cell.week for cell, holder in plan.items() if holder is None and cell not in problem.locked})
    return tuple(conflict_in(problem, plan, week) for week in weeks)


def conflict_in(problem: Problem, plan: Plan, week: date) -> Conflict:
    """What stands in the way of a week, and what to refuse to mend it; both empty where the pool is too small."""
    units = tuple(unit.id for unit in problem.units if None in roles_of(plan, unit.id, week))
    alone = only_week(problem, week)
    reasons = reasons_in(alone, week)
    best = opens_with(alone, ())
    if opens_with(alone, reasons) == best:
        return Conflict(week, units, (), ())
    return Conflict(week, units, core_of(alone, reasons, best), relax_of(alone, reasons, best))


def roles_of(plan: Plan, unit: str, week: date) -> tuple[str | None, str | None]:
    """Who is primary and who secondary of a unit in a week."""
    return plan[Cell(unit, week, "primary")], plan[Cell(unit, week, "secondary")]


def core_of(problem: Problem, reasons: Sequence[Reason], best: int) -> tuple[Reason, ...]:
    """Drop each reason without which the week still lacks somebody: what is left is irreducible."""
    kept = list(reasons)
    for reason in reasons:
        fewer = [other for other in kept if other != reason]
        if opens_with(problem, fewer) > best:
            kept = fewer
    return tuple(kept)


def relax_of(problem: Problem, reasons: Sequence[Reason], best: int) -> tuple[Reason, ...]:
    """One reason that suffices if there is one; else a set from which none can be spared."""
    for reason in reasons:
        if opens_with(problem, [other for other in reasons if other != reason]) == best:
            return (reason,)
    kept: list[Reason] = []
    for reason in reasons:
        if opens_with(problem, [*kept, reason]) == best:
            kept.append(reason)
    return tuple(reason for reason in reasons if reason not in kept)


def reasons_in(problem: Problem, week: date) -> list[Reason]:
    """Everything in a week that could be refused: absences, pins, the limit of roles."""
    away = [each.id for each in problem.engineers if each.weeks_off or each.weeks_partial]
    pool = {engineer for unit in problem.units for engineer in unit.qualified}
    reasons = [Reason(ABSENCE, week, engineer) for engineer in away if engineer in pool]
    reasons += [Reason(PIN, week, pin.engineer, pin.unit, pin.role) for pin in problem.pins]
    if problem.rules.max_roles_per_engineer_week is not None:
        reasons.append(Reason(RULE, week))
    return reasons


def opens_with(problem: Problem, reasons: Sequence[Reason]) -> int:
    """How many roles stay open when only these reasons hold."""
    away = {reason.engineer for reason in reasons if reason.kind == ABSENCE}
    pinned = {(reason.unit, reason.role) for reason in reasons if reason.kind == PIN}
    limited = any(reason.kind == RULE for reason in reasons)
    eased = replace(
        problem,
        engineers=tuple(
            each if each.id in away else replace(each, weeks_off=(), weeks_partial=()) for each in problem.engineers
        ),
        pins=tuple(pin for pin in problem.pins if (pin.unit, pin.role) in pinned),
        rules=problem.rules if limited else replace(problem.rules, max_roles_per_engineer_week=None),
    )
    return cover(Staffing(eased)).open_count


def only_week(problem: Problem, week: date) -> Problem:
    """The problem of this week alone, with whatever is locked in it."""

    def this(weeks: Sequence[date]) -> tuple[date, ...]:
        return (week,) if week in weeks else ()

    def those(pins: Sequence[Pin]) -> tuple[Pin, ...]:
        return tuple(pin for pin in pins if pin.week == week)

    engineers = (
        replace(each, weeks_off=this(each.weeks_off), weeks_partial=this(each.weeks_partial), wanted=(), unwanted=())
        for each in problem.engineers
    )
    return replace(
        problem,
        start=week,
        weeks=problem.shift_weeks,
        engineers=tuple(engineers),
        pins=those(problem.pins),
        published=tuple(pair for pair in problem.published or () if pair.week == week),
    )
