"""Reads: everything a standing audit of one rotation looks at, in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db.models import OuterRef, Q, Subquery

from pipelines.models import Engineer, Ownership, Pipeline

from ..domain import roster as facts
from ..domain import standing
from ..domain.spans import DAY, UTC, WEEK, Span
from ..models import ConfirmedGap, Message, Rotation, TimeOffRequest, UnitPipeline
from .roster import load_roster

AHEAD = 90 * DAY
# what is wrong already is shown from its beginning on, and keeps its identity while it lasts
BACK = 2 * WEEK
NO_ADDRESS = "has no e-mail address"
GAVE_UP = "could not be reached: the last message was given up"

State = TimeOffRequest.State
LIVE = (State.REQUESTED, State.APPROVED, State.CANCELLING)


def load_watched(rotation: Rotation, at: dt.datetime) -> standing.Watched:
    """The facts of a rotation's standing audit at an instant."""
    window = Span(at.astimezone(UTC) - BACK, at.astimezone(UTC) + AHEAD)
    roster = load_roster(window, owners_at=at, rotation=rotation)
    calendar = roster.teams[rotation.pk].calendar
    today = at.astimezone(rotation.time_zone).date()
    here = UnitPipeline.objects.in_days(today, window.end.date() + DAY).filter(unit__rotation=rotation)
    anywhere = UnitPipeline.objects.in_days(today, today + DAY)
    in_service = Pipeline.objects.for_pages().select_related("runbook")
    placed = list(in_service.filter(pk__in=here.values("pipeline")))
    placeless = list(in_service.exclude(pk__in=anywhere.values("pipeline")).exclude(pk__in=here.values("pipeline")))
    pipelines = [*placed, *placeless]
    owned = _ownerships(pipelines, window)
    asked_or_granted = TimeOffRequest.objects.in_span(window).filter(state__in=LIVE)
    time_off = list(asked_or_granted.order_by("starts_at", "pk"))
    requests = [row for row in time_off if row.state == State.REQUESTED]
    members = roster.teams[rotation.pk].ever_members
    return standing.Watched(
        roster=roster,
        team=rotation.pk,
        now=window.start + BACK,
        planned_until=min(window.end, calendar.week_span(calendar.week_of(today), rotation.horizon_weeks).end),
        pipelines={row.pk: _pipeline(row, owned) for row in placed},
        placeless=tuple(_mine(roster, rotation, (_pipeline(row, owned) for row in placeless))),
        unreachable=_unreachable(roster, rotation),
        requests=tuple(_waiting(row) for row in requests if row.engineer_id in members and row.ends_at > at),
        confirmed=tuple(_confirmed(row) for row in ConfirmedGap.objects.filter(rotation=rotation, ends_at__gt=at)),
        decided={_absence(row): row.decided_at or row.requested_at for row in time_off if row.state != State.REQUESTED},
        review_days=settings.RUNBOOK_REVIEW_DAYS,
    )


def _ownerships(pipelines: Iterable[Pipeline], window: Span) -> dict[int, tuple[standing.Ownership, ...]]:
    ids = [pipeline.pk for pipeline in pipelines]
    first, last = window.start.date() - DAY, window.end.date() + 2 * DAY
    rows = Ownership.objects.filter(Q(ends_on=None) | Q(ends_on__gt=first), pipeline__in=ids, starts_on__lte=last)
    found: dict[int, tuple[standing.Ownership, ...]] = {}
    for row in rows.order_by("pipeline", "starts_on"):
        one = standing.Ownership(row.starts_on, row.ends_on, row.primary_id, row.secondary_id)
        found[row.pipeline_id] = (*found.get(row.pipeline_id, ()), one)
    return found


def _pipeline(row: Pipeline, owned: dict[int, tuple[standing.Ownership, ...]]) -> standing.WatchedPipeline:
    runbook = getattr(row, "runbook", None)
    return standing.WatchedPipeline(
        id=row.pk,
        name=row.name,
        slug=row.slug,
        ownerships=owned.get(row.pk, ()),
        has_runbook=runbook is not None,
        needs_runbook=row.audience.name in settings.RUNBOOK_AUDIENCES,
        reviewed_on=runbook and runbook.reviewed_on,
    )


def _mine(
    roster: facts.Roster, rotation: Rotation, placeless: Iterable[standing.WatchedPipeline]
) -> Iterable[standing.WatchedPipeline]:
    """Pipelines without a place that concern a rotation: a member owns them, or no member of any rotation does."""
    members = {key: team.ever_members for key, team in roster.teams.items()}
    anybody = frozenset().union(*members.values())
    for pipeline in placeless:
        owners = {owner for one in pipeline.ownerships for owner in (one.primary, one.secondary)}
        if owners & members[rotation.pk] or not owners & anybody:
            yield pipeline


def _unreachable(roster: facts.Roster, rotation: Rotation) -> dict[int, str]:
    """Of who has duty or manages: why no message reaches them."""
    team = roster.teams[rotation.pk]
    holders = {shift.engineer for shift in roster.shifts} | {cover.engineer for cover in roster.covers}
    done = Message.objects.filter(
        engineer=OuterRef("pk"), state__in=[Message.State.SENT, Message.State.GAVE_UP]
    ).order_by("-created_at", "-pk")
    people = Engineer.objects.filter(pk__in=[*team.managers, *team.ever_members, *(holders - {None})]).annotate(
        last_state=Subquery(done.values("state")[:1]), last_outcome=Subquery(done.values("outcome")[:1])
    )
    # what was given up for want of an address says nothing against the one there is now
    lost = Q(last_state=Message.State.GAVE_UP) & ~Q(last_outcome__endswith=NO_ADDRESS)
    rows = people.filter(Q(email="") | lost).order_by("pk").values_list("pk", "email")
    return {pk: GAVE_UP if email else NO_ADDRESS for pk, email in rows}


def _waiting(row: TimeOffRequest) -> standing.WaitingRequest:
    return standing.WaitingRequest(row.pk, row.engineer_id, Span(row.starts_at, row.ends_at))


def _absence(row: TimeOffRequest) -> facts.Absence:
    return facts.Absence(row.engineer_id, Span(row.starts_at.astimezone(UTC), row.ends_at.astimezone(UTC)))


def _confirmed(row: ConfirmedGap) -> standing.Confirmed:
    span = Span(row.starts_at.astimezone(UTC), row.ends_at.astimezone(UTC))
    return standing.Confirmed(row.pk, row.unit_id, facts.Role(row.role), span, row.at.astimezone(UTC))
