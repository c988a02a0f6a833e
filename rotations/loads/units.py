"""Reads: the units of a rotation, the other choices, and what a comparison of them says."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q

from pipelines.models import Engineer, Ownership, Training

from ..domain.spans import DAY
from ..domain.units import Choice, Group, Placed, choices_of, current_groups, regrouped, same_groups
from ..models import Rotation, Shift, UnitPipeline, UnitsComparison
from .horizon import next_handoff
from .planning import calendar_for, default_weeks, planning_problem

MOST_WEEKS = 104


@dataclass(frozen=True, slots=True)
class UnitsChoice:
    """One way to group the pipelines: its units by name, and whether it is how they are (to be) grouped."""

    choice: Choice
    units: tuple[tuple[str, tuple[str, ...]], ...]
    is_current: bool


@dataclass(frozen=True, slots=True)
class Share:
    """What a choice means for one engineer."""

    engineer: Engineer
    weeks: int
    free: int
    in_a_row: int
    roles: int
    primary_weeks: int
    holiday_days: int


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a choice would mean over the weeks that were compared."""

    choice: Choice
    units: int
    shares: tuple[Share, ...]
    open: int
    exceptions: int
    fairness: str


def placed_pipelines(rotation: Rotation, day: dt.date) -> list[Placed]:
    """The pipelines in service that stand in a rotation on a local day, with their units. One query."""
    rows = UnitPipeline.objects.in_days(day, day + DAY).filter(unit__rotation=rotation, pipeline__is_active=True)
    rows = rows.select_related("unit", "pipeline__area")
    found = {
        row.pipeline_id: Placed(row.pipeline_id, row.pipeline.name, row.pipeline.area.name, row.unit.name)
        for row in rows.order_by("pipeline__area__position", "pipeline__area__name", "pipeline_id")
    }
    return list(found.values())


def coming_day(rotation: Rotation, at: dt.datetime) -> dt.date | None:
    """The last day to come on which pipelines change their units."""
    today = at.astimezone(rotation.time_zone).date()
    return UnitPipeline.objects.filter(unit__rotation=rotation, starts_on__gt=today).aggregate(day=Max("starts_on"))[
        "day"
    ]


def units_choices(rotation: Rotation, at: dt.datetime) -> list[UnitsChoice]:
    """The ways to group a rotation's pipelines as they stand now, or will behind a change that is decided."""
    day = coming_day(rotation, at) or at.astimezone(rotation.time_zone).date()
    pipelines = placed_pipelines(rotation, day)
    names = {one.id: one.name for one in pipelines}
    now = current_groups(pipelines)
    return [
        UnitsChoice(
            choice,
            tuple((group.name, tuple(names[key] for key in group.pipelines)) for group in groups),
            same_groups(groups, now),
        )
        for choice, groups in choices_of(pipelines, rotation.name).items()
    ]


def first_free_day(rotation: Rotation, at: dt.datetime) -> dt.date:
    """The first hand-off behind the freeze at which no published shift is in the middle."""
    day = next_handoff(rotation, at + dt.timedelta(days=rotation.freeze_days))
    start = calendar_for(rotation).handoff(day)
    across = Shift.objects.filter(unit__rotation=rotation, starts_at__lt=start, ends_at__gt=start)
    last = across.aggregate(last=Max("ends_at"))["last"]
    return next_handoff(rotation, last) if last else day


def planned_weeks(rotation: Rotation, day: dt.date) -> int:
    """For how many weeks to plan from a day on: as far as duty is published, and as far as the horizon at least."""
    last = Shift.objects.filter(unit__rotation=rotation).aggregate(last=Max("ends_at"))["last"]
    published = (last.astimezone(rotation.time_zone).date() - day).days // 7 if last else 0
    weeks = max(published + -published % rotation.shift_weeks, default_weeks(rotation))
    return min(weeks, MOST_WEEKS - MOST_WEEKS % rotation.shift_weeks)


def compared_problems(rotation: Rotation, day: dt.date, weeks: int, at: dt.datetime) -> dict[str, Any]:
    """A planning problem for each choice of units, over the same weeks and people."""
    base = planning_problem(rotation, day, weeks, at)
    pipelines = placed_pipelines(rotation, day)
    ids = [one.id for one in pipelines]
    qualified: dict[int, set[int]] = defaultdict(set)
    for training in Training.objects.filter(Q(shadows_until=None) | Q(shadows_until__lte=day), pipeline__in=ids):
        qualified[training.pipeline_id].add(training.engineer_id)
    owners = {
        row.pipeline_id: (row.primary_id, row.secondary_id)
        for row in Ownership.objects.on(day).filter(pipeline__in=ids)
    }
    for pipeline, pair in owners.items():
        qualified[pipeline] |= set(pair)
    return {
        choice: regrouped(base, groups, qualified, owners)
        for choice, groups in choices_of(pipelines, rotation.name).items()
    }


def meanings(comparison: UnitsComparison) -> list[Meaning]:
    """What each choice of an answered comparison would mean, people by name. One query."""
    people = {str(engineer.pk): engineer for engineer in Engineer.objects.all()}
    return [
        Meaning(
            choice=choice,
            units=found["units"],
            shares=tuple(
                Share(
                    person,
                    *(share[key] for key in ("weeks", "free", "in_a_row", "roles", "primary_weeks", "holiday_days")),
                )
                for pk, person in people.items()
                if (share := found["engineers"].get(pk))
            ),
            open=found["open"],
            exceptions=found["exceptions"],
            fairness=found["fairness"],
        )
        for choice in Choice
        if (found := comparison.answer.get(choice))
    ]


def groups_for(rotation: Rotation, choice: Choice, day: dt.date) -> tuple[Group, ...]:
    """The units of a choice, of the pipelines that stand in the rotation on a day."""
    pipelines = placed_pipelines(rotation, day)
    known = choices_of(pipelines, rotation.name)
    return known.get(choice, ())
