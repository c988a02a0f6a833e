"""Single steps that close open roles of a week: each one a request, a pin, a limit or a training to decide on."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import TypeAlias

from .matching import Staffed, Waived, eased

REFUSE = "refuse"
UNPIN = "unpin"
RAISE = "raise"
TRAIN = "train"

KINDS = (REFUSE, UNPIN, RAISE, TRAIN)

# Trainings to name for a week; who has most room left comes first.
MOST_TRAININGS = 3


@dataclass(frozen=True)
class Option:
    """One step and how many open roles of the week it closes: refuse the engineer's absence, lift the pin, let the
    engineer hold one role more, train the engineer for the unit."""

    kind: str
    week: date
    engineer: str
    closes: int = 0
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


Step: TypeAlias = tuple[Option, Waived]


def options_for(base: Staffed, units: Collection[str], known: dict[Waived, int]) -> tuple[Option, ...]:
    """The steps that close at least one open role of the week, the most helpful of each kind first.

    `known` keeps what a step closes from one conflict of a week to the next."""
    around = sorted(closure(base, units))
    steps = [*requests(base, around), *pins(base, around), *limits(base, around)]
    found = [option for step in steps for option in tried(base, *step, known)]
    trainings = (option for step in pairs(base, sorted(units)) for option in tried(base, *step, known))
    return (*sorted(found, key=helpful), *islice(trainings, MOST_TRAININGS))


def tried(base: Staffed, option: Option, waived: Waived, known: dict[Waived, int]) -> Iterator[Option]:
    """The option with what it closes, if that is anything."""
    if waived not in known:
        known[waived] = len(base.opens) - len(eased(base, waived).opens)
    if known[waived] > 0:
        yield replace(option, closes=known[waived])


def helpful(option: Option) -> tuple[int, int, str, str]:
    return KINDS.index(option.kind), -option.closes, option.engineer, option.unit


def requests(base: Staffed, units: Collection[str]) -> Iterator[Step]:
    """Refuse an absence of somebody who is qualified."""
    week = base.week
    for who in (week.names[n] for n in near(base, units) if n in week.off or n in week.partly):
        yield Option(REFUSE, week.week, who), Waived(absences=frozenset([who]))


def pins(base: Staffed, units: Collection[str]) -> Iterator[Step]:
    """Lift a pin."""
    for cell, who in sorted(base.week.pins.items()):
        if cell.unit in units:
            yield Option(UNPIN, cell.week, who, 0, cell.unit, cell.role), Waived(pins=frozenset([cell]))


def limits(base: Staffed, units: Collection[str]) -> Iterator[Step]:
    """Let somebody who has no room left hold one role more."""
    week = base.week
    for n in near(base, units):
        if n not in week.off and not base.has_room(n):
            yield Option(RAISE, week.week, week.names[n]), Waived(raised=frozenset([week.names[n]]))


def pairs(base: Staffed, units: Collection[str]) -> Iterator[Step]:
    """Train somebody who is there and has room; who holds least comes first."""
    week = base.week
    spare = [n for n in sorted(week.members - week.off - week.partly) if base.has_room(n)]
    for n in sorted(spare, key=lambda n: (len(base.held[n]), n)):
        for unit in units:
            if n not in week.pools[unit]:
                who = week.names[n]
                yield Option(TRAIN, week.week, who, 0, unit), Waived(trained=frozenset([(who, unit)]))


def near(base: Staffed, units: Collection[str]) -> list[int]:
    """The members qualified for any of these units."""
    return sorted({n for unit in units for n in base.week.pools[unit]})


def closure(base: Staffed, units: Collection[str]) -> set[str]:
    """These units and all that compete with them for the same people."""
    found = set(units)
    for cells in base.reach.values():
        reached = {base.week.cells[cell].unit for cell in cells}
        if reached & found:
            found |= reached
    return found
