"""Writes: shape a draft by hand, pin what shall stay, and plan again from it or from what is only supposed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from pipelines.models import Engineer

from ..domain.roster import Role
from ..domain.what_if import is_possible, relaxed, step_of
from ..loads.horizon import next_handoff, weeks_in_force
from ..models import Plan, Rotation, Shift
from .covers import save
from .planning import MAX_WEEKS, ask_plan

Row = Mapping[str, Any]
CELL = ("unit", "week", "role")
MOST_EDITS = 500


@transaction.atomic
def edit_cell(plan: Plan, cell: Row, engineer: str | None, *, by: Engineer, at: dt.datetime) -> Plan:
    """Let somebody else, or nobody, hold a cell of a draft; what that breaks is told and not refused.

    Raises ValidationError where the plan is no draft, the cell is not in it, or the engineer cannot stand on the unit.
    """
    plan = _draft(plan)
    before = holder_of(plan, cell)
    unit = next(one for one in plan.problem["units"] if one["id"] == cell["unit"])
    if engineer is not None and engineer not in unit["qualified"]:
        raise ValidationError({"engineer": "Engineer: choose somebody who is qualified for the unit."})
    if engineer == before:
        raise ValidationError({"engineer": "Engineer: they hold it already; choose somebody else."})
    if len(plan.edits) >= MOST_EDITS:
        raise ValidationError(f"A draft holds at most {MOST_EDITS} changes by hand: plan again.")
    number = 1 + max((edit["number"] for edit in plan.edits), default=0)
    named = {key: cell[key] for key in CELL}
    edit = {"number": number, **named, "before": before, "after": engineer, "by": by.pk, "at": at.isoformat()}
    plan.edits = [*plan.edits, edit]
    # a pinned cell is pinned to who holds it
    others = [pin for pin in plan.pins if _cell(pin) != _cell(cell)]
    if len(others) < len(plan.pins):
        plan.pins = [*others, {**named, "engineer": engineer}] if engineer else others
    save(plan, by, update_fields=["edits", "pins"])
    return plan


@transaction.atomic
def undo_edit(plan: Plan, number: int, *, by: Engineer, at: dt.datetime) -> Plan:
    """Take an edit back: the cell is as if it had never been."""
    plan = _draft(plan)
    kept = [edit for edit in plan.edits if edit["number"] != number]
    if len(kept) == len(plan.edits):
        raise ValidationError("That change is undone already.")
    plan.edits = kept
    save(plan, by, update_fields=["edits"])
    return plan


@transaction.atomic
def pin_cell(plan: Plan, cell: Row, is_pinned: bool, *, by: Engineer, at: dt.datetime) -> Plan:
    """Keep a cell of a draft where it is planned again from it, or let it go."""
    plan = _draft(plan)
    holder = holder_of(plan, cell)
    others = [pin for pin in plan.pins if _cell(pin) != _cell(cell)]
    if is_pinned and holder is None:
        raise ValidationError("Nobody holds this cell, so there is nobody to pin.")
    plan.pins = [*others, {**{key: cell[key] for key in CELL}, "engineer": holder}] if is_pinned else others
    save(plan, by, update_fields=["pins"])
    return plan


@transaction.atomic
def pin_shift(shift: Shift, is_pinned: bool, *, by: Engineer, at: dt.datetime) -> Shift:
    """Have the planner keep a published shift, or let it go."""
    Rotation.objects.select_for_update().get(units=shift.unit_id)
    shift = Shift.objects.select_for_update().get(pk=shift.pk)
    if shift.ends_at <= at:
        raise ValidationError("This shift is over; the past never moves.")
    shift.is_pinned = is_pinned
    save(shift, by, update_fields=["is_pinned"])
    return shift


def ask_again(plan: Plan, *, by: Engineer, at: dt.datetime) -> Plan:
    """Plan the weeks of a draft again, with its pins kept; what was edited and not pinned is planned anew."""
    if plan.state not in (Plan.State.DRAFT, Plan.State.FAILED, Plan.State.CANCELLED):
        raise ValidationError(f"Only a draft can be planned again; this plan is {plan.get_state_display()}.")
    first, weeks = weeks_left(plan, at)
    return ask_plan(plan.rotation, first, weeks, by=by, at=at, pins=plan.pins, made_from=plan, **mode_left(plan, first))


def ask_repair(rotation: Rotation, *, by: Engineer, at: dt.datetime) -> Plan:
    """A repair of everything that is published and has not begun."""
    ahead = weeks_in_force(rotation, at, MAX_WEEKS)
    if ahead is None:
        raise ValidationError("Nothing is published ahead, so there is nothing to repair.")
    return ask_plan(rotation, ahead.first_week, ahead.weeks, by=by, at=at, mode=Plan.Mode.REPAIR)


def ask_what_if(plan: Plan, steps: Iterable[Row], *, by: Engineer, at: dt.datetime) -> Plan:
    """A draft of the same weeks that supposes something more; it can be looked at, and never be published."""
    supposed = [*plan.what_if, *map(step_of, steps)]
    first, weeks = weeks_left(plan, at)
    with transaction.atomic():
        found = ask_plan(
            plan.rotation,
            first,
            weeks,
            by=by,
            at=at,
            pins=plan.pins,
            made_from=plan,
            what_if=supposed,
            **mode_left(plan, first),
        )
        if len(supposed) == len(plan.what_if) or not all(is_possible(found.problem, step) for step in supposed):
            raise ValidationError("That is so already, or is no longer in these weeks: plan again.")
        found.problem = relaxed(found.problem, supposed)
        save(found, by, update_fields=["problem"])
    return found


def weeks_left(plan: Plan, at: dt.datetime) -> tuple[dt.date, int]:
    """The weeks of a plan that have not begun."""
    first = max(plan.first_week, next_handoff(plan.rotation, at))
    behind = (first - plan.first_week).days // 7
    shift = plan.problem.get("shift_weeks") or 1
    behind += -behind % shift
    if behind >= plan.weeks:
        raise ValidationError("All weeks of this plan have begun: ask for another.")
    return plan.first_week + dt.timedelta(weeks=behind), plan.weeks - behind


def mode_left(plan: Plan, first: dt.date) -> dict[str, Any]:
    """The mode of a plan, where its weeks still know what to rebalance."""
    if plan.mode == Plan.Mode.REBALANCE and plan.rebalance_from:
        return {"mode": plan.mode, "rebalance_from": max(plan.rebalance_from, first)}
    return {}


def holder_of(plan: Plan, cell: Row) -> str | None:
    """Who holds a cell of a plan with its edits. Raises ValidationError for a cell that is not in the plan."""
    edits = [edit for edit in plan.edits if _cell(edit) == _cell(cell)]
    if edits:
        return edits[-1]["after"]
    rows: Iterable[Row] = plan.answer.get("assignments", ())
    found = next((row for row in rows if (row["unit"], row["week"]) == (cell["unit"], cell["week"])), None)
    if found is None or cell["role"] not in list(Role):
        raise ValidationError("This plan has no such cell.")
    return found[cell["role"]]


def _cell(row: Row) -> tuple[str, str, str]:
    return row["unit"], row["week"], row["role"]


def _draft(plan: Plan) -> Plan:
    plan = Plan.objects.select_for_update(of=("self",)).select_related("rotation").get(pk=plan.pk)
    if plan.state != Plan.State.DRAFT:
        raise ValidationError(f"Only a draft can be changed; this plan is {plan.get_state_display()}.")
    return plan
