"""What the reference team wishes for, and a day off that the company gives."""

from __future__ import annotations

import datetime as dt

from pipelines.models import Engineer
from rotations.domain.spans import DAY, WEEK
from rotations.loads.planning import calendar_for
from rotations.models import CompanyDay, Rotation
from rotations.verbs.wishes import set_wishes

from .history import first_week

FRIDAY = 4


def wish_for_weeks(rotation: Rotation, people: dict[str, Engineer], at: dt.datetime) -> None:
    """B would like the third week from now, C would rather not have the fifth; said before the rotation was planned."""
    calendar = calendar_for(rotation)
    this_week = calendar.week_of(at.astimezone(calendar.zone).date())
    said_at = calendar.handoff(first_week(rotation, at)) - 2 * DAY
    for who, weeks, is_wanted in (("B", 3, True), ("C", 5, False)):
        set_wishes(rotation, people[who], {this_week + weeks * WEEK: is_wanted}, by=people[who], at=said_at)


def give_company_day(at: dt.datetime) -> None:
    """A Friday some weeks ahead on which nobody in the company works."""
    day = (at + 6 * WEEK).date()
    CompanyDay.objects.create(day=day + (FRIDAY - day.weekday()) % 7 * DAY, name="Company day")
