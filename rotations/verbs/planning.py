"""Writes: ask for a plan, solve it, publish it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from pipelines.models import Engineer

from ..domain import planning
from ..domain.roster import Role
from ..domain.spans import Span
from ..loads.planning import calendar_for, planning_problem
from ..models import Cover, Message, Plan, Rotation, Shift
from .absences import cover_planned
from .messages import queue_message

MAX_WEEKS = 104


def ask_plan(
    rotation: Rotation,
    first_week: dt.date,
    weeks: int,
    *,
    by: Engineer | None,
    at: dt.datetime,
    pins: tuple[dict[str, Any], ...] = (),
) -> Plan:
    """Note that a plan is wanted, with the problem as it is at this instant; nothing is solved yet.

    Raises ValidationError, by field, for a first week that is no hand-off day or has begun, for an absurd length, and
    for a rotation that cannot be planned at all.
    """
    calendar = calendar_for(rotation)
    if not 2000 <= first_week.year <= 2100:
        raise ValidationError({"first_week": "First week: use a year from 2000 to 2100."})
    if calendar.week_of(first_week) != first_week:
        raise ValidationError({"first_week": f"First week: weeks begin on a {rotation.get_handoff_weekday_display()}."})
    if calendar.handoff(first_week) < at:
        raise ValidationError({"first_week": "First week: that week has begun already; the past is never planned."})
    if not 1 <= weeks <= MAX_WEEKS:
        raise ValidationError({"weeks": f"Weeks: use 1 to {MAX_WEEKS}."})
    problem = planning_problem(rotation, first_week, weeks, at, pins)
    if not problem["units"]:
        raise ValidationError(f"{rotation} has no unit with a pipeline; add one in the admin.")
    if not problem["engineers"]:
        raise ValidationError(f"{rotation} has no active member in these weeks; add members in the admin.")
    return Plan.objects.create(
        rotation=rotation, first_week=first_week, weeks=weeks, problem=problem, asked_by=by, asked_at=at
    )


def solve_plan(plan: Plan) -> Plan:
    """Let the planner answer; the plan becomes a draft. Takes seconds, so never in a web process."""
    answer = planning.solve(planning.Problem.from_json(plan.problem))
    plan.answer = {**answer.to_json(), "fairness_words": planning.fairness_words(answer)}
    plan.state = Plan.State.DRAFT
    plan.save(update_fields=["answer", "state"])
    return plan


def fail_plan(plan: Plan, words: str) -> None:
    """Note that a plan could not be made, and why."""
    plan.state, plan.failure = Plan.State.FAILED, words
    plan.save(update_fields=["state", "failure"])


@dataclass(frozen=True, slots=True)
class Change:
    """One published shift that a plan sets or moves; `before` and `was` (its holder) are None where nothing was
    published."""

    unit: int
    role: Role
    span: Span
    before: Shift | None
    was: int | None
    after: int


@transaction.atomic
def publish_plan(plan: Plan, *, by: Engineer | None, at: dt.datetime) -> list[Change]:
    """Put a draft into force as a difference: unchanged shifts keep their row and covers, changed ones end theirs.

    Everybody whose future duty changes gets one notice. Raises ValidationError when the plan is no draft, has an open
    primary, or when what is published has changed since it was made.
    """
    rotation = Rotation.objects.select_for_update().get(pk=plan.rotation_id)
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    _check_publishable(plan, rotation, at)
    changes = _changes(plan, rotation)
    _check_time(changes, rotation, at)
    for change in changes:
        _place(change, plan, by, at)
    cover_planned(rotation, calendar_for(rotation).week_span(plan.first_week, plan.weeks), by=by, at=at)
    _supersede(rotation)
    plan.state, plan.published_by, plan.published_at = Plan.State.PUBLISHED, by, at
    plan.save(update_fields=["state", "published_by", "published_at"])
    _tell(changes, plan, at)
    return changes


def _check_publishable(plan: Plan, rotation: Rotation, at: dt.datetime) -> None:
    if plan.state != Plan.State.DRAFT:
        raise ValidationError(f"Only a draft can be published; this plan is {plan.get_state_display()}.")
    gaps = sorted({cell["week"] for cell in plan.answer["open"] if cell["role"] == Role.PRIMARY})
    if gaps:
        raise ValidationError(f"Nobody can be primary in the week of {', '.join(gaps)}: change that, then plan again.")
    current = planning_problem(rotation, plan.first_week, plan.weeks, at)
    asked = plan.problem
    if any(current[key] != asked[key] for key in ("published", "units")) or _absences(current) != _absences(asked):
        raise ValidationError("Duty, owners or time off changed since this plan was made: plan again.")


def _check_time(changes: list[Change], rotation: Rotation, at: dt.datetime) -> None:
    """Time went on since the plan was made: it must not reach into the past, nor move what is frozen by now."""
    frozen_until = at + dt.timedelta(days=rotation.freeze_days)
    if any(change.span.start < at for change in changes):
        raise ValidationError("A week of this plan has begun since it was made: plan again.")
    if any(change.before and change.span.start < frozen_until for change in changes):
        raise ValidationError("This plan would move duty that is frozen by now: plan again.")


def _absences(problem: dict[str, Any]) -> dict[str, tuple[list[str], list[str]]]:
    return {engineer["id"]: (engineer["weeks_off"], engineer["weeks_partial"]) for engineer in problem["engineers"]}


def _changes(plan: Plan, rotation: Rotation) -> list[Change]:
    calendar = calendar_for(rotation)
    horizon = calendar.week_span(plan.first_week, plan.weeks)
    shifts = Shift.objects.filter(unit__rotation=rotation, starts_at__gte=horizon.start, starts_at__lt=horizon.end)
    published = {(shift.unit_id, shift.role, shift.starts_at): shift for shift in shifts}
    changes = []
    for row in plan.answer["assignments"]:
        span = calendar.week_span(dt.date.fromisoformat(row["week"]))
        for role in Role:
            before = published.get((int(row["unit"]), role, span.start))
            # an open secondary takes nothing away from who has it already
            after = row[role] and int(row[role])
            if after and (before is None or before.engineer_id != after):
                was = before and before.engineer_id
                changes.append(Change(int(row["unit"]), role, span, before, was, after))
    return changes


def _place(change: Change, plan: Plan, by: Engineer | None, at: dt.datetime) -> None:
    if change.before is None:
        Shift.objects.create(
            unit_id=change.unit,
            role=change.role,
            engineer_id=change.after,
            starts_at=change.span.start,
            ends_at=change.span.end,
            plan=plan,
            changed_at=at,
        )
        return
    shift = change.before
    for cover in Cover.objects.filter(shift=shift, ended_at=None):
        cover.ended_at, cover.ended_by = at, by
        cover.save(update_fields=["ended_at", "ended_by"])
    shift.engineer_id, shift.plan, shift.changed_at = change.after, plan, at
    shift.version += 1
    shift.save(update_fields=["engineer", "plan", "changed_at", "version"])


def _supersede(rotation: Rotation) -> None:
    """The rotation is in force by its newest plan; drafts made before it are stale and are shown as such."""
    for plan in Plan.objects.filter(rotation=rotation, state=Plan.State.PUBLISHED):
        plan.state = Plan.State.SUPERSEDED
        plan.save(update_fields=["state"])


def _tell(changes: list[Change], plan: Plan, at: dt.datetime) -> None:
    """One notice a person, with before and after of their own duty only."""
    units = {unit.pk: unit.name for unit in plan.rotation.units.all()}
    lines: dict[int, list[str]] = {}
    for change in sorted(changes, key=lambda change: (change.span, change.unit, change.role)):
        what = f"{_day(change.span.start, plan.rotation)} {change.role} of {units[change.unit]}"
        lines.setdefault(change.after, []).append(f"you have: {what}")
        if change.before:
            lines.setdefault(change.was, []).append(f"no longer yours: {what}")
    for engineer in Engineer.objects.filter(pk__in=lines):
        queue_message(
            engineer,
            Message.Kind.NOTICE,
            f"plan-{plan.pk}",
            f"Your duty in {plan.rotation} changed",
            "\n".join(["From the week of", *lines[engineer.pk]]),
            at,
        )


def _day(at: dt.datetime, rotation: Rotation) -> str:
    local = at.astimezone(rotation.time_zone)
    return f"{local:%a} {local.day} {local:%b %Y}"
