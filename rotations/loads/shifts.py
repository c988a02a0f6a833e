"""Reads: one published shift: who has it and why, its covers, and who changed what."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ..domain.changes import Change
from ..domain.wording import day_text
from ..models import Cover, Shift
from .history import changes_in
from .why import WhyView, why_view

CAUSES = {
    "time off": "{who} is away",
    "swap": "a swap",
    "override": "an override by a manager",
    "correction": "a correction afterwards",
}
# why somebody is away, and what was swapped, is for them and who decides
HIDDEN = ("time_off", "swap", "reason")


@dataclass(frozen=True, slots=True)
class CoverRow:
    """A cover on a shift, in words; one that ended has no effect any more."""

    cover: Cover
    because: str


@dataclass(frozen=True, slots=True)
class ShiftView:
    """A shift ready to be shown; `why` is None where no plan set it, and `note` says what the plan cannot know."""

    shift: Shift
    week: str
    why: WhyView | None
    notes: tuple[str, ...]
    covers: tuple[CoverRow, ...]
    changes: tuple[Change, ...]


def shift_view(shift: Shift, zone: ZoneInfo, at: dt.datetime) -> ShiftView:
    """What there is to say of a shift, for a reader in a zone; its unit, plan and engineer must be at hand."""
    week = shift.starts_at.astimezone(shift.unit.rotation.time_zone).date()
    covers = list(shift.covers.select_related("engineer", "replaces", "decided_by").order_by("starts_at", "pk"))
    why = shift.plan and why_view(shift.plan, str(shift.unit_id), week.isoformat(), shift.role)
    histories = [shift.history.all(), Cover.history.filter(shift_id=shift.pk)]
    return ShiftView(
        shift=shift,
        week=week.isoformat(),
        why=why,
        notes=tuple(_notes(shift, why, week)),
        covers=tuple(CoverRow(cover, _because(cover)) for cover in covers),
        changes=tuple(changes_in(histories, zone, HIDDEN)),
    )


def _notes(shift: Shift, why: WhyView | None, week: dt.date) -> list[str]:
    notes = []
    if shift.plan is None:
        notes.append("No plan set this shift: it was imported or entered, so nobody was weighed against anybody.")
    elif why is None:
        notes.append(f"Plan {shift.plan_id} no longer knows the week of {day_text(week)}.")
    elif why.holder != shift.engineer:
        notes.append(f"It was set otherwise than plan {shift.plan_id} says, which would have had {why.holder}.")
    if why:
        notes += [f"Changed by hand by {edit.by} before the plan was published." for edit in why.edits[-1:]]
    if shift.is_pinned:
        notes.append("It is pinned: the planner keeps it.")
    return notes


def _because(cover: Cover) -> str:
    words = CAUSES[cover.cause].format(who=cover.replaces or "its holder")
    decided = f", decided by {cover.decided_by}" if cover.decided_by else ""
    return f"{words}{decided}"
