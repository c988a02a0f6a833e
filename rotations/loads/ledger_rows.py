"""Reads: the ledger as finished rows for its page, and as a table for files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.models import Engineer

from ..domain.counts import Account
from ..domain.ledger import Load
from ..domain.ledger_chart import Chart, chart
from ..domain.statement import Line, Statement
from ..models import Rotation
from .ledger import Days, Ledgers, load_ledgers, rotations_of

NAMED = 6
BAR = 50  # half of a bar's drawing


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """An engineer in the ledger, with the bar that draws the balance: `bar_x` and `bar_width` out of 100."""

    engineer: Engineer
    is_member: bool
    line: Line
    bar_x: float
    bar_width: float

    @property
    def name(self) -> str:
        return str(self.engineer)

    def served(self, account: Account) -> float:
        return self.line.carried.of(account)

    def planned(self, account: Account) -> float:
        return self.line.planned.of(account)

    @property
    def balance(self) -> float:
        return self.line.balance

    # a list is sorted by these
    @property
    def primary(self) -> float:
        return self.served(Account.PRIMARY)

    @property
    def secondary(self) -> float:
        return self.served(Account.SECONDARY)

    @property
    def weekend(self) -> float:
        return self.served(Account.WEEKEND)

    @property
    def holiday(self) -> float:
        return self.served(Account.HOLIDAY)

    @property
    def off_hours(self) -> float:
        return self.served(Account.OFF_HOURS)

    @property
    def short_notice(self) -> float:
        return self.served(Account.SHORT_NOTICE)


@dataclass(frozen=True, slots=True)
class NamedCurve:
    """A line of the chart and whose it is."""

    engineer: Engineer
    points: str
    last: float
    label_y: float | None


@dataclass(frozen=True, slots=True)
class LedgerView:
    """What the page shows: rows by name, and balances over time as drawing and as table."""

    rows: tuple[LedgerRow, ...]
    chart: Chart | None
    curves: tuple[NamedCurve, ...]
    days: tuple[dt.date, ...]
    table: tuple[tuple[Engineer, tuple[float | None, ...]], ...]


def ledger_view(found: Ledgers, said: Statement, days: Days, now: dt.datetime, reader: Engineer) -> LedgerView:
    """Rows of whoever is a member or has anything in the period, and the chart with its most telling lines named."""
    members = {member for team in found.teams for member in team.members}
    lines = {who: line for who, line in said.lines.items() if who in members or _says_something(line)}
    most = max((abs(line.balance) for line in lines.values()), default=0.0) or 1.0
    rows = sorted(
        (_row(found.engineers[who], who in members, line, most) for who, line in lines.items()),
        key=lambda row: (row.name, row.engineer.pk),
    )
    course = {day: {who: held.get(who, 0.0) for who in lines} for day, held in said.course.items()}
    end = min(days.last + dt.timedelta(days=1), now.date())
    if course and end > max(course):
        course[end] = {who: line.balance for who, line in lines.items()}
    drawing = chart(course, _telling(lines, reader.pk))
    curves = drawing.curves if drawing else ()
    order = sorted(course)
    return LedgerView(
        rows=tuple(rows),
        chart=drawing,
        curves=tuple(NamedCurve(found.engineers[one.engineer], one.points, one.last, one.label_y) for one in curves),
        days=tuple(order),
        table=tuple((row.engineer, tuple(course[day].get(row.engineer.pk) for day in order)) for row in rows),
    )


def _row(engineer: Engineer, is_member: bool, line: Line, most: float) -> LedgerRow:
    width = BAR * abs(line.balance) / most
    return LedgerRow(engineer, is_member, line, round(BAR - width if line.balance < 0 else BAR, 1), round(width, 1))


def _says_something(line: Line) -> bool:
    """Somebody who left long ago keeps a balance, but is not shown for it in every period that follows."""
    return any(load != Load() for load in (line.planned, line.served, line.booked, line.opening, line.share))


def _telling(lines: Mapping[int, Line], reader: int) -> set[int]:
    """Who is named in the chart: the reader, and those furthest from their fair share."""
    order = sorted(lines, key=lambda who: (who != reader, -abs(lines[who].balance), who))
    return set(order[:NAMED])


@dataclass(frozen=True, slots=True)
class OwnLedger:
    """What one engineer carried in one rotation."""

    rotation: Rotation
    line: Line
    accounts: tuple[tuple[Account, float, float], ...]


def own_ledgers(engineer: Engineer, days: Days, now: dt.datetime) -> list[OwnLedger]:
    """Each of somebody's rotations with what they served and what is planned for them, account by account."""
    rotations = rotations_of(engineer)
    if not rotations:
        return []
    found = load_ledgers(rotations, days.last, now)
    lines = [found.statement_of(rotation.pk, days, now).lines.get(engineer.pk, Line()) for rotation in rotations]
    return [
        OwnLedger(rotation, line, tuple((one, line.carried.of(one), line.planned.of(one)) for one in Account))
        for rotation, line in zip(rotations, lines, strict=True)
    ]


HEADER = (
    *("rotation", "from", "to", "engineer", "username"),
    *(f"{account} {what}" for account in Account for what in ("planned", "served")),
    *("primary hours planned", "primary hours served", "secondary hours planned", "secondary hours served"),
    *("tokens planned", "tokens served", "fair share", "brought forward", "balance"),
)

Cell = str | float | dt.date


def ledger_table(found: Ledgers, days: Days, now: dt.datetime) -> Iterator[Sequence[Cell]]:
    """The ledger for a file, below HEADER: one line for each rotation and engineer. Corrections count as
    served; opening balances are brought forward."""
    for rotation in found.rotations:
        lines = found.statement_of(rotation.pk, days, now).lines
        people = sorted(lines, key=lambda who: (str(found.engineers[who]), who))
        for who in people:
            if who in found.roster.teams[rotation.pk].members or _says_something(lines[who]):
                yield _cells(rotation, days, found.engineers[who], lines[who])


def _cells(rotation: Rotation, days: Days, engineer: Engineer, line: Line) -> tuple[Cell, ...]:
    planned, served = line.planned, line.carried
    amounts = [load.of(account) for account in Account for load in (planned, served)]
    amounts += [planned.primary_hours, served.primary_hours, planned.secondary_hours, served.secondary_hours]
    amounts += [planned.tokens, served.tokens, line.share.tokens, line.brought_forward, line.balance]
    names = (str(rotation), days.first, days.last, str(engineer), engineer.username)
    return (*names, *(round(amount, 2) + 0.0 for amount in amounts))
