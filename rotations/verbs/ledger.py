"""Writes: what is booked in the ledger by hand, and who really was on duty, said afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from rules import has_perm

from pipelines.models import Engineer

from ..domain.difference import ProposedCover
from ..domain.duty import duties_of_shift
from ..domain.opening_table import OpeningRow
from ..domain.roster import Roster
from ..domain.spans import UTC, Span
from ..domain.wording import span_text
from ..loads.roster import cover_facts, shift_facts
from ..models import Cover, LedgerEntry, Membership, Message, Rotation, Shift
from .covers import make_covers
from .messages import queue_message

EARLIEST = dt.date(2000, 1, 1)
LONGEST = LedgerEntry._meta.get_field("reason").max_length
Kind = LedgerEntry.Kind


@transaction.atomic
def add_ledger_entry(
    rotation: Rotation,
    engineer: Engineer,
    *,
    day: dt.date,
    account: str,
    amount: Decimal,
    kind: str = Kind.CORRECTION,
    reason: str,
    by: Engineer | None,
    at: dt.datetime,
) -> LedgerEntry:
    """Book an opening balance or a correction, for good: a mistake is corrected by another entry. The engineer is told.

    Raises ValidationError as `checked_entry` does.
    """
    Rotation.objects.select_for_update(no_key=True).get(pk=rotation.pk)  # an account is opened once
    entry = checked_entry(
        rotation, engineer, day=day, account=account, amount=amount, kind=kind, reason=reason, by=by, at=at
    )
    entry.save()
    _tell_booked(entry, at)
    return entry


def checked_entry(
    rotation: Rotation, engineer: Engineer, *, by: Engineer | None, at: dt.datetime, **fields: Any
) -> LedgerEntry:
    """An entry as it would be booked, not saved. `by` is None where the portal itself books.

    Raises ValidationError, by field, for an empty reason, no amount, a day to come, a second opening balance, or
    somebody who never was in the rotation; and for who neither manages the rotation nor runs the portal, or would book
    for themselves.
    """
    _check_right(rotation, [engineer.pk], by)
    fields["reason"] = _checked(fields["reason"])
    entry = LedgerEntry(rotation=rotation, engineer=engineer, by=by, at=at, **fields)
    today = at.astimezone(rotation.time_zone).date()
    if not entry.amount:
        raise ValidationError({"amount": "Amount: zero changes nothing."})
    if not EARLIEST <= entry.day <= today:
        raise ValidationError({"day": f"Day: use a day from {EARLIEST} to {today}."})
    if not Membership.objects.filter(rotation=rotation, engineer=engineer).exists():
        raise ValidationError({"engineer": f"Engineer: {engineer} never was a member of {rotation}."})
    entry.full_clean(exclude=["by"])
    return entry


@transaction.atomic
def add_openings(
    rotation: Rotation, rows: Sequence[OpeningRow], *, reason: str, by: Engineer, at: dt.datetime
) -> list[LedgerEntry]:
    """Book the opening balances of a table, all of them or none; each engineer is told once.

    Raises ValidationError as `add_ledger_entry` does, with the line of the table.
    """
    Rotation.objects.select_for_update(no_key=True).get(pk=rotation.pk)
    engineers, reason = Engineer.objects.in_bulk({row.engineer for row in rows}), _checked(reason)
    _check_right(rotation, engineers, by)
    found = []
    for row in rows:
        entry = LedgerEntry(
            rotation=rotation,
            engineer=engineers[row.engineer],
            day=row.day,
            account=row.account,
            amount=row.amount,
            kind=Kind.OPENING,
            reason=reason,
            by=by,
            at=at,
        )
        found.append(entry)
    _check_rows(rotation, rows, found, at)
    LedgerEntry.objects.bulk_create(found)
    for engineer in engineers.values():
        _tell_opened([entry for entry in found if entry.engineer_id == engineer.pk], at)
    return found


@transaction.atomic
def correct_served(
    shift: Shift, engineer: Engineer | None, span: Span, *, by: Engineer, reason: str, at: dt.datetime
) -> Cover:
    """Say after the fact who really was on duty in a part of a shift that is over; None says that nobody was.

    It becomes a cover decided afterwards, with the reason: so calendar and ledger go on telling the same, the shift
    stays as it was planned, and another correction can follow. Who gains or loses is told. Raises ValidationError, by
    field, for time outside the shift or still to come, an empty reason, and what would change nothing; and for who
    neither manages the rotation nor runs the portal, or was there themselves.
    """
    rotation = Rotation.objects.select_for_update(no_key=True).get(units=shift.unit_id)
    shift = Shift.objects.select_related("unit", "engineer").get(pk=shift.pk)
    reason = _checked(reason)
    if span.start < shift.starts_at or span.end > shift.ends_at:
        raise ValidationError({"starts": "From: stay inside the shift."})
    if span.end > at:
        raise ValidationError({"ends": "Until: only what is over can be corrected; for what is ahead use an override."})
    before = _holders(shift, span)
    who = engineer.pk if engineer else None
    if before == {who}:
        raise ValidationError({"engineer": f"Engineer: {engineer or 'nobody'} is on record for all of that time."})
    _check_right(rotation, before | {who}, by)
    proposed = ProposedCover(shift.pk, who, None, span)
    (cover,) = make_covers([proposed], by=by, at=at, author=by, reason=reason)
    _tell_corrected(cover, shift, before | {who}, reason, at)
    return cover


def _holders(shift: Shift, span: Span) -> set[int | None]:
    """Everybody who is on record for a part of a shift; None where the place was left empty."""
    covers = [cover_facts(cover) for cover in Cover.objects.filter(shift=shift, ended_at=None)]
    whole = shift_facts(shift)
    roster = Roster(window=whole.span, people={}, teams={}, units={}, shifts=(whole,), covers=tuple(covers))
    held = [duty for duty in duties_of_shift(roster, whole) if duty.span.meets(span)]
    covered = sum(((duty.span.overlap(span) or span).length for duty in held), dt.timedelta())
    return {duty.engineer for duty in held} | ({None} if covered < span.length else set())


def _checked(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationError({"reason": "Reason: say why; whoever it concerns reads it."})
    if len(reason) > LONGEST:
        raise ValidationError({"reason": f"Reason: use at most {LONGEST} characters."})
    return reason


def _check_right(rotation: Rotation, people: Collection[int | None], by: Engineer | None) -> None:
    if by is None:
        return
    if by.pk in people:
        raise ValidationError("Nobody books for themselves: ask another manager of the rotation or an administrator.")
    if not (by.is_active and has_perm("rotations.book_ledger", by, rotation)):
        raise ValidationError("Only the rotation's managers and administrators book in its ledger.")


def _check_rows(
    rotation: Rotation, rows: Sequence[OpeningRow], entries: Sequence[LedgerEntry], at: dt.datetime
) -> None:
    """The same for a table, in two queries however long it is."""
    today = at.astimezone(rotation.time_zone).date()
    members = set(Membership.objects.filter(rotation=rotation).values_list("engineer", flat=True))
    held = LedgerEntry.objects.filter(rotation=rotation, kind=Kind.OPENING)
    known = set(held.values_list("engineer_id", "account", "day"))
    for row, entry in zip(rows, entries, strict=True):
        if not EARLIEST <= row.day <= today:
            raise ValidationError({"table": f"Line {row.line}, day: use a day from {EARLIEST} to {today}."})
        if row.engineer not in members:
            words = f"{entry.engineer} never was a member of {rotation}."
            raise ValidationError({"table": f"Line {row.line}, engineer: {words}"})
        if (row.engineer, row.account.value, row.day) in known:
            words = f"{entry.engineer} has an opening balance of {row.day} already."
            raise ValidationError({"table": f"Line {row.line}, {row.account}: {words}"})


def _tell_booked(entry: LedgerEntry, at: dt.datetime) -> None:
    words = f"{entry.get_kind_display().capitalize()}: {entry.amount:+} {entry.account} on {entry.day}"
    text = f"{words}, booked by {entry.by or 'the portal'}.\n\nReason: {entry.reason}"
    subject = f"Your ledger in {entry.rotation} changed"
    queue_message(entry.engineer, Message.Kind.NOTICE, f"ledger-entry-{entry.pk}", subject, text, at)


def _tell_opened(entries: Sequence[LedgerEntry], at: dt.datetime) -> None:
    first = entries[0]
    lines = [f"{entry.amount:+} {entry.account} on {entry.day}" for entry in entries]
    text = "\n".join([f"Booked by {first.by}:", *lines, "", f"Reason: {first.reason}"])
    subject = f"Your opening balance in {first.rotation}"
    key = f"ledger-opening-{min(entry.pk for entry in entries)}"
    queue_message(first.engineer, Message.Kind.NOTICE, key, subject, text, at)


def _tell_corrected(cover: Cover, shift: Shift, people: set[int | None], reason: str, at: dt.datetime) -> None:
    span = Span(cover.starts_at.astimezone(UTC), cover.ends_at.astimezone(UTC))
    for engineer in Engineer.objects.filter(pk__in=[one for one in people if one]):
        when = span_text(span, engineer.time_zone)
        text = (
            f"{shift.unit}, {shift.role}, {when} ({engineer.time_zone}): {cover.engineer or 'nobody'} was on duty, "
            f"says {cover.decided_by}.\n\nReason: {reason}"
        )
        subject = f"Corrected afterwards: who was {shift.role} of {shift.unit}"
        queue_message(engineer, Message.Kind.NOTICE, f"served-{cover.pk}", subject, text, at)
