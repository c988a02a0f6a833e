"""Spans of time and wall clocks: the only place that knows about daylight saving."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

UTC = dt.UTC
DAY = dt.timedelta(days=1)
WEEK = dt.timedelta(weeks=1)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open `[start, end)` between two aware instants; never empty."""

    start: dt.datetime
    end: dt.datetime

    def __post_init__(self) -> None:
        if not self.start < self.end:
            raise ValueError(f"a span must end after it starts: {self.start} to {self.end}")

    def __contains__(self, at: dt.datetime) -> bool:
        return self.start <= at < self.end

    def meets(self, other: Span) -> bool:
        """Whether the two share an instant."""
        return self.start < other.end and other.start < self.end

    def overlap(self, other: Span) -> Span | None:
        """What the two share, or None."""
        return Span(max(self.start, other.start), min(self.end, other.end)) if self.meets(other) else None

    def cut(self, instants: Iterable[dt.datetime]) -> Iterator[Span]:
        """The span in pieces, cut at every instant inside it."""
        edges = [self.start, *sorted({at for at in instants if self.start < at < self.end}), self.end]
        return (Span(start, end) for start, end in pairwise(edges))

    @property
    def length(self) -> dt.timedelta:
        return self.end - self.start


def _offset_change(before: dt.datetime, after: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The instant between two UTC instants, to the second, at which the zone's offset changes."""
    old = before.astimezone(zone).utcoffset()
    while after - before > dt.timedelta(seconds=1):
        middle = before + ((after - before) / 2 // dt.timedelta(seconds=1)) * dt.timedelta(seconds=1)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


def instant(day: dt.date, clock: dt.time, zone: ZoneInfo, *, last: bool = False) -> dt.datetime:
    """The UTC instant of a wall time.

    An ambiguous wall time means its first occurrence (`last`: its last, as for ends that people typed); a skipped
    one means the instant of the change (design.md, Time).
    """
    wall = dt.datetime.combine(day, clock, tzinfo=zone)
    first, second = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if second < first:  # only a skipped wall time reads earlier with the new offset than with the old one
        return _offset_change(second, first, zone)
    return second if last else first


def local_days(first: dt.date, last: dt.date, zone: ZoneInfo) -> Span:
    """Whole local days from the first through the last, as people type them."""
    return Span(instant(first, dt.time(), zone), instant(last + DAY, dt.time(), zone, last=True))


def days_between(first: dt.date, until: dt.date) -> Iterator[dt.date]:
    """Every day from the first up to, and not including, the other."""
    return (first + dt.timedelta(days=n) for n in range((until - first).days))


def days_of(span: Span, zone: ZoneInfo) -> Iterator[dt.date]:
    """The local days that a span touches."""
    last = (span.end - dt.timedelta(microseconds=1)).astimezone(zone).date()
    return days_between(span.start.astimezone(zone).date(), last + DAY)
