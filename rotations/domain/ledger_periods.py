"""Which days a ledger is asked for, and at which days in between its balances are drawn."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

DAY = dt.timedelta(days=1)
MOST_MARKS = 60


class Period(StrEnum):
    QUARTER = "quarter"
    YEAR = "year"
    TWELVE_MONTHS = "12-months"
    ALL = "all"
    DAYS = "days"

    @property
    def words(self) -> str:
        return WORDS[self]


WORDS = {
    Period.QUARTER: "this quarter",
    Period.YEAR: "this year",
    Period.TWELVE_MONTHS: "last 12 months",
    Period.ALL: "all",
    Period.DAYS: "from day to day",
}


def days_of_period(period: Period, today: dt.date, known: tuple[dt.date, dt.date]) -> tuple[dt.date, dt.date]:
    """First and last day of a named period; `known` are the first and last day that the ledger knows of."""
    if period is Period.QUARTER:
        first = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
        return first, next_month(first, 3) - DAY
    if period is Period.YEAR:
        return today.replace(month=1, day=1), today.replace(month=12, day=31)
    if period is Period.TWELVE_MONTHS:
        leap_day = today.month == 2 and today.day == 29
        return today.replace(year=today.year - 1, day=28 if leap_day else today.day) + DAY, today
    if period is Period.ALL:
        return known
    raise ValueError(f"{period} has no days of its own")


def next_month(first: dt.date, months: int = 1) -> dt.date:
    """The first day of a month so many months later."""
    number = first.year * 12 + first.month - 1 + months
    return dt.date(number // 12, number % 12 + 1, 1)


def marks_of(first: dt.date, last: dt.date) -> tuple[dt.date, ...]:
    """Days at which balances are drawn: Mondays of a few months, first days of months or of quarters of more."""
    if (last - first).days <= 7 * MOST_MARKS // 3:
        monday = first + dt.timedelta(days=-first.weekday() % 7)
        found = [monday + n * 7 * DAY for n in range((last - monday).days // 7 + 1)]
    else:
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        step = 1 if months <= MOST_MARKS else -(-months // MOST_MARKS)
        found = [next_month(first.replace(day=1), n) for n in range(0, months, step)]
    return tuple(sorted({first, *(day for day in found if first < day <= last)}))
