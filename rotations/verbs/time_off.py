"""Writes: ask for time off, decide on it, take it back."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from pipelines.models import Engineer

from ..domain.difference import Consequence
from ..domain.spans import DAY, Span, local_days
from ..domain.wording import day_text
from ..loads.time_off import consequence_of, may_decide, request_roster
from ..models import TimeOffRequest
from .absences import end_absence, lock_rotations, locked, refuse_state, save, take_effect
from .swap_ends import settle
from .time_off_notices import tell_deciders, tell_requester

LONGEST = 366
FURTHEST = 3 * 366 * DAY
Kind, State = TimeOffRequest.Kind, TimeOffRequest.State


@transaction.atomic
def request_time_off(
    engineer: Engineer,
    first_day: dt.date,
    last_day: dt.date,
    kind: str,
    reason: str = "",
    *,
    by: Engineer,
    at: dt.datetime,
) -> TimeOffRequest:
    """Ask for whole days off, in the engineer's own zone; who decides is told.

    Sick leave that begins by tomorrow takes effect at once: what cannot be covered stays a gap, and the managers are
    paged. Raises ValidationError, by field, for what is refused.
    """
    # asking twice at the same time must not make two requests for the same days
    engineer = Engineer.objects.select_for_update(no_key=True).get(pk=engineer.pk)
    span = _checked_days(first_day, last_day, engineer, at)
    _check_words(kind, reason)
    _check_overlap(engineer, span)
    request = TimeOffRequest(
        engineer=engineer,
        starts_at=span.start,
        ends_at=span.end,
        time_zone=engineer.time_zone,
        kind=kind,
        reason=reason.strip(),
        requested_at=at,
    )
    save(request, by)
    if kind == Kind.SICK and first_day <= at.astimezone(engineer.time_zone).date() + DAY:
        lock_rotations(request)
        request.decision_note = "Sick leave takes effect when it is reported."
        take_effect(request, by=None, at=at, gaps=True)
    else:
        tell_deciders(request, "asks for time off", at)
    return request


@transaction.atomic
def cancel(request: TimeOffRequest, *, by: Engineer, at: dt.datetime) -> TimeOffRequest:
    """Take a request back: at once, or once a manager agrees where its covers reach into the freeze.

    Time off that has begun ends now instead. Raises ValidationError for anybody but the person themselves, for
    what is over or was decided otherwise, and where duty would be left without a primary.
    """
    request = locked(request)
    if by.pk != request.engineer_id:
        raise ValidationError("Only the person whose time off it is can cancel it.")
    if request.state == State.REQUESTED:
        request.state = State.CANCELLED
        save(request, by)
        return request
    if request.state != State.APPROVED:
        refuse_state(request, by)
    if request.ends_at <= at:
        raise ValidationError("These days are over; there is nothing left to cancel.")
    if _reaches_into_freeze(request, at):
        request.state = State.CANCELLING
        save(request, by)
        tell_deciders(request, "asks to cancel time off", at)
        return request
    return end_absence(request, by=by, at=at)


@transaction.atomic
def approve(request: TimeOffRequest, *, by: Engineer, at: dt.datetime, seen: str = "") -> TimeOffRequest:
    """Grant time off and cover its duty. `seen` is the digest of the consequence that the decision was made on.

    Raises ValidationError when it was decided meanwhile, when it is one's own, when the consequence has changed since
    it was seen (code "changed"), and when it would leave duty without a primary.
    """
    request = _to_decide(request, State.REQUESTED, by)
    _check_seen(request, seen, at)
    settle(request, by=by, at=at)
    take_effect(request, by=by, at=at)
    tell_requester(request, "approved", at)
    return request


@transaction.atomic
def decline(request: TimeOffRequest, *, by: Engineer, at: dt.datetime, note: str) -> TimeOffRequest:
    """Refuse time off, with the reason why; raises ValidationError as `approve` does."""
    request = _to_decide(request, State.REQUESTED, by)
    return _refused(request, State.DECLINED, "declined", by=by, at=at, note=note)


@transaction.atomic
def approve_cancel(request: TimeOffRequest, *, by: Engineer, at: dt.datetime, seen: str = "") -> TimeOffRequest:
    """Let somebody take approved time off back inside the freeze; raises ValidationError as `approve` does."""
    request = _to_decide(request, State.CANCELLING, by)
    _check_seen(request, seen, at)
    request = end_absence(request, by=by, at=at)
    tell_requester(request, "cancelled", at)
    return request


@transaction.atomic
def refuse_cancel(request: TimeOffRequest, *, by: Engineer, at: dt.datetime, note: str) -> TimeOffRequest:
    """Keep approved time off and its covers as they are, with the reason why."""
    request = _to_decide(request, State.CANCELLING, by)
    return _refused(request, State.APPROVED, "not cancelled", by=by, at=at, note=note)


def grant(request: TimeOffRequest, *, by: Engineer, at: dt.datetime, seen: str = "") -> TimeOffRequest:
    """Agree to what a request waits for: time off, or its cancelling."""
    verb = approve_cancel if request.state == State.CANCELLING else approve
    return verb(request, by=by, at=at, seen=seen)


def refuse(request: TimeOffRequest, *, by: Engineer, at: dt.datetime, note: str) -> TimeOffRequest:
    """Refuse what a request waits for, with the reason why."""
    verb = refuse_cancel if request.state == State.CANCELLING else decline
    return verb(request, by=by, at=at, note=note)


def _checked_days(first_day: dt.date, last_day: dt.date, engineer: Engineer, at: dt.datetime) -> Span:
    today = at.astimezone(engineer.time_zone).date()
    if last_day < first_day:
        raise ValidationError({"last_day": f"Last day: use {day_text(first_day)} or a later day, or an earlier first."})
    if last_day < today:
        raise ValidationError({"last_day": f"Last day: those days are over; use {day_text(today)} or a later day."})
    if (last_day - first_day).days >= LONGEST:
        raise ValidationError({"last_day": f"Last day: at most {LONGEST} days at a time; ask for the rest separately."})
    if first_day - today > FURTHEST:
        raise ValidationError({"first_day": f"First day: use {day_text(today + FURTHEST)} or an earlier day."})
    return local_days(first_day, last_day, engineer.time_zone)


def _check_words(kind: str, reason: str) -> None:
    if kind not in Kind.values:
        raise ValidationError({"kind": f"Kind: use one of {', '.join(Kind.values)}."})
    if len(reason) > (longest := TimeOffRequest._meta.get_field("reason").max_length):
        raise ValidationError({"reason": f"Reason: use at most {longest} characters."})


def _check_overlap(engineer: Engineer, span: Span) -> None:
    mine = engineer.time_off.in_span(span)
    if other := mine.exclude(state__in=[State.DECLINED, State.CANCELLED]).first():
        raise ValidationError(
            {
                "first_day": f"First day: you have time off for {other.days_text} ({other.get_state_display()}); "
                "choose other days, or cancel that first."
            }
        )


def _reaches_into_freeze(request: TimeOffRequest, at: dt.datetime) -> bool:
    ahead = request.covers.filter(ended_at=None, ends_at__gt=at)
    rows = ahead.annotate(freeze_days=F("shift__unit__rotation__freeze_days"))
    return any(cover.starts_at < at + cover.freeze_days * DAY for cover in rows)


def _to_decide(request: TimeOffRequest, state: str, by: Engineer) -> TimeOffRequest:
    """The request under lock, in the state the decision is about, and somebody who may decide."""
    request = locked(request)
    if by.pk == request.engineer_id:
        raise ValidationError("Nobody decides on their own time off; another manager or an administrator does.")
    if not may_decide(by, request):
        raise ValidationError(f"Only the managers of {request.engineer}'s rotations decide on it.")
    if request.state != state:
        refuse_state(request, by)
    return request


def _check_seen(request: TimeOffRequest, seen: str, at: dt.datetime) -> None:
    if seen and seen != _consequence(request, at).digest:
        raise ValidationError("This changed since you looked: read it again, then decide.", code="changed")


def _consequence(request: TimeOffRequest, at: dt.datetime) -> Consequence:
    return consequence_of(request, request_roster(request, at), at)


def _refused(
    request: TimeOffRequest, state: str, word: str, *, by: Engineer, at: dt.datetime, note: str
) -> TimeOffRequest:
    note = note.strip()
    longest = TimeOffRequest._meta.get_field("decision_note").max_length
    if not note:
        raise ValidationError({"note": f"Reason: say why; {request.engineer} reads it."})
    if len(note) > longest:
        raise ValidationError({"note": f"Reason: use at most {longest} characters."})
    if "\0" in note:  # no form has looked at it
        raise ValidationError({"note": "Reason: null characters are not allowed."})
    request.state, request.decided_by, request.decided_at, request.decision_note = state, by, at, note
    save(request, by)
    tell_requester(request, word, at)
    return request
