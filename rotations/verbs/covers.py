"""How covers are made and ended, whatever their cause; always inside the transaction of the decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Max, Model

from pipelines.models import Engineer

from ..domain.difference import ProposedCover
from ..models import Cover


def save(row: Model, by: Engineer | None, update_fields: list[str] | None = None) -> None:
    """Save a row with its history, in which `by` stands also where there is no web request."""
    row._history_user = by
    row.save(update_fields=update_fields)


def make_covers(
    proposed: Iterable[ProposedCover], *, by: Engineer | None, at: dt.datetime, author: Engineer | None, **cause: object
) -> list[Cover]:
    """Put proposed covers into force, all with one cause, behind every cover that was decided before; `by` decided,
    `author` is named by the history."""
    proposed = list(proposed)
    if not proposed:
        return []
    # covers apply in order of decision, so a clock that runs behind another machine's must not put one before them
    shifts = {cover.shift for cover in proposed}
    newest = Cover.objects.filter(shift__in=shifts).aggregate(newest=Max("decided_at"))["newest"]
    rows = [
        Cover(
            shift_id=cover.shift,
            engineer_id=cover.engineer,
            replaces_id=cover.replaces,
            starts_at=cover.span.start,
            ends_at=cover.span.end,
            decided_at=max(at, newest or at),
            decided_by=by,
            **cause,
        )
        for cover in proposed
    ]
    for row in rows:
        save(row, author)
    return rows


def end_cover(cover: Cover, by: Engineer | None, at: dt.datetime) -> None:
    """End a cover; of one that has begun, the part that is over stays as a cover of its own."""
    if cover.starts_at < at:
        served = Cover(
            shift_id=cover.shift_id,
            engineer_id=cover.engineer_id,
            replaces_id=cover.replaces_id,
            starts_at=cover.starts_at,
            ends_at=min(at, cover.ends_at),
            time_off_id=cover.time_off_id,
            swap_id=cover.swap_id,
            reason=cover.reason,
            decided_at=cover.decided_at,
            decided_by_id=cover.decided_by_id,
        )
        save(served, by)
    cover.ended_at, cover.ended_by = at, by
    save(cover, by)
