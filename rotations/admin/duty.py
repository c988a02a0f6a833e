"""Plans, shifts, covers and feeds in the admin: mostly to be read, as verbs alone write them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from simple_history.admin import SimpleHistoryAdmin

from pipelines.admin import ReadOnly

from ..models import Cover, FeedLink, Plan, Shift
from ..tasks import make_plan
from ..verbs.drafts import ask_again, ask_repair
from ..verbs.feeds import revoke_feed_link
from ..verbs.planning import cancel_plan


@admin.register(Plan)
class PlanAdmin(ReadOnly, SimpleHistoryAdmin):
    """Asked for, shaped and published on its pages; here it is read, planned again, repaired or cancelled."""

    list_display = [
        *("__str__", "state", "mode", "first_week", "weeks"),
        *("asked_by", "asked_at", "published_by", "published_at"),
    ]
    list_filter = ["rotation", "state", "mode"]
    list_select_related = ["rotation", "asked_by", "published_by"]
    search_fields = ["rotation__name", "asked_by__name"]
    date_hierarchy = "first_week"
    fields = ["page", *list_display[1:], "rebalance_from", "made_from", "ended_by", "ended_at", "failure"]
    readonly_fields = ["page"]
    actions = ["plan_again", "repair", "cancel"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        # a list of plans needs none of their weeks
        return super().get_queryset(request).defer("problem", "answer", "basis", "replaced")

    @admin.display(description="plan")
    def page(self, plan: Plan) -> str:
        return format_html('<a href="{}">{}</a>', plan.get_absolute_url(), plan)

    @admin.action(description="Plan the same weeks again", permissions=["view"])
    def plan_again(self, request: HttpRequest, queryset: QuerySet[Plan]) -> None:
        self._each(request, queryset, lambda plan, at: ask_again(plan, by=request.user, at=at))

    @admin.action(description="Repair what is published from now on", permissions=["view"])
    def repair(self, request: HttpRequest, queryset: QuerySet[Plan]) -> None:
        self._each(request, queryset, lambda plan, at: ask_repair(plan.rotation, by=request.user, at=at))

    @admin.action(description="Cancel while it is being made", permissions=["view"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Plan]) -> None:
        self._each(request, queryset, lambda plan, at: cancel_plan(plan, by=request.user, at=at))

    def _each(self, request: HttpRequest, queryset: QuerySet[Plan], do: Callable[[Plan, dt.datetime], Plan]) -> None:
        """Do it with each plan whose rotation one manages; what is refused says why. A plan that is asked for gets its
        job in the same transaction."""
        for plan in queryset.select_related("rotation"):
            try:
                if not request.user.has_perm("rotations.publish_plan", plan.rotation):
                    raise ValidationError("Only its managers and administrators plan it.")
                with transaction.atomic():
                    done = do(plan, timezone.now())
                    if done.state == Plan.State.ASKED:
                        make_plan.enqueue(done.pk)
            except ValidationError as refusal:
                messages.error(request, f"{plan}: {' '.join(refusal.messages)}")
            else:
                words = format_html(
                    '<a href="{}">{}</a> is {}.', done.get_absolute_url(), done, done.get_state_display()
                )
                messages.success(request, words)


@admin.register(Shift)
class ShiftAdmin(SimpleHistoryAdmin):
    """Who has a shift changes by a plan or by a cover; only whether the planner keeps it is set here."""

    list_display = ["starts_at", "unit", "role", "engineer", "ends_at", "is_pinned", "version"]
    list_filter = ["unit__rotation", "role", "is_pinned", "engineer"]
    list_select_related = ["unit", "engineer"]
    search_fields = ["engineer__name", "unit__name"]
    date_hierarchy = "starts_at"
    ordering = ["-starts_at", "unit", "role"]
    fields = ["unit", "role", "engineer", "starts_at", "ends_at", "is_pinned", "plan", "version", "changed_at"]
    readonly_fields = [field for field in fields if field != "is_pinned"]

    def save_model(self, request: HttpRequest, obj: Shift, form: Any, change: bool) -> None:
        # a plan may have been published since the row was read: the rest of it must not be written back
        obj._history_user = request.user
        obj.save(update_fields=form.changed_data)

    def get_readonly_fields(self, request: HttpRequest, obj: Shift | None = None) -> list[str]:
        # a shift freezes when it starts: who really was there is said by a correction, with a reason
        has_begun = obj is not None and obj.starts_at <= timezone.now()
        return self.fields if has_begun else self.readonly_fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Cover)
class CoverAdmin(ReadOnly, SimpleHistoryAdmin):
    list_display = ["starts_at", "ends_at", "unit", "role", "replaces", "engineer_or_nobody", "decided_by", "ended_at"]
    list_filter = ["shift__unit__rotation", "shift__role", ("ended_at", admin.EmptyFieldListFilter), "engineer"]
    list_select_related = ["shift__unit", "engineer", "replaces", "decided_by"]
    search_fields = ["engineer__name", "replaces__name", "shift__unit__name"]
    date_hierarchy = "starts_at"
    ordering = ["-starts_at", "pk"]
    fields = [
        *("shift", "replaces", "engineer", "starts_at", "ends_at"),
        *("decided_by", "decided_at", "ended_by", "ended_at"),
    ]
    readonly_fields = fields  # the page of an old version asks for each as a field of a form otherwise

    @admin.display(description="unit", ordering="shift__unit")
    def unit(self, cover: Cover) -> str:
        return cover.shift.unit.name

    @admin.display(description="role", ordering="shift__role")
    def role(self, cover: Cover) -> str:
        return cover.shift.role

    @admin.display(description="engineer", ordering="engineer__name", empty_value="nobody")
    def engineer_or_nobody(self, cover: Cover) -> str | None:
        return cover.engineer and str(cover.engineer)


@admin.register(FeedLink)
class FeedLinkAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["engineer", "made_at", "fetched_at", "fetched_by", "revoked_at"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter), "made_at"]
    list_select_related = ["engineer"]
    search_fields = ["engineer__name"]
    fields = list_display
    actions = ["revoke"]

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[FeedLink]) -> None:
        chosen = list(queryset.filter(revoked_at=None))
        for link in chosen:
            revoke_feed_link(link, by=request.user, at=timezone.now())
        messages.success(request, f"Revoked: {len(chosen)}. Their calendars show no duty from the next fetch on.")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("rotations.change_feedlink")
