"""Reads: many requests for time off as if they were approved one after the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..domain.covering import with_covers, without
from ..domain.difference import Consequence
from ..domain.roster import Absence, Roster
from ..domain.summary import one_line
from ..models import TimeOffRequest
from .time_off import consequence_of, instead_of, request_rosters, seen_of, span_of

MOST = 100
State = TimeOffRequest.State


@dataclass(frozen=True, slots=True)
class Preview:
    """A request and what approving it does once those before it are approved; `seen` names both for the decision."""

    request: TimeOffRequest
    line: str
    seen: str
    over: tuple[str, ...]
    has_gap: bool


def in_sequence(requests: Sequence[TimeOffRequest], at: dt.datetime) -> list[Preview]:
    """What approving each of some waiting requests does, each behind those before it that can be approved."""
    rosters = request_rosters(requests, at)
    decided: list[tuple[TimeOffRequest, Consequence]] = []
    previews = []
    for request in requests:
        roster = rosters[request.pk]()
        for earlier, found in decided:
            roster = _after(roster, earlier, found, at)
        found = consequence_of(request, roster, at)
        previews.append(Preview(request, one_line(found), seen_of(request, found), found.over, bool(found.gaps)))
        if not found.gaps:
            decided.append((request, found))
    return previews


def _after(roster: Roster, request: TimeOffRequest, found: Consequence, at: dt.datetime) -> Roster:
    """A roster as the decision on a request leaves it."""
    if request.state == State.CANCELLING:
        ends = [cover.pk for cover in request.covers.all() if cover.ended_at is None]
        return without(roster, request.engineer_id, span_of(request), ends, at)
    if old := instead_of(request):
        roster = without(roster, request.engineer_id, old.span, old.covers, at)
    span = span_of(request)
    if span.meets(roster.window):
        roster = replace(roster, absences=(*roster.absences, Absence(request.engineer_id, span)))
    shifts = {shift.id for shift in roster.shifts}
    return with_covers(roster, [cover for cover in found.covers if cover.shift in shifts], at)
