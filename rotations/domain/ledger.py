"""The ledger: what each engineer really carried, and how far that is from a fair share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType

from .coverage import joined
from .duty import Duty, duties
from .roster import Calendar, Role, Roster, Shift, Team
from .spans import DAY, WEEK, Span, days_of, instant


@dataclass(frozen=True, slots=True)
class Load:
    """What was carried: tokens and weeks by role, and the weekend and public-holiday days among them.

    Parts of weeks and days count as parts. A day on duty for several units is one day.
    """

    tokens: float = 0.0
    primary_weeks: float = 0.0
    secondary_weeks: float = 0.0
    weekend_days: float = 0.0
    holiday_days: float = 0.0

    def __add__(self, other: Load) -> Load:
        return Load(
            self.tokens + other.tokens,
            self.primary_weeks + other.primary_weeks,
            self.secondary_weeks + other.secondary_weeks,
            self.weekend_days + other.weekend_days,
            self.holiday_days + other.holiday_days,
        )


ZERO = Load()


def ledger(roster: Roster, span: Span | None = None, team: int | None = None) -> Mapping[int, Load]:
    """What every engineer carried in a span (by default the roster's window), in one rotation or in all.

    Duty counts, not the plan: who covered has it. Who carried nothing and is a member of no rotation is left out.
    """
    window = span or roster.window
    found = [duty for duty in duties(roster, window) if _counts(roster, duty, team)]
    members = (member for key, one in roster.teams.items() if team in (None, key) for member in one.members)
    loads = dict.fromkeys(sorted({*members, *(duty.engineer for duty in found)}), ZERO)
    found.sort(key=lambda duty: (duty.engineer, roster.units[duty.unit].team, duty.span))
    for (engineer, key), group in groupby(found, key=lambda duty: (duty.engineer, roster.units[duty.unit].team)):
        loads[engineer] += _carried(roster, roster.teams[key], engineer, list(group), window)
    return MappingProxyType(loads)


def fair_share(loads: Mapping[int, Load], team: Team) -> float:
    """Tokens that each member would have carried if all had carried the same; 0 without members."""
    return sum(loads.get(member, ZERO).tokens for member in team.members) / (len(team.members) or 1)


def balances(roster: Roster, team: Team, span: Span | None = None) -> dict[int, float]:
    """Tokens carried less the fair share, for whoever is a member of a rotation: who is lowest is asked first."""
    loads = ledger(roster, span, team.id)
    share = fair_share(loads, team)
    return {member: loads.get(member, ZERO).tokens - share for member in sorted(team.ever_members)}


def weeks_of(shift: Shift, piece: Span, calendar: Calendar) -> float:
    """Weeks that a piece of a shift counts for: its share of the shift, whose length is read off the wall clock.

    So a week with a change of the clock is one week, and the pieces of a shift add up to the shift.
    """
    start, end = (at.astimezone(calendar.zone).replace(tzinfo=None) for at in (shift.span.start, shift.span.end))
    return (end - start) / WEEK * (piece.length / shift.span.length)


def _counts(roster: Roster, duty: Duty, team: int | None) -> bool:
    # a unit that no pipeline stands in any more carries no load
    unit = roster.units.get(duty.unit)
    return unit is not None and team in (None, unit.team)


def _carried(roster: Roster, team: Team, engineer: int, found: list[Duty], window: Span) -> Load:
    """What one engineer carried in one rotation."""
    pieces = [(duty, piece) for duty in found if (piece := duty.span.overlap(window))]
    weeks = dict.fromkeys(Role, 0.0)
    for duty, piece in pieces:
        weeks[duty.role] += weeks_of(duty.shift, piece, team.calendar)
    holidays = roster.days_off(engineer, team)
    days = list(_special_days(joined(piece for _, piece in pieces), team.calendar, holidays))
    return Load(
        tokens=sum(team.weight(role) * weeks[role] for role in Role),
        primary_weeks=weeks[Role.PRIMARY],
        secondary_weeks=weeks[Role.SECONDARY],
        weekend_days=sum(share for day, share in days if day.weekday() > 4),
        holiday_days=sum(share for day, share in days if day in holidays),
    )


def _special_days(
    spans: Iterable[Span], calendar: Calendar, holidays: Mapping[dt.date, str]
) -> Iterator[tuple[dt.date, float]]:
    """Weekend days and public holidays with the part of each that lies in the spans."""
    for span in spans:
        for day in days_of(span, calendar.zone):
            if day.weekday() < 5 and day not in holidays:
                continue
            whole = Span(instant(day, dt.time(), calendar.zone), instant(day + DAY, dt.time(), calendar.zone))
            if part := whole.overlap(span):
                yield day, part.length / whole.length
