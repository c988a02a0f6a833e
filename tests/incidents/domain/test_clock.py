"""The clocks as a table, and their words."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.domain.clock import Clock, ClockKind, ClockState, due_and_warn, exact_words, has_come, read, round_words
from tests.factories import at

OPENED = at("2026-11-23 02:00")


def minutes(count: float) -> dt.timedelta:
    return dt.timedelta(minutes=count)


def clock(stopped_after: float | None = None, kind: ClockKind = ClockKind.RESPONSE, within: int = 30) -> Clock:
    due_at, warn_at = due_and_warn(OPENED, within)
    return Clock(kind, OPENED, warn_at, due_at, None if stopped_after is None else OPENED + minutes(stopped_after))


@pytest.mark.parametrize(
    ("stopped_after", "after", "state", "words"),
    [
        (None, 0, "on track", "30 min left"),
        (None, 17.3, "on track", "12 min 42 s left"),
        (None, 23.99, "on track", "6 min left"),
        (None, 24, "at risk", "at risk, 6 min left"),
        (None, 27, "at risk", "at risk, 3 min left"),
        (None, 29.5, "at risk", "at risk, 30 s left"),
        (None, 30, "breached", "breached 0 s ago"),
        (None, 42, "breached", "breached 12 min ago"),
        (None, 30 + 26 * 60, "breached", "breached 1 d 2 h ago"),
        (8, 9, "met", "answered after 8 min"),
        (29.9, 500, "met", "answered after 29 min"),
        (30, 31, "met late", "answered 0 s late"),
        (35, 500, "met late", "answered 5 min late"),
        (35, 20, "on track", "10 min left"),
    ],
)
def test_a_clock_says_at_each_instant_where_it_stands(stopped_after, after, state, words):
    reading = read(clock(stopped_after), OPENED + minutes(after))
    assert (reading.state, reading.words) == (state, words)


def test_the_resolution_clock_says_resolved():
    assert read(clock(130, ClockKind.RESOLUTION, 240), OPENED + minutes(300)).words == "resolved after 2 h 10 min"


def test_a_running_clock_counts_what_remains_and_a_stopped_one_keeps_it():
    running, stopped = read(clock(), OPENED + minutes(40)), read(clock(10), OPENED + minutes(40))
    assert (running.remaining, running.is_running) == (minutes(-10), True)
    assert (stopped.remaining, stopped.is_running) == (minutes(20), False)


@pytest.mark.parametrize(("within", "warns_after"), [(30, 24), (240, 192), (360, 288)])
def test_a_clock_warns_at_four_fifths_of_its_time(within, warns_after):
    assert due_and_warn(OPENED, within) == (OPENED + minutes(within), OPENED + minutes(warns_after))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (40, "40 s"),
        (60, "1 min"),
        (762, "12 min 42 s"),
        (3600, "1 h"),
        (13359, "3 h 42 min"),
        (90000, "1 d 1 h"),
    ],
)
def test_a_time_has_at_most_two_units(seconds, words):
    assert exact_words(dt.timedelta(seconds=seconds)) == words


def test_a_time_that_has_passed_is_in_whole_minutes():
    assert [round_words(dt.timedelta(seconds=s)) for s in (59, 119, 3661)] == ["59 s", "1 min", "1 h 1 min"]


@given(within=st.integers(1, 3000), stop=st.none() | st.integers(0, 200_000), now=st.integers(0, 200_000))
def test_a_breach_has_come_exactly_when_the_clock_reads_so(within, stop, now):
    one = clock(None if stop is None else stop / 60, within=within)
    instant = OPENED + dt.timedelta(seconds=now)
    late = read(one, instant).state in (ClockState.BREACHED, ClockState.MET_LATE)
    assert has_come(one.due_at, one, instant) == late
