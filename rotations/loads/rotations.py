"""Reads for the pages of rotations themselves: their rules, members and units."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from pipelines.models import Engineer, Pipeline

from ..domain.spans import DAY, UTC, Span
from ..models import Membership, Rotation
from .roster import load_roster


@dataclass(frozen=True, slots=True)
class StaffedUnit:
    """A unit with its pipelines and who may stand in it, by name."""

    name: str
    pipelines: tuple[Pipeline, ...]
    qualified: tuple[Engineer, ...]


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
    here = [post for post in posts.values() if post.team == rotation.pk]
    people = Engineer.objects.active().in_bulk({engineer for post in here for engineer in post.qualified})
    return [
        StaffedUnit(
            name=post.name,
            pipelines=tuple(pipelines[pipeline] for pipeline in post.pipelines),
            qualified=tuple(engineer for engineer in people.values() if engineer.pk in post.qualified),
        )
        for post in sorted(here, key=lambda post: post.id)
    ]
