"""Duty before and after by day, and who is away in a month: small calendars, as finished values."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from rotations.domain.asked import Shape, span_asked
from rotations.domain.away_month import Away, Member, days_of_month, month_rows
from rotations.domain.before_after import before_and_after
from rotations.domain.covering import consequence
from rotations.domain.difference import Consequence
from rotations.domain.spans import Span
from tests.rotations.domain.covering_rosters import LONG_AGO, A, B, D, days, pair, roster

UTC, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")


def at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def shown(row):
    """A row as text: columns, holders with the hour they begin inside a column, and a star where it changed."""
    return " ".join(
        f"{cell.columns}:"
        + ",".join(
            f"{'-ABCD'[held.engineer or 0]}{held.since.strftime('@%d %H') if held.since else ''}" for held in cell.held
        )
        + "*" * cell.is_changed
        for cell in row.cells
    )


def test_duty_before_and_after_day_by_day():
    found = consequence(roster(pair(A, B), away=[(D, days(1, 30))]), A, days(25, 28), LONG_AGO)
    grid = before_and_after(found, UTC)
    assert (grid.columns, grid.are_weeks) == (tuple(dt.date(2026, 11, day) for day in (25, 26, 27)), False)
    ((unit, rows),) = grid.units
    assert (unit, [(row.role.value, row.is_after, shown(row)) for row in rows]) == (
        1,
        [
            ("primary", False, "3:A*"),
            ("primary", True, "3:B*"),
            ("secondary", False, "3:B*"),
            ("secondary", True, "3:C*"),
        ],
    )


def test_a_part_of_a_day_is_shown_with_the_hour_in_the_readers_zone():
    morning = Span(at("2026-11-26 08:00"), at("2026-11-26 11:00"))
    found = consequence(roster(pair(A, B)), A, morning, LONG_AGO)
    ((_, rows),) = before_and_after(found, BERLIN).units
    assert [shown(row) for row in rows[:2]] == ["1:A*", "1:A,B@26 08,A@26 11*"]


def test_many_days_are_shown_week_by_week():
    team = roster(pair(A, B), pair(A, B, week=1), pair(B, A, week=2))
    grid = before_and_after(consequence(team, A, days(23, 23 + 20), LONG_AGO), UTC)
    assert (grid.are_weeks, [day.day for day in grid.columns]) == (True, [23, 30, 7])


def test_where_no_duty_is_touched_there_is_nothing_to_show():
    assert before_and_after(Consequence(A, None), UTC) is None
    assert before_and_after(consequence(roster(pair(A, B)), D, days(25, 26), LONG_AGO), UTC) is None


@pytest.mark.parametrize(
    ("shape", "zone", "day", "times", "start", "end"),
    [
        (Shape.MORNING, "Europe/Berlin", "2026-11-26", (), "2026-11-25 23:00", "2026-11-26 11:00"),
        (Shape.AFTERNOON, "America/New_York", "2026-11-26", (), "2026-11-26 17:00", "2026-11-27 05:00"),
        (Shape.HOURS, "UTC", "2026-11-26", ("09:30", "11:00"), "2026-11-26 09:30", "2026-11-26 11:00"),
        (Shape.HOURS, "UTC", "2026-11-26", ("22:00", "00:00"), "2026-11-26 22:00", "2026-11-27 00:00"),
        # 02:30 comes twice: from its first to its last occurrence
        (Shape.HOURS, "Europe/Berlin", "2026-10-25", ("02:30", "02:45"), "2026-10-25 00:30", "2026-10-25 01:45"),
        # 02:30 is skipped: it means the instant of the change
        (Shape.HOURS, "Europe/Berlin", "2027-03-28", ("02:30", "04:00"), "2027-03-28 01:00", "2027-03-28 02:00"),
        (Shape.MORNING, "Europe/Berlin", "2027-03-28", (), "2027-03-27 23:00", "2027-03-28 10:00"),
    ],
)
def test_a_part_of_a_day_is_by_the_clock_on_the_wall(shape, zone, day, times, start, end):
    first = dt.date.fromisoformat(day)
    clocks = [dt.time.fromisoformat(clock) for clock in times]
    assert span_asked(shape, first, first, ZoneInfo(zone), *clocks) == Span(at(start), at(end))


@pytest.mark.parametrize(("day", "times"), [("2026-11-26", ("11:00", "09:00")), ("2027-03-28", ("02:10", "02:50"))])
def test_hours_that_are_none_are_refused(day, times):
    first = dt.date.fromisoformat(day)
    with pytest.raises(ValueError, match="end"):
        span_asked(Shape.HOURS, first, first, BERLIN, *[dt.time.fromisoformat(clock) for clock in times])


def test_hours_need_both_times():
    with pytest.raises(ValueError, match="start and an end"):
        span_asked(Shape.HOURS, dt.date(2026, 11, 26), dt.date(2026, 11, 26), BERLIN)


def test_a_month_shows_parts_of_days_and_each_persons_own_holidays():
    member = Member(A, BERLIN, {dt.date(2026, 11, 18): "Day of Repentance"})
    away = [
        Away(1, Span(at("2026-11-01 23:00"), at("2026-11-03 23:00")), "away"),
        Away(2, Span(at("2026-11-04 23:00"), at("2026-11-05 11:00")), "away"),
        Away(3, Span(at("2026-11-06 11:00"), at("2026-11-06 23:00")), "away"),
        Away(4, Span(at("2026-11-09 08:00"), at("2026-11-09 09:30")), "vacation", is_asked=True),
    ]
    (row,) = month_rows([member], {A: away}, dt.date(2026, 11, 7), dt.date(2026, 11, 23))
    assert {day.day.day: [(mark.away.key, mark.part) for mark in day.marks] for day in row.days if day.marks} == {
        2: [(1, "")],
        3: [(1, "")],
        5: [(2, "morning")],
        6: [(3, "afternoon")],
        9: [(4, "09:00 to 10:30")],
    }
    assert [(day.day.day, day.holiday) for day in row.days if day.holiday] == [(18, "Day of Repentance")]
    assert [day.day.day for day in row.days if day.is_today] == [23]
    assert len(days_of_month(dt.date(2028, 2, 10))) == 29
