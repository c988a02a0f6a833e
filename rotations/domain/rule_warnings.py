"""Rules of a rotation that cannot all hold, or are seldom meant: said after saving, never refused."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """What a rotation asks of its people, in weeks; None is no limit."""

    shift_weeks: int = 1
    horizon_weeks: int = 13
    freeze_days: int = 14
    rest_weeks: int = 0
    max_consecutive_weeks: int | None = None
    per_unit: bool = True
    max_roles_per_week: int = 4
    primary_weight: int = 2
    secondary_weight: int = 1
    max_away: int | None = None


def rule_warnings(rules: Rules, members: int, pools: Mapping[str, int]) -> Iterator[str]:
    """What cannot be kept by so many members; `pools` says how many of them are qualified, by unit."""
    yield from _too_few(rules, members, pools)
    yield from _rest(rules, members, pools)
    yield from _in_a_row(rules, members, pools)
    if rules.secondary_weight > rules.primary_weight:
        yield (
            f"A secondary week counts {rules.secondary_weight} tokens and a primary week only {rules.primary_weight}: "
            "plans will spare secondaries."
        )
    if rules.freeze_days >= 7 * rules.horizon_weeks:
        yield (
            f"Planning looks {rules.horizon_weeks} weeks ahead, and the next {rules.freeze_days} days are frozen: "
            "a repaired plan can change nothing."
        )
    if rules.horizon_weeks % rules.shift_weeks:
        yield (
            f"A planning horizon of {rules.horizon_weeks} weeks is no whole number of shifts of {rules.shift_weeks} "
            "weeks: plans look ahead to the end of the last shift."
        )
    if rules.max_away is not None and members - rules.max_away < 2 <= members:
        yield f"With {rules.max_away} of {members} members away on one day there are not two left to carry the pager."


def _too_few(rules: Rules, members: int, pools: Mapping[str, int]) -> Iterator[str]:
    wanted = 2 * len(pools)
    if wanted > members * rules.max_roles_per_week:
        yield (
            f"{len(pools)} units have {wanted} roles a week, and {_people(members)} with at most "
            f"{rules.max_roles_per_week} roles each can take {members * rules.max_roles_per_week}."
        )
    for unit, pool in pools.items():
        if pool < 2:
            yield f"{unit} needs a primary and a secondary, and only {_people(pool)} can take it."


def _rest(rules: Rules, members: int, pools: Mapping[str, int]) -> Iterator[str]:
    if not rules.rest_weeks or not pools:
        return
    shifts = math.ceil(rules.rest_weeks / rules.shift_weeks) + 1
    if rules.per_unit:
        for unit, pool in pools.items():
            if pool < shifts:
                yield f"A rest of {_weeks(rules.rest_weeks)} needs at least {shifts} people; {unit} has {pool}."
        return
    # one person may be primary of several units in the same week
    needed = math.ceil(len(pools) / rules.max_roles_per_week) * shifts
    if members < needed:
        yield f"A rest of {_weeks(rules.rest_weeks)} needs at least {needed} people; there {_are(members)}."


def _in_a_row(rules: Rules, members: int, pools: Mapping[str, int]) -> Iterator[str]:
    most = rules.max_consecutive_weeks
    if most is None or not pools:
        return
    shifts = max(1, most // rules.shift_weeks)
    if rules.per_unit:
        needed = math.ceil(2 * (shifts + 1) / shifts)
        for unit, pool in pools.items():
            if pool < needed:
                yield f"At most {_weeks(most)} in a row needs at least {needed} people; {unit} has {pool}."
        return
    each_week = max(2, math.ceil(2 * len(pools) / rules.max_roles_per_week))
    needed = math.ceil(each_week * (shifts + 1) / shifts)
    if members < needed:
        yield f"At most {_weeks(most)} in a row needs at least {needed} people; there {_are(members)}."


def _weeks(count: int) -> str:
    return f"{count} week{'' if count == 1 else 's'}"


def _people(count: int) -> str:
    return f"{count} member{'' if count == 1 else 's'}"


def _are(count: int) -> str:
    return f"{'is' if count == 1 else 'are'} {count}"
