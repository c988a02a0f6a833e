"""Reads: what a decision does to duty as finished rows, for every page on which somebody decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pipelines.models import Engineer

from ..domain.before_after import Cell, before_and_after
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
class DaysCell:
    """So many columns with the same people, one after the other: each with when they begin, where that is inside."""

    columns: int
    people: tuple[tuple[Engineer | None, str], ...]
    is_changed: bool


@dataclass(frozen=True, slots=True)
class DaysRow:
    """A role of a unit before or after; `starts` says so of the first row of a unit, which is `height` rows high."""

    unit: str
    starts: bool
    height: int
    role: str
    when: str
    cells: tuple[DaysCell, ...]


@dataclass(frozen=True, slots=True)
class Days:
    """Duty before and after as a small calendar: a head for each column, and the rows of every unit."""

    heads: tuple[tuple[str, str], ...]
    are_weeks: bool
    rows: tuple[DaysRow, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decision would do, as a page shows it; `seen` names it for the decision. `over` says where too many would
    be away, `refusals` why somebody chosen cannot cover."""

    rows: tuple[EffectRow, ...]
    days: Days | None
    loads: tuple[LoadRow, ...]
    sentences: tuple[str, ...]
    has_gap: bool
    over: tuple[str, ...]
    refusals: tuple[str, ...]
    seen: str

    @property
    def can_be_approved(self) -> bool:
        return not (self.has_gap or self.refusals)


@dataclass(frozen=True, slots=True)
class CoverRow:
    """A cover in force that a request caused; an idle one does nothing, as whom it replaces has not that duty now."""

    unit: str
    role: str
    when: str
    step: Step
    is_idle: bool = False


def effect(found: Consequence, roster: Roster, zone: ZoneInfo, seen: str) -> Effect:
    """A consequence as a page shows it, with times in a reader's zone."""
    people = people_of(found, zone)
    return Effect(
        rows=tuple(_rows(found, roster, people, zone)),
        days=_days(found, roster, people, zone),
        loads=tuple(_loads(found, roster, people)),
        sentences=found.sentences,
        has_gap=bool(found.gaps),
        over=found.over,
        refusals=found.refusals,
        seen=seen,
    )


def cover_rows(covers: Iterable[Cover], zone: ZoneInfo, idle: Collection[int] = ()) -> list[CoverRow]:
    """Covers with their engineers, shift and unit at hand, as a page shows them; `idle` are the keys of those."""
    return [
        CoverRow(
            cover.shift.unit.name,
            cover.shift.role,
            span_text(Span(cover.starts_at.astimezone(UTC), cover.ends_at.astimezone(UTC)), zone),
            Step(cover.replaces, cover.engineer, ""),
            cover.pk in idle,
        )
        for cover in covers
    ]


def people_of(found: Consequence, zone: ZoneInfo, also: Iterable[int] = ()) -> People:
    """Everybody whom a consequence or its small calendar names, in one query."""
    days = before_and_after(found, zone)
    rows = [row for _, rows in days.units for row in rows] if days else []
    shown = {held.engineer for row in rows for cell in row.cells for held in cell.held}
    return dict(Engineer.objects.in_bulk(sorted({*shown, *found.people, *also} - {None})))


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


def _days(found: Consequence, roster: Roster, people: People, zone: ZoneInfo) -> Days | None:
    days = before_and_after(found, zone)
    if days is None:
        return None
    rows = [
        DaysRow(
            unit=roster.units[unit].name,
            starts=n == 0,
            height=len(rows),
            role=row.role.value,
            when="after" if row.is_after else "before",
            cells=tuple(_cell(cell, people, zone, is_week=days.are_weeks) for cell in row.cells),
        )
        for unit, rows in days.units
        for n, row in enumerate(rows)
    ]
    return Days(tuple((f"{day:%a}", f"{day.day} {day:%b}") for day in days.columns), days.are_weeks, tuple(rows))


def _cell(cell: Cell, people: People, zone: ZoneInfo, *, is_week: bool) -> DaysCell:
    held = (
        (people.get(held.engineer), _since(held.since.astimezone(zone), is_week=is_week) if held.since else "")
        for held in cell.held
    )
    return DaysCell(cell.columns, tuple(held), cell.is_changed)


def _since(at: dt.datetime, *, is_week: bool) -> str:
    clock = "" if at.time() == dt.time() else f"{at:%H:%M}"
    return f"{at:%a} {clock}".strip() if is_week else clock
