"""Reads: a plan's answer as finished values for a page or a terminal."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pipelines.models import Engineer

from ..models import Plan


@dataclass(frozen=True, slots=True)
class PlanCell:
    """Who a plan puts on a unit for a week; None where nobody can be."""

    unit: str
    primary: Engineer | None
    secondary: Engineer | None
    is_changed: bool


@dataclass(frozen=True, slots=True)
class PlanWeek:
    """One week of a plan: its day of hand-off, and a cell for each unit."""

    day: dt.date
    holidays: str
    cells: tuple[PlanCell, ...]


@dataclass(frozen=True, slots=True)
class PlanLoad:
    """What a plan gives one engineer."""

    engineer: Engineer
    tokens: float
    primary_weeks: int
    secondary_weeks: int
    holiday_days: int


@dataclass(frozen=True, slots=True)
class PlanView:
    """Everything a plan says, ready to be shown."""

    units: tuple[str, ...]
    weeks: tuple[PlanWeek, ...]
    loads: tuple[PlanLoad, ...]
    fairness: str
    open_roles: tuple[str, ...]
    changes: int


def plan_view(plan: Plan) -> PlanView:
    """The answer of a plan with names in it; three queries. The plan must have been answered."""
    people = {str(pk): engineer for pk, engineer in Engineer.objects.in_bulk().items()}
    units = {str(unit.pk): unit.name for unit in plan.rotation.units.all()}
    return PlanView(
        units=tuple(units.get(row["id"], "removed unit") for row in plan.problem["units"]),
        weeks=tuple(_weeks(plan, people, units)),
        loads=tuple(
            PlanLoad(
                people[engineer], load["tokens"], load["primary_weeks"], load["secondary_weeks"], load["holiday_days"]
            )
            for engineer, load in plan.answer["loads"].items()
        ),
        fairness=plan.answer["fairness_words"],
        open_roles=tuple(
            f"{cell['role']} of {units.get(cell['unit'], 'removed unit')}, week of {cell['week']}"
            for cell in plan.answer["open"]
        ),
        changes=len(plan.answer["changed"]),
    )


def _weeks(plan: Plan, people: dict[str, Engineer], units: dict[str, str]) -> list[PlanWeek]:
    cells: dict[str, dict[str, PlanCell]] = {}
    changed = {(row["unit"], row["week"]) for row in plan.answer["changed"] if row["before"]}
    for row in plan.answer["assignments"]:
        cells.setdefault(row["week"], {})[row["unit"]] = PlanCell(
            unit=units.get(row["unit"], "removed unit"),
            primary=people.get(row["primary"] or ""),
            secondary=people.get(row["secondary"] or ""),
            is_changed=(row["unit"], row["week"]) in changed,
        )
    order = [row["id"] for row in plan.problem["units"]]
    return [
        PlanWeek(dt.date.fromisoformat(week), _holiday_words(plan, week), tuple(cells[week][unit] for unit in order))
        for week in sorted(cells)
    ]


def _holiday_words(plan: Plan, week: str) -> str:
    counts = {key: days[week] for key, days in plan.problem["holidays"].items() if week in days}
    return ", ".join(f"{count} in {key}" for key, count in sorted(counts.items()))
