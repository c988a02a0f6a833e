"""Reads: the one bridge from rows to the plain facts of the domain, in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from pipelines.models import Engineer, Ownership, Training

from ..domain import roster as facts
from ..domain.spans import DAY, UTC, Span
from ..models import Cover, Membership, Rotation, Shift, TimeOffRequest, Unit, UnitPipeline
from .days_off import NO_DAYS_OFF, DaysOff, days_off_in

BEGINNING, END = dt.datetime.min.replace(tzinfo=UTC), dt.datetime.max.replace(tzinfo=UTC)


def load_roster(span: Span, owners_at: dt.datetime | None = None, rotation: Rotation | None = None) -> facts.Roster:
    """Every fact about a span of time, for all rotations; owners and members are those of `owners_at` (default: its
    start), by the local day of their rotation. For one rotation only its shifts, and its members' elsewhere."""
    at = owners_at or span.start
    people = {engineer.pk: person(engineer) for engineer in Engineer.objects.all()}
    days_off = days_off_in(span)
    teams = _teams(days_off, span, at)
    places = _places(teams, span, at)
    zones = {place.pipeline_id: teams[place.unit.rotation_id].calendar.zone for place in places}
    owners = _owners(zones, at)
    shifts = Shift.objects.in_span(span)
    if rotation:
        members = Membership.objects.filter(rotation=rotation).values("engineer")
        covered = Cover.objects.filter(engineer__in=members).values("shift")
        shifts = shifts.filter(Q(unit__rotation=rotation) | Q(engineer__in=members) | Q(pk__in=covered))
    return facts.Roster(
        window=span,
        people=people,
        teams=teams,
        units=_units(places, owners, {pipeline: at.astimezone(zone).date() for pipeline, zone in zones.items()}),
        shifts=tuple(shift_facts(shift) for shift in shifts),
        covers=tuple(_covers(span)),
        absences=tuple(absence_facts(row) for row in TimeOffRequest.objects.in_force().in_span(span)),
        owners=owners,
        administrators=tuple(Engineer.objects.administrators().values_list("pk", flat=True)),
        holidays=days_off.public,
    )


def owners_zone(rotation: Rotation | None) -> ZoneInfo:
    """Whose midnight changes the owners of a pipeline: its rotation's, or the team's where it stands in none."""
    return rotation.time_zone if rotation else ZoneInfo(settings.TEAM_TIME_ZONE)


def _owners(zones: Mapping[int, ZoneInfo], at: dt.datetime) -> dict[int, facts.Owners]:
    day, elsewhere = at.astimezone(UTC).date(), owners_zone(None)
    # local days are at most one away from that of UTC
    rows = Ownership.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day + DAY)
    days = {zone: at.astimezone(zone).date() for zone in {elsewhere, *zones.values()}}
    return {
        row.pipeline_id: facts.Owners(row.primary_id, row.secondary_id)
        for row in rows
        if row.starts_on <= (today := days[zones.get(row.pipeline_id, elsewhere)])
        and (row.ends_on is None or today < row.ends_on)
    }


def person(engineer: Engineer) -> facts.Person:
    return facts.Person(engineer.pk, str(engineer), engineer.is_active, engineer.holiday_calendar)


def calendar_of(rotation: Rotation, days_off: DaysOff = NO_DAYS_OFF) -> facts.Calendar:
    return facts.Calendar(
        zone=rotation.time_zone,
        handoff_weekday=rotation.handoff_weekday,
        handoff_time=rotation.handoff_time,
        workday_start=rotation.workday_start,
        workday_end=rotation.workday_end,
        holidays=days_off.of_calendar(rotation.holiday_calendar),
        company_days=days_off.of_company(rotation.pk),
        shift_weeks=rotation.shift_weeks,
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
        cause=cover.cause,
        ended_at=cover.ended_at and cover.ended_at.astimezone(UTC),
    )


def absence_facts(request: TimeOffRequest) -> facts.Absence:
    return facts.Absence(request.engineer_id, _span(request.starts_at, request.ends_at))


def _covers(span: Span) -> Iterable[facts.Cover]:
    # every cover of a shift in the span, also those that ended or lie outside: feeds count them as changes
    rows = Cover.objects.filter(shift__starts_at__lt=span.end, shift__ends_at__gt=span.start)
    return (cover_facts(row) for row in rows)


def _teams(days_off: DaysOff, span: Span, at: dt.datetime) -> dict[int, facts.Team]:
    first, last = min(span.start, at).date() - DAY, max(span.end, at).date() + 2 * DAY
    memberships = defaultdict(list)
    for row in Membership.objects.in_days(first, last):
        memberships[row.rotation_id].append(row)
    found = {}
    for rotation in Rotation.objects.prefetch_related("managers"):
        calendar = calendar_of(rotation, days_off)
        today = at.astimezone(calendar.zone).date()
        rows = memberships[rotation.pk]
        found[rotation.pk] = facts.Team(
            id=rotation.pk,
            name=rotation.name,
            calendar=calendar,
            managers=tuple(sorted(manager.pk for manager in rotation.managers.all())),
            members=frozenset(row.engineer_id for row in rows if row.holds_on(today)),
            off_hours_rule=rotation.off_hours_rule,
            max_roles_per_week=rotation.max_roles_per_week,
            primary_weight=rotation.primary_weight,
            secondary_weight=rotation.secondary_weight,
            spells=spells_in(rows, calendar, span),
            capacities=capacities_in(rows, calendar, span),
            freeze_days=rotation.freeze_days,
            max_away=rotation.max_away,
            rest_weeks=rotation.rest_weeks,
            rests_per_unit=rotation.rules_scope == Rotation.RulesScope.UNIT,
        )
    return found


def _places(teams: Mapping[int, facts.Team], span: Span, at: dt.datetime) -> list[UnitPipeline]:
    """Places that hold at some time in a span, or at an instant; each knows when, by the hand-offs of its days."""
    found = []
    for place in UnitPipeline.objects.select_related("unit").order_by("unit_id", "pk"):
        place.stands = stands_of(place, teams[place.unit.rotation_id].calendar)
        if place.stands is None or place.stands.meets(span) or at in place.stands:
            found.append(place)
    return found


def stands_of(place: UnitPipeline, calendar: facts.Calendar) -> Span | None:
    """From when until when a pipeline stands in a unit; None where that is always."""
    if place.starts_on is None and place.ends_on is None:
        return None
    start = calendar.handoff(place.starts_on) if place.starts_on else BEGINNING
    return Span(start, calendar.handoff(place.ends_on) if place.ends_on else END)


def spells_in(rows: Iterable[Membership], calendar: facts.Calendar, span: Span) -> dict[int, tuple[Span, ...]]:
    """When each engineer is a member within a span; as in plans, the day's hand-off begins and ends it."""
    found: dict[int, tuple[Span, ...]] = {}
    for row, spell in _held(rows, calendar, span):
        found[row.engineer_id] = (*found.get(row.engineer_id, ()), spell)
    return found


def capacities_in(rows: Iterable[Membership], calendar: facts.Calendar, span: Span) -> dict[int, tuple[float, ...]]:
    """How much of a full share each engineer has in each of their spells within a span."""
    found: dict[int, tuple[float, ...]] = {}
    for row, _ in _held(rows, calendar, span):
        found[row.engineer_id] = (*found.get(row.engineer_id, ()), row.capacity_percent / 100)
    return found


def _held(rows: Iterable[Membership], calendar: facts.Calendar, span: Span) -> Iterator[tuple[Membership, Span]]:
    for row in rows:
        starts = max(span.start, calendar.handoff(row.joins_on))
        ends = min(span.end, calendar.handoff(row.leaves_on)) if row.leaves_on else span.end
        if starts < ends:
            yield row, Span(starts, ends)


def _units(
    places: Iterable[UnitPipeline], owners: dict[int, facts.Owners], days: Mapping[int, dt.date]
) -> dict[int, facts.Post]:
    """Units with who is qualified for all of their pipelines (owners and the trained), and who still shadows on one;
    `days` is the local day of each pipeline."""
    trained, shadows = defaultdict(set), defaultdict(set)
    for row in Training.objects.all():
        shadowing = row.pipeline_id in days and row.shadows_on(days[row.pipeline_id])
        (shadows if shadowing else trained)[row.pipeline_id].add(row.engineer_id)
    for pipeline, pair in owners.items():
        trained[pipeline] |= {pair.primary, pair.secondary}
    pipelines: dict[Unit, dict[int, Span | None]] = defaultdict(dict)
    for place in places:
        pipelines[place.unit][place.pipeline_id] = place.stands
    return {
        unit.pk: facts.Post(
            id=unit.pk,
            name=unit.name,
            team=unit.rotation_id,
            pipelines=tuple(found),
            stands={pipeline: stands for pipeline, stands in found.items() if stands},
            qualified=frozenset(set.intersection(*(trained[pipeline] for pipeline in found))),
            shadows=frozenset(set.union(*(shadows[pipeline] - trained[pipeline] for pipeline in found))),
        )
        for unit, found in pipelines.items()
    }
