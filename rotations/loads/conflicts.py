"""Reads: what stands in the way of a plan, in words, and what one could try."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..domain.draft import Names
from ..domain.planning.words import Names as PlannerNames
from ..domain.planning.words import advice_words
from ..domain.what_if import RAISE, REFUSE, TRAIN, UNPIN, done_words, is_possible, step_of, step_words, text_of
from ..domain.wording import day_text
from ..models import Plan


@dataclass(frozen=True, slots=True)
class Try:
    """Something that would help: in words, as a form sends it, and where it is done for real."""

    words: str
    steps: tuple[str, ...]
    gain: str


@dataclass(frozen=True, slots=True)
class ConflictView:
    """A week that cannot be staffed: which units, what clashes, and the cheapest ways out."""

    day: dt.date
    units: str
    core: tuple[str, ...]
    ways: tuple[Try, ...]


def conflict_views(plan: Plan, names: Names) -> tuple[ConflictView, ...]:
    """The weeks with open roles, and what would close them."""
    return tuple(
        ConflictView(
            day=dt.date.fromisoformat(row["week"]),
            units=", ".join(names.unit(unit) for unit in row["units"]),
            core=tuple(reason_words(plan, reason, names) for reason in row["core"]),
            ways=tuple(_ways(plan, row, names)),
        )
        for row in plan.answer.get("conflicts", ())
    )


def advice_views(plan: Plan, names: Names) -> tuple[Try, ...]:
    """The trainings that would help most, first of all."""
    found = []
    for row in plan.answer.get("advice", ()):
        step = step_of({"kind": TRAIN, "engineer": row["engineer"], "unit": row["unit"]})
        if is_possible(plan.problem, step):
            words = advice_words(row, PlannerNames(names.people, names.units))
            found.append(Try(_capital(words), (text_of(step),), ""))
    return tuple(found)


def supposed_words(plan: Plan, names: Names) -> tuple[str, ...]:
    """What a what-if draft supposes, and what to do for real before it can be so."""
    return tuple(f"{_capital(step_words(step, names))}: {done_words(step)}." for step in plan.what_if)


def reason_words(plan: Plan, reason: Mapping[str, Any], names: Names) -> str:
    """One thing that stands in the way, with its name and date."""
    who, unit = names.who(reason.get("engineer")), names.unit(reason.get("unit") or "")
    week = f"in the week of {day_text(dt.date.fromisoformat(reason['week']))}" if reason.get("week") else ""
    words = {
        "absence": f"{who} is away {week}",
        "pin": f"{who} is pinned on {unit} {week}",
        "rule": f"nobody may hold more than {plan.problem['rules']['max_roles_per_engineer_week']} roles a week",
        "freeze": f"{unit} is frozen {week}",
        "membership": f"{who} is not a member {week}",
    }
    return words.get(reason["kind"], f"{reason['kind']} {week}").strip()


def _ways(plan: Plan, row: Mapping[str, Any], names: Names) -> Iterable[Try]:
    """Each step on its own where one suffices; else the smallest set that does."""
    seen = set()
    together = [step_of(reason) for reason in row.get("relax", ())]
    for steps, gain in (
        (together, "closes all that can be closed"),
        *(([step_of(option)], _gain(option)) for option in row.get("options", ())),
    ):
        steps = [step for step in steps if step["kind"] in (REFUSE, UNPIN, RAISE, TRAIN)]
        texts = tuple(text_of(step) for step in steps)
        if steps and texts not in seen and all(is_possible(plan.problem, step) for step in steps):
            seen.add(texts)
            yield Try(_capital(", and ".join(step_words(step, names) for step in steps)), texts, gain)


def _gain(option: Mapping[str, Any]) -> str:
    closes = option.get("closes")
    return f"closes {closes} open role{'' if closes == 1 else 's'}" if closes else ""


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
