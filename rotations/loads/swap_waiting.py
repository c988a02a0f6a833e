"""Reads: the swaps that wait for somebody: to decide on, to answer, to undo."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from pipelines.models import Engineer

from ..models import Swap, SwapPart
from .swaps import PARTS, PEOPLE, decidable_swaps, duty_words, offered_to, swaps_in_view

State = Swap.State


@dataclass(frozen=True, slots=True)
class WaitingSwap:
    """A swap that waits for somebody, in words; `decides` says that they decide on it as a manager."""

    swap: Swap
    words: str
    decides: bool = False


def swaps_that_wait(user: Engineer, at: dt.datetime) -> list[WaitingSwap]:
    """What waits for somebody, decisions first, each soonest first."""
    return [*_to_decide(user, at), *_to_answer(user, at), *_to_undo(user, at)]


def _to_decide(user: Engineer, at: dt.datetime) -> Iterator[WaitingSwap]:
    found = decidable_swaps(user).filter(state=State.ACCEPTED, expires_at__gt=at)
    for swap in found.select_related(*PEOPLE).prefetch_related(PARTS):
        words = f"{swap.offered_by} and {swap.taker} want to swap duty, {_first(swap, user)}"
        yield WaitingSwap(swap, words, decides=True)


def _to_answer(user: Engineer, at: dt.datetime) -> Iterator[WaitingSwap]:
    for swap in offered_to(user, at):
        exchange = swap.kind == Swap.Kind.EXCHANGE
        what = "asks you to exchange" if exchange else "offers you" if swap.asked_id else "offers"
        yield WaitingSwap(swap, f"{swap.offered_by} {what} {_first(swap, user)}")


def _to_undo(user: Engineer, at: dt.datetime) -> Iterator[WaitingSwap]:
    begun = SwapPart.objects.filter(swap=OuterRef("pk"), starts_at__lte=at)
    asked = Q(undo_asked_by__isnull=False) & ~Q(undo_asked_by=user)
    mine = Q(offered_by=user) | Q(taker=user)
    for swap in swaps_in_view().filter(asked, mine, state=State.APPROVED).exclude(Exists(begun)):
        other = swap.taker if swap.offered_by_id == user.pk else swap.offered_by
        yield WaitingSwap(swap, f"{other} asks you to undo a swap, {_first(swap, user)}")


def _first(swap: Swap, user: Engineer) -> str:
    """The first of its duty in words, and how much more there is."""
    first, *more = duty_words(swap, user.time_zone)
    return f"{first} and {len(more)} more" if more else first
