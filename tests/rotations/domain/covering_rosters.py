"""Rosters for tests of the domain: four members A to D (1 to 4), weeks from Monday 23 November 2026, 09:00 UTC."""

import datetime as dt
from zoneinfo import ZoneInfo

from rotations.domain.roster import Absence, Calendar, Cover, Person, Post, Role, Roster, Shift, Team
from rotations.domain.spans import WEEK, Span

UTC = dt.UTC
START = dt.datetime(2026, 11, 23, 9, tzinfo=UTC)
A, B, C, D = 1, 2, 3, 4
LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=UTC)


def days(first: int, until: int) -> Span:
    """Days of November 2026, from midnight to midnight."""
    midnight = dt.datetime(2026, 11, 1, tzinfo=UTC)
    return Span(midnight + dt.timedelta(days=first - 1), midnight + dt.timedelta(days=until - 1))


def pair(primary: int | None, secondary: int | None, unit: int = 1, week: int = 0) -> list[Shift]:
    """A week of a unit; the identity of a shift tells unit, week and role: 100 * unit + 10 * week + 1 or 2."""
    span = Span(START + week * WEEK, START + (week + 1) * WEEK)
    places = ((1, Role.PRIMARY, primary), (2, Role.SECONDARY, secondary))
    return [Shift(100 * unit + 10 * week + n, unit, role, who, span) for n, role, who in places if who]


def cover(shift: int, replaces: int, engineer: int | None, span: Span, number: int = 1) -> Cover:
    return Cover(number, shift, engineer, replaces, span, LONG_AGO + dt.timedelta(minutes=number))


def roster(*pairs, covers=(), away=(), members=(A, B, C, D), inactive=(), qualified=None, **fields) -> Roster:
    shifts = [shift for pair in pairs for shift in pair]
    units = sorted({shift.unit for shift in shifts} | {1})
    everybody = frozenset(members)
    trained = everybody if qualified is None else frozenset(qualified)
    team = Team(1, "Data", Calendar(ZoneInfo("UTC")), members=everybody, **fields)
    return Roster(
        window=Span(START - 4 * WEEK, START + 4 * WEEK),
        people={n: Person(n, "ABCDEFGH"[n - 1], n not in inactive, "US") for n in range(1, 9)},
        teams={1: team},
        units={n: Post(n, f"Unit {n}", 1, (n,), trained) for n in units},
        shifts=tuple(shifts),
        covers=tuple(covers),
        absences=tuple(Absence(engineer, span) for engineer, span in away),
    )
