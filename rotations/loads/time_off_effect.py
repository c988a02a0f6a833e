"""Reads: the effect of a request for time off on duty, for the page and for the admin."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from ..models import TimeOffRequest
from .effect import CoverRow, Effect, Question, cover_rows, effect
from .time_off import consequence_of, request_roster

State = TimeOffRequest.State


def effect_of(request: TimeOffRequest, at: dt.datetime, zone: ZoneInfo) -> Effect:
    """The effect of deciding a request at an instant, with times in a reader's zone."""
    roster = request_roster(request, at)
    found = consequence_of(request, roster, at)
    return effect(found, roster, zone, found.digest)


def question_of(request: TimeOffRequest) -> Question:
    """What whoever decides is asked."""
    reader = str(request.engineer)
    if request.state == State.CANCELLING:
        return Question("If cancelling is approved", "Approve cancelling", "Keep the time off", reader)
    return Question("If it is approved", "Approve", "Decline with this reason", reader)


def covers_in_force(request: TimeOffRequest, zone: ZoneInfo) -> list[CoverRow]:
    """Who stands in because of a request, by time."""
    covers = request.covers.filter(ended_at=None).select_related("engineer", "replaces", "shift__unit")
    return cover_rows(covers.order_by("starts_at", "shift__unit", "shift__role"), zone)
