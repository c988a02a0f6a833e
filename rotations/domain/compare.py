"""Plans side by side: what each says in figures, and who gives and gets which week from one to the other."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .draft import Answer, Names, plan_of
from .planning import Problem
from .planning.parts import PRIMARY, ROLES, SECONDARY, Cell
from .planning.words import Names as PlannerNames
from .planning.words import move_words

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a plan says of itself in figures, each ready to be shown; `quality` are whole sentences."""

    gaps: int
    thin: int
    changed: int
    highest: str
    bound: str
    spread: str
    proven: str
    exceptions: int
    wishes: str
    holidays: str
    quality: tuple[str, ...]
    fewer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A cell that one plan gives to somebody else than the other; nobody is None."""

    week: dt.date
    unit: str
    role: str
    before: str | None
    after: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Tally:
    """What one engineer gives and gets by the moves, in weeks of a role, and what becomes of their tokens."""

    engineer: str
    gives: int
    gets: int


def figures(problem: Problem, answer: Answer, names: Names) -> Figures:
    """A plan in figures, beside what is proven of every plan for its problem."""
    fairness, loads = answer.get("fairness", {}), answer["loads"]
    roles = Counter(cell["role"] for cell in answer["open"])
    holidays = [load["holiday_days"] for load in loads.values()]
    met, wishes = wishes_met(problem, answer)
    return Figures(
        gaps=roles[PRIMARY],
        thin=roles[SECONDARY],
        changed=sum(row["before"] is not None for row in answer.get("changed", ())),
        highest=_number(fairness.get("max")),
        bound=_number(fairness.get("bound_max")),
        spread=_number(fairness.get("spread")),
        proven="proven" if fairness.get("optimal") else "not proven",
        exceptions=len(answer.get("exceptions", ())),
        wishes=f"{met} of {wishes}" if wishes else "none",
        holidays=_span(holidays),
        quality=quality_words(answer, names),
        fewer=alternatives(answer),
    )


def quality_words(answer: Answer, names: Names) -> tuple[str, ...]:
    """How good a plan is beside the certificate: proven or how far above it, and who is the bottleneck."""
    fairness = answer.get("fairness", {})
    words = []
    above = tokens_above(answer)
    if fairness.get("optimal"):
        words.append("Proven: no fairer plan exists.")
    elif above is not None and above > 0:
        unit = "token" if above == 1 else "tokens"
        words.append(f"Nobody carries more than {above:g} {unit} above the fairest possible.")
    elif above is not None:
        words.append("Nobody carries more than in the fairest possible plan.")
    if bottleneck := fairness.get("bottleneck"):
        who = ", ".join(names.who(engineer) for engineer in bottleneck)
        carry = "carries" if len(bottleneck) == 1 else "carry"
        words.append(f"The bottleneck: {who} {carry} the most, as too few others are qualified to relieve them.")
    return tuple(words)


def tokens_above(answer: Answer) -> float | None:
    """By how many tokens somebody carries more than in the certified plan; None without a certificate."""
    certified = answer.get("fairness", {}).get("certified") or {}
    loads = answer["loads"]
    above = [loads[engineer]["tokens"] - tokens for engineer, tokens in certified.items() if engineer in loads]
    return round(max(above), 3) if above else None


def wishes_met(problem: Problem, answer: Answer) -> tuple[int, int]:
    """How many of the weeks wanted or unwanted are as wished, of how many."""
    duty: dict[str, set[dt.date]] = {}
    for cell, holder in plan_of(problem, answer["assignments"]).items():
        if holder is not None:
            duty.setdefault(holder, set()).add(cell.week)
    met = total = 0
    for one in problem.engineers:
        mine = duty.get(one.id, set())
        total += len(one.wanted) + len(one.unwanted)
        met += sum(week in mine for week in one.wanted) + sum(week not in mine for week in one.unwanted)
    return met, total


def alternatives(answer: Answer) -> tuple[str, ...]:
    """The price of fewer changes: what each way to repair moves, and how many exceptions it makes."""
    rows = answer.get("alternatives", ())
    if len(rows) < 2:
        return ()
    return tuple(
        f"With {row['mode']}: {_count(row['changes'], 'shift')} moved, "
        f"{_count(row['new_exceptions'], 'new exception')}."
        for row in rows
    )


def moves(before: Iterable[Row], after: Iterable[Row], reasons: Mapping[tuple[str, str, str], str]) -> tuple[Move, ...]:
    """The cells of weeks in both that change hands, by week."""
    was = {(row["unit"], row["week"]): row for row in before}
    found = []
    for row in after:
        old = was.get((row["unit"], row["week"]))
        if old is None:
            continue
        for role in (one for one in ROLES if old[one] != row[one]):
            key = (row["unit"], row["week"], role)
            week = dt.date.fromisoformat(row["week"])
            found.append(Move(week, row["unit"], role, old[role], row[role], reasons.get(key) or ""))
    return tuple(sorted(found, key=lambda move: (move.week, move.unit, move.role)))


def tallies(found: Iterable[Move], names: Names) -> tuple[Tally, ...]:
    """Who gives how many weeks of a role and who gets them, by name."""
    gives: Counter[str | None] = Counter()
    gets: Counter[str | None] = Counter()
    for move in found:
        gives[move.before] += 1
        gets[move.after] += 1
    people = {one for one in (*gives, *gets) if one is not None}
    return tuple(Tally(one, gives[one], gets[one]) for one in sorted(people, key=names.who))


def reasons_of(answer: Answer, names: Names) -> dict[tuple[str, str, str], str]:
    """Why a cell changes hands, where the planner says so."""
    called = PlannerNames(names.people, names.units)
    return {
        (row["unit"], row["week"], row["role"]): move_words(row["reason"], row["before"], row["after"], called)
        for row in answer.get("changed", ())
        if row.get("reason")
    }


def published_answer(problem: Problem, published: Sequence[Row], fairness: Mapping[str, Any]) -> Answer:
    """What is in force in the weeks of a problem as an answer to it, so that it is counted as a draft is."""
    rows = {(row["unit"], row["week"]): row for row in published}
    cells = {(cell.unit, cell.week.isoformat()): cell for cell in problem.cells}
    empty: dict[str, None] = dict.fromkeys(ROLES)
    whole = [{"unit": unit, "week": week, **empty, **rows.get((unit, week), {})} for unit, week in cells]
    kept = ("bound_max", "certified", "bottleneck")
    return {"assignments": whole, "fairness": {key: fairness[key] for key in kept if key in fairness}}


def is_in(problem: Problem, row: Row) -> bool:
    """Whether a cell named by a row belongs to a problem."""
    return Cell(row["unit"], dt.date.fromisoformat(row["week"]), row["role"]) in problem.cells


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def _span(values: Sequence[float]) -> str:
    if not values:
        return "0"
    low, high = min(values), max(values)
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
