"""Repair beside rebalance: which weeks change as little as they must, and which are planned afresh.

A plan in force is repaired. From `rebalance_from` on, and in weeks that were never published, the plan is made anew by
the search, which takes the repaired weeks as they are.
"""

from dataclasses import dataclass, replace

from .pacing import paced
from .parts import PRIMARY, ROLES, SECONDARY, Cell, Pair, Pin
from .problem import Problem
from .progress import Progress, silent
from .repair import Repaired, repair
from .search import Found, Step, search
from .staffing import Staffing

# What a repair reached, beside the goals of the search that may follow it.
REPAIR_OPEN = "open roles of the repair"
REPAIR_CHANGES = "changes of the repair"
REPAIR_EXCEPTIONS = "exceptions of the repair"


@dataclass(frozen=True)
class Planned:
    """A plan, what was free to be planned for it, and what was repaired of the plan in force (None: nothing)."""

    found: Found
    staffing: Staffing
    repaired: Repaired | None = None
    fresh: bool = True

    @property
    def repairs_only(self) -> bool:
        """Whether nothing that is published was planned afresh."""
        return self.repaired is not None and self.staffing.problem.rebalance_from is None


def plan_for(problem: Problem, progress: Progress = silent) -> Planned:
    """Repair what is in force before `rebalance_from` (default: all of it), and plan the other weeks afresh."""
    if not is_in_force(problem):
        staffing = Staffing(problem)
        found = search(staffing, progress)
        return Planned(Found(paced(staffing, found.plan), found.steps), staffing)
    progress("repairing what is published", 0, 1)
    repaired = repair(problem, problem.rebalance_from)
    steps = steps_of(repaired)
    if len(repaired.weeks) == len(problem.handoffs):
        return Planned(Found(repaired.plan, steps), Staffing(problem), repaired, fresh=False)
    staffing = Staffing(settled(problem, repaired))
    found = search(staffing, progress)
    return Planned(Found(found.plan, (*steps, *found.steps)), staffing, repaired)


def is_in_force(problem: Problem) -> bool:
    """Whether anything is published that could change and is to be repaired rather than planned afresh."""
    until = problem.rebalance_from
    return any(
        not problem.is_locked(pair.week) and (until is None or pair.week < until) for pair in problem.published or ()
    )


def settled(problem: Problem, repaired: Repaired) -> Problem:
    """The problem with the repaired weeks as they are: locked, or pinned where a week to plan lies before them."""
    weeks = set(repaired.weeks)
    first = next(week for week in problem.handoffs if week not in weeks)
    locked_before = max(first, problem.locked_before or first)
    pairs = [
        Pair(unit.id, week, *(repaired.plan.get(Cell(unit.id, week, role)) for role in (PRIMARY, SECONDARY)))
        for week in repaired.weeks
        for unit in problem.units
    ]
    later = [pair for pair in problem.published or () if pair.week not in weeks]
    pins = [
        Pin(pair.unit, pair.week, role, holder)
        for pair in pairs
        for role in ROLES
        if pair.week >= locked_before and (holder := pair.of(role)) is not None
    ]
    return replace(
        problem,
        published=tuple(sorted([*pairs, *later], key=lambda pair: (pair.week, pair.unit))),
        locked_before=locked_before,
        pins=tuple(sorted([*pins, *(pin for pin in problem.pins if pin.week not in weeks)])),
    )


def steps_of(repaired: Repaired) -> tuple[Step, ...]:
    """The repair, told as the first steps."""
    opens = sum(holder is None for holder in repaired.plan.values())
    return (
        Step(REPAIR_OPEN, opens, repaired.proven, 0, 0.0),
        Step(REPAIR_CHANGES, repaired.changes, repaired.proven, 0, 0.0),
        Step(REPAIR_EXCEPTIONS, 0, repaired.few_exceptions, repaired.branches, repaired.seconds),
    )
