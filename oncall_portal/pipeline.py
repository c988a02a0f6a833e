"""What the page of one pipeline shows, as finished values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from incidents.loads import IncidentRow, incidents_of_pipeline
from pipelines.models import Engineer, Ownership, Pipeline, Runbook, Training
from rotations.domain.coverage import edges
from rotations.domain.duty import duty_at
from rotations.domain.roster import Post, Role, Roster, Severity
from rotations.domain.spans import DAY, UTC, Span
from rotations.loads.on_call import Standing, standing_of
from rotations.loads.roster import load_roster, owners_zone

AHEAD = 36 * DAY


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a role, and for whom if not by the plan."""

    engineer: Engineer
    covers_for: Engineer | None


@dataclass(frozen=True, slots=True)
class Turn:
    """A span in which the pair of the pipeline's unit stays the same; None where nobody stands."""

    span: Span
    primary: Holder | None
    secondary: Holder | None
    is_now: bool


@dataclass(frozen=True, slots=True)
class PipelinePage:
    """Everything about one pipeline; owners and runbook are None where there is none."""

    pipeline: Pipeline
    ownership: Ownership | None
    shadows: tuple[Training, ...]
    standing: Standing
    turns: tuple[Turn, ...]
    runbook: Runbook | None
    incidents: tuple[IncidentRow, ...]


def pipeline_page(pipeline: Pipeline, at: dt.datetime) -> PipelinePage:
    """The page of a pipeline at an instant, in a fixed number of queries."""
    at = at.astimezone(UTC)
    roster = load_roster(Span(at, at + AHEAD))
    people = Engineer.objects.in_bulk()
    unit = roster.unit_at(pipeline.pk, at)
    zone = roster.team_of(unit).calendar.zone if unit else owners_zone(None)
    today = at.astimezone(zone).date()
    owners = pipeline.ownerships.on(today).select_related("primary", "secondary")
    shadows = pipeline.trainings.filter(shadows_until__gt=today, engineer__is_active=True)
    return PipelinePage(
        pipeline=pipeline,
        ownership=owners.first(),
        shadows=tuple(shadows.select_related("engineer").order_by("engineer__name", "pk")),
        standing=standing_of(roster, pipeline, people, at, Severity.CRITICAL),
        turns=tuple(_turns(roster, pipeline, people, at)),
        runbook=Runbook.objects.filter(pipeline=pipeline)
        .select_related("reviewed_by")
        .prefetch_related("failure_modes", "key_actions")
        .first(),
        incidents=incidents_of_pipeline(pipeline, at),
    )


def _turns(roster: Roster, pipeline: Pipeline, people: dict[int, Engineer], at: dt.datetime) -> Iterator[Turn]:
    """From the change of the pair that came last, as far as anything is published."""
    units = roster.units_of.get(pipeline.pk, ())
    shifts = [shift for unit in units for shift in roster.shifts_of.get(unit.id, ())]
    if not shifts:
        return
    published = Span(min(shift.span.start for shift in shifts), max(shift.span.end for shift in shifts))
    turn = None
    moves = [edge for unit in units for span in unit.stands.values() for edge in (span.start, span.end)]
    for span in published.cut([*moves, *(edge for unit in units for edge in edges(roster, unit.id))]):
        unit = roster.unit_at(pipeline.pk, span.start)
        primary, secondary = (unit and _holder(roster, unit, role, people, span.start) for role in Role)
        if turn and (turn.primary, turn.secondary) == (primary, secondary):
            turn = replace(turn, span=Span(turn.span.start, span.end), is_now=turn.is_now or at in span)
            continue
        if turn and turn.span.end > at:
            yield turn
        turn = Turn(span, primary, secondary, is_now=at in span)
    if turn and turn.span.end > at:
        yield turn


def _holder(roster: Roster, unit: Post, role: Role, people: dict[int, Engineer], at: dt.datetime) -> Holder | None:
    duty = duty_at(roster, unit.id, role, at)
    return duty and Holder(people[duty.engineer], people[duty.shift.engineer] if duty.cover else None)
