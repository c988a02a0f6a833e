"""Reads: the duty of one engineer, for their feed and their own page, in three queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db.models import Max, Q

from pipelines.models import Engineer, Pipeline

from ..domain import roster as facts
from ..domain.duty import Duty, duties
from ..domain.spans import UTC, Span
from ..models import Cover, Shift, UnitPipeline
from .roster import calendar_of, cover_facts, person, shift_facts


@dataclass(frozen=True, slots=True)
class OwnDuty:
    """Every shift in a span that an engineer has, covers or is covered in, and the pipelines of its units."""

    engineer: Engineer
    roster: facts.Roster
    pipelines: Mapping[int, tuple[Pipeline, ...]]

    @property
    def duties(self) -> list[Duty]:
        """What really is theirs, in order of time."""
        own = (duty for duty in duties(self.roster) if duty.engineer == self.engineer.pk)
        return sorted(own, key=lambda duty: (duty.span, duty.unit, duty.role))


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A piece of one's own duty as a list shows it."""

    role: str
    unit: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    covers_for: str
    is_now: bool
    pipelines: tuple[Pipeline, ...]
    shift: int


def load_own_duty(engineer: Engineer, span: Span) -> OwnDuty:
    """The facts about one engineer's duty in a span, whatever became of their shifts since."""
    covered = Cover.objects.filter(engineer=engineer).values("shift")
    shifts = list(
        Shift.objects.in_span(span)
        .filter(Q(engineer=engineer) | Q(pk__in=covered))
        .select_related("engineer", "unit__rotation")
    )
    covers = list(Cover.objects.filter(shift__in=shifts).select_related("engineer"))
    units = {shift.unit_id: shift.unit for shift in shifts}
    pipelines: dict[int, tuple[Pipeline, ...]] = {}
    for place in UnitPipeline.objects.filter(unit__in=units).select_related("pipeline").order_by("pk"):
        pipelines[place.unit_id] = (*pipelines.get(place.unit_id, ()), place.pipeline)
    people = {engineer, *(row.engineer for row in (*shifts, *covers) if row.engineer)}
    roster = facts.Roster(
        window=span,
        people={one.pk: person(one) for one in people},
        teams={
            unit.rotation_id: facts.Team(unit.rotation_id, unit.rotation.name, calendar_of(unit.rotation))
            for unit in units.values()
        },
        units={pk: facts.Post(pk, unit.name, unit.rotation_id, ()) for pk, unit in units.items()},
        shifts=tuple(shift_facts(shift) for shift in shifts),
        covers=tuple(cover_facts(cover) for cover in covers),
    )
    return OwnDuty(engineer, roster, pipelines)


def duty_rows(own: OwnDuty, at: dt.datetime) -> list[DutyRow]:
    """What is theirs now or later, in order of time; weeks of the same duty in a row are one row."""
    rows: list[DutyRow] = []
    last: dict[tuple[str, str, str], int] = {}
    for row in _pieces(own, at):
        key = row.role, row.unit, row.covers_for
        if key in last and rows[last[key]].ends_at == row.starts_at:
            rows[last[key]] = replace(rows[last[key]], ends_at=row.ends_at)
        else:
            last[key] = len(rows)
            rows.append(row)
    return rows


def _pieces(own: OwnDuty, at: dt.datetime) -> list[DutyRow]:
    return [
        DutyRow(
            role=duty.role.value,
            unit=own.roster.units[duty.unit].name,
            starts_at=duty.span.start,
            ends_at=duty.span.end,
            covers_for=own.roster.name(duty.shift.engineer) if duty.cover else "",
            is_now=at in duty.span,
            pipelines=own.pipelines.get(duty.unit, ()),
            shift=duty.shift.id,
        )
        for duty in own.duties
        if duty.span.end > at
    ]


def last_change(own: OwnDuty) -> dt.datetime | None:
    """When the plan or a cover last gave the engineer duty or took some away; one query more.

    A shift that went to somebody else, or was removed, is no longer in the roster: its history still leads to it.
    """
    ever = Shift.history.filter(engineer=own.engineer.pk).values("id")
    latest = Shift.history.filter(id__in=ever).aggregate(at=Max("history_date"))["at"]
    moments = [latest] if latest else []
    for cover in own.roster.covers:
        moments += [cover.decided_at, cover.ended_at or cover.decided_at]
    return max(moments).astimezone(UTC) if moments else None
