"""Spans and changes of duty in words, in somebody's own zone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from .spans import DAY, Span


def day_text(day: dt.date) -> str:
    """A day: Thu 26 Nov 2026."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def moment_text(at: dt.datetime, zone: ZoneInfo) -> str:
    """An instant with its zone: Thu 26 Nov 2026, 09:00 (Europe/Berlin)."""
    local = at.astimezone(zone)
    return f"{day_text(local.date())}, {local:%H:%M} ({zone})"


def span_text(span: Span, zone: ZoneInfo) -> str:
    """A span, shortest first: a day, days, hours of a day, or from one instant to another."""
    start, end = span.start.astimezone(zone), span.end.astimezone(zone)
    midnight = dt.time()
    if start.time() == end.time() == midnight:
        first, last = start.date(), end.date() - DAY
        return day_text(last) if first == last else f"{_short(first)} to {day_text(last)}"
    if start.date() == end.date():
        return f"{day_text(start.date())}, {start:%H:%M} to {end:%H:%M}"
    return f"{_short(start.date())}, {start:%H:%M} to {day_text(end.date())}, {end:%H:%M}"


def _short(day: dt.date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def named(names: Sequence[str]) -> str:
    """Names in words: A, B and C."""
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
