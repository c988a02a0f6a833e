"""Writes: answer a swap, decide on it, take it back, undo it. Both sides land in one transaction or not at all."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction

from pipelines.models import Engineer

from ..domain.difference import Consequence
from ..domain.roster import Roster
from ..domain.swapping import rule_approves
from ..loads.swaps import PARTS, PEOPLE, consequence_of_swap, may_decide_swap, roster_of, starts_of
from ..models import Rotation, Swap
from .auditing import audit_soon
from .covers import end_cover, make_covers, save
from .swap_checks import check_not_begun, check_note, check_seen, refuse_missing, refuse_swap_state
from .swap_notices import tell_in_force, tell_parties, tell_swap_deciders

State = Swap.State
NOTE = Swap._meta.get_field("decision_note").max_length
BY_RULE = "By the rotation's own rule."


@transaction.atomic
def accept(swap: Swap, *, by: Engineer, at: dt.datetime, seen: str = "") -> Swap:
    """Take what is offered: it is in force at once where the rotation's rule is enough, else a manager decides.

    Raises ValidationError for anybody who is not asked or not qualified, when somebody was quicker, when its duty has
    begun or is no longer its giver's, when it changed since it was seen, and where it would make a gap or a clash.
    """
    swap = locked_swap(swap)
    if swap.state != State.OFFERED:
        refuse_swap_state(swap, by)
    if by.pk == swap.offered_by_id or swap.asked_id not in (None, by.pk):
        raise ValidationError("Only who is asked can take it.")
    check_not_begun(swap, at)
    roster, found = _judged(swap, at, seen, by)
    swap.state, swap.taker, swap.accepted_at = State.ACCEPTED, by, at
    save(swap, by)
    for part in swap.parts.all():
        if part.taker_id is None:
            part.taker = by
            save(part, by)
    if swap.rotation.swaps_by_rule and rule_approves(found):
        _put_in_force(swap, roster, found, by=None, at=at, note=BY_RULE)
        return swap
    tell_parties(swap, "accepted", f"{by} agrees to your swap; a manager decides", at, but=by)
    tell_swap_deciders(swap, at)
    return swap


@transaction.atomic
def turn_down(swap: Swap, *, by: Engineer, at: dt.datetime, note: str = "") -> Swap:
    """Say no, as the one who is asked."""
    swap = locked_swap(swap)
    if by.pk != swap.asked_id:
        raise ValidationError("Only who is asked can say no.")
    if swap.state != State.OFFERED:
        refuse_swap_state(swap, by)
    if note.strip():
        check_note(note, NOTE, swap.offered_by)
    swap.state, swap.decided_by, swap.decided_at, swap.decision_note = State.DECLINED, by, at, note.strip()
    close(swap, by)
    tell_parties(swap, "declined", f"{by} says no to your swap", at, but=by)
    return swap


@transaction.atomic
def withdraw(swap: Swap, *, by: Engineer, at: dt.datetime) -> Swap:
    """Take an offer back, while no manager has decided: as who made it."""
    swap = locked_swap(swap)
    if by.pk not in (swap.offered_by_id, swap.made_by_id):
        raise ValidationError("Only who offered it can withdraw it.")
    if not swap.is_open:
        refuse_swap_state(swap, by)
    swap.state, swap.ended_by, swap.ended_at = State.WITHDRAWN, by, at
    close(swap, by)
    tell_parties(swap, "withdrawn", f"{by} withdrew a swap", at, but=by)
    return swap


@transaction.atomic
def hand_back(swap: Swap, *, by: Engineer, at: dt.datetime) -> Swap:
    """Take one's agreement back before a manager decides: it is offered again, as before."""
    swap = locked_swap(swap)
    if by.pk != swap.taker_id:
        raise ValidationError("Only who took it can hand it back.")
    if swap.state != State.ACCEPTED:
        refuse_swap_state(swap, by)
    if swap.is_arranged:
        swap.state, swap.decided_by, swap.decided_at = State.DECLINED, by, at
        close(swap, by)
    else:
        swap.state, swap.taker, swap.accepted_at = State.OFFERED, None, None
        save(swap, by)
        for part in swap.parts.all():
            if swap.asked_id is None:
                part.taker = None
                save(part, by)
    tell_parties(swap, "handed-back", f"{by} no longer agrees to your swap", at, but=by)
    return swap


@transaction.atomic
def approve_swap(swap: Swap, *, by: Engineer, at: dt.datetime, seen: str = "") -> Swap:
    """Put an agreed swap into force. Raises ValidationError as `accept` does, and for who may not decide on it."""
    swap = _to_decide(swap, by)
    if swap.state != State.ACCEPTED:
        refuse_swap_state(swap, by)
    check_not_begun(swap, at)
    roster, found = _judged(swap, at, seen, by)
    _put_in_force(swap, roster, found, by=by, at=at)
    return swap


@transaction.atomic
def decline_swap(swap: Swap, *, by: Engineer, at: dt.datetime, note: str) -> Swap:
    """Refuse an agreed swap as a manager, with the reason why."""
    swap = _to_decide(swap, by)
    if swap.state != State.ACCEPTED:
        refuse_swap_state(swap, by)
    note = check_note(note, NOTE, "each of them")
    swap.state, swap.decided_by, swap.decided_at, swap.decision_note = State.DECLINED, by, at, note
    close(swap, by)
    tell_parties(swap, "declined", f"Your swap was declined by {by}", at)
    return swap


@transaction.atomic
def undo(swap: Swap, *, by: Engineer, at: dt.datetime, seen: str = "") -> Swap:
    """Give back exactly what was, until the first of it starts: at once as a manager, else when both parties ask.

    Raises ValidationError once it has begun, where somebody would then be missing or stand twice, and for strangers.
    """
    swap = locked_swap(swap)
    if swap.state != State.APPROVED:
        refuse_swap_state(swap, by)
    if starts_of(swap) <= at:
        raise ValidationError("It has begun: what was swapped stays. Make another swap for the rest.", code="decided")
    decides = may_decide_swap(by, swap)
    if not decides and by.pk not in (swap.offered_by_id, swap.taker_id):
        raise ValidationError("Only its parties and the managers of its rotation can undo it.")
    roster, found = _judged(swap, at, seen, by)
    if not decides and swap.undo_asked_by_id in (None, by.pk):
        return _ask_to_undo(swap, by, at)
    for cover in swap.covers.all():
        if cover.ended_at is None and cover.ends_at > at:
            end_cover(cover, by, at)
    swap.state, swap.ended_by, swap.ended_at = State.UNDONE, by, at
    save(swap, by)
    audit_soon(swap.rotation, at)
    subject = f"A swap of {swap.offered_by} and {swap.taker} was undone by {by}"
    tell_in_force(swap, "undone", found, roster, subject, at, but=by)
    return swap


def _ask_to_undo(swap: Swap, by: Engineer, at: dt.datetime) -> Swap:
    if swap.undo_asked_by_id == by.pk:
        raise ValidationError("You asked for this already; the other one has to agree, or a manager undoes it.")
    swap.undo_asked_by = by
    save(swap, by)
    tell_parties(swap, "undo", f"{by} asks you to undo your swap", at, but=by)
    return swap


def locked_swap(swap: Swap) -> Swap:
    """The swap as it is now, locked behind its rotation: swaps, approvals and publishing come one after the other."""
    Rotation.objects.select_for_update(no_key=True).get(pk=swap.rotation_id)
    rows = Swap.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related(*PEOPLE).prefetch_related(PARTS, "covers").get(pk=swap.pk)


def close(swap: Swap, by: Engineer | None) -> None:
    """Save a swap that is no longer offered: its duty may be offered anew."""
    save(swap, by)
    for part in swap.parts.all():
        if part.is_open:
            part.is_open = False
            save(part, by)


def put_agreed_in_force(swap: Swap, *, by: Engineer, at: dt.datetime) -> None:
    """Approve a locked and agreed swap together with what it solves."""
    if not may_decide_swap(by, swap):
        raise ValidationError(f"The swap with {swap.taker} that goes with it is for another manager to approve first.")
    check_not_begun(swap, at)
    roster, found = _judged(swap, at, "", by)
    _put_in_force(swap, roster, found, by=by, at=at)


def _to_decide(swap: Swap, by: Engineer) -> Swap:
    swap = locked_swap(swap)
    if by.pk in swap.parties:
        raise ValidationError("Nobody decides on their own swap; another manager or an administrator does.")
    if not may_decide_swap(by, swap):
        raise ValidationError(f"Only the managers of {swap.rotation} decide on it.")
    return swap


def _judged(swap: Swap, at: dt.datetime, seen: str, by: Engineer) -> tuple[Roster, Consequence]:
    """What agreeing to a swap, or undoing it, does; refused where it cannot be or changed since it was seen."""
    roster = roster_of(swap, at)
    taker = by.pk if swap.state == State.OFFERED else None
    found = consequence_of_swap(swap, roster, at, taker)
    if found is None:
        refuse_swap_state(swap, by)
    if found.refusals:
        raise ValidationError(list(found.refusals))
    refuse_missing(found, roster, by.time_zone)
    check_seen(found, seen)
    return roster, found


def _put_in_force(
    swap: Swap, roster: Roster, found: Consequence, *, by: Engineer | None, at: dt.datetime, note: str = ""
) -> None:
    make_covers(found.covers, by=by, at=at, author=by or swap.taker, swap=swap)
    swap.state, swap.decided_by, swap.decided_at, swap.decision_note = State.APPROVED, by, at, note
    close(swap, by or swap.taker)
    audit_soon(swap.rotation, at)
    subject = f"A swap of {swap.offered_by} and {swap.taker} is approved{f' by {by}' if by else ''}"
    tell_in_force(swap, "approved", found, roster, subject, at)
