"""Gaps that somebody leaves so knowingly: what of them is confirmed, and what changed since and is open again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from ..coverage import joined
from ..roster import Role
from ..spans import Span
from .facts import Confirmed, Watched
from .findings import Finding, Kind


def with_confirmed(watched: Watched, finding: Finding) -> Iterator[Finding]:
    """A finding in pieces, each confirmed or not.

    A confirmation holds for its own role, unit and time, as long as nothing about them was decided after it: what
    grows out of it is open, and so is a gap that was filled and opens again.
    """
    if not finding.can_be_confirmed or finding.span is None:
        yield finding
        return
    valid = [one for one in watched.confirmed if _holds(watched, one, finding)]
    edges = {edge for one in valid for edge in (one.span.start, one.span.end)}
    pieces = [(piece, _newest(valid, piece)) for piece in finding.span.cut(edges)]
    for one in sorted({found.id for _, found in pieces if found}):
        yield from (_part(finding, span, one) for span in _spans(pieces, one))
    yield from (_part(finding, span, None) for span in _spans(pieces, None))


def whole_weeks(watched: Watched, finding: Finding) -> Span:
    """What confirming a finding is about: its span, to the end of its last week where it reaches out of sight."""
    span = finding.span
    if span is None:
        raise ValueError("only what has a span can be confirmed")
    if not finding.goes_on:
        return span
    calendar = watched.rotation.calendar
    end = calendar.week_span(calendar.week_of(span.end.astimezone(calendar.zone).date())).end
    return Span(span.start, max(span.end, end))


def _newest(valid: list[Confirmed], piece: Span) -> Confirmed | None:
    found = [one for one in valid if piece.start in one.span]
    return max(found, key=lambda one: (one.at, one.id), default=None)


def _spans(pieces: list[tuple[Span, Confirmed | None]], confirmed: int | None) -> tuple[Span, ...]:
    return joined(piece for piece, found in pieces if (found.id if found else None) == confirmed)


def _part(finding: Finding, span: Span, confirmed: int | None) -> Finding:
    whole = finding.span
    assert whole is not None  # noqa: S101  (the caller looked)
    return replace(
        finding,
        span=span,
        confirmed=confirmed,
        from_before=finding.from_before and span.start == whole.start,
        goes_on=finding.goes_on and span.end == whole.end,
    )


def _holds(watched: Watched, one: Confirmed, finding: Finding) -> bool:
    role = Role.PRIMARY if finding.kind is Kind.GAP else Role.SECONDARY
    assert finding.span is not None  # noqa: S101  (the caller looked)
    part = one.span.overlap(finding.span)
    return (
        one.unit == finding.unit
        and one.role is role
        and part is not None
        and not any(at > one.at for at in _decisions(watched, finding, role, part))
    )


def _decisions(watched: Watched, finding: Finding, role: Role, part: Span) -> Iterator[dt.datetime]:
    """When anything was decided that touches a role of a unit for a piece of time."""
    roster = watched.roster
    shifts = [
        shift for shift in roster.shifts_of.get(finding.unit or 0, ()) if shift.role is role and shift.span.meets(part)
    ]
    yield from (shift.changed_at for shift in shifts if shift.changed_at)
    kept = {shift.id for shift in shifts}
    for cover in roster.covers:
        if cover.shift in kept and cover.span.meets(part):
            yield cover.ended_at or cover.decided_at
    for engineer in finding.engineers:
        for absence in roster.absences_of.get(engineer, ()):
            if absence.span.meets(part) and absence in watched.decided:
                yield watched.decided[absence]
