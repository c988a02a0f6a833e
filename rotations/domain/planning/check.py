"""An independent check of a plan: it reads the problem and the assignments, and shares no code with the model."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from .problem import Cell, Pair, Problem


@dataclass(frozen=True, order=True)
class Violation:
    """A hard rule that a plan breaks, and where; what doesn't matter to the rule is empty."""

    rule: str
    week: date
    unit: str = ""
    role: str = ""
    engineer: str = ""

    def __str__(self) -> str:
        parts = (self.rule, str(self.week), self.unit, self.role, self.engineer)
        return " ".join(part for part in parts if part)


def check(problem: Problem, assignments: Sequence[Pair]) -> tuple[Violation, ...]:
    """Every hard rule the assignments break, sorted. Open roles break none: whether they had to stay open is no
    matter of one plan. Locked cells are only compared with what is published."""
    found = [*wrong_rows(problem, assignments)]
    handoffs = frozenset(problem.handoffs)
    for pair in assignments:
        if pair.unit in problem.unit_by_id and pair.week in handoffs:
            found += wrong_pair(problem, pair)
    found += over_the_cap(problem, assignments)
    return tuple(sorted(found))


def wrong_rows(problem: Problem, assignments: Sequence[Pair]) -> Iterator[Violation]:
    """Pairs that are missing, not asked for, or there twice."""
    rows = Counter((pair.unit, pair.week) for pair in assignments)
    asked = {(unit.id, week) for unit in problem.units for week in problem.handoffs}
    yield from (Violation("missing", week, unit) for unit, week in asked - rows.keys())
    yield from (Violation("unknown", week, unit) for unit, week in rows.keys() - asked)
    yield from (Violation("doubled", week, unit) for (unit, week), times in rows.items() if times > 1)


def wrong_pair(problem: Problem, pair: Pair) -> Iterator[Violation]:
    """What is wrong with the two holders of a unit and week: moved though locked, a clash, alone while partly away."""
    published = is_locked(problem, pair)
    if published is not None:
        for role, was, now in (
            ("primary", published.primary, pair.primary),
            ("secondary", published.secondary, pair.secondary),
        ):
            if was != now:
                yield Violation("locked cell moved", pair.week, pair.unit, role, now or "")
        return
    if pair.primary is not None and pair.primary == pair.secondary:
        yield Violation("clash", pair.week, pair.unit, engineer=pair.primary)
    for role, engineer in (("primary", pair.primary), ("secondary", pair.secondary)):
        if engineer is not None:
            yield from wrong_holder(problem, pair, role, engineer)
    if pair.primary is not None and pair.secondary is None and partly_away(problem, pair.primary, pair.week):
        yield Violation("partly absent without a secondary", pair.week, pair.unit, "primary", pair.primary)


def wrong_holder(problem: Problem, pair: Pair, role: str, engineer: str) -> Iterator[Violation]:
    """Why somebody may not hold a role: pins, qualification, membership and absence."""

    def violation(rule: str) -> Violation:
        return Violation(rule, pair.week, pair.unit, role, engineer)

    if problem.pinned.get(Cell(pair.unit, pair.week, role), engineer) != engineer:
        yield violation("pin moved")
    if engineer not in problem.by_id:
        yield violation("unknown engineer")
        return
    candidate = problem.by_id[engineer]
    days = (pair.week.toordinal(), pair.week.toordinal() + 7 * problem.shift_weeks)
    if engineer not in problem.unit_by_id[pair.unit].qualified:
        yield violation("unqualified")
    if candidate.joins and candidate.joins.toordinal() > days[0]:
        yield violation("not a member yet")
    if candidate.leaves and candidate.leaves.toordinal() < days[1]:
        yield violation("not a member any more")
    if pair.week in candidate.weeks_off:
        yield violation("absent")
    if role == "secondary" and partly_away(problem, engineer, pair.week):
        yield violation("partly absent")


def partly_away(problem: Problem, engineer: str, week: date) -> bool:
    """Whether somebody is away for part of a week."""
    return engineer in problem.by_id and week in problem.by_id[engineer].weeks_partial


def is_locked(problem: Problem, pair: Pair) -> Pair | None:
    """The published pair, where it must stay as it is."""
    if problem.locked_before is None or pair.week >= problem.locked_before:
        return None
    primary, secondary = (Cell(pair.unit, pair.week, role) for role in ("primary", "secondary"))
    held = problem.published_holder
    return Pair(pair.unit, pair.week, held[primary], held[secondary]) if primary in held else None


def over_the_cap(problem: Problem, assignments: Sequence[Pair]) -> Iterator[Violation]:
    """Locked roles count, but an engineer whose roles are all locked breaks nothing."""
    most = problem.rules.max_roles_per_engineer_week
    roles: Counter[tuple[str, date]] = Counter()
    free: Counter[tuple[str, date]] = Counter()
    for pair in assignments:
        held = [(engineer, pair.week) for engineer in (pair.primary, pair.secondary) if engineer is not None]
        roles.update(held)
        free.update(held if is_locked(problem, pair) is None else ())
    for (engineer, week), count in roles.items():
        if most is not None and count > most and free[engineer, week]:
            yield Violation("over the cap", week, engineer=engineer)
