"""What a plan stands on, as plain facts noted when it was asked for; what changed since, in words.

A basis has `members` [engineer, from, until, capacity], `absences` [engineer, from, until], `places` [unit, pipeline,
from, until], `owners` [pipeline, primary, secondary, from, until], `trained` [pipeline, engineer, shadows until],
`shifts` {id: who and version} and `rules` {name: value}; ids are numbers, instants and days text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .wording import day_text

Basis = Mapping[str, Any]
MOST = 8


@dataclass(frozen=True, slots=True)
class Called:
    """Names by id of what a basis mentions."""

    people: Mapping[int, str]
    units: Mapping[int, str]
    pipelines: Mapping[int, str]

    def who(self, engineer: int) -> str:
        return self.people.get(engineer, "somebody removed since")

    def unit(self, unit: int) -> str:
        return self.units.get(unit, "a removed unit")

    def pipeline(self, pipeline: int) -> str:
        return self.pipelines.get(pipeline, "a removed pipeline")


def facts_changed(before: Basis, now: Basis, called: Called) -> tuple[str, ...]:
    """Members, time off, units, owners, trained people and rules that are not as they were, each in words."""
    return tuple(
        dict.fromkeys(
            [
                *_members(before, now, called),
                *_absences(before, now, called),
                *_places(before, now, called),
                *_owners(before, now, called),
                *_trained(before, now, called),
                *_rules(before, now),
            ]
        )
    )


def duty_changed(before: Basis, now: Basis) -> int:
    """How many published shifts were set, moved or removed."""
    return len(_touched(before["shifts"], now["shifts"]))


def shortened(words: Iterable[str]) -> tuple[str, ...]:
    """The first few of many."""
    found = tuple(words)
    return found if len(found) <= MOST else (*found[:MOST], f"and {len(found) - MOST} more")


def _touched(before: Mapping[str, Any], now: Mapping[str, Any]) -> set[str]:
    return {key for key in {*before, *now} if before.get(key) != now.get(key)}


def _rows(basis: Basis, key: str) -> set[tuple[Any, ...]]:
    return {tuple(row) for row in basis[key]}


def _day(text: str) -> str:
    return day_text(dt.datetime.fromisoformat(text).date())


def _members(before: Basis, now: Basis, called: Called) -> Iterable[str]:
    old, new = _rows(before, "members"), _rows(now, "members")
    there = {row[0] for row in old} & {row[0] for row in new}
    for engineer, joins, leaves, _ in sorted(new - old, key=str):
        until = f" and leaves on {_day(leaves)}" if leaves else ""
        if engineer in there:
            yield f"{called.who(engineer)} is now a member from {_day(joins)}{until}"
        else:
            yield f"{called.who(engineer)} joins on {_day(joins)}{until}"
    for engineer, *_ in sorted(old - new, key=str):
        if engineer not in there:
            yield f"{called.who(engineer)} is no member any more"


def _absences(before: Basis, now: Basis, called: Called) -> Iterable[str]:
    old, new = _rows(before, "absences"), _rows(now, "absences")
    for engineer, starts, _ in sorted(new - old, key=lambda row: (row[1], row[0])):
        yield f"{called.who(engineer)} has time off from {_day(starts)}"
    for engineer, starts, _ in sorted(old - new, key=lambda row: (row[1], row[0])):
        yield f"{called.who(engineer)} is no longer away from {_day(starts)}, or for other days"


def _places(before: Basis, now: Basis, called: Called) -> Iterable[str]:
    old, new = _rows(before, "places"), _rows(now, "places")
    for unit, pipeline, starts, _ in sorted(new - old, key=str):
        since = f" from {_day(starts)}" if starts else ""
        yield f"{called.pipeline(pipeline)} stands in the unit {called.unit(unit)}{since}"
    for unit, pipeline in sorted({row[:2] for row in old} - {row[:2] for row in new}):
        yield f"{called.pipeline(pipeline)} left the unit {called.unit(unit)}"


def _owners(before: Basis, now: Basis, called: Called) -> Iterable[str]:
    for pipeline, *_ in sorted(_rows(before, "owners") ^ _rows(now, "owners"), key=str):
        yield f"{called.pipeline(pipeline)} has other owners"


def _trained(before: Basis, now: Basis, called: Called) -> Iterable[str]:
    old, new = _rows(before, "trained"), _rows(now, "trained")
    for pipeline, engineer, _ in sorted(new - old, key=str):
        yield f"{called.who(engineer)} was trained on {called.pipeline(pipeline)}"
    for pipeline, engineer in sorted({row[:2] for row in old} - {row[:2] for row in new}):
        yield f"{called.who(engineer)} is not trained on {called.pipeline(pipeline)} any more"


def _rules(before: Basis, now: Basis) -> Iterable[str]:
    for name, value in now["rules"].items():
        if name in before["rules"] and before["rules"][name] != value:
            yield f"the rule {name.replace('_', ' ')} went from {before['rules'][name]} to {value}"
