"""Columns of a calendar: the local days or weeks of a period, and what they are called."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from .spans import DAY, WEEK, days_between

FIRST_YEAR, LAST_YEAR = 2000, 2100


class View(StrEnum):
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True)
class Column:
    """The local days from the first up to, and not including, another: one day or one week."""

    first: dt.date
    until: dt.date
    is_today: bool = False

    @property
    def last(self) -> dt.date:
        return self.until - DAY

    @property
    def is_day(self) -> bool:
        return self.until - self.first == DAY

    @property
    def is_weekend(self) -> bool:
        return self.is_day and self.first.weekday() > 4

    @property
    def words(self) -> str:
        return days_words(self.first, self.last)


@dataclass(frozen=True, slots=True)
class Month:
    """A heading over neighbouring columns."""

    name: str
    width: int


@dataclass(frozen=True, slots=True)
class Period:
    """What a calendar shows: its columns, its heading, and the days that lead to its neighbours."""

    view: View
    title: str
    columns: tuple[Column, ...]
    previous: dt.date | None
    next: dt.date | None

    @property
    def first(self) -> dt.date:
        return self.columns[0].first

    @property
    def until(self) -> dt.date:
        return self.columns[-1].until

    @property
    def months(self) -> tuple[Month, ...]:
        """Months over the columns; a week belongs to the month it begins in."""
        groups = groupby(self.columns, key=lambda column: f"{column.first:%b %Y}")
        return tuple(Month(name, len(list(columns))) for name, columns in groups)


def day_words(day: dt.date) -> str:
    """Thu 26 Nov."""
    return f"{day:%a} {day.day} {day:%b}"


def days_words(first: dt.date, last: dt.date) -> str:
    """Thu 26 Nov, Mon 23 to Sun 29 Nov, or Mon 30 Nov to Sun 6 Dec."""
    if first == last:
        return day_words(first)
    start = f"{first:%a} {first.day}" if (first.year, first.month) == (last.year, last.month) else day_words(first)
    return f"{start} to {day_words(last)}"


def short_days_words(first: dt.date, last: dt.date) -> str:
    """Thu 26, or 23–25: for places where the week is plain."""
    return f"{first:%a} {first.day}" if first == last else f"{first.day}–{last.day}"


def week_start(day: dt.date, weekday: int) -> dt.date:
    """The last day that is such a weekday (Monday is 0), the day itself included."""
    return day - dt.timedelta(days=(day.weekday() - weekday) % 7)


def period(view: View, day: dt.date, today: dt.date, weekday: int = 0) -> Period:
    """The week, month or quarter a day lies in; weeks begin on the rotation's hand-off weekday.

    A quarter is shown in whole weeks: every one that touches it, 13 or 14.
    """
    return _MAKERS[view](day, today, weekday)


def _week(day: dt.date, today: dt.date, weekday: int) -> Period:
    first = week_start(day, weekday)
    until = first + WEEK
    title = f"{days_words(first, until - DAY)} {until - DAY:%Y}"
    return _period(View.WEEK, title, _days(first, until, today), first - WEEK, until)


def _month(day: dt.date, today: dt.date, weekday: int) -> Period:
    first = day.replace(day=1)
    until = _months_on(first, 1)
    return _period(View.MONTH, f"{first:%B %Y}", _days(first, until, today), _months_on(first, -1), until)


def _quarter(day: dt.date, today: dt.date, weekday: int) -> Period:
    first = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    until = _months_on(first, 3)
    weeks = days_between(week_start(first, weekday), until)
    columns = tuple(_column(week, week + WEEK, today) for week in weeks if week.weekday() == weekday)
    return _period(View.QUARTER, f"Q{(first.month + 2) // 3} {first.year}", columns, _months_on(first, -3), until)


_MAKERS: dict[View, Callable[[dt.date, dt.date, int], Period]] = {
    View.WEEK: _week,
    View.MONTH: _month,
    View.QUARTER: _quarter,
}


def _period(view: View, title: str, columns: tuple[Column, ...], previous: dt.date, following: dt.date) -> Period:
    return Period(view, title, columns, _in_range(previous), _in_range(following))


def _in_range(day: dt.date) -> dt.date | None:
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _days(first: dt.date, until: dt.date, today: dt.date) -> tuple[Column, ...]:
    return tuple(_column(day, day + DAY, today) for day in days_between(first, until))


def _column(first: dt.date, until: dt.date, today: dt.date) -> Column:
    return Column(first, until, is_today=first <= today < until)


def _months_on(first: dt.date, months: int) -> dt.date:
    """The first day of a month so many months later."""
    count = first.year * 12 + first.month - 1 + months
    return dt.date(count // 12, count % 12 + 1, 1)
