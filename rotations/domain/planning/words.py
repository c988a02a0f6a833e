"""What the planner found, as finished sentences: names for ids, days as people write them.

Every function takes the JSON form, as it is kept with a plan, so that a page can say it without solving again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from . import moves, relaxations, why
from .advice import OPEN_ROLES
from .conflicts import ABSENCE, FREEZE, PIN

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Names:
    """Names of engineers and units by id; an id without a name stands for itself."""

    engineers: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)

    def engineer(self, id: str | None) -> str:
        return self.engineers.get(id or "", id or "nobody")

    def unit(self, id: str | None) -> str:
        return self.units.get(id or "", id or "no unit")


NO_NAMES = Names()


@cache
def day(iso: str) -> str:
    """5 Jan 2026."""
    at = date.fromisoformat(iso)
    return f"{at.day} {at:%b %Y}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """A, B and C."""
    words = list(words)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def conflict_words(conflict: Row, names: Names = NO_NAMES) -> str:
    """Why a week can't be staffed and the least that mends it, in one or two sentences."""
    units = listed(names.unit(unit) for unit in conflict["units"])
    week = f"Week of {day(conflict['week'])}: {units} can't be fully staffed"
    if not conflict["core"]:
        return f"{week}, as too few people are qualified and members then: train somebody."
    core = listed(reason_words(reason, names) for reason in conflict["core"])
    mend = listed(refusal_words(reason, names) for reason in conflict["relax"])
    ends = f" The least that mends the week: {mend}." if mend else ""
    return f"{week}, as {core}.{ends}"


def reason_words(reason: Row, names: Names) -> str:
    """What stands in the way."""
    who = names.engineer(reason["engineer"])
    if reason["kind"] == ABSENCE:
        return f"{who} is away"
    if reason["kind"] == PIN:
        return f"{who} is pinned to {names.unit(reason['unit'])}"
    return "the freeze keeps what is published" if reason["kind"] == FREEZE else "nobody may hold more roles a week"


def refusal_words(reason: Row, names: Names) -> str:
    """What it means to refuse it."""
    who = names.engineer(reason["engineer"])
    if reason["kind"] == ABSENCE:
        return f"{who} stays"
    if reason["kind"] == PIN:
        return f"lift the pin of {who} to {names.unit(reason['unit'])}"
    return "lift the freeze" if reason["kind"] == FREEZE else "allow more roles a week"


def option_words(option: Row, names: Names = NO_NAMES) -> str:
    """One step that closes open roles of a week, and how many."""
    who, unit = names.engineer(option["engineer"]), names.unit(option["unit"])
    step = {
        relaxations.REFUSE: f"refuse the time off of {who}",
        relaxations.UNPIN: f"lift the pin of {who} to {unit} ({option['role']})",
        relaxations.RAISE: f"let {who} hold one role more",
        relaxations.TRAIN: f"train {who} on {unit}",
    }[option["kind"]]
    count = "1 open role" if option["closes"] == 1 else f"{option['closes']} open roles"
    return f"{step} (closes {count})"


def move_words(reason: Row, before: str | None, after: str | None, names: Names = NO_NAMES) -> str:
    """Why a published cell goes from one to another: B is away."""
    who, unit, kind = names.engineer(reason["engineer"]), names.unit(reason["unit"]), reason["kind"]
    if kind == moves.PIN:
        words = f"{who} is pinned to the other role" if reason["engineer"] == before else f"{who} is pinned here"
    else:
        words = {
            moves.OPEN: "was open",
            moves.NOT_JOINED: f"{who} has not joined yet",
            moves.LEFT: f"{who} has left",
            moves.AWAY: f"{who} is away",
            moves.PARTLY: f"{who} is partly away",
            moves.UNQUALIFIED: f"{who} is not qualified for {unit} any more",
            moves.FREES: f"frees {who} for {unit}",
            moves.LIMIT: f"{who} had more roles that week than allowed",
            moves.AFRESH: "planned afresh for even load",
            moves.EASES: f"eases the load of {who}",
        }[kind]
    return words if after is not None else f"{words}, and nobody else can"


def advice_words(advice: Row, names: Names = NO_NAMES) -> str:
    """A training and what it would mean: train A on Engagement: everybody equal."""
    step = f"train {names.engineer(advice['engineer'])} on {names.unit(advice['unit'])}"
    if advice["kind"] == OPEN_ROLES:
        left = f", {still_open(advice['remaining'])}"
        return f"{step}: closes {advice['closes']}{left}"
    if advice["bound_max"] == advice["bound_min"]:
        return f"{step}: everybody equal"
    low, high = advice["bound_min"], advice["bound_max"]
    return f"{step}: loads from {low:.2f} to {high:.2f} tokens a week become possible"


def still_open(count: int) -> str:
    return {0: "none stays open", 1: "1 stays open"}.get(count, f"{count} stay open")


def other_words(other: Row, names: Names = NO_NAMES) -> str:
    """Why somebody else doesn't hold a cell."""
    return OTHER_WORDS[other["kind"]](other, names)


def ends(other: Row) -> str:
    """On one day, or from one to another."""
    return " to ".join(day(week) for week in other["weeks"])


def carried(other: Row) -> str:
    """What somebody carries, and what would be fair."""
    fair = "" if other["fair"] is None else f", {other['fair']:g} would be fair"
    return f"carries {other['tokens']:g} tokens in this plan{fair}"


def full_words(other: Row, names: Names) -> str:
    units, most = listed(names.unit(unit) for unit in other["units"]), other["most"]
    roles = "1 role" if len(other["units"]) == 1 else f"{len(other['units'])} roles"
    return f"holds {roles} that week already ({units}); {most} {'is' if most == 1 else 'are'} the most"


def rest_words(other: Row, names: Names) -> str:
    weeks = "1 week" if other["most"] == 1 else f"{other['most']} weeks"
    return f"is primary in the week of {listed(map(day, other['weeks']))}; {weeks} of rest must lie between"


OTHER_WORDS: Mapping[str, Callable[[Row, Names], str]] = {
    why.FROZEN: lambda other, names: "inside the freeze nothing moves",
    moves.NOT_JOINED: lambda other, names: f"joins on {ends(other)}",
    moves.LEFT: lambda other, names: f"leaves on {ends(other)}",
    moves.AWAY: lambda other, names: "away that week",
    moves.PARTLY: lambda other, names: "partly away: could only be primary, with a secondary who is there",
    moves.PIN: lambda other, names: "somebody is pinned here",
    why.OTHER_ROLE: lambda other, names: f"holds the other role of {names.unit(other['units'][0])}",
    why.FULL: full_words,
    why.KEPT: lambda other, names: "published so: giving it to another would be one change more",
    why.REST: rest_words,
    why.IN_A_ROW: lambda other, names: f"would be on call in every week from {ends(other)}",
    why.BALANCE: lambda other, names: f"{carried(other)}: with this the load would be less even",
    why.HOLIDAY: lambda other, names: "has a public holiday that week",
    why.UNWANTED: lambda other, names: "wishes kept this week from them",
    why.OWNER: lambda other, names: "the holder owns this role",
    why.EQUAL: lambda other, names: f"would have been as good: {carried(other)}, and the plan as a whole came out so",
}


def why_json(found: why.Why, names: Names = NO_NAMES) -> dict[str, Any]:
    """One answer to "why me?" as the contract writes it."""
    others: Sequence[dict[str, Any]] = [other.to_json() for other in found.others]
    return {
        "unit": found.cell.unit,
        "week": found.cell.week.isoformat(),
        "role": found.cell.role,
        "engineer": found.holder,
        "level": None if found.level is None else round(float(found.level), 3),
        "others": [
            {"engineer": other["engineer"], "reason": other_words(other, names), "level": other["level"]}
            for other in others
        ],
    }
