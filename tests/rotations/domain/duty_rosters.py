"""Rosters for tests of the calendar and the feed: one unit, any zone, hand-off and covers."""

import datetime as dt
from zoneinfo import ZoneInfo

from rotations.domain import roster as facts
from rotations.domain.spans import DAY, UTC, WEEK, Span, instant

A, B, C, D = range(1, 5)
NAMES = {A: "A", B: "B", C: "C", D: "D"}
UNIT, TEAM = 20, 30
MONDAY = dt.date(2026, 11, 23)
UTC_ZONE = ZoneInfo("UTC")


def utc(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


def span(start, end):
    return Span(utc(start), utc(end))


def cover(id, shift, engineer, replaces, at, *, decided="2026-11-01", ended=None):
    return facts.Cover(id, shift, engineer, replaces, at, utc(decided), ended_at=ended and utc(ended))


def roster_of(
    people,
    zone=UTC_ZONE,
    *,
    weeks=(MONDAY,),
    covers=(),
    absences=(),
    missing=(),
    clock=dt.time(9),
    names=NAMES,
    unit="Profit",
):
    """Whole weeks from each hand-off, primary and secondary in turn from `people`; `missing` are (week, role).

    Shifts are numbered from 1: primary, secondary, then those of the next week.
    """
    shifts = []
    for n, week in enumerate(weeks):
        at = Span(instant(week, clock, zone), instant(week + WEEK, clock, zone))
        for m, role in enumerate(facts.Role):
            if (n, role) not in missing:
                who = people[(n + m) % len(people)]
                shifts.append(facts.Shift(2 * n + m + 1, UNIT, role, who, at, changed_at=at.start))
    first, last = min(one.span.start for one in shifts), max(one.span.end for one in shifts)
    return facts.Roster(
        window=Span(first - 2 * DAY, last + 2 * DAY),
        people={id: facts.Person(id, name) for id, name in names.items()},
        teams={TEAM: facts.Team(TEAM, "Data", facts.Calendar(zone, handoff_time=clock))},
        units={UNIT: facts.Post(UNIT, unit, TEAM, ())},
        shifts=tuple(shifts),
        covers=tuple(covers),
        absences=tuple(facts.Absence(engineer, at) for engineer, at in absences),
    )
