"""Writes: the public holidays that pages and planning read."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from ..domain.public_holidays import public_holidays
from ..models import PublicHoliday


@transaction.atomic
def store_holidays(calendar: str, years: Iterable[int]) -> None:
    """Make the stored days of a calendar in these years equal to what the library says today."""
    years = sorted(years)
    known = public_holidays(calendar, years)
    stored = PublicHoliday.objects.filter(calendar=calendar, day__year__in=years)
    stored.exclude(day__in=known).delete()
    PublicHoliday.objects.bulk_create(
        [PublicHoliday(calendar=calendar, day=day, name=name[:200]) for day, name in known.items()],
        update_conflicts=True,
        unique_fields=["calendar", "day"],
        update_fields=["name"],
    )
