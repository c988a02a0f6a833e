"""A draft as people shape it: cells changed by hand, what they break, and who else could hold a cell.

A draft is the planner's answer (docs/planning.md) with edits laid over it. An edit names a cell (unit, week, role), who
held it before and after; of several edits of one cell the last counts.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from .planning import Problem, check
from .planning.check import Violation
from .planning.fields import plain
from .planning.parts import PRIMARY, ROLES, Cell, Pair
from .planning.quality import changes_of, exceptions_of, loads_of
from .planning.staffing import Plan, Staffing
from .wording import day_text

Row = Mapping[str, Any]
Answer = dict[str, Any]

REST, IN_A_ROW = "min_weeks_between_primary", "max_consecutive_weeks"
BROKEN = {
    "clash": "{who} would be primary and secondary of {unit} at once",
    "absent": "{who} is away",
    "unqualified": "{who} is not qualified for {unit}",
    "over the cap": "{who} would have more than {most} roles",
    "pin moved": "the {role} of {unit} is pinned to somebody else",
    "locked cell moved": "the {role} of {unit} lies in the freeze and stays as published",
    "not a member yet": "{who} is not a member yet",
    "not a member any more": "{who} is not a member for the whole week",
    "partly absent": "{who} is away for part of the week, and could only be primary",
    "partly absent without a secondary": "{who} is away for part of the week, and {unit} has no secondary",
    "unknown engineer": "{who} is no member in these weeks",
}
HOLES = {"primary": "gap: {unit} has no primary", "secondary": "thin: {unit} has no secondary"}


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids of a problem are called."""

    people: Mapping[str, str]
    units: Mapping[str, str]

    def who(self, engineer: str | None) -> str:
        return self.people.get(engineer, "somebody removed since") if engineer else "nobody"

    def unit(self, unit: str) -> str:
        return self.units.get(unit, "a removed unit")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a draft that its manager must know; a hard one keeps it from being published."""

    words: str
    is_hard: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody who may stand in a cell at all, and how things are with them that week.

    `tokens` is what the plan gives them with what they carried before, per full-time week.
    """

    engineer: str
    words: str
    is_free: bool
    holds: bool
    level: float | None


def week_words(week: dt.date) -> str:
    """A week as findings name it."""
    return f"week of {day_text(week)}"


def cell_of(row: Row) -> Cell:
    """The cell that an edit, a pin or an open role names."""
    return Cell(row["unit"], dt.date.fromisoformat(row["week"]), row["role"])


def overlaid(assignments: Iterable[Row], edits: Iterable[Row]) -> list[dict[str, Any]]:
    """The rows of a plan with its edits in them."""
    after = {(edit["unit"], edit["week"], edit["role"]): edit["after"] for edit in edits}
    return [
        {**row, **{role: after.get((row["unit"], row["week"], role), row[role]) for role in ROLES}}
        for row in assignments
    ]


def plan_of(problem: Problem, rows: Iterable[Row]) -> dict[Cell, str | None]:
    """Who holds each cell of a problem; cells that the rows do not name are open."""
    found: dict[Cell, str | None] = dict.fromkeys(problem.cells)
    for row in rows:
        for role in ROLES:
            if (cell := Cell(row["unit"], dt.date.fromisoformat(row["week"]), role)) in found:
                found[cell] = row[role] if row[role] in problem.by_id else None
    return found


def reread(problem: Problem, answer: Answer, rows: Sequence[Row]) -> Answer:
    """An answer told anew for other rows: its open roles, loads, fairness, exceptions and changes.

    What was proven of the planner's own rows no longer holds; the certificate does.
    """
    plan, staffing = plan_of(problem, rows), Staffing(problem)
    loads = loads_of(staffing, plan)
    levels = [level for level in levels_of(staffing, plan).values() if level is not None]
    moved = answer.get("changed", ())
    reasons = {(row["unit"], row["week"], row["role"], row["after"]): row.get("reason") for row in moved}
    spread = {"max": _number(max(levels, default=None)), "min": _number(min(levels, default=None))}
    if levels:
        spread |= {"spread": _number(max(levels) - min(levels)), "ratio": None}
    return {
        **answer,
        "assignments": [dict(row) for row in rows],
        "open": [_cell_json(cell) for cell, holder in plan.items() if holder is None],
        "loads": {
            engineer: {
                "tokens": plain(load.tokens),
                "primary_weeks": load.primary_weeks,
                "secondary_weeks": load.secondary_weeks,
                "weeks": load.weeks,
                "holiday_days": load.holiday_days,
            }
            for engineer, load in loads.items()
        },
        "fairness": {**answer.get("fairness", {}), **spread, "optimal": False},
        "exceptions": [
            {"rule": one.rule, "engineer": one.engineer, "unit": one.unit, "week": one.week.isoformat()}
            for one in exceptions_of(problem, plan)
        ],
        "changed": [
            {
                **_cell_json(one.cell),
                "before": one.before,
                "after": one.after,
                "reason": reasons.get((*_key(one.cell), one.after)),
            }
            for one in changes_of(problem, plan)
        ],
    }


def content(problem: Row, answer: Answer, edits: Sequence[Row]) -> Answer:
    """What a plan says with its edits; the answer itself where there are none."""
    if not edits:
        return answer
    return reread(Problem.from_json(problem), answer, overlaid(answer["assignments"], edits))


def findings(problem: Problem, rows: Sequence[Row], edits: Sequence[Row], names: Names) -> tuple[Finding, ...]:
    """What the weeks that were changed by hand break, leave open or except, the hard first.

    The planner's own rows were checked when they were made.
    """
    found: dict[str, bool] = {}
    for week in sorted({dt.date.fromisoformat(edit["week"]) for edit in edits}):
        pairs = [pair for pair in map(_pair, rows) if pair.week == week]
        for violation in check(_only(problem, week), pairs):
            found[_words_of(violation, problem, names)] = True
    touched = {cell_of(edit) for edit in edits}
    plan = plan_of(problem, rows)
    for cell in sorted(cell for cell in touched if plan.get(cell) is None):
        found[f"{week_words(cell.week)}: {HOLES[cell.role].format(unit=names.unit(cell.unit))}"] = False
    weeks = {cell.week for cell in touched}
    for one in exceptions_of(problem, plan):
        if one.week in weeks:
            found[exception_words(one.rule, one.engineer, one.unit, one.week, names)] = False
    ordered = sorted(found.items(), key=lambda item: not item[1])
    return tuple(Finding(words[:1].upper() + words[1:], is_hard) for words, is_hard in ordered)


def exception_words(rule: str, engineer: str, unit: str | None, week: dt.date, names: Names) -> str:
    """A soft rule that gave, in words."""
    where = f" on {names.unit(unit)}" if unit else ""
    what = "primary again before the rest is over" if rule == REST else "more weeks in a row than the rule wants"
    return f"{week_words(week)}: {names.who(engineer)}{where}, {what}"


def load_words(problem: Problem, before: Sequence[Row], after: Sequence[Row], names: Names) -> tuple[str, ...]:
    """What edits do to loads: A 12 to 14 tokens."""
    staffing = Staffing(problem)
    was, now = (loads_of(staffing, plan_of(problem, rows)) for rows in (before, after))
    return tuple(
        f"{names.who(one)} {float(was[one].tokens):g} to {float(now[one].tokens):g} tokens"
        for one in sorted(was, key=names.who)
        if was[one].tokens != now[one].tokens
    )


def levels_of(staffing: Staffing, plan: Plan) -> dict[str, Fraction | None]:
    """Tokens per full-time week with the ledger; None for who is not there in these weeks."""
    loads = loads_of(staffing, plan)
    return {
        id: (staffing.before[id] + loads[id].tokens) / weeks if weeks else None
        for id, weeks in staffing.capacity.items()
    }


def choices(problem: Problem, rows: Sequence[Row], cell: Cell, names: Names) -> tuple[Choice, ...]:
    """Everybody qualified for a cell and how things are with them that week: the free first, then by level."""
    plan, staffing = plan_of(problem, rows), Staffing(problem)
    levels = levels_of(staffing, plan)
    found = []
    for engineer in problem.unit_by_id[cell.unit].qualified:
        hard, soft = obstacles(problem, plan, cell, engineer, names)
        level = levels[engineer]
        words = "; ".join([*hard, *soft]) or "free"
        holds = plan.get(cell) == engineer
        found.append(Choice(engineer, words, not hard, holds, None if level is None else round(float(level), 2)))
    return tuple(sorted(found, key=lambda one: (not one.is_free, one.level or 0, names.who(one.engineer))))


def obstacles(
    problem: Problem, plan: Plan, cell: Cell, engineer: str, names: Names
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Why somebody cannot hold a cell, and what speaks against it; two empty tuples for who is free."""
    person = problem.by_id[engineer]
    hard: list[str] = []
    soft: list[str] = []
    if not person.member(cell.week, problem.shift_weeks):
        hard.append("not a member that week")
    if cell.week in person.weeks_off:
        hard.append("away")
    elif cell.week in person.weeks_partial:
        (soft if cell.role == PRIMARY else hard).append("away for part of the week")
    if problem.pinned.get(cell, engineer) != engineer:
        hard.append("the cell is pinned to somebody else")
    held = [other for other in plan if other.week == cell.week and other != cell and plan[other] == engineer]
    for other in held:
        here = other.unit == cell.unit
        (hard if here else soft).append(f"{other.role} of {'it' if here else names.unit(other.unit)}")
    most = problem.rules.max_roles_per_engineer_week
    if most is not None and len(held) >= most:
        hard.append(f"has {most} roles already")
    if not hard and plan.get(cell) != engineer:
        soft += _strains(problem, plan, cell, engineer)
    return tuple(hard), tuple(soft)


def _strains(problem: Problem, plan: Plan, cell: Cell, engineer: str) -> list[str]:
    """The soft rules that would give if somebody took a cell."""
    rules = problem.rules
    if not rules.min_weeks_between_primary and rules.max_consecutive_weeks is None:
        return []
    mine = {one: holder for one, holder in plan.items() if holder == engineer}
    now = Counter(one.rule for one in exceptions_of(problem, mine))
    then = Counter(one.rule for one in exceptions_of(problem, {**mine, cell: engineer}))
    words = {REST: "no rest between primary weeks", IN_A_ROW: "too many weeks in a row"}
    return [words.get(rule, rule) for rule in (then - now)]


def _only(problem: Problem, week: dt.date) -> Problem:
    return replace(
        problem,
        start=week,
        weeks=problem.shift_weeks,
        pins=tuple(pin for pin in problem.pins if pin.week == week),
        published=tuple(pair for pair in problem.published or () if pair.week == week),
    )


def _words_of(violation: Violation, problem: Problem, names: Names) -> str:
    words = BROKEN.get(violation.rule, violation.rule).format(
        who=names.who(violation.engineer),
        unit=names.unit(violation.unit),
        role=violation.role,
        most=problem.rules.max_roles_per_engineer_week,
    )
    return f"{week_words(violation.week)}: {words}"


def _pair(row: Row) -> Pair:
    return Pair(row["unit"], dt.date.fromisoformat(row["week"]), row["primary"], row["secondary"])


def _cell_json(cell: Cell) -> dict[str, Any]:
    return {"unit": cell.unit, "week": cell.week.isoformat(), "role": cell.role}


def _key(cell: Cell) -> tuple[str, str, str]:
    return cell.unit, cell.week.isoformat(), cell.role


def _number(value: Fraction | None) -> float | None:
    return None if value is None else round(float(value), 6)
