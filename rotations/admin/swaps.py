"""The managers' room for swaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from simple_history.admin import SimpleHistoryAdmin

from pipelines.admin import ReadOnly
from pipelines.models import Engineer
from pipelines.rights import is_administrator

from ..loads.in_sequence import Preview
from ..loads.swap_page import swap_page
from ..loads.swaps import (
    PARTS,
    PEOPLE,
    decidable_swaps,
    duty_words,
    may_decide_swap,
    swaps_in_sequence,
    with_swap_lines,
)
from ..models import Swap, SwapPart
from ..verbs.swaps import approve_swap, decline_swap, undo
from .room import Room
from .time_off import DecisionFilter

State = Swap.State


class SwapFilter(DecisionFilter):
    """Swaps that wait for the reader, unless they ask for something else."""

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("all", "All"), *((state.value, state.label.capitalize()) for state in State)]

    def choices(self, changelist: ChangeList) -> list[dict[str, Any]]:
        return list(super().choices(changelist))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Swap]) -> QuerySet[Swap]:
        if self.value() is None:
            mine = decidable_swaps(request.user).filter(state=State.ACCEPTED)
            return queryset.filter(pk__in=mine.values("pk"))
        return queryset if self.value() == "all" else queryset.filter(state=self.value())


@admin.register(Swap)
class SwapAdmin(Room):
    list_display = ["who", "duty", "state", "expires_at", "offered_at", "what_it_does"]
    list_display_links = ["who", "duty"]
    list_filter = [SwapFilter, "rotation", "kind"]
    list_select_related = list(PEOPLE)
    list_per_page = 25
    search_fields = ["offered_by__name", "taker__name"]
    ordering = ["expires_at", "offered_at", "pk"]
    queue_order = ("expires_at", "offered_at", "pk")
    by_time, by_age = "expires_at", "offered_at"
    object_actions = ("approve", "decline", "undo")
    actions = ["approve_selected"]
    change_form_template = "admin/rotations/swap/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Swap]:
        """A manager's own rotations, and what they are a party to."""
        found = super().get_queryset(request).select_related(*PEOPLE).prefetch_related(PARTS)
        if request.user.is_superuser or is_administrator(request.user):
            return found
        parties = Q(offered_by=request.user) | Q(asked=request.user) | Q(taker=request.user)
        return found.filter(parties | Q(rotation__in=request.user.managed_rotations.all()))

    @admin.display(description="who")
    def who(self, row: Swap) -> str:
        return f"{row.offered_by} to {row.taker or row.asked or 'everybody qualified'}"

    @admin.display(description="duty")
    def duty(self, row: Swap) -> str:
        return "; ".join(duty_words(row, timezone.get_current_timezone()))

    def get_fields(self, request: HttpRequest, obj: Swap | None = None) -> list[str]:
        decided = ["decided_by", "decided_at", "decision_note"] if obj and obj.decided_at else []
        ended = ["ended_by", "ended_at"] if obj and obj.ended_at else []
        return ["who", "kind", "duty", "note", "state", "made_by", "offered_at", "expires_at", *decided, *ended]

    def get_readonly_fields(self, request: HttpRequest, obj: Swap | None = None) -> list[str]:
        return self.get_fields(request, obj)

    def waiting_for(self, user: Engineer) -> QuerySet[Swap]:
        return decidable_swaps(user).filter(state=State.ACCEPTED)

    def may_decide(self, user: Engineer, row: Swap) -> bool:
        return may_decide_swap(user, row)

    def may_read_history(self, user: Engineer, row: Swap) -> bool:
        return True  # who sees the swap sees all of it

    def lines_of(self, rows: Sequence[Swap], at: dt.datetime) -> Mapping[int, str]:
        return {row.swap.pk: row.line for row in with_swap_lines(rows, at, timezone.get_current_timezone())}

    def in_sequence(self, rows: Sequence[Swap], at: dt.datetime) -> list[Preview]:
        return [Preview(*preview) for preview in swaps_in_sequence(rows, at)]

    def shown(self, request: HttpRequest, row: Swap, at: dt.datetime) -> dict[str, Any]:
        page = swap_page(row, request.user, at, timezone.get_current_timezone())
        return {
            "title": f"{row}",
            "page": page,
            "question": page.question,
            "effect": page.effect,
            "covers": page.covers,
            "changes": page.changes,
            "undo_url": self._address("undo", row.pk),
        }

    def grant(self, row: Swap, data: QueryDict, *, by: Engineer, at: dt.datetime) -> str:
        return _said(approve_swap(row, by=by, at=at, seen=data.get("seen", "")))

    def refuse(self, row: Swap, note: str, *, by: Engineer, at: dt.datetime) -> str:
        return _said(decline_swap(row, by=by, at=at, note=note))

    def undo(self, request: HttpRequest, row: Swap) -> HttpResponse:
        """Give back what was, as a manager."""
        if not may_decide_swap(request.user, row):
            raise Http404
        try:
            after = undo(row, by=request.user, at=timezone.now(), seen=request.POST.get("seen", ""))
        except ValidationError as refusal:
            return self._again(request, row, refusal.messages)
        messages.success(request, _said(after))
        return HttpResponseRedirect(self._address("change", row.pk))


def _said(after: Swap) -> str:
    return f"Swap of {after.offered_by} and {after.taker}: {after.get_state_display()}."


@admin.register(SwapPart)
class SwapPartAdmin(ReadOnly, SimpleHistoryAdmin):
    """Which piece of which shift: to be read, as verbs alone write it."""

    list_display = ["starts_at", "ends_at", "shift", "giver", "taker", "swap", "is_open"]
    list_filter = ["shift__unit__rotation", "shift__role", "is_open"]
    list_select_related = ["shift__unit", "shift__engineer", "giver", "taker", "swap__offered_by"]
    search_fields = ["giver__name", "taker__name", "shift__unit__name"]
    date_hierarchy = "starts_at"
    ordering = ["-starts_at", "pk"]
    fields = ["swap", "shift", "starts_at", "ends_at", "giver", "taker", "is_open"]
    readonly_fields = fields
