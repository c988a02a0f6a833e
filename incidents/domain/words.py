"""What people are told about an incident: subjects and texts of pages and notices, lines of the timeline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from rotations.domain.resolver import Responder

from .clock import ASKED_WORDS, Clock, ClockKind, exact_words, read, round_words

SUBJECT_LENGTH = 200
MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a message says about its incident."""

    number: int
    severity: str
    pipeline: str
    title: str
    description: str
    link: str
    is_promise: bool = True
    clocks: tuple[Clock, ...] = ()
    key_actions: tuple[str, ...] = ()


def thread_of(number: int) -> str:
    """What joins all messages about an incident."""
    return f"incident-{number}"


def subject(facts: Facts, what: str) -> str:
    """One line for a lock screen: what is wanted, how bad, where."""
    return f"{what}: {facts.severity} #{facts.number} {facts.pipeline}: {facts.title}"[:SUBJECT_LENGTH]


def page_text(facts: Facts, because: str, others: Sequence[str], at: dt.datetime) -> str:
    """The text of a page: what broke, how long there is, why this person, what to do first, where to answer."""
    sections = [
        f"{facts.title}\n{facts.severity}, {facts.pipeline}",
        "\n".join(clock_line(clock, at) for clock in facts.clocks) + _target_words(facts),
        f"You are called: {because}.\nAlso called: {', '.join(others) or 'nobody else yet'}.",
        _description(facts.description),
        _actions(facts.key_actions),
        f"Acknowledge it here:\n{facts.link}",
    ]
    return "\n\n".join(filter(None, sections)) + "\n"


def notice_text(facts: Facts, what: str, at: dt.datetime) -> str:
    """The text of a notice: what happened, and what the clocks say."""
    clocks = "\n".join(clock_line(clock, at) for clock in facts.clocks) + _target_words(facts)
    head = f"{what}\n\n{facts.title}\n{facts.severity}, {facts.pipeline}"
    return f"{head}\n\n{clocks}\n\nYou need not answer this mail. The incident:\n{facts.link}\n"


def sla_words(respond_minutes: int, resolve_minutes: int) -> str:
    """An SLA in words: answer within 30 min, resolved within 4 h."""
    return f"answer within {limit_words(respond_minutes)}, resolved within {limit_words(resolve_minutes)}"


def limit_words(minutes: int) -> str:
    """A time limit as people agree on it, in hours and never in days: 30 min, 1 h 30 min, 24 h."""
    parts = ((minutes // 60, "h"), (minutes % 60, "min"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


def clock_line(clock: Clock, at: dt.datetime) -> str:
    """A clock in a text: Answer: 12 min 42 s left; a stopped one says itself what it is of: Answered after 8 min."""
    reading = read(clock, at)
    return (
        f"{ASKED_WORDS[clock.kind]}: {reading.words}".capitalize() if reading.is_running else reading.words.capitalize()
    )


def paged_line(names: Sequence[str], responders: Sequence[Responder]) -> str:
    """The timeline's line for a step of paging: paged B (secondary): off-hours ..."""
    people = (f"{name} ({called.role}): {called.because}" for name, called in zip(names, responders, strict=True))
    return "; ".join(people)


def at_risk_line(kind: ClockKind, left: dt.timedelta) -> str:
    """The timeline's line for a warning; `left` is until the due instant, not positive when it was recorded late."""
    words = f"{exact_words(left)} left" if left > dt.timedelta() else "the warning was recorded late"
    return f"{ASKED_WORDS[kind].capitalize()}: {words}."


def breached_line(kind: ClockKind, allowed: dt.timedelta, recorded_late: dt.timedelta) -> str:
    """The timeline's line for a breach; it says so when it was recorded long after it happened."""
    late = f", recorded {round_words(recorded_late)} after" if recorded_late >= MINUTE else ""
    return f"{ASKED_WORDS[kind].capitalize()} was due within {limit_words(allowed // MINUTE)}{late}."


def _target_words(facts: Facts) -> str:
    return "" if facts.is_promise else "\n(an internal target)"


def _description(text: str) -> str:
    text = text.strip()
    return f"{text[:1000]} ..." if len(text) > 1000 else text


def _actions(key_actions: Sequence[str]) -> str:
    if not key_actions:
        return ""
    return "First from the runbook:\n" + "\n".join(f"- {action}" for action in key_actions)
