"""Writes: ask for a plan, solve it, publish it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
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
from .absences import cover_planned, save
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
    """Let the planner answer; the plan becomes a draft. Takes seconds, so never in a web process.

    A plan that was answered meanwhile stays as it is, and is what comes back: a job may run twice.
    """
    answer = planning.solve(planning.Problem.from_json(plan.problem))
    words = planning.fairness_words(answer)
    return _answered(plan, Plan.State.DRAFT, answer={**answer.to_json(), "fairness_words": words})


def fail_plan(plan: Plan, words: str) -> Plan:
    """Note that a plan could not be made, and why; one that was answered meanwhile stays as it is."""
    return _answered(plan, Plan.State.FAILED, failure=words)


@transaction.atomic
def _answered(plan: Plan, state: str, **fields: Any) -> Plan:
    """What became of a plan that was asked for, written down once: it may be published already."""
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if plan.state == Plan.State.ASKED:
        for name, value in {**fields, "state": state}.items():
            setattr(plan, name, value)
        plan.save(update_fields=[*fields, "state"])
    return plan


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
    _check_room(changes, rotation)
    ended = [cover for change in changes for cover in _place(change, plan, by, at)]
    cover_planned(rotation, [(change.unit, change.span) for change in changes], by=by, at=at)
    _supersede(rotation, by)
    plan.state, plan.published_by, plan.published_at = Plan.State.PUBLISHED, by, at
    save(plan, by, update_fields=["state", "published_by", "published_at"])
    _tell(changes, ended, plan, at)
    return changes


def _check_publishable(plan: Plan, rotation: Rotation, at: dt.datetime) -> None:
    if plan.state != Plan.State.DRAFT:
        raise ValidationError(f"Only a draft can be published; this plan is {plan.get_state_display()}.")
    gaps = sorted({cell["week"] for cell in plan.answer["open"] if cell["role"] == Role.PRIMARY})
    if gaps:
        raise ValidationError(f"Nobody can be primary in the week of {', '.join(gaps)}: change that, then plan again.")
    current = planning_problem(rotation, plan.first_week, plan.weeks, at)
    asked = plan.problem
    if any(current[key] != asked[key] for key in ("published", "units")) or _presence(current) != _presence(asked):
        raise ValidationError("Duty, owners, members or time off changed since this plan was made: plan again.")


def _check_time(changes: list[Change], rotation: Rotation, at: dt.datetime) -> None:
    """Time went on since the plan was made: it must not reach into the past, nor move what is frozen by now."""
    frozen_until = at + dt.timedelta(days=rotation.freeze_days)
    if any(change.span.start < at for change in changes):
        raise ValidationError("A week of this plan has begun since it was made: plan again.")
    if any(change.before and change.span.start < frozen_until for change in changes):
        raise ValidationError("This plan would move duty that is frozen by now: plan again.")
    if any(change.before and change.before.is_pinned for change in changes):
        raise ValidationError("This plan would move duty that was pinned since it was made: plan again.")


def _check_room(changes: list[Change], rotation: Rotation) -> None:
    """Where the hand-off was moved, weeks by the new one must not lie across duty that was published by the old one."""
    new = [change for change in changes if change.before is None]
    if not new:
        return
    horizon = Span(min(change.span.start for change in new), max(change.span.end for change in new))
    held: dict[tuple[int, str], list[Span]] = {}
    for shift in Shift.objects.in_span(horizon).filter(unit__rotation=rotation):
        held.setdefault((shift.unit_id, shift.role), []).append(shift.span)
    for change in new:
        if any(span.meets(change.span) for span in held.get((change.unit, change.role), ())):
            raise ValidationError(
                f"In the week of {_day(change.span.start, rotation)} duty is published by another hand-off already: "
                "plan from a later week."
            )


def _presence(problem: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Who can have duty at all, and when."""
    kept = ("joins", "leaves", "weeks_off", "weeks_partial")
    return {engineer["id"]: tuple(engineer[key] for key in kept) for engineer in problem["engineers"]}


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


def _place(change: Change, plan: Plan, by: Engineer | None, at: dt.datetime) -> list[Cover]:
    """Set one shift; the covers that this ended."""
    shift = change.before
    if shift is None:
        shift = Shift(
            unit_id=change.unit,
            role=change.role,
            engineer_id=change.after,
            starts_at=change.span.start,
            ends_at=change.span.end,
            plan=plan,
            changed_at=at,
        )
        save(shift, by)
        return []
    ended = list(Cover.objects.filter(shift=shift, ended_at=None).select_related("shift__unit"))
    for cover in ended:
        cover.ended_at, cover.ended_by = at, by
        save(cover, by, update_fields=["ended_at", "ended_by"])
    shift.engineer_id, shift.plan, shift.changed_at = change.after, plan, at
    shift.version += 1
    save(shift, by, update_fields=["engineer", "plan", "changed_at", "version"])
    return ended


def _supersede(rotation: Rotation, by: Engineer | None) -> None:
    """The rotation is in force by its newest plan; drafts made before it are stale and are shown as such."""
    for plan in Plan.objects.filter(rotation=rotation, state=Plan.State.PUBLISHED):
        plan.state = Plan.State.SUPERSEDED
        save(plan, by, update_fields=["state"])


def _tell(changes: list[Change], ended: list[Cover], plan: Plan, at: dt.datetime) -> None:
    """One notice a person, with before and after of their own duty only."""
    lines: dict[int, list[str]] = {}
    for engineer, line in (*_duty_lines(changes, plan), *_cover_lines(ended, plan)):
        lines.setdefault(engineer, []).append(line)
    for engineer in Engineer.objects.filter(pk__in=lines):
        queue_message(
            engineer,
            Message.Kind.NOTICE,
            f"plan-{plan.pk}",
            f"Your duty in {plan.rotation} changed",
            "\n".join(["From the week of", *lines[engineer.pk]]),
            at,
        )


def _duty_lines(changes: list[Change], plan: Plan) -> Iterator[tuple[int, str]]:
    units = {unit.pk: unit.name for unit in plan.rotation.units.all()}
    for change in sorted(changes, key=lambda change: (change.span, change.unit, change.role)):
        what = f"{_day(change.span.start, plan.rotation)} {change.role} of {units[change.unit]}"
        yield change.after, f"you have: {what}"
        if change.was:
            yield change.was, f"no longer yours: {what}"


def _cover_lines(ended: Iterable[Cover], plan: Plan) -> Iterator[tuple[int, str]]:
    """Who stood in on a shift that the plan gave to somebody else."""
    for cover in sorted(ended, key=lambda cover: (cover.starts_at, cover.pk)):
        if cover.engineer_id:
            shift = cover.shift
            week, day = _day(shift.starts_at, plan.rotation), _day(cover.starts_at, plan.rotation)
            yield cover.engineer_id, f"no longer yours: {week} {shift.role} of {shift.unit}, to cover from {day} on"


def _day(at: dt.datetime, rotation: Rotation) -> str:
    local = at.astimezone(rotation.time_zone)
    return f"{local:%a} {local.day} {local:%b %Y}"
