"""The planning problem: one plain value, read from JSON and checked before anything is planned.

`Problem.from_json` sorts everything by id and week, so the plan can't depend on the order of lists.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property

from .fields import Field, ProblemError
from .parts import ROLES, WEEK, Candidate, Cell, Event, Ledger, Pair, Pin, Rules, Unit, Weights
from .reading import read_engineers, read_event, read_holidays, read_pins, read_published, read_units

__all__ = [
    "Candidate",
    "Cell",
    "Event",
    "Ledger",
    "Pair",
    "Pin",
    "Problem",
    "ProblemError",
    "Rules",
    "Unit",
    "Weights",
]

LONGEST = 520

# Loads are counted in grains: weights like 1.001 and 0.999 would make a thousand of each token.
FINEST = 1000
OPTIONAL = ("name", "shift_weeks", "weights", "rules", "pins", "holidays")
REPAIR = ("published", "rebalance_from", "locked_before", "event")


@dataclass(frozen=True)
class Problem:
    """Units to staff over `weeks` whole weeks from `start`, in shifts of `shift_weeks`; a shift is named by the day of
    its hand-off, and so is a week."""

    start: date
    weeks: int
    engineers: tuple[Candidate, ...]
    units: tuple[Unit, ...]
    name: str = ""
    shift_weeks: int = 1
    weights: Weights = field(default=Weights())
    rules: Rules = field(default=Rules())
    pins: tuple[Pin, ...] = ()
    holidays: Mapping[str, Mapping[date, int]] = field(default_factory=dict)
    published: tuple[Pair, ...] | None = None
    rebalance_from: date | None = None
    locked_before: date | None = None
    event: Event | None = None

    @classmethod
    def from_json(cls, obj: object) -> "Problem":
        """Read the JSON form of the contract. Raises ProblemError on the first thing that can't be read."""
        record = Field(obj, "problem").record(["start", "weeks", "engineers", "units"], [*OPTIONAL, *REPAIR])
        start, weeks = record.field("start").day(), record.field("weeks").whole(1, LONGEST)
        if start.year + weeks // 50 + 1 > date.max.year:
            raise record.field("start").refuse(f"{start} is too late; the calendar ends with {date.max}")
        shift_weeks = record.field("shift_weeks", 1).whole(1, LONGEST)
        if weeks % shift_weeks:
            raise record.field("weeks").refuse(f"{weeks} weeks are no whole number of shifts of {shift_weeks} weeks")
        handoffs = {start + n * WEEK: start + n // shift_weeks * shift_weeks * WEEK for n in range(weeks)}
        engineers = read_engineers(record.field("engineers"), handoffs)
        units = read_units(record.field("units"), engineers)
        published = read_published(record, handoffs, engineers, units)
        locked_before = record.field("locked_before").maybe_day()
        problem = cls(
            start=start,
            weeks=weeks,
            engineers=tuple(engineers.values()),
            units=tuple(units.values()),
            name=record.field("name", "").text(),
            shift_weeks=shift_weeks,
            weights=Weights.read(record.field("weights")) if record.has("weights") else Weights(),
            rules=Rules.read(record.field("rules")) if record.has("rules") else Rules(),
            holidays=read_holidays(record.field("holidays", {}), handoffs),
            published=published,
            rebalance_from=record.field("rebalance_from").maybe_day(),
            locked_before=locked_before,
            event=read_event(record, handoffs, engineers),
            pins=read_pins(record.field("pins", []), handoffs, units, published, locked_before),
        )
        problem.refuse_unknown_countries(record.field("engineers"))
        problem.refuse_fine_weights(record.field("weights"))
        return problem

    def to_json(self) -> dict[str, object]:
        """The canonical JSON form: `Problem.from_json(problem.to_json()) == problem`."""
        answer: dict[str, object] = {
            "name": self.name,
            "start": self.start.isoformat(),
            "weeks": self.weeks,
            "shift_weeks": self.shift_weeks,
            "weights": self.weights.to_json(),
            "rules": self.rules.to_json(),
            "engineers": [engineer.to_json() for engineer in self.engineers],
            "units": [unit.to_json() for unit in self.units],
            "pins": [pin.to_json() for pin in self.pins],
            "holidays": {
                country: {week.isoformat(): days for week, days in self.holidays[country].items()}
                for country in self.holidays
            },
        }
        return answer | self.repair_json()

    def repair_json(self) -> dict[str, object]:
        given: dict[str, object] = {
            "published": None if self.published is None else [pair.to_json() for pair in self.published],
            "rebalance_from": self.rebalance_from and self.rebalance_from.isoformat(),
            "locked_before": self.locked_before and self.locked_before.isoformat(),
            "event": self.event and self.event.to_json(),
        }
        return {key: value for key, value in given.items() if value is not None}

    @cached_property
    def handoffs(self) -> tuple[date, ...]:
        """The first day of every shift."""
        return tuple(self.start + n * WEEK for n in range(0, self.weeks, self.shift_weeks))

    @cached_property
    def grain(self) -> Fraction:
        """The largest part of a token of which every cell weighs a whole number."""
        tokens = [self.shift_weeks * self.weights.of(role) * unit.weight for unit in self.units for role in ROLES]
        tokens = [weight for weight in tokens if weight] or [Fraction(1)]
        shared = math.lcm(*(weight.denominator for weight in tokens))
        return Fraction(math.gcd(*(int(weight * shared) for weight in tokens)), shared)

    @property
    def shifts_of_rest(self) -> int:
        """How many shifts must lie between two primary shifts."""
        return -(-self.rules.min_weeks_between_primary // self.shift_weeks)

    @property
    def shifts_in_a_row(self) -> int | None:
        """How many shifts in a row are the most, and always at least one; None is no limit."""
        most = self.rules.max_consecutive_weeks
        return None if most is None else max(1, most // self.shift_weeks)

    @cached_property
    def by_id(self) -> dict[str, Candidate]:
        return {engineer.id: engineer for engineer in self.engineers}

    @cached_property
    def unit_by_id(self) -> dict[str, Unit]:
        return {unit.id: unit for unit in self.units}

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        return tuple(Cell(unit.id, week, role) for week in self.handoffs for unit in self.units for role in ROLES)

    @cached_property
    def published_holder(self) -> dict[Cell, str | None]:
        pairs = self.published or ()
        return {Cell(pair.unit, pair.week, role): pair.of(role) for pair in pairs for role in ROLES}

    @cached_property
    def locked(self) -> dict[Cell, str | None]:
        """The published cells that stay as they are, and who holds them."""
        return {cell: holder for cell, holder in self.published_holder.items() if self.is_locked(cell.week)}

    @cached_property
    def pinned(self) -> dict[Cell, str]:
        return {pin.cell: pin.engineer for pin in self.pins}

    def is_locked(self, week: date) -> bool:
        return self.locked_before is not None and week < self.locked_before

    def holiday_days(self, engineer: str, week: date) -> int:
        country = self.by_id[engineer].country
        return self.holidays.get(country or "", {}).get(week, 0)

    def refuse_fine_weights(self, source: Field) -> None:
        heaviest = max((unit.weight for unit in self.units), default=0) * max(map(self.weights.of, ROLES))
        heaviest *= self.shift_weeks
        if heaviest > FINEST * self.grain:
            raise source.refuse(
                f"the heaviest role is more than {FINEST} times the grain of all weights; use rounder numbers"
            )

    def refuse_unknown_countries(self, source: Field) -> None:
        # With no holidays at all there is nothing a misspelt country could hide.
        for item in source.items() if self.holidays else []:
            country = item.record([], Candidate.__dataclass_fields__).field("country")
            if country.value is not None and country.value not in self.holidays:
                raise country.refuse(f"{country.value!r} is not a key of holidays; add it there, even if empty")
