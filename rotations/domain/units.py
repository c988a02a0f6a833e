"""Ways to group a rotation's pipelines into units, and what a plan of each would mean for its people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

from .spans import WEEK

Row = dict[str, Any]


class Choice(StrEnum):
    """How pipelines share a pair."""

    EACH = "each"
    AREA = "area"
    ONE = "one"

    @property
    def words(self) -> str:
        return {
            Choice.EACH: "every pipeline has a pair of its own",
            Choice.AREA: "the pipelines of an area share a pair",
            Choice.ONE: "all pipelines share one pair",
        }[self]


@dataclass(frozen=True, slots=True)
class Placed:
    """A pipeline with its area, and the unit it stands in."""

    id: int
    name: str
    area: str
    unit: str


@dataclass(frozen=True, slots=True)
class Group:
    """Pipelines that share a pair."""

    name: str
    pipelines: tuple[int, ...]


def groups_of(choice: Choice, pipelines: Sequence[Placed], rotation: str) -> tuple[Group, ...]:
    """The units of a choice. An area of a single pipeline is called as the pipeline: it is the same unit as alone."""
    if choice is Choice.EACH:
        return tuple(Group(one.name, (one.id,)) for one in pipelines)
    if choice is Choice.ONE:
        return (
            (Group(rotation, tuple(one.id for one in pipelines)),)
            if len(pipelines) > 1
            else groups_of(Choice.EACH, pipelines, rotation)
        )
    found = []
    for area, members in groupby(sorted(pipelines, key=lambda one: one.area), key=lambda one: one.area):
        inside = list(members)
        found.append(Group(area if len(inside) > 1 else inside[0].name, tuple(one.id for one in inside)))
    return tuple(found)


def current_groups(pipelines: Sequence[Placed]) -> tuple[Group, ...]:
    """The units as they are."""
    ordered = sorted(pipelines, key=lambda one: one.unit)
    return tuple(
        Group(unit, tuple(one.id for one in members)) for unit, members in groupby(ordered, key=lambda one: one.unit)
    )


def same_groups(one: Iterable[Group], other: Iterable[Group]) -> bool:
    """Whether the same pipelines share a pair, whatever the units are called."""
    return {frozenset(group.pipelines) for group in one} == {frozenset(group.pipelines) for group in other}


def choices_of(pipelines: Sequence[Placed], rotation: str) -> dict[Choice, tuple[Group, ...]]:
    """Every choice that differs from those before it: with one area, sharing by area is sharing one pair."""
    found: dict[Choice, tuple[Group, ...]] = {}
    for choice in Choice:
        groups = groups_of(choice, pipelines, rotation)
        if not any(same_groups(groups, other) for other in found.values()):
            found[choice] = groups
    return found


def regrouped(
    problem: Mapping[str, Any],
    groups: Iterable[Group],
    qualified: Mapping[int, Set[int]],
    owners: Mapping[int, tuple[int, int]],
) -> Row:
    """The same planning problem with other units, as if nothing were published: what a pair can take it must be
    qualified for in full. Each unit weighs one token as it does in the portal: a token is a week of one pair."""
    members = {row["id"] for row in problem["engineers"]}
    units = []
    for group in groups:
        able: set[str] = (
            set.intersection(*({str(one) for one in qualified.get(key, ())} for key in group.pipelines)) & members
        )
        by_number = sorted(able, key=int)
        pair = next((owners[key] for key in group.pipelines if key in owners), ())
        units.append(
            {
                "id": group.name,
                "qualified": by_number,
                "owners": [str(one) if str(one) in members else None for one in pair] or [None, None],
            }
        )
    kept = {key: value for key, value in problem.items() if key not in ("published", "locked_before", "pins")}
    return {**kept, "units": units, "pins": []}


def meaning(problem: Mapping[str, Any], answer: Mapping[str, Any]) -> Row:
    """What a plan means for each engineer, and for the rotation as a whole: plain values that can be stored."""
    shift_weeks = problem.get("shift_weeks") or 1
    held: dict[str, dict[dt.date, int]] = {row["id"]: {} for row in problem["engineers"]}
    for row in answer["assignments"]:
        for engineer in {row["primary"], row["secondary"]} - {None}:
            for n in range(shift_weeks):
                week = dt.date.fromisoformat(row["week"]) + n * WEEK
                held[engineer][week] = held[engineer].get(week, 0) + 1
    loads = answer["loads"]
    return {
        "units": len(problem["units"]),
        "engineers": {
            engineer: {
                "weeks": len(weeks),
                "free": problem["weeks"] - len(weeks),
                "in_a_row": longest_run(weeks),
                "roles": max(weeks.values(), default=0),
                "primary_weeks": loads.get(engineer, {}).get("primary_weeks", 0),
                "holiday_days": loads.get(engineer, {}).get("holiday_days", 0),
                "tokens": loads.get(engineer, {}).get("tokens", 0),
            }
            for engineer, weeks in held.items()
        },
        "open": len(answer["open"]),
        "exceptions": len(answer["exceptions"]),
        "fairness": answer["fairness_words"],
    }


def longest_run(weeks: Iterable[dt.date]) -> int:
    """How many weeks follow one another at most."""
    longest, run, last = 0, 0, None
    for week in sorted(weeks):
        run = run + 1 if last is not None and week - last == WEEK else 1
        longest, last = max(longest, run), week
    return longest
