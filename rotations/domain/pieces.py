"""What stands in a calendar: duty, holes in it and absences, and which day or week shows which of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from .columns import Column, short_days_words
from .duty import Duty, duties
from .roster import Absence, Calendar, Role, Roster
from .spans import DAY, Span, days_of, instant


@dataclass(frozen=True, slots=True)
class Hole:
    """Nobody has a role of a unit for a span: a gap where it is the primary, thin where it is the secondary."""

    unit: int
    role: Role
    span: Span
    because: str


Place = tuple[int, Role]
Piece = Duty | Hole | Absence


@dataclass(frozen=True, slots=True)
class Frame:
    """A column on one clock: its span, and the instant from which a day counts for who carries the plan's shifts."""

    span: Span
    cut: dt.datetime


def places(roster: Roster, horizons: Mapping[int, Span]) -> dict[Place, tuple[Duty | Hole, ...]]:
    """Duty and holes of every role of every unit, in order of time.

    Holes count only inside the horizon of a rotation's published shifts (by rotation): before and behind it nothing
    was promised.
    """
    held: dict[Place, list[Duty]] = {(unit, role): [] for unit in roster.units for role in Role}
    for duty in duties(roster):
        held[duty.unit, duty.role].append(duty)
    return {
        place: tuple(sorted([*found, *_holes(roster, place, found, horizons)], key=lambda piece: piece.span))
        for place, found in held.items()
    }


def _holes(roster: Roster, place: Place, held: Iterable[Duty], horizons: Mapping[int, Span]) -> Iterator[Hole]:
    unit, role = place
    horizon = horizons.get(roster.units[unit].team)
    stands = roster.units[unit].part_of(roster.window)
    promised = horizon and stands and horizon.overlap(stands)
    if promised is None:
        return
    shifts = [shift for shift in roster.shifts_of.get(unit, ()) if shift.role is role]
    edges = [edge for shift in shifts for edge in (shift.span.start, shift.span.end)]
    for empty in _without(promised, [duty.span for duty in held]):
        for span in empty.cut(edges):
            planned = any(span.start in shift.span for shift in shifts)
            yield Hole(unit, role, span, "nobody is free to cover" if planned else f"no {role} is planned")


def _without(whole: Span, spans: Iterable[Span]) -> Iterator[Span]:
    """What is left of a span without others, which come in order of time."""
    at = whole.start
    for span in spans:
        if at < min(span.start, whole.end):
            yield Span(at, min(span.start, whole.end))
        at = max(at, span.end)
    if at < whole.end:
        yield Span(at, whole.end)


def day_span(first: dt.date, until: dt.date, zone: ZoneInfo) -> Span:
    """Whole local days, so that every instant lies in exactly one day."""
    return Span(instant(first, dt.time(), zone), instant(until, dt.time(), zone))


def frame(column: Column, zone: ZoneInfo, calendar: Calendar | None = None) -> Frame:
    """A column on a rotation's clock, or on the reader's alone.

    A day is a local day of the reader, and counts from the rotation's hand-off time that lies in it. A week goes from
    the rotation's hand-off time on its first day to that on the first day of the next.
    """
    span = day_span(column.first, column.until, zone)
    if calendar is None:
        return Frame(span, span.start)
    if not column.is_day:
        span = Span(calendar.handoff(column.first), calendar.handoff(column.until))
        return Frame(span, span.start)
    near = (calendar.handoff(column.first + n * DAY) for n in (-1, 0, 1))
    return Frame(span, next((at for at in near if at in span), span.start))


def shows(frame: Frame, piece: Piece) -> bool:
    """Whether a column shows a piece.

    What the plan itself gives is shown on the days on which it is in force from the hand-off time to midnight; covers,
    holes and absences on every day they touch, unless they came from before and merely end with the shift at that
    day's hand-off.
    """
    if isinstance(piece, Duty) and piece.cover is None:
        return piece.span.start < frame.span.end and frame.cut < piece.span.end
    if not piece.span.meets(frame.span):
        return False
    ends_with_shift = piece.shift.span.end == piece.span.end if isinstance(piece, Duty) else isinstance(piece, Hole)
    return not (ends_with_shift and piece.span.start < frame.span.start and piece.span.end == frame.cut)


def part_words(frame: Frame, piece: Piece, column: Column, zone: ZoneInfo) -> str:
    """Which part of a column a piece fills, in local words: its days in a week, its hours in a day; empty for all."""
    return _clock_words(frame, piece.span, zone) if column.is_day else _days_words(frame, piece.span, zone)


def _clock_words(frame: Frame, span: Span, zone: ZoneInfo) -> str:
    start, end = (f"{at.astimezone(zone):%H:%M}" for at in (span.start, span.end))
    starts = span.start > frame.span.start and span.start != frame.cut
    ends = span.end < frame.span.end
    if starts and ends:
        return f"{start}–{end}"
    return f"from {start}" if starts else f"until {end}" if ends else ""


def _days_words(frame: Frame, span: Span, zone: ZoneInfo) -> str:
    shared = span.overlap(frame.span)
    if shared is None or shared == frame.span:
        return ""
    days = list(days_of(shared, zone))
    handed_over = shared.end == frame.span.end and shared.end.astimezone(zone).time() != dt.time()
    last = days[-2] if handed_over and len(days) > 1 else days[-1]
    return short_days_words(days[0], last)
