"""What the first page shows, as finished values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q
from django.urls import reverse

from incidents.loads import IncidentRow, open_incidents
from pipelines.models import Area, Engineer
from rotations.domain.duty import duties_of_shift
from rotations.domain.roster import Roster
from rotations.domain.spans import DAY, Span
from rotations.loads.on_call import Standing, on_call_now
from rotations.loads.roster import cover_facts, shift_facts
from rotations.models import Cover, Shift, TimeOffRequest, Unit

DUTY_AHEAD = 180 * DAY
DUTIES_SHOWN = 4


@dataclass(frozen=True, slots=True)
class AreaRows:
    """Who is called for the pipelines of an area."""

    area: Area
    standings: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class MyDuty:
    """A piece of my duty that runs or comes next."""

    unit: Unit
    role: str
    span: Span
    covers_for: Engineer | None
    is_now: bool


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
    incidents: tuple[IncidentRow, ...]
    first_for: tuple[str, ...]
    duties: tuple[MyDuty, ...]
    waiting: tuple[Waiting, ...]


def now_page(user: Engineer, at: dt.datetime) -> NowPage:
    """The first page for somebody at an instant, in a fixed number of queries."""
    standings = on_call_now(at)
    incidents = open_incidents(at)
    first_for = tuple(row.pipeline.name for row in standings if row.first and row.first.engineer == user)
    return NowPage(
        at=at,
        areas=tuple(_by_area(standings)),
        incidents=incidents,
        first_for=first_for,
        duties=my_duties(user, at)[:DUTIES_SHOWN],
        waiting=(*_unanswered(incidents, first_for), *_requests(user)),
    )


def _by_area(standings: Iterable[Standing]) -> Iterable[AreaRows]:
    for area, rows in groupby(standings, key=lambda row: row.pipeline.area):
        yield AreaRows(area, tuple(rows))


def my_duties(user: Engineer, at: dt.datetime) -> tuple[MyDuty, ...]:
    """Somebody's duty from an instant on, after covers, in order of time; three queries."""
    window = Span(at, at + DUTY_AHEAD)
    mine = Q(engineer=user) | Q(covers__engineer=user, covers__ended_at=None)
    rows = list(Shift.objects.in_span(window).filter(mine).select_related("unit", "engineer").distinct())
    covers = Cover.objects.filter(shift__in=rows)
    roster = Roster(
        window, {}, {}, {}, tuple(shift_facts(row) for row in rows), tuple(cover_facts(row) for row in covers)
    )
    by_pk = {row.pk: row for row in rows}
    pieces = [
        duty
        for shift in roster.shifts
        for duty in duties_of_shift(roster, shift)
        if duty.engineer == user.pk and duty.span.meets(window)
    ]
    return tuple(
        MyDuty(
            unit=by_pk[duty.shift.id].unit,
            role=duty.role.value,
            span=duty.span,
            covers_for=by_pk[duty.shift.id].engineer if duty.cover else None,
            is_now=at in duty.span,
        )
        for duty in sorted(pieces, key=lambda duty: (duty.span, duty.role, duty.unit))
    )


def _unanswered(incidents: Iterable[IncidentRow], first_for: tuple[str, ...]) -> Iterable[Waiting]:
    """Incidents that nobody answered, on pipelines for which I am called first."""
    for row in incidents:
        if row.may_acknowledge and row.pipeline.name in first_for:
            yield Waiting(f"Incident #{row.number} on {row.pipeline} waits for your answer", row.url)


def _requests(user: Engineer) -> Iterable[Waiting]:
    """Time off that I decide on, then my own that is not decided yet."""
    waiting = TimeOffRequest.objects.waiting().select_related("engineer")
    for request in waiting.decided_by_manager(user):
        words = "asks for time off" if request.state == TimeOffRequest.State.REQUESTED else "wants to cancel time off"
        yield Waiting(
            f"{request.engineer} {words}, {request.days_text}",
            reverse("admin:rotations_timeoffrequest_change", args=[request.pk]),
        )
    for request in waiting.filter(engineer=user):
        yield Waiting(f"Your time off, {request.days_text}, waits for a manager", request.get_absolute_url())
