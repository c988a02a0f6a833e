"""Writes: compare ways to group a rotation's pipelines into units, and choose one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from pipelines.models import Engineer

from ..domain import planning
from ..domain.units import Group, current_groups, meaning, same_groups
from ..domain.wording import day_text
from ..loads.planning import calendar_for
from ..loads.units import coming_day, compared_problems, first_free_day, placed_pipelines, planned_weeks
from ..models import Cover, Plan, Rotation, Shift, Unit, UnitPipeline, UnitsComparison
from .auditing import audit_soon
from .covers import save
from .planning import ask_plan
from .publishing import tell

State = UnitsComparison.State


def ask_comparison(rotation: Rotation, *, by: Engineer, at: dt.datetime) -> UnitsComparison:
    """Note that the choices of units are to be compared from the first hand-off behind the freeze; nothing is solved.

    Raises ValidationError where there is nothing to group or nobody to plan.
    """
    day = first_free_day(rotation, at)
    weeks = planned_weeks(rotation, day)
    # a change that is decided already lies before the weeks that are compared
    day = max(day, coming_day(rotation, at) or day)
    problems = compared_problems(rotation, day, weeks, at)
    if len(problems) < 2:
        raise ValidationError(f"{rotation} has fewer than two pipelines in service: there is nothing to group.")
    if not next(iter(problems.values()))["engineers"]:
        raise ValidationError(f"{rotation} has no active member in these weeks; add members in the admin.")
    return UnitsComparison.objects.create(
        rotation=rotation, first_week=day, weeks=weeks, problems=problems, asked_by=by, asked_at=at
    )


def solve_comparison(comparison: UnitsComparison) -> UnitsComparison:
    """Plan every choice and keep what each would mean. Takes seconds, so never in a web process."""
    found = {}
    for choice, problem in comparison.problems.items():
        answer = planning.solve(planning.Problem.from_json(problem))
        words = {"fairness_words": planning.fairness_words(answer)}
        found[choice] = meaning(problem, answer.to_json() | words)
    return _answered(comparison, State.READY, answer=found)


def fail_comparison(comparison: UnitsComparison, words: str) -> UnitsComparison:
    """Note that the choices could not be compared, and why."""
    return _answered(comparison, State.FAILED, failure=words)


@transaction.atomic
def _answered(comparison: UnitsComparison, state: str, **fields: object) -> UnitsComparison:
    comparison = UnitsComparison.objects.select_for_update().get(pk=comparison.pk)
    if comparison.state == State.ASKED:
        for name, value in {**fields, "state": state}.items():
            setattr(comparison, name, value)
        comparison.save(update_fields=[*fields, "state"])
    return comparison


@transaction.atomic
def change_units(
    rotation: Rotation, groups: Sequence[Group], from_day: dt.date, *, by: Engineer, at: dt.datetime
) -> Plan:
    """Group a rotation's pipelines anew from a hand-off on, and ask for a plan of the new units; it is what comes back.

    Up to that day everything stays as it is. From it on, duty of the units that end is removed with its covers, and
    everybody who loses some is told once; nobody has duty there until the new plan is published. Units that stay the
    same keep their shifts. Raises ValidationError, by field, for a day that is no hand-off, frozen, or in the middle
    of a shift, for the units that there are already, and where a swap was made of duty that would be removed.
    """
    rotation = Rotation.objects.select_for_update().get(pk=rotation.pk)
    _check_day(rotation, from_day, at)
    placed = placed_pipelines(rotation, from_day)
    now = current_groups(placed)
    if sorted(one.id for one in placed) != sorted(key for group in groups for key in group.pipelines):
        raise ValidationError("The pipelines of the rotation changed meanwhile: look again.")
    if same_groups(groups, now):
        raise ValidationError("The pipelines are grouped so already.")
    weeks = planned_weeks(rotation, from_day)
    kept = {frozenset(group.pipelines) for group in now} & {frozenset(group.pipelines) for group in groups}
    new = [group for group in groups if frozenset(group.pipelines) not in kept]
    ended = _move(rotation, new, from_day, by)
    removed, covers = _duty_from(rotation, ended, from_day)
    for row in (*covers, *removed):
        row._history_user = by
        row.delete()
    plan = ask_plan(rotation, from_day, weeks, by=by, at=at)
    tell((), covers, plan, f"units-{plan.pk}", at, removed)
    audit_soon(rotation, at)
    return plan


def _check_day(rotation: Rotation, day: dt.date, at: dt.datetime) -> None:
    calendar = calendar_for(rotation)
    if not 2000 <= day.year <= 2100 or calendar.week_of(day) != day:
        raise ValidationError({"from_day": f"From: weeks begin on a {rotation.get_handoff_weekday_display()}."})
    start = calendar.handoff(day)
    if start < at + dt.timedelta(days=rotation.freeze_days):
        first = day_text(first_free_day(rotation, at))
        raise ValidationError({"from_day": f"From: what lies before is frozen; use {first} or a later hand-off."})
    if (coming := coming_day(rotation, at)) and day <= coming:
        raise ValidationError({"from_day": f"From: units change on {day_text(coming)} already; use a later day."})
    across = Shift.objects.filter(unit__rotation=rotation, starts_at__lt=start, ends_at__gt=start).first()
    if across:
        ends = day_text(across.ends_at.astimezone(rotation.time_zone).date())
        raise ValidationError({"from_day": f"From: a shift lasts across that hand-off; use {ends} or a later one."})


def _move(rotation: Rotation, new: Sequence[Group], day: dt.date, by: Engineer) -> set[int]:
    """Move pipelines into their new units from a day on; the units they leave."""
    moving = {key for group in new for key in group.pipelines}
    places = UnitPipeline.objects.filter(unit__rotation=rotation, pipeline__in=moving)
    leaving = [row for row in places.in_days(day, day + dt.timedelta(days=1)) if row.starts_on != day]
    for row in leaving:
        row.ends_on = day
        save(row, by)
    for group in new:
        unit = _unit_for(rotation, group, by)
        for key in group.pipelines:
            save(UnitPipeline(unit=unit, pipeline_id=key, starts_on=day), by)
    return {row.unit_id for row in leaving}


def _unit_for(rotation: Rotation, group: Group, by: Engineer) -> Unit:
    """A unit that had just these pipelines before, else a new one; its name is told apart from those there are."""
    known = {unit.name: unit for unit in rotation.units.prefetch_related("places")}
    for unit in known.values():
        if {place.pipeline_id for place in unit.places.all()} == set(group.pipelines):
            return unit
    names = [group.name, *(f"{group.name} ({n})" for n in range(2, len(known) + 3))]
    unit = Unit(rotation=rotation, name=next(name for name in names if name not in known)[:100])
    save(unit, by)
    return unit


def _duty_from(rotation: Rotation, units: Iterable[int], day: dt.date) -> tuple[list[Shift], list[Cover]]:
    """Duty of units from a hand-off on, with its covers; refused where a swap was made of it."""
    start = calendar_for(rotation).handoff(day)
    shifts = list(
        Shift.objects.filter(unit__in=units, starts_at__gte=start)
        .select_related("unit", "engineer")
        .prefetch_related("swap_parts")
        .order_by("starts_at", "unit_id", "role")
    )
    swapped = [shift for shift in shifts if shift.swap_parts.all()]
    if swapped:
        words = "; ".join(f"{shift.engineer} {shift.role} of {shift.unit}" for shift in swapped[:3])
        last = day_text(max(shift.ends_at for shift in swapped).astimezone(rotation.time_zone).date())
        raise ValidationError(
            {"from_day": f"From: swaps were made of duty from that day on ({words}); use {last} or a later hand-off."}
        )
    covers = Cover.objects.filter(shift__in=shifts).select_related("shift__unit", "engineer")
    return shifts, list(covers.order_by("starts_at", "pk"))
