"""Reads: a plan as finished values for a page or a terminal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.models import Engineer

from ..domain.compare import alternatives, quality_words
from ..domain.draft import Finding, Names, content, exception_words, findings, load_words, overlaid
from ..domain.planning import Problem
from ..domain.roster import Role
from ..domain.wording import day_text
from ..models import Plan

MOST_UNITS = 20


@dataclass(frozen=True, slots=True)
class PlanRole:
    """Who a plan puts in one cell, None where nobody can be, and what is special about it."""

    role: str
    engineer: Engineer | None
    is_edited: bool
    is_pinned: bool

    @property
    def marks(self) -> str:
        """What is special about it, in words."""
        return ", ".join(["changed by hand"] * self.is_edited + ["pinned"] * self.is_pinned)


@dataclass(frozen=True, slots=True)
class PlanCell:
    """Who a plan puts on a unit for a week."""

    unit: str
    unit_id: str
    primary: PlanRole
    secondary: PlanRole
    is_changed: bool


@dataclass(frozen=True, slots=True)
class PlanWeek:
    """One week of a plan: its day of hand-off, and a cell for each unit."""

    day: dt.date
    holidays: str
    cells: tuple[PlanCell, ...]


@dataclass(frozen=True, slots=True)
class PlanLoad:
    """What a plan gives one engineer, beside the fairest possible; `share` is empty without a certificate."""

    engineer: Engineer
    tokens: float
    primary_weeks: int
    secondary_weeks: int
    holiday_days: int
    share: str


@dataclass(frozen=True, slots=True)
class EditView:
    """One change by hand, in words, with who made it."""

    number: int
    words: str
    by: str
    at: dt.datetime


@dataclass(frozen=True)
class PlanView:
    """Everything a plan says, ready to be shown. `answer` is the planner's with the edits in it."""

    units: tuple[str, ...]
    weeks: tuple[PlanWeek, ...]
    loads: tuple[PlanLoad, ...]
    fairness: str
    quality: tuple[str, ...]
    open_roles: tuple[str, ...]
    exceptions: tuple[str, ...]
    fewer: tuple[str, ...]
    edits: tuple[EditView, ...]
    findings: tuple[Finding, ...]
    effects: tuple[str, ...]
    pins: tuple[str, ...]
    changes: int
    names: Names
    answer: Mapping[str, Any]

    @property
    def is_broken(self) -> bool:
        """Whether edits break what always holds, so that it cannot be published."""
        return any(one.is_hard for one in self.findings)


def plan_names(plan: Plan) -> tuple[Mapping[str, Engineer], Names]:
    """The people and units that ids of a plan stand for; two queries."""
    people = {str(pk): engineer for pk, engineer in Engineer.objects.in_bulk().items()}
    units = {str(pk): name for pk, name in plan.rotation.units.values_list("pk", "name")}
    return people, Names({key: str(engineer) for key, engineer in people.items()}, units)


def plan_view(plan: Plan, units: Iterable[str] | None = None) -> PlanView:
    """The answer of a plan with names in it, for some of its units or all; two queries. It must have been answered."""
    people, names = plan_names(plan)
    answer = content(plan.problem, plan.answer, plan.edits)
    shown = [row["id"] for row in plan.problem["units"]] if units is None else list(units)
    return PlanView(
        units=tuple(names.unit(unit) for unit in shown),
        weeks=tuple(_weeks(plan, answer, people, names, shown)),
        loads=tuple(_loads(answer, people)),
        fairness=_fairness(plan, names),
        quality=() if plan.edits else quality_words(answer, names)[1 if plan.answer["fairness"]["optimal"] else 0 :],
        open_roles=tuple(open_words(cell, names) for cell in answer["open"]),
        exceptions=exceptions_of(answer, names),
        fewer=alternatives(answer),
        **_by_hand(plan, names),
        pins=tuple(f"{names.who(pin['engineer'])}, {open_words(pin, names)}" for pin in plan.pins),
        changes=sum(row["before"] is not None for row in answer["changed"]),
        names=names,
        answer=answer,
    )


def exceptions_of(answer: Mapping[str, Any], names: Names) -> tuple[str, ...]:
    """The rules that had to give, each in words."""
    return tuple(
        exception_words(one["rule"], one["engineer"], one["unit"], dt.date.fromisoformat(one["week"]), names)
        for one in answer.get("exceptions", ())
    )


def open_words(cell: Mapping[str, Any], names: Names) -> str:
    """A cell in words: primary of Profit, week of Mon 7 Dec 2026."""
    return f"{cell['role']} of {names.unit(cell['unit'])}, week of {day_text(dt.date.fromisoformat(cell['week']))}"


def _fairness(plan: Plan, names: Names) -> str:
    if not plan.edits:
        return plan.answer["fairness_words"]
    count = len(plan.edits)
    return f"Changed by hand in {count} place{'s' if count > 1 else ''}, so nothing is proven of how fair it is now."


def _by_hand(plan: Plan, names: Names) -> dict[str, Any]:
    """The edits of a plan, what they break and what they do to loads."""
    if not plan.edits:
        return {"edits": (), "findings": (), "effects": ()}
    problem, before = Problem.from_json(plan.problem), plan.answer["assignments"]
    rows = overlaid(before, plan.edits)
    views = tuple(
        EditView(
            number=edit["number"],
            words=f"{open_words(edit, names)}: {names.who(edit['before'])} to {names.who(edit['after'])}",
            by=names.who(str(edit["by"])),
            at=dt.datetime.fromisoformat(edit["at"]),
        )
        for edit in plan.edits
    )
    return {
        "edits": views,
        "findings": findings(problem, rows, plan.edits, names),
        "effects": load_words(problem, before, rows, names),
    }


def _loads(answer: Mapping[str, Any], people: Mapping[str, Engineer]) -> Iterable[PlanLoad]:
    certified = answer["fairness"].get("certified") or {}
    for engineer, load in answer["loads"].items():
        if engineer in people:
            yield PlanLoad(
                people[engineer],
                load["tokens"],
                load["primary_weeks"],
                load["secondary_weeks"],
                load["holiday_days"],
                f"{certified[engineer]:g}" if engineer in certified else "",
            )


def _weeks(
    plan: Plan, answer: Mapping[str, Any], people: Mapping[str, Engineer], names: Names, units: list[str]
) -> list[PlanWeek]:
    edited = {(edit["unit"], edit["week"], edit["role"]) for edit in plan.edits}
    pinned = {(pin["unit"], pin["week"], pin["role"]) for pin in (*plan.problem.get("pins", ()), *plan.pins)}
    changed = {(row["unit"], row["week"]) for row in answer["changed"] if row["before"]}
    wanted, cells = set(units), {}
    for row in answer["assignments"]:
        if row["unit"] in wanted:
            key = row["unit"], row["week"]
            roles = {
                role.value: PlanRole(role, people.get(row[role] or ""), (*key, role) in edited, (*key, role) in pinned)
                for role in Role
            }
            cell = PlanCell(names.unit(row["unit"]), row["unit"], **roles, is_changed=key in changed)
            cells.setdefault(row["week"], {})[row["unit"]] = cell
    return [
        PlanWeek(dt.date.fromisoformat(week), _holiday_words(plan, week), tuple(cells[week][unit] for unit in units))
        for week in sorted(cells)
    ]


def _holiday_words(plan: Plan, week: str) -> str:
    counts = {key: days[week] for key, days in plan.problem["holidays"].items() if week in days}
    return ", ".join(f"{count} in {key}" for key, count in sorted(counts.items()))
