"""Writes: leaving a gap so knowingly, and auditing rotations when it is due."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import QuerySet

from pipelines.models import Engineer

from ..domain import standing
from ..domain.roster import Role
from ..domain.spans import UTC, Span
from ..domain.standing.news import mail_week, near_gaps, unheard
from ..loads.planning import calendar_for
from ..loads.standing import load_watched
from ..models import AuditRun, ConfirmedGap, Rotation
from .audit_notices import managers_of, tell_gaps, tell_week
from .covers import save

EVERY = dt.timedelta(minutes=15)
# whoever makes a rotation is not told at once that it is empty
FIRST = dt.timedelta(hours=1)
LEASE = dt.timedelta(minutes=5)
CHANGED = "This changed since you looked; it is shown as it is now."


@transaction.atomic
def acknowledge_gap(
    rotation: Rotation, unit: int, role: Role, span: Span, reason: str, *, by: Engineer, at: dt.datetime
) -> ConfirmedGap:
    """Leave a gap or thin time so knowingly until its end; it stays on the audit until it is filled.

    Raises ValidationError without a reason, and where what was seen is not what there is.
    """
    if not reason.strip():
        raise ValidationError({"reason": "Reason: say why it is left so."})
    rotation = Rotation.objects.select_for_update().get(pk=rotation.pk)
    watched = load_watched(rotation, at)
    open_there = (
        one
        for one in standing.standing_audit(watched)
        if one.can_be_confirmed and one.confirmed is None and (one.unit, one.role) == (unit, role)
    )
    gap = next((one for one in open_there if one.is_at(span)), None)
    if gap is None:
        raise ValidationError(CHANGED, code="changed")
    span = standing.whole_weeks(watched, gap)
    row = ConfirmedGap(
        rotation=rotation,
        unit_id=unit,
        role=role,
        starts_at=span.start,
        ends_at=span.end,
        by=by,
        at=at,
        reason=" ".join(reason.split()),
    )
    save(row, by)
    audit_soon(rotation, at)
    return row


@transaction.atomic
def reopen_gap(confirmed: ConfirmedGap, *, by: Engineer, at: dt.datetime) -> None:
    """Take back that a gap is left knowingly: it is open again, and its managers hear of it if it is near."""
    Rotation.objects.select_for_update().get(pk=confirmed.rotation_id)
    row = ConfirmedGap.objects.filter(pk=confirmed.pk).first()
    if row is None:
        raise ValidationError(CHANGED, code="changed")
    row._history_user = by
    row.delete()
    audit_soon(row.rotation, at)


def audit_soon(rotations: Rotation | QuerySet[Rotation], at: dt.datetime) -> None:
    """Have the pager audit rotations in its next cycle, as their duty changed; inside the transaction of the change,
    and under its lock of them."""
    some = {"rotation": rotations} if isinstance(rotations, Rotation) else {"rotation__in": rotations}
    AuditRun.objects.filter(**some, next_at__gt=at).update(next_at=at)


@dataclass(frozen=True, slots=True)
class Lease:
    """A rotation that this process audits until an instant; `until` tells it from every other lease."""

    run: int
    until: dt.datetime


def claim_audits(now: dt.datetime, limit: int) -> list[Lease]:
    """Lease what is due; a rotation that was not seen before is audited in an hour."""
    for rotation in Rotation.objects.filter(audit_run=None):
        # its first weekly mail is that of its next hand-off
        week = mail_week(calendar_for(rotation), now)
        AuditRun.objects.get_or_create(rotation=rotation, defaults={"next_at": now + FIRST, "told_week": week})
    until = now + LEASE
    with transaction.atomic():
        due = AuditRun.objects.filter(next_at__lte=now).order_by("next_at", "pk")
        locked = due.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
        found = list(locked.values_list("pk", flat=True)[:limit])
        AuditRun.objects.filter(pk__in=found).update(next_at=until)
    return [Lease(pk, until) for pk in found]


def run_audit(lease: Lease, now: dt.datetime) -> bool:
    """Audit a leased rotation and tell its managers what they do not know: messages and what was told in one
    transaction, so that a crash neither loses nor repeats one. False if the lease is somebody else's by now."""
    run = AuditRun.objects.select_related("rotation").filter(pk=lease.run, next_at=lease.until).first()
    if run is None:
        return False
    watched = load_watched(run.rotation, now)
    found = standing.standing_audit(watched)
    with transaction.atomic():
        held = AuditRun.objects.select_for_update().filter(pk=lease.run, next_at=lease.until).first()
        if held is None:
            return False
        held.rotation = run.rotation
        _record(held, watched, found, now)
    return True


def _record(run: AuditRun, watched: standing.Watched, found: tuple[standing.Finding, ...], now: dt.datetime) -> None:
    gaps = near_gaps(found, now)
    wrong = tuple(one for one in found if one.is_open)
    week = mail_week(watched.rotation.calendar, now)
    people = managers_of(run.rotation)
    if new := unheard(gaps, run.told):
        tell_gaps(run.rotation, watched, new, people, now)
    if run.told_week is None or week > run.told_week:
        if wrong:
            tell_week(run.rotation, watched, found, people, week, now)
        run.told_week = week
    run.told = [gap.identity for gap in gaps]
    run.open_count, run.urgent_count = len(wrong), len(gaps)
    run.confirmed_count = sum(one.confirmed is not None for one in found)
    run.ran_at, run.next_at = now, now + EVERY
    run.save()


def span_of(starts_at: dt.datetime, ends_at: dt.datetime) -> Span:
    """A span of what a page sent; ValidationError if it ends before it starts."""
    if not starts_at < ends_at:
        raise ValidationError(CHANGED, code="changed")
    return Span(starts_at.astimezone(UTC), ends_at.astimezone(UTC))
