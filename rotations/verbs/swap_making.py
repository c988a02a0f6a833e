"""Writes: how a swap begins: offered by who has the duty, or arranged for others by a manager."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from pipelines.models import Engineer

from ..domain.roster import Roster
from ..domain.spans import UTC, Span
from ..domain.swapping import Part, holds, obstacles, swapped
from ..loads.roster import shift_facts
from ..loads.swaps import swap_roster, takers, whole
from ..models import Rotation, Shift, Swap, SwapPart, TimeOffRequest
from .covers import save
from .swap_checks import refuse_missing
from .swap_notices import tell_asked

Piece = tuple[int, Span]
State, Kind = Swap.State, Swap.Kind
NAMES = {"pieces": "Duty", "theirs": "Their duty"}
NOTE = Swap._meta.get_field("note").max_length


@transaction.atomic
def offer(
    engineer: Engineer,
    pieces: Sequence[Piece],
    *,
    asked: Engineer | None = None,
    theirs: Sequence[Piece] = (),
    note: str = "",
    time_off: TimeOffRequest | None = None,
    by: Engineer,
    at: dt.datetime,
) -> Swap:
    """Offer duty that one holds, whole shifts or parts (keys of shifts with spans), to one engineer or, without
    `asked`, to everybody qualified; `theirs` makes it an exchange. Who may take it is told.

    Raises ValidationError, by field, for duty that is over, not held, offered already or of several rotations, for
    what nobody can take, and for a request for time off that is not one's own or does not wait.
    """
    if by.pk != engineer.pk:
        raise ValidationError("Only who has the duty offers it; managers arrange swaps for others.")
    _check_time_off(time_off, engineer)
    pieces, theirs = _ahead("pieces", pieces, at), _ahead("theirs", theirs, at)
    swap, roster = _begun(engineer, pieces, asked, theirs, note, by, at)
    swap.time_off = time_off
    free = [asked.pk] if asked else takers(roster, swap.rotation, engineer.pk, _units(pieces))
    if not free:
        raise ValidationError({"to": "To: nobody else is qualified for all of this and there; ask a manager."})
    _write(swap, pieces, theirs, by)
    tell_asked(swap, Engineer.objects.filter(pk__in=free), at)
    return swap


@transaction.atomic
def arrange(
    engineer: Engineer,
    pieces: Sequence[Piece],
    taker: Engineer,
    *,
    theirs: Sequence[Piece] = (),
    note: str = "",
    by: Engineer,
    at: dt.datetime,
) -> Swap:
    """Make a swap for others, as a manager of their rotation: it waits for approval, and its parties are told then.

    Raises ValidationError as `offer` does, and for somebody who is a party to it or no manager.
    """
    pieces, theirs = _ahead("pieces", pieces, at), _ahead("theirs", theirs, at)
    swap, _ = _begun(engineer, pieces, taker, theirs, note, by, at)
    if by.pk in swap.parties:
        raise ValidationError("Nobody arranges their own swap: offer it, or let another manager do so.")
    if not by.has_perm("rotations.arrange_swap", swap.rotation):
        raise ValidationError(f"Only the managers of {swap.rotation} arrange its swaps.")
    swap.state, swap.taker, swap.accepted_at = State.ACCEPTED, taker, at
    _write(swap, pieces, theirs, by)
    return swap


def _ahead(field: str, pieces: Sequence[Piece], at: dt.datetime) -> list[Piece]:
    """Pieces from `at` on: what was served stays served."""
    if any(span.end <= at for _, span in pieces):
        raise ValidationError({field: f"{NAMES[field]}: some of it is over; look again."})
    return [(key, Span(max(span.start, at).astimezone(UTC), span.end.astimezone(UTC))) for key, span in pieces]


def _begun(
    engineer: Engineer,
    pieces: Sequence[Piece],
    other: Engineer | None,
    theirs: Sequence[Piece],
    note: str,
    by: Engineer,
    at: dt.datetime,
) -> tuple[Swap, Roster]:
    """A swap that could be, not written yet, under the lock of its rotation."""
    note = _checked_note(note)
    if other and other.pk == engineer.pk:
        raise ValidationError({"to": "To: choose somebody else."})
    if theirs and not other:
        raise ValidationError({"to": "To: an exchange is with one engineer; choose whom."})
    shifts = _shifts([*pieces, *theirs])
    rotation = _locked_rotation(shifts)
    for field, some in (("pieces", pieces), ("theirs", theirs)):
        _check_spans(field, some, shifts)
    _check_offered_once(pieces)
    roster = swap_roster(rotation, whole(span for _, span in (*pieces, *theirs)), at)
    _check_held("pieces", roster, engineer, pieces, shifts)
    if other:
        parts = [Part(key, engineer.pk, other.pk, span) for key, span in pieces]
        parts += [Part(key, other.pk, engineer.pk, span) for key, span in theirs]
        if against := obstacles(roster, parts, at):
            raise ValidationError(list(against))
        refuse_missing(swapped(roster, parts, at), roster, by.time_zone)
    swap = Swap(
        rotation=rotation,
        kind=Kind.EXCHANGE if theirs else Kind.GIVE,
        offered_by=engineer,
        asked=other,
        note=note,
        made_by=by,
        offered_at=at,
        expires_at=_expires([span for _, span in (*pieces, *theirs)], at),
    )
    return swap, roster


def _write(swap: Swap, pieces: Sequence[Piece], theirs: Sequence[Piece], by: Engineer) -> None:
    save(swap, by)
    sides = ((pieces, swap.offered_by, swap.asked, True), (theirs, swap.asked, swap.offered_by, False))
    for some, giver, taker, is_open in sides:
        for key, span in some:
            row = SwapPart(swap=swap, shift_id=key, giver=giver, taker=taker, is_open=is_open)
            row.starts_at, row.ends_at = span.start, span.end
            save(row, by)


def _expires(spans: Sequence[Span], at: dt.datetime) -> dt.datetime:
    """When the first of the duty starts; where some is under way already, when that is over."""
    begun = [span.end for span in spans if span.start <= at]
    return min(begun or [span.start for span in spans])


def _checked_note(note: str) -> str:
    if len(note.strip()) > NOTE:
        raise ValidationError({"note": f"Note: use at most {NOTE} characters."})
    if "\0" in note:  # no form has looked at it
        raise ValidationError({"note": "Note: null characters are not allowed."})
    return note.strip()


def _check_time_off(time_off: TimeOffRequest | None, engineer: Engineer) -> None:
    if time_off is None:
        return
    # locked before the rotation, as deciding on it does
    found = TimeOffRequest.objects.select_for_update(no_key=True).get(pk=time_off.pk)
    if found.engineer_id != engineer.pk or found.state != TimeOffRequest.State.REQUESTED:
        raise ValidationError({"time_off": "For time off: choose a request of your own that waits for a manager."})


def _shifts(pieces: Sequence[Piece]) -> dict[int, Shift]:
    if not pieces:
        raise ValidationError({"pieces": "Duty: choose what is to change hands."})
    found = Shift.objects.select_related("unit").in_bulk([key for key, _ in pieces])
    if any(key not in found for key, _ in pieces):
        raise ValidationError({"pieces": "Duty: some of it is no longer in the calendar; look again."})
    return found


def _locked_rotation(shifts: dict[int, Shift]) -> Rotation:
    """The one rotation of some shifts; swaps, approvals and publishing in it come one after the other."""
    rotations = {shift.unit.rotation_id for shift in shifts.values()}
    if len(rotations) > 1:
        raise ValidationError({"pieces": "Duty: a swap stays inside one rotation; make one for each."})
    return Rotation.objects.select_for_update(no_key=True).get(pk=rotations.pop())


def _check_spans(field: str, pieces: Sequence[Piece], shifts: dict[int, Shift]) -> None:
    seen: list[Piece] = []
    for key, span in pieces:
        shift = shifts[key]
        if span.start < shift.starts_at or span.end > shift.ends_at:
            raise ValidationError({field: f"{NAMES[field]}: from and until must lie inside the shift."})
        if any(key == other and span.meets(taken) for other, taken in seen):
            raise ValidationError({field: f"{NAMES[field]}: the same duty is named twice."})
        seen.append((key, span))


def _check_offered_once(pieces: Iterable[Piece]) -> None:
    for key, span in pieces:
        parts = SwapPart.objects.filter(shift=key, is_open=True, starts_at__lt=span.end, ends_at__gt=span.start)
        if other := parts.first():
            raise ValidationError(
                {"pieces": f"Duty: some of it is offered already (swap {other.swap_id}); withdraw that first."}
            )


def _check_held(
    field: str, roster: Roster, engineer: Engineer, pieces: Sequence[Piece], shifts: dict[int, Shift]
) -> None:
    for key, span in pieces:
        if not holds(roster, engineer.pk, shift_facts(shifts[key]), span):
            raise ValidationError({field: f"Duty: {engineer} no longer has all of it; look again."})


def _units(pieces: Sequence[Piece]) -> list[Piece]:
    """Units with spans, of shifts with spans."""
    units = dict(Shift.objects.filter(pk__in=[key for key, _ in pieces]).values_list("pk", "unit"))
    return [(units[key], span) for key, span in pieces]
