"""A room where managers decide: what waits, what each would do to duty, and the decision itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from simple_history.admin import SimpleHistoryAdmin

from pipelines.admin import ReadOnly
from pipelines.models import Engineer

from ..loads.in_sequence import MOST
from ..verbs.deciding import decide_each, of_row
from .actions import ObjectActions


class WaitingChangeList(ChangeList):
    """A list whose rows say what deciding them would do: one roster for the whole page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        lines = self.model_admin.lines_of(rows, timezone.now())
        for row in rows:
            row.line = lines[row.pk]
        self.result_list = rows


class Room(ReadOnly, ObjectActions, SimpleHistoryAdmin):
    """Requests that wait for a manager, each with its consequence; a subclass says what a request and a decision is.

    Rows have `is_waiting` and a history; `queue_order` is the order in which one is decided after the other.
    """

    object_actions = ("approve", "decline")
    change_list_template = "admin/rotations/room/change_list.html"
    change_form_template = "admin/rotations/room/change_form.html"
    by_time, by_age = "days_text", "requested_at"  # columns of the two sorts
    queue_order: tuple[str, ...] = ("starts_at", "requested_at", "pk")

    # --- what a subclass says

    def waiting_for(self, user: Engineer) -> QuerySet:
        """Requests that wait for somebody's decision."""
        raise NotImplementedError

    def may_decide(self, user: Engineer, row: Model) -> bool:
        raise NotImplementedError

    def may_read_history(self, user: Engineer, row: Model) -> bool:
        return self.may_decide(user, row)

    def lines_of(self, rows: Sequence[Model], at: dt.datetime) -> Mapping[int, str]:
        """What deciding each request would do, in one line; empty for what is decided."""
        raise NotImplementedError

    def shown(self, request: HttpRequest, row: Model, at: dt.datetime) -> dict[str, Any]:
        """What the page of a request shows beside its fields: effect, question, covers, and more if it likes."""
        raise NotImplementedError

    def grant(self, row: Model, data: QueryDict, *, by: Engineer, at: dt.datetime) -> str:
        """Agree to what a request waits for, as it was seen (`data["seen"]`); what to say then."""
        raise NotImplementedError

    def refuse(self, row: Model, note: str, *, by: Engineer, at: dt.datetime) -> str:
        """Refuse what a request waits for, with the reason why; what to say then."""
        raise NotImplementedError

    def in_sequence(self, rows: Sequence[Model], at: dt.datetime) -> Sequence[Any]:
        """What approving each of some requests does behind those before it: `request`, `line`, `seen`, `over`,
        `has_gap`; only a room that lists `approve_selected` among its actions needs it."""
        raise NotImplementedError

    # --- the pages

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**self._sorts(request), **(extra_context or {})})

    def _sorts(self, request: HttpRequest) -> dict[str, str]:
        """The same list, soonest first and asked longest ago first."""
        columns = [*(["action_checkbox"] if self.get_actions(request) else []), *self.get_list_display(request)]
        found = {}
        for name, column in (("soonest", self.by_time), ("oldest", self.by_age)):
            query = request.GET.copy()
            query["o"] = columns.index(column)
            found[name] = f"?{query.urlencode()}"
        return found

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return WaitingChangeList

    @admin.display(description="what deciding it does", empty_value="decided")
    def what_it_does(self, row: Model) -> str | None:
        return row.line or None

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        at = timezone.now()
        context = {**self._queue(request, row), **self.shown(request, row, at), **(extra_context or {})}
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
        # history tells what the page may hide, also of what is no longer there
        row = self.get_object(request, object_id)
        if row is None or not self.may_read_history(request.user, row):
            raise Http404

    # --- the decision

    def approve(self, request: HttpRequest, row: Model) -> HttpResponse:
        """Agree to what a request waits for, as it was seen."""
        return self._decide(request, row, lambda at: self.grant(row, request.POST, by=request.user, at=at))

    def decline(self, request: HttpRequest, row: Model) -> HttpResponse:
        """Refuse what a request waits for, with a reason."""
        note = request.POST.get("note", "")
        return self._decide(request, row, lambda at: self.refuse(row, note, by=request.user, at=at))

    def _decide(self, request: HttpRequest, row: Model, verb: Callable[[dt.datetime], str]) -> HttpResponse:
        if not self.may_decide(request.user, row):
            raise Http404
        try:
            said = verb(timezone.now())
        except ValidationError as refusal:
            return self._again(request, row, refusal.messages)
        messages.success(request, said)
        return HttpResponseRedirect(self._address("changelist"))

    def _again(self, request: HttpRequest, row: Model, refusals: list[str]) -> HttpResponse:
        """The page as it is now, above it why the decision was not taken."""
        context = {"refusals": refusals, "note": request.POST.get("note", "")}
        request.method = "GET"  # nothing is saved: the page is shown once more
        response = self.change_view(request, str(row.pk), extra_context=context)
        response.status_code = 422
        return response

    @admin.action(description="Approve what is selected, one after the other")
    def approve_selected(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Show what approving each does behind those before it; then, once confirmed, approve and report each."""
        mine = queryset.filter(pk__in=self.waiting_for(request.user).values("pk")).order_by(*self.queue_order)
        rows, outcomes = list(mine[:MOST]), []
        if request.POST.get("confirm"):
            at = timezone.now()
            outcomes = decide_each(rows, lambda row: self.grant(row, of_row(request.POST, row), by=request.user, at=at))
            if all(outcome.is_done for outcome in outcomes):
                for outcome in outcomes:
                    messages.success(request, outcome.words)
                return None
            rows = list(mine.all()[:MOST])
        context = {
            **self.admin_site.each_context(request),
            "title": "Approve one after the other",
            "opts": self.opts,
            "previews": self.in_sequence(rows, timezone.now()) if rows else [],
            "outcomes": outcomes,
            "field": ACTION_CHECKBOX_NAME,
            "action": "approve_selected",
            "back_url": self._address("changelist"),
        }
        status = 422 if outcomes else 200
        return TemplateResponse(request, "admin/rotations/room/approve_selected.html", context, status=status)

    def _queue(self, request: HttpRequest, row: Model) -> dict[str, Any]:
        """The way to the requests before and behind, and to the decisions."""
        queue = list(self.waiting_for(request.user).order_by(*self.queue_order).values_list("pk", flat=True))
        place = queue.index(row.pk) if row.pk in queue else None
        after = queue[place + 1 :] if place is not None else []
        return {
            "row": row,
            "title": f"{self.opts.verbose_name.capitalize()}: {row}",
            "subtitle": None,
            "decides": row.is_waiting and place is not None,
            "place": None if place is None else place + 1,
            "waiting": len(queue),
            "previous": self._address("change", queue[place - 1]) if place else "",
            "next": self._address("change", after[0]) if after else "",
            "approve_url": self._address("approve", row.pk),
            "decline_url": self._address("decline", row.pk),
            "refusals": [],
            "note": "",
        }

    def _address(self, name: str, *args: object) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=args)
