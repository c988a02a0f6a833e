"""Reads: the duty that stands behind somebody's numbers in the ledger, account by account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.utils.text import capfirst

from pipelines.models import Engineer

from ..domain import roster as facts
from ..domain.counts import Account, Count, duties_of, whole_day
from ..domain.duty import Duty
from ..domain.roster import Role, Roster, Team
from ..domain.spans import Span
from ..domain.statement import counts_of
from ..domain.wording import day_text, span_text
from ..models import LedgerEntry, Rotation
from .ledger import Days, Ledgers


@dataclass(frozen=True, slots=True)
class PieceRow:
    """So much of an account, when and for what; `shift` where managers may correct who was there."""

    rotation: str
    when: str
    what: str
    note: str
    amount: float
    shift: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """An account of somebody: its pieces, and what they add up to."""

    account: Account
    rows: tuple[PieceRow, ...]
    total: float


def sections(
    found: Ledgers,
    engineer: Engineer,
    days: Days,
    now: dt.datetime,
    entries: Iterable[LedgerEntry],
    *,
    planned: bool = False,
    only: Account | None = None,
) -> list[Section]:
    """Every account of an engineer over some days, served until now or as planned. `entries` are those of the
    engineer, with reasons blanked out where the reader must not see them."""
    booked = [entry for entry in entries if entry.kind == LedgerEntry.Kind.CORRECTION and not planned]
    rows: dict[Account, list[PieceRow]] = {account: [] for account in Account if only in (None, account)}
    for rotation in found.rotations:
        team = found.roster.teams[rotation.pk]
        for count, row in _counted(found.roster, rotation, team, engineer, days, now, planned=planned):
            if count.account in rows:
                rows[count.account].append(row)
    for entry in booked:
        account = Account(entry.account)
        if account in rows and days.first <= entry.day <= days.last:
            rows[account].append(_booked(entry))
    return [Section(account, tuple(mine), sum(row.amount for row in mine)) for account, mine in rows.items()]


def _counted(
    roster: Roster, rotation: Rotation, team: Team, engineer: Engineer, days: Days, now: dt.datetime, *, planned: bool
) -> Iterator[tuple[Count, PieceRow]]:
    zone = team.calendar.zone
    start, end = whole_day(days.first, zone).start, whole_day(days.last, zone).end
    end = end if planned else min(end, now)
    if start >= end:
        return
    window = Span(start, end)
    roster = replace(roster, covers=(), absences=()) if planned else roster
    mine = [duty for duty in duties_of(roster, team, window) if duty.engineer == engineer.pk]
    holidays = roster.days_off(engineer.pk, team)
    for count in counts_of(roster, team, engineer.pk, window):
        units = [count.duty] if count.duty else _meeting(mine, team, count)
        what = ", ".join(dict.fromkeys(roster.units[duty.unit].name for duty in units))
        day = count.span.start.astimezone(zone).date()
        when = day_text(day) if count.account in (Account.WEEKEND, Account.HOLIDAY) else span_text(count.span, zone)
        note = holidays.get(day, "") if count.account is Account.HOLIDAY else _note(roster, count, engineer)
        shift = count.duty.shift.id if count.duty and not planned else None
        yield count, PieceRow(str(rotation), when, what, note, count.amount, shift)


def _meeting(mine: Iterable[Duty], team: Team, count: Count) -> list[Duty]:
    """Whose units a day or hours were for; outside working hours those in the role that is called first then."""
    found = [duty for duty in mine if duty.span.meets(count.span)]
    first = Role.SECONDARY if team.off_hours_rule else Role.PRIMARY
    responding = [duty for duty in found if duty.role is first]
    return responding if responding and count.account is Account.OFF_HOURS else found


def _note(roster: Roster, count: Count, engineer: Engineer) -> str:
    """How a piece of duty came to somebody, if not by the plan."""
    duty = count.duty
    if duty is None:
        return ""
    if count.account is Account.SHORT_NOTICE:
        return f"{duty.role}: {_notice(duty, engineer)}"
    if duty.cover is None:
        return ""
    return f"for {_name(roster, duty.shift.engineer)} ({duty.cover.cause})"


def _notice(duty: Duty, engineer: Engineer) -> str:
    decided = duty.cover.decided_at if duty.cover else duty.shift.changed_at
    left = duty.span.start - decided if decided else dt.timedelta()
    days = f"{left.days} day{'' if left.days == 1 else 's'} before" if left > dt.timedelta() else "while it ran"
    return f"{'got it' if duty.engineer == engineer.pk else 'lost it'} {days}"


def _name(roster: facts.Roster, engineer: int) -> str:
    return roster.people[engineer].name if engineer in roster.people else "somebody"


def _booked(entry: LedgerEntry) -> PieceRow:
    note = f"{capfirst(entry.get_kind_display())} by {entry.by or 'the portal'}"
    return PieceRow(
        str(entry.rotation), day_text(entry.day), "booked by hand", f"{note}: {entry.reason}", float(entry.amount)
    )
