"""The ledger: what each engineer really carried, and how far that is from a fair share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType

from .counts import HOUR, Account, Count, duties_of, other_counts, wall_weeks, week_counts
from .roster import Calendar, Role, Roster, Shift, Team
from .spans import Span


@dataclass(frozen=True, slots=True)
class Load:
    """What was carried: tokens, and every account they are made of or that weighs beside them.

    Parts of weeks and days count as parts. A day, or an off-hours hour, on duty for several units is one. The hours
    of a role are hours by the clock, one after the other for each unit.
    """

    tokens: float = 0.0
    primary_weeks: float = 0.0
    secondary_weeks: float = 0.0
    weekend_days: float = 0.0
    holiday_days: float = 0.0
    off_hours: float = 0.0
    short_notice: float = 0.0
    primary_hours: float = 0.0
    secondary_hours: float = 0.0

    def __add__(self, other: Load) -> Load:
        return Load(*(getattr(self, name) + getattr(other, name) for name in FIELDS))

    def __sub__(self, other: Load) -> Load:
        return self + other.times(-1)

    def times(self, part: float) -> Load:
        return Load(*(getattr(self, name) * part for name in FIELDS))

    def of(self, account: Account) -> float:
        return float(getattr(self, FIELD_OF[account]))


FIELDS = tuple(field.name for field in fields(Load))
FIELD_OF = {
    Account.PRIMARY: "primary_weeks",
    Account.SECONDARY: "secondary_weeks",
    Account.WEEKEND: "weekend_days",
    Account.HOLIDAY: "holiday_days",
    Account.OFF_HOURS: "off_hours",
    Account.SHORT_NOTICE: "short_notice",
}
HOURS_OF = {Role.PRIMARY: "primary_hours", Role.SECONDARY: "secondary_hours"}
ROLE_OF = {Account.PRIMARY: Role.PRIMARY, Account.SECONDARY: Role.SECONDARY}
ZERO = Load()


@dataclass(frozen=True, slots=True)
class Piece:
    """What everybody carried in a piece of time, and everybody's fair share of that."""

    span: Span
    loads: Mapping[int, Load]
    shares: Mapping[int, Load]

    @property
    def balances(self) -> dict[int, float]:
        """Tokens carried less the fair share."""
        people = sorted({*self.loads, *self.shares})
        return {one: self.loads.get(one, ZERO).tokens - self.shares.get(one, ZERO).tokens for one in people}


def pieces(
    roster: Roster, team: Team, window: Span, cuts: Iterable[dt.datetime] = (), *, weeks_only: bool = False
) -> list[Piece]:
    """A window in pieces, cut at some instants and wherever somebody joins or leaves, with what was carried in each.

    The fair share is of what all carried in the same piece, by capacity of who was a member then: nobody has a share
    of what was carried before they joined. So shares add up to what was carried, and over any periods; only where
    nobody is a member at all, nobody has a share. `weeks_only` leaves out all but weeks, hours of roles and tokens.
    """
    spans = list(window.cut({*cuts, *team.turns}))
    found = duties_of(roster, team, window)
    counts = list(week_counts(team, found, spans))
    if not weeks_only:
        counts += other_counts(roster, team, found, spans)
    return [_piece(team, span, loads) for span, loads in zip(spans, _loads(team, counts, len(spans)), strict=True)]


def ledger(
    roster: Roster, span: Span | None = None, team: int | None = None, *, weeks_only: bool = False
) -> Mapping[int, Load]:
    """What every engineer carried in a span (by default the roster's window), in one rotation or in all.

    Duty counts, not the plan: who covered has it. Who carried nothing and is a member of no rotation is left out.
    `weeks_only` leaves out all but weeks, hours of roles and tokens.
    """
    window = span or roster.window
    teams = [one for key, one in sorted(roster.teams.items()) if team in (None, key)]
    found: dict[int, Load] = dict.fromkeys(sorted({member for one in teams for member in one.members}), ZERO)
    for one in teams:
        spans = [window]
        duties = duties_of(roster, one, window)
        counts = list(week_counts(one, duties, spans))
        if not weeks_only:
            counts += other_counts(roster, one, duties, spans)
        for engineer, load in _loads(one, counts, 1)[0].items():
            found[engineer] = found.get(engineer, ZERO) + load
    return MappingProxyType(dict(sorted(found.items())))


def fair_shares(roster: Roster, team: Team, span: Span | None = None) -> dict[int, float]:
    """Tokens that each member of a rotation should have carried of what was carried in a span, by the time they were
    in it and their capacity."""
    found = dict.fromkeys(sorted(team.ever_members), 0.0)
    for piece in pieces(roster, team, span or roster.window, weeks_only=True):
        for engineer, share in piece.shares.items():
            found[engineer] += share.tokens
    return found


def balances(roster: Roster, team: Team, span: Span | None = None) -> dict[int, float]:
    """Tokens carried less the fair share, for whoever is a member of a rotation: who is lowest is asked first."""
    found = dict.fromkeys(sorted(team.ever_members), 0.0)
    for piece in pieces(roster, team, span or roster.window, weeks_only=True):
        for engineer, balance in piece.balances.items():
            if engineer in found:
                found[engineer] += balance
    return found


def weeks_of(shift: Shift, piece: Span, calendar: Calendar) -> float:
    """Weeks that a piece of a shift counts for: its share of the shift, whose length is read off the wall clock.

    So a week with a change of the clock is one week, and the pieces of a shift add up to the shift.
    """
    return wall_weeks(shift.span, calendar) * (piece.length / shift.span.length)


def load_of(team: Team, counts: Iterable[Count]) -> Load:
    """The sum of some counts of one engineer in one rotation."""
    amounts = dict.fromkeys(FIELDS, 0.0)
    for count in counts:
        _add(amounts, team, count)
    return Load(**amounts)


def _loads(team: Team, counts: Iterable[tuple[int, Count]], number: int) -> list[dict[int, Load]]:
    """What everybody carried, by the number of the piece."""
    sums: list[dict[int, dict[str, float]]] = [{} for _ in range(number)]
    for place, count in counts:
        held = sums[place]
        if count.engineer not in held:
            held[count.engineer] = dict.fromkeys(FIELDS, 0.0)
        _add(held[count.engineer], team, count)
    return [{engineer: Load(**amounts) for engineer, amounts in sorted(one.items())} for one in sums]


def _add(amounts: dict[str, float], team: Team, count: Count) -> None:
    amounts[FIELD_OF[count.account]] += count.amount
    if role := ROLE_OF.get(count.account):
        amounts["tokens"] += count.amount * team.weight(role)
        amounts[HOURS_OF[role]] += count.span.length / HOUR


def _piece(team: Team, span: Span, loads: dict[int, Load]) -> Piece:
    whole = total(loads.values())
    return Piece(span, loads, {engineer: whole.times(part) for engineer, part in team.parts_at(span.start).items()})


def total(loads: Iterable[Load]) -> Load:
    """The sum of some loads."""
    found: Sequence[Load] = list(loads)
    return Load(*(sum(getattr(load, name) for load in found) for name in FIELDS))
