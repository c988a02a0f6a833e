"""Reads: what a request for time off does to duty, and which requests wait for whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, prefetch_related_objects
from rules import has_perm

from pipelines.models import Engineer
from pipelines.rights import is_administrator

from ..domain.coverage import narrowed
from ..domain.covering import consequence, ending
from ..domain.difference import Consequence
from ..domain.roster import Roster
from ..domain.spans import UTC, WEEK, Span
from ..models import Membership, Rotation, TimeOffQuerySet, TimeOffRequest
from .roster import load_roster

# balances count what was carried since, and the weeks of the absence are counted whole
BACK, AHEAD = 13 * WEEK, WEEK
State = TimeOffRequest.State


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request beside what deciding it would do, in one line."""

    request: TimeOffRequest
    line: str


def may_decide(user: Engineer, request: TimeOffRequest) -> bool:
    """Whether somebody decides on a request; unlike `has_perm` it makes no exception for superusers."""
    return user.is_active and has_perm("rotations.decide_time_off", user, request)


def may_see_reason(user: Engineer, request: TimeOffRequest) -> bool:
    """Whether somebody may read kind and reason; unlike `has_perm` it makes no exception for superusers."""
    return user.is_active and has_perm("rotations.see_time_off_reason", user, request)


def window_of(request: TimeOffRequest) -> Span:
    """The time that a decision looks at; it hangs on the request alone, so that looking later changes nothing."""
    return Span(request.starts_at.astimezone(UTC) - BACK, request.ends_at.astimezone(UTC) + AHEAD)


def request_roster(request: TimeOffRequest, at: dt.datetime) -> Roster:
    """The roster that a decision on a request is made by, with the members and owners of its first day."""
    return load_roster(window_of(request), owners_at=max(at, request.starts_at))


def consequence_of(request: TimeOffRequest, roster: Roster, at: dt.datetime) -> Consequence:
    """What the decision that a request waits for would do to duty: approving it, or approving its end."""
    span = Span(request.starts_at.astimezone(UTC), request.ends_at.astimezone(UTC))
    if request.state == State.REQUESTED:
        return consequence(roster, request.engineer_id, span, at)
    ends = [cover.pk for cover in request.covers.all() if cover.ended_at is None]
    return ending(roster, request.engineer_id, span, ends, at)


def with_lines(requests: Sequence[TimeOffRequest], at: dt.datetime) -> list[Waiting]:
    """Requests with what deciding each would do: one roster for all of them."""
    undecided = [request for request in requests if request.is_waiting]
    lines = dict.fromkeys((request.pk for request in requests), "")
    if undecided:
        windows = [window_of(request) for request in undecided]
        whole = Span(min(window.start for window in windows), max(window.end for window in windows))
        roster = load_roster(whole, owners_at=at)
        prefetch_related_objects(undecided, "covers")
        for request, window in zip(undecided, windows, strict=True):
            found = consequence_of(request, narrowed(roster, window), at)
            lines[request.pk] = " ".join(found.sentences)
    return [Waiting(request, lines[request.pk]) for request in requests]


def waiting_for(user: Engineer, at: dt.datetime) -> list[Waiting]:
    """What waits for somebody's decision, soonest first."""
    found = decidable(user).waiting().select_related("engineer").order_by("starts_at", "pk")
    return with_lines(list(found), at)


def decidable(user: Engineer) -> TimeOffQuerySet:
    """Requests that somebody decides on: as a manager, or as an administrator where no other manager can."""
    as_manager = Q(pk__in=TimeOffRequest.objects.decided_by_manager(user).values("pk"))
    if not is_administrator(user):
        return TimeOffRequest.objects.filter(as_manager)
    managers = Rotation.managers.through.objects.filter(
        Q(rotation__memberships__leaves_on=None)
        | Q(rotation__memberships__leaves_on__gt=OuterRef("requested_at__date")),
        engineer__is_active=True,
        rotation__memberships__engineer=OuterRef("engineer"),
    )
    others = managers.exclude(engineer=OuterRef("engineer"))
    return TimeOffRequest.objects.filter(as_manager | ~Exists(others)).exclude(engineer=user)


def deciders(request: TimeOffRequest) -> list[Engineer]:
    """Who decides on a request: the managers of the requester's rotations, or else the administrators."""
    administrators = Engineer.objects.administrators().exclude(pk=request.engineer_id)
    return list(request.managers()) or list(administrators)


def time_off_of(engineer: Engineer) -> TimeOffQuerySet:
    """Somebody's own requests, latest days first."""
    return engineer.time_off.select_related("decided_by").order_by("-starts_at", "-pk")


def colleagues_away(viewer: Engineer, at: dt.datetime) -> TimeOffQuerySet:
    """Approved time off of who shares a rotation with somebody, from now on, soonest first."""
    members = Membership.objects.in_days(at.astimezone(viewer.time_zone).date(), dt.date.max)
    mine = members.filter(engineer=viewer).values("rotation")
    rotations = Rotation.objects.filter(Q(managers=viewer) | Q(pk__in=mine))
    colleagues = members.filter(rotation__in=rotations).exclude(engineer=viewer)
    ahead = TimeOffRequest.objects.in_force().filter(ends_at__gt=at)
    if not is_administrator(viewer):
        ahead = ahead.filter(engineer__in=colleagues.values("engineer"))
    return ahead.exclude(engineer=viewer).select_related("engineer").order_by("starts_at", "engineer__name")
