"""Reads: what bringing a table in would do, as a calendar with people in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.models import Engineer

from ..domain.draft import Names, findings, overlaid
from ..domain.rota_plan import LeftOut, Slot
from ..models import Rotation
from .imports import Outcome
from .planning import calendar_for

MOST_CELLS = 2_000
MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class PreviewCell:
    """Who the table puts on a unit for a week; None where it names nobody."""

    unit: str
    primary: Engineer | None
    secondary: Engineer | None


@dataclass(frozen=True, slots=True)
class PreviewWeek:
    """One week: served at once, or part of the draft."""

    day: dt.date
    is_served: bool
    is_running: bool
    cells: tuple[PreviewCell, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What it would do, ready to be shown."""

    units: tuple[str, ...]
    weeks: tuple[PreviewWeek, ...]
    more_weeks: int
    served: int
    ahead: int
    left_out: tuple[LeftOut, ...]
    more_left_out: int
    broken: tuple[str, ...]
    open_roles: int
    digest: str


def preview_of(outcome: Outcome, rotation: Rotation, at: dt.datetime) -> Preview:
    """The calendar of a table beside what it leaves out and what breaks a rule; two queries."""
    people = Engineer.objects.in_bulk({slot.engineer for slot in outcome.placed.slots})
    units = dict(rotation.units.order_by("pk").values_list("pk", "name"))
    used = {slot.unit for slot in outcome.placed.slots}
    shown = {key: name for key, name in units.items() if key in used}
    weeks = list(_weeks(outcome.placed.slots, shown, people, rotation, at))
    most = max(MOST_CELLS // max(len(shown), 1), 1)
    return Preview(
        units=tuple(shown.values()),
        weeks=tuple(weeks[:most]),
        more_weeks=max(len(weeks) - most, 0),
        served=len(outcome.served),
        ahead=outcome.drafted_count,
        left_out=outcome.left_out[:MOST_LINES],
        more_left_out=max(len(outcome.left_out) - MOST_LINES, 0),
        broken=_broken(outcome, people, units),
        open_roles=_open_roles(outcome),
        digest=outcome.digest,
    )


def _weeks(
    slots: Iterable[Slot], units: Mapping[int, str], people: Mapping[int, Engineer], rotation: Rotation, at: dt.datetime
) -> Iterable[PreviewWeek]:
    calendar = calendar_for(rotation)
    held = {(slot.week, slot.unit, slot.role.value): people.get(slot.engineer) for slot in slots}
    for week in sorted({week for week, *_ in held}):
        span = calendar.week_span(week)
        cells = (
            PreviewCell(name, held.get((week, unit, "primary")), held.get((week, unit, "secondary")))
            for unit, name in units.items()
        )
        yield PreviewWeek(week, span.start < at, at in span, tuple(cells))


def _open_roles(outcome: Outcome) -> int:
    drafted = outcome.drafted
    rows = overlaid(drafted.answer["assignments"], drafted.edits) if drafted else []
    return sum(row[role] is None for row in rows for role in ("primary", "secondary"))


def _broken(outcome: Outcome, people: Mapping[int, Engineer], units: Mapping[int, str]) -> tuple[str, ...]:
    """What cells of the draft break, in words; it can be published when they are changed."""
    drafted, problem = outcome.drafted, outcome.problem
    if drafted is None or problem is None or not drafted.edits:
        return ()
    names = Names({str(key): str(one) for key, one in people.items()}, {str(key): name for key, name in units.items()})
    rows = overlaid(drafted.answer["assignments"], drafted.edits)
    return tuple(one.words for one in findings(problem, rows, drafted.edits, names) if one.is_hard)
