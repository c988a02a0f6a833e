"""Single steps that close open roles of a week: each one a request, a pin, a limit or a training to decide on."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date

from .matching import Staffed, Waived, eased
from .parts import Cell

REFUSE = "refuse"
UNPIN = "unpin"
RAISE = "raise"
TRAIN = "train"

# Trainings to name for a week; who has most room left comes first.
MOST_TRAININGS = 3


@dataclass(frozen=True)
class Option:
    """One step and how many open roles of the week it closes: refuse the engineer's absence, lift the pin, let the
    engineer hold one role more, train the engineer for the unit."""

    kind: str
    week: date
    engineer: str
    closes: int
    unit: str = ""
    role: str = ""

    def to_json(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "week": self.week.isoformat(),
            "engineer": self.engineer,
            "unit": self.unit or None,
            "role": self.role or None,
            "closes": self.closes,
        }


def options_for(base: Staffed, units: Collection[str]) -> tuple[Option, ...]:
    """The steps that close at least one open role of the week, the most helpful of each kind first."""
    week, opens = base.week, len(base.opens)
    found: dict[str, list[Option]] = {}
    for kind, engineer, cell, waived in steps_for(base, units):
        if len(found.get(TRAIN, ())) < MOST_TRAININGS or kind != TRAIN:
            closes = opens - len(eased(base, waived).opens)
            if closes > 0:
                unit, role = (cell.unit, cell.role if kind == UNPIN else "") if cell else ("", "")
                found.setdefault(kind, []).append(Option(kind, week.week, engineer, closes, unit, role))
    return tuple(option for options in found.values() for option in sorted(options, key=helpful))


def helpful(option: Option) -> tuple[int, str, str]:
    return -option.closes, option.engineer, option.unit


def steps_for(base: Staffed, units: Collection[str]) -> Iterator[tuple[str, str, Cell | None, Waived]]:
    """Everything that one could try for these units, by kind."""
    week, nothing = base.week, base.waived
    around = {week.cells[cell].unit for opened in base.opens for cell in base.augment(opened)} & closure(base, units)
    near = sorted({n for unit in around for n in week.pools[unit]})
    for n in near:
        if n in week.off or n in week.partly:
            yield REFUSE, week.names[n], None, replace(nothing, absences=frozenset([week.names[n]]))
    for cell, who in sorted(week.pins.items()):
        if cell.unit in around:
            yield UNPIN, who, cell, replace(nothing, pins=frozenset([cell]))
    for n in near:
        if n not in week.off and not base.has_room(n):
            yield RAISE, week.names[n], None, replace(nothing, raised=frozenset([week.names[n]]))
    spare = [n for n in sorted(week.members - week.off - week.partly) if base.has_room(n)]
    for n in sorted(spare, key=lambda n: (len(base.held[n]), n)):
        for unit in sorted(units):
            if n not in week.pools[unit]:
                who = week.names[n]
                yield TRAIN, who, Cell(unit, week.week, ""), replace(nothing, trained=frozenset([(who, unit)]))


def closure(base: Staffed, units: Collection[str]) -> set[str]:
    """These units and all that compete with them for the same people."""
    found = set(units)
    for opened in base.opens:
        reached = {base.week.cells[cell].unit for cell in base.augment(opened)}
        if reached & found:
            found |= reached
    return found
