"""The standing audit in the admin: to be read, as the pages and the pager write it."""

from __future__ import annotations

from django.contrib import admin
from simple_history.admin import SimpleHistoryAdmin

from pipelines.admin import ReadOnly

from ..models import AuditRun, ConfirmedGap, RotaImport


@admin.register(ConfirmedGap)
class ConfirmedGapAdmin(ReadOnly, SimpleHistoryAdmin):
    list_display = ["unit", "role", "starts_at", "ends_at", "by", "at", "reason"]
    list_filter = ["rotation", "role"]
    list_select_related = ["unit", "by"]
    search_fields = ["unit__name", "reason", "by__name"]
    date_hierarchy = "starts_at"
    fields = ["rotation", *list_display]
    readonly_fields = fields  # the page of an old version asks for each as a field of a form otherwise


@admin.register(AuditRun)
class AuditRunAdmin(ReadOnly, admin.ModelAdmin):
    """When each rotation is audited, and what was found."""

    list_display = ["rotation", "ran_at", "next_at", "open_count", "urgent_count", "confirmed_count", "told_week"]
    list_select_related = ["rotation"]
    search_fields = ["rotation__name"]
    fields = list_display


@admin.register(RotaImport)
class RotaImportAdmin(ReadOnly, admin.ModelAdmin):
    """Tables that were brought in, and what became of them."""

    list_display = ["source", "rotation", "made_by", "made_at", "done_by", "done_at", "served", "plan"]
    list_filter = ["rotation", ("done_at", admin.EmptyFieldListFilter)]
    list_select_related = ["rotation", "made_by", "done_by", "plan__rotation"]
    search_fields = ["source", "rotation__name", "made_by__name"]
    date_hierarchy = "made_at"
    fields = [*list_display, "first_week", "names"]
