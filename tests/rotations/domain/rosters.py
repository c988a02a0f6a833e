"""Rosters for domain tests: plain values, every argument optional."""

import datetime as dt
from zoneinfo import ZoneInfo

from rotations.domain import roster as facts
from rotations.domain.spans import UTC, Span

A, B, C, D, MANAGER, ADMIN = range(1, 7)
NAMES = {A: "A", B: "B", C: "C", D: "D", MANAGER: "Manager", ADMIN: "Administrator"}
PIPELINE, UNIT, TEAM = 10, 20, 30


def utc(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


def span(start, end):
    return Span(utc(start), utc(end))


WEEK = span("2026-11-23 09:00", "2026-11-30 09:00")


def shift(engineer, role="primary", *, id=1, unit=UNIT, at=WEEK):
    return facts.Shift(id, unit, facts.Role(role), engineer, at, changed_at=at.start)


def cover(id, shift, engineer, replaces, at, *, decided="2026-11-01", ended_at=None):
    return facts.Cover(id, shift, engineer, replaces, at, utc(decided), ended_at=ended_at)


def make_roster(shifts=(), covers=(), absences=(), *, window=WEEK, inactive=(), administrators=(ADMIN,), **team):
    calendar = {
        key: team.pop(key)
        for key in ("zone", "holidays", "workday_start", "workday_end", "handoff_weekday", "handoff_time")
        if key in team
    }
    calendar = facts.Calendar(**{"zone": ZoneInfo("UTC"), **calendar})
    return facts.Roster(
        window=window,
        people={id: facts.Person(id, name, id not in inactive) for id, name in NAMES.items()},
        teams={
            TEAM: facts.Team(
                TEAM, "Data", calendar, **{"managers": (MANAGER,), "members": frozenset({A, B, C, D}), **team}
            )
        },
        units={UNIT: facts.Post(UNIT, "Profit", TEAM, (PIPELINE,), frozenset({A, B, C, D}))},
        shifts=tuple(shifts),
        covers=tuple(covers),
        absences=tuple(facts.Absence(engineer, at) for engineer, at in absences),
        owners={PIPELINE: facts.Owners(C, D)},
        administrators=administrators,
    )
