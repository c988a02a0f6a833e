"""Reads: who is called for each pipeline, with people and pipelines as rows that a page can name."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pipelines.models import Engineer, Pipeline

from ..domain import resolver
from ..domain.roster import Role, Roster, Severity
from ..domain.spans import DAY, UTC, Span
from .roster import load_roster

# Somebody called first or second changes within a week at the latest, at the hand-off; what lies before `at` matters
# only for shifts in force, which the window's start touches.
AHEAD = 8 * DAY


@dataclass(frozen=True, slots=True)
class Caller:
    """One place in the chain; `engineer` is None only where a place is skipped because it is empty."""

    engineer: Engineer | None
    role: str
    because: str
    covers_for: Engineer | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Who is called for a pipeline at an instant, until when, and who was passed over."""

    pipeline: Pipeline
    callers: tuple[Caller, ...]
    skipped: tuple[Caller, ...]
    until: dt.datetime | None
    finding: str

    @property
    def first(self) -> Caller | None:
        return self.callers[0] if self.callers else None

    @property
    def second(self) -> Caller | None:
        return self.callers[1] if len(self.callers) > 1 else None

    @property
    def is_uncovered(self) -> bool:
        """Nobody who has duty can be called: a gap, even though somebody behind them is."""
        return not any(caller.role in tuple(Role) for caller in self.callers)


def standing_of(
    roster: Roster, pipeline: Pipeline, people: dict[int, Engineer], at: dt.datetime, severity: Severity
) -> Standing:
    """The resolver's answer for one pipeline, as rows."""
    chain = resolver.on_call(roster, pipeline.pk, at, severity)
    return Standing(
        pipeline=pipeline,
        callers=tuple(
            Caller(people[row.engineer], row.role, row.because, people.get(row.covers_for)) for row in chain.responders
        ),
        skipped=tuple(Caller(people.get(row.engineer), row.role, row.because) for row in chain.skipped),
        until=resolver.until(roster, pipeline.pk, at, severity),
        finding=chain.finding,
    )


def on_call_now(at: dt.datetime, severity: Severity = Severity.CRITICAL) -> list[Standing]:
    """Who is called at an instant, for every pipeline in service, by area."""
    at = at.astimezone(UTC)
    roster = load_roster(Span(at, at + AHEAD))
    people = Engineer.objects.in_bulk()
    return [standing_of(roster, pipeline, people, at, severity) for pipeline in Pipeline.objects.for_pages()]
