"""Reads: public holidays and company days of a span, in one query."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import BigIntegerField, CharField, Value

from ..domain.spans import DAY, Span
from ..models import CompanyDay, PublicHoliday

Days = dict[dt.date, str]


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Days with their names: public holidays by calendar, company days by rotation (None: of all rotations)."""

    public: Mapping[str, Days]
    company: Mapping[int | None, Days]

    def of_calendar(self, calendar: str) -> Days:
        return self.public.get(calendar, {})

    def of_company(self, rotation: int) -> Days:
        """The days that the company gives the members of a rotation; its own name for a day goes before that of all."""
        return {**self.company.get(None, {}), **self.company.get(rotation, {})}


NO_DAYS_OFF = DaysOff({}, {})


def days_off_in(span: Span) -> DaysOff:
    """Every day off in a span, for all calendars and rotations."""
    # a local day can begin before or end after the span's own UTC days
    between = (span.start.date() - DAY, span.end.date() + DAY)
    public: dict[str, Days] = defaultdict(dict)
    company: dict[int | None, Days] = defaultdict(dict)
    none = Value(None, output_field=BigIntegerField(null=True))
    rows = PublicHoliday.objects.filter(day__range=between).order_by().values_list("day", "name", "calendar", none)
    own = CompanyDay.objects.filter(day__range=between).order_by()
    rows = rows.union(own.values_list("day", "name", Value("", output_field=CharField()), "rotation"), all=True)
    for day, name, calendar, rotation in rows:
        (public[calendar] if calendar else company[rotation])[day] = name
    return DaysOff(dict(public), dict(company))
