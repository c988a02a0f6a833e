"""Reads: what a request for time off does to duty, and which requests wait for whom."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet, prefetch_related_objects
from rules import has_perm

from pipelines.models import Engineer
from pipelines.rights import is_administrator

from ..domain.away import over_limit
from ..domain.covering import Choice, Instead, consequence, ending
from ..domain.difference import Consequence
from ..domain.roster import Roster
from ..domain.spans import UTC, WEEK, Span
from ..domain.summary import one_line
from ..models import Membership, Rotation, TimeOffQuerySet, TimeOffRequest
from .request_rosters import rosters_together
from .roster import load_roster
from .settling import with_solving_swaps

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
    spans = [span_of(request), *([span_of(request.replaces)] if request.replaces else [])]
    return Span(min(span.start for span in spans) - BACK, max(span.end for span in spans) + AHEAD)


def span_of(request: TimeOffRequest) -> Span:
    """When somebody is away, in UTC as in a roster."""
    return Span(request.starts_at.astimezone(UTC), request.ends_at.astimezone(UTC))


def request_roster(request: TimeOffRequest, at: dt.datetime) -> Roster:
    """The roster that a decision on a request is made by, with the members and owners of its first day."""
    return load_roster(window_of(request), owners_at=max(at, request.starts_at))


def request_rosters(requests: Sequence[TimeOffRequest], at: dt.datetime) -> dict[int, Callable[[], Roster]]:
    """The same for many, with few queries: by key, narrowed to the request when it is asked for."""
    prefetch_related_objects(requests, "covers", "swaps__parts", "replaces__covers")
    return rosters_together({one.pk: (window_of(one), max(at, one.starts_at)) for one in requests})


def consequence_of(
    request: TimeOffRequest, roster: Roster, at: dt.datetime, choices: Sequence[Choice] = ()
) -> Consequence:
    """What the decision that a request waits for would do to duty: approving it, or approving its end."""
    if request.state == State.REQUESTED:
        judged = with_solving_swaps(request, roster, at)
        return consequence(
            judged, request.engineer_id, span_of(request), at, choices=choices, instead=instead_of(request)
        )
    ends = [cover.pk for cover in request.covers.all() if cover.ended_at is None]
    return ending(roster, request.engineer_id, span_of(request), ends, at)


def instead_of(request: TimeOffRequest) -> Instead | None:
    """The approved time off that a request changes, while it is in force."""
    old = request.replaces
    if old is None or not old.is_in_force:
        return None
    return Instead(span_of(old), frozenset(cover.pk for cover in old.covers.all() if cover.ended_at is None))


def limits_passed(request: TimeOffRequest, at: dt.datetime) -> tuple[str, ...]:
    """Where more would be away than a rotation wants, for whoever asks to know at once."""
    return over_limit(
        load_roster(span_of(request), owners_at=max(at, request.starts_at)), request.engineer_id, span_of(request)
    )


def seen_of(request: TimeOffRequest, found: Consequence) -> str:
    """Names a request and its consequence as somebody saw them: whatever of it changes makes another name."""
    words = [str(word) for word in (request.state, request.shape, request.kind, request.reason, request.replaces_id)]
    facts = (*words, *_times(request))
    return hashlib.sha256(repr((facts, found.digest)).encode()).hexdigest()[:16]


def _times(request: TimeOffRequest) -> tuple[str, str]:
    span = span_of(request)
    return span.start.isoformat(), span.end.isoformat()


def with_lines(requests: Sequence[TimeOffRequest], at: dt.datetime) -> list[Waiting]:
    """Requests with what deciding each would do, as if it were the only one."""
    undecided = [request for request in requests if request.is_waiting]
    rosters = request_rosters(undecided, at) if undecided else {}
    lines = {one.pk: one_line(consequence_of(one, rosters[one.pk](), at)) for one in undecided}
    return [Waiting(request, lines.get(request.pk, "")) for request in requests]


def waiting_for(user: Engineer, at: dt.datetime) -> list[Waiting]:
    """What waits for somebody's decision, soonest first."""
    found = decidable(user).waiting().select_related("engineer", "replaces").order_by("starts_at", "pk")
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


def askable(user: Engineer, at: dt.datetime) -> QuerySet[Engineer]:
    """For whom somebody may ask for time off beside themselves: members, now or later, of the rotations they manage;
    administrators for those whom nobody else manages, too."""
    today = at.astimezone(user.time_zone).date()
    ahead = Membership.objects.in_days(today, dt.date.max)
    mine = Q(pk__in=ahead.filter(rotation__managers=user).values("engineer"))
    if is_administrator(user):
        mine |= ~Q(
            pk__in=ahead.filter(rotation__managers__is_active=True)
            .exclude(rotation__managers=F("engineer"))
            .values("engineer")
        )
    return Engineer.objects.active().filter(mine).exclude(pk=user.pk).order_by("name")


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
