"""Who is away in a month, as a grid of engineers and days."""

from __future__ import annotations

import calendar as months
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from .spans import DAY, Span, days_between, instant

NOON = dt.time(12)


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody's time off: `words` is all that this reader may know, `is_asked` that nobody has decided yet."""

    key: int
    span: Span
    words: str
    is_asked: bool = False
    links: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """A row: an engineer, their own zone, and the names of their public holidays by day."""

    id: int
    zone: ZoneInfo
    holidays: Mapping[dt.date, str]


@dataclass(frozen=True, slots=True)
class Mark:
    """Time off on a day, with what part of the day it takes: empty for all of it."""

    away: Away
    part: str


@dataclass(frozen=True, slots=True)
class Day:
    """A cell."""

    day: dt.date
    is_weekend: bool
    is_today: bool
    holiday: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class MonthRow:
    engineer: int
    days: tuple[Day, ...]


def days_of_month(month: dt.date) -> list[dt.date]:
    """Every day of the month that a day lies in."""
    first = month.replace(day=1)
    return list(days_between(first, first + months.monthrange(first.year, first.month)[1] * DAY))


def month_rows(
    members: Iterable[Member], absences: Mapping[int, Sequence[Away]], month: dt.date, today: dt.date
) -> list[MonthRow]:
    """The grid; days are those of each engineer's own zone, in which time off was asked for."""
    days = days_of_month(month)
    return [
        MonthRow(member.id, tuple(_day(member, absences.get(member.id, ()), day, today) for day in days))
        for member in members
    ]


def _day(member: Member, absences: Sequence[Away], day: dt.date, today: dt.date) -> Day:
    whole = Span(instant(day, dt.time(), member.zone), instant(day + DAY, dt.time(), member.zone))
    marks = tuple(Mark(away, _part(away.span, whole, day, member.zone)) for away in absences if away.span.meets(whole))
    return Day(day, day.weekday() > 4, day == today, member.holidays.get(day, ""), marks)


def _part(span: Span, whole: Span, day: dt.date, zone: ZoneInfo) -> str:
    """Which part of a day somebody is away, in their own zone."""
    inside = span.overlap(whole)
    if inside is None or (inside.start <= whole.start and whole.end <= inside.end):
        return ""
    noon = instant(day, NOON, zone)
    if (inside.start, inside.end) == (whole.start, noon):
        return "morning"
    if (inside.start, inside.end) == (noon, whole.end):
        return "afternoon"
    start, end = inside.start.astimezone(zone), inside.end.astimezone(zone)
    return f"{start:%H:%M} to {end:%H:%M}"
