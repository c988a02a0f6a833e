"""Duty before and after a decision as a small calendar: days across, roles of each unit down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from .coverage import Stand, compared, narrowed
from .difference import Consequence
from .roster import Role, Roster
from .spans import DAY, Span, days_of, instant

MOST_DAYS = 14  # beyond these a column is a week


@dataclass(frozen=True, slots=True)
class Held:
    """Who can be called, from an instant inside the column on; from its start where there is none."""

    engineer: int | None
    since: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """So many columns with the same holders; `is_changed` where another roster says otherwise."""

    columns: int
    held: tuple[Held, ...]
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A role of a unit, before or after."""

    role: Role
    is_after: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Days:
    """The calendar: the first local day of each column, whether columns are weeks, and the rows of each unit."""

    columns: tuple[dt.date, ...]
    are_weeks: bool
    units: tuple[tuple[int, tuple[Row, ...]], ...]


def before_and_after(found: Consequence, zone: ZoneInfo) -> Days | None:
    """The small calendar of a consequence in the local days of a zone; None where no duty is touched."""
    if found.before is None or found.after is None or found.span is None or not found.changes:
        return None
    days = list(days_of(found.span, zone))
    step = 7 if len(days) > MOST_DAYS else 1
    firsts = days[::step]
    edges = [instant(day, dt.time(), zone) for day in (*firsts, firsts[-1] + step * DAY)]
    spans = [Span(start, end) for start, end in pairwise(edges)]
    whole = Span(edges[0], edges[-1])
    near = narrowed(found.before, whole), narrowed(found.after, whole)
    units = sorted({change.unit for change in found.changes})
    return Days(tuple(firsts), step > 1, tuple((unit, tuple(_rows(*near, spans, unit))) for unit in units))


def _rows(before: Roster, after: Roster, spans: Sequence[Span], unit: int) -> Iterator[Row]:
    stands = [list(compared(before, after, span, unit)) for span in spans]
    for role in Role:
        old = [_held([pair[0] for pair in pairs], role) for pairs in stands]
        new = [_held([pair[1] for pair in pairs], role) for pairs in stands]
        yield Row(role, False, tuple(_cells(old, new)))
        yield Row(role, True, tuple(_cells(new, old)))


def _held(stands: Sequence[Stand], role: Role) -> tuple[Held, ...]:
    """Who has a role in a column, one after the other."""
    runs = [(engineer, next(run)) for engineer, run in groupby(stands, key=lambda stand: stand.holder(role))]
    return tuple(Held(engineer, first.span.start if n else None) for n, (engineer, first) in enumerate(runs))


def _cells(mine: Sequence[tuple[Held, ...]], others: Sequence[tuple[Held, ...]]) -> Iterator[Cell]:
    """Neighbouring columns with the same one holder are one cell."""
    last: Cell | None = None
    for held, other in zip(mine, others, strict=True):
        cell = Cell(1, held, held != other)
        if last and len(held) == 1 and (last.held, last.is_changed) == (held, cell.is_changed):
            last = Cell(last.columns + 1, held, cell.is_changed)
            continue
        if last:
            yield last
        last = cell
    if last:
        yield last
