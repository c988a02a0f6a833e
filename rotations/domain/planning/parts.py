"""The parts of a planning problem as frozen values, each read from its JSON form and written back."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from .fields import Field, Record, days_json, distinct, known, plain, read_weeks

PRIMARY = "primary"
SECONDARY = "secondary"
ROLES = (PRIMARY, SECONDARY)
WEEK = timedelta(days=7)

PER_PIPELINE = "pipeline"
PER_ENGINEER = "engineer"

# An absence this long is no longer a short leave: those weeks ask for no share of the load.
LONG_LEAVE_WEEKS = 4


@dataclass(frozen=True)
class Weights:
    """Tokens of one week in each role."""

    primary: Fraction = Fraction(2)
    secondary: Fraction = Fraction(1)

    @classmethod
    def read(cls, source: Field) -> "Weights":
        record = source.record(ROLES)
        return cls(*(record.field(role).number(0, 1000) for role in ROLES))

    def of(self, role: str) -> Fraction:
        return self.primary if role == PRIMARY else self.secondary

    def to_json(self) -> dict[str, object]:
        return {role: plain(self.of(role)) for role in ROLES}


@dataclass(frozen=True)
class Rules:
    """Roles a week at most (hard), weeks between primaries and weeks in a row (soft); None is no limit."""

    max_roles_per_engineer_week: int | None = None
    min_weeks_between_primary: int = 0
    max_consecutive_weeks: int | None = None
    scope: str = PER_PIPELINE

    @classmethod
    def read(cls, source: Field) -> "Rules":
        record = source.record([], cls.__dataclass_fields__)
        return cls(
            record.field("max_roles_per_engineer_week").maybe_whole(1, 1000),
            record.field("min_weeks_between_primary", 0).maybe_whole(0, 520) or 0,
            record.field("max_consecutive_weeks").maybe_whole(1, 520),
            record.field("scope", PER_PIPELINE).one_of([PER_PIPELINE, PER_ENGINEER]),
        )

    def to_json(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class Ledger:
    """What an engineer carried before this horizon: tokens, full-time weeks, weeks on call, holiday days."""

    weighted_load: Fraction = Fraction(0)
    capacity_weeks: Fraction = Fraction(0)
    weeks: Fraction = Fraction(0)
    holiday_days: Fraction = Fraction(0)
    holidays_served: tuple[date, ...] = ()

    @classmethod
    def read(cls, source: Field) -> "Ledger":
        record = source.record([], cls.__dataclass_fields__)
        served = distinct((item, item.day()) for item in record.field("holidays_served", []).items())
        return cls(
            weighted_load=record.field("weighted_load", 0).number(0),
            capacity_weeks=record.field("capacity_weeks", 0).number(0),
            weeks=record.field("weeks", 0).number(0),
            holiday_days=record.field("holiday_days", 0).number(0),
            holidays_served=tuple(sorted(served)),
        )

    def to_json(self) -> dict[str, object]:
        return {
            "weighted_load": plain(self.weighted_load),
            "capacity_weeks": plain(self.capacity_weeks),
            "weeks": plain(self.weeks),
            "holiday_days": plain(self.holiday_days),
            "holidays_served": days_json(self.holidays_served),
        }


@dataclass(frozen=True)
class Candidate:
    """An engineer as the planner sees one: when they are there, what they wish, what they carried."""

    id: str
    country: str | None = None
    capacity_percent: Fraction = Fraction(100)
    joins: date | None = None
    leaves: date | None = None
    weeks_off: tuple[date, ...] = ()
    weeks_partial: tuple[date, ...] = ()
    wanted: tuple[date, ...] = ()
    unwanted: tuple[date, ...] = ()
    ledger: Ledger = field(default=Ledger())

    @classmethod
    def read(cls, source: Field, weeks: Mapping[date, date]) -> "Candidate":
        """`weeks` maps each week to the shift it lies in. Where weeks of a shift differ, away outweighs partly away,
        and unwanted outweighs wanted."""
        record = source.record(["id"], cls.__dataclass_fields__)
        lists = {key: read_weeks(record.field(key, []), weeks) for key in WEEK_LISTS}
        refuse_contradictions(source, record, lists)
        shifts = {key: sorted({weeks[week] for week in lists[key]}) for key in WEEK_LISTS}
        return cls(
            id=record.field("id").name(),
            country=record.field("country").maybe_name(),
            capacity_percent=record.field("capacity_percent", 100).number(1, 200),
            joins=record.field("joins").maybe_day(),
            leaves=record.field("leaves").maybe_day(),
            weeks_off=tuple(shifts["weeks_off"]),
            weeks_partial=tuple(week for week in shifts["weeks_partial"] if week not in shifts["weeks_off"]),
            wanted=tuple(week for week in shifts["wanted"] if week not in shifts["unwanted"]),
            unwanted=tuple(shifts["unwanted"]),
            ledger=Ledger.read(record.field("ledger", {})),
        )

    def member(self, week: date, shift_weeks: int = 1) -> bool:
        """In the rotation for the whole shift that begins with this week."""
        end = week + shift_weeks * WEEK
        return (self.joins is None or self.joins <= week) and (self.leaves is None or end <= self.leaves)

    def may_hold(self, role: str, week: date, shift_weeks: int = 1) -> bool:
        """There for this role: a partly absent engineer is good for primary only."""
        if not self.member(week, shift_weeks) or week in self.weeks_off:
            return False
        return role == PRIMARY or week not in self.weeks_partial

    def capacity(self, weeks: Sequence[date], shift_weeks: int = 1) -> Fraction:
        """Full-time weeks that this engineer's load is divided by, the ledger's included. `weeks` are hand-offs."""
        active = sum(self.member(week, shift_weeks) for week in weeks) - self.shifts_of_long_leave(weeks, shift_weeks)
        return self.capacity_percent * active * shift_weeks / 100 + self.ledger.capacity_weeks

    def shifts_of_long_leave(self, weeks: Sequence[date], shift_weeks: int) -> int:
        """Of a shift at either end of a leave only one week is known to be part of it."""
        runs, run = [], 0
        for week in weeks:
            run = run + 1 if self.member(week, shift_weeks) and week in self.weeks_off else 0
            runs.append(run)
        ends = [now for now, after in zip(runs, [*runs[1:], 0], strict=True) if not after]
        return sum(length for length in ends if length > 1 and (length - 2) * shift_weeks + 2 >= LONG_LEAVE_WEEKS)

    def to_json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "country": self.country,
            "capacity_percent": plain(self.capacity_percent),
            "joins": self.joins and self.joins.isoformat(),
            "leaves": self.leaves and self.leaves.isoformat(),
            **{key: days_json(getattr(self, key)) for key in WEEK_LISTS},
            "ledger": self.ledger.to_json(),
        }


WEEK_LISTS = ("weeks_off", "weeks_partial", "wanted", "unwanted")


def refuse_contradictions(source: Field, record: Record, lists: Mapping[str, Collection[date]]) -> None:
    joins, leaves = record.field("joins").maybe_day(), record.field("leaves").maybe_day()
    if joins and leaves and leaves <= joins:
        raise source.refuse(f"leaves on {leaves}, not after joining on {joins}; mend one of the two")
    for one, other in (("weeks_off", "weeks_partial"), ("wanted", "unwanted")):
        both = sorted({*lists[one]} & {*lists[other]})
        if both:
            raise source.refuse(f"{both[0]} stands in both {one} and {other}; take it out of one")


@dataclass(frozen=True)
class Unit:
    """What one primary and secondary pair staffs. `owners` is (primary owner, secondary owner)."""

    id: str
    qualified: tuple[str, ...]
    owners: tuple[str | None, str | None] = (None, None)
    weight: Fraction = Fraction(1)

    @classmethod
    def read(cls, source: Field, engineers: Iterable[str]) -> "Unit":
        record = source.record(["id", "qualified"], ["owners", "weight"])
        qualified = distinct((item, known(item, engineers)) for item in record.field("qualified").items())
        return cls(
            record.field("id").name(),
            tuple(sorted(qualified)),
            cls.read_owners(record.field("owners", [None, None]), engineers),
            record.field("weight", 1).number(0, 1000),
        )

    @staticmethod
    def read_owners(source: Field, engineers: Iterable[str]) -> tuple[str | None, str | None]:
        items = source.items()
        if len(items) != 2:
            raise source.refuse(f"has {len(items)} entries; give the primary and the secondary owner, or null")
        first, second = (None if item.value is None else known(item, engineers) for item in items)
        if first is not None and first == second:
            raise source.refuse(f"{first} owns both roles; name two different engineers")
        return first, second

    def owner(self, role: str) -> str | None:
        return self.owners[ROLES.index(role)]

    def to_json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "qualified": list(self.qualified),
            "owners": list(self.owners),
            "weight": plain(self.weight),
        }


@dataclass(frozen=True, order=True)
class Cell:
    """One role of one unit in one week: what the planner fills."""

    unit: str
    week: date
    role: str


@dataclass(frozen=True, order=True)
class Pin:
    """A cell that only this engineer may hold."""

    unit: str
    week: date
    role: str
    engineer: str

    @property
    def cell(self) -> Cell:
        return Cell(self.unit, self.week, self.role)

    def to_json(self) -> dict[str, object]:
        return {
            "unit": self.unit,
            "week": self.week.isoformat(),
            "role": self.role,
            "engineer": self.engineer,
        }


@dataclass(frozen=True)
class Pair:
    """Who holds the two roles of a unit in a week; None is an open role."""

    unit: str
    week: date
    primary: str | None
    secondary: str | None

    def of(self, role: str) -> str | None:
        return self.primary if role == PRIMARY else self.secondary

    def to_json(self) -> dict[str, object]:
        return {
            "unit": self.unit,
            "week": self.week.isoformat(),
            "primary": self.primary,
            "secondary": self.secondary,
        }


@dataclass(frozen=True)
class Event:
    """The absence that was just approved."""

    engineer: str
    week: date

    def to_json(self) -> dict[str, object]:
        return {"engineer": self.engineer, "week": self.week.isoformat()}
