"""The managers' room: what waits for a decision, what each would do to duty, and the decision itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from simple_history.admin import SimpleHistoryAdmin

from pipelines.admin import ReadOnly
from pipelines.rights import is_administrator

from ..loads.time_off import decidable, may_decide, may_see_reason, with_lines
from ..loads.time_off_effect import covers_in_force, effect_of
from ..models import TimeOffRequest
from ..verbs.time_off import grant, refuse
from .actions import ObjectActions

CHANGE = "admin:rotations_timeoffrequest_change"
# for the person and for who decides; the note of a decision may tell it too, as that of sick leave does
WHY = ("kind", "reason", "decision_note")
State = TimeOffRequest.State


class DecisionFilter(admin.SimpleListFilter):
    """What waits for the reader, unless they ask for something else."""

    title = "decision"
    parameter_name = "decision"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("all", "All"), *((state.value, state.label.capitalize()) for state in State)]

    def choices(self, changelist: ChangeList) -> list[dict[str, Any]]:
        mine, *others = super().choices(changelist)
        return [{**mine, "display": "Waiting for me"}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[TimeOffRequest]) -> QuerySet[TimeOffRequest]:
        if self.value() is None:
            return queryset.waiting().filter(pk__in=decidable(request.user).values("pk"))
        return queryset if self.value() == "all" else queryset.filter(state=self.value())


class WaitingChangeList(ChangeList):
    """A list whose rows say what deciding them would do: one roster for the whole page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = with_lines(list(self.result_list), timezone.now())
        for row in rows:
            row.request.line = row.line
        self.result_list = [row.request for row in rows]


@admin.register(TimeOffRequest)
class TimeOffRequestAdmin(ReadOnly, ObjectActions, SimpleHistoryAdmin):
    list_display = ["engineer", "days_text", "state", "requested_at", "what_it_does"]
    list_display_links = ["engineer", "days_text"]
    list_filter = [DecisionFilter]
    list_select_related = ["engineer"]
    list_per_page = 25
    search_fields = ["engineer__name"]
    ordering = ["starts_at", "requested_at", "pk"]
    object_actions = ("approve", "decline")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TimeOffRequest]:
        """A manager's own rotations; administrators see that somebody is away, not why."""
        found = super().get_queryset(request).select_related("engineer", "decided_by")
        if request.user.is_superuser or is_administrator(request.user):
            return found
        return found.filter(pk__in=decidable(request.user).values("pk"))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return WaitingChangeList

    @admin.display(description="days", ordering="starts_at")
    def days_text(self, row: TimeOffRequest) -> str:
        return row.days_text

    @admin.display(description="what deciding it does", empty_value="decided")
    def what_it_does(self, row: TimeOffRequest) -> str | None:
        return row.line or None

    def get_fields(self, request: HttpRequest, obj: TimeOffRequest | None = None) -> list[str]:
        sees_why = obj is not None and may_see_reason(request.user, obj)
        decided = ["decided_by", "decided_at", "decision_note"] if obj and obj.decided_at else []
        fields = ["engineer", "days_text", "kind", "reason", "state", "requested_at", *decided]
        return [field for field in fields if sees_why or field not in WHY]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        # a list narrowed by what it does not show would tell it all the same
        return lookup.split("__")[0] not in WHY and super().lookup_allowed(lookup, value, request)

    def get_readonly_fields(self, request: HttpRequest, obj: TimeOffRequest | None = None) -> list[str]:
        return self.get_fields(request, obj)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        context = {**_decision(request, row, timezone.now()), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self._check_may_read_history(request, object_id)
        return super().history_view(request, object_id, extra_context)

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self._check_may_read_history(request, object_id)
        return super().history_form_view(request, object_id, version_id, extra_context)

    def _check_may_read_history(self, request: HttpRequest, object_id: str) -> None:
        # history tells kind and reason, also of what is no longer there
        row = self.get_object(request, object_id)
        if row is None or not may_see_reason(request.user, row):
            raise Http404

    def approve(self, request: HttpRequest, row: TimeOffRequest) -> HttpResponse:
        """Agree to what a request waits for, as it was seen."""
        seen = request.POST.get("seen", "")
        return self._decide(request, row, lambda at: grant(row, by=request.user, at=at, seen=seen))

    def decline(self, request: HttpRequest, row: TimeOffRequest) -> HttpResponse:
        """Refuse what a request waits for, with a reason."""
        note = request.POST.get("note", "")
        return self._decide(request, row, lambda at: refuse(row, by=request.user, at=at, note=note))

    def _decide(
        self, request: HttpRequest, row: TimeOffRequest, verb: Callable[[dt.datetime], TimeOffRequest]
    ) -> HttpResponse:
        if not may_decide(request.user, row):
            raise Http404
        try:
            after = verb(timezone.now())
        except ValidationError as refusal:
            return self._again(request, row, refusal.messages)
        messages.success(request, f"{after.engineer}, {after.days_text}: {after.get_state_display()}.")
        return HttpResponseRedirect(reverse("admin:rotations_timeoffrequest_changelist"))

    def _again(self, request: HttpRequest, row: TimeOffRequest, refusals: list[str]) -> HttpResponse:
        """The page as it is now, above it why the decision was not taken."""
        context = {"refusals": refusals, "note": request.POST.get("note", "")}
        request.method = "GET"  # nothing is saved: the page is shown once more
        response = self.change_view(request, str(row.pk), extra_context=context)
        response.status_code = 422
        return response


def _decision(request: HttpRequest, row: TimeOffRequest, at: dt.datetime) -> dict[str, Any]:
    """What the page shows beside the fields: the effect on duty, the buttons, and the way to the next one."""
    zone = timezone.get_current_timezone()
    queue = list(
        decidable(request.user).waiting().order_by("starts_at", "requested_at", "pk").values_list("pk", flat=True)
    )
    place = queue.index(row.pk) if row.pk in queue else None
    return {
        "request_row": row,
        "title": f"Time off: {row}",
        "subtitle": None,
        "effect": effect_of(row, at, zone) if row.is_waiting else None,
        "covers": covers_in_force(row, zone),
        "decides": row.is_waiting and place is not None,
        "place": None if place is None else place + 1,
        "waiting": len(queue),
        "previous": reverse(CHANGE, args=[queue[place - 1]]) if place else "",
        "next": reverse(CHANGE, args=[queue[place + 1]]) if place is not None and place + 1 < len(queue) else "",
        "approve_url": reverse("admin:rotations_timeoffrequest_approve", args=[row.pk]),
        "decline_url": reverse("admin:rotations_timeoffrequest_decline", args=[row.pk]),
        "refusals": [],
        "note": "",
    }
