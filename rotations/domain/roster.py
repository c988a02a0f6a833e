"""Plain facts about who stands where: everything the resolver, the calendar, the feeds and the ledger need."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from .spans import Span, instant


class Role(StrEnum):
    PRIMARY = "primary"
    SECONDARY = "secondary"

    @property
    def other(self) -> Role:
        return Role.SECONDARY if self is Role.PRIMARY else Role.PRIMARY


class Severity(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"

    @property
    def is_urgent(self) -> bool:
        """Whether it is called outside working hours by the off-hours rule."""
        return self is not Severity.MEDIUM


@dataclass(frozen=True, slots=True)
class Person:
    """An engineer as the domain sees one."""

    id: int
    name: str
    is_active: bool = True
    holiday_calendar: str = ""


@dataclass(frozen=True)
class Calendar:
    """A rotation's own clock: its zone, hand-off and shift length, working hours, public holidays and company days
    (local days to names)."""

    zone: ZoneInfo
    handoff_weekday: int = 0
    handoff_time: dt.time = dt.time(9)
    workday_start: dt.time = dt.time(9)
    workday_end: dt.time = dt.time(17)
    workdays: frozenset[int] = frozenset(range(5))
    holidays: Mapping[dt.date, str] = field(default_factory=dict)
    company_days: Mapping[dt.date, str] = field(default_factory=dict)
    shift_weeks: int = 1

    def works_on(self, day: dt.date) -> bool:
        """Whether a local day has working hours at all."""
        return day.weekday() in self.workdays and day not in self.holidays and day not in self.company_days

    def off_hours_reason(self, at: dt.datetime) -> str:
        """Why an instant is outside working hours, in words; empty inside them."""
        local = at.astimezone(self.zone)
        if name := self.holidays.get(local.date()):
            return f"public holiday ({name})"
        if name := self.company_days.get(local.date()):
            return f"company day ({name})"
        if local.weekday() not in self.workdays:
            return "weekend" if local.weekday() > 4 else "no working day"
        start, end = self.working_hours(local.date())
        return "" if start <= at < end else "off-hours"

    def working_hours(self, day: dt.date) -> tuple[dt.datetime, dt.datetime]:
        """UTC instants between which a local working day is worked."""
        return instant(day, self.workday_start, self.zone), instant(day, self.workday_end, self.zone)

    def handoff(self, day: dt.date) -> dt.datetime:
        """The UTC instant of the hand-off on a local day."""
        return instant(day, self.handoff_time, self.zone)

    def week_of(self, day: dt.date) -> dt.date:
        """The day of the hand-off that begins the week a local day lies in."""
        return day - dt.timedelta(days=(day.weekday() - self.handoff_weekday) % 7)

    def week_span(self, week: dt.date, weeks: int = 1) -> Span:
        """From one hand-off to the one so many weeks later."""
        return Span(self.handoff(week), self.handoff(week + dt.timedelta(weeks=weeks)))

    def shift_span(self, week: dt.date) -> Span:
        """A whole shift from the hand-off that begins it."""
        return self.week_span(week, self.shift_weeks)


@dataclass(frozen=True, slots=True)
class Team:
    """A rotation: its calendar, its rules and who decides in it.

    `members` are those of the day the roster was asked about; `spells` says from when until when somebody is one in
    its window. Without them the members of the day are so all the time. `capacities` says of each spell, in the same
    order, how much of a full share is theirs: 0.5 for half time; without it everybody's is 1. What is decided less
    than `freeze_days` before it begins comes at short notice. More than `max_away` away on one day are too many; so
    many weeks of rest are wanted between primary weeks, per unit or in all of them.
    """

    id: int
    name: str
    calendar: Calendar
    managers: tuple[int, ...] = ()
    members: frozenset[int] = frozenset()
    off_hours_rule: bool = True
    max_roles_per_week: int = 4
    primary_weight: int = 2
    secondary_weight: int = 1
    spells: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)
    capacities: Mapping[int, tuple[float, ...]] = field(default_factory=dict)
    freeze_days: int = 14
    max_away: int | None = None
    rest_weeks: int = 0
    rests_per_unit: bool = True

    @property
    def ever_members(self) -> frozenset[int]:
        """Who is a member on the day or at some time in the window."""
        return self.members.union(self.spells)

    def is_member_in(self, engineer: int, span: Span) -> bool:
        """Whether somebody is a member for all of a span."""
        if not self.spells:
            return engineer in self.members
        return any(one.start <= span.start and span.end <= one.end for one in self.spells.get(engineer, ()))

    @property
    def turns(self) -> set[dt.datetime]:
        """Every instant at which somebody joins or leaves, or changes their capacity."""
        return {edge for spells in self.spells.values() for spell in spells for edge in (spell.start, spell.end)}

    def capacity_at(self, at: dt.datetime) -> float:
        """The members of an instant, in full-time engineers."""
        return sum(self._capacities_at(at).values()) if self.spells else float(len(self.members))

    def parts_at(self, at: dt.datetime) -> dict[int, float]:
        """Everybody's part of the load of an instant, by capacity; they add up to 1, or nobody is a member."""
        held = self._capacities_at(at) if self.spells else dict.fromkeys(self.members, 1.0)
        whole = sum(held.values())
        return {engineer: capacity / whole for engineer, capacity in sorted(held.items())}

    def _capacities_at(self, at: dt.datetime) -> dict[int, float]:
        found = {}
        for engineer, spells in self.spells.items():
            capacities = self.capacities.get(engineer) or (1.0,) * len(spells)
            for spell, capacity in zip(spells, capacities, strict=True):
                if at in spell:
                    found[engineer] = capacity
        return found

    def weight(self, role: Role) -> int:
        """Tokens of one week in a role."""
        return self.primary_weight if role is Role.PRIMARY else self.secondary_weight


@dataclass(frozen=True, slots=True)
class Post:
    """A unit: what one primary and secondary pair staffs, who is qualified for it, and who only shadows that pair.

    `stands` says from when until when a pipeline stands in it, where that is not always.
    """

    id: int
    name: str
    team: int
    pipelines: tuple[int, ...]
    qualified: frozenset[int] = frozenset()
    shadows: frozenset[int] = frozenset()
    stands: Mapping[int, Span] = field(default_factory=dict)

    def holds(self, pipeline: int, at: dt.datetime) -> bool:
        """Whether a pipeline stands in it at an instant."""
        return pipeline in self.pipelines and (pipeline not in self.stands or at in self.stands[pipeline])

    def part_of(self, window: Span) -> Span | None:
        """The part of a span of time in which it has a pipeline at all; None where it has none."""
        if not self.pipelines or any(pipeline not in self.stands for pipeline in self.pipelines):
            return window
        parts = [part for span in self.stands.values() if (part := span.overlap(window))]
        return Span(min(part.start for part in parts), max(part.end for part in parts)) if parts else None


@dataclass(frozen=True, slots=True)
class Owners:
    """The two owners of a pipeline on the day the roster was asked about."""

    primary: int
    secondary: int


@dataclass(frozen=True, slots=True)
class Shift:
    """One engineer, one unit, one role, for a span; `version` counts its changes."""

    id: int
    unit: int
    role: Role
    engineer: int
    span: Span
    version: int = 1
    changed_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Cover:
    """Somebody stands in for part of a shift.

    It applies only where `replaces` holds the role at that moment; None replaces whoever holds it. Where `engineer`
    is None the place stays empty: its holder stepped up or is away, and nobody is free. `decided_at` and `id` give
    the order in which covers apply. `ended_at` is set on one that was cancelled: it has no effect any more, and is
    kept only because calendars count it as a change.
    """

    id: int
    shift: int
    engineer: int | None
    replaces: int | None
    span: Span
    decided_at: dt.datetime
    cause: str = "time off"
    ended_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """Approved time off."""

    engineer: int
    span: Span


@dataclass(frozen=True)
class Roster:
    """All facts about a window of time, loaded once; everything here is plain values."""

    window: Span
    people: Mapping[int, Person]
    teams: Mapping[int, Team]
    units: Mapping[int, Post]
    shifts: tuple[Shift, ...] = ()
    covers: tuple[Cover, ...] = ()
    absences: tuple[Absence, ...] = ()
    owners: Mapping[int, Owners] = field(default_factory=dict)
    administrators: tuple[int, ...] = ()
    holidays: Mapping[str, Mapping[dt.date, str]] = field(default_factory=dict)

    @cached_property
    def units_of(self) -> Mapping[int, tuple[Post, ...]]:
        """The units that a pipeline stands in at one time or another, by pipeline."""
        found: dict[int, tuple[Post, ...]] = {}
        for unit in self.units.values():
            for pipeline in unit.pipelines:
                found[pipeline] = (*found.get(pipeline, ()), unit)
        return found

    def unit_at(self, pipeline: int, at: dt.datetime) -> Post | None:
        """The unit that a pipeline stands in at an instant."""
        return next((unit for unit in self.units_of.get(pipeline, ()) if unit.holds(pipeline, at)), None)

    @cached_property
    def shifts_of(self) -> Mapping[int, tuple[Shift, ...]]:
        """Shifts by unit, in order of time."""
        found: dict[int, list[Shift]] = {}
        for shift in sorted(self.shifts, key=lambda one: (one.span.start, one.span.end, one.role, one.id)):
            found.setdefault(shift.unit, []).append(shift)
        return {unit: tuple(shifts) for unit, shifts in found.items()}

    @cached_property
    def covers_of(self) -> Mapping[int, tuple[Cover, ...]]:
        """Covers in force by shift, in the order in which they apply."""
        found: dict[int, list[Cover]] = {}
        for cover in sorted(self.covers, key=lambda cover: (cover.decided_at, cover.id)):
            if cover.ended_at is None:
                found.setdefault(cover.shift, []).append(cover)
        return {shift: tuple(covers) for shift, covers in found.items()}

    @cached_property
    def absences_of(self) -> Mapping[int, tuple[Absence, ...]]:
        """Approved time off by engineer, in order of time."""
        found: dict[int, list[Absence]] = {}
        for absence in sorted(self.absences, key=lambda absence: absence.span):
            found.setdefault(absence.engineer, []).append(absence)
        return {engineer: tuple(absences) for engineer, absences in found.items()}

    def team_of(self, unit: Post) -> Team:
        return self.teams[unit.team]

    def name(self, engineer: int) -> str:
        return self.people[engineer].name

    def days_off(self, engineer: int, team: Team) -> Mapping[dt.date, str]:
        """The public holidays of an engineer as a member of a rotation: company days are for every member."""
        return {**team.calendar.company_days, **self.holidays.get(self.people[engineer].holiday_calendar, {})}

    def is_away(self, engineer: int, at: dt.datetime) -> bool:
        """Whether approved time off holds at an instant."""
        return any(at in absence.span for absence in self.absences_of.get(engineer, ()))

    def is_away_in(self, engineer: int, span: Span) -> bool:
        """Whether approved time off touches a span."""
        return any(absence.span.meets(span) for absence in self.absences_of.get(engineer, ()))
