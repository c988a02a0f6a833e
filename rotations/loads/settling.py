"""Reads: time off that a swap solves, seen as if that swap were approved with it."""

from __future__ import annotations

import datetime as dt

from ..domain.covering import with_covers
from ..domain.difference import ProposedCover
from ..domain.roster import Roster
from ..domain.spans import UTC, Span
from ..domain.swapping import Part, ahead
from ..models import Swap, TimeOffRequest


def with_solving_swaps(request: TimeOffRequest, roster: Roster, at: dt.datetime) -> Roster:
    """The roster that a request is judged by: the agreed swaps that solve it land in the same transaction."""
    agreed = (swap for swap in request.swaps.all() if swap.state == Swap.State.ACCEPTED)
    parts = [
        Part(
            part.shift_id,
            part.giver_id,
            part.taker_id,
            Span(part.starts_at.astimezone(UTC), part.ends_at.astimezone(UTC)),
        )
        for swap in agreed
        for part in swap.parts.all()
    ]
    covers = [ProposedCover(part.shift, part.taker, part.giver, part.span) for part in ahead(parts, at)]
    return with_covers(roster, covers, at) if covers else roster
