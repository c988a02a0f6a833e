"""Reads: the overrides of a rotation that hold or will."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from pipelines.models import Engineer

from ..domain.spans import UTC, Span
from ..domain.wording import span_text
from ..models import Cover, Rotation


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """What one decision put into force; `pk` is that of one of its covers, by which all are ended."""

    pk: int
    engineer: Engineer
    role: str
    units: str
    when: str
    reason: str
    decided_by: Engineer | None


def overrides_ahead(rotation: Rotation, at: dt.datetime, zone: ZoneInfo) -> list[OverrideRow]:
    """Overrides that are not over, in the order in which they were decided; one query."""
    rows = _overrides().filter(shift__unit__rotation=rotation, ended_at=None, ends_at__gt=at)
    covers = rows.select_related("engineer", "decided_by", "shift__unit").order_by("decided_at", "engineer", "pk")
    groups = groupby(covers, key=lambda cover: (cover.decided_at, cover.engineer_id, cover.decided_by_id))
    return [_row(list(group), zone) for _, group in groups]


def same_decision(cover: Cover) -> QuerySet[Cover]:
    """Every cover that was decided together with an override."""
    return _overrides().filter(
        engineer=cover.engineer_id,
        decided_at=cover.decided_at,
        decided_by=cover.decided_by_id,
        shift__unit__rotation__in=Rotation.objects.filter(units__shifts=cover.shift_id),
    )


def _overrides() -> QuerySet[Cover]:
    return Cover.objects.filter(time_off=None, swap=None)


def _row(covers: list[Cover], zone: ZoneInfo) -> OverrideRow:
    first = covers[0]
    units = dict.fromkeys(cover.shift.unit.name for cover in covers)
    start, end = min(cover.starts_at for cover in covers), max(cover.ends_at for cover in covers)
    return OverrideRow(
        pk=first.pk,
        engineer=first.engineer,
        role=first.shift.role,
        units=", ".join(units),
        when=span_text(Span(start.astimezone(UTC), end.astimezone(UTC)), zone),
        reason=first.reason,
        decided_by=first.decided_by,
    )
