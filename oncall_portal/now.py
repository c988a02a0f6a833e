"""What the first page shows, as finished values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.urls import reverse

from incidents.loads import IncidentRow, open_incidents
from pipelines.models import Area, Engineer
from rotations.domain.spans import DAY, Span
from rotations.loads.audit_runs import open_audits
from rotations.loads.on_call import Standing, on_call_now
from rotations.loads.own_duty import DutyRow, duty_rows, load_own_duty
from rotations.loads.swap_waiting import swaps_that_wait
from rotations.loads.time_off import decidable
from rotations.models import TimeOffRequest

DUTY_AHEAD = 180 * DAY
DUTIES_SHOWN = 4


@dataclass(frozen=True, slots=True)
class AreaRows:
    """Who is called for the pipelines of an area."""

    area: Area
    standings: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for me, in words, with where to go."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class NowPage:
    """The first page of the portal."""

    at: dt.datetime
    areas: tuple[AreaRows, ...]
    unanswered: tuple[IncidentRow, ...]
    in_hand: tuple[IncidentRow, ...]
    first_for: tuple[str, ...]
    duties: tuple[DutyRow, ...]
    waiting: tuple[Waiting, ...]


def now_page(user: Engineer, at: dt.datetime) -> NowPage:
    """The first page for somebody at an instant, in a fixed number of queries."""
    standings = on_call_now(at)
    incidents = open_incidents(at)
    first_for = tuple(row.pipeline.name for row in standings if row.first and row.first.engineer == user)
    return NowPage(
        at=at,
        areas=tuple(_by_area(standings)),
        unanswered=tuple(row for row in incidents if row.may_acknowledge),
        in_hand=tuple(row for row in incidents if not row.may_acknowledge),
        first_for=first_for,
        duties=tuple(duty_rows(load_own_duty(user, Span(at, at + DUTY_AHEAD)), at)[:DUTIES_SHOWN]),
        waiting=(*_unanswered(incidents, first_for), *_requests(user), *_swaps(user, at), *_audits(user)),
    )


def _by_area(standings: Iterable[Standing]) -> Iterable[AreaRows]:
    for area, rows in groupby(standings, key=lambda row: row.pipeline.area):
        yield AreaRows(area, tuple(rows))


def _unanswered(incidents: Iterable[IncidentRow], first_for: tuple[str, ...]) -> Iterable[Waiting]:
    """Incidents that nobody answered, on pipelines for which I am called first."""
    for row in incidents:
        if row.may_acknowledge and row.pipeline.name in first_for:
            yield Waiting(f"Incident #{row.number} on {row.pipeline} waits for your answer", row.url)


def _requests(user: Engineer) -> Iterable[Waiting]:
    """Time off that I decide on, then my own that is not decided yet."""
    for request in decidable(user).waiting().select_related("engineer"):
        words = "asks for time off" if request.state == TimeOffRequest.State.REQUESTED else "wants to cancel time off"
        room = reverse("admin:rotations_timeoffrequest_change", args=[request.pk])
        url = room if user.is_staff else request.get_absolute_url()
        yield Waiting(f"{request.engineer} {words}, {request.days_text}", url)
    for request in user.time_off.waiting().select_related("engineer"):
        yield Waiting(f"Your time off, {request.days_text}, waits for a manager", request.get_absolute_url())


def _swaps(user: Engineer, at: dt.datetime) -> Iterable[Waiting]:
    """Swaps that I decide on, that I can answer, or that somebody asks me to undo."""
    for row in swaps_that_wait(user, at):
        room = reverse("admin:rotations_swap_change", args=[row.swap.pk])
        yield Waiting(row.words, room if row.decides and user.is_staff else row.swap.get_absolute_url())


def _audits(user: Engineer) -> Iterable[Waiting]:
    """What the last audit of each rotation that I manage found."""
    for run in open_audits(user):
        url = reverse("rotations:audit", args=[run.rotation.slug])
        yield Waiting(f"Audit of {run.rotation}: {run.words}", url)
