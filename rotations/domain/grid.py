"""A calendar as finished values: rows of lines of cells of blocks, ready to be written down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import groupby
from typing import TypeVar
from zoneinfo import ZoneInfo

from pipelines.domain.faces import hue

from .cards import Card, Labels, Page, Scribe
from .columns import Column, Period, short_days_words
from .duty import Duty
from .pieces import Frame, Hole, Piece, Place, frame, part_words, places, shows
from .roster import Absence, Calendar, Role, Roster
from .spans import Span, days_between

T = TypeVar("T")


class By(StrEnum):
    PIPELINE = "pipeline"
    ENGINEER = "engineer"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece as one cell shows it; `part` says which days or hours of the column, if not all."""

    card: Card
    part: str


@dataclass(frozen=True, slots=True)
class Note:
    """A public holiday (calendar and name) or somebody away (letters and name), on some days."""

    label: str
    text: str
    days: str = ""
    hue: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """Neighbouring columns that show the same."""

    width: int
    words: str
    is_today: bool
    blocks: tuple[Block, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A role's line of a unit, everything of an engineer, or notes."""

    name: str
    cells: tuple[Cell, ...]

    @property
    def is_empty(self) -> bool:
        return not any(cell.blocks or cell.notes for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Row:
    """A unit or an engineer; `heading` names the rotation above its first unit, where there are several."""

    name: str
    lines: tuple[Line, ...]
    heading: str = ""
    pages: tuple[Page, ...] = ()
    shadows: tuple[str, ...] = ()
    letters: str = ""
    hue: int | None = None
    is_mine: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A finished calendar."""

    period: Period
    by: By
    rows: tuple[Row, ...]
    notes: tuple[Line, ...]
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Sheet:
    """The facts a calendar is drawn from: whose zone, who reads it, how far each rotation is published."""

    roster: Roster
    period: Period
    zone: ZoneInfo
    labels: Labels = field(default_factory=Labels)
    horizons: Mapping[int, Span] = field(default_factory=dict)
    reader: int | None = None

    @cached_property
    def places(self) -> dict[Place, tuple[Duty | Hole, ...]]:
        return places(self.roster, self.horizons)

    @cached_property
    def frames(self) -> dict[int | None, tuple[Frame, ...]]:
        """Columns on each rotation's clock, by rotation; under None on the reader's own."""
        clocks: dict[int | None, Calendar | None] = {team.id: team.calendar for team in self.roster.teams.values()}
        return {
            team: tuple(frame(column, self.zone, calendar) for column in self.period.columns)
            for team, calendar in {None: None, **clocks}.items()
        }

    def frames_of(self, piece: Piece) -> tuple[Frame, ...]:
        return self.frames[None if isinstance(piece, Absence) else self.roster.units[piece.unit].team]


class Deck:
    """The cards of a calendar in the order in which they are first shown; a piece in two cells has one card."""

    def __init__(self, sheet: Sheet) -> None:
        self.scribe = Scribe(sheet.roster, sheet.zone, sheet.labels, sheet.reader)
        self.cards: dict[Piece, Card] = {}

    def of(self, piece: Piece) -> Card:
        if piece not in self.cards:
            self.cards[piece] = self.scribe.card(piece, f"card-{len(self.cards) + 1}")
        return self.cards[piece]


def grid_by_pipeline(sheet: Sheet, units: Iterable[int]) -> Grid:
    """Units in the order given, each with a line for its primary and one for its secondary, then who is away."""
    deck = Deck(sheet)
    rows = tuple(_unit_row(sheet, deck, unit, heading) for unit, heading in _headed(sheet.roster, units))
    notes = (_note_line(sheet, "Public holidays", _holidays(sheet)), _note_line(sheet, "Away", _away(sheet)))
    return Grid(sheet.period, By.PIPELINE, rows, notes, tuple(deck.cards.values()))


def grid_by_engineer(sheet: Sheet, engineers: Iterable[int]) -> Grid:
    """Engineers in the order given, each with a line of what they carry and when they are away."""
    deck = Deck(sheet)
    own: dict[int, list[Piece]] = {}
    for place in sorted(sheet.places):
        for piece in sheet.places[place]:
            if isinstance(piece, Duty):
                own.setdefault(piece.engineer, []).append(piece)
    rows = tuple(_engineer_row(sheet, deck, engineer, own.get(engineer, [])) for engineer in engineers)
    notes = (_note_line(sheet, "Public holidays", _holidays(sheet)),)
    return Grid(sheet.period, By.ENGINEER, rows, notes, tuple(deck.cards.values()))


def _headed(roster: Roster, units: Iterable[int]) -> Iterator[tuple[int, str]]:
    """Units with the name of their rotation on the first of each; one rotation alone needs no name."""
    above = None if len(roster.teams) > 1 else next(iter(roster.teams), None)
    for unit in units:
        team = roster.team_of(roster.units[unit])
        yield unit, "" if team.id == above else team.name
        above = team.id


def _unit_row(sheet: Sheet, deck: Deck, unit: int, heading: str) -> Row:
    post = sheet.roster.units[unit]
    lines = tuple(_line(sheet, deck, role.value, sheet.places[unit, role]) for role in Role)
    return Row(post.name, lines, heading, sheet.labels.pages.get(unit, ()), sheet.labels.shadows.get(unit, ()))


def _engineer_row(sheet: Sheet, deck: Deck, engineer: int, pieces: Iterable[Piece]) -> Row:
    everything = [*pieces, *sheet.roster.absences_of.get(engineer, ())]
    return Row(
        name=sheet.roster.name(engineer),
        lines=(_line(sheet, deck, "", everything),),
        letters=sheet.labels.letters.get(engineer, ""),
        hue=hue(engineer),
        is_mine=engineer == sheet.reader,
    )


def _line(sheet: Sheet, deck: Deck, name: str, pieces: Iterable[Piece]) -> Line:
    """Columns with what they show; neighbours that show the same become one cell."""
    cells = tuple(
        _cell(columns, blocks=tuple(Block(deck.of(piece), part) for piece, part in content))
        for columns, content in _runs(sheet.period.columns, _shown(sheet, pieces))
    )
    return Line(name, cells)


def _shown(sheet: Sheet, pieces: Iterable[Piece]) -> list[tuple[tuple[Piece, str], ...]]:
    """For each column the pieces it shows, and which part of it each fills."""
    shown: list[list[tuple[Piece, str]]] = [[] for _ in sheet.period.columns]
    for piece in pieces:
        columns = zip(sheet.period.columns, sheet.frames_of(piece), shown, strict=True)
        for column, on, content in columns:
            if shows(on, piece):
                content.append((piece, part_words(on, piece, column, sheet.zone)))
    return [tuple(content) for content in shown]


def _note_line(sheet: Sheet, name: str, notes: Sequence[tuple[Note, ...]]) -> Line:
    return Line(name, tuple(_cell(columns, notes=content) for columns, content in _runs(sheet.period.columns, notes)))


def _holidays(sheet: Sheet) -> list[tuple[Note, ...]]:
    """For each column its public holidays, by day and calendar."""
    return [
        tuple(
            Note(key, calendar[day], "" if column.is_day else short_days_words(day, day))
            for day in days_between(column.first, column.until)
            for key, calendar in sorted(sheet.roster.holidays.items())
            if day in calendar
        )
        for column in sheet.period.columns
    ]


def _away(sheet: Sheet) -> list[tuple[Note, ...]]:
    """For each column who is away; never why."""
    absences = sorted(sheet.roster.absences, key=lambda absence: (absence.span, sheet.roster.name(absence.engineer)))
    letters = sheet.labels.letters
    return [
        tuple(
            Note(letters.get(one.engineer, ""), sheet.roster.name(one.engineer), part, hue(one.engineer))
            for one, part in content
            if isinstance(one, Absence)
        )
        for content in _shown(sheet, absences)
    ]


def _runs(columns: Iterable[Column], contents: Sequence[T]) -> Iterator[tuple[list[Column], T]]:
    pairs = zip(columns, contents, strict=True)
    for content, run in groupby(pairs, key=lambda pair: pair[1]):
        yield [column for column, _ in run], content


def _cell(columns: list[Column], blocks: tuple[Block, ...] = (), notes: tuple[Note, ...] = ()) -> Cell:
    whole = Column(columns[0].first, columns[-1].until)
    return Cell(len(columns), whole.words, any(column.is_today for column in columns), blocks, notes)
