import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotations.domain.roster import Calendar
from rotations.domain.spans import UTC, Span, days_of, instant, local_days

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its clocks change by half an hour


def utc(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "first", "last"),
    [
        (BERLIN, "2026-11-23", "09:00", "2026-11-23T08:00", "2026-11-23T08:00"),
        (BERLIN, "2026-10-25", "02:30", "2026-10-25T00:30", "2026-10-25T01:30"),
        (BERLIN, "2026-03-29", "02:30", "2026-03-29T01:00", "2026-03-29T01:00"),
        (BERLIN, "2026-03-29", "02:00", "2026-03-29T01:00", "2026-03-29T01:00"),
        (BERLIN, "2026-03-29", "03:00", "2026-03-29T01:00", "2026-03-29T01:00"),
        (NEW_YORK, "2026-11-01", "01:15", "2026-11-01T05:15", "2026-11-01T06:15"),
        (NEW_YORK, "2026-03-08", "02:59:59", "2026-03-08T07:00", "2026-03-08T07:00"),
        (LORD_HOWE, "2026-10-04", "02:10", "2026-10-03T15:30", "2026-10-03T15:30"),
        (LORD_HOWE, "2026-04-05", "01:45", "2026-04-04T14:45", "2026-04-04T15:15"),
    ],
)
def test_a_wall_time_is_its_first_occurrence_and_a_skipped_one_the_change(zone, day, clock, first, last):
    day, clock = dt.date.fromisoformat(day), dt.time.fromisoformat(clock)
    assert instant(day, clock, zone) == utc(first)
    assert instant(day, clock, zone, last=True) == utc(last)


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, LORD_HOWE])
def test_handoffs_of_a_year_are_each_the_first_instant_at_which_the_wall_shows_the_time(zone):
    calendar = Calendar(zone=zone, handoff_weekday=6, handoff_time=dt.time(2, 30))
    for week in range(53):
        day = dt.date(2026, 1, 4) + dt.timedelta(weeks=week)
        minutes = (utc(day.isoformat()) - dt.timedelta(hours=16) + dt.timedelta(minutes=m) for m in range(48 * 60))
        seen = next(
            at for at in minutes if at.astimezone(zone).replace(tzinfo=None) >= dt.datetime.combine(day, dt.time(2, 30))
        )
        assert calendar.handoff(day) == seen


def test_the_day_of_a_clock_change_has_23_or_25_hours():
    spring, autumn = dt.date(2026, 3, 29), dt.date(2026, 10, 25)
    assert local_days(spring, spring, BERLIN).length == dt.timedelta(hours=23)
    assert local_days(autumn, autumn, BERLIN).length == dt.timedelta(hours=25)


def test_days_of_a_span_are_local_and_leave_out_a_day_that_only_begins():
    span = Span(utc("2026-11-23T23:30"), utc("2026-11-24T23:00"))
    assert list(days_of(span, BERLIN)) == [dt.date(2026, 11, 24)]


def test_an_empty_span_is_refused():
    with pytest.raises(ValueError, match="a span must end after it starts"):
        Span(utc("2026-11-23"), utc("2026-11-23"))


MINUTES = st.integers(0, 5000).map(lambda minute: utc("2026-11-23") + dt.timedelta(minutes=minute))
SPANS = st.tuples(MINUTES, MINUTES).filter(lambda pair: pair[0] < pair[1]).map(lambda pair: Span(*pair))


@given(SPANS, st.lists(MINUTES))
def test_cut_pieces_join_to_the_whole(span, instants):
    pieces = list(span.cut(instants))
    assert (pieces[0].start, pieces[-1].end) == (span.start, span.end)
    assert all(left.end == right.start for left, right in pairwise(pieces))


@given(SPANS, SPANS)
def test_an_overlap_holds_exactly_the_instants_of_both(one, other):
    shared = one.overlap(other)
    for at in {one.start, one.end, other.start, other.end}:
        assert (shared is not None and at in shared) == (at in one and at in other)
