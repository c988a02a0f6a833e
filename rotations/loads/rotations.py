"""Reads for the pages of rotations themselves: their rules, members and units."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet

from pipelines.models import Engineer, Pipeline

from ..domain.changes import Change
from ..domain.spans import DAY, UTC, Span
from ..models import CompanyDay, Membership, Rotation, Unit, UnitPipeline
from .history import changes_in
from .roster import load_roster

SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class StaffedUnit:
    """A unit with its pipelines, who may stand in it and who only shadows its pair, by name."""

    name: str
    pipelines: tuple[Pipeline, ...]
    qualified: tuple[Engineer, ...]
    shadows: tuple[Engineer, ...]


@dataclass(frozen=True, slots=True)
class ComingUnit:
    """A unit that some pipelines will stand in from a day on."""

    name: str
    day: dt.date
    pipelines: tuple[Pipeline, ...]


def rotations_by_name(at: dt.datetime) -> QuerySet[Rotation]:
    """All rotations with `unit_count`, `member_count` (of the day) and their managers at hand."""
    day = at.astimezone(UTC).date()
    holds = Q(memberships__joins_on__lte=day) & (Q(memberships__leaves_on=None) | Q(memberships__leaves_on__gt=day))
    return Rotation.objects.annotate(
        unit_count=Count("units", distinct=True),
        member_count=Count("memberships__engineer", filter=holds, distinct=True),
    ).prefetch_related("managers")


def members_of(rotation: Rotation, at: dt.datetime) -> list[Membership]:
    """Memberships that hold or will, by name."""
    today = at.astimezone(rotation.time_zone).date()
    return list(rotation.memberships.in_days(today, dt.date.max).select_related("engineer"))


def staffed_units(rotation: Rotation, at: dt.datetime) -> list[StaffedUnit]:
    """The rotation's units with everybody qualified for all of their pipelines: owners and the trained."""
    posts = load_roster(Span(at, at + DAY)).units
    pipelines = Pipeline.objects.filter(places__unit__rotation=rotation).in_bulk()
    here = [post for post in posts.values() if post.team == rotation.pk and post.part_of(Span(at, at + SECOND))]
    named = {engineer for post in here for engineer in post.qualified | post.shadows}
    people = Engineer.objects.active().in_bulk(named)
    return [
        StaffedUnit(
            name=post.name,
            pipelines=tuple(pipelines[pipeline] for pipeline in post.pipelines),
            qualified=tuple(engineer for engineer in people.values() if engineer.pk in post.qualified),
            shadows=tuple(engineer for engineer in people.values() if engineer.pk in post.shadows),
        )
        for post in sorted(here, key=lambda post: post.id)
    ]


def coming_units(rotation: Rotation, at: dt.datetime) -> list[ComingUnit]:
    """Units whose pipelines are to move into them, soonest first. One query."""
    today = at.astimezone(rotation.time_zone).date()
    rows = UnitPipeline.objects.filter(unit__rotation=rotation, starts_on__gt=today)
    found: dict[tuple[dt.date, str], list[Pipeline]] = {}
    for row in rows.select_related("unit", "pipeline").order_by("starts_on", "unit__name", "pk"):
        found.setdefault((row.starts_on, row.unit.name), []).append(row.pipeline)
    return [ComingUnit(name, day, tuple(pipelines)) for (day, name), pipelines in found.items()]


def rule_changes(rotation: Rotation, zone: ZoneInfo) -> list[Change]:
    """Who changed the rotation's rules, members, units and company days, newest first."""
    company_days = CompanyDay.history.filter(Q(rotation=rotation) | Q(rotation=None))
    return changes_in(
        [
            rotation.history.all(),
            Membership.history.filter(rotation=rotation),
            Unit.history.filter(rotation=rotation),
            UnitPipeline.history.filter(unit__rotation=rotation),
            company_days,
        ],
        zone,
    )
