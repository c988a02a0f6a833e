"""Reads: the rosters that decisions on many requests are made by, loaded together where they are the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, pairwise

from django.db.models import F

from pipelines.models import Ownership, Training

from ..domain.coverage import narrowed
from ..domain.roster import Roster
from ..domain.spans import DAY, UTC, Span
from ..models import Membership, UnitPipeline
from .roster import load_roster

# where rows say from and until which day something holds of which a roster knows only one day
DATED = (
    (Ownership, ("starts_on", "ends_on")),
    (Membership, ("joins_on", "leaves_on")),
    (Training, ("trained_on", "shadows_until")),
    (UnitPipeline, ("starts_on", "ends_on")),
)


def rosters_together(windows: Mapping[int, tuple[Span, dt.datetime]]) -> dict[int, Callable[[], Roster]]:
    """By key the roster of a window with the owners and members of an instant, each narrowed when it is asked for.

    Those between whose instants nobody becomes or ceases to be owner, member or trained share one load.
    """
    found: dict[int, Callable[[], Roster]] = {}
    for group in _groups(sorted(windows.items(), key=lambda item: item[1][1])):
        spans = [span for _, (span, _) in group]
        whole = Span(min(span.start for span in spans), max(span.end for span in spans))
        roster = load_roster(whole, owners_at=group[0][1][1])
        for key, (span, _) in group:
            found[key] = _narrowing(roster, span)
    return found


def _narrowing(roster: Roster, span: Span) -> Callable[[], Roster]:
    return lambda: narrowed(roster, span)


def _groups(items: list[tuple[int, tuple[Span, dt.datetime]]]) -> Iterator[list[tuple[int, tuple[Span, dt.datetime]]]]:
    if not items:
        return
    days = [_day(item) for item in items]
    turns = sorted(_turns(days[0], days[-1]))
    group = items[:1]
    for before, item in pairwise(items):
        # local days are at most one away from that of UTC
        if any(_day(before) - DAY <= turn <= _day(item) + DAY for turn in turns) and _day(before) != _day(item):
            yield group
            group = []
        group.append(item)
    yield group


def _day(item: tuple[int, tuple[Span, dt.datetime]]) -> dt.date:
    return item[1][1].astimezone(UTC).date()


def _turns(first: dt.date, last: dt.date) -> set[dt.date]:
    """Days on which anything dated begins or ends, in one query."""
    columns = [
        model.objects.filter(**{f"{name}__range": (first - DAY, last + DAY)}).order_by().values_list(F(name))
        for model, names in DATED
        for name in names
    ]
    rows: Iterable[tuple[dt.date]] = columns[0].union(*columns[1:])
    return set(chain.from_iterable(rows))
