"""How an absence takes effect and ends: its covers, under the locks that approvals and publishing share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from pipelines.models import Engineer, Pipeline

from ..domain.coverage import of_teams_with
from ..domain.covering import Choice, consequence
from ..domain.difference import Consequence, Stretch
from ..domain.roster import Absence, Roster
from ..domain.spans import Span
from ..domain.wording import moment_text, span_text
from ..loads.time_off import consequence_of, request_roster, seen_of, span_of
from ..models import Membership, Rotation, Shift, TimeOffRequest
from .auditing import audit_soon
from .covers import end_cover, make_covers, save
from .time_off_notices import page_gap, tell_changed

State = TimeOffRequest.State
WORDS = {
    State.REQUESTED: "asked for",
    State.APPROVED: "approved",
    State.DECLINED: "declined",
    State.CANCELLING: "asked to cancel",
    State.CANCELLED: "cancelled",
    State.REPLACED: "approved a change of",
}


def locked(request: TimeOffRequest) -> TimeOffRequest:
    """The request as it is now, locked with its rotations: approvals and publishing come one after the other.

    What it changes, and what changes it, is locked with it, always the older first.
    """
    family = Q(pk=request.pk) | Q(changes=request.pk) | Q(replaces=request.pk)
    keys = TimeOffRequest.objects.filter(family).values_list("pk", flat=True)
    # no_key: whoever publishes may hold the rotation and make covers that refer to it
    rows = TimeOffRequest.objects.filter(pk__in=list(keys)).order_by("pk").select_for_update(no_key=True)
    found = next(row for row in rows if row.pk == request.pk)
    lock_rotations(found)
    return found


def lock_rotations(request: TimeOffRequest) -> None:
    """Lock every rotation that the engineer is a member of or has duty in."""
    list(_rotations_of(request).order_by("pk").select_for_update(no_key=True))


def _rotations_of(request: TimeOffRequest) -> QuerySet[Rotation]:
    member = Membership.objects.filter(engineer=request.engineer_id).values("rotation")
    duty = Shift.objects.in_span(request.span).filter(
        Q(engineer=request.engineer_id) | Q(covers__engineer=request.engineer_id)
    )
    return Rotation.objects.filter(Q(pk__in=member) | Q(pk__in=duty.values("unit__rotation")))


def refuse_state(request: TimeOffRequest, reader: Engineer) -> NoReturn:
    """Say what became of a request that somebody else was quicker with."""
    if request.decided_at:
        who = request.decided_by or "the portal"
        when = moment_text(request.decided_at, reader.time_zone)
        raise ValidationError(f"{who} {WORDS[request.state]} it at {when}.", code="decided")
    raise ValidationError(f"{request.engineer} {WORDS[request.state]} it.", code="decided")


def take_effect(
    request: TimeOffRequest,
    *,
    by: Engineer | None,
    at: dt.datetime,
    gaps: bool = False,
    author: Engineer | None = None,
    seen: str = "",
    choices: Sequence[Choice] = (),
    over_limit: bool = False,
) -> None:
    """Approve a locked request and cover its duty; what it changes ends in the same moment.

    `gaps` takes what comes: what cannot be covered stays a gap and pages for it, and no limit holds.
    """
    roster = request_roster(request, at)
    found = consequence_of(request, roster, at, choices)
    _check_seen(request, found, seen)
    if found.refusals:
        raise ValidationError(" ".join(found.refusals), code="choice")
    if found.gaps and not gaps:
        raise ValidationError(_gap_words(request, found, roster), code="gap")
    if found.over and not (over_limit or gaps):
        words = " ".join([*found.over, "Say that it may be over the limit, then approve."])
        raise ValidationError(words, code="over limit")
    author = by or author or request.engineer
    _end_replaced(request, author, at)
    _make_covers(request, found, by, at, author)
    request.state, request.decided_by, request.decided_at = State.APPROVED, by, at
    request.is_over_limit = bool(found.over)
    save(request, author)
    tell_changed(request, found, roster, "is away", at)
    audit_soon(_rotations_of(request), at)
    if found.gaps:
        page_gap(request, _missing(request, found, roster), at)


def _check_seen(request: TimeOffRequest, found: Consequence, seen: str) -> None:
    if seen and seen != seen_of(request, found):
        raise ValidationError("This changed since you looked: read it again, then decide.", code="changed")


def _end_replaced(request: TimeOffRequest, author: Engineer, at: dt.datetime) -> None:
    """End what a request changes; days that are over stay its own, with their covers."""
    old = request.replaces
    if old is None or not old.is_in_force:
        return
    for cover in old.covers.filter(ended_at=None, ends_at__gt=at):
        end_cover(cover, author, at)
    if old.starts_at < min(at, request.starts_at):
        # it began while the change waited
        old.state, old.ends_at = State.APPROVED, min(at, old.ends_at)
    else:
        old.state = State.REPLACED
    save(old, author)


def cover_planned(
    rotation: Rotation, placed: Sequence[tuple[int, Span]], *, by: Engineer | None, at: dt.datetime
) -> None:
    """Cover what a plan has just placed (units and spans), in a locked rotation, on people whose approved time off
    touches it, and tell who covers.

    Duty that is covered already stays as it is. Raises ValidationError where what was placed would be a gap; one that
    an earlier absence left elsewhere is not the plan's doing.
    """
    if not placed:
        return
    whole = Span(min(span.start for _, span in placed), max(span.end for _, span in placed))
    holders = Shift.objects.in_span(whole).filter(unit__rotation=rotation).values("engineer")
    requests = TimeOffRequest.objects.in_force().in_span(whole).filter(engineer__in=holders)
    for request in requests.select_related("engineer").order_by("starts_at", "pk"):
        roster = of_teams_with(_as_if_there(request, request_roster(request, at)), {unit for unit, _ in placed})
        found = consequence(roster, request.engineer_id, span_of(request).overlap(whole), at)
        gaps = tuple(gap for gap in found.gaps if any(_is_in(gap, unit, span) for unit, span in placed))
        if gaps:
            raise ValidationError(_gap_words(request, replace(found, gaps=gaps), roster), code="gap")
        _make_covers(request, found, by, at, by or request.engineer)
        tell_changed(request, found, roster, "is away", at)


def _is_in(gap: Stretch, unit: int, span: Span) -> bool:
    return gap.unit == unit and gap.span.meets(span)


def _as_if_there(request: TimeOffRequest, roster: Roster) -> Roster:
    """The roster before the absence, as what it does is seen against that."""
    mine = Absence(request.engineer_id, span_of(request))
    return replace(roster, absences=tuple(absence for absence in roster.absences if absence != mine))


def end_absence(request: TimeOffRequest, *, by: Engineer, at: dt.datetime, seen: str = "") -> TimeOffRequest:
    """End a locked request's covers, which gives the plan back; the past stays as it was.

    Time off that has begun stays approved and ends now; what lies ahead is cancelled.
    """
    roster = request_roster(request, at)
    found = consequence_of(request, roster, at)
    _check_seen(request, found, seen)
    if found.gaps:
        raise ValidationError(_gap_words(request, found, roster), code="gap")
    for cover in request.covers.filter(ended_at=None, ends_at__gt=at):
        end_cover(cover, by, at)
    tell_changed(request, found, roster, "is back", at)
    audit_soon(_rotations_of(request), at)
    request.decided_by, request.decided_at = by, at
    if request.starts_at < at:
        # a manager may agree only when the days are over
        request.state, request.ends_at = State.APPROVED, min(at, request.ends_at)
    else:
        request.state = State.CANCELLED
    save(request, by)
    return request


def _make_covers(
    request: TimeOffRequest, found: Consequence, by: Engineer | None, at: dt.datetime, author: Engineer
) -> None:
    make_covers(found.covers, by=by, at=at, author=author, time_off=request)


def _gap_words(request: TimeOffRequest, found: Consequence, roster: Roster) -> str:
    return (
        f"Refused: it would leave {_missing(request, found, roster)} without a primary. "
        "Find somebody who can take that duty first, or train somebody for it."
    )


def _missing(request: TimeOffRequest, found: Consequence, roster: Roster) -> str:
    """Pipelines and dates of gaps, in the zone the days were asked for in."""
    wanted = {pipeline for stretch in found.gaps for pipeline in roster.units[stretch.unit].pipelines}
    names = {pipeline.pk: pipeline.name for pipeline in Pipeline.objects.filter(pk__in=wanted)}
    return "; ".join(
        f"{' and '.join(names[pipeline] for pipeline in roster.units[stretch.unit].pipelines)} "
        f"({span_text(stretch.span, request.time_zone)})"
        for stretch in found.gaps
    )
