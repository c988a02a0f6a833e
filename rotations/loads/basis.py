"""Reads: what a plan stands on, noted when it is asked for and held against what is so when it is published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from pipelines.models import Engineer, Ownership, Pipeline, Training

from ..domain.basis import Basis, Called, facts_changed
from ..domain.spans import DAY, Span
from ..models import Membership, Rotation, Shift, TimeOffRequest, Unit, UnitPipeline
from .planning import calendar_for

RULES = ("handoff_weekday", "max_roles_per_week", "primary_weight", "secondary_weight", "shift_weeks")


def basis_of(rotation: Rotation, first_week: dt.date, weeks: int, shifts: Iterable[Shift] | None = None) -> Basis:
    """Members, absences, units, owners, the trained and what is published, in six queries; five if shifts are given."""
    span = calendar_for(rotation).week_span(first_week, weeks)
    until = first_week + dt.timedelta(weeks=weeks)
    rows = Membership.objects.in_days(first_week, until).filter(rotation=rotation, engineer__is_active=True)
    members = list(rows.order_by("engineer_id", "joins_on"))
    off = TimeOffRequest.objects.in_force().in_span(span).filter(engineer__in={row.engineer_id for row in members})
    active = Pipeline.objects.filter(is_active=True)
    places = UnitPipeline.objects.in_days(first_week, until).filter(unit__rotation=rotation, pipeline__in=active)
    places = list(places.order_by("unit_id", "pipeline_id", "pk"))
    mine = {place.pipeline_id for place in places}
    held = Q(ends_on=None) | Q(ends_on__gte=first_week - DAY)
    owners = Ownership.objects.filter(held, pipeline__in=mine, starts_on__lte=until)
    trained = Training.objects.filter(pipeline__in=mine)
    found = published_in(rotation, span) if shifts is None else shifts
    return {
        "members": [
            [row.engineer_id, _iso(row.joins_on), _iso(row.leaves_on), row.capacity_percent] for row in members
        ],
        "absences": [[row.engineer_id, _iso(row.starts_at), _iso(row.ends_at)] for row in off.order_by("pk")],
        "places": [[place.unit_id, place.pipeline_id, _iso(place.starts_on), _iso(place.ends_on)] for place in places],
        "owners": [
            [row.pipeline_id, row.primary_id, row.secondary_id, _iso(row.starts_on), _iso(row.ends_on)]
            for row in owners.order_by("pk")
        ],
        "trained": [[row.pipeline_id, row.engineer_id, _iso(row.shadows_until)] for row in trained.order_by("pk")],
        "shifts": {str(shift.pk): f"{shift.engineer_id}/{shift.version}" for shift in found},
        "rules": {
            "zone": str(rotation.time_zone),
            "handoff": f"{rotation.handoff_time:%H:%M}",
            **{name: getattr(rotation, name) for name in RULES},
        },
    }


def published_in(rotation: Rotation, span: Span) -> list[Shift]:
    """The published shifts of a rotation that touch a span."""
    shifts = Shift.objects.in_span(span).filter(unit__rotation=rotation)
    return list(shifts.order_by("starts_at", "unit_id", "role"))


def called(rotation: Rotation) -> Called:
    """What the ids of a basis are called; three queries, so only where there is something to say."""
    return Called(
        people={pk: str(engineer) for pk, engineer in Engineer.objects.in_bulk().items()},
        units=dict(Unit.objects.filter(rotation=rotation).values_list("pk", "name")),
        pipelines=dict(Pipeline.objects.values_list("pk", "name")),
    )


def changed_words(rotation: Rotation, before: Basis, now: Basis) -> tuple[str, ...]:
    """Members, time off, owners and rules that changed, in words; no query where nothing did."""
    same = {key: value for key, value in before.items() if key != "shifts"}
    if same == {key: value for key, value in now.items() if key != "shifts"}:
        return ()
    return facts_changed(before, now, called(rotation))


def _iso(value: Any) -> str | None:
    return value and value.isoformat()
