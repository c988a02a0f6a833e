"""Writes: the public holidays that pages and planning read."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from pipelines.models import Engineer

from ..domain.public_holidays import public_holidays
from ..models import HolidayYear, PublicHoliday, Rotation

# Calendars look 400 days ahead, and a plan two years at most.
YEARS_AHEAD = 2
# Governments change their minds, and the library with them.
GOOD_FOR = dt.timedelta(days=90)


@transaction.atomic
def store_holidays(calendar: str, year: int, at: dt.datetime) -> None:
    """Make the stored days of a calendar in a year equal to what the library says today."""
    known = public_holidays(calendar, year)
    PublicHoliday.objects.filter(calendar=calendar, day__year=year).exclude(day__in=known).delete()
    PublicHoliday.objects.bulk_create(
        [PublicHoliday(calendar=calendar, day=day, name=name[:200]) for day, name in known.items()],
        update_conflicts=True,
        unique_fields=["calendar", "day"],
        update_fields=["name"],
    )
    HolidayYear.objects.update_or_create(calendar=calendar, year=year, defaults={"stored_at": at})


def claim_holidays(now: dt.datetime, limit: int) -> list[tuple[str, int]]:
    """Calendars that somebody uses, with a year from now on that was not stored lately."""
    used = {
        *Engineer.objects.order_by().values_list("holiday_calendar", flat=True).distinct(),
        *Rotation.objects.order_by().values_list("holiday_calendar", flat=True).distinct(),
    } - {""}
    stored = set(HolidayYear.objects.filter(stored_at__gt=now - GOOD_FOR).values_list("calendar", "year"))
    years = range(now.year, now.year + YEARS_AHEAD + 1)
    return sorted({(calendar, year) for calendar in used for year in years} - stored)[:limit]


def store_claimed_holidays(claimed: tuple[str, int], now: dt.datetime) -> None:
    """Due work of the pager: one calendar and year."""
    store_holidays(*claimed, now)
