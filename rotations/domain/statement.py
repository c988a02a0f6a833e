"""A statement of the ledger over days: what was brought forward, planned, served and booked, and the fair share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .counts import Account, Count, duties_of, other_counts, week_counts, whole_day
from .ledger import FIELD_OF, ROLE_OF, ZERO, Load, Piece, pieces
from .roster import Roster, Team
from .spans import DAY, Span

OPENING = "opening"
CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class Entry:
    """So much of an account booked by hand for an engineer, on a local day of the rotation.

    An opening balance is what somebody brings from another tool, above (or, negative, below) a fair share; a
    correction is what the calendar can't tell. Neither is shared by others: each changes one balance alone.
    """

    team: int
    engineer: int
    day: dt.date
    account: Account
    amount: float
    kind: str


@dataclass(frozen=True, slots=True)
class Line:
    """One engineer over a period. `brought` is the balance at its beginning, in tokens; `planned` what the published
    shifts say for all of it; `served` what duty, after covers, was over by now; `booked` are corrections and `opening`
    opening balances of days in the period."""

    brought: float = 0.0
    planned: Load = ZERO
    served: Load = ZERO
    booked: Load = ZERO
    opening: Load = ZERO
    share: Load = ZERO

    def __add__(self, other: Line) -> Line:
        return Line(
            self.brought + other.brought,
            self.planned + other.planned,
            self.served + other.served,
            self.booked + other.booked,
            self.opening + other.opening,
            self.share + other.share,
        )

    @property
    def carried(self) -> Load:
        """What was served, as corrected by hand."""
        return self.served + self.booked

    @property
    def brought_forward(self) -> float:
        """Tokens above the fair share that come from before, from an earlier period or from another tool."""
        return self.brought + self.opening.tokens

    @property
    def difference(self) -> Load:
        """Carried less the fair share, in the period alone, in each account."""
        return self.carried - self.share

    @property
    def balance(self) -> float:
        """Tokens above the fair share at the end of the period, or now if that is earlier; carried on ever after."""
        return self.brought_forward + self.difference.tokens


@dataclass(frozen=True, slots=True)
class Statement:
    """Lines by engineer, and everybody's balance at the beginning of some days."""

    lines: Mapping[int, Line]
    course: Mapping[dt.date, Mapping[int, float]] = field(default_factory=dict)


def statement(
    roster: Roster,
    team: Team,
    first: dt.date,
    last: dt.date,
    now: dt.datetime,
    entries: Iterable[Entry] = (),
    marks: Sequence[dt.date] = (),
) -> Statement:
    """What everybody of a rotation carried from the first through the last local day; `roster` begins where the
    ledger does. `marks` are days in the period whose balances are wanted; those still to come are left out."""
    zone = team.calendar.zone
    period = Span(whole_day(first, zone).start, whole_day(last, zone).end)
    booked = [entry for entry in entries if entry.team == team.id and entry.day <= last]
    known = [mark for mark in marks if first <= mark <= last + DAY and whole_day(mark, zone).start <= now]
    before = _served(roster, team, roster.window.start, min(period.start, now), (), weeks_only=True)
    during = _served(roster, team, period.start, min(period.end, now), [whole_day(day, zone).start for day in known])
    planned = pieces(replace(roster, covers=(), absences=()), team, period)
    earlier = [entry for entry in booked if entry.day < first]
    brought = _summed([*_balances(before), *(_tokens(team, entry) for entry in earlier)])
    lines = _Lines()
    for engineer, tokens in brought.items():
        lines.add(engineer, Line(brought=tokens))
    for piece in planned:
        lines.add_loads("planned", piece.loads)
    for piece in during:
        lines.add_loads("served", piece.loads)
        lines.add_loads("share", piece.shares)
    for entry in booked:
        if entry.day >= first:
            load = booked_load(team, entry)
            lines.add(entry.engineer, Line(opening=load) if entry.kind == OPENING else Line(booked=load))
    for engineer in team.members:
        lines.add(engineer, Line())
    return Statement(lines.found, _course(team, known, brought, during, [one for one in booked if one.day >= first]))


def together(statements: Iterable[Statement]) -> Statement:
    """Several rotations as one: what the same engineer carried in each is added up."""
    found = list(statements)
    lines = _Lines()
    for one in found:
        for engineer, line in one.lines.items():
            lines.add(engineer, line)
    days = sorted({day for one in found for day in one.course})
    course = {day: _summed(one.course[day] for one in found if day in one.course) for day in days}
    return Statement(lines.found, course)


def booked_load(team: Team, entry: Entry) -> Load:
    """An entry as a load: weeks in a role bring their tokens with them."""
    amounts = {FIELD_OF[entry.account]: entry.amount}
    if role := ROLE_OF.get(entry.account):
        amounts["tokens"] = entry.amount * team.weight(role)
    return Load(**amounts)


def counts_of(roster: Roster, team: Team, engineer: int, window: Span) -> list[Count]:
    """Everything that one engineer's duty in a window counts for, in order of time: they add up to the ledger."""
    found = duties_of(roster, team, window)
    counts = [*week_counts(team, found, [window]), *other_counts(roster, team, found, [window])]
    return sorted((count for _, count in counts if count.engineer == engineer), key=lambda count: count.span)


class _Lines:
    def __init__(self) -> None:
        self.found: dict[int, Line] = {}

    def add(self, engineer: int, line: Line) -> None:
        self.found[engineer] = self.found[engineer] + line if engineer in self.found else line

    def add_loads(self, name: str, loads: Mapping[int, Load]) -> None:
        for engineer, load in loads.items():
            line = self.found.get(engineer, Line())
            self.found[engineer] = replace(line, **{name: getattr(line, name) + load})


def _served(
    roster: Roster,
    team: Team,
    start: dt.datetime,
    end: dt.datetime,
    cuts: Iterable[dt.datetime],
    *,
    weeks_only: bool = False,
) -> list[Piece]:
    start = max(start, roster.window.start)
    return pieces(roster, team, Span(start, end), cuts, weeks_only=weeks_only) if start < end else []


def _balances(found: Iterable[Piece]) -> Iterator[dict[int, float]]:
    return (piece.balances for piece in found)


def _tokens(team: Team, entry: Entry) -> dict[int, float]:
    return {entry.engineer: booked_load(team, entry).tokens}


def _summed(amounts: Iterable[Mapping[int, float]]) -> dict[int, float]:
    found: dict[int, float] = {}
    for one in amounts:
        for engineer, amount in one.items():
            found[engineer] = found.get(engineer, 0.0) + amount
    return found


def _course(
    team: Team,
    days: Iterable[dt.date],
    brought: Mapping[int, float],
    during: Sequence[Piece],
    booked: Sequence[Entry],
) -> dict[dt.date, Mapping[int, float]]:
    """Balances at the beginning of days: what was brought, with all that was carried and booked before each."""
    found: dict[dt.date, Mapping[int, float]] = {}
    for day in sorted(days):
        at = whole_day(day, team.calendar.zone).start
        done = [piece for piece in during if piece.span.end <= at]
        found[day] = _summed(
            [brought, *_balances(done), *(_tokens(team, entry) for entry in booked if entry.day < day)]
        )
    return found
