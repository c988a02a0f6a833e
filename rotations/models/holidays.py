"""Days off for everybody: public holidays of a country, and company days."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from .rotations import Rotation


class PublicHoliday(models.Model):
    """A day of a calendar of public holidays, kept here as the library that knows them is heavy."""

    calendar = models.CharField(max_length=12)
    day = models.DateField()
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["day", "calendar"]
        constraints = [models.UniqueConstraint(name="public_holiday_once", fields=["calendar", "day"])]

    def __str__(self) -> str:
        return f"{self.day} {self.name} ({self.calendar})"


class HolidayYear(models.Model):
    """A year of a calendar of public holidays was stored; some years of some calendars have no day at all."""

    calendar = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    stored_at = models.DateTimeField()

    class Meta:
        ordering = ["calendar", "year"]
        constraints = [models.UniqueConstraint(name="holiday_year_once", fields=["calendar", "year"])]

    def __str__(self) -> str:
        return f"{self.calendar} {self.year}"


class CompanyDay(models.Model):
    """A day that a company adds to the public holidays: of one rotation, or of all."""

    rotation = models.ForeignKey(
        Rotation,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="company_days",
        help_text="Empty for every rotation.",
    )
    day = models.DateField()
    name = models.CharField(max_length=200)

    history = HistoricalRecords()

    class Meta:
        ordering = ["day", "pk"]
        constraints = [
            models.UniqueConstraint(name="company_day_once", fields=["rotation", "day"]),
            models.UniqueConstraint(name="company_day_for_all_once", fields=["day"], condition=Q(rotation=None)),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
