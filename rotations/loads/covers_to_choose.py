"""Reads: who else could cover, as rows somebody chooses from, and what was chosen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from pipelines.models import Engineer

from ..domain.alternatives import Alternative, Opening, openings
from ..domain.covering import CHOSEN, STEPS_UP, Choice, balance_text
from ..domain.difference import Consequence
from ..domain.roster import Role, Roster
from ..domain.spans import UTC, Span
from ..domain.wording import span_text

PREFIX = "cover-"
WRONG = "Cover: choose somebody from the list."


@dataclass(frozen=True, slots=True)
class Option:
    """Somebody for a place; `value` says so in a form, empty for whoever is found."""

    value: str
    engineer: Engineer | None
    balance: str
    conflicts: tuple[str, ...]
    can_take: bool
    is_taken: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A role of a unit for a span that a decision fills, with who takes it and who else could."""

    name: str
    unit: str
    role: str
    when: str
    why: str
    options: tuple[Option, ...]


def places_to_choose(found: Consequence, roster: Roster, zone: ZoneInfo) -> tuple[Place, ...]:
    """Every place that a decision fills, and first of all the whole of it, where one person could take all."""
    opened = openings(found, zone)
    wanted = {one.engineer for opening in opened for one in opening.alternatives}
    people = Engineer.objects.in_bulk(sorted({*wanted, *(opening.taken_by for opening in opened)} - {None}))
    places = tuple(_place(opening, roster, people, zone) for opening in opened)
    return (*_whole(opened, people), *places)


def choices_in(data: Mapping[str, str]) -> tuple[Choice, ...]:
    """What was chosen, places before the whole; raises ValidationError for what no form of ours holds."""
    given = {name: value for name, value in data.items() if name.startswith(PREFIX) and value}
    whole = given.pop(f"{PREFIX}all", "")
    tokens = [*given.values(), *(whole.split(",") if whole else [])]
    return tuple(_choice(token) for token in tokens)


def tokens_of(choices: Iterable[Choice]) -> list[tuple[str, str]]:
    """What was chosen, as the fields of a form that passes it on."""
    return [
        (f"{PREFIX}{n}", _token(one.unit, one.role, one.span, one.engineer)) for n, one in enumerate(choices, start=1)
    ]


def _place(opening: Opening, roster: Roster, people: Mapping[int, Engineer], zone: ZoneInfo) -> Place:
    taker = people.get(opening.taken_by) if opening.taken_by is not None else None
    is_chosen = opening.why.startswith(CHOSEN)
    mine = _value(opening, opening.taken_by) if is_chosen and opening.taken_by is not None else ""
    others = tuple(_option(opening, one, people[one.engineer]) for one in opening.alternatives)
    back = (Option("", None, "", (), can_take=True, is_taken=False),) if is_chosen else ()
    return Place(
        name=f"{PREFIX}{opening.unit}-{opening.role}-{_seconds(opening.span.start)}",
        unit=roster.units[opening.unit].name,
        role=opening.role.value,
        when=span_text(opening.span, zone),
        why=opening.why,
        options=(Option(mine, taker, "", (), can_take=True, is_taken=True), *others, *back),
    )


def _option(opening: Opening, one: Alternative, engineer: Engineer) -> Option:
    value = _value(opening, one.engineer)
    return Option(value, engineer, balance_text(one.balance), one.conflicts, one.can_take, is_taken=False)


def _whole(opened: Sequence[Opening], people: Mapping[int, Engineer]) -> tuple[Place, ...]:
    """One person for every place that has to be filled, where there are several and somebody can take them all."""
    filled = [opening for opening in opened if opening.why != STEPS_UP]
    if len(filled) < 2:
        return ()
    takers = {opening.taken_by for opening in filled}
    able = set.intersection(*(_able(opening) for opening in filled)) - {None} - (takers if len(takers) == 1 else set())
    options = tuple(
        Option(
            ",".join(_value(opening, engineer) for opening in filled),
            people[engineer],
            "",
            tuple(dict.fromkeys(words for opening in filled for words in _conflicts(opening, engineer))),
            can_take=True,
            is_taken=False,
        )
        for engineer in sorted(able)
    )
    each = Option("", None, "", (), can_take=True, is_taken=True)
    return (Place(f"{PREFIX}all", "", "", "", "", (each, *options)),) if options else ()


def _able(opening: Opening) -> set[int | None]:
    return {opening.taken_by, *(one.engineer for one in opening.alternatives if one.can_take)}


def _conflicts(opening: Opening, engineer: int) -> tuple[str, ...]:
    return next((one.conflicts for one in opening.alternatives if one.engineer == engineer), ())


def _value(opening: Opening, engineer: int) -> str:
    return _token(opening.unit, opening.role, opening.span, engineer)


def _token(unit: int, role: Role, span: Span, engineer: int) -> str:
    return f"{unit}.{role.value}.{_seconds(span.start)}.{_seconds(span.end)}.{engineer}"


def _seconds(at: dt.datetime) -> int:
    # whole seconds: what begins at once was chosen a little before it begins
    return int(at.timestamp())


def _choice(token: str) -> Choice:
    try:
        unit, role, start, end, engineer = token.split(".")
        span = Span(*(dt.datetime.fromtimestamp(int(at), UTC) for at in (start, end)))
        return Choice(int(unit), Role(role), span, int(engineer))
    except (ValueError, OverflowError, OSError) as refusal:
        raise ValidationError(WRONG, code="choice") from refusal
