"""Reads: why somebody has a shift: who else was possible, why not they, and what the ledger said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.models import Engineer

from ..domain.draft import Names, choices, content, levels_of, plan_of
from ..domain.planning import Problem
from ..domain.planning.parts import Cell, Pair
from ..domain.planning.staffing import Staffing
from ..domain.planning.why import why
from ..domain.planning.words import Names as PlannerNames
from ..domain.planning.words import other_words
from ..models import Plan
from .plans import EditView, open_words, plan_names


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody who could stand there at all, and how things were with them."""

    engineer: Engineer
    words: str
    level: float | None


@dataclass(frozen=True, slots=True)
class WhyView:
    """One cell of a plan with the reason of its holder, finished words."""

    unit: str
    role: str
    day: dt.date
    holder: Engineer | None
    said: tuple[str, ...]
    others: tuple[Other, ...]
    edits: tuple[EditView, ...]
    is_pinned: bool
    choices: tuple[tuple[str, str], ...]


def why_view(plan: Plan, unit: str, week: str, role: str) -> WhyView | None:
    """Why a plan puts somebody in a cell; None where it has no such cell. Two queries."""
    problem = Problem.from_json(plan.problem)
    if not _is_there(problem, unit, week, role) or not plan.answer:
        return None
    people, names = plan_names(plan)
    cell = Cell(unit, dt.date.fromisoformat(week), role)
    rows = content(plan.problem, plan.answer, plan.edits)["assignments"]
    holder = plan_of(problem, rows)[cell]
    options = choices(problem, rows, cell, names)
    return WhyView(
        unit=names.unit(unit),
        role=role,
        day=cell.week,
        holder=people.get(holder or ""),
        said=tuple(_said(plan, problem, rows, cell, holder, names)),
        others=tuple(_others(problem, rows, cell, people, names)),
        edits=tuple(_edits(plan, cell, names)),
        is_pinned=any((pin["unit"], pin["week"], pin["role"]) == (unit, week, role) for pin in plan.pins),
        choices=tuple((one.engineer, f"{names.who(one.engineer)}: {one.words}") for one in options),
    )


def _is_there(problem: Problem, unit: str, week: str, role: str) -> bool:
    try:
        return Cell(unit, dt.date.fromisoformat(week), role) in problem.cells
    except ValueError:
        return False


def _others(
    problem: Problem, rows: Sequence[Mapping[str, Any]], cell: Cell, people: Mapping[str, Engineer], names: Names
) -> Iterable[Other]:
    """Everybody else who is qualified, who carries least first, with the planner's own reason."""
    pairs = [Pair(row["unit"], dt.date.fromisoformat(row["week"]), row["primary"], row["secondary"]) for row in rows]
    found = why(problem, pairs, cell)
    for other in sorted(found.others if found else (), key=lambda one: (one.level or 0, names.who(one.engineer))):
        if other.engineer in people:
            words = other_words(other.to_json(), PlannerNames(names.people, names.units))
            level = None if other.level is None else round(float(other.level), 2)
            yield Other(people[other.engineer], words, level)


def _said(
    plan: Plan, problem: Problem, rows: Sequence[Mapping[str, Any]], cell: Cell, holder: str | None, names: Names
) -> list[str]:
    """Why it is the holder: locked, pinned, wished, owner; and what the ledger said of them."""
    if holder is None:
        return ["Nobody can take it."]
    said = []
    person, unit = problem.by_id[holder], problem.unit_by_id[cell.unit]
    if problem.is_locked(cell.week) and cell in problem.published_holder:
        said.append("It lay in the freeze when the plan was made, and stayed as it was published.")
    if problem.pinned.get(cell) == holder:
        said.append("It is pinned.")
    if cell.week in person.wanted:
        said.append(f"{names.who(holder)} wanted this week.")
    if cell.week in person.unwanted:
        said.append(f"{names.who(holder)} did not want this week.")
    if unit.owner(cell.role) == holder:
        said.append(f"{names.who(holder)} is the {cell.role} owner.")
    before = person.ledger
    if before.capacity_weeks:
        said.append(
            f"The ledger said: {float(before.weighted_load):.4g} tokens in {float(before.capacity_weeks):.0f} weeks of "
            "membership before."
        )
    staffing = Staffing(problem)
    levels = levels_of(staffing, plan_of(problem, rows))
    known = {one: level for one, level in levels.items() if level is not None}
    if holder in known:
        low, high = float(min(known.values())), float(max(known.values()))
        said.append(
            f"With this plan: {float(known[holder]):.2f} tokens a full-time week; everybody is from {low:.2f} "
            f"to {high:.2f}."
        )
    return said


def _edits(plan: Plan, cell: Cell, names: Names) -> list[EditView]:
    key = cell.unit, cell.week.isoformat(), cell.role
    return [
        EditView(
            edit["number"],
            f"{open_words(edit, names)}: {names.who(edit['before'])} to {names.who(edit['after'])}",
            names.who(str(edit["by"])),
            dt.datetime.fromisoformat(edit["at"]),
        )
        for edit in plan.edits
        if (edit["unit"], edit["week"], edit["role"]) == key
    ]
