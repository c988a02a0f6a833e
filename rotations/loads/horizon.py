"""Reads: which weeks a plan is asked for, unless somebody says otherwise."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Max, Min, Q

from ..domain.spans import WEEK
from ..models import Rotation, Shift
from .planning import calendar_for


@dataclass(frozen=True, slots=True)
class Horizon:
    """Weeks from a hand-off day on; `thaws` is the first hand-off behind the freeze."""

    first_week: dt.date
    weeks: int
    thaws: dt.date


def next_handoff(rotation: Rotation, at: dt.datetime) -> dt.date:
    """The day of the first hand-off from an instant on."""
    calendar = calendar_for(rotation)
    week = calendar.week_of(at.astimezone(calendar.zone).date())
    return week if calendar.handoff(week) >= at else week + WEEK


def weeks_in_force(rotation: Rotation, at: dt.datetime, most: int) -> Horizon | None:
    """The published weeks that have not begun, at most so many; None where there are none. One query."""
    ahead = Q(starts_at__gte=at)
    found = Shift.objects.filter(unit__rotation=rotation).aggregate(
        first=Min("starts_at", filter=ahead), last=Max("ends_at", filter=ahead)
    )
    if found["first"] is None:
        return None
    zone = rotation.time_zone
    first, last = found["first"].astimezone(zone).date(), found["last"].astimezone(zone).date()
    weeks = -(-(last - first).days // 7)
    weeks += -weeks % rotation.shift_weeks
    thaws = next_handoff(rotation, at + dt.timedelta(days=rotation.freeze_days))
    return Horizon(first, min(weeks, most - most % rotation.shift_weeks), max(first, thaws))
