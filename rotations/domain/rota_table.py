"""Reads a rota from elsewhere: one assignment a line, or a sheet with its weeks as columns or as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .audit_table import MAX_ROWS, MAX_WEEKS, TableError, Week, folded, records, shown
from .roster import Role
from .rota_words import Part, is_nobody, part_of, parts_of, read_role, read_week, unreadable

MAX_COLUMNS = 1_100
MAX_ENTRIES = 60_000
HEADER_WITHIN = 6
COLUMNS = {
    "week": {"week", "week of", "date", "from", "start", "monday"},
    "pipeline": {"pipeline", "pipelines", "service", "metric", "system", "unit"},
    "role": {"role", "duty", "type"},
    "engineer": {"engineer", "engineers", "name", "person", "who", "member", "on call", "on-call"},
}
WANTED = (
    "it is to begin with a line week,engineer,role,pipeline, or to have its weeks (Week 1, or 2026-11-23) as columns "
    "or as rows"
)

Cells = list[str]
Line = tuple[int, Cells]


@dataclass(frozen=True, slots=True)
class Entry:
    """One assignment as it is written: the line and the column it stands in, and names that nobody looked up yet."""

    line: int
    column: str
    week: Week
    engineer: str
    role: str
    pipeline: str


@dataclass(frozen=True)
class Rota:
    """What a table says, in its order, and how it is laid out."""

    entries: tuple[Entry, ...]
    layout: str

    @property
    def weeks(self) -> tuple[Week, ...]:
        """Its weeks in order."""
        return tuple(sorted({entry.week for entry in self.entries}, key=lambda week: (isinstance(week, int), week)))

    def names(self, what: str) -> tuple[str, ...]:
        """The different names of a kind (engineer, pipeline, role), each as it is first written."""
        found: dict[str, str] = {}
        for entry in self.entries:
            found.setdefault(folded(getattr(entry, what)), getattr(entry, what))
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Known:
    """Names that are known, which tell rows of pipelines from rows of engineers."""

    engineers: frozenset[str]
    pipelines: frozenset[str]


def read_rota(text: str, known: Known) -> Rota:
    """The assignments of a table, laid out in one of three ways. Raises TableError for what can't be read."""
    lines = list(_limited(text))
    if not lines:
        raise TableError(1, "", f"the table is empty; {WANTED}")
    for place in range(min(HEADER_WITHIN, len(lines))):
        header, body = lines[place], lines[place + 1 :]
        if places := _long_places(header[1]):
            return _rota(_long(header, body, places), "one assignment a line", header)
        if weeks := _weeks_in(header):
            return _rota(_sheet(header, body, weeks, known), "weeks as columns", header)
        if _are_weeks(body):
            return _rota(_turned(header, body, known), "weeks as rows", header)
    found = ", ".join(cell for cell in lines[0][1] if cell)
    raise TableError(lines[0][0], "", f"begins with {shown(found)}, but {WANTED}")


def _limited(text: str) -> Iterator[Line]:
    for number, (line, cells) in enumerate(records(text, _tidied)):
        if number > MAX_ROWS:
            raise TableError(line, "", f"a table has at most {MAX_ROWS:,} rows")
        if len(cells) > MAX_COLUMNS:
            raise TableError(line, "", f"a table has at most {MAX_COLUMNS:,} columns")
        yield line, cells


def _tidied(cell: str) -> str:
    """A cell whose lines, which a sheet may have, stay lines."""
    return "\n".join(tidy for line in cell.split("\n") if (tidy := " ".join(line.split())))


def _rota(entries: Iterator[Entry], layout: str, header: Line) -> Rota:
    found: list[Entry] = []
    for entry in entries:
        if len(found) == MAX_ENTRIES:
            raise TableError(entry.line, "", f"a table names at most {MAX_ENTRIES:,} assignments")
        found.append(entry)
    if not found:
        raise TableError(header[0], "", "nobody has a role anywhere below this line")
    rota = Rota(tuple(found), layout)
    _check_weeks(rota)
    return rota


def _check_weeks(rota: Rota) -> None:
    first = {entry.week: entry for entry in reversed(rota.entries)}
    if len(first) > MAX_WEEKS:
        raise TableError(rota.entries[-1].line, "", f"a table has at most {MAX_WEEKS} different weeks")
    numbered = [entry for week, entry in first.items() if isinstance(week, int)]
    dated = [entry for week, entry in first.items() if not isinstance(week, int)]
    if numbered and dated:
        one = max((min(some, key=lambda entry: entry.line) for some in (numbered, dated)), key=lambda entry: entry.line)
        raise TableError(one.line, one.column, "some weeks are numbers and some are dates; use one of the two")


# --- one assignment a line


def _long_places(header: Cells) -> dict[str, int]:
    """Where our four columns stand; empty if one of them does not."""
    names = [folded(cell) for cell in header]
    places = {}
    for column, words in COLUMNS.items():
        found = [place for place, name in enumerate(names) if name == column] or [
            place for place, name in enumerate(names) if name in words
        ]
        if found:
            places[column] = found[0]
    return places if len(places) == len(COLUMNS) == len(set(places.values())) else {}


def _long(header: Line, body: Sequence[Line], places: dict[str, int]) -> Iterator[Entry]:
    for line, cells in body:
        row = {column: cells[place] if place < len(cells) else "" for column, place in places.items()}
        if is_nobody(row["engineer"]):
            continue
        for column, cell in row.items():
            if not cell:
                raise TableError(line, column, "is empty; every assignment names its week, engineer, role and pipeline")
        week = read_week(row["week"])
        if week is None:
            raise TableError(line, "week", unreadable(row["week"]))
        one = {column: " ".join(cell.split()) for column, cell in row.items()}
        yield Entry(line, "engineer", week, one["engineer"], one["role"], one["pipeline"])


# --- weeks as columns, or as rows


def _weeks_in(header: Line) -> dict[int, Week]:
    """The columns whose heading is a week; the first column never is one."""
    found = {place: week for place, cell in enumerate(header[1]) if place and (week := read_week(cell)) is not None}
    line = header[0]
    for place, cell in enumerate(header[1]):
        if found and place > min(found) and cell and place not in found:
            raise TableError(line, cell, unreadable(cell))
    if len(set(found.values())) < len(found):
        doubled = next(place for place in found if list(found.values()).count(found[place]) > 1)
        raise TableError(line, header[1][doubled], "this week stands in the header twice")
    return found


def _are_weeks(body: Sequence[Line]) -> bool:
    return bool(body) and all(read_week(cells[0]) is not None for _, cells in body[:3])


def _turned(header: Line, body: Sequence[Line], known: Known) -> Iterator[Entry]:
    """Weeks as rows: the same sheet, lying on its side; lines and columns of errors are those of the table."""
    weeks: dict[int, Week] = {}
    for line, cells in body:
        week = read_week(cells[0])
        if week is None:
            raise TableError(line, header[1][0], unreadable(cells[0]))
        if week in weeks.values():
            raise TableError(line, header[1][0], "this week stands in the table twice")
        weeks[line] = week
    labels = [(place, cell) for place, cell in enumerate(header[1]) if place and cell]
    kind = _kind([part_of(cell).name for _, cell in labels], "", _cells(body, 1), known, header)
    for place, label in labels:
        for line, cells in body:
            cell = cells[place] if place < len(cells) else ""
            yield from _entries(line, label, weeks[line], part_of(label), None, cell, kind, known)


def _sheet(header: Line, body: Sequence[Line], weeks: dict[int, Week], known: Known) -> Iterator[Entry]:
    first = min(weeks)
    rows = list(_filled_down(body, first))
    role_at = next((place for place in range(first) if _is_role_column(rows, place)), None)
    label_at = _label_column(rows, [place for place in range(first) if place != role_at], known)
    labels = [part_of(cells[label_at]).name for _, cells in rows if cells[label_at]]
    kind = _kind(labels, folded(header[1][label_at]), _cells(body, first), known, header)
    for line, cells in rows:
        role = read_role(cells[role_at]) if role_at is not None else None
        for place, week in weeks.items():
            cell = cells[place] if place < len(cells) else ""
            if cell and not cells[label_at]:
                raise TableError(line, header[1][label_at] or "1", f"is empty; say which {kind} this row is about")
            yield from _entries(line, header[1][place], week, part_of(cells[label_at]), role, cell, kind, known)


def _filled_down(body: Sequence[Line], first: int) -> Iterator[Line]:
    """Rows whose empty labels are those of the row above, as a sheet leaves them where cells are joined."""
    above = [""] * first
    for line, cells in body:
        padded = [*cells, *[""] * (first - len(cells))]
        if any(padded[first:]):
            above = [mine or over for mine, over in zip(padded[:first], above, strict=True)]
            yield line, [*above, *padded[first:]]


def _is_role_column(rows: Sequence[Line], place: int) -> bool:
    said = [cells[place] for _, cells in rows if cells[place]]
    return bool(said) and all(read_role(cell) for cell in said)


def _label_column(rows: Sequence[Line], places: Sequence[int], known: Known) -> int:
    """The column that names what a row is about: the one most of whose names are known, else the last."""
    names = known.engineers | known.pipelines

    def matches(place: int) -> tuple[int, int]:
        return sum(folded(part_of(cells[place]).name) in names for _, cells in rows), place

    return max(places or [0], key=matches)


def _cells(body: Sequence[Line], first: int) -> list[str]:
    return [cell for _, cells in body[:50] for cell in cells[first:] if cell]


def _kind(labels: Sequence[str], heading: str, cells: Sequence[str], known: Known, header: Line) -> str:
    """Whether rows are about pipelines or engineers: by their heading, by their names, or by what their cells name."""
    for kind in ("pipeline", "engineer"):
        if heading in COLUMNS[kind] - {"name"}:
            return kind
    votes = {"pipeline": 0, "engineer": 0}
    for label in labels:
        votes["pipeline"] += folded(label) in known.pipelines
        votes["engineer"] += folded(label) in known.engineers
    if votes["pipeline"] == votes["engineer"]:
        for cell in cells:
            named = {folded(part.name) for part in parts_of(cell, known.engineers | known.pipelines)}
            votes["pipeline"] += bool(named & known.engineers)
            votes["engineer"] += bool(named & known.pipelines)
    if votes["pipeline"] == votes["engineer"]:
        place = header[1][0] or "1"
        raise TableError(header[0], place, "call this column pipeline or engineer; no name below tells which it is")
    return max(votes, key=lambda kind: votes[kind])


def _entries(
    line: int, column: str, week: Week, label: Part, role: Role | None, cell: str, kind: str, known: Known
) -> Iterator[Entry]:
    """What one cell of a sheet says. Of people in a row of a pipeline the first is primary, the second secondary."""
    if is_nobody(cell):
        return
    parts = parts_of(cell, known.engineers if kind == "pipeline" else known.pipelines)
    said = role or label.role
    if kind == "pipeline" and said is None and len(parts) > 2 and not all(part.role for part in parts):
        raise TableError(line, column, f"{shown(cell)} names {len(parts)} people; say of each whether (primary)")
    for part, by_place in zip(parts, [*Role, *[None] * len(parts)], strict=False):
        if is_nobody(part.name):
            continue
        as_what = part.role or said or (by_place if kind == "pipeline" else None)
        if as_what is None:
            raise TableError(line, column, f"{shown(part.name)} has no role; write {part.name[:40]} (primary)")
        pair = (part.name, label.name) if kind == "pipeline" else (label.name, part.name)
        yield Entry(line, column, week, pair[0], as_what.value, pair[1])
