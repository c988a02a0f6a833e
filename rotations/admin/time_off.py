"""The managers' room for time off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from pipelines.models import Engineer
from pipelines.rights import is_administrator

from ..loads.covers_to_choose import choices_in
from ..loads.history import changes_of
from ..loads.in_sequence import Preview, in_sequence
from ..loads.time_off import decidable, may_decide, may_see_reason, with_lines
from ..loads.time_off_effect import covers_in_force, shown_to_decide
from ..models import TimeOffRequest
from ..verbs.time_off import grant, refuse
from .room import Room

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


@admin.register(TimeOffRequest)
class TimeOffRequestAdmin(Room):
    list_display = ["engineer", "days_text", "state", "requested_at", "what_it_does"]
    list_display_links = ["engineer", "days_text"]
    list_filter = [DecisionFilter]
    list_select_related = ["engineer", "replaces"]
    list_per_page = 25
    search_fields = ["engineer__name"]
    ordering = ["starts_at", "requested_at", "pk"]
    actions = ["approve_selected"]
    change_list_template = "admin/rotations/timeoffrequest/change_list.html"
    change_form_template = "admin/rotations/timeoffrequest/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[TimeOffRequest]:
        """A manager's own rotations; administrators see that somebody is away, not why."""
        found = super().get_queryset(request).select_related("engineer", "decided_by", "asked_by", "replaces")
        if request.user.is_superuser or is_administrator(request.user):
            return found
        return found.filter(pk__in=decidable(request.user).values("pk"))

    @admin.display(description="days", ordering="starts_at")
    def days_text(self, row: TimeOffRequest) -> str:
        return row.days_text

    def get_fields(self, request: HttpRequest, obj: TimeOffRequest | None = None) -> list[str]:
        sees_why = obj is not None and may_see_reason(request.user, obj)
        decided = ["decided_by", "decided_at", "decision_note"] if obj and obj.decided_at else []
        entered = ["asked_by"] if obj and obj.asked_by_id else []
        changes = ["replaces"] if obj and obj.replaces_id else []
        over = ["is_over_limit"] if obj and obj.is_over_limit else []
        asked = ["engineer", "days_text", "kind", "reason", "state", "requested_at", *entered, *changes]
        fields = [*asked, *decided, *over]
        return [field for field in fields if sees_why or field not in WHY]

    def get_readonly_fields(self, request: HttpRequest, obj: TimeOffRequest | None = None) -> list[str]:
        return self.get_fields(request, obj)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        # a list narrowed by what it does not show would tell it all the same
        return lookup.split("__")[0] not in WHY and super().lookup_allowed(lookup, value, request)

    def waiting_for(self, user: Engineer) -> QuerySet[TimeOffRequest]:
        return decidable(user).waiting()

    def may_decide(self, user: Engineer, row: TimeOffRequest) -> bool:
        return may_decide(user, row)

    def may_read_history(self, user: Engineer, row: TimeOffRequest) -> bool:
        return may_see_reason(user, row)

    def lines_of(self, rows: Sequence[TimeOffRequest], at: dt.datetime) -> Mapping[int, str]:
        return {row.request.pk: row.line for row in with_lines(rows, at)}

    def in_sequence(self, rows: Sequence[TimeOffRequest], at: dt.datetime) -> list[Preview]:
        return in_sequence(rows, at)

    def shown(self, request: HttpRequest, row: TimeOffRequest, at: dt.datetime) -> dict[str, Any]:
        zone = timezone.get_current_timezone()
        hidden = () if may_see_reason(request.user, row) else WHY
        return {
            "title": f"Time off: {row}",
            "covers": covers_in_force(row, at, zone),
            "changes": changes_of(row, zone, hidden),
            "choose_url": self._address("change", row.pk),
            **shown_to_decide(row, at, zone, request.POST or request.GET),
        }

    def grant(self, row: TimeOffRequest, data: QueryDict, *, by: Engineer, at: dt.datetime) -> str:
        over_limit = bool(data.get("over_limit"))
        seen = data.get("seen", "")
        return _said(grant(row, by=by, at=at, seen=seen, choices=choices_in(data), over_limit=over_limit))

    def refuse(self, row: TimeOffRequest, note: str, *, by: Engineer, at: dt.datetime) -> str:
        return _said(refuse(row, by=by, at=at, note=note))


def _said(after: TimeOffRequest) -> str:
    return f"{after.engineer}, {after.days_text}: {after.get_state_display()}."
