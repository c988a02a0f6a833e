"""Duty from now on: gaps, thin time and clashes with their causes, and weeks that nobody planned."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

from ..coverage import joined
from ..duty import Duty, duties_of_shift
from ..roster import Post, Role, Roster, Shift
from ..spans import WEEK, Span
from .facts import Watched
from .findings import URGENT, Finding, Kind

_START = attrgetter("span.start")
Timed = TypeVar("Timed", Duty, Shift)


@dataclass(frozen=True, slots=True)
class _Place:
    """A role for a piece of time: who can be called in it, or why nobody can and who that is about."""

    engineer: int | None
    why: Kind | None = None
    holder: int | None = None
    is_empty: bool = False


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What is wrong with a unit in one piece of time; neighbours that compare equal are one finding."""

    kind: Kind
    place: _Place


def unplanned(watched: Watched) -> tuple[Span, ...]:
    """The weeks from now on in which nothing at all is published in the rotation."""
    units = {unit.id for unit in watched.units()}
    held = joined(shift.span for shift in watched.roster.shifts if shift.unit in units)
    calendar, end = watched.rotation.calendar, watched.roster.window.end
    week = calendar.week_of(watched.today) - WEEK
    free: list[Span] = []
    while (span := calendar.week_span(week)).start < end:
        if span.end > watched.now and not any(one.meets(span) for one in held):
            free.append(span)
        week += WEEK
    return tuple(free)


def unplanned_findings(watched: Watched, free: Sequence[Span]) -> Iterator[Finding]:
    """One finding for each run of weeks that are due to be planned."""
    starts = {week.start for week in free}
    due = [week for week in free if week.start < watched.planned_until] if watched.units() else []
    for span in joined(due):
        weeks = sum(week.meets(span) for week in due)
        yield Finding(
            Kind.UNPLANNED,
            f"nothing is planned for {'a week' if weeks == 1 else f'{weeks} weeks'}: nobody has duty",
            span,
            also=(Kind.GAP,) if span.start < watched.now + URGENT else (),
            goes_on=span.end in starts or span.end >= watched.roster.window.end,
        )


def unit_findings(watched: Watched, unit: Post, free: Sequence[Span]) -> Iterator[Finding]:
    """Gaps, thin time and clashes of one unit that are on or to come, but for weeks that nobody planned at all."""
    roster = watched.roster
    window = unit.part_of(roster.window)
    pieces = list(_pieces(watched, unit, window, free)) if window else []
    for wrong, group in groupby(pieces, key=lambda piece: (_wrong(piece[1], piece[2]), piece[3])):
        if wrong[0] is None:
            continue
        found = list(group)
        span = Span(found[0][0].start, found[-1][0].end)
        if span.end > watched.now:
            alone = not any(piece[2].engineer is not None for piece in found)
            yield _finding(roster, unit, wrong[0], span, alone=alone)


def _pieces(
    watched: Watched, unit: Post, window: Span, free: Sequence[Span]
) -> Iterator[tuple[Span, _Place, _Place, int]]:
    """A window in pieces inside which nothing changes, each with its two roles; the number parts pieces between
    which time was left out."""
    roster = watched.roster
    shifts = roster.shifts_of.get(unit.id, ())
    of_role = {role: [shift for shift in shifts if shift.role is role] for role in Role}
    duties = {role: [duty for shift in of_role[role] for duty in duties_of_shift(roster, shift)] for role in Role}
    edges = set(_edges(roster, shifts, duties))
    number = 0
    starts = {span.start for span in free}
    for piece in window.cut(edges | {edge for span in free for edge in (span.start, span.end)}):
        number += piece.start in starts
        if not any(span.meets(piece) for span in free):
            primary, secondary = (_place(roster, of_role[role], duties[role], piece.start) for role in Role)
            yield piece, primary, secondary, number


def _edges(roster: Roster, shifts: Iterable[Shift], duties: dict[Role, list[Duty]]) -> Iterator[dt.datetime]:
    people = {duty.engineer for found in duties.values() for duty in found}
    spans = [shift.span for shift in shifts]
    spans += [duty.span for found in duties.values() for duty in found]
    spans += [absence.span for person in people for absence in roster.absences_of.get(person, ())]
    return (edge for span in spans for edge in (span.start, span.end))


def _place(roster: Roster, shifts: Sequence[Shift], duties: Sequence[Duty], at: dt.datetime) -> _Place:
    duty = _at(duties, at)
    if duty is None:
        return _Place(None, is_empty=_at(shifts, at) is not None)
    if not roster.people[duty.engineer].is_active:
        return _Place(None, Kind.INACTIVE, duty.engineer)
    if roster.is_away(duty.engineer, at):
        return _Place(None, Kind.COVER_AWAY if duty.cover else Kind.AWAY, duty.engineer)
    return _Place(duty.engineer)


def _at(things: Sequence[Timed], at: dt.datetime) -> Timed | None:
    """The one of things in order of time whose span holds an instant."""
    place = bisect_right(things, at, key=_START) - 1
    return things[place] if place >= 0 and at in things[place].span else None


def _wrong(primary: _Place, secondary: _Place) -> _Wrong | None:
    if primary.engineer is None:
        return _Wrong(Kind.GAP, primary)
    if primary.engineer == secondary.engineer:
        return _Wrong(Kind.CLASH, primary)
    return _Wrong(Kind.THIN, secondary) if secondary.engineer is None else None


def _finding(roster: Roster, unit: Post, wrong: _Wrong, span: Span, *, alone: bool) -> Finding:
    place, kind = wrong.place, wrong.kind
    role = Role.SECONDARY if kind is Kind.THIN else Role.PRIMARY
    if kind is Kind.CLASH:
        text = f"{unit.name}: {roster.name(place.engineer or 0)} is both primary and secondary"
    else:
        nobody = " and no secondary" if kind is Kind.GAP and alone else ""
        text = f"{unit.name} has no {role}{nobody}: {_why(roster, place)}"
    person = place.holder if place.engineer is None else place.engineer
    return Finding(
        kind,
        text,
        span,
        also=(place.why,) if place.why else (),
        unit=unit.id,
        role=None if kind is Kind.CLASH else role,
        engineers=() if person is None else (person,),
        pipelines=unit.pipelines,
        from_before=span.start == roster.window.start,
        goes_on=span.end == roster.window.end,
    )


def _why(roster: Roster, place: _Place) -> str:
    if place.holder is None:
        return "its place was left empty, as nobody is free" if place.is_empty else "nobody is planned"
    name = roster.name(place.holder)
    if place.why is Kind.INACTIVE:
        return f"{name} is no longer active"
    if place.why is Kind.COVER_AWAY:
        return f"{name}, who covers, is away"
    return f"{name} is away and nobody covers"
