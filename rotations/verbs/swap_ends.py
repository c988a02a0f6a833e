"""Writes: how swaps end or land by what happens around them: time runs out, a plan moves duty, time off is granted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from pipelines.models import Engineer

from ..models import OPEN, Shift, Swap, TimeOffRequest
from .swap_notices import tell_parties
from .swaps import close, locked_swap, put_agreed_in_force

State = Swap.State
MOVED = "The plan changed the duty that it was about."


def claim_expired(now: dt.datetime, limit: int) -> list[int]:
    """Open swaps whose duty has begun."""
    return list(Swap.objects.due(now).order_by("expires_at", "pk").values_list("pk", flat=True)[:limit])


@transaction.atomic
def expire(pk: int, now: dt.datetime) -> bool:
    """Due work of the pager: end a swap that nobody agreed to in time, and tell whom it is between; once."""
    swap = locked_swap(Swap.objects.get(pk=pk))
    if not swap.is_open or swap.expires_at > now:
        return False
    missing = "nobody took it" if swap.state == State.OFFERED else "no manager decided on it"
    swap.state, swap.ended_at = State.EXPIRED, now
    close(swap, None)
    tell_parties(swap, "expired", f"A swap of {swap.offered_by} is over: {missing} in time", now)
    return True


def shift_changed(shifts: Iterable[Shift], *, by: Engineer | None, at: dt.datetime) -> None:
    """Shifts went to somebody else, inside the transaction and the lock of that: swaps of them that are open are
    withdrawn, and whom one that was approved is between are told what is left of it."""
    changed = {shift.pk for shift in shifts}
    touched = Swap.objects.filter(parts__shift__in=changed, parts__ends_at__gt=at)
    for found in touched.filter(state__in=[*OPEN, State.APPROVED]).distinct().order_by("pk"):
        swap = locked_swap(found)
        if swap.is_open:
            swap.state, swap.ended_by, swap.ended_at, swap.decision_note = State.WITHDRAWN, by, at, MOVED
            close(swap, by)
            tell_parties(swap, "withdrawn", f"A swap of {swap.offered_by} was withdrawn by a new plan", at)
        else:
            ahead = [cover for cover in swap.covers.all() if cover.ended_at is None and cover.ends_at > at]
            rest = any(cover.shift_id not in changed for cover in ahead)
            left = "the rest of it stays in force" if rest else "nothing of it is left"
            names = f"{swap.offered_by} and {swap.taker}"
            tell_parties(swap, "moved", f"A new plan changed duty of the swap of {names}: {left}", at)


def settle(request: TimeOffRequest, *, by: Engineer | None, at: dt.datetime) -> None:
    """Approve the agreed swaps that solve a request, inside the transaction that approves it and under its locks.

    Raises ValidationError where one of them cannot land: then the request is not approved either.
    """
    if by is None:  # sick leave takes effect by itself; a swap needs somebody who decides
        return
    for found in request.swaps.filter(state=State.ACCEPTED).order_by("pk"):
        swap = locked_swap(found)
        if swap.state == State.ACCEPTED:
            put_agreed_in_force(swap, by=by, at=at)
