"""Reads a table of assignments, `week,engineer,role,pipeline`, and says exactly where it can't be read."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .roster import Role

COLUMNS = ("week", "engineer", "role", "pipeline")
MAX_ROWS = 10_000
MAX_WEEKS = 520
MAX_BYTES = 1024 * 1024

Week = int | dt.date


class TableError(ValueError):
    """A table that can't be read: its first wrong line, the column where one is to blame, and what is wrong there."""

    def __init__(self, line: int, column: str, message: str) -> None:
        place = f"line {line}, column {column}" if column else f"line {line}"
        super().__init__(f"{place}: {message}")
        self.line = line
        self.column = column
        self.message = message


@dataclass(frozen=True)
class Names:
    """What the things of one kind may be called in a table.

    `ids` are by name in the form of `folded`, several where a name is ambiguous; `known` is what a message lists.
    """

    ids: Mapping[str, tuple[int, ...]]
    known: tuple[str, ...]

    @classmethod
    def of(cls, called: Iterable[tuple[int, Sequence[str]]]) -> Names:
        """From ids and what each may be called, the name for messages first; empty names are no names."""
        ids: dict[str, dict[int, None]] = defaultdict(dict)
        known = []
        for id_, names in called:
            used = [name for name in names if folded(name)]
            known += used[:1]
            for name in used:
                ids[folded(name)][id_] = None
        return cls({name: tuple(found) for name, found in ids.items()}, tuple(known))

    def one(self, name: str) -> int:
        """The id of what a name means; ValueError, in words, if that is nothing or several things."""
        found = self.ids.get(folded(name), ())
        if len(found) > 1:
            raise ValueError(f"{shown(name)} may mean {len(found)} of them; give the full name")
        if not found:
            raise ValueError(f"{shown(name)} is unknown; known: {_listed(self.known)}")
        return found[0]


@dataclass(frozen=True, slots=True)
class Row:
    """One assignment: who has which role of a pipeline in a week, and the line that says so."""

    line: int
    week: Week
    engineer: int
    role: Role
    pipeline: int


def folded(name: str) -> str:
    """A name as tables are matched: without case and surplus blanks."""
    return " ".join(name.split()).casefold()


def decoded(data: bytes) -> str:
    """The text of a table, which is to be UTF-8, with or without a byte order mark; else TableError."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TableError(line, "", "is not UTF-8 text; save the table as CSV in UTF-8") from None


def parse_table(text: str, engineers: Names, pipelines: Names) -> tuple[Row, ...]:
    """The assignments of a table, in its order.

    Cells are parted by comma, semicolon or tab, as the header has it; columns come in any order, others than ours
    are passed over. Raises TableError, and nothing else, for what can't be read.
    """
    found = records(text)
    header_line, header = next(found, (1, []))
    if not header:
        raise TableError(1, "", f"the table is empty; it begins with a line {','.join(COLUMNS)}")
    places = _places(header_line, header)
    rows: list[Row] = []
    for line, cells in found:
        if len(rows) == MAX_ROWS:
            raise TableError(line, "", f"a table has at most {MAX_ROWS:,} rows")
        rows.append(_row(line, _cells_of(line, cells, len(header), places), engineers, pipelines))
    if not rows:
        raise TableError(header_line, "", "there is no row below the header")
    _check_weeks(rows)
    return tuple(rows)


def week_text(week: Week) -> str:
    """A week as people call it: Week 3, or Week of Mon 23 Nov 2026."""
    return f"Week {week}" if isinstance(week, int) else f"Week of {week:%a} {week.day} {week:%b} {week.year:04}"


def one_line(cell: str) -> str:
    """A cell without surplus blanks."""
    return " ".join(cell.split())


def records(text: str, tidied: Callable[[str], str] = one_line) -> Iterator[tuple[int, list[str]]]:
    """Lines that say something, as tidied cells, each with the number of the line it begins on.

    Raises TableError for what is no table.
    """
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if (nul := plain.find("\0")) >= 0:
        line = plain.count("\n", 0, nul) + 1
        raise TableError(line, "", "has a NUL byte in it; save the table as CSV in UTF-8")
    reader = csv.reader(io.StringIO(plain), delimiter=_delimiter(plain), strict=True, skipinitialspace=True)
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise TableError(line, "", _quoting(error)) from None
        if cells is None:
            return
        tidy = [tidied(cell) for cell in cells]
        if any(tidy):
            yield line, tidy
        line = reader.line_num + 1


def _quoting(error: csv.Error) -> str:
    if "field limit" in str(error):
        return f"a cell has more than {csv.field_size_limit():,} characters; is a quotation mark not closed?"
    return 'a quotation mark (") is not closed, or stands inside a cell'


def _delimiter(text: str) -> str:
    # a line above the header may hold a title alone
    header = next((line for line in text.split("\n") if any(sign in line for sign in ",;\t")), "")
    return max(",;\t", key=header.count)


def _places(line: int, header: list[str]) -> dict[str, int]:
    """Where each of our columns stands."""
    names = [name.casefold() for name in header]
    for column in COLUMNS:
        if column not in names:
            found = ", ".join(name for name in header if name)
            raise TableError(line, column, f"is missing; the header is to name {', '.join(COLUMNS)}, not {_cut(found)}")
        if names.count(column) > 1:
            raise TableError(line, column, "stands in the header twice")
    return {column: names.index(column) for column in COLUMNS}


def _cells_of(line: int, cells: list[str], width: int, places: Mapping[str, int]) -> dict[str, str]:
    if any(cells[width:]):
        raise TableError(line, "", f"has {len(cells)} cells, but the header has {width}")
    found = {column: cells[place] if place < len(cells) else "" for column, place in places.items()}
    for column, cell in found.items():
        if not cell:
            raise TableError(line, column, "is empty")
    return found


def _row(line: int, cells: Mapping[str, str], engineers: Names, pipelines: Names) -> Row:
    column = "week"
    try:
        week = _week(cells[column])
        column = "engineer"
        engineer = engineers.one(cells[column])
        column = "role"
        role = _role(cells[column])
        column = "pipeline"
        pipeline = pipelines.one(cells[column])
    except ValueError as error:
        raise TableError(line, column, str(error)) from None
    return Row(line, week, engineer, role, pipeline)


def _week(cell: str) -> Week:
    if re.fullmatch(r"[0-9]{1,4}", cell):
        return int(cell)
    try:
        return dt.date.fromisoformat(cell)
    except ValueError:
        raise ValueError(f"{shown(cell)} is neither a week's number nor a date such as 2026-11-23") from None


def _role(cell: str) -> Role:
    try:
        return Role(cell.casefold())
    except ValueError:
        raise ValueError(f"{shown(cell)} is neither primary nor secondary") from None


def _check_weeks(rows: Sequence[Row]) -> None:
    """Weeks are told apart the same way all through, so that none of them is counted twice."""
    first = {row.week: row.line for row in reversed(rows)}
    numbers = [week for week in first if isinstance(week, int)]
    days = sorted(week for week in first if isinstance(week, dt.date))
    if len(first) > MAX_WEEKS:
        line = sorted(first.values())[MAX_WEEKS]
        raise TableError(line, "week", f"a table has at most {MAX_WEEKS} different weeks")
    if numbers and days:
        line = max(min(first[week] for week in numbers), min(first[day] for day in days))
        raise TableError(line, "week", "some weeks are numbers and some are dates; use one of the two")
    for day, other in pairwise(days):
        if (other - day).days < 7:
            line = max(first[day], first[other])
            raise TableError(line, "week", f"{day} and {other} are less than a week apart; name a week by one day")


def shown(text: str) -> str:
    """A cell for a message: on one line, not too long, nothing that moves a terminal."""
    return f"'{_cut(text)}'"


def _cut(text: str) -> str:
    plain = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    return plain if len(plain) <= 60 else f"{plain[:59]}…"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:20]) or "none"
    return shown if len(names) <= 20 else f"{shown} and {len(names) - 20} more"
