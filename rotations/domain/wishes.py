"""Wishes for weeks: which of them a plan met."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .spans import WEEK


@dataclass(frozen=True, slots=True)
class Met:
    """A week that somebody wished to have, or not to have, and whether the plan gives it so; ids as in the problem."""

    engineer: str
    week: dt.date
    is_wanted: bool
    is_met: bool


def wishes_met(problem: Mapping[str, Any], assignments: Iterable[Mapping[str, Any]]) -> tuple[Met, ...]:
    """Every wish of a planning problem, by week and engineer, with what became of it: a wanted week is met by any
    role in it, an unwanted one by none."""
    weeks = range(problem.get("shift_weeks") or 1)
    on_call: dict[str, set[dt.date]] = {}
    for row in assignments:
        held = {dt.date.fromisoformat(row["week"]) + n * WEEK for n in weeks}
        for engineer in {row["primary"], row["secondary"]} - {None}:
            on_call.setdefault(engineer, set()).update(held)
    found = (
        Met(one["id"], week, is_wanted, (week in on_call.get(one["id"], ())) is is_wanted)
        for one in problem["engineers"]
        for key, is_wanted in (("wanted", True), ("unwanted", False))
        for week in map(dt.date.fromisoformat, one.get(key) or ())
    )
    return tuple(sorted(found, key=lambda wish: (wish.week, int(wish.engineer))))


def too_many_unwanted(wishes: Sequence[bool | None]) -> str:
    """What to say to somebody who would rather not have more than half of the weeks; empty to others."""
    unwanted = sum(wish is False for wish in wishes)
    if 2 * unwanted <= len(wishes):
        return ""
    return (
        f"{unwanted} of {len(wishes)} weeks are unwanted. Every week is somebody's, so a plan can spare you only some: "
        "keep the ones that matter most, and ask for time off where you cannot be there."
    )
