"""What people are told about swaps and overrides: queued in the transaction that caused it, each person once a step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.conf import settings

from pipelines.models import Engineer

from ..domain.difference import Consequence
from ..domain.roster import Roster
from ..loads.swaps import part_words, swap_deciders
from ..models import Message, Rotation, Swap
from .messages import queue_message
from .time_off_notices import duty_lines

NOTICE = Message.Kind.NOTICE


def tell_asked(swap: Swap, people: Iterable[Engineer], at: dt.datetime) -> None:
    """Tell whoever may take a swap that it is offered to them."""
    asks = "asks you to exchange duty" if swap.kind == Swap.Kind.EXCHANGE else "offers you duty"
    for engineer in people:
        _tell(swap, engineer, "offered", f"{swap.offered_by} {asks}", "See what it does, and answer:", at)


def tell_parties(swap: Swap, what: str, subject: str, at: dt.datetime, *, but: Engineer | None = None) -> None:
    """Tell everybody a swap is between, but for who did it, what became of it."""
    for engineer in Engineer.objects.filter(pk__in=_readers(swap)).exclude(pk=but and but.pk):
        _tell(swap, engineer, what, subject, swap.decision_note, at)


def tell_swap_deciders(swap: Swap, at: dt.datetime) -> None:
    """Tell everybody who may decide that a swap waits for them."""
    subject = f"A swap of {swap.offered_by} and {swap.taker} waits for you"
    for engineer in swap_deciders(swap):
        _tell(swap, engineer, "waits", subject, "See what it does to duty, and decide:", at)


def tell_in_force(
    swap: Swap,
    what: str,
    found: Consequence,
    roster: Roster,
    subject: str,
    at: dt.datetime,
    *,
    but: Engineer | None = None,
) -> None:
    """Tell the parties, and everybody else whose duty changes, each about their own duty; but not who did it."""
    people = {*_readers(swap), *found.told, found.engineer} - {but and but.pk}
    for engineer in Engineer.objects.filter(pk__in=people):
        lines = [f"- {line}" for line in duty_lines(engineer, found, roster)]
        note = [swap.decision_note] if swap.decision_note and engineer.pk in swap.parties else []
        _tell(swap, engineer, what, subject, "\n".join([*note, *lines]), at, with_parts=not lines)


def tell_override(
    rotation: Rotation, key: str, found: Consequence, roster: Roster, subject: str, why: str, at: dt.datetime
) -> None:
    """Tell whoever is replaced by an override and whoever replaces them, each about their own duty."""
    people = {*found.told, found.engineer}
    for engineer in Engineer.objects.filter(pk__in=people):
        lines = [f"- {line}" for line in duty_lines(engineer, found, roster)]
        reason = [f"Reason: {why}"] if why else []
        link = f"{settings.PUBLIC_URL}{rotation.get_absolute_url()}"
        zone = f"Times are in {engineer.time_zone}. {link}"
        text = "\n".join([f"{subject}.", "", *reason, *lines, "", zone])
        queue_message(engineer, NOTICE, f"{key}-{at.isoformat()}", subject, text, at, key)


def _readers(swap: Swap) -> frozenset[int]:
    """Who is told what became of a swap: what a manager made for others concerns them once it is in force."""
    if swap.is_arranged and swap.state in (Swap.State.DECLINED, Swap.State.WITHDRAWN, Swap.State.EXPIRED):
        return frozenset({swap.made_by_id})
    return swap.parties


def _tell(
    swap: Swap, engineer: Engineer, what: str, subject: str, words: str, at: dt.datetime, *, with_parts: bool = True
) -> None:
    duty = [f"- {part_words(part, engineer.time_zone)}, from {part.giver}" for part in swap.parts.all()]
    note = f"{swap.offered_by} wrote: {swap.note}" if swap.note and what in ("offered", "waits") else ""
    lines = [f"{subject}.", "", *(duty if with_parts else []), *filter(None, [note, words])]
    zone = f"Times are in {engineer.time_zone}."
    text = "\n".join([*lines, "", zone, f"{settings.PUBLIC_URL}{swap.get_absolute_url()}"])
    queue_message(engineer, NOTICE, f"swap-{swap.pk}-{what}-{at.isoformat()}", subject, text, at, f"swap-{swap.pk}")
