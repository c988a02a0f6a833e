"""What if: a planning problem with one thing supposed that is not so, to see what it would be worth.

A step is {kind, week, engineer, unit, role} as the planner names what would help: `absence` or `refuse` supposes that a
request is refused, `pin` or `unpin` that a pin is lifted, `rule` or `raise` one role a week more, `train` a training.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from .draft import Names
from .wording import day_text

Step = Mapping[str, Any]
KEYS = ("kind", "week", "engineer", "unit", "role")
REFUSE, UNPIN, RAISE, TRAIN = "refuse", "unpin", "raise", "train"
KINDS = {"absence": REFUSE, "pin": UNPIN, "rule": RAISE}
MOST = "max_roles_per_engineer_week"


def step_of(row: Step) -> dict[str, Any]:
    """A step in its plain form, of whatever the planner names as one."""
    named = str(row["kind"])
    return {**{key: row.get(key) or None for key in KEYS}, "kind": KINDS.get(named, named)}


def text_of(step: Step) -> str:
    """A step as a form sends it."""
    return "|".join(str(step.get(key) or "") for key in KEYS)


def read_step(text: str) -> dict[str, Any]:
    """A step as a form sent it. Raises ValueError for what is none."""
    values = text.split("|")
    if len(values) != len(KEYS) or values[0] not in STEPS or "\0" in text:
        raise ValueError(f"{text!r} is no step")
    step = {key: value or None for key, value in zip(KEYS, values, strict=True)}
    dt.date.fromisoformat(step["week"] or "2000-01-01")
    return step


def is_possible(problem: Mapping[str, Any], step: Step) -> bool:
    """Whether a step changes anything about a problem."""
    return relaxed(problem, [step]) != dict(problem)


def relaxed(problem: Mapping[str, Any], steps: Iterable[Step]) -> dict[str, Any]:
    """The problem as it would be with these steps done."""
    found = dict(problem)
    for step in steps:
        found = STEPS[step["kind"]](found, step) if step["kind"] in STEPS else found
    return found


def _refused(problem: dict[str, Any], step: Step) -> dict[str, Any]:
    """Nothing is taken off in that week."""

    def there(person: Mapping[str, Any]) -> dict[str, Any]:
        lists = {key: [week for week in person.get(key, ()) if week != step["week"]] for key in AWAY}
        return {**person, **{key: weeks for key, weeks in lists.items() if key in person}}

    people = [there(one) if one["id"] == step["engineer"] else one for one in problem["engineers"]]
    return {**problem, "engineers": people}


def _unpinned(problem: dict[str, Any], step: Step) -> dict[str, Any]:
    """No pin of that engineer on that cell; without a role, on either of the unit's."""

    def is_meant(pin: Mapping[str, Any]) -> bool:
        same = all(pin[key] == step[key] for key in ("unit", "week", "engineer"))
        return same and step["role"] in (None, pin["role"])

    return {**problem, "pins": [pin for pin in problem.get("pins", ()) if not is_meant(pin)]}


def _raised(problem: dict[str, Any], step: Step) -> dict[str, Any]:
    """One role a week more for everybody: the rule knows no exceptions."""
    rules = dict(problem.get("rules", {}))
    return {**problem, "rules": {**rules, MOST: rules[MOST] + 1} if rules.get(MOST) else rules}


def _trained(problem: dict[str, Any], step: Step) -> dict[str, Any]:
    def taught(unit: Mapping[str, Any]) -> dict[str, Any]:
        return {**unit, "qualified": sorted({*unit["qualified"], step["engineer"]})}

    if step["engineer"] not in {one["id"] for one in problem["engineers"]}:
        return problem
    return {**problem, "units": [taught(one) if one["id"] == step["unit"] else one for one in problem["units"]]}


AWAY = ("weeks_off", "weeks_partial")
STEPS = {REFUSE: _refused, UNPIN: _unpinned, RAISE: _raised, TRAIN: _trained}


def step_words(step: Step, names: Names) -> str:
    """What a step asks for, to do: refuse the time off of A in the week of Mon 7 Dec 2026."""
    who, unit = names.who(step["engineer"]), names.unit(step["unit"] or "")
    week = f"the week of {day_text(dt.date.fromisoformat(step['week']))}" if step["week"] else "any week"
    if step["kind"] == REFUSE:
        return f"refuse the time off of {who} in {week}"
    if step["kind"] == UNPIN:
        return f"lift the pin of {who} on {unit} in {week}"
    if step["kind"] == RAISE:
        return f"let {who if step['engineer'] else 'everybody'} hold one role more in {week}"
    if step["kind"] == TRAIN:
        return f"train {who} on {unit}"
    return f"{step['kind']} in {week}"


def done_words(step: Step) -> str:
    """Where a step is done for real."""
    return {
        REFUSE: "decide on the request first",
        UNPIN: "unpin the shift first",
        RAISE: "change the rotation's rules first",
        TRAIN: "note the training first",
    }.get(step["kind"], "change it first")
