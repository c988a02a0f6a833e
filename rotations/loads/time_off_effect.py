"""Reads: the effect of a request on duty as finished rows, for the page and for the admin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pipelines.models import Engineer

from ..domain.difference import COVERED, Change, Consequence
from ..domain.roster import Roster
from ..domain.spans import UTC, Span
from ..domain.wording import span_text
from ..models import TimeOffRequest
from .time_off import consequence_of, request_roster

People = dict[int | None, Engineer]


@dataclass(frozen=True, slots=True)
class Step:
    """One role before and after; None where nobody has it."""

    before: Engineer | None
    after: Engineer | None
    why: str


@dataclass(frozen=True, slots=True)
class EffectRow:
    """A unit for a span: each role's step, None where the role stays as it is."""

    unit: str
    when: str
    primary: Step | None
    secondary: Step | None
    outcome: str
    is_covered: bool


@dataclass(frozen=True, slots=True)
class LoadRow:
    """What somebody carries, in tokens, before and after, beside the fair share of the rotation."""

    rotation: str
    engineer: Engineer
    before: float
    after: float
    change: float
    fair: float
    balance: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What deciding a request would do, as a page shows it; `seen` names it for the decision."""

    rows: tuple[EffectRow, ...]
    loads: tuple[LoadRow, ...]
    sentences: tuple[str, ...]
    has_gap: bool
    seen: str


@dataclass(frozen=True, slots=True)
class CoverRow:
    """A cover in force that a request caused."""

    unit: str
    role: str
    when: str
    step: Step


def effect_of(request: TimeOffRequest, at: dt.datetime, zone: ZoneInfo) -> Effect:
    """The effect of deciding a request at an instant, with times in a reader's zone."""
    roster = request_roster(request, at)
    found = consequence_of(request, roster, at)
    people = _people(found)
    return Effect(
        rows=tuple(_rows(found, roster, people, zone)),
        loads=tuple(_loads(found, roster, people)),
        sentences=found.sentences,
        has_gap=bool(found.gaps),
        seen=found.digest,
    )


def covers_in_force(request: TimeOffRequest, zone: ZoneInfo) -> list[CoverRow]:
    """Who stands in because of a request, by time."""
    covers = request.covers.filter(ended_at=None).select_related("engineer", "replaces", "shift__unit")
    return [
        CoverRow(
            cover.shift.unit.name,
            cover.shift.role,
            span_text(Span(cover.starts_at.astimezone(UTC), cover.ends_at.astimezone(UTC)), zone),
            Step(cover.replaces, cover.engineer, ""),
        )
        for cover in covers.order_by("starts_at", "shift__unit", "shift__role")
    ]


def _people(found: Consequence) -> People:
    wanted = {person for change in found.changes for person in (change.before, change.after)}
    return dict(Engineer.objects.in_bulk([person for person in wanted if person is not None]))


def _rows(found: Consequence, roster: Roster, people: People, zone: ZoneInfo) -> Iterable[EffectRow]:
    for line in found.lines:
        yield EffectRow(
            unit=roster.units[line.unit].name,
            when=span_text(line.span, zone),
            primary=_step(line.primary, people),
            secondary=_step(line.secondary, people),
            outcome=line.outcome,
            is_covered=line.outcome == COVERED,
        )


def _step(change: Change | None, people: People) -> Step | None:
    return change and Step(people.get(change.before), people.get(change.after), change.why)


def _loads(found: Consequence, roster: Roster, people: People) -> Iterable[LoadRow]:
    for share in found.shares:
        before, after = share.before.tokens, share.after.tokens
        yield LoadRow(
            rotation=roster.teams[share.team].name,
            engineer=people[share.engineer],
            before=before,
            after=after,
            change=after - before,
            fair=share.fair,
            balance=after - share.fair,
        )
