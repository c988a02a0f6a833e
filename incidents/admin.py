"""The admin of incidents: SLA policies are edited here; incidents change only by their verbs, on their pages."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from simple_history.admin import SimpleHistoryAdmin

from pipelines.admin import ReadOnly

from .models import Clock, Entry, Incident, SlaPolicy


class ClockInline(ReadOnly, admin.TabularInline):
    model = Clock
    fields = ["kind", "warn_at", "due_at", "stopped_at", "warned_at", "breached_at"]
    extra = 0


class EntryInline(ReadOnly, admin.TabularInline):
    model = Entry
    fields = ["at", "kind", "by", "text"]
    ordering = ["-at", "-pk"]
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        return super().get_queryset(request).select_related("by")


@admin.register(SlaPolicy)
class SlaPolicyAdmin(SimpleHistoryAdmin):
    list_display = ["audience", "severity", "respond_minutes", "resolve_minutes", "is_promise"]
    list_display_links = ["audience", "severity"]
    list_filter = ["audience", "severity", "is_promise"]
    list_select_related = ["audience"]
    search_fields = ["audience__name", "severity"]


@admin.register(Incident)
class IncidentAdmin(SimpleHistoryAdmin):
    """Title and description may be mended; all else is what happened."""

    list_display = ["number", "severity", "title", "pipeline", "state", "opened_at", "acknowledged_by"]
    list_display_links = ["number", "title"]
    list_filter = ["state", "severity", "pipeline", "opened_at"]
    list_select_related = ["pipeline", "acknowledged_by"]
    search_fields = ["=id", "title", "description", "pipeline__name"]
    date_hierarchy = "opened_at"
    fields = [
        "page", "title", "description", "pipeline", "severity", "state", "is_promise", "opened_at", "opened_by",
        "acknowledged_at", "acknowledged_by", "mitigated_at", "resolved_at", "resolved_by", "page_step", "next_page_at",
    ]  # fmt: skip
    inlines = [ClockInline, EntryInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Incident | None = None) -> list[str]:
        return [field for field in self.fields if field not in ("title", "description")]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Incident | None = None) -> bool:
        return False

    @admin.display(description="number", ordering="pk")
    def number(self, incident: Incident) -> str:
        return f"#{incident.pk}"

    @admin.display(description="its page")
    def page(self, incident: Incident) -> SafeString:
        return format_html('<a href="{}">acknowledge, note, mitigate, resolve</a>', incident.get_absolute_url())


@admin.register(Entry)
class EntryAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["at", "incident", "kind", "by", "text"]
    list_filter = ["kind", "at"]
    list_select_related = ["incident__pipeline", "by"]
    search_fields = ["text", "incident__title", "=incident__id"]
    ordering = ["-at", "-pk"]


@admin.register(Clock)
class ClockAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["incident", "kind", "due_at", "stopped_at", "warned_at", "breached_at"]
    list_filter = ["kind", "breached_at"]
    list_select_related = ["incident__pipeline"]
    search_fields = ["incident__title", "=incident__id"]
    ordering = ["-due_at"]
