"""Writes: overrides, for the hour something is on fire: a manager puts somebody in the place of whoever holds it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from pipelines.models import Engineer

from ..domain.difference import Consequence
from ..domain.roster import Role, Roster
from ..domain.spans import DAY, UTC, Span
from ..domain.swapping import cannot_take, overridden, taken_back
from ..loads.overrides import same_decision
from ..loads.swaps import swap_roster, whole
from ..models import Cover, Rotation, Unit
from .auditing import audit_soon
from .covers import end_cover, make_covers
from .swap_checks import check_note, missing_words, refuse_missing
from .swap_notices import tell_override

LONGEST = 14
REASON = Cover._meta.get_field("reason").max_length


@transaction.atomic
def override(
    rotation: Rotation,
    role: str,
    units: Sequence[Unit],
    span: Span,
    engineer: Engineer,
    reason: str,
    *,
    by: Engineer,
    at: dt.datetime,
    confirmed: bool = False,
) -> list[Cover]:
    """Replace whoever holds a role in some units of a rotation, from `span.start` or now to its end; at once in force,
    and told to the replaced and to who replaces them.

    Raises ValidationError, by field, for what is over, too long or has no shift to take over, for anybody who does not
    manage the rotation; and with code "confirm" for what would leave a gap, a clash or somebody who is not qualified,
    unless `confirmed`.
    """
    if not by.has_perm("rotations.override", rotation):
        raise ValidationError(f"Only the managers of {rotation} override its duty.")
    reason = check_note(reason, REASON, "everybody who is replaced")
    _check_span(span, at)
    if not engineer.is_active:
        raise ValidationError({"engineer": f"Who: {engineer} is no longer active."})
    rotation = Rotation.objects.select_for_update(no_key=True).get(pk=rotation.pk)
    span = Span(max(span.start, at).astimezone(UTC), span.end.astimezone(UTC))
    roster = swap_roster(rotation, span, at)
    found = overridden(roster, engineer.pk, Role(role), [unit.pk for unit in units], span, at)
    if not found.covers:
        raise ValidationError({"units": f"Units: no {role} shift is published there then; nothing can be taken over."})
    if not found.changes:
        raise ValidationError({"engineer": f"Who: {engineer} is {role} there all that time already."})
    doubts = [*_doubts(roster, engineer, role, units, span, found), *missing_words(found, roster, by.time_zone)]
    if doubts and not confirmed:
        raise ValidationError([ValidationError(doubt, code="confirm") for doubt in doubts])
    covers = make_covers(found.covers, by=by, at=at, author=by, reason=reason)
    subject = f"{by} overrides: {engineer} is {role}{' now' if span.start <= at else ''}"
    tell_override(rotation, _thread(covers), found, roster, subject, reason, at)
    audit_soon(rotation, at)
    return covers


@transaction.atomic
def end_override(cover: Cover, *, by: Engineer, at: dt.datetime) -> list[Cover]:
    """End an override early, with all covers of the same decision: the plan and what was decided before hold again.

    Raises ValidationError where it is over or ended, where that would leave a gap or a clash, and for who may not.
    """
    rotation = Rotation.objects.select_for_update(no_key=True).get(units__shifts=cover.shift_id)
    if not by.has_perm("rotations.override", rotation):
        raise ValidationError(f"Only the managers of {rotation} end its overrides.")
    covers = list(
        same_decision(cover).filter(ended_at=None, ends_at__gt=at).select_for_update(no_key=True, of=("self",))
    )
    if not covers:
        raise ValidationError("It is over or was ended already.")
    engineer = cover.engineer or by
    spans = [Span(one.starts_at.astimezone(UTC), one.ends_at.astimezone(UTC)) for one in covers]
    roster = swap_roster(rotation, whole(spans), at)
    found = taken_back(roster, engineer.pk, [one.pk for one in covers], at)
    refuse_missing(found, roster, by.time_zone)
    for one in covers:
        end_cover(one, by, at)
    tell_override(rotation, _thread(covers), found, roster, f"{by} ended the override by {engineer}", "", at)
    audit_soon(rotation, at)
    return covers


def _check_span(span: Span, at: dt.datetime) -> None:
    if span.end <= at:
        raise ValidationError({"ends": "Until: use a time that is still to come."})
    if span.end - max(span.start, at) > LONGEST * DAY:
        raise ValidationError({"ends": f"Until: at most {LONGEST} days; what lasts longer is time off or a new plan."})


def _doubts(
    roster: Roster, engineer: Engineer, role: str, units: Iterable[Unit], span: Span, found: Consequence
) -> Iterator[str]:
    """What a manager has to confirm beside gaps and clashes."""
    shifts = {shift.id: shift.unit for shift in roster.shifts}
    for unit in units:
        covered = [cover.span.length for cover in found.covers if shifts[cover.shift] == unit.pk]
        if sum(covered, dt.timedelta()) < span.length:
            yield f"{unit} has no {role} shift for some of this time: nothing is overridden there then."
        elif reason := cannot_take(roster, engineer.pk, unit.pk, span):
            yield f"{engineer} {reason}."


def _thread(covers: Sequence[Cover]) -> str:
    return f"override-{covers[0].pk}"
