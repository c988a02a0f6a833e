"""Reads: what publishing a plan would do, listed before it is done; the verb decides by the same list."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..domain.draft import content
from ..domain.roster import Role
from ..domain.spans import Span
from ..models import Cover, Plan, Rotation, Shift
from .basis import published_in
from .planning import calendar_for


@dataclass(frozen=True, slots=True)
class Change:
    """One published shift that a plan sets or moves; `before` and `was` (its holder) are None where nothing was
    published."""

    unit: int
    role: Role
    span: Span
    before: Shift | None
    was: int | None
    after: int


@dataclass(frozen=True, slots=True)
class Hole:
    """A role that a plan leaves open: a gap without a primary, thin without a secondary."""

    unit: int
    role: Role
    span: Span

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.unit}-{self.role}-{self.span.start:%Y%m%d%H%M}"


@dataclass(frozen=True)
class Listing:
    """Everything that publishing would do. `shifts` are those that are published in the weeks of the plan."""

    changes: tuple[Change, ...]
    ended: tuple[Cover, ...]
    gaps: tuple[Hole, ...]
    thin: tuple[Hole, ...]
    shifts: tuple[Shift, ...]

    @property
    def moved(self) -> tuple[Change, ...]:
        """Published shifts that go to somebody else."""
        return tuple(change for change in self.changes if change.before)

    @property
    def digest(self) -> str:
        """What tells this list from another: who confirms one does not confirm what it has become since."""
        facts = [
            [(one.unit, one.role, one.span.start.isoformat(), one.was, one.after) for one in self.changes],
            [cover.pk for cover in self.ended],
            [hole.key for hole in (*self.gaps, *self.thin)],
        ]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def publish_listing(plan: Plan, rotation: Rotation, shifts: Sequence[Shift] | None = None) -> Listing:
    """What publishing a plan would do now; two queries, one if the published shifts of its weeks are at hand."""
    calendar = calendar_for(rotation)
    if shifts is None:
        shifts = published_in(rotation, calendar.week_span(plan.first_week, plan.weeks))
    answer = content(plan.problem, plan.answer, plan.edits)
    found = tuple(changes_of(plan, rotation, answer["assignments"], shifts))
    moved = [change.before for change in found if change.before]
    holes = tuple(holes_of(plan, rotation, answer["open"]))
    return Listing(
        changes=found,
        ended=covers_on(moved),
        gaps=tuple(hole for hole in holes if hole.role is Role.PRIMARY),
        thin=tuple(hole for hole in holes if hole.role is Role.SECONDARY),
        shifts=tuple(shifts),
    )


def covers_on(shifts: Sequence[Shift]) -> tuple[Cover, ...]:
    """Covers in force on shifts; no query where there are no shifts."""
    if not shifts:
        return ()
    covers = Cover.objects.filter(shift__in=[shift.pk for shift in shifts], ended_at=None)
    return tuple(covers.select_related("shift__unit", "engineer", "replaces").order_by("starts_at", "pk"))


def changes_of(
    plan: Plan, rotation: Rotation, assignments: Iterable[dict[str, Any]], shifts: Iterable[Shift]
) -> Iterable[Change]:
    """Where a plan differs from what is published. The planner sees duty after covers: where it leaves that as it is,
    the shift and its covers stay."""
    published = {(shift.unit_id, shift.role, shift.starts_at): shift for shift in shifts}
    stands = {(row["unit"], row["week"]): row for row in plan.problem.get("published") or ()}
    for row in assignments:
        span = _span(plan, rotation, row["week"])
        for role in Role:
            # an open role takes nothing away from who has it already
            after = row[role] and int(row[role])
            before = published.get((int(row["unit"]), role, span.start))
            kept = before is not None and stands.get((row["unit"], row["week"]), {}).get(role) == row[role]
            if after and not kept and (before is None or before.engineer_id != after):
                yield Change(int(row["unit"]), role, span, before, before and before.engineer_id, after)


def holes_of(plan: Plan, rotation: Rotation, open_roles: Iterable[dict[str, Any]]) -> Iterable[Hole]:
    """The roles a plan leaves open; what lies in the freeze is not its doing."""
    frozen = plan.problem.get("locked_before") or ""
    stands = {(row["unit"], row["week"]) for row in plan.problem.get("published") or ()}
    for cell in open_roles:
        if cell["week"] >= frozen or (cell["unit"], cell["week"]) not in stands:
            yield Hole(int(cell["unit"]), Role(cell["role"]), _span(plan, rotation, cell["week"]))


def _span(plan: Plan, rotation: Rotation, week: str) -> Span:
    return calendar_for(rotation).week_span(dt.date.fromisoformat(week), plan.problem.get("shift_weeks") or 1)
