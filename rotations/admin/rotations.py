"""Rotations in the admin: their rules, members, units and public holidays."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from pipelines.admin import ReadOnly
from pipelines.rights import is_administrator

from ..models import HolidayYear, Membership, PublicHoliday, Rotation, Unit, UnitPipeline


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["engineer"]
    ordering = ["joins_on", "pk"]


class UnitInline(admin.TabularInline):
    model = Unit
    extra = 0
    show_change_link = True


class UnitPipelineInline(admin.TabularInline):
    model = UnitPipeline
    extra = 0
    autocomplete_fields = ["pipeline"]


@admin.register(Rotation)
class RotationAdmin(SimpleHistoryAdmin):
    list_display = ["name", "time_zone", "handoff", "freeze_days", "off_hours_rule", "named_managers"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    autocomplete_fields = ["managers"]
    inlines = [UnitInline, MembershipInline]
    fieldsets = [
        (None, {"fields": ["name", "slug", "managers"]}),
        ("Calendar", {"fields": ["time_zone", "handoff_weekday", "handoff_time", "holiday_calendar"]}),
        ("Working hours", {"fields": ["workday_start", "workday_end", "off_hours_rule"]}),
        ("Planning", {"fields": ["max_roles_per_week", "primary_weight", "secondary_weight", "freeze_days"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rotation]:
        return super().get_queryset(request).prefetch_related("managers")

    @admin.display(description="hand-off", ordering="handoff_weekday")
    def handoff(self, rotation: Rotation) -> str:
        return f"{rotation.get_handoff_weekday_display()}, {rotation.handoff_time:%H:%M}"

    @admin.display(description="managers")
    def named_managers(self, rotation: Rotation) -> str:
        return ", ".join(str(manager) for manager in rotation.managers.all()) or "none"


@admin.register(Membership)
class MembershipAdmin(SimpleHistoryAdmin):
    list_display = ["engineer", "rotation", "joins_on", "leaves_on"]
    list_filter = ["rotation", "leaves_on"]
    list_select_related = ["engineer", "rotation"]
    search_fields = ["engineer__name", "rotation__name"]
    autocomplete_fields = ["engineer", "rotation"]
    date_hierarchy = "joins_on"

    def has_change_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        return super().has_change_permission(request, obj) and _leads(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _leads(request, obj)

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        """A member is added to, or moved to, a rotation of one's own alone: its managers read why people are away."""
        if db_field.name == "rotation" and not is_administrator(request.user):
            kwargs["queryset"] = request.user.managed_rotations.all()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def _leads(request: HttpRequest, membership: Membership | None) -> bool:
    return membership is None or request.user.has_perm("rotations.change_members", membership.rotation)


@admin.register(Unit)
class UnitAdmin(SimpleHistoryAdmin):
    list_display = ["name", "rotation", "named_pipelines"]
    list_filter = ["rotation"]
    list_select_related = ["rotation"]
    search_fields = ["name", "rotation__name", "pipelines__name"]
    autocomplete_fields = ["rotation"]
    inlines = [UnitPipelineInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Unit]:
        return super().get_queryset(request).prefetch_related("pipelines")

    @admin.display(description="pipelines")
    def named_pipelines(self, unit: Unit) -> str:
        return ", ".join(pipeline.name for pipeline in unit.pipelines.all()) or "none"


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
