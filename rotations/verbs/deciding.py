"""Writes: many decisions, one after the other, each on its own and each reported."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import QueryDict


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one decision among many, in words."""

    row: Model
    words: str
    is_done: bool


def decide_each(rows: Iterable[Model], decide: Callable[[Model], str]) -> list[Outcome]:
    """Decide on each row in turn; what is refused leaves the others as they are. `decide` is one transaction each, and
    re-checks what was seen against what those before it have done."""
    found = []
    for row in rows:
        try:
            found.append(Outcome(row, decide(row), is_done=True))
        except ValidationError as refusal:
            found.append(Outcome(row, " ".join(refusal.messages), is_done=False))
    return found


def of_row(data: QueryDict, row: Model) -> QueryDict:
    """What a form about many rows says of one: of `seen-12` the `seen` of row 12."""
    found, end = QueryDict(mutable=True), f"-{row.pk}"
    for name in data:
        if name.endswith(end):
            found[name.removesuffix(end)] = data[name]
    return found
