"""Reads: which duty somebody can give, to whom, and what they could take in exchange."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pipelines.models import Engineer

from ..domain.spans import DAY, UTC, Span
from ..domain.wording import day_text, span_text
from ..models import Membership, TimeOffRequest
from .own_duty import load_own_duty
from .swaps import qualified_units

AHEAD = 120 * DAY


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of duty that somebody holds and could give: `key` names it on a form."""

    key: str
    shift: int
    unit: int
    rotation: int
    span: Span
    begins: dt.datetime
    words: str


def pieces_of(engineer: Engineer, at: dt.datetime, zone: ZoneInfo) -> list[Piece]:
    """What somebody really has from now on, in order of time, with times in a reader's zone; four queries."""
    at = at.astimezone(UTC)
    own = load_own_duty(engineer, Span(at, at + AHEAD))
    found = []
    for duty in own.duties:
        if duty.span.end <= at:
            continue
        span = Span(max(duty.span.start, at), duty.span.end)
        unit = own.roster.units[duty.unit]
        words = f"{duty.role} of {unit.name}, {span_text(duty.span, zone)}{' (from now on)' if at in duty.span else ''}"
        key = f"{duty.shift.id}-{duty.span.start:%Y%m%dT%H%M}"
        found.append(Piece(key, duty.shift.id, duty.unit, unit.team, span, duty.span.start, words))
    return found


def near(pieces: Iterable[Piece], shift: int) -> list[Piece]:
    """The pieces of a shift, and all that lie in the same weeks."""
    pieces = list(pieces)
    spans = [piece.span for piece in pieces if piece.shift == shift]
    return [piece for piece in pieces if any(piece.span.meets(span) for span in spans)]


def by_week(pieces: Iterable[Piece], zone: ZoneInfo) -> list[tuple[str, list[Piece]]]:
    """Pieces by the local week, from Monday, in which they begin."""
    found: dict[dt.date, list[Piece]] = {}
    for piece in pieces:
        day = piece.begins.astimezone(zone).date()
        found.setdefault(day - day.weekday() * DAY, []).append(piece)
    return [(day_text(week), rows) for week, rows in found.items()]


def for_exchange(
    mine: Iterable[Piece], other: Engineer, taker: Engineer, at: dt.datetime, zone: ZoneInfo
) -> list[Piece]:
    """What `taker` could take from another in exchange: in the same rotations, and qualified for it."""
    rotations = {piece.rotation for piece in mine}
    theirs = [piece for piece in pieces_of(other, at, zone) if piece.rotation in rotations]
    able = qualified_units(taker, {piece.unit for piece in theirs}, at)
    return [piece for piece in theirs if piece.unit in able]


def colleagues(rotations: Iterable[int], engineer: Engineer, at: dt.datetime) -> list[Engineer]:
    """Who shares some rotations with somebody, from now on, by name."""
    members = Membership.objects.in_days(at.astimezone(UTC).date(), dt.date.max).filter(rotation__in=rotations)
    found = Engineer.objects.active().filter(pk__in=members.values("engineer")).exclude(pk=engineer.pk)
    return list(found.order_by("name", "pk"))


def requests_to_solve(engineer: Engineer, at: dt.datetime) -> list[TimeOffRequest]:
    """Somebody's own requests that wait for a manager, which a swap could solve."""
    mine = engineer.time_off.filter(state=TimeOffRequest.State.REQUESTED, ends_at__gt=at)
    return list(mine.select_related("engineer"))
