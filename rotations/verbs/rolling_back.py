"""Writes: give back what publishing a plan changed, as a difference, as far as it still lies ahead."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.deletion import Collector
from simple_history.utils import bulk_update_with_history

from pipelines.models import Engineer

from ..loads.rolling_back import Rollback, rollback_listing
from ..models import Plan, Rotation, Shift, TimeOffRequest
from .absences import cover_planned
from .auditing import audit_soon
from .publishing import PLACED, end_covers, tell
from .swap_ends import shift_changed


@transaction.atomic
def roll_back_plan(plan: Plan, *, by: Engineer, at: dt.datetime, seen: str | None = None) -> Rollback:
    """Return the future, unfrozen changes of the plan in force to what was published before.

    Shifts go back to who had them, and covers decided on them since end; weeks that nobody had are unplanned again;
    what was changed again, pinned or frozen since stays. Who has approved time off by now is covered, and everybody
    whose duty changes is told once. `seen` is the digest of the listing that was confirmed. Raises ValidationError
    where the plan is not in force, where nothing can be given back, or where it would leave a gap.
    """
    rotation = Rotation.objects.select_for_update().get(pk=plan.rotation_id)
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    plan.rotation = rotation
    if plan.state != Plan.State.PUBLISHED:
        raise ValidationError(f"Only the plan in force can be rolled back; this one is {plan.get_state_display()}.")
    listing = rollback_listing(plan, at)
    if not listing.changes and not listing.removed:
        raise ValidationError("Nothing of this plan can be rolled back any more.")
    if seen is not None and seen != listing.digest:
        raise ValidationError("What rolling back would do changed while you looked: here it is again.", code="changed")
    _give_back(listing, plan, by, at)
    away = _on_people_away(listing)
    cover_planned(rotation, away, by=by, at=at)
    _end(plan, rotation, by, at)
    tell(listing.changes, listing.ended, plan, f"plan-{plan.pk}-back", at, listing.removed)
    audit_soon(rotation, at)
    return listing


def _give_back(listing: Rollback, plan: Plan, by: Engineer, at: dt.datetime) -> None:
    before = {record["shift"]: record["plan"] for record in plan.replaced["changes"]}
    moved = [change.before for change in listing.changes]
    for change, shift in zip(listing.changes, moved, strict=True):
        shift.engineer_id, shift.plan_id, shift.changed_at = change.after, before[shift.pk], at
        shift.version += 1
    if moved:
        bulk_update_with_history(moved, Shift, PLACED, default_user=by)
    end_covers(listing.ended, by, at)
    if moved:
        shift_changed(moved, by=by, at=at)
    if listing.removed:
        for shift in listing.removed:
            shift._history_user = by
        # these very instances, so that their history says who
        collector = Collector(using=Shift.objects.db, origin=Shift)
        collector.collect(list(listing.removed))
        collector.delete()


def _on_people_away(listing: Rollback) -> list[tuple]:
    """What went back to somebody whose approved time off touches it."""
    if not listing.changes:
        return []
    back = {change.after for change in listing.changes}
    absences = list(TimeOffRequest.objects.in_force().filter(engineer__in=back))
    return [
        (change.unit, change.span)
        for change in listing.changes
        if any(
            row.engineer_id == change.after and row.starts_at < change.span.end and row.ends_at > change.span.start
            for row in absences
        )
    ]


def _end(plan: Plan, rotation: Rotation, by: Engineer, at: dt.datetime) -> None:
    """The plan that was in force before is so again."""
    older = list(rotation.plans.filter(pk__in=plan.replaced.get("plans", []), state=Plan.State.SUPERSEDED))
    for other in older:
        other.state = Plan.State.PUBLISHED
    plan.state, plan.ended_by, plan.ended_at = Plan.State.ROLLED_BACK, by, at
    bulk_update_with_history([plan, *older], Plan, ["state", "ended_by", "ended_at"], default_user=by)
