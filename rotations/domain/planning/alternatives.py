"""The price of fewer changes: the repair beside one that changes a little more to spare people exceptions.

Fewest changes can cost rest or weeks in a row. The gentler repair may also change the same units in the two weeks
before and after, up to a few cells more; both are shown with what they change and which exceptions are new.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from .parts import ROLES, Cell, Pin
from .polish import Domain, Limits, polish
from .problem import Problem
from .quality import Change, changes_of, exceptions_of
from .staffing import Plan, Staffing

FEWEST_CHANGES = "fewest changes"
FEWER_EXCEPTIONS = "fewer exceptions"

# How far before and after a change the gentler repair may reach, and how many cells more it may change.
REACH = 2
MOST_MORE = 12

# More choices than this would take longer than the offer is worth.
MOST_CHOICES = 6000


@dataclass(frozen=True)
class Alternative:
    """A way to repair: what it changes, how many exceptions it has that the published plan had not, and the spread of
    loads (tokens per full-time week) that it leaves."""

    mode: str
    changed: tuple[Change, ...]
    new_exceptions: int
    spread: Fraction


def alternatives_of(problem: Problem, plan: Plan) -> tuple[Alternative, ...]:
    """The repair, and the gentler one where it spares exceptions."""
    first = alternative(problem, FEWEST_CHANGES, plan)
    if not first.changed or not first.new_exceptions:
        return (first,)
    domain = near_cells(problem, plan, first.changed)
    if not domain or sum(map(len, domain.values())) > MOST_CHOICES:
        return (first,)
    more = len(first.changed) + min(MOST_MORE, 2 * len(first.changed))
    limits = {week: opens_in(plan, domain, week) for week in sorted({cell.week for cell in domain})}
    gentler = polish(problem, plan, domain, limits, most_changes=more)
    second = alternative(problem, FEWER_EXCEPTIONS, {**plan, **gentler.plan})
    return (first, second) if second.new_exceptions < first.new_exceptions else (first,)


def alternative(problem: Problem, mode: str, plan: Plan) -> Alternative:
    """What a plan means against the published one."""
    held = problem.published_holder
    before = exceptions_of(problem, {**plan, **held})
    new = set(exceptions_of(problem, plan)) - set(before)
    return Alternative(mode, changes_of(problem, plan), len(new), spread_of(problem, plan))


def spread_of(problem: Problem, plan: Plan) -> Fraction:
    """From the lowest to the highest load, in tokens per full-time week with the ledger."""
    staffing = Staffing(problem)
    grains = dict.fromkeys(problem.by_id, 0)
    for cell, who in plan.items():
        if who is not None:
            grains[who] += staffing.grains(cell)
    levels = [
        (staffing.before[who] + grains[who] * problem.grain) / weeks
        for who, weeks in staffing.capacity.items()
        if weeks
    ]
    return max(levels) - min(levels) if levels else Fraction(0)


def near_cells(problem: Problem, plan: Plan, changed: tuple[Change, ...]) -> Domain:
    """The changed units' cells from two weeks before to two weeks after, and who may hold them."""
    number = {week: n for n, week in enumerate(problem.handoffs)}
    posts = set()
    for change in changed:
        at = number[change.cell.week]
        posts |= {(change.cell.unit, week) for week in problem.handoffs[max(0, at - REACH) : at + REACH + 1]}
    weeks = sorted({week for _, week in posts if not problem.is_locked(week)})
    found: dict[Cell, tuple[str | None, ...]] = {}
    for week in weeks:
        alone = Staffing(
            replace(problem, start=week, weeks=problem.shift_weeks, published=None, pins=pins_in(problem, week))
        )
        for unit in sorted(unit for unit, when in posts if when == week):
            for role in ROLES:
                cell = Cell(unit, week, role)
                nobody = (None,) if plan.get(cell) is None else ()
                found[cell] = (*alone.candidates[cell], *nobody)
    return found


def pins_in(problem: Problem, week: date) -> tuple[Pin, ...]:
    return tuple(pin for pin in problem.pins if pin.week == week)


def opens_in(plan: Plan, domain: Mapping[Cell, object], week: date) -> Limits:
    """As many open roles as the repair leaves among these cells; changes are limited in sum."""
    opens = {
        role: sum(plan[cell] is None for cell in domain if (cell.week, cell.role) == (week, role)) for role in ROLES
    }
    return Limits(opens, len(domain))
