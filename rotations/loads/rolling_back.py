"""Reads: what rolling back a published plan would do, listed before it is done; the verb decides by the same list."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..domain.roster import Role
from ..models import Cover, Plan, Shift
from .publishing import Change, covers_on

FROZEN = "begun or frozen by now"
MOVED = "changed again since"
PINNED = "pinned since"
COVERED = "it is new, and covers were decided on it"


@dataclass(frozen=True)
class Rollback:
    """What goes back to whom it belonged to, what is removed as nothing was published there, and what stays, why.

    In `changes`, `was` is who has the shift now and `after` who gets it back.
    """

    changes: tuple[Change, ...]
    removed: tuple[Shift, ...]
    ended: tuple[Cover, ...]
    kept: tuple[tuple[str, int], ...]

    @property
    def digest(self) -> str:
        """What tells this list from another."""
        facts = [
            [(one.before.pk, one.was, one.after) for one in self.changes],
            [shift.pk for shift in self.removed],
            [cover.pk for cover in self.ended],
        ]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def rollback_listing(plan: Plan, at: dt.datetime) -> Rollback:
    """What publishing a plan changed and can still be given back: ahead, behind the freeze, and not touched since."""
    records = plan.replaced.get("changes", [])
    shifts = Shift.objects.select_related("unit").in_bulk([record["shift"] for record in records])
    frozen_until = at + dt.timedelta(days=plan.rotation.freeze_days)
    kept: Counter[str] = Counter()
    changes, new = [], []
    for record in records:
        shift = shifts.get(record["shift"])
        if why := _why_kept(shift, record, plan, frozen_until):
            kept[why] += 1
        elif record["before"] is None:
            new.append(shift)
        else:
            changes.append(
                Change(shift.unit_id, Role(shift.role), shift.span, shift, shift.engineer_id, record["before"])
            )
    held = _referred_to(new)
    removed = [shift for shift in new if shift.pk not in held]
    kept[COVERED] += len(new) - len(removed)
    return Rollback(
        changes=tuple(changes),
        removed=tuple(sorted(removed, key=lambda shift: (shift.starts_at, shift.unit_id, shift.role))),
        ended=covers_on([change.before for change in changes]),
        kept=tuple((why, count) for why, count in sorted(kept.items()) if count),
    )


def _why_kept(shift: Shift | None, record: dict, plan: Plan, frozen_until: dt.datetime) -> str:
    if shift is None or shift.plan_id != plan.pk or shift.engineer_id != record["after"]:
        return MOVED
    if shift.starts_at < frozen_until:
        return FROZEN
    return PINNED if shift.is_pinned else ""


def _referred_to(shifts: Sequence[Shift]) -> set[int]:
    """The shifts that covers, swaps or anything else name: they cannot be removed without taking that along."""
    found: set[int] = set()
    for relation in Shift._meta.related_objects if shifts else ():
        name = relation.field.name
        rows: Iterable[int | None] = relation.related_model._base_manager.filter(**{f"{name}__in": shifts})
        found.update(rows.values_list(name, flat=True))
    return found
