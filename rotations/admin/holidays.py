"""Public holidays in the admin, as the portal stored them."""

from __future__ import annotations

from django.contrib import admin

from pipelines.admin import ReadOnly

from ..models import HolidayYear, PublicHoliday


@admin.register(PublicHoliday)
class PublicHolidayAdmin(admin.ModelAdmin):
    list_display = ["day", "name", "calendar"]
    list_filter = ["calendar"]
    search_fields = ["name", "calendar"]
    date_hierarchy = "day"


@admin.register(HolidayYear)
class HolidayYearAdmin(ReadOnly, admin.ModelAdmin):
    """Which years of public holidays were stored, also those without any day."""

    list_display = ["calendar", "year", "stored_at"]
    list_filter = ["calendar"]
    search_fields = ["calendar"]
