"""Reads: everything the ledger of some rotations is made of, from its first shift on, in ten queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Min, Q

from pipelines.models import Engineer

from ..domain import roster as facts
from ..domain.counts import Account, whole_day
from ..domain.ledger import ZERO, Load, pieces
from ..domain.spans import DAY, UTC, Span
from ..domain.statement import Entry, Statement, booked_load, statement, together
from ..models import Cover, LedgerEntry, Membership, Rotation, Shift, TimeOffRequest, Unit
from .days_off import days_off_in
from .roster import calendar_of, capacities_in, cover_facts, person, spells_in

# the day is read in the zone of each rotation; no zone is further from UTC
FURTHEST = DAY


@dataclass(frozen=True)
class Ledgers:
    """The facts of some rotations' ledgers, and the people in them."""

    rotations: tuple[Rotation, ...]
    roster: facts.Roster
    entries: tuple[Entry, ...]
    engineers: Mapping[int, Engineer]

    @cached_property
    def teams(self) -> tuple[facts.Team, ...]:
        return tuple(self.roster.teams[rotation.pk] for rotation in self.rotations)

    def statement_of(self, rotation: int, days: Days, now: dt.datetime) -> Statement:
        """The statement of one rotation over some days."""
        team = self.roster.teams[rotation]
        return statement(self.roster, team, days.first, days.last, now, self.entries, days.marks)

    def statement_of_all(self, days: Days, now: dt.datetime) -> Statement:
        """The same for all these rotations together."""
        return together(self.statement_of(rotation.pk, days, now) for rotation in self.rotations)


@dataclass(frozen=True, slots=True)
class Days:
    """A period, from the first through the last local day, and days inside it at which balances are wanted."""

    first: dt.date
    last: dt.date
    marks: tuple[dt.date, ...] = ()


def load_ledgers(
    rotations: Iterable[Rotation], last: dt.date, at: dt.datetime, until: dt.datetime | None = None
) -> Ledgers:
    """All that was booked in some rotations up to a local day, and planned and served up to then or, if given, up to
    the instant `until`; members are those of `at`.

    Units count whether or not a pipeline still stands in them: what was served stays served.
    """
    chosen = tuple(rotations)
    until = until or whole_day(last, UTC).end + FURTHEST
    start = Shift.objects.filter(unit__rotation__in=chosen).aggregate(first=Min("starts_at"))["first"]
    earliest = min(start or until, until - 2 * DAY).astimezone(UTC)
    window = Span(earliest, until)
    engineers = Engineer.objects.in_bulk()
    days_off = days_off_in(window)
    units = Unit.objects.filter(rotation__in=chosen).values_list("pk", "name", "rotation_id")
    away = TimeOffRequest.objects.in_force().in_span(window).values_list("engineer_id", "starts_at", "ends_at")
    roster = facts.Roster(
        window=window,
        people={pk: person(engineer) for pk, engineer in engineers.items()},
        teams=_teams(chosen, window, at, days_off),
        units={pk: facts.Post(pk, name, rotation, ()) for pk, name, rotation in units},
        shifts=_shifts(chosen, until),
        covers=_covers(chosen, until),
        absences=tuple(facts.Absence(who, _span(start, end)) for who, start, end in away),
        holidays=days_off.public,
    )
    return Ledgers(chosen, roster, _entries(chosen, last), engineers)


def first_day(rotations: Collection[Rotation], at: dt.datetime) -> dt.date:
    """The first day that some rotations' ledgers know of: the earliest shift or entry, or today; two queries."""
    start = Shift.objects.filter(unit__rotation__in=rotations).aggregate(first=Min("starts_at"))["first"]
    day = LedgerEntry.objects.filter(rotation__in=rotations).aggregate(first=Min("day"))["first"]
    known = [start.astimezone(UTC).date() if start else None, day, at.astimezone(UTC).date()]
    return min(one for one in known if one)


def last_day(rotations: Collection[Rotation], at: dt.datetime) -> dt.date:
    """The last day that something is published for, or today; one query."""
    ends = Shift.objects.filter(unit__rotation__in=rotations).order_by("-ends_at").values_list("ends_at", flat=True)
    return max([at.astimezone(UTC).date(), *(end.astimezone(UTC).date() for end in ends[:1])])


def ledger_for_planning(rotation: Rotation, since: dt.datetime, at: dt.datetime) -> dict[int, Load]:
    """What members bring along into a plan beside the duty from `since` on, which the plan counts itself.

    `tokens` are the balance of everything older with all that was booked by hand until `at`; the other accounts hold
    what was booked in them. Below zero is who carried less than their fair share.
    """
    today = at.astimezone(rotation.time_zone).date()
    found = load_ledgers([rotation], today, at, until=since)
    (team,), roster = found.teams, found.roster
    brought: dict[int, Load] = {}
    for entry in found.entries:
        brought[entry.engineer] = brought.get(entry.engineer, ZERO) + booked_load(team, entry)
    if roster.window.start < since:
        for piece in pieces(roster, team, Span(roster.window.start, since), weeks_only=True):
            for engineer, balance in piece.balances.items():
                brought[engineer] = brought.get(engineer, ZERO) + Load(tokens=balance)
    return brought


def rotations_of(engineer: Engineer) -> list[Rotation]:
    """The rotations somebody is or was a member of, by name."""
    mine = Membership.objects.filter(engineer=engineer).values("rotation")
    return list(Rotation.objects.filter(pk__in=mine))


def _teams(rotations: Iterable[Rotation], window: Span, at: dt.datetime, days_off: object) -> dict[int, facts.Team]:
    memberships = defaultdict(list)
    for row in Membership.objects.filter(rotation__in=rotations).order_by("joins_on"):
        memberships[row.rotation_id].append(row)
    found = {}
    for rotation in rotations:
        calendar, rows = calendar_of(rotation, days_off), memberships[rotation.pk]
        today = at.astimezone(calendar.zone).date()
        found[rotation.pk] = facts.Team(
            id=rotation.pk,
            name=rotation.name,
            calendar=calendar,
            members=frozenset(row.engineer_id for row in rows if row.holds_on(today)),
            off_hours_rule=rotation.off_hours_rule,
            primary_weight=rotation.primary_weight,
            secondary_weight=rotation.secondary_weight,
            spells=spells_in(rows, calendar, window),
            capacities=capacities_in(rows, calendar, window),
            freeze_days=rotation.freeze_days,
        )
    return found


def _shifts(rotations: Iterable[Rotation], until: dt.datetime) -> tuple[facts.Shift, ...]:
    """Plain values, as a company of any size has tens of thousands a year."""
    rows = Shift.objects.filter(unit__rotation__in=rotations, starts_at__lt=until).order_by()
    columns = ("pk", "unit_id", "role", "engineer_id", "starts_at", "ends_at", "version", "changed_at")
    roles, spans = {role.value: role for role in facts.Role}, dict[tuple[dt.datetime, dt.datetime], Span]()
    found = []
    for pk, unit, role, engineer, start, end, version, changed_at in rows.values_list(*columns).iterator(5000):
        if (start, end) not in spans:
            spans[start, end] = _span(start, end)
        found.append(facts.Shift(pk, unit, roles[role], engineer, spans[start, end], version, changed_at))
    return tuple(found)


def _covers(rotations: Iterable[Rotation], until: dt.datetime) -> tuple[facts.Cover, ...]:
    rows = Cover.objects.filter(shift__unit__rotation__in=rotations, shift__starts_at__lt=until, ended_at=None)
    return tuple(cover_facts(row) for row in rows)


def _entries(rotations: Iterable[Rotation], last: dt.date) -> tuple[Entry, ...]:
    rows = LedgerEntry.objects.filter(rotation__in=rotations, day__lte=last).order_by("day", "pk")
    return tuple(
        Entry(row.rotation_id, row.engineer_id, row.day, Account(row.account), float(row.amount), row.kind)
        for row in rows
    )


def _span(start: dt.datetime, end: dt.datetime) -> Span:
    return Span(start.astimezone(UTC), end.astimezone(UTC))


def entries_of(rotations: Iterable[Rotation], engineer: Engineer | None = None) -> list[LedgerEntry]:
    """What was booked by hand in some rotations, newest day first, of one engineer or of all."""
    mine = Q(engineer=engineer) if engineer else Q()
    rows = LedgerEntry.objects.filter(mine, rotation__in=rotations)
    return list(rows.select_related("engineer", "by", "rotation"))
