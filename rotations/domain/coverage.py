"""Coverage: who really stands in both roles of a unit, and how one roster differs from another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from .duty import duty_at
from .roster import Role, Roster
from .spans import Span


@dataclass(frozen=True, slots=True)
class Stand:
    """Who can be called in each role of a unit for a span: on duty, active and not away; None where nobody can."""

    unit: int
    span: Span
    primary: int | None
    secondary: int | None

    def holder(self, role: Role) -> int | None:
        return self.primary if role is Role.PRIMARY else self.secondary

    @property
    def is_gap(self) -> bool:
        return self.primary is None

    @property
    def is_clash(self) -> bool:
        return self.primary is not None and self.primary == self.secondary

    @property
    def is_thin(self) -> bool:
        return self.primary is not None and self.secondary in (None, self.primary)


def narrowed(roster: Roster, span: Span) -> Roster:
    """The same roster with only the shifts and absences that touch a span, so that looking things up is quick."""
    shifts = tuple(shift for shift in roster.shifts if shift.span.meets(span))
    kept = {shift.id for shift in shifts}
    return replace(
        roster,
        window=span,
        shifts=shifts,
        covers=tuple(cover for cover in roster.covers if cover.shift in kept),
        absences=tuple(absence for absence in roster.absences if absence.span.meets(span)),
    )


def of_teams_with(roster: Roster, units: Iterable[int]) -> Roster:
    """The same roster with only the rotations that some units belong to, so that a large company costs no more."""
    teams = {roster.units[unit].team for unit in units}
    kept = {key: unit for key, unit in roster.units.items() if unit.team in teams}
    return replace(
        roster,
        teams={key: team for key, team in roster.teams.items() if key in teams},
        units=kept,
        shifts=tuple(shift for shift in roster.shifts if shift.unit in kept),
    )


def can_be_called(roster: Roster, engineer: int, at: dt.datetime) -> bool:
    """Whether somebody on duty at an instant is there at all."""
    return roster.people[engineer].is_active and not roster.is_away(engineer, at)


def stand(roster: Roster, unit: int, span: Span) -> Stand:
    """Who stands in a unit over a span inside which nothing changes."""
    return Stand(unit, span, *(_present(roster, unit, role, span.start) for role in (Role.PRIMARY, Role.SECONDARY)))


def edges(roster: Roster, unit: int, also: Iterable[int] = ()) -> set[dt.datetime]:
    """Every instant at which the answer for a unit can change: hand-offs, covers, and absences of who has duty in it
    (`also`: and of these engineers)."""
    shifts = roster.shifts_of.get(unit, ())
    covers = [cover for shift in shifts for cover in roster.covers_of.get(shift.id, ())]
    people = {*also, *(shift.engineer for shift in shifts), *(cover.engineer for cover in covers)}
    spans = [shift.span for shift in shifts] + [cover.span for cover in covers]
    spans += [absence.span for absence in roster.absences if absence.engineer in people]
    return {edge for span in spans for edge in (span.start, span.end)}


def compared(before: Roster, after: Roster, span: Span, unit: int) -> Iterator[tuple[Stand, Stand]]:
    """Both rosters' stands of a unit over a span, in pieces inside which neither changes."""
    for piece in span.cut(edges(before, unit) | edges(after, unit)):
        yield stand(before, unit, piece), stand(after, unit, piece)


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order of time, neighbours that touch made one."""
    found: list[Span] = []
    start = end = None
    for span in sorted(spans, key=_in_time):
        if end is None or span.start > end:
            if start is not None and end is not None:
                found.append(Span(start, end))
            start, end = span.start, span.end
        elif span.end > end:
            end = span.end
    if start is not None and end is not None:
        found.append(Span(start, end))
    return tuple(found)


def _in_time(span: Span) -> tuple[dt.datetime, dt.datetime]:
    return span.start, span.end  # bare instants are compared many times faster than spans


def _present(roster: Roster, unit: int, role: Role, at: dt.datetime) -> int | None:
    duty = duty_at(roster, unit, role, at)
    return duty.engineer if duty and can_be_called(roster, duty.engineer, at) else None
