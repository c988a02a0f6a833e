"""Who changed what, when, from what to what: versions of things in, finished rows out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What became of a thing."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Version:
    """A thing as somebody left it; `values` are the words of its fields, in their order on the form.

    `key` is the same for all versions of a thing, and `number` rises with them. `who` is empty where the portal did it.
    """

    key: tuple[str, int]
    number: int
    name: str
    kind: Kind
    at: dt.datetime
    who: str
    values: Mapping[str, str]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One field that went from one value to another; without a field, a thing that was added or removed."""

    at: dt.datetime
    who: str
    name: str
    kind: Kind
    field: str = ""
    before: str = ""
    after: str = ""
    why: str = ""


def changes(versions: Iterable[Version]) -> list[Change]:
    """What changed from version to version, newest first; a version that differs in nothing says nothing.

    The first version known of a thing says nothing either, unless it was added then: what came before was cut off.
    """
    found: list[tuple[dt.datetime, int, list[Change]]] = []
    last: dict[tuple[str, int], Version] = {}
    for version in sorted(versions, key=lambda one: (one.at, one.number)):
        found.append((version.at, version.number, list(_changed(last.get(version.key), version))))
        last[version.key] = version
    return [change for _, _, rows in reversed(found) for change in rows]


def _changed(before: Version | None, version: Version) -> Iterator[Change]:
    facts = (version.at, version.who, version.name, version.kind)
    if version.kind is not Kind.CHANGED:
        yield Change(*facts, why=version.why)
    elif before:
        for field, after in version.values.items():
            if (was := before.values.get(field, "")) != after:
                yield Change(*facts, field, was, after, version.why)
