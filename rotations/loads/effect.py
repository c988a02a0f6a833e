"""Reads: what a decision does to duty as finished rows, for every page on which somebody decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pipelines.models import Engineer

from ..domain.difference import COVERED, Change, Consequence
from ..domain.roster import Roster
from ..domain.spans import UTC, Span
from ..domain.wording import span_text
from ..models import Cover

People = dict[int | None, Engineer]


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody is asked to decide, in words: above the effect, and on the two buttons; who reads the reason."""

    heading: str
    approve: str
    decline: str
    reader: str


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
    """What a decision would do, as a page shows it; `seen` names it for the decision."""

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


def effect(found: Consequence, roster: Roster, zone: ZoneInfo, seen: str) -> Effect:
    """A consequence as a page shows it, with times in a reader's zone."""
    people = people_of(found)
    return Effect(
        rows=tuple(_rows(found, roster, people, zone)),
        loads=tuple(_loads(found, roster, people)),
        sentences=found.sentences,
        has_gap=bool(found.gaps),
        seen=seen,
    )


def cover_rows(covers: Iterable[Cover], zone: ZoneInfo) -> list[CoverRow]:
    """Covers with their engineers, shift and unit at hand, as a page shows them."""
    return [
        CoverRow(
            cover.shift.unit.name,
            cover.shift.role,
            span_text(Span(cover.starts_at.astimezone(UTC), cover.ends_at.astimezone(UTC)), zone),
            Step(cover.replaces, cover.engineer, ""),
        )
        for cover in covers
    ]


def people_of(found: Consequence) -> People:
    """Everybody whom a consequence names, in one query."""
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
