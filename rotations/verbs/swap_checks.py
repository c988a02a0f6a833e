"""What refuses a decision on a swap or an override, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import NoReturn
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from pipelines.models import Engineer

from ..domain.difference import Consequence, Stretch
from ..domain.roster import Roster
from ..domain.wording import moment_text, span_text
from ..models import Swap

State = Swap.State


def missing_words(found: Consequence, roster: Roster, zone: ZoneInfo) -> list[str]:
    """Gaps and clashes that were not there before, each with its unit and time."""
    return [
        *_words(found.gaps, "would be without a primary", roster, zone),
        *_words(found.clashes, "would have one person in both roles", roster, zone),
    ]


def refuse_missing(found: Consequence, roster: Roster, zone: ZoneInfo) -> None:
    if words := missing_words(found, roster, zone):
        raise ValidationError([ValidationError(f"Refused: {word}", code="gap") for word in words])


def check_seen(found: Consequence, seen: str) -> None:
    """What was read on the page must be what is decided on."""
    if seen and seen != found.digest:
        raise ValidationError("This changed since you looked: read it again, then decide.", code="changed")


def check_note(note: str, longest: int, reader: object) -> str:
    """A reason that somebody gives, and that `reader` reads."""
    if not note.strip():
        raise ValidationError({"note": f"Reason: say why; {reader} reads it."})
    if len(note.strip()) > longest:
        raise ValidationError({"note": f"Reason: use at most {longest} characters."})
    if "\0" in note:  # no form has looked at it
        raise ValidationError({"note": "Reason: null characters are not allowed."})
    return note.strip()


def refuse_swap_state(swap: Swap, reader: Engineer) -> NoReturn:
    """Say what became of a swap that somebody else was quicker with."""
    raise ValidationError(_state_words(swap, reader), code="decided")


def check_not_begun(swap: Swap, at: dt.datetime) -> None:
    if swap.expires_at <= at:
        raise ValidationError("Its duty has begun: this offer is over.", code="decided")


def _state_words(swap: Swap, reader: Engineer) -> str:
    def when(at: dt.datetime | None) -> str:
        return moment_text(at or swap.offered_at, reader.time_zone)

    if swap.state == State.OFFERED:
        return "Nobody has taken it; it waits for an answer."
    if swap.state in (State.ACCEPTED, State.APPROVED):
        return f"{swap.taker} took it at {when(swap.accepted_at)}."
    if swap.state == State.DECLINED:
        return f"{swap.decided_by} declined it at {when(swap.decided_at)}."
    word = {State.WITHDRAWN: "withdrawn", State.EXPIRED: "over", State.UNDONE: "undone"}[swap.state]
    by = f" by {swap.ended_by}" if swap.ended_by else ""
    return f"It was {word}{by} at {when(swap.ended_at)}."


def _words(stretches: Iterable[Stretch], what: str, roster: Roster, zone: ZoneInfo) -> Iterator[str]:
    for stretch in stretches:
        yield f"{roster.units[stretch.unit].name} {what} ({span_text(stretch.span, zone)})."
