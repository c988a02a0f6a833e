"""What people are told about time off: queued in the transaction that caused it, without kind or reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.conf import settings
from django.urls import reverse

from pipelines.models import Engineer

from ..domain.difference import Change, Consequence
from ..domain.roster import Roster
from ..domain.wording import span_text
from ..loads.time_off import deciders
from ..models import Message, TimeOffRequest
from .messages import queue_message

THREAD = "time-off-"
NOTICE, PAGE = Message.Kind.NOTICE, Message.Kind.PAGE


def tell_deciders(request: TimeOffRequest, what: str, at: dt.datetime, but: Engineer | None = None) -> None:
    """Tell everybody who may decide that something waits for them, but whoever entered it."""
    subject = f"{request.engineer} {what}: {request.days_text}"
    for engineer in deciders(request):
        if engineer == but:
            continue
        text = f"{subject}.\n\nSee what it does to duty, and decide:\n{_link(request)}"
        queue_message(engineer, NOTICE, _key(request, "waits", at), subject, text, at, _thread(request))


def tell_entered(request: TimeOffRequest, what: str, by: Engineer, at: dt.datetime) -> None:
    """Tell the person that somebody asked in their name."""
    subject = f"{by} {what}: {request.days_text}"
    text = f"{subject} ({request.get_state_display()}).\n\n{_link(request)}"
    queue_message(request.engineer, NOTICE, _key(request, "entered", at), subject, text, at, _thread(request))


def tell_requester(request: TimeOffRequest, word: str, at: dt.datetime) -> None:
    """Tell the person whose time off it is what was decided."""
    subject = f"Your time off was {word}: {request.days_text}"
    note = f"\n\n{request.decided_by} wrote: {request.decision_note}" if request.decision_note else ""
    text = f"{subject}, by {request.decided_by}.{note}\n\n{_link(request)}"
    queue_message(request.engineer, NOTICE, _key(request, "decided", at), subject, text, at, _thread(request))


def tell_changed(request: TimeOffRequest, found: Consequence, roster: Roster, what: str, at: dt.datetime) -> None:
    """Tell everybody else whose duty changes, each about their own duty only, in their own zone."""
    for engineer in Engineer.objects.filter(pk__in=found.told):
        subject = f"Your duty changes: {request.engineer} {what}, {request.days_text}"
        lines = [f"- {line}" for line in duty_lines(engineer, found, roster)]
        calendar = f"{settings.PUBLIC_URL}{reverse('rotations:calendar')}"
        text = "\n".join([f"{subject}.", "", *lines, "", f"Times are in {engineer.time_zone}. {calendar}"])
        queue_message(engineer, NOTICE, _key(request, "duty", at), subject, text, at, _thread(request))


def page_gap(request: TimeOffRequest, missing: str, at: dt.datetime) -> None:
    """Page who decides, as sick leave leaves duty without a primary."""
    subject = f"Nobody covers {request.engineer}, {request.days_text}"
    text = f"{request.engineer} is away and nobody is free. Without a primary: {missing}.\n\n{_link(request)}"
    for engineer in deciders(request):
        queue_message(engineer, PAGE, _key(request, "gap", at), subject, text, at, _thread(request))


def duty_lines(engineer: Engineer, found: Consequence, roster: Roster) -> Iterator[str]:
    """What changes of somebody's own duty, in their zone."""
    for change in sorted(found.changes, key=lambda change: change.span):
        where = f"{change.role} of {roster.units[change.unit].name}, {span_text(change.span, engineer.time_zone)}"
        if change.after == engineer.pk:
            yield f"yours now: {where}{_instead(change, roster)}"
        elif change.before == engineer.pk:
            yield f"no longer yours: {where}"


def _instead(change: Change, roster: Roster) -> str:
    return f", instead of {roster.name(change.before)}" if change.before is not None else ""


def _key(request: TimeOffRequest, what: str, at: dt.datetime) -> str:
    return f"time-off-{request.pk}-{what}-{at.isoformat()}"


def _thread(request: TimeOffRequest) -> str:
    return f"{THREAD}{request.pk}"


def is_about_time_off(message: Message) -> bool:
    """Whether a message tells of a request for time off."""
    return message.thread.startswith(THREAD)


def _link(request: TimeOffRequest) -> str:
    return f"{settings.PUBLIC_URL}{request.get_absolute_url()}"
