"""Reads: the calendar of absence of everybody somebody shares a rotation with."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from pipelines.models import Engineer
from pipelines.rights import is_administrator

from ..domain.away_month import Away, Day, Member, days_of_month, month_rows
from ..domain.spans import DAY, UTC, Span
from ..models import Membership, PublicHoliday, Rotation, TimeOffRequest
from .time_off import decidable, span_of

State = TimeOffRequest.State


@dataclass(frozen=True, slots=True)
class AwayRow:
    """An engineer and the days of a month."""

    engineer: Engineer
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class AwayMonth:
    """A month: its days, and a row for each engineer by name."""

    days: tuple[dt.date, ...]
    rows: tuple[AwayRow, ...]


def away_in(viewer: Engineer, month: dt.date, today: dt.date, rotation: Rotation | None = None) -> AwayMonth:
    """Who is away in a month: approved time off of all, and what waits of the viewer and of whom they decide on.

    Kind is told to the person and to who decides; all others read "away".
    """
    days = days_of_month(month)
    engineers = list(_engineers(viewer, days, rotation))
    holidays = _holidays(engineers, days)
    members = [Member(one.pk, one.time_zone, holidays[one.holiday_calendar]) for one in engineers]
    rows = month_rows(members, _absences(viewer, engineers, days), month, today)
    by_key = {engineer.pk: engineer for engineer in engineers}
    return AwayMonth(tuple(days), tuple(AwayRow(by_key[row.engineer], row.days) for row in rows))


def rotations_shared(viewer: Engineer, at: dt.datetime) -> QuerySet[Rotation]:
    """The rotations that somebody is in or manages now; all of them for administrators."""
    if is_administrator(viewer):
        return Rotation.objects.order_by("name")
    today = at.astimezone(viewer.time_zone).date()
    mine = Membership.objects.in_days(today, dt.date.max).filter(engineer=viewer)
    return Rotation.objects.filter(Q(managers=viewer) | Q(pk__in=mine.values("rotation"))).distinct().order_by("name")


def _engineers(viewer: Engineer, days: list[dt.date], rotation: Rotation | None) -> QuerySet[Engineer]:
    members = Membership.objects.in_days(days[0], days[-1] + DAY)
    if rotation:
        shared = members.filter(rotation=rotation)
    elif is_administrator(viewer):
        shared = members
    else:
        mine = members.filter(engineer=viewer).values("rotation")
        shared = members.filter(Q(rotation__managers=viewer) | Q(rotation__in=mine))
    return Engineer.objects.active().filter(Q(pk__in=shared.values("engineer")) | Q(pk=viewer.pk)).order_by("name")


def _holidays(engineers: list[Engineer], days: list[dt.date]) -> dict[str, dict[dt.date, str]]:
    found: dict[str, dict[dt.date, str]] = defaultdict(dict)
    calendars = {engineer.holiday_calendar for engineer in engineers} - {""}
    for row in PublicHoliday.objects.filter(calendar__in=calendars, day__range=(days[0], days[-1])):
        found[row.calendar][row.day] = row.name
    return found


def _absences(viewer: Engineer, engineers: list[Engineer], days: list[dt.date]) -> dict[int, list[Away]]:
    # local days begin and end up to a day before and after those of UTC
    start, end = (dt.datetime.combine(day, dt.time(), UTC) for day in (days[0] - DAY, days[-1] + 2 * DAY))
    rows = TimeOffRequest.objects.in_span(Span(start, end)).filter(engineer__in=engineers)
    open_or_held = [State.REQUESTED, State.APPROVED, State.CANCELLING]
    mine = set(decidable(viewer).filter(pk__in=rows).values_list("pk", flat=True))
    found: dict[int, list[Away]] = defaultdict(list)
    for row in rows.filter(state__in=open_or_held).order_by("starts_at", "pk"):
        knows = row.engineer_id == viewer.pk or row.pk in mine
        is_asked = row.state == State.REQUESTED
        if knows or not is_asked:
            words = row.get_kind_display() if knows else "away"
            found[row.engineer_id].append(Away(row.pk, span_of(row), words, is_asked, links=knows))
    return found
