"""Reading a foreign JSON object: every refusal is one line that names the place and the mend."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TypeVar

# Decimals are kept to the thousandth: enough for tokens and weeks, and the sums stay exact.
GRAIN = 1000
LARGEST = 1_000_000

T = TypeVar("T", str, date)


class ProblemError(ValueError):
    """A planning problem that can't be read; the message is one line: place, what is wrong, the mend."""


@dataclass(frozen=True)
class Field:
    """One value of the JSON object and the place where it stands, as in `engineers[2].weeks_off[0]`."""

    value: object
    place: str

    def refuse(self, wrong: str) -> ProblemError:
        return ProblemError(f"{self.place}: {wrong}")

    def record(self, required: Iterable[str], optional: Iterable[str] = ()) -> "Record":
        """An object with exactly these keys; the optional ones may be missing."""
        if not isinstance(self.value, dict):
            raise self.refuse(f"expected an object, got {shown(self.value)}")
        required, known = list(required), {*required, *optional}
        unknown = sorted(str(key) for key in self.value if key not in known)
        if unknown:
            raise self.refuse(f"unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}")
        for key in required:
            if key not in self.value:
                raise self.refuse(f"key {key!r} is missing; add it")
        return Record(self.value, "" if self.place == "problem" else self.place)

    def items(self) -> list["Field"]:
        if not isinstance(self.value, list):
            raise self.refuse(f"expected a list, got {shown(self.value)}")
        return [Field(item, f"{self.place}[{n}]") for n, item in enumerate(self.value)]

    def text(self, at_most: int = 200) -> str:
        if not isinstance(self.value, str) or len(self.value) > at_most:
            raise self.refuse(f"expected a text of at most {at_most} characters, got {shown(self.value)}")
        return self.value

    def name(self) -> str:
        if not self.text().strip():
            raise self.refuse("is empty; give it a name")
        if not self.text().isprintable():
            raise self.refuse(f"{shown(self.value)} has characters that can't be printed; give it a plain name")
        return self.text()

    def maybe_name(self) -> str | None:
        return None if self.value is None else self.name()

    def day(self) -> date:
        try:
            parsed = date.fromisoformat(self.text())
        except ValueError:
            parsed = None
        # fromisoformat also takes '20260105' and '2026-W02-1': one spelling is enough for everybody.
        if parsed is None or parsed.isoformat() != self.value:
            raise self.refuse(f"{shown(self.value)} is not an ISO date; write it as 2026-01-05")
        return parsed

    def maybe_day(self) -> date | None:
        return None if self.value is None else self.day()

    def number(self, low: int, high: int = LARGEST) -> Fraction:
        """A JSON number within [low, high], rounded to the thousandth."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
            raise self.refuse(f"expected a number, got {shown(value)}")
        if not low <= value <= high:
            raise self.refuse(f"{shown(value)} is out of range; give {low} to {high}")
        return Fraction(round(Fraction(str(value)) * GRAIN), GRAIN)

    def whole(self, low: int, high: int = LARGEST) -> int:
        value = self.number(low, high)
        if value.denominator != 1 or value != self.value:
            raise self.refuse(f"{shown(self.value)} is not a whole number; give {low} to {high}")
        return int(value)

    def maybe_whole(self, low: int, high: int = LARGEST) -> int | None:
        return None if self.value is None else self.whole(low, high)

    def one_of(self, choices: Iterable[str]) -> str:
        known = sorted(choices)
        if not isinstance(self.value, str) or self.value not in known:
            raise self.refuse(f"{shown(self.value)} is unknown; use {' or '.join(known)}")
        return self.value


@dataclass(frozen=True)
class Record:
    """An object whose keys were checked; `field` hands out its values with their places."""

    values: dict[str, object]
    place: str

    def field(self, key: str, default: object = None) -> Field:
        return Field(self.values.get(key, default), f"{self.place}.{key}" if self.place else key)

    def fields(self) -> list[tuple[str, Field]]:
        return [(key, self.field(key)) for key in sorted(self.values)]

    def has(self, key: str) -> bool:
        return self.values.get(key) is not None


def shown(value: object) -> str:
    """A foreign value on one short line, whatever it is."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def plain(value: Fraction) -> int | float:
    """A number as JSON writes it: whole where it is whole."""
    return int(value) if value.denominator == 1 else float(value)


def days_json(days: Iterable[date]) -> list[str]:
    """Days as the contract writes them."""
    return [day.isoformat() for day in days]


def known(source: Field, names: Iterable[str]) -> str:
    """A name that must be one of the engineers or units of the problem."""
    if source.name() not in names:
        raise source.refuse(f"{shown(source.value)} is unknown; add it to the problem or take it out here")
    return source.name()


def read_week(source: Field, weeks: Collection[date]) -> date:
    """A week, named by the day of its hand-off."""
    day = source.day()
    if day not in weeks:
        raise source.refuse(f"{day} is not a hand-off of the horizon; those are {min(weeks)} to {max(weeks)} by 7 days")
    return day


def read_weeks(source: Field, weeks: Collection[date]) -> tuple[date, ...]:
    """Weeks in order, none of them twice."""
    return tuple(sorted(distinct((item, read_week(item, weeks)) for item in source.items())))


def distinct(found: Iterable[tuple[Field, T]]) -> list[T]:
    """The values, refusing one that stands twice."""
    seen: dict[T, Field] = {}
    for source, value in found:
        if value in seen:
            raise source.refuse(f"{value} stands twice, first at {seen[value].place}; take one out")
        seen[value] = source
    return list(seen)
