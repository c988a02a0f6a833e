"""Reading the lists of a planning problem: names known, nothing twice, nothing against itself."""

from collections.abc import Mapping, Sequence
from datetime import date

from .fields import Field, Record, known, read_week
from .parts import ROLES, Candidate, Cell, Event, Pair, Pin, Unit

# Each week of the horizon, and the hand-off that begins the shift it lies in.
Handoffs = Mapping[date, date]


def read_engineers(source: Field, weeks: Handoffs) -> dict[str, Candidate]:
    """Engineers by id, in order."""
    found: dict[str, Candidate] = {}
    for item in source.items():
        engineer = Candidate.read(item, weeks)
        if engineer.id in found:
            raise item.refuse(f"id {engineer.id!r} stands twice; give every engineer an id of their own")
        found[engineer.id] = engineer
    return dict(sorted(found.items()))


def read_units(source: Field, engineers: Mapping[str, Candidate]) -> dict[str, Unit]:
    """Units by id, in order."""
    found: dict[str, Unit] = {}
    for item in source.items():
        unit = Unit.read(item, engineers)
        if unit.id in found:
            raise item.refuse(f"id {unit.id!r} stands twice; give every unit an id of its own")
        found[unit.id] = unit
    return dict(sorted(found.items()))


def read_holidays(source: Field, weeks: Handoffs) -> dict[str, dict[date, int]]:
    """Public holidays by country and shift, in days (at most seven a week)."""
    found: dict[str, dict[date, int]] = {}
    for country, calendar in open_fields(source):
        found[country] = {}
        for week, days in open_fields(calendar):
            shift = weeks[read_week(Field(week, days.place), weeks)]
            found[country][shift] = found[country].get(shift, 0) + days.whole(0, 7)
    return found


def read_handoff(source: Field, weeks: Handoffs) -> date:
    """A shift, named by the day of its hand-off."""
    week = read_week(source, weeks)
    if weeks[week] != week:
        raise source.refuse(f"{week} lies inside a shift; name the shift by its hand-off on {weeks[week]}")
    return week


def open_fields(source: Field) -> list[tuple[str, Field]]:
    """The values of an object whose keys are the writer's own choice."""
    keys = [key for key in source.value if isinstance(key, str)] if isinstance(source.value, dict) else []
    for key in keys:
        Field(key, f"a key of {source.place}").name()
    return source.record([], keys).fields()


def read_published(
    record: Record, weeks: Handoffs, engineers: Mapping[str, Candidate], units: Mapping[str, Unit]
) -> tuple[Pair, ...] | None:
    """The plan in force, by week and unit; None where there is none."""
    if not record.has("published"):
        return None
    found: dict[tuple[date, str], Pair] = {}
    for item in record.field("published").items():
        pair = read_pair(item, weeks, engineers, units)
        if (pair.week, pair.unit) in found:
            raise item.refuse(f"{pair.unit} {pair.week} is published twice; keep one row")
        found[pair.week, pair.unit] = pair
    return tuple(pair for _, pair in sorted(found.items()))


def read_pair(item: Field, weeks: Handoffs, engineers: Mapping[str, Candidate], units: Mapping[str, Unit]) -> Pair:
    """Who is published for a unit and week; nobody is written as null."""
    row = item.record(["unit", "week", *ROLES])
    holders = (row.field(role) for role in ROLES)
    return Pair(
        known(row.field("unit"), units),
        read_handoff(row.field("week"), weeks),
        *(None if holder.value is None else known(holder, engineers) for holder in holders),
    )


def read_event(record: Record, weeks: Handoffs, engineers: Mapping[str, Candidate]) -> Event | None:
    """The absence that made planning anew necessary, if one is named."""
    if not record.has("event"):
        return None
    row = record.field("event").record(["engineer", "week"])
    return Event(known(row.field("engineer"), engineers), weeks[read_week(row.field("week"), weeks)])


def read_pins(
    source: Field,
    weeks: Handoffs,
    units: Mapping[str, Unit],
    published: Sequence[Pair] | None,
    locked_before: date | None,
) -> tuple[Pin, ...]:
    """The pins by cell; two that can't both hold, or one against a locked cell, are refused."""
    locked = {
        Cell(pair.unit, pair.week, role): pair.of(role)
        for pair in published or ()
        for role in ROLES
        if locked_before is not None and pair.week < locked_before
    }
    found: dict[Cell, Pin] = {}
    for item in source.items():
        pin = read_pin(item, weeks, units)
        wrong = objection(pin, found, locked)
        if wrong:
            raise item.refuse(wrong)
        found[pin.cell] = pin
    return tuple(sorted(found.values()))


def read_pin(item: Field, weeks: Handoffs, units: Mapping[str, Unit]) -> Pin:
    """A pin of somebody who is qualified for the unit."""
    row = item.record(["unit", "week", "role", "engineer"])
    unit = units[known(row.field("unit"), units)]
    engineer = row.field("engineer").name()
    if engineer not in unit.qualified:
        raise row.field("engineer").refuse(f"{engineer!r} is not qualified for {unit.id}; qualify or pin another")
    return Pin(unit.id, read_handoff(row.field("week"), weeks), row.field("role").one_of(ROLES), engineer)


def objection(pin: Pin, pinned: Mapping[Cell, Pin], locked: Mapping[Cell, str | None]) -> str:
    """Why this pin can't stand beside the earlier ones and the locked cells; empty if it can."""
    place = f"{pin.unit} {pin.week}"
    if pin.cell in pinned:
        return f"{place} {pin.role} is pinned twice; keep one pin"
    if locked.get(pin.cell, pin.engineer) != pin.engineer:
        return f"{place} {pin.role} is locked with {locked[pin.cell] or 'nobody'}; take the pin back"
    for role in ROLES:
        twin = pinned.get(Cell(pin.unit, pin.week, role))
        if twin is not None and twin.engineer == pin.engineer:
            return f"{pin.engineer} is pinned to both roles of {place}; keep one pin"
    return ""
