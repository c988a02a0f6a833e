"""Reads: what a rotation's rules mean for the people it has and for what is published already."""

from __future__ import annotations

import datetime as dt

from django.db.models import Max

from ..domain.rule_warnings import Rules, rule_warnings
from ..domain.spans import DAY, Span
from ..domain.wording import day_text, moment_text
from ..models import Rotation, Shift
from .planning import calendar_for, next_unplanned_week
from .roster import load_roster

# changing one of these moves the edges of shifts
SHAPE = {"time_zone", "handoff_weekday", "handoff_time", "shift_weeks"}


def warnings_of(rotation: Rotation, at: dt.datetime) -> list[str]:
    """Which rules its members of the day cannot keep, and which are seldom meant."""
    roster = load_roster(Span(at, at + DAY), rotation=rotation)
    members = {one for one in roster.teams[rotation.pk].members if roster.people[one].is_active}
    pools = {
        unit.name: len(unit.qualified & members)
        for unit in roster.units.values()
        if unit.team == rotation.pk and unit.part_of(roster.window)
    }
    rules = Rules(
        shift_weeks=rotation.shift_weeks,
        horizon_weeks=rotation.horizon_weeks,
        freeze_days=rotation.freeze_days,
        rest_weeks=rotation.rest_weeks,
        max_consecutive_weeks=rotation.max_consecutive_weeks,
        per_unit=rotation.rules_scope == Rotation.RulesScope.UNIT,
        max_roles_per_week=rotation.max_roles_per_week,
        primary_weight=rotation.primary_weight,
        secondary_weight=rotation.secondary_weight,
        max_away=rotation.max_away,
    )
    return list(rule_warnings(rules, len(members), pools))


def meaning_of_new_shape(rotation: Rotation, at: dt.datetime) -> str:
    """What a moved hand-off, zone or shift length means for duty that is published; empty where none is ahead."""
    ahead = Shift.objects.filter(unit__rotation=rotation, ends_at__gt=at)
    last = ahead.aggregate(last=Max("ends_at"))["last"]
    if last is None:
        return ""
    zone = rotation.time_zone
    first = next_unplanned_week(rotation, at)
    words = (
        f"Published shifts stay as they are, up to {moment_text(last, zone)}. "
        f"The change holds for weeks planned from {day_text(first)} on."
    )
    begins = calendar_for(rotation).handoff(first)
    if begins > last:
        words += f" Between the two nobody is planned until {moment_text(begins, zone)}: place somebody by an override."
    return words
