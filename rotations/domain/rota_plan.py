"""Turns the rows of a table into places: one person a role, unit and week; what finds no place is said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .audit_table import Row
from .draft import Names, reread, week_words
from .planning import Problem, check
from .planning.parts import Cell, Pair
from .roster import Role
from .spans import WEEK

MOST_EDITS = 500
WORDS = "Brought in from a table; how even it is was not weighed."


@dataclass(frozen=True, slots=True)
class Slot:
    """One person in one role of a unit for a week (the day of its hand-off), and the line that says so."""

    unit: int
    week: dt.date
    role: Role
    engineer: int
    line: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line of a table that finds no place, and why."""

    line: int
    words: str


@dataclass(frozen=True)
class Placed:
    """What a table places, and what it cannot."""

    slots: tuple[Slot, ...]
    left_out: tuple[LeftOut, ...]


def place(
    rows: Iterable[Row],
    unit_of: Callable[[int, dt.date], int | None],
    people: Mapping[int, str],
    units: Mapping[int, str],
) -> Placed:
    """The rows by unit, each role once: of two people for one place the first line has it, and of one person in both
    roles of a unit the primary. Weeks are days of hand-offs."""
    held: dict[tuple[int, dt.date, Role], Slot] = {}
    left: list[LeftOut] = []
    for row in sorted(rows, key=lambda row: (row.role is Role.SECONDARY, row.line)):
        assert isinstance(row.week, dt.date)  # noqa: S101  (weeks were given days before)
        unit = unit_of(row.pipeline, row.week)
        if unit is None:
            left.append(LeftOut(row.line, f"its pipeline stands in no unit in the {week_words(row.week)}"))
            continue
        mine = Slot(unit, row.week, row.role, row.engineer, row.line)
        other = held.get((unit, row.week, row.role))
        beside = held.get((unit, row.week, row.role.other))
        where = f"{row.role} of {units[unit]}, {week_words(row.week)}"
        if other and other.engineer != row.engineer:
            left.append(LeftOut(row.line, f"{people[row.engineer]}, {where}: line {other.line} gives it to "
                                          f"{people[other.engineer]}"))  # fmt: skip
        elif beside and beside.engineer == row.engineer:
            left.append(LeftOut(row.line, f"{people[row.engineer]}, {where}: primary there already by line "
                                          f"{beside.line}"))  # fmt: skip
        elif other is None:
            held[unit, row.week, row.role] = mine
    order = sorted(held.values(), key=lambda slot: (slot.week, slot.unit, slot.role))
    return Placed(tuple(order), tuple(sorted(left, key=lambda one: one.line)))


@dataclass(frozen=True)
class Drafted:
    """A draft in the planner's words: its answer, cells that break a hard rule as edits, and what is kept if it is
    planned again."""

    answer: dict[str, Any]
    edits: list[dict[str, Any]]
    pins: list[dict[str, Any]]
    left_out: tuple[LeftOut, ...]


@dataclass
class _Sheet:
    """Cells of a problem: who holds them, and whom the table asks for."""

    problem: Problem
    held: dict[Cell, str | None]
    asked: dict[Cell, Slot] = field(default_factory=dict)
    left: list[LeftOut] = field(default_factory=list)

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "unit": unit.id,
                "week": week.isoformat(),
                **{role.value: self.held[Cell(unit.id, week, role.value)] for role in Role},
            }
            for week in self.problem.handoffs
            for unit in self.problem.units
        ]

    def pairs(self) -> list[Pair]:
        return [
            Pair(row["unit"], dt.date.fromisoformat(row["week"]), row["primary"], row["secondary"])
            for row in self.rows()
        ]


def draft(problem: Problem, slots: Sequence[Slot], names: Names) -> Drafted:
    """The draft that a table asks for, over what is published: what it does not name stays as it is.

    Cells that break what always holds are laid over it as changes by hand, so that each is shown and can be mended;
    nobody can publish it before.
    """
    sheet = _Sheet(problem, {cell: problem.published_holder.get(cell) for cell in problem.cells})
    for slot in slots:
        _ask(sheet, slot, names)
    before = dict(sheet.held)
    for cell, slot in sheet.asked.items():
        sheet.held[cell] = str(slot.engineer)
    broken = _broken(sheet, before)
    edits: list[dict[str, Any]] = []
    # what stays as it is published is no change by hand
    changed = [cell for cell in broken if before[cell] != str(sheet.asked[cell].engineer)]
    for cell in changed[:MOST_EDITS]:
        slot = sheet.asked[cell]
        named = {"unit": cell.unit, "week": cell.week.isoformat(), "role": cell.role}
        edits.append({"number": len(edits) + 1, **named, "before": before[cell], "after": str(slot.engineer)})
    for cell in changed[MOST_EDITS:]:
        slot = sheet.asked[cell]
        words = f"{names.who(str(slot.engineer))}, {cell.role} of {names.unit(cell.unit)}, breaks a rule of planning"
        sheet.left.append(LeftOut(slot.line, f"{week_words(cell.week)}: {words}"))
    kept = [cell for cell in sheet.asked if cell not in set(broken)]
    pins = [
        {"unit": cell.unit, "week": cell.week.isoformat(), "role": cell.role, "engineer": sheet.held[cell]}
        for cell in sorted(kept)
    ]
    return Drafted(_answer(problem, sheet.rows()), edits, pins, tuple(sheet.left))


def _ask(sheet: _Sheet, slot: Slot, names: Names) -> None:
    """Note whom the table asks for in a cell, or why that cannot be."""
    week = max((day for day in sheet.problem.handoffs if day <= slot.week), default=None)
    cell = Cell(str(slot.unit), week, slot.role.value) if week else None
    if cell is None or cell not in sheet.held:
        words = "it has no pipeline in service then"
    else:
        words = _hindrance(sheet, slot, cell)
        if not words and cell not in sheet.problem.locked:
            sheet.asked.setdefault(cell, slot)
    if words:
        who = names.who(str(slot.engineer))
        where = f"{slot.role} of {names.unit(str(slot.unit))}, {week_words(slot.week)}"
        sheet.left.append(LeftOut(slot.line, f"{who}, {where}: {words}"))


def _hindrance(sheet: _Sheet, slot: Slot, cell: Cell) -> str:
    """Why a line can have no place in a draft at all, in words; empty if it can."""
    problem, engineer = sheet.problem, str(slot.engineer)
    if engineer not in problem.by_id:
        return "no active member of the rotation then"
    if cell in sheet.asked and sheet.asked[cell].engineer != slot.engineer:
        return f"a shift lasts {problem.shift_weeks} weeks, and line {sheet.asked[cell].line} gives it to somebody else"
    if cell in problem.locked and problem.locked[cell] != engineer:
        return "that week lies in the freeze and stays as it is published"
    if problem.pinned.get(cell, engineer) != engineer:
        return "that shift is pinned to somebody else"
    return ""


def _broken(sheet: _Sheet, before: Mapping[Cell, str | None]) -> list[Cell]:
    """Cells of the table that break a hard rule, taken back one after the other until none is left."""
    found: list[Cell] = []
    while cells := [cell for cell in _blamed(sheet) if cell not in found]:
        for cell in cells:
            sheet.held[cell] = before[cell]
        found += cells
    return found


def _blamed(sheet: _Sheet) -> list[Cell]:
    """For each hard rule that is broken, the cell of the table that goes first: a secondary before a primary."""
    found: dict[Cell, None] = {}
    for one in check(sheet.problem, sheet.pairs()):
        mine = [cell for cell in sheet.asked if cell.week == one.week and sheet.held[cell] == one.engineer]
        if one.unit:
            mine = [cell for cell in mine if cell.unit == one.unit and one.role in ("", cell.role)]
        mine.sort(key=lambda cell: (cell.role == Role.PRIMARY, cell.unit), reverse=False)
        fresh = [cell for cell in mine if cell not in found]
        found |= dict.fromkeys(fresh[:1])
    return list(found)


def _answer(problem: Problem, rows: list[dict[str, Any]]) -> dict[str, Any]:
    proofs: dict[str, Any] = {"bound_max": None, "bound_ratio": None, "certified": {}, "bottleneck": []}
    empty: dict[str, Any] = {
        "conflicts": [],
        "fairness": proofs,
        "solver": {"versions": {}, "seed": 0, "steps": {}, "seconds": {}},
    }
    return {**reread(problem, empty, rows), "fairness_words": WORDS}


def dated(rows: Iterable[Row], first: dt.date, week_of: Callable[[dt.date], dt.date]) -> tuple[Row, ...]:
    """Rows whose weeks are days of hand-offs: numbers counted from the first week's day, days taken to their week."""
    rows = tuple(rows)
    start = min((row.week for row in rows if isinstance(row.week, int)), default=0)

    def day(row: Row) -> dt.date:
        return first + (row.week - start) * WEEK if isinstance(row.week, int) else week_of(row.week)

    return tuple(Row(row.line, day(row), row.engineer, row.role, row.pipeline) for row in rows)
