"""Reads: covers in force that do nothing, as whom they replace no longer has the duty; whatever their cause."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet

from pipelines.models import Engineer

from ..domain import roster as facts
from ..domain.duty import idle_covers
from ..domain.spans import DAY, UTC, Span
from ..models import Cover, Rotation, Shift
from .roster import cover_facts, shift_facts

NAMES = ("engineer", "replaces", "shift__unit")


def idle_in(rotation: Rotation, at: dt.datetime) -> list[Cover]:
    """Idle covers of a rotation that are not over, by time, in two queries."""
    return _idle(Shift.objects.filter(unit__rotation=rotation), at)


def idle_of(engineer: Engineer, at: dt.datetime) -> list[Cover]:
    """Somebody's own idle covers that are not over, by time, in two queries."""
    own = Cover.objects.filter(engineer=engineer, ended_at=None, ends_at__gt=at)
    return [
        row for row in _idle(Shift.objects.filter(pk__in=own.values("shift")), at) if row.engineer_id == engineer.pk
    ]


def idle_on(shift: int, at: dt.datetime) -> list[Cover]:
    """Idle covers of one shift that are not over."""
    return _idle(Shift.objects.filter(pk=shift), at)


def idle_among(covers: Iterable[Cover], at: dt.datetime) -> set[int]:
    """Which of some covers are idle, by key, in two queries."""
    shifts = Shift.objects.filter(pk__in={cover.shift_id for cover in covers})
    return {cover.pk for cover in _idle(shifts, at)}


def _idle(shifts: QuerySet[Shift], at: dt.datetime) -> list[Cover]:
    in_force = Cover.objects.filter(ended_at=None, ends_at__gt=at)
    covered = list(shifts.filter(pk__in=in_force.values("shift")))
    rows = list(Cover.objects.filter(shift__in=covered, ended_at=None).select_related(*NAMES))
    idle = _idle_keys(covered, rows, at)
    return sorted((row for row in rows if row.pk in idle and row.ends_at > at), key=lambda row: (row.starts_at, row.pk))


def _idle_keys(shifts: Iterable[Shift], covers: Iterable[Cover], at: dt.datetime) -> set[int]:
    at = at.astimezone(UTC)
    roster = facts.Roster(
        window=Span(at, at + DAY),
        people={},
        teams={},
        units={},
        shifts=tuple(shift_facts(shift) for shift in shifts),
        covers=tuple(cover_facts(cover) for cover in covers),
    )
    return {cover.id for cover in idle_covers(roster)}
