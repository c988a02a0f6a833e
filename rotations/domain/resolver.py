"""Who is called: the one answer that pages, calendars, feeds, paging and the terminal share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from .duty import Duty, duty_at
from .roster import Post, Role, Roster, Severity
from .spans import days_of

PRIMARY_OWNER = "primary owner"
SECONDARY_OWNER = "secondary owner"
MANAGER = "manager"
ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Responder:
    """Somebody who is called, in which capacity, and why at this place in the chain."""

    engineer: int
    role: str
    because: str
    covers_for: int | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A place in the chain where nobody is called, and why."""

    role: str
    because: str
    engineer: int | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """Who is called for a pipeline at an instant, in order; `finding` is set where the rules left nobody."""

    pipeline: int
    at: dt.datetime
    responders: tuple[Responder, ...]
    skipped: tuple[Skipped, ...] = ()
    finding: str = ""

    @property
    def first(self) -> Responder | None:
        return self.responders[0] if self.responders else None

    @property
    def order(self) -> tuple[tuple[int, str], ...]:
        """Who stands first and second, and as what: when this changes, a page that shows it must change."""
        return tuple((responder.engineer, responder.role) for responder in self.responders[:2])


def on_call(roster: Roster, pipeline: int, at: dt.datetime, severity: Severity = Severity.CRITICAL) -> Chain:
    """The chain of responders for a pipeline at an instant inside the roster's window (design.md, Who is called)."""
    unit = roster.unit_at(pipeline, at)
    places = [*_on_duty(roster, unit, at, severity), *_behind(roster, unit, pipeline)]
    responders: list[Responder] = []
    skipped: list[Skipped] = []
    for place in places:
        if isinstance(place, Skipped):
            skipped.append(place)
        elif reason := _why_not(roster, place, at, responders):
            skipped.append(Skipped(place.role, reason, place.engineer))
        else:
            responders.append(place)
    if responders:
        return Chain(pipeline, at, tuple(responders), tuple(skipped))
    return _last_resort(roster, pipeline, at, tuple(skipped))


def until(roster: Roster, pipeline: int, at: dt.datetime, severity: Severity = Severity.CRITICAL) -> dt.datetime | None:
    """The first instant after `at` at which somebody else is called first or second; None if not in the window."""
    now = on_call(roster, pipeline, at, severity).order
    for edge in _edges_after(roster, pipeline, at):
        if on_call(roster, pipeline, edge, severity).order != now:
            return edge
    return None


def _on_duty(roster: Roster, unit: Post | None, at: dt.datetime, severity: Severity) -> list[Responder | Skipped]:
    """Primary and secondary after covers, in the order the off-hours rule puts them in."""
    if unit is None:
        return [Skipped(role, "the pipeline stands in no rotation") for role in Role]
    team = roster.team_of(unit)
    reason = team.calendar.off_hours_reason(at) if team.off_hours_rule and severity.is_urgent else ""
    order = (Role.SECONDARY, Role.PRIMARY) if reason else (Role.PRIMARY, Role.SECONDARY)
    return [_place(roster, unit, role, at, reason) for role in order]


def _place(roster: Roster, unit: Post, role: Role, at: dt.datetime, off_hours: str) -> Responder | Skipped:
    duty = duty_at(roster, unit.id, role, at)
    if duty is None:
        planned = any(shift.role is role and at in shift.span for shift in roster.shifts_of.get(unit.id, ()))
        return Skipped(role, "left empty by a cover: nobody is free" if planned else f"no {role} is planned")
    words = [_rule_words(role, off_hours), _cover_words(roster, duty)]
    covers_for = duty.shift.engineer if duty.cover else None
    return Responder(duty.engineer, role, "; ".join(filter(None, words)), covers_for)


def _rule_words(role: Role, off_hours: str) -> str:
    if not off_hours:
        return "on duty as primary" if role is Role.PRIMARY else "behind the primary"
    return f"{off_hours}: the secondary goes first" if role is Role.SECONDARY else f"{off_hours}: the primary is second"


def _cover_words(roster: Roster, duty: Duty) -> str:
    if duty.cover is None:
        return ""
    return f"covers for {roster.name(duty.shift.engineer)} ({duty.cover.cause})"


def _behind(roster: Roster, unit: Post | None, pipeline: int) -> Iterator[Responder]:
    """Owners, managers and administrators: who is called when nobody on duty answers."""
    if owners := roster.owners.get(pipeline):
        yield Responder(owners.primary, PRIMARY_OWNER, "owns the pipeline")
        yield Responder(owners.secondary, SECONDARY_OWNER, "second owner of the pipeline")
    if unit:
        for manager in roster.team_of(unit).managers:
            yield Responder(manager, MANAGER, "manages the rotation")
    for administrator in roster.administrators:
        yield Responder(administrator, ADMINISTRATOR, "runs the portal")


def _why_not(roster: Roster, place: Responder, at: dt.datetime, before: list[Responder]) -> str:
    """Why somebody is passed over at this place; empty if nothing speaks against them."""
    if any(place.engineer == responder.engineer for responder in before):
        return "called already"
    if not roster.people[place.engineer].is_active:
        return "no longer active"
    return "away (approved time off)" if roster.is_away(place.engineer, at) else ""


def _last_resort(roster: Roster, pipeline: int, at: dt.datetime, skipped: tuple[Skipped, ...]) -> Chain:
    """Everybody is passed over: the last administrator is called all the same, and it is a finding."""
    if not roster.administrators:
        return Chain(pipeline, at, (), skipped, "Nobody can be called: there is no administrator.")
    finding = "Everybody who could be called is away or inactive; the last administrator is called all the same."
    last = Responder(roster.administrators[-1], ADMINISTRATOR, "nobody else is left")
    return Chain(pipeline, at, (last,), skipped, finding)


def _edges_after(roster: Roster, pipeline: int, at: dt.datetime) -> list[dt.datetime]:
    """Every instant after `at` in the window at which the answer can change, in order."""
    spans = [absence.span for absence in roster.absences]
    edges: list[dt.datetime] = []
    for unit in roster.units_of.get(pipeline, ()):
        spans += unit.stands.values()
        shifts = roster.shifts_of.get(unit.id, ())
        spans += [shift.span for shift in shifts]
        spans += [cover.span for shift in shifts for cover in roster.covers_of.get(shift.id, ())]
        calendar = roster.team_of(unit).calendar
        workdays = filter(calendar.works_on, days_of(roster.window, calendar.zone))
        edges += [edge for day in workdays for edge in calendar.working_hours(day)]
    edges += [edge for span in spans for edge in (span.start, span.end)]
    return sorted({edge for edge in edges if at < edge < roster.window.end})
