"""Reads: the one bridge from rows to the plain facts of the domain, in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from pipelines.models import Engineer, Ownership, Training

from ..domain import roster as facts
from ..domain.spans import DAY, UTC, Span
from ..models import Cover, Membership, PublicHoliday, Rotation, Shift, TimeOffRequest, UnitPipeline


def load_roster(span: Span, owners_at: dt.datetime | None = None) -> facts.Roster:
    """Every fact about a span of time, for all rotations; owners are those of `owners_at` (default: its start)."""
    day = (owners_at or span.start).astimezone(UTC).date()
    people = {engineer.pk: person(engineer) for engineer in Engineer.objects.all()}
    holidays = holidays_in(span)
    owners = {row.pipeline_id: facts.Owners(row.primary_id, row.secondary_id) for row in Ownership.objects.on(day)}
    shifts = Shift.objects.in_span(span)
    return facts.Roster(
        window=span,
        people=people,
        teams=_teams(holidays, day),
        units=_units(owners),
        shifts=tuple(shift_facts(shift) for shift in shifts),
        covers=tuple(_covers(span)),
        absences=tuple(absence_facts(row) for row in TimeOffRequest.objects.in_force().in_span(span)),
        owners=owners,
        administrators=tuple(Engineer.objects.administrators().values_list("pk", flat=True)),
        holidays=holidays,
    )


def person(engineer: Engineer) -> facts.Person:
    return facts.Person(engineer.pk, str(engineer), engineer.is_active, engineer.holiday_calendar)


def calendar_of(rotation: Rotation, holidays: dict[dt.date, str]) -> facts.Calendar:
    return facts.Calendar(
        zone=rotation.time_zone,
        handoff_weekday=rotation.handoff_weekday,
        handoff_time=rotation.handoff_time,
        workday_start=rotation.workday_start,
        workday_end=rotation.workday_end,
        holidays=holidays,
    )


def shift_facts(shift: Shift) -> facts.Shift:
    return facts.Shift(
        id=shift.pk,
        unit=shift.unit_id,
        role=facts.Role(shift.role),
        engineer=shift.engineer_id,
        span=_span(shift.starts_at, shift.ends_at),
        version=shift.version,
        changed_at=shift.changed_at.astimezone(UTC),
    )


def _span(starts_at: dt.datetime, ends_at: dt.datetime) -> Span:
    return Span(starts_at.astimezone(UTC), ends_at.astimezone(UTC))


def cover_facts(cover: Cover) -> facts.Cover:
    return facts.Cover(
        id=cover.pk,
        shift=cover.shift_id,
        engineer=cover.engineer_id,
        replaces=cover.replaces_id,
        span=_span(cover.starts_at, cover.ends_at),
        decided_at=cover.decided_at.astimezone(UTC),
        cause="time off" if cover.time_off_id else "override",
        ended_at=cover.ended_at and cover.ended_at.astimezone(UTC),
    )


def absence_facts(request: TimeOffRequest) -> facts.Absence:
    return facts.Absence(request.engineer_id, _span(request.starts_at, request.ends_at))


def _covers(span: Span) -> Iterable[facts.Cover]:
    # every cover of a shift in the span, also those that ended or lie outside: feeds count them as changes
    rows = Cover.objects.filter(shift__starts_at__lt=span.end, shift__ends_at__gt=span.start)
    return (cover_facts(row) for row in rows)


def _teams(holidays: dict[str, dict[dt.date, str]], day: dt.date) -> dict[int, facts.Team]:
    members = defaultdict(set)
    for row in Membership.objects.in_days(day, day + DAY):
        members[row.rotation_id].add(row.engineer_id)
    return {
        rotation.pk: facts.Team(
            id=rotation.pk,
            name=rotation.name,
            calendar=calendar_of(rotation, holidays.get(rotation.holiday_calendar, {})),
            managers=tuple(sorted(manager.pk for manager in rotation.managers.all())),
            members=frozenset(members[rotation.pk]),
            off_hours_rule=rotation.off_hours_rule,
            max_roles_per_week=rotation.max_roles_per_week,
            primary_weight=rotation.primary_weight,
            secondary_weight=rotation.secondary_weight,
        )
        for rotation in Rotation.objects.prefetch_related("managers")
    }


def _units(owners: dict[int, facts.Owners]) -> dict[int, facts.Post]:
    """Units with who is qualified for all of their pipelines: owners and the trained."""
    trained = defaultdict(set)
    for row in Training.objects.all():
        trained[row.pipeline_id].add(row.engineer_id)
    for pipeline, pair in owners.items():
        trained[pipeline] |= {pair.primary, pair.secondary}
    places = defaultdict(list)
    for place in UnitPipeline.objects.select_related("unit").order_by("unit_id", "pk"):
        places[place.unit].append(place.pipeline_id)
    return {
        unit.pk: facts.Post(
            id=unit.pk,
            name=unit.name,
            team=unit.rotation_id,
            pipelines=tuple(pipelines),
            qualified=frozenset(set.intersection(*(trained[pipeline] for pipeline in pipelines))),
        )
        for unit, pipelines in places.items()
    }


def holidays_in(span: Span) -> dict[str, dict[dt.date, str]]:
    # a local day can begin before or end after the span's own UTC days
    first, last = span.start.date() - DAY, span.end.date() + DAY
    found: dict[str, dict[dt.date, str]] = defaultdict(dict)
    for row in PublicHoliday.objects.filter(day__range=(first, last)):
        found[row.calendar][row.day] = row.name
    return dict(found)
