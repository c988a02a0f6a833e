import datetime as dt
from itertools import pairwise

import pytest

from rotations.domain.columns import View, days_words, period, short_days_words

TODAY = dt.date(2026, 11, 23)


def day(text):
    return dt.date.fromisoformat(text)


CASES = [
    # view, day, weekday of weeks: title, first day, day behind the last, columns
    (View.WEEK, "2026-11-25", 0, "Mon 23 to Sun 29 Nov 2026", "2026-11-23", "2026-11-30", 7),
    (View.WEEK, "2026-11-25", 3, "Thu 19 to Wed 25 Nov 2026", "2026-11-19", "2026-11-26", 7),
    (View.WEEK, "2026-12-31", 0, "Mon 28 Dec to Sun 3 Jan 2027", "2026-12-28", "2027-01-04", 7),
    (View.MONTH, "2026-02-28", 0, "February 2026", "2026-02-01", "2026-03-01", 28),
    (View.MONTH, "2028-02-29", 4, "February 2028", "2028-02-01", "2028-03-01", 29),
    (View.MONTH, "2026-12-31", 0, "December 2026", "2026-12-01", "2027-01-01", 31),
    (View.QUARTER, "2026-11-23", 0, "Q4 2026", "2026-09-28", "2027-01-04", 14),
    (View.QUARTER, "2026-02-01", 3, "Q1 2026", "2026-01-01", "2026-04-02", 13),
    (View.QUARTER, "2028-10-01", 0, "Q4 2028", "2028-09-25", "2029-01-01", 14),
]


@pytest.mark.parametrize(("view", "on", "weekday", "title", "first", "until", "count"), CASES)
def test_a_period_is_made_of_whole_days_or_weeks(view, on, weekday, title, first, until, count):
    found = period(view, day(on), TODAY, weekday)
    assert (found.title, found.first, found.until, len(found.columns)) == (title, day(first), day(until), count)
    assert all(before.until == after.first for before, after in pairwise(found.columns))


@pytest.mark.parametrize("view", View)
@pytest.mark.parametrize("weekday", range(7))
def test_previous_and_next_lead_back_here(view, weekday):
    here = period(view, TODAY, TODAY, weekday)
    assert period(view, period(view, here.next, TODAY, weekday).previous, TODAY, weekday) == here
    assert period(view, period(view, here.previous, TODAY, weekday).next, TODAY, weekday) == here


def test_today_is_one_column_and_only_where_it_lies():
    assert [column.first for column in period(View.MONTH, TODAY, TODAY).columns if column.is_today] == [TODAY]
    week_of_wednesday = period(View.QUARTER, TODAY, day("2026-11-25")).columns
    assert [column.first for column in week_of_wednesday if column.is_today] == [TODAY]
    assert not any(column.is_today for column in period(View.WEEK, day("2026-12-07"), TODAY).columns)


def test_nothing_leads_out_of_the_years_that_are_served():
    assert period(View.MONTH, day("2000-01-31"), TODAY).previous is None
    assert period(View.QUARTER, day("2100-12-31"), TODAY).next is None
    assert period(View.WEEK, day("2100-12-31"), TODAY).next is None


def test_months_stand_over_the_weeks_that_begin_in_them():
    months = period(View.QUARTER, TODAY, TODAY).months
    assert [(month.name, month.width) for month in months] == [
        ("Sep 2026", 1),
        ("Oct 2026", 4),
        ("Nov 2026", 5),
        ("Dec 2026", 4),
    ]


def test_days_in_words():
    assert days_words(TODAY, TODAY) == "Mon 23 Nov"
    assert days_words(TODAY, day("2026-11-29")) == "Mon 23 to Sun 29 Nov"
    assert days_words(day("2026-11-30"), day("2026-12-06")) == "Mon 30 Nov to Sun 6 Dec"
    assert days_words(day("2026-11-30"), day("2027-11-30")) == "Mon 30 Nov to Tue 30 Nov"
    assert short_days_words(TODAY, TODAY) == "Mon 23"
    assert short_days_words(day("2026-11-30"), day("2026-12-03")) == "30–3"
