"""Duty: who really has a role once covers are applied."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from .roster import Cover, Role, Roster, Shift
from .spans import Span


@dataclass(frozen=True, slots=True)
class Duty:
    """One engineer really has one role of one unit for a span; `cover` says how, if not by the plan."""

    shift: Shift
    engineer: int
    span: Span
    cover: Cover | None = None

    @property
    def unit(self) -> int:
        return self.shift.unit

    @property
    def role(self) -> Role:
        return self.shift.role


def holder(roster: Roster, shift: Shift, at: dt.datetime) -> tuple[int | None, Cover | None]:
    """Who has a shift's role at an instant inside it, and the cover that gave it to them; None where a cover left
    the place empty.

    Covers apply in the order in which they were decided, each only where the person it replaces holds the role at
    that moment (design.md, Who is called).
    """
    engineer: int | None = shift.engineer
    by = None
    for cover in roster.covers_of.get(shift.id, ()):
        if at in cover.span and cover.replaces in (None, engineer):
            engineer, by = cover.engineer, cover
    return engineer, None if engineer == shift.engineer else by


def _pieces(roster: Roster, shift: Shift) -> Iterator[tuple[int | None, Cover | None, Span]]:
    """A shift in pieces of one holder each, in order of time; equal neighbours are one piece."""
    if shift.id not in roster.covers_of:  # nearly all of them, in a company of any size
        yield shift.engineer, None, shift.span
        return
    edges = [edge for cover in roster.covers_of.get(shift.id, ()) for edge in (cover.span.start, cover.span.end)]
    held = ((holder(roster, shift, piece.start), piece) for piece in shift.span.cut(edges))
    for (engineer, cover), pieces in groupby(held, key=itemgetter(0)):
        spans = [piece for _, piece in pieces]
        yield engineer, cover, Span(spans[0].start, spans[-1].end)


def duties_of_shift(roster: Roster, shift: Shift) -> Iterator[Duty]:
    """What remains of a shift after covers, in order of time; a place left empty is nobody's duty."""
    for engineer, cover, span in _pieces(roster, shift):
        if engineer is not None:
            yield Duty(shift, engineer, span, cover)


def duties(roster: Roster, span: Span | None = None) -> tuple[Duty, ...]:
    """Every piece of duty that touches a span (by default the roster's window), by unit, role and time."""
    window = span or roster.window
    found = (
        duty
        for unit in sorted(roster.shifts_of)
        for shift in roster.shifts_of[unit]
        if shift.span.meets(window)
        for duty in duties_of_shift(roster, shift)
        if duty.span.meets(window)
    )
    return tuple(sorted(found, key=lambda duty: (duty.unit, duty.role, duty.span, duty.shift.id)))


def duty_at(roster: Roster, unit: int, role: Role, at: dt.datetime) -> Duty | None:
    """The duty in force at an instant, or None where the plan has no shift or its place was left empty."""
    for shift in roster.shifts_of.get(unit, ()):
        if shift.role is role and at in shift.span:
            return next((duty for duty in duties_of_shift(roster, shift) if at in duty.span), None)
    return None


def idle_covers(roster: Roster) -> tuple[Cover, ...]:
    """Covers in force that apply nowhere, as whom they replace no longer holds the role.

    One whose engineer is replaced in turn applies all the same: the next cover stands on it.
    """
    used = {cover.id for shift in roster.shifts for cover in _applied(roster, shift)}
    shifts = {shift.id for shift in roster.shifts}
    candidates = (cover for covers in roster.covers_of.values() for cover in covers)
    return tuple(cover for cover in candidates if cover.shift in shifts and cover.id not in used)


def _applied(roster: Roster, shift: Shift) -> Iterator[Cover]:
    """The covers of a shift that apply at some instant of it, maybe more than once."""
    covers = roster.covers_of.get(shift.id, ())
    for piece in shift.span.cut(edge for cover in covers for edge in (cover.span.start, cover.span.end)):
        engineer: int | None = shift.engineer
        for cover in covers:
            if piece.start in cover.span and cover.replaces in (None, engineer):
                engineer = cover.engineer
                yield cover
