"""How people write weeks, roles and names in tables of their own."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .audit_table import Week, folded, shown
from .roster import Role

NOBODY = {"", "-", "–", "—", "--", "n/a", "na", "none", "nobody", "tbd", "tba", "?", "open", "free"}
ROLES = {
    **dict.fromkeys(("primary", "prim", "p", "1st", "first", "1", "main", "lead", "on call", "on-call"), Role.PRIMARY),
    **dict.fromkeys(
        ("secondary", "sec", "s", "2nd", "second", "2", "backup", "back-up", "standby", "stand-by"), Role.SECONDARY
    ),
}
# what may stand before or behind a name without brackets; single letters and figures may be parts of names
_WHOLE_ROLES = "|".join(sorted((word for word in ROLES if len(word) > 3), key=len, reverse=True))
_IN_BRACKETS = re.compile(r"(?P<name>.+?)\s*[(\[]\s*(?P<role>[^()\[\]]+?)\s*[)\]]", re.DOTALL)
_BEFORE = re.compile(r"(?P<role>[\w -]+?)\s*:\s*(?P<name>.+)", re.DOTALL)
_AHEAD = re.compile(rf"(?P<role>{_WHOLE_ROLES})\s+[-–—]?\s*(?P<name>.+)", re.IGNORECASE | re.DOTALL)
_BEHIND = re.compile(rf"(?P<name>.+?)[\s,]*[-–—]?\s+(?P<role>{_WHOLE_ROLES})", re.IGNORECASE | re.DOTALL)
_SEPARATORS = re.compile(r"\s*[\n;,/|+&]\s*")
_WEEK_WORD = re.compile(r"(?:calendar\s+)?(?:week|wk|kw|cw|w)\.?(?:\s+(?:of|from))?\s*[#:]?\s*", re.IGNORECASE)
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)
_FORMATS = ("%d.%m.%Y", "%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%d-%b-%Y", "%Y/%m/%d")


def read_week(text: str) -> Week | None:
    """A week as a number or a day: Week 3, W3, 3, 2026-11-23, 23.11.2026, 23 Nov 2026; None for anything else."""
    bare = _WEEKDAY.sub("", _WEEK_WORD.sub("", " ".join(text.split()), count=1), count=1).strip()
    if re.fullmatch(r"[0-9]{1,3}", bare):
        return int(bare)
    if found := re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])", bare):
        bare = found[0]
    for form in ("%Y-%m-%d", *_FORMATS):
        try:
            return dt.datetime.strptime(bare.replace(",", ""), form).date()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            continue
    return None


def read_role(text: str) -> Role | None:
    """What a word means as a role; None if that is unknown."""
    return ROLES.get(folded(text))


def is_nobody(text: str) -> bool:
    """Whether a cell says that nobody is there."""
    return folded(text) in NOBODY


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a cell names, and as what, if it says so."""

    name: str
    role: Role | None = None


def parts_of(cell: str, known: Iterable[str]) -> list[Part]:
    """What a cell names, in its order; names that hold a separator themselves are kept whole where they are known.

    Empty places keep their place: in "- / B" somebody comes second.
    """
    names = set(map(folded, known))
    whole = part_of(cell)
    if folded(whole.name) in names or not _SEPARATORS.search(cell):
        return [whole]
    found: list[Part] = []
    for line in cell.split("\n"):
        one = part_of(line)
        if not line.strip() or folded(one.name) in names:
            found += [one] if line.strip() else []
        else:
            found += [part_of(piece) for piece in _SEPARATORS.split(line)]
    return found


def part_of(text: str) -> Part:
    """A name with the role that stands beside it: A (primary), primary: A, A - primary."""
    tidy = " ".join(text.split())
    for shape in (_IN_BRACKETS, _BEFORE, _AHEAD, _BEHIND):
        found = shape.fullmatch(tidy)
        if found and (role := read_role(found["role"])):
            return Part(found["name"].strip(), role)
    return Part(tidy)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name in a table means; a guess is to be looked at by a person."""

    id: int | None
    is_sure: bool


def meaning(name: str, called: Mapping[int, Sequence[str]]) -> Meaning:
    """What a name means among things that may be called several ways: one that is called so, surely; else the only
    one that is called so but for signs, or whose words hold all of the name's or the other way round, as a guess."""
    exact = [id_ for id_, names in called.items() if folded(name) in map(folded, names)]
    if exact:
        return Meaning(exact[0], True) if len(exact) == 1 else Meaning(None, False)
    words = _words(name)
    if not words:
        return Meaning(None, False)
    alike = [id_ for id_, names in called.items() if any(_words(other) == words for other in names)]
    sets = {id_: [set(_words(other)) for other in names if other] for id_, names in called.items()}
    within = [id_ for id_, some in sets.items() if any(set(words) <= one or one <= set(words) for one in some if one)]
    for found in (alike, within):
        if len(found) == 1:
            return Meaning(found[0], False)
    return Meaning(None, False)


def _words(name: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+", name.casefold()))


def unreadable(cell: str) -> str:
    """Words for a cell that names no week."""
    return f"{shown(cell)} is no week; write Week 3, or its day as 2026-11-23"
