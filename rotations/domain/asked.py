"""Time off as people ask for it: whole days, half a day, or some hours of a day, by the clock on their own wall."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from zoneinfo import ZoneInfo

from .spans import DAY, Span, instant, local_days

NOON = dt.time(12)
MIDNIGHT = dt.time()


class Shape(StrEnum):
    """What part of a day, or how many days."""

    DAYS = "days"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    HOURS = "hours"


def span_asked(
    shape: Shape,
    first: dt.date,
    last: dt.date,
    zone: ZoneInfo,
    starts: dt.time | None = None,
    ends: dt.time | None = None,
) -> Span:
    """The instants that somebody is away, from the first occurrence of the start to the last one of the end.

    A morning is from midnight to noon of the engineer's own day and an afternoon the rest of it, whatever the working
    hours of the rotations they are in. Hours that end at 00:00 end with the day. Raises ValueError where nothing is
    left: hours that end before they start, or that are skipped as clocks are put forward.
    """
    if shape is Shape.DAYS:
        return local_days(first, last, zone)
    after = last + DAY
    if shape is Shape.MORNING:
        return Span(instant(first, MIDNIGHT, zone), instant(first, NOON, zone, last=True))
    if shape is Shape.AFTERNOON:
        return Span(instant(first, NOON, zone), instant(after, MIDNIGHT, zone, last=True))
    if starts is None or ends is None:
        raise ValueError("hours need a start and an end")
    if ends != MIDNIGHT and ends <= starts:
        raise ValueError("hours end after they start")
    until = instant(after, MIDNIGHT, zone, last=True) if ends == MIDNIGHT else instant(first, ends, zone, last=True)
    return Span(instant(first, starts, zone), until)


def asked_text(shape: Shape, first: dt.date, last: dt.date, start: dt.datetime, end: dt.datetime) -> str:
    """What was asked for in words; `start` and `end` are local: Thu 26 Nov 2026, morning."""
    words = f"{last:%a} {last.day} {last:%b %Y}"
    if first != last:
        return f"{first:%a} {first.day} {first:%b} to {words}"
    if shape is Shape.HOURS:
        return f"{words}, {start:%H:%M} to {end:%H:%M}"
    return words if shape is Shape.DAYS else f"{words}, {shape.value}"
