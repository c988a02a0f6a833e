"""The two clocks of an incident: when they warn and are due, what they say at an instant."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

# A clock is at risk from this share of its time on (design.md, Incidents).
WARN_SHARE = 0.8
MINUTE = dt.timedelta(minutes=1)


class ClockKind(StrEnum):
    RESPONSE = "response"
    RESOLUTION = "resolution"


class ClockState(StrEnum):
    ON_TRACK = "on track"
    AT_RISK = "at risk"
    BREACHED = "breached"
    MET = "met"
    MET_LATE = "met late"


# How a stopped clock says what stopped it.
DONE_WORDS = {ClockKind.RESPONSE: "answered", ClockKind.RESOLUTION: "resolved"}
# What a running clock asks for.
ASKED_WORDS = {ClockKind.RESPONSE: "answer", ClockKind.RESOLUTION: "data right"}


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock as stored: it runs from `opened_at` until `stopped_at`, if that is set."""

    kind: ClockKind
    opened_at: dt.datetime
    warn_at: dt.datetime
    due_at: dt.datetime
    stopped_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a clock says at an instant; `remaining` is negative once it is over."""

    state: ClockState
    words: str
    remaining: dt.timedelta
    is_running: bool


def due_and_warn(opened_at: dt.datetime, minutes: int) -> tuple[dt.datetime, dt.datetime]:
    """The due and the warning instant of a clock that runs around the clock from the opening."""
    return opened_at + minutes * MINUTE, opened_at + minutes * WARN_SHARE * MINUTE


def has_come(instant: dt.datetime, clock: Clock, at: dt.datetime) -> bool:
    """Whether a clock was still running when an instant came, at or before `at`.

    Time is half-open: what is done at the due instant itself is late.
    """
    return instant <= min(at, clock.stopped_at or at)


def read(clock: Clock, at: dt.datetime) -> Reading:
    """A clock at an instant: its state and finished words."""
    is_running = clock.stopped_at is None or clock.stopped_at > at
    end = at if is_running else clock.stopped_at or at
    remaining = clock.due_at - end
    state = _state(clock, at, is_running)
    return Reading(state, _words(clock, state, end), remaining, is_running)


def _state(clock: Clock, at: dt.datetime, is_running: bool) -> ClockState:
    if has_come(clock.due_at, clock, at):
        return ClockState.BREACHED if is_running else ClockState.MET_LATE
    if not is_running:
        return ClockState.MET
    return ClockState.AT_RISK if has_come(clock.warn_at, clock, at) else ClockState.ON_TRACK


def _words(clock: Clock, state: ClockState, end: dt.datetime) -> str:
    left, over = clock.due_at - end, end - clock.due_at
    done = DONE_WORDS[clock.kind]
    return {
        ClockState.ON_TRACK: f"{exact_words(left)} left",
        ClockState.AT_RISK: f"at risk, {exact_words(left)} left",
        ClockState.BREACHED: f"breached {round_words(over)} ago",
        ClockState.MET: f"{done} after {round_words(end - clock.opened_at)}",
        ClockState.MET_LATE: f"{done} {round_words(over)} late",
    }[state]


def exact_words(span: dt.timedelta) -> str:
    """A time left: 2 d 4 h, 3 h 42 min, 12 min 42 s, 3 min, 40 s. Never more than two units, none that is zero."""
    seconds = max(0, int(span.total_seconds()))
    parts = [(seconds // 86400, "d"), (seconds // 3600 % 24, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s")]
    first = next((place for place, (count, _) in enumerate(parts) if count), 3)
    shown = parts[first : first + 2]
    return " ".join(f"{count} {unit}" for count, unit in shown if count) or "0 s"


def round_words(span: dt.timedelta) -> str:
    """A time that has passed, in whole minutes: 12 min, 2 h 10 min; under a minute in seconds."""
    return exact_words(span if span < MINUTE else span // MINUTE * MINUTE)
