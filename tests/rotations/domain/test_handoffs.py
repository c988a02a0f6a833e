"""Hand-offs over both changes of the clock: each one instant, shifts meet, first occurrence, instant of the change."""

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotations.domain.roster import Calendar
from rotations.domain.spans import DAY, UTC, WEEK, instant

ZONES = [ZoneInfo(name) for name in ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe")]
FIRST = dt.date(2024, 1, 1)
YEARS = 5
SECOND = dt.timedelta(seconds=1)
# every quarter of an hour round the changes, and nine o'clock
CLOCKS = [dt.time(hour, minute) for hour in (0, 1, 2, 3) for minute in (0, 15, 30, 45)] + [dt.time(9)]


def wall(at, zone):
    return at.astimezone(zone).replace(tzinfo=None)


def changes(zone):
    """The instants at which a zone changes its clock, found by looking at every minute near each change of offset."""
    start, end = (dt.datetime(FIRST.year + n, 1, 1, tzinfo=UTC) for n in (0, YEARS))
    hours = [start + n * dt.timedelta(hours=1) for n in range(int((end - start) / dt.timedelta(hours=1)))]
    found = []
    for hour in hours:
        if hour.astimezone(zone).utcoffset() != (hour + dt.timedelta(hours=1)).astimezone(zone).utcoffset():
            minutes = (hour + n * dt.timedelta(minutes=1) for n in range(61))
            old = hour.astimezone(zone).utcoffset()
            found.append(next(at for at in minutes if at.astimezone(zone).utcoffset() != old))
    return found


def expected(day, clock, zone, jumps):
    """The first instant at which the wall shows a time, or, where it never does, the instant of the change."""
    shown = dt.datetime.combine(day, clock)
    offsets = {at.astimezone(zone).utcoffset() for jump in jumps for at in (jump - SECOND, jump)}
    instants = sorted((shown - offset).replace(tzinfo=UTC) for offset in offsets)
    if real := [at for at in instants if wall(at, zone) == shown]:
        return real[0]
    return next(jump for jump in jumps if wall(jump - SECOND, zone) < shown <= wall(jump, zone))


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_every_hand_off_of_five_years_is_the_one_instant_it_must_be(zone):
    jumps = changes(zone)
    assert len(jumps) == 2 * YEARS
    for clock in CLOCKS:
        for n in range(YEARS * 366):
            day = FIRST + n * DAY
            if clock == dt.time(9) or any(abs(wall(jump, zone).date() - day) <= DAY for jump in jumps):
                assert instant(day, clock, zone) == expected(day, clock, zone, jumps), (day, clock)


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("clock", [dt.time(0), dt.time(1, 30), dt.time(2), dt.time(2, 30), dt.time(9)])
def test_shifts_of_any_length_meet_exactly_and_never_overlap(zone, clock):
    for weekday in (0, 6):
        for weeks in (1, 2, 3):
            calendar = Calendar(zone=zone, handoff_weekday=weekday, handoff_time=clock, shift_weeks=weeks)
            day = calendar.week_of(FIRST)
            spans = [calendar.shift_span(day + n * weeks * WEEK) for n in range(YEARS * 52 // weeks)]
            assert all(left.end == right.start for left, right in pairwise(spans))
            assert all(
                weeks * WEEK - dt.timedelta(hours=1) <= span.length <= weeks * WEEK + dt.timedelta(hours=1)
                for span in spans
            )


@given(
    st.sampled_from(ZONES),
    st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)),
    st.times().map(lambda clock: clock.replace(microsecond=0)),
)
def test_a_hand_off_shows_its_time_at_first_or_is_the_change_that_skips_it(zone, day, clock):
    at, shown = instant(day, clock, zone), dt.datetime.combine(day, clock)
    if wall(at, zone) == shown:
        assert wall(at - dt.timedelta(hours=1), zone) != shown
        assert wall(at - dt.timedelta(minutes=30), zone) != shown
    else:
        assert wall(at - SECOND, zone) < shown < wall(at, zone)
    assert instant(day, clock, zone, last=True) >= at


@given(
    st.sampled_from(ZONES),
    st.dates(dt.date(2000, 1, 1), dt.date(2099, 1, 1)),
    st.integers(0, 6),
    st.times().map(lambda clock: clock.replace(microsecond=0)),
    st.integers(1, 8),
)
def test_the_week_of_a_day_begins_at_its_hand_off_and_ends_at_the_next(zone, day, weekday, clock, weeks):
    calendar = Calendar(zone=zone, handoff_weekday=weekday, handoff_time=clock, shift_weeks=weeks)
    week = calendar.week_of(day)
    assert (week.weekday(), dt.timedelta() <= day - week < WEEK) == (weekday, True)
    span = calendar.shift_span(week)
    assert (span.start, span.end) == (calendar.handoff(week), calendar.handoff(week + weeks * WEEK))
