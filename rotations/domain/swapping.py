"""What a swap or an override does to duty, what stands in its way, and whether the rotation's rule is enough."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .coverage import of_teams_with
from .covering import with_covers
from .difference import Consequence, ProposedCover, compare
from .duty import duties_of_shift
from .roster import Role, Roster, Shift
from .spans import Span


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a shift that its holder gives to somebody."""

    shift: int
    giver: int
    taker: int
    span: Span


def ahead(parts: Iterable[Part], now: dt.datetime) -> tuple[Part, ...]:
    """What of some parts is still to come at `now`: what is over can change hands no more."""
    return tuple(
        replace(part, span=Span(max(part.span.start, now), part.span.end)) for part in parts if part.span.end > now
    )


def swapped(roster: Roster, parts: Sequence[Part], now: dt.datetime) -> Consequence:
    """What a swap does to duty from `now` on, all of its parts at once; its covers replace the givers alone."""
    coming = ahead(parts, now)
    giver = parts[0].giver
    if not coming:
        return Consequence(giver, None)
    covers = tuple(ProposedCover(part.shift, part.taker, part.giver, part.span) for part in coming)
    return _with(roster, giver, covers, now)


def overridden(
    roster: Roster, engineer: int, role: Role, units: Iterable[int], span: Span, now: dt.datetime
) -> Consequence:
    """What it does if somebody replaces whoever holds a role in some units for a span from `now` on.

    Only where a shift is published is there a role to be taken over.
    """
    if span.end <= now:
        return Consequence(engineer, None)
    coming = Span(max(span.start, now), span.end)
    shifts = (shift for unit in sorted(units) for shift in roster.shifts_of.get(unit, ()) if shift.role is role)
    pieces = ((shift, shift.span.overlap(coming)) for shift in shifts)
    covers = tuple(ProposedCover(shift.id, engineer, None, piece) for shift, piece in pieces if piece)
    return _with(roster, engineer, covers, now) if covers else Consequence(engineer, coming)


def taken_back(roster: Roster, engineer: int, ends: Iterable[int], now: dt.datetime) -> Consequence:
    """What ending some covers (their ids) does to duty from `now` on."""
    ids = set(ends)
    ending = [cover for cover in roster.covers if cover.id in ids and cover.span.end > now]
    if not ending:
        return Consequence(engineer, None)
    whole = Span(max(now, min(cover.span.start for cover in ending)), max(cover.span.end for cover in ending))
    units = {roster_shift.unit for roster_shift in _shifts(roster, (cover.shift for cover in ending))}
    before = of_teams_with(roster, units & set(roster.units))
    after = replace(before, covers=tuple(cover for cover in before.covers if cover.id not in ids))
    return compare(before, after, engineer, whole, units & set(before.units))


def obstacles(roster: Roster, parts: Sequence[Part], now: dt.datetime) -> tuple[str, ...]:
    """Why a swap cannot be, in words: its giver no longer holds a part, or its taker is not qualified or not there."""
    coming = ahead(parts, now)
    if not coming:
        return ("This duty is over.",)
    return tuple(dict.fromkeys(words for part in coming for words in _against(roster, part)))


def cannot_take(roster: Roster, engineer: int, unit: int, span: Span) -> str:
    """Why somebody cannot take duty of a unit for a span, in words that follow their name; empty if they can."""
    post = roster.units.get(unit)
    if post is None:
        return "cannot: no pipeline stands in this unit any more"
    if not roster.people[engineer].is_active:
        return "is no longer active"
    if engineer not in post.qualified:
        return f"is not qualified for {post.name}"
    if not roster.team_of(post).is_member_in(engineer, span):
        return f"is not in {roster.team_of(post).name} for all of this time"
    return f"is away for some of this time ({post.name})" if roster.is_away_in(engineer, span) else ""


def holds(roster: Roster, engineer: int, shift: Shift, span: Span) -> bool:
    """Whether somebody really has a shift's role for all of a span."""
    pieces = [duty.span for duty in duties_of_shift(roster, shift) if duty.engineer == engineer]
    inside = (piece.overlap(span) for piece in pieces)
    return sum((piece.length for piece in inside if piece), dt.timedelta()) == span.length


def rule_approves(found: Consequence) -> bool:
    """Whether a rotation that lets swaps approve themselves does so: nothing stands in the way, and neither a gap nor
    anything thin or clashing results (design.md, Swaps)."""
    return not (found.refusals or found.gaps or found.thin or found.clashes)


def _with(roster: Roster, engineer: int, covers: tuple[ProposedCover, ...], now: dt.datetime) -> Consequence:
    units = {shift.unit for shift in _shifts(roster, (cover.shift for cover in covers))} & set(roster.units)
    before = of_teams_with(roster, units)
    after = with_covers(before, covers, now)
    whole = Span(min(cover.span.start for cover in covers), max(cover.span.end for cover in covers))
    return compare(before, after, engineer, whole, units, covers=covers)


def _shifts(roster: Roster, wanted: Iterable[int]) -> list[Shift]:
    ids = set(wanted)
    return [shift for shift in roster.shifts if shift.id in ids]


def _against(roster: Roster, part: Part) -> Iterable[str]:
    found = _shifts(roster, [part.shift])
    if not found:
        yield "This duty is no longer in the calendar."
        return
    shift = found[0]
    unit = roster.units[shift.unit].name if shift.unit in roster.units else "a unit"
    if not holds(roster, part.giver, shift, part.span):
        yield f"{roster.name(part.giver)} no longer has all of this {shift.role} duty of {unit}."
    if reason := cannot_take(roster, part.taker, shift.unit, part.span):
        yield f"{roster.name(part.taker)} {reason}."
