"""Reads: drafts beside each other and beside what is published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.models import Engineer

from ..domain.compare import Figures, Move, figures, moves, published_answer, reasons_of, tallies
from ..domain.draft import Names, content, reread
from ..domain.planning import Problem
from ..domain.roster import Role
from ..domain.wording import day_text
from ..models import Plan, Rotation, Shift
from .basis import published_in
from .planning import calendar_for
from .plans import plan_names

PUBLISHED = "Published now"
# What each line of the table of figures is called, and which figure it shows.
LINES = (
    ("Gaps, role-weeks without a primary", "gaps"),
    ("Thin, role-weeks without a secondary", "thin"),
    ("Published shifts that move", "changed"),
    ("Highest load, tokens a full-time week", "highest"),
    ("Fairest possible, proven", "bound"),
    ("Between most and least loaded", "spread"),
    ("Fairness", "proven"),
    ("Exceptions to rest and weeks in a row", "exceptions"),
    ("Wishes met", "wishes"),
    ("Own public-holiday days", "holidays"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """One plan in the comparison; what is published has no plan."""

    name: str
    what: str
    plan: Plan | None
    figures: Figures
    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One figure, or the load of one engineer, across the columns."""

    name: str
    values: tuple[object, ...]
    engineer: Engineer | None = None


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A cell that changes hands, with names."""

    week: dt.date
    what: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True)
class CompareView:
    """Plans in columns, and the moves from the first of two to the other."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    loads: tuple[Line, ...]
    moves: tuple[MoveRow, ...]
    tallies: tuple[Line, ...]
    before: str
    after: str
    weeks: str

    @property
    def has_reasons(self) -> bool:
        """Whether the planner said why anything moves."""
        return any(move.reason for move in self.moves)


def compare_view(rotation: Rotation, plans: Sequence[Plan]) -> CompareView:
    """Up to three answered plans of a rotation and what is published in the weeks of the first; three queries."""
    people, names = plan_names(plans[0])
    first = plans[0]
    span = calendar_for(rotation).week_span(first.first_week, first.weeks)
    published = published_rows(published_in(rotation, span), rotation)
    columns = [_column(plan, names) for plan in plans]
    if published:
        columns.insert(0, _published(first, published, names))
    # two drafts are held against each other, a single one against what is published
    pair = columns[-len(plans) :][:2] if len(plans) > 1 else columns
    found: tuple[Move, ...] = ()
    if len(pair) > 1:
        reasons = _reasons(pair[0], pair[1], names)
        found = moves(pair[0].answer["assignments"], pair[1].answer["assignments"], reasons)
    return CompareView(
        columns=tuple(columns),
        lines=tuple(Line(name, tuple(getattr(one.figures, key) for one in columns)) for name, key in LINES),
        loads=tuple(_loads(columns, people)),
        moves=tuple(
            MoveRow(
                move.week,
                f"{move.role} of {names.unit(move.unit)}",
                names.who(move.before),
                names.who(move.after),
                move.reason,
            )
            for move in found
        ),
        tallies=tuple(
            Line(names.who(one.engineer), (one.gives, one.gets, one.gets - one.gives), people.get(one.engineer))
            for one in tallies(found, names)
        ),
        before=pair[0].name,
        after=pair[-1].name,
        weeks=f"{first.weeks} weeks from {day_text(first.first_week)}",
    )


def published_rows(shifts: Sequence[Shift], rotation: Rotation) -> list[dict[str, Any]]:
    """What is published, as rows of a plan."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for shift in shifts:
        week = shift.starts_at.astimezone(rotation.time_zone).date().isoformat()
        empty = {"unit": str(shift.unit_id), "week": week, "primary": None, "secondary": None}
        rows.setdefault((empty["unit"], week), empty)[shift.role] = str(shift.engineer_id)
    return list(rows.values())


def _reasons(before: Column, after: Column, names: Names) -> dict[tuple[str, str, str], str]:
    """Why what is published moves; between two drafts the planner has nothing to say."""
    edits = after.plan.edits if after.plan else ()
    by_hand = {(edit["unit"], edit["week"], edit["role"]): "changed by hand" for edit in edits}
    return by_hand if before.plan else {**reasons_of(after.answer, names), **by_hand}


def _column(plan: Plan, names: Names) -> Column:
    problem = Problem.from_json(plan.problem)
    answer = content(plan.problem, plan.answer, plan.edits)
    what = plan.get_mode_display() + (", what if" if plan.what_if else "") + (", by hand" if plan.edits else "")
    return Column(f"Plan {plan.pk}", what, plan, figures(problem, answer, names), answer)


def _published(plan: Plan, published: Sequence[Mapping[str, Any]], names: Names) -> Column:
    """What is in force, counted as if it were a draft for the same problem."""
    problem = Problem.from_json(plan.problem)
    base = published_answer(problem, published, plan.answer["fairness"])
    answer = reread(problem, base, base["assignments"])
    answer["changed"] = []
    # whoever is no member any more still has what is theirs
    answer["open"] = [
        {"unit": row["unit"], "week": row["week"], "role": role}
        for row in base["assignments"]
        for role in Role
        if row[role] is None
    ]
    return Column(PUBLISHED, "in force", None, figures(problem, answer, names), answer)


def _loads(columns: Sequence[Column], people: Mapping[str, Engineer]) -> list[Line]:
    found = {engineer for column in columns for engineer in column.answer["loads"] if engineer in people}
    return [
        Line(
            str(people[engineer]),
            tuple(column.answer["loads"].get(engineer) for column in columns),
            people[engineer],
        )
        for engineer in sorted(found, key=lambda one: str(people[one]))
    ]
