"""Rotations in the admin: their rules, members and units."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from simple_history.admin import SimpleHistoryAdmin

from pipelines.admin import ReadOnly
from pipelines.rights import is_administrator

from ..loads.rules import SHAPE, meaning_of_new_shape, warnings_of
from ..models import CompanyDay, Membership, Rotation, Unit, UnitPipeline, UnitsComparison, Wish

# who may read why people are away is the business of administrators
ADMINISTRATORS_CHANGE = ("name", "slug", "managers")


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["engineer"]
    ordering = ["joins_on", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("engineer", "rotation")


class CompanyDayInline(admin.TabularInline):
    model = CompanyDay
    extra = 0
    ordering = ["day"]
    verbose_name_plural = "company days of this rotation, beside those of all"


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
    """Rules hold for what is planned from now on: published shifts stay as they are."""

    list_display = ["name", "time_zone", "handoff", "shift_weeks", "freeze_days", "off_hours_rule", "named_managers"]
    list_filter = ["time_zone", "shift_weeks", "rules_scope"]
    search_fields = ["name", "slug"]
    autocomplete_fields = ["managers"]
    inlines = [UnitInline, MembershipInline, CompanyDayInline]
    fieldsets = [
        (None, {"fields": ["name", "slug", "managers"]}),
        (
            "Hand-off and shift",
            {
                "fields": ["time_zone", "handoff_weekday", "handoff_time", "shift_weeks"],
                "description": "For weeks that are planned from now on; published shifts stay as they are.",
            },
        ),
        (
            "Working hours",
            {
                "fields": ["workday_start", "workday_end", "holiday_calendar", "off_hours_rule"],
                "description": "Monday to Friday. Company days are days without working hours too.",
            },
        ),
        ("Planning", {"fields": ["horizon_weeks", "freeze_days"]}),
        (
            "Load",
            {
                "fields": ["max_roles_per_week", "primary_weight", "secondary_weight"],
                "description": "The limit of roles is never exceeded by a plan; the weights say what is fair.",
            },
        ),
        (
            "Rest",
            {
                "fields": ["rest_weeks", "max_consecutive_weeks", "rules_scope"],
                "description": "Kept wherever that is possible; a plan names each exception.",
            },
        ),
        ("Time off and swaps", {"fields": ["notice_days", "max_away", "swaps_by_rule"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rotation]:
        return super().get_queryset(request).prefetch_related("managers")

    def has_change_permission(self, request: HttpRequest, obj: Rotation | None = None) -> bool:
        return super().has_change_permission(request, obj) and _runs(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Rotation | None = None) -> tuple[str, ...]:
        return () if is_administrator(request.user) else ADMINISTRATORS_CHANGE

    def get_prepopulated_fields(self, request: HttpRequest, obj: Rotation | None = None) -> dict[str, Any]:
        return {} if obj else {"slug": ["name"]}

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: list[Any], change: bool) -> None:
        super().save_related(request, form, formsets, change)
        at = timezone.now()
        if change and SHAPE.intersection(form.changed_data) and (words := meaning_of_new_shape(form.instance, at)):
            messages.info(request, words)
        for words in warnings_of(form.instance, at):
            messages.warning(request, words)

    @admin.display(description="hand-off", ordering="handoff_weekday")
    def handoff(self, rotation: Rotation) -> str:
        return f"{rotation.get_handoff_weekday_display()}, {rotation.handoff_time:%H:%M}"

    @admin.display(description="managers")
    def named_managers(self, rotation: Rotation) -> str:
        return ", ".join(str(manager) for manager in rotation.managers.all()) or "none"


def _runs(request: HttpRequest, rotation: Rotation | None) -> bool:
    return rotation is None or request.user.has_perm("rotations.change_rules", rotation)


class OwnRotations:
    """Rows of a rotation, which its managers and administrators change; mixed into an admin."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _leads(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _leads(request, obj)

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        """A row is added to, or moved to, a rotation of one's own alone; one of all rotations is for administrators."""
        if db_field.name == "rotation" and not is_administrator(request.user):
            kwargs["queryset"] = request.user.managed_rotations.all()
            kwargs["required"] = True
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def _leads(request: HttpRequest, row: Any) -> bool:
    if row is None:
        return True
    return is_administrator(request.user) if row.rotation is None else _runs(request, row.rotation)


@admin.register(Membership)
class MembershipAdmin(OwnRotations, SimpleHistoryAdmin):
    list_display = ["engineer", "rotation", "joins_on", "leaves_on", "capacity_percent"]
    list_filter = ["rotation", "leaves_on"]
    list_select_related = ["engineer", "rotation"]
    search_fields = ["engineer__name", "rotation__name"]
    autocomplete_fields = ["engineer", "rotation"]
    date_hierarchy = "joins_on"


@admin.register(CompanyDay)
class CompanyDayAdmin(OwnRotations, SimpleHistoryAdmin):
    list_display = ["day", "name", "whose"]
    list_filter = ["rotation"]
    list_select_related = ["rotation"]
    search_fields = ["name", "rotation__name"]
    date_hierarchy = "day"

    @admin.display(description="for", ordering="rotation__name")
    def whose(self, day: CompanyDay) -> str:
        return str(day.rotation or "every rotation")


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
        return ", ".join(dict.fromkeys(pipeline.name for pipeline in unit.pipelines.all())) or "none"


@admin.register(Wish)
class WishAdmin(ReadOnly, SimpleHistoryAdmin):
    """What people wished for on their own page."""

    list_display = ["engineer", "rotation", "week", "is_wanted"]
    list_filter = ["rotation", "is_wanted"]
    list_select_related = ["engineer", "rotation"]
    search_fields = ["engineer__name", "rotation__name"]
    date_hierarchy = "week"


@admin.register(UnitsComparison)
class UnitsComparisonAdmin(ReadOnly, admin.ModelAdmin):
    """Ways to group pipelines that somebody had compared; shown on the page of the rotation's units."""

    list_display = ["rotation", "first_week", "weeks", "state", "asked_by", "asked_at"]
    list_filter = ["rotation", "state"]
    list_select_related = ["rotation", "asked_by"]
    search_fields = ["rotation__name", "asked_by__name"]
    exclude = ["problems", "answer"]
