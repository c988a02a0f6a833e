"""Reads: one swap as its page and the managers' room show it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pipelines.models import Engineer

from ..domain.changes import Change
from ..domain.duty import duties
from ..domain.roster import Roster
from ..domain.spans import Span
from ..domain.wording import span_text
from ..models import Swap, SwapPart, TimeOffRequest
from .effect import CoverRow, Effect, Question, cover_rows, effect
from .history import changes_in
from .swaps import (
    consequence_of_swap,
    may_decide_swap,
    roster_of,
    span_of,
    starts_of,
    swap_deciders,
    takers,
    whole,
)

State = Swap.State
# the page says these by themselves
SAID_ELSEWHERE = ("offered_at", "expires_at", "accepted_at", "decided_at", "ended_at", "is_open")


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part of a swap in words; `taker` is None until somebody agreed to an offer to everybody."""

    duty: str
    when: str
    giver: Engineer
    taker: Engineer | None


@dataclass(frozen=True, slots=True)
class SwapPage:
    """A swap, what deciding it or undoing it would do, and what this reader can do with it."""

    swap: Swap
    parts: tuple[PartRow, ...]
    effect: Effect | None
    question: Question
    against: tuple[str, ...]
    also: tuple[str, ...]
    could_take: tuple[Engineer, ...]
    deciders: tuple[Engineer, ...]
    covers: tuple[CoverRow, ...]
    changes: tuple[Change, ...]
    time_off: TimeOffRequest | None
    decides: bool
    may_accept: bool
    may_turn_down: bool
    may_withdraw: bool
    may_hand_back: bool
    may_undo: bool
    undoes_at_once: bool
    waits_for_undo: bool


def swap_page(swap: Swap, reader: Engineer, at: dt.datetime, zone: ZoneInfo) -> SwapPage:
    """Everything about a swap, for somebody who may see it."""
    decider = may_decide_swap(reader, swap)
    offered, open_now = swap.state == State.OFFERED, swap.expires_at > at
    may_accept = offered and open_now and reader.pk != swap.offered_by_id and swap.asked_id in (None, reader.pk)
    is_party = reader.pk in (swap.offered_by_id, swap.taker_id)
    ahead = swap.state == State.APPROVED and starts_of(swap) > at
    roster = roster_of(swap, at) if (swap.is_open and open_now) or ahead else None
    taker = reader.pk if may_accept else None
    found = consequence_of_swap(swap, roster, at, taker) if roster else None
    sees_time_off = swap.time_off_id and (decider or reader.pk == swap.offered_by_id)
    return SwapPage(
        swap=swap,
        parts=tuple(_part(part, zone) for part in swap.parts.all()),
        effect=effect(found, roster, zone, found.digest) if found and roster else None,
        question=question_of_swap(swap),
        against=found.refusals if found else (),
        also=tuple(_also(swap, roster, taker or swap.other_id, zone)) if roster and not ahead else (),
        could_take=tuple(_could_take(swap, roster, at)) if roster and offered and swap.asked_id is None else (),
        deciders=tuple(swap_deciders(swap)) if swap.is_waiting else (),
        covers=tuple(covers_of_swap(swap, zone)),
        changes=tuple(changes_of_swap(swap, zone, () if sees_time_off else ("time_off",))),
        time_off=swap.time_off if sees_time_off else None,
        decides=decider and swap.is_waiting and open_now,
        may_accept=may_accept,
        may_turn_down=offered and swap.asked_id == reader.pk,
        may_withdraw=swap.is_open and reader.pk in (swap.offered_by_id, swap.made_by_id),
        may_hand_back=swap.is_waiting and swap.taker_id == reader.pk,
        may_undo=ahead and (decider or (is_party and swap.undo_asked_by_id != reader.pk)),
        undoes_at_once=decider or swap.undo_asked_by_id not in (None, reader.pk),
        waits_for_undo=ahead and is_party and swap.undo_asked_by_id == reader.pk,
    )


def question_of_swap(swap: Swap) -> Question:
    """What whoever reads it is asked."""
    if swap.state == State.APPROVED:
        return Question("If it is undone", "Undo", "", "")
    if swap.state == State.OFFERED:
        return Question("If you take it", "Take it", "Say no", str(swap.offered_by))
    return Question("If it is approved", "Approve", "Decline with this reason", "each of them")


def covers_of_swap(swap: Swap, zone: ZoneInfo) -> list[CoverRow]:
    """Who stands in because of a swap, by time."""
    covers = swap.covers.filter(ended_at=None).select_related("engineer", "replaces", "shift__unit")
    return cover_rows(covers.order_by("starts_at", "shift__unit", "shift__role"), zone)


def changes_of_swap(swap: Swap, zone: ZoneInfo, hidden: tuple[str, ...]) -> list[Change]:
    """Who did what to a swap and its parts, newest first."""
    return changes_in([swap.history.all(), SwapPart.history.filter(swap=swap.pk)], zone, (*SAID_ELSEWHERE, *hidden))


def _part(part: SwapPart, zone: ZoneInfo) -> PartRow:
    duty = f"{part.shift.role} of {part.shift.unit.name}"
    return PartRow(duty, span_text(span_of(part), zone), part.giver, part.taker)


def _also(swap: Swap, roster: Roster, taker: int | None, zone: ZoneInfo) -> list[str]:
    """What its taker has anyway while the duty they would take lasts."""
    spans = [span_of(part) for part in swap.parts.all() if part.giver_id != taker]
    if taker is None or not spans:
        return []
    found = [duty for duty in duties(roster, whole(spans)) if duty.engineer == taker]
    given = {part.shift_id for part in swap.parts.all()}
    return [
        f"{duty.role} of {roster.units[duty.unit].name}, {span_text(duty.span, zone)}"
        for duty in found
        if duty.shift.id not in given and duty.unit in roster.units and any(duty.span.meets(span) for span in spans)
    ]


def _could_take(swap: Swap, roster: Roster, at: dt.datetime) -> list[Engineer]:
    pieces = [(part.shift.unit_id, span_of(part)) for part in swap.parts.all()]
    ahead = [(unit, Span(max(span.start, at), span.end)) for unit, span in pieces if span.end > at]
    return list(Engineer.objects.filter(pk__in=takers(roster, swap.rotation, swap.offered_by_id, ahead)))
