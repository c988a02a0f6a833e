"""Repair: a plan in force changes as little as it must.

No hard rule crosses weeks, so each week whose published cells can't all stand, or that has cells nobody holds, is
staffed anew by an exact flow in which keeping a published cell is free: fewest open roles, then fewest changes, both
proven. What is left open between equals is then chosen with few exceptions and even load (polish.py).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from .freedom import Freedom
from .parts import PRIMARY, ROLES, Cell, Pair
from .polish import Domain, Holder, Limits, polish
from .problem import Problem
from .staffing import Plan, Staffing
from .weekflow import staff_week

# More choices than this are polished week by week instead of all at once.
MOST_CHOICES = 3000


@dataclass(frozen=True)
class Repaired:
    """The plan of the repaired weeks: `changes` published cells move, `forced` of them as their holder can't stay.

    `proven` says that no plan with as few open roles changes fewer published cells, `few_exceptions` that none of
    those with as few changes has fewer exceptions."""

    plan: Plan
    weeks: tuple[date, ...]
    forced: int
    changes: int
    proven: bool
    few_exceptions: bool
    branches: int
    seconds: float


@dataclass(frozen=True)
class Mended:
    """One week staffed anew. `choices` are other ways to do it as well; `exact` says that there are no more."""

    staffing: Staffing
    week: date
    plan: Plan
    proven: bool
    choices: Domain
    exact: bool


def repair(problem: Problem, until: date | None = None) -> Repaired:
    """The published weeks before `until` (default: all), with what can't stay as it is staffed anew."""
    rows = published_weeks(problem, until)
    held = problem.published_holder
    plan = dict(held) if until is None else {cell: who for cell, who in held.items() if cell.week < until}
    mended = [mend(problem, week) for week, pairs in rows.items() if not is_sound(problem, week, pairs)]
    for week in mended:
        plan |= week.plan
    parts = choices_of(mended)
    polished = []
    for domain, limits in parts:
        polished.append(polish(problem, plan, domain, limits))
        plan |= polished[-1].plan
    touched = [cell for week in mended for cell in week.plan if cell in held]
    return Repaired(
        plan=plan,
        weeks=tuple(rows),
        forced=sum(not stands(week.staffing, cell) for week in mended for cell in week.plan),
        changes=sum(plan[cell] != held[cell] for cell in touched),
        proven=all(week.proven for week in mended),
        few_exceptions=len(parts) <= 1 and all(part.proven for part in polished) and all(w.exact for w in mended),
        branches=sum(part.branches for part in polished),
        seconds=sum(part.seconds for part in polished),
    )


def with_event(problem: Problem) -> Problem:
    """The problem with the absence just approved, for whoever names it only as the event."""
    event = problem.event
    if event is None:
        return problem
    engineer = problem.by_id[event.engineer]
    if event.week in (*engineer.weeks_off, *engineer.weeks_partial):
        return problem
    away = replace(engineer, weeks_off=tuple(sorted([*engineer.weeks_off, event.week])))
    return replace(problem, engineers=tuple(away if one is engineer else one for one in problem.engineers))


def published_weeks(problem: Problem, until: date | None) -> dict[date, list[Pair]]:
    """The rows in force by week, for the weeks that have any."""
    rows: dict[date, list[Pair]] = {}
    for pair in problem.published or ():
        if until is None or pair.week < until:
            rows.setdefault(pair.week, []).append(pair)
    return dict(sorted(rows.items()))


def is_sound(problem: Problem, week: date, pairs: list[Pair]) -> bool:
    """Every role of the week is held, by somebody who may hold it."""
    if len(pairs) < len(problem.units):
        return False
    if problem.is_locked(week):
        return True
    there = {engineer.id for engineer in problem.engineers if engineer.may_hold(PRIMARY, week, problem.shift_weeks)}
    full = {
        engineer.id for engineer in problem.engineers if engineer.id in there and week not in engineer.weeks_partial
    }
    for pair in pairs:
        fine = pair.primary in there and pair.secondary in full and pair.primary != pair.secondary
        pool = problem.unit_by_id[pair.unit].qualified
        if not fine or pair.primary not in pool or pair.secondary not in pool:
            return False
    most = problem.rules.max_roles_per_engineer_week
    roles = Counter(holder for pair in pairs for holder in (pair.primary, pair.secondary))
    if most is not None and max(roles.values(), default=0) > most:
        return False
    held = {Cell(pair.unit, week, role): pair.of(role) for pair in pairs for role in ROLES} if problem.pins else {}
    return all(held[pin.cell] == pin.engineer for pin in problem.pins if pin.week == week)


def mend(problem: Problem, week: date) -> Mended:
    """The week with the fewest open roles, then with the fewest published cells changed."""
    staffing = Staffing(only_week(problem, week))
    published = staffing.problem.published_holder

    def price(cell: Cell, engineer: str) -> int:
        # An open role costs one more than its price in the flow wherever somebody is published there.
        if cell not in published:
            return 1
        if published[cell] is None:
            return 2
        return int(published[cell] != engineer)

    covered = staff_week(staffing, week, price)
    freedom = Freedom(covered.plan, staffing.candidates, lambda who: staffing.room(who, week), price)
    choices = freedom.choices()
    if choices is None:
        return Mended(staffing, week, covered.plan, covered.proven, choices_in(staffing, covered.plan), exact=False)
    return Mended(staffing, week, covered.plan, covered.proven, choices, exact=True)


def choices_in(staffing: Staffing, plan: Plan) -> dict[Cell, tuple[Holder, ...]]:
    """All who may hold the cells that were not published or that change; nobody too, where a role is open."""
    published = staffing.problem.published_holder
    moved = [cell for cell, holder in plan.items() if cell not in published or published[cell] != holder]
    nobody = [None] if None in plan.values() else []
    return {cell: (*staffing.candidates[cell], *nobody) for cell in moved}


def only_week(problem: Problem, week: date) -> Problem:
    """The problem of this week alone, with whatever is locked in it."""
    return replace(
        problem,
        start=week,
        weeks=problem.shift_weeks,
        pins=tuple(pin for pin in problem.pins if pin.week == week),
        published=tuple(pair for pair in problem.published or () if pair.week == week),
    )


def stands(staffing: Staffing, cell: Cell) -> bool:
    """Whether a cell isn't published, or is so with somebody who may still hold it, taken alone."""
    holder = staffing.problem.published_holder.get(cell)
    return holder is None or holder in staffing.candidates[cell]


def choices_of(mended: Iterable[Mended]) -> list[tuple[Domain, Mapping[date, Limits]]]:
    """What to choose from, all at once where that is not too much."""
    parts: list[tuple[Domain, Mapping[date, Limits]]] = [
        (week.choices, {week.week: limits_of(week)}) for week in mended if week.choices
    ]
    if sum(len(choices) for domain, _ in parts for choices in domain.values()) > MOST_CHOICES:
        return parts
    whole: dict[Cell, tuple[Holder, ...]] = {}
    limits: dict[date, Limits] = {}
    for domain, limit in parts:
        whole |= domain
        limits |= limit
    return [(whole, limits)] if whole else []


def limits_of(week: Mended) -> Limits:
    """What the week staffed anew has reached in the cells that are chosen anew."""
    published = week.staffing.problem.published_holder
    opens = Counter(cell.role for cell in week.choices if week.plan[cell] is None)
    moved = sum(week.plan[cell] != published[cell] for cell in week.choices if cell in published)
    return Limits({role: opens[role] for role in ROLES}, moved)
