"""Writes: ask for a plan, have it solved, or cancel it while it is being made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from pipelines.models import Engineer

from ..domain import planning
from ..loads.basis import basis_of
from ..loads.planning import calendar_for, planning_problem, units_change_in
from ..models import Plan, Rotation
from .covers import save

MAX_WEEKS = 104
Mode = Plan.Mode


class PlanCancelledError(Exception):
    """Somebody cancelled the plan while it was being made."""


def ask_plan(
    rotation: Rotation,
    first_week: dt.date,
    weeks: int,
    *,
    by: Engineer | None,
    at: dt.datetime,
    pins: Iterable[Mapping[str, Any]] = (),
    mode: str | None = None,
    rebalance_from: dt.date | None = None,
    **origin: Any,
) -> Plan:
    """Note that a plan is wanted, with the problem as it is at this instant; nothing is solved yet.

    Without a mode it repairs where something is published, and plans new weeks. `origin` says what it was made from:
    `made_from`, `what_if`. Raises ValidationError, by field, for a first week that is no hand-off day or has begun,
    for an absurd length, for a mode that does not fit, and for a rotation that cannot be planned at all.
    """
    _check_weeks(rotation, first_week, weeks, at)
    # noted first: what changes in between is told as a change, and not missed
    basis = basis_of(rotation, first_week, weeks)
    problem = planning_problem(rotation, first_week, weeks, at)
    if not problem["units"]:
        raise ValidationError(f"{rotation} has no unit with a pipeline; add one in the admin.")
    if not problem["engineers"]:
        raise ValidationError(f"{rotation} has no active member in these weeks; add members in the admin.")
    with_pins(problem, pins)
    mode = _mode(problem, mode)
    if mode == Mode.REBALANCE:
        problem["rebalance_from"] = _rebalance_day(rotation, problem, rebalance_from).isoformat()
    return Plan.objects.create(
        rotation=rotation,
        first_week=first_week,
        weeks=weeks,
        problem=problem,
        basis=basis,
        mode=mode,
        rebalance_from=rebalance_from if mode == Mode.REBALANCE else None,
        asked_by=by,
        asked_at=at,
        **origin,
    )


def with_pins(problem: dict[str, Any], pins: Iterable[Mapping[str, Any]]) -> None:
    """Put pins of a draft into a problem; published pins and frozen weeks outrank them, and both stay one a cell."""
    held = {(pin["unit"], pin["week"], pin["role"]) for pin in problem["pins"]}
    known = {
        "unit": {unit["id"] for unit in problem["units"]},
        "engineer": {one["id"] for one in problem["engineers"]},
    }
    frozen = problem.get("locked_before") or ""
    stands = {(row["unit"], row["week"]) for row in problem.get("published") or ()}
    for pin in pins:
        cell = pin["unit"], pin["week"], pin["role"]
        is_frozen = pin["week"] < frozen and cell[:2] in stands
        if cell not in held and not is_frozen and all(pin[key] in ids for key, ids in known.items()):
            problem["pins"] = [*problem["pins"], {key: pin[key] for key in ("unit", "week", "role", "engineer")}]


def _check_weeks(rotation: Rotation, first_week: dt.date, weeks: int, at: dt.datetime) -> None:
    calendar = calendar_for(rotation)
    if not 2000 <= first_week.year <= 2100:
        raise ValidationError({"first_week": "First week: use a year from 2000 to 2100."})
    if calendar.week_of(first_week) != first_week:
        raise ValidationError({"first_week": f"First week: weeks begin on a {rotation.get_handoff_weekday_display()}."})
    if calendar.handoff(first_week) < at:
        raise ValidationError({"first_week": "First week: that week has begun already; the past is never planned."})
    if not 1 <= weeks <= MAX_WEEKS:
        raise ValidationError({"weeks": f"Weeks: use 1 to {MAX_WEEKS}."})
    if weeks % rotation.shift_weeks:
        raise ValidationError({"weeks": f"Weeks: a shift lasts {rotation.shift_weeks} weeks; use a multiple of it."})
    if day := units_change_in(rotation, first_week, weeks):
        raise ValidationError({"weeks": f"Weeks: units change on {day}; plan up to that day, or from it on."})


def _mode(problem: Mapping[str, Any], mode: str | None) -> str:
    is_published = bool(problem.get("published"))
    if mode in (Mode.REPAIR, Mode.REBALANCE) and not is_published:
        raise ValidationError({"mode": f"Mode: nothing is published in these weeks, so there is nothing to {mode}."})
    if mode in (None, Mode.FIRST):
        return Mode.REPAIR if is_published else Mode.FIRST
    if mode not in Mode.values:
        raise ValidationError({"mode": f"Mode: {mode!r} is unknown; use {', '.join(Mode.values)}."})
    return mode


def _rebalance_day(rotation: Rotation, problem: Mapping[str, Any], day: dt.date | None) -> dt.date:
    """The day from which a plan is made fair again: a hand-off of its weeks, behind the freeze."""
    if day is None:
        raise ValidationError({"rebalance_from": "Rebalance from: choose a day."})
    first = dt.date.fromisoformat(problem["start"])
    end = first + dt.timedelta(weeks=problem["weeks"])
    thawed = dt.date.fromisoformat(problem["locked_before"] or problem["start"])
    if calendar_for(rotation).week_of(day) != day:
        name = rotation.get_handoff_weekday_display()
        raise ValidationError({"rebalance_from": f"Rebalance from: weeks begin on a {name}."})
    if not first <= day < end:
        raise ValidationError({"rebalance_from": f"Rebalance from: use a day from {first} to {end}, inside the plan."})
    if day < thawed:
        raise ValidationError(
            {"rebalance_from": f"Rebalance from: what lies before {thawed} is frozen; use a later day."}
        )
    return day


def solve_plan(plan: Plan, progress: planning.Progress = planning.silent) -> Plan:
    """Let the planner answer; the plan becomes a draft. Takes seconds, so never in a web process.

    A plan that was answered or cancelled meanwhile stays as it is, and is what comes back: a job may run twice.
    """
    answer = planning.solve(planning.Problem.from_json(plan.problem), progress, explained=True)
    words = planning.fairness_words(answer)
    return _answered(plan, Plan.State.DRAFT, answer={**answer.to_json(), "fairness_words": words})


def fail_plan(plan: Plan, words: str) -> Plan:
    """Note that a plan could not be made, and why; one that was answered meanwhile stays as it is."""
    return _answered(plan, Plan.State.FAILED, failure=words)


def note_progress(plan: Plan, stage: str, done: int, total: int) -> None:
    """Say how far the planner is. Raises PlanCancelledError where nobody waits for the plan any more."""
    waiting = Plan.objects.filter(pk=plan.pk, state=Plan.State.ASKED)
    if not waiting.update(progress={"stage": stage, "done": done, "total": total}):
        raise PlanCancelledError


@transaction.atomic
def cancel_plan(plan: Plan, *, by: Engineer, at: dt.datetime) -> Plan:
    """Nobody needs the plan any more: the process that makes it is ended by the pager, and no answer counts."""
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if plan.state != Plan.State.ASKED:
        raise ValidationError(
            f"Only a plan that is being made can be cancelled; this one is {plan.get_state_display()}."
        )
    plan.state, plan.ended_by, plan.ended_at = Plan.State.CANCELLED, by, at
    save(plan, by, update_fields=["state", "ended_by", "ended_at"])
    return plan


@transaction.atomic
def _answered(plan: Plan, state: str, **fields: Any) -> Plan:
    """What became of a plan that was asked for, written down once: it may be published already."""
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if plan.state == Plan.State.ASKED:
        for name, value in {**fields, "state": state}.items():
            setattr(plan, name, value)
        plan.save(update_fields=[*fields, "state"])
    return plan
