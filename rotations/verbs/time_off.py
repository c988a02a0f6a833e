"""Writes: ask for time off, for oneself or for somebody, change it, decide on it, take it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from pipelines.models import Engineer

from ..domain.asked import Shape
from ..domain.covering import Choice
from ..domain.spans import DAY
from ..loads.time_off import may_decide
from ..models import TimeOffRequest
from .absences import end_absence, lock_rotations, locked, refuse_state, save, take_effect
from .asking import Asked, checked, takes_effect_at_once
from .swap_ends import settle
from .time_off_notices import tell_deciders, tell_entered, tell_requester

State = TimeOffRequest.State
AT_ONCE = "Sick leave takes effect when it is reported."


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
    shape: str = Shape.DAYS.value,
    from_time: dt.time | None = None,
    until_time: dt.time | None = None,
) -> TimeOffRequest:
    """Ask for whole days, half a day or hours off, by the clock of the engineer's own zone; who decides is told.

    A manager may ask for a member of their rotations (`by`), who is told; the notice that a rotation wants is for
    those who ask for themselves. Sick leave that begins by tomorrow takes effect at once: what cannot be covered stays
    a gap, and the managers are paged. Raises ValidationError, by field, for what is refused.
    """
    asked = Asked(first_day, last_day, kind, reason, shape, from_time, until_time)
    engineer = _alone(engineer)
    span = checked(asked, engineer, by=by, at=at)
    request = TimeOffRequest(engineer=engineer, time_zone=engineer.time_zone, requested_at=at, **asked.fields)
    request.starts_at, request.ends_at = span.start, span.end
    request.asked_by = by if by.pk != engineer.pk else None
    save(request, by)
    _check_may_ask(request, by)
    _asked(request, asked, "asks for time off", by=by, at=at)
    if request.asked_by:
        tell_entered(request, "entered time off for you", by, at)
    return request


@transaction.atomic
def change_time_off(request: TimeOffRequest, asked: Asked, *, by: Engineer, at: dt.datetime) -> TimeOffRequest:
    """Ask for other days, or another kind: of what waits the request itself changes, of what is approved a change is
    asked for, and the old stays in force until that is decided. The request that now waits is returned.

    Raises ValidationError as `request_time_off` does, and for what is neither waiting nor approved.
    """
    engineer = _alone(request.engineer)
    request = locked(request)
    if by.pk != engineer.pk and not may_decide(by, request):
        raise ValidationError("Only the person and who decides on it can change time off.")
    if request.state not in (State.REQUESTED, State.APPROVED):
        refuse_state(request, by)
    if request.ends_at <= at:
        raise ValidationError("These days are over; there is nothing left to change.")
    span = checked(asked, engineer, by=by, at=at, changed=request)
    if request.state == State.APPROVED:
        waiting = request.changes.filter(state=State.REQUESTED).first()
        request = waiting or TimeOffRequest(engineer=engineer, replaces=request, requested_at=at)
        request.asked_by = by if by.pk != engineer.pk else None
    for name, value in asked.fields.items():
        setattr(request, name, value)
    request.starts_at, request.ends_at, request.time_zone = span.start, span.end, engineer.time_zone
    save(request, by)
    _asked(request, asked, "changed the time off asked for", by=by, at=at)
    if by.pk != engineer.pk:
        tell_entered(request, "changed your time off", by, at)
    return request


@transaction.atomic
def cancel(request: TimeOffRequest, *, by: Engineer, at: dt.datetime, note: str = "") -> TimeOffRequest:
    """Take a request back: at once, or once a manager agrees where its covers reach into the freeze.

    Time off that has begun ends now instead. Who decides on it may end approved time off too, at once and with a
    reason that the person reads. Raises ValidationError for anybody else, for what is over or was decided otherwise,
    and where duty would be left without a primary.
    """
    request = locked(request)
    is_own = by.pk == request.engineer_id
    if not is_own and not may_decide(by, request):
        raise ValidationError("Only the person whose time off it is, and who decides on it, can cancel it.")
    if request.state == State.REQUESTED and is_own:
        request.state = State.CANCELLED
        save(request, by)
        return request
    if request.state == State.REQUESTED:
        raise ValidationError("It waits for a decision; decline it instead.")
    if request.state != State.APPROVED:
        refuse_state(request, by)
    if request.ends_at <= at:
        raise ValidationError("These days are over; there is nothing left to cancel.")
    _drop_changes(request, by)
    if not is_own:
        request.decision_note = _checked_note(request, note)
        request = end_absence(request, by=by, at=at)
        tell_requester(request, "cancelled", at)
        return request
    if _reaches_into_freeze(request, at):
        request.state = State.CANCELLING
        save(request, by)
        tell_deciders(request, "asks to cancel time off", at)
        return request
    return end_absence(request, by=by, at=at)


@transaction.atomic
def approve(
    request: TimeOffRequest,
    *,
    by: Engineer,
    at: dt.datetime,
    seen: str = "",
    choices: Sequence[Choice] = (),
    over_limit: bool = False,
) -> TimeOffRequest:
    """Grant time off and cover its duty. `seen` names what the decision was made on (`loads.time_off.seen_of`).

    `choices` say who covers instead of who is found; `over_limit` that more may be away than the rotation wants.
    Raises ValidationError when it was decided meanwhile, when it is one's own, when it or its consequence has changed
    since it was seen (code "changed"), when somebody chosen cannot cover ("choice"), when too many would be away
    ("over limit"), and when it would leave duty without a primary ("gap").
    """
    request = _to_decide(request, State.REQUESTED, by)
    settle(request, by=by, at=at)
    take_effect(request, by=by, at=at, seen=seen, choices=choices, over_limit=over_limit)
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
    request = end_absence(_to_decide(request, State.CANCELLING, by), by=by, at=at, seen=seen)
    tell_requester(request, "cancelled", at)
    return request


@transaction.atomic
def refuse_cancel(request: TimeOffRequest, *, by: Engineer, at: dt.datetime, note: str) -> TimeOffRequest:
    """Keep approved time off and its covers as they are, with the reason why."""
    request = _to_decide(request, State.CANCELLING, by)
    return _refused(request, State.APPROVED, "not cancelled", by=by, at=at, note=note)


def grant(
    request: TimeOffRequest,
    *,
    by: Engineer,
    at: dt.datetime,
    seen: str = "",
    choices: Sequence[Choice] = (),
    over_limit: bool = False,
) -> TimeOffRequest:
    """Agree to what a request waits for: time off, or its cancelling."""
    if request.state == State.CANCELLING:
        return approve_cancel(request, by=by, at=at, seen=seen)
    return approve(request, by=by, at=at, seen=seen, choices=choices, over_limit=over_limit)


def refuse(request: TimeOffRequest, *, by: Engineer, at: dt.datetime, note: str) -> TimeOffRequest:
    """Refuse what a request waits for, with the reason why."""
    verb = refuse_cancel if request.state == State.CANCELLING else decline
    return verb(request, by=by, at=at, note=note)


def _alone(engineer: Engineer) -> Engineer:
    """The engineer, locked: asking twice at the same time must not make two requests for the same days."""
    return Engineer.objects.select_for_update(no_key=True).get(pk=engineer.pk)


def _check_may_ask(request: TimeOffRequest, by: Engineer) -> None:
    if request.asked_by and not may_decide(by, request):
        raise ValidationError({"engineer": f"For: only the managers of {request.engineer}'s rotations may ask."})


def _asked(request: TimeOffRequest, asked: Asked, what: str, *, by: Engineer, at: dt.datetime) -> None:
    """What follows from asking: sick leave takes effect, all else waits for who decides."""
    if takes_effect_at_once(asked, request.engineer, at):
        lock_rotations(request)
        request.decision_note = AT_ONCE
        take_effect(request, by=None, at=at, gaps=True, author=by)
    else:
        tell_deciders(request, what, at, but=by)


def _drop_changes(request: TimeOffRequest, by: Engineer) -> None:
    """What was asked to take the place of time off that ends has nothing left to change."""
    for change in request.changes.filter(state=State.REQUESTED):
        change.state = State.CANCELLED
        save(change, by)


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


def _refused(
    request: TimeOffRequest, state: str, word: str, *, by: Engineer, at: dt.datetime, note: str
) -> TimeOffRequest:
    request.decision_note = _checked_note(request, note)
    request.state, request.decided_by, request.decided_at = state, by, at
    save(request, by)
    tell_requester(request, word, at)
    return request


def _checked_note(request: TimeOffRequest, note: str) -> str:
    note = note.strip()
    longest = TimeOffRequest._meta.get_field("decision_note").max_length
    if not note:
        raise ValidationError({"note": f"Reason: say why; {request.engineer} reads it."})
    if len(note) > longest:
        raise ValidationError({"note": f"Reason: use at most {longest} characters."})
    if "\0" in note:  # no form has looked at it
        raise ValidationError({"note": "Reason: null characters are not allowed."})
    return note
