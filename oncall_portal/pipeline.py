"""What the page of one pipeline shows, as finished values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from incidents.loads import IncidentRow, incidents_of_pipeline
from pipelines.models import Engineer, Ownership, Pipeline, Runbook
from rotations.domain.duty import Duty, duties
from rotations.domain.roster import Role, Severity
from rotations.domain.spans import DAY, UTC, Span
from rotations.loads.on_call import Standing, standing_of
from rotations.loads.roster import load_roster

AHEAD = 36 * DAY


@dataclass(frozen=True, slots=True)
class Turn:
    """A piece of duty on the pipeline's unit."""

    engineer: Engineer
    role: str
    span: Span
    covers_for: Engineer | None
    is_now: bool


@dataclass(frozen=True, slots=True)
class PipelinePage:
    """Everything about one pipeline; owners and runbook are None where there is none."""

    pipeline: Pipeline
    ownership: Ownership | None
    standing: Standing
    turns: tuple[Turn, ...]
    runbook: Runbook | None
    incidents: tuple[IncidentRow, ...]


def pipeline_page(pipeline: Pipeline, at: dt.datetime) -> PipelinePage:
    """The page of a pipeline at an instant, in a fixed number of queries."""
    at = at.astimezone(UTC)
    roster = load_roster(Span(at, at + AHEAD))
    people = Engineer.objects.in_bulk()
    unit = roster.unit_of.get(pipeline.pk)
    turns = [duty for duty in duties(roster) if unit and duty.unit == unit.id]
    owners = pipeline.ownerships.on(at.date()).select_related("primary", "secondary")
    return PipelinePage(
        pipeline=pipeline,
        ownership=owners.first(),
        standing=standing_of(roster, pipeline, people, at, Severity.CRITICAL),
        turns=tuple(_turn(duty, people, at) for duty in sorted(turns, key=lambda duty: (duty.span.start, duty.role))),
        runbook=Runbook.objects.filter(pipeline=pipeline)
        .select_related("reviewed_by")
        .prefetch_related("failure_modes", "key_actions")
        .first(),
        incidents=incidents_of_pipeline(pipeline, at),
    )


def _turn(duty: Duty, people: dict[int, Engineer], at: dt.datetime) -> Turn:
    return Turn(
        engineer=people[duty.engineer],
        role=Role(duty.role).value,
        span=duty.span,
        covers_for=people[duty.shift.engineer] if duty.cover else None,
        is_now=at in duty.span,
    )
