"""Writes: the weeks that somebody would like to have, or not to have."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction

from pipelines.models import Engineer

from ..domain.spans import WEEK
from ..domain.wording import day_text
from ..loads.planning import calendar_for
from ..models import Membership, Rotation, Wish
from .covers import save

FURTHEST = 104 * WEEK


@transaction.atomic
def set_wishes(
    rotation: Rotation,
    engineer: Engineer,
    wishes: Mapping[dt.date, bool | None],
    *,
    by: Engineer,
    at: dt.datetime,
) -> int:
    """Keep what somebody wishes for each of these weeks, named by the day of their hand-off: wanted, unwanted, or
    None for no wish. Weeks that are not named keep theirs. How many changed.

    Raises ValidationError where it is somebody else's, or they are no member then, and for weeks that are none, have
    begun or lie years ahead.
    """
    if by.pk != engineer.pk:
        raise ValidationError("Wishes are set by the person themselves.")
    Engineer.objects.select_for_update(no_key=True).get(pk=engineer.pk)
    _check(rotation, engineer, wishes, at)
    before = {wish.week: wish for wish in Wish.objects.filter(rotation=rotation, engineer=engineer, week__in=wishes)}
    changed = 0
    for week, is_wanted in sorted(wishes.items()):
        row = before.get(week)
        if is_wanted is (row.is_wanted if row else None):
            continue
        changed += 1
        if is_wanted is None:
            row._history_user = by
            row.delete()
            continue
        row = row or Wish(rotation=rotation, engineer=engineer, week=week)
        row.is_wanted = is_wanted
        save(row, by)
    return changed


def _check(rotation: Rotation, engineer: Engineer, weeks: Mapping[dt.date, bool | None], at: dt.datetime) -> None:
    calendar = calendar_for(rotation)
    members = Membership.objects.filter(rotation=rotation, engineer=engineer)
    spells = [(row.joins_on, row.leaves_on or dt.date.max) for row in members]
    for week in weeks:
        if not 2000 <= week.year <= 2100 or calendar.week_of(week) != week:
            raise ValidationError(f"{day_text(week)}: weeks begin on a {rotation.get_handoff_weekday_display()}.")
        if not at <= calendar.handoff(week) <= at + FURTHEST:
            raise ValidationError(f"{day_text(week)}: wish for a week that is to come within two years.")
        if not any(joins < week + WEEK and week < leaves for joins, leaves in spells):
            raise ValidationError(f"{day_text(week)}: you are no member of {rotation} in that week.")
