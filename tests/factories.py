"""Rows for tests: plain functions, every argument optional, nothing surprising."""

from __future__ import annotations

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

from incidents.models import Incident, SlaPolicy
from incidents.verbs import report
from pipelines.models import Area, Audience, Engineer, Ownership, Pipeline, Training
from rotations.models import Cover, Membership, PublicHoliday, Rotation, Shift, Unit, UnitPipeline

UTC = dt.UTC
_numbers = itertools.count(1)
LONG_AGO = dt.date(2020, 1, 1)


def at(text: str) -> dt.datetime:
    """A UTC instant from text such as 2026-11-23 09:00."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


def make_engineer(name: str | None = None, **fields) -> Engineer:
    name = name or f"Engineer {next(_numbers)}"
    username = name.lower().replace(" ", "-")
    fields = {"email": f"{username}@example.org", "time_zone": ZoneInfo("UTC"), **fields}
    return Engineer.objects.create_user(username, password="sesame", name=name, **fields)


def make_pipeline(name: str | None = None, *, owners=(), trained=(), area="Profit", audience="investors", **fields):
    name = name or f"Pipeline {next(_numbers)}"
    pipeline = Pipeline.objects.create(
        name=name,
        slug=name.lower().replace(" ", "-"),
        area=Area.objects.get_or_create(name=area)[0],
        audience=Audience.objects.get_or_create(name=audience)[0],
        **fields,
    )
    if owners:
        Ownership.objects.create(pipeline=pipeline, primary=owners[0], secondary=owners[1], starts_on=LONG_AGO)
    for engineer in trained:
        Training.objects.create(pipeline=pipeline, engineer=engineer, trained_on=LONG_AGO)
    return pipeline


def make_rotation(name: str = "Data", *, members=(), managers=(), pipelines=(), **fields) -> Rotation:
    """A rotation in UTC, hand-off Monday 09:00, each pipeline a unit on its own."""
    rotation = Rotation.objects.create(name=name, slug=name.lower().replace(" ", "-"), **fields)
    rotation.managers.set(managers)
    for engineer in members:
        Membership.objects.create(rotation=rotation, engineer=engineer, joins_on=LONG_AGO)
    for pipeline in pipelines:
        unit = Unit.objects.create(rotation=rotation, name=pipeline.name)
        UnitPipeline.objects.create(unit=unit, pipeline=pipeline)
    return rotation


def make_shift(unit: Unit, engineer: Engineer, role: str = "primary", week: str = "2026-11-23", **fields) -> Shift:
    """A week of duty from the hand-off of `week`, 09:00 UTC."""
    start = at(f"{week} 09:00")
    fields = {"starts_at": start, "ends_at": start + dt.timedelta(weeks=1), "changed_at": start, **fields}
    return Shift.objects.create(unit=unit, engineer=engineer, role=role, **fields)


def make_cover(shift: Shift, engineer: Engineer, starts_at: str, ends_at: str, **fields) -> Cover:
    fields = {"replaces": shift.engineer, "decided_at": at("2026-11-01 12:00"), **fields}
    return Cover.objects.create(shift=shift, engineer=engineer, starts_at=at(starts_at), ends_at=at(ends_at), **fields)


def make_holiday(day: str, name: str = "Holiday", calendar: str = "US") -> PublicHoliday:
    return PublicHoliday.objects.create(calendar=calendar, day=dt.date.fromisoformat(day), name=name)


def make_sla(audience: str = "investors", **fields) -> list[SlaPolicy]:
    """The reference SLA for an audience: 30 min / 4 h, 2 h / 12 h, 6 h / 24 h."""
    to = Audience.objects.get_or_create(name=audience)[0]
    return [
        SlaPolicy.objects.create(
            audience=to, severity=severity, respond_minutes=respond, resolve_minutes=resolve, **fields
        )
        for severity, respond, resolve in (("critical", 30, 240), ("high", 120, 720), ("medium", 360, 1440))
    ]


def make_incident(pipeline: Pipeline, opened_at: dt.datetime, severity: str = "critical", **fields) -> Incident:
    """An incident reported by the verb, as the pages do."""
    fields = {"title": "Row count 0", "description": "", "by": None, **fields}
    return report(pipeline, severity, **fields, at=opened_at)
