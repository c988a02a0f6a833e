"""What members bring along into a plan: weeks of capacity, weeks on call, public holidays they served."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from .coverage import joined
from .duty import duties
from .roster import Roster, Team
from .spans import WEEK, Span, days_of, instant

# a leave this long asks for no share of the load; a short one is made up for (as in the planner)
LONG_LEAVE = 4 * WEEK


@dataclass(frozen=True, slots=True)
class Spell:
    """A time of membership, and how much of full time it is."""

    span: Span
    percent: int


def capacity_weeks(spells: Iterable[Spell], absences: Iterable[Span], window: Span) -> float:
    """Full-time weeks that somebody was there to carry duty: part time counts as its part, long leave not at all."""
    away = [span for span in joined(absences) if span.length >= LONG_LEAVE]
    total = 0.0
    for spell in spells:
        if part := spell.span.overlap(window):
            gone = sum((shared.length for span in away if (shared := span.overlap(part))), dt.timedelta())
            total += (part.length - gone) / WEEK * spell.percent / 100
    return total


def mean_percent(spells: Iterable[Spell], window: Span) -> float:
    """How much of full time somebody works in a window, on average over the time in which they are a member."""
    parts = [(part.length, spell.percent) for spell in spells if (part := spell.span.overlap(window))]
    whole = sum((length for length, _ in parts), dt.timedelta())
    return sum(length / whole * percent for length, percent in parts) if whole else 100.0


def weeks_on_call(roster: Roster, team: Team, window: Span) -> Mapping[int, int]:
    """In how many weeks of a rotation's calendar each engineer had duty at a noon, in whatever rotation."""
    zone, found = team.calendar.zone, dict[int, set[dt.date]]()
    for duty in duties(roster, window):
        if part := duty.span.overlap(window):
            weeks = {team.calendar.week_of(day) for day in days_of(part, zone) if _noon(day, zone) in part}
            found.setdefault(duty.engineer, set()).update(weeks)
    return {engineer: len(weeks) for engineer, weeks in found.items()}


def holidays_served(roster: Roster, window: Span) -> Mapping[int, tuple[dt.date, ...]]:
    """The public holidays of their own, company days included, on which each engineer had duty at noon."""
    found: dict[int, set[dt.date]] = {}
    for duty in duties(roster, window):
        if duty.unit not in roster.units:
            continue
        team = roster.team_of(roster.units[duty.unit])
        days_off = roster.days_off(duty.engineer, team)
        if part := duty.span.overlap(window):
            found.setdefault(duty.engineer, set()).update(
                day for day in days_off if _noon(day, team.calendar.zone) in part
            )
    return {engineer: tuple(sorted(days)) for engineer, days in found.items()}


@lru_cache(maxsize=4096)
def _noon(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    # whoever has duty at noon has the day: on that of a hand-off it is who comes next
    return instant(day, dt.time(12), zone)
