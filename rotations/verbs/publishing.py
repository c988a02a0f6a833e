"""Writes: put a draft into force as a difference, in one transaction under a lock that approvals share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from pipelines.models import Engineer

from ..domain import planning
from ..domain.basis import Basis, shortened
from ..domain.draft import Names, findings, overlaid
from ..domain.spans import Span
from ..loads.basis import basis_of, called, changed_words
from ..loads.publishing import Change, Hole, Listing, publish_listing
from ..models import ConfirmedGap, Cover, Message, Plan, Rotation, Shift, Unit
from .absences import cover_planned
from .auditing import audit_soon
from .messages import queue_messages
from .swap_ends import shift_changed

STALE = "Duty, owners, members or time off changed since this plan was made: plan again."
PLACED = ["engineer", "plan", "changed_at", "version"]
SUPERSEDED = ["state", "published_by", "published_at", "replaced"]


@transaction.atomic
def publish_plan(
    plan: Plan,
    *,
    by: Engineer | None,
    at: dt.datetime,
    seen: str | None = None,
    confirmed: Collection[str] = (),
    reason: str = "",
) -> list[Change]:
    """Put a draft into force as a difference: unchanged shifts keep their row and covers, changed ones end theirs.

    Everybody whose future duty changes gets one notice. `seen` is the digest of the listing that was confirmed, and
    `confirmed` holds the keys of gaps that `by` publishes knowingly. Raises ValidationError when the plan is no draft,
    is only supposed, breaks a hard rule by hand, has a gap that nobody confirmed, or when what it stands on changed.
    """
    # approvals wait at the rotation, edits at the plan; in this order, as rolling back and whatever supersedes plans do
    rotation = Rotation.objects.select_for_update().get(pk=plan.rotation_id)
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    plan.rotation = rotation
    check_draft(plan)
    listing = publish_listing(plan, rotation)
    basis = basis_of(rotation, plan.first_week, plan.weeks, listing.shifts)
    _check_fresh(plan, rotation, basis)
    if seen is not None and seen != listing.digest:
        raise ValidationError("What publishing would do changed while you looked: here it is again.", code="changed")
    _check_gaps(listing, confirmed, by)
    _check_time(listing.changes, rotation, at)
    _check_room(listing, rotation)
    _place(listing, plan, by, at)
    away = _on_people_away(listing.changes, basis)
    cover_planned(rotation, away, by=by, at=at)
    _confirm(listing.gaps, rotation, by, at, reason)
    _supersede(plan, rotation, listing, by, at)
    tell(listing.changes, listing.ended, plan, f"plan-{plan.pk}", at)
    audit_soon(rotation, at)
    return list(listing.changes)


def check_draft(plan: Plan) -> None:
    """Refuse what can never be published as it is."""
    if plan.state != Plan.State.DRAFT:
        raise ValidationError(f"Only a draft can be published; this plan is {plan.get_state_display()}.")
    if plan.what_if:
        raise ValidationError("This draft supposes what is not so: change that first, then plan again.")
    if plan.edits:
        problem, rows = planning.Problem.from_json(plan.problem), overlaid(plan.answer["assignments"], plan.edits)
        if broken := [one for one in findings(problem, rows, plan.edits, _names(plan)) if one.is_hard]:
            words = "; ".join(shortened(one.words for one in broken))
            raise ValidationError(f"By hand this plan breaks what always holds: {words}.")


def _names(plan: Plan) -> Names:
    known = called(plan.rotation)
    return Names(
        {str(pk): name for pk, name in known.people.items()}, {str(pk): name for pk, name in known.units.items()}
    )


def _check_fresh(plan: Plan, rotation: Rotation, now: Basis) -> None:
    if not plan.basis:
        raise ValidationError(STALE)
    if plan.basis["shifts"] != now["shifts"]:
        newer = rotation.plans.filter(state=Plan.State.PUBLISHED, published_at__gt=plan.asked_at).first()
        who = f" {newer.published_by or 'The command line'} published plan {newer.pk} meanwhile." if newer else ""
        raise ValidationError(f"{STALE}{who}", code="stale")
    if plan.basis != now:
        words = "; ".join(shortened(changed_words(rotation, plan.basis, now)))
        raise ValidationError(f"{STALE} {words[:1].upper()}{words[1:]}.", code="stale")


def _check_gaps(listing: Listing, confirmed: Collection[str], by: Engineer | None) -> None:
    missing = [gap for gap in listing.gaps if by is None or gap.key not in confirmed]
    if missing:
        weeks = ", ".join(sorted({f"{gap.span.start:%Y-%m-%d}" for gap in missing}))
        raise ValidationError(
            f"Nobody can be primary in the week of {weeks}: change that and plan again, or confirm each gap.",
            code="gap",
        )


def _check_time(changes: Sequence[Change], rotation: Rotation, at: dt.datetime) -> None:
    """Time went on since the plan was made: it must not reach into the past, nor move what is frozen by now."""
    frozen_until = at + dt.timedelta(days=rotation.freeze_days)
    if any(change.span.start < at for change in changes):
        raise ValidationError("A week of this plan has begun since it was made: plan again.")
    if any(change.before and change.span.start < frozen_until for change in changes):
        raise ValidationError("This plan would move duty that is frozen by now: plan again.")
    if any(change.before and change.before.is_pinned for change in changes):
        raise ValidationError("This plan would move duty that was pinned since it was made: plan again.")


def _check_room(listing: Listing, rotation: Rotation) -> None:
    """Where the hand-off was moved, weeks by the new one must not lie across duty that was published by the old one."""
    held: dict[tuple[int, str], list[Span]] = {}
    for shift in listing.shifts:
        held.setdefault((shift.unit_id, shift.role), []).append(shift.span)
    for change in (change for change in listing.changes if change.before is None):
        if any(span.meets(change.span) for span in held.get((change.unit, change.role), ())):
            raise ValidationError(
                f"In the week of {day_words(change.span.start, rotation)} duty is published by another hand-off "
                "already: plan from a later week."
            )


def _place(listing: Listing, plan: Plan, by: Engineer | None, at: dt.datetime) -> None:
    """Set and move the shifts, and end the covers of those that moved; a few statements however many there are."""
    plan.replaced = {"changes": []}
    new, moved = [], []
    for change in listing.changes:
        shift = change.before or Shift(
            unit_id=change.unit, role=change.role, starts_at=change.span.start, ends_at=change.span.end, version=0
        )
        record = {"before": change.was, "after": change.after, "plan": shift.plan_id, "shift": shift}
        plan.replaced["changes"].append(record)
        shift.engineer_id, shift.plan, shift.changed_at = change.after, plan, at
        shift.version += 1
        (moved if change.before else new).append(shift)
    if new:
        bulk_create_with_history(new, Shift, default_user=by)
    for record in plan.replaced["changes"]:
        record["shift"] = record["shift"].pk
    if moved:
        bulk_update_with_history(moved, Shift, PLACED, default_user=by)
    end_covers(listing.ended, by, at)
    if moved:
        shift_changed(moved, by=by, at=at)


def end_covers(covers: Iterable[Cover], by: Engineer | None, at: dt.datetime) -> None:
    """End covers of shifts that went to somebody else; none of them has begun."""
    covers = list(covers)
    for cover in covers:
        cover.ended_at, cover.ended_by = at, by
    if covers:
        bulk_update_with_history(covers, Cover, ["ended_at", "ended_by"], default_user=by)


def _on_people_away(changes: Sequence[Change], basis: Basis) -> list[tuple[int, Span]]:
    """What was placed on somebody whose approved time off touches it: the hours before a hand-off."""
    absences: dict[int, list[Span]] = {}
    for engineer, starts, ends in basis["absences"]:
        span = Span(dt.datetime.fromisoformat(starts), dt.datetime.fromisoformat(ends))
        absences.setdefault(engineer, []).append(span)
    return [
        (change.unit, change.span)
        for change in changes
        if any(span.meets(change.span) for span in absences.get(change.after, ()))
    ]


def _confirm(gaps: Iterable[Hole], rotation: Rotation, by: Engineer | None, at: dt.datetime, reason: str) -> None:
    rows = [
        ConfirmedGap(
            rotation=rotation,
            unit_id=gap.unit,
            role=gap.role,
            starts_at=gap.span.start,
            ends_at=gap.span.end,
            by=by,
            at=at,
            reason=reason,
        )
        for gap in gaps
    ]
    if rows:
        bulk_create_with_history(rows, ConfirmedGap, default_user=by)


def _supersede(plan: Plan, rotation: Rotation, listing: Listing, by: Engineer | None, at: dt.datetime) -> None:
    """The rotation is in force by its newest plan; drafts made before it are stale and are shown as such."""
    older = list(rotation.plans.filter(state=Plan.State.PUBLISHED).defer("problem", "answer", "basis"))
    for other in older:
        other.state = Plan.State.SUPERSEDED
    plan.state, plan.published_by, plan.published_at = Plan.State.PUBLISHED, by, at
    plan.replaced |= {"plans": [other.pk for other in older], "covers": [cover.pk for cover in listing.ended]}
    bulk_update_with_history([plan, *older], Plan, SUPERSEDED, default_user=by)


def tell(
    changes: Sequence[Change],
    ended: Sequence[Cover],
    plan: Plan,
    key: str,
    at: dt.datetime,
    removed: Sequence[Shift] = (),
) -> None:
    """One notice a person, with before and after of their own duty only."""
    lines: dict[int, list[str]] = {}
    for engineer, line in (
        *_duty_lines(changes, plan),
        *_cover_lines(ended, plan),
        *_removed_lines(removed, plan),
    ):
        lines.setdefault(engineer, []).append(line)
    subject = f"Your duty in {plan.rotation} changed"
    texts = {engineer: "\n".join(["From the week of", *mine]) for engineer, mine in lines.items()}
    queue_messages(texts, Message.Kind.NOTICE, key, subject, at)


def _duty_lines(changes: Sequence[Change], plan: Plan) -> Iterator[tuple[int, str]]:
    if not changes:
        return
    people, units = _people_and_units(plan)
    for change in sorted(changes, key=lambda change: (change.span, change.unit, change.role)):
        what = f"{day_words(change.span.start, plan.rotation)} {change.role} of {units[change.unit]}"
        before = f", before: {people[change.was]}" if change.was else ""
        yield change.after, f"you have: {what}{before}"
        if change.was:
            yield change.was, f"no longer yours: {what}, now: {people[change.after]}"


def _people_and_units(plan: Plan) -> tuple[dict[int, str], dict[int, str]]:
    """What engineers and the units of a plan are called; one statement, as publishing has few."""
    shown = Coalesce(NullIf("name", Value("")), "username")
    people = Engineer.objects.order_by().annotate(shown=shown, sort=Value(0)).values_list("pk", "shown", "sort")
    units = Unit.objects.filter(rotation=plan.rotation_id).order_by().annotate(shown=F("name"), sort=Value(1))
    found: tuple[dict[int, str], dict[int, str]] = ({}, {})
    for pk, name, sort in people.union(units.values_list("pk", "shown", "sort"), all=True):
        found[sort][pk] = name
    return found


def _cover_lines(ended: Iterable[Cover], plan: Plan) -> Iterator[tuple[int, str]]:
    """Who stood in on a shift that went to somebody else."""
    for cover in ended:
        if cover.engineer_id:
            shift = cover.shift
            week, day = day_words(shift.starts_at, plan.rotation), day_words(cover.starts_at, plan.rotation)
            yield cover.engineer_id, f"no longer yours: {week} {shift.role} of {shift.unit}, to cover from {day} on"


def _removed_lines(removed: Iterable[Shift], plan: Plan) -> Iterator[tuple[int, str]]:
    for shift in removed:
        what = f"{day_words(shift.starts_at, plan.rotation)} {shift.role} of {shift.unit}"
        yield shift.engineer_id, f"no longer yours: {what}, which is not planned any more"


def day_words(at: dt.datetime, rotation: Rotation) -> str:
    """The local day of an instant: Mon 21 Dec 2026."""
    local = at.astimezone(rotation.time_zone)
    return f"{local:%a} {local.day} {local:%b %Y}"
