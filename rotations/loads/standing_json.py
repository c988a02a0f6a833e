"""Reads: a standing audit as one plain object, for programs; keys are only ever added."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings

from pipelines.models import Engineer

from ..domain.spans import UTC
from ..domain.standing import Finding, Watched, is_within
from ..domain.standing.news import counts
from ..models import ConfirmedGap, Rotation
from .standing_rows import Mending


def standing_json(rotation: Rotation, watched: Watched, findings: Sequence[Finding]) -> dict[str, Any]:
    """Everything the audit found, instants in UTC; two queries."""
    mentioned = {engineer for one in findings for engineer in one.engineers}
    names = dict(Engineer.objects.filter(pk__in=mentioned).values_list("pk", "username"))
    rows = ConfirmedGap.objects.filter(rotation=rotation, ends_at__gt=watched.now).select_related("by")
    left = {row.pk: row for row in rows}
    mending = Mending(rotation, watched, in_admin=True)
    return {
        "rotation": rotation.slug,
        "at": _instant(watched.now),
        "until": _instant(watched.roster.window.end),
        "open": sum(one.is_open for one in findings),
        "acknowledged": sum(one.confirmed is not None for one in findings),
        "counts": {kind.value: number for kind, number in counts(findings).items()},
        "findings": [_plain(one, watched, names, left, mending) for one in findings],
    }


def _plain(
    one: Finding, watched: Watched, names: dict[int, str], left: dict[int, ConfirmedGap], mending: Mending
) -> dict[str, Any]:
    mend = mending.of(one)
    row = left.get(one.confirmed or 0)
    return {
        "kind": one.kind.value,
        "causes": [kind.value for kind in one.also],
        "text": one.text,
        "starts_at": _instant(one.span.start) if one.span else None,
        "ends_at": _instant(one.span.end) if one.span else None,
        "within_72_hours": is_within(one, watched.now),
        "is_open": one.is_open,
        "unit": watched.roster.units[one.unit].name if one.unit else None,
        "role": one.role.value if one.role else None,
        "engineers": [names[engineer] for engineer in one.engineers],
        "pipelines": [mending.pipelines[key].slug for key in one.pipelines if key in mending.pipelines],
        "acknowledged": row and {"by": row.by and row.by.username, "at": _instant(row.at), "reason": row.reason},
        "mend": {"words": mend.words, "url": f"{settings.PUBLIC_URL}{mend.url}"},
    }


def _instant(at: dt.datetime) -> str:
    return at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
