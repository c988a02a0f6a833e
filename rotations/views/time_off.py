"""Pages of time off: what is mine and who is away, one request with what it does to duty, and the decisions on it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from pipelines.tables import paginate

from ..loads.covers_to_choose import choices_in
from ..loads.history import changes_of
from ..loads.idle import idle_of
from ..loads.in_sequence import MOST, in_sequence
from ..loads.time_off import colleagues_away, decidable, may_decide, may_see_reason, time_off_of, waiting_for
from ..loads.time_off_effect import covers_in_force, shown_to_decide
from ..models import TimeOffRequest
from ..tables import AwayTable, MyTimeOffTable, WaitingTable
from ..verbs.deciding import decide_each, of_row
from ..verbs.time_off import cancel, grant, refuse

State = TimeOffRequest.State
WHY = ("kind", "reason", "decision_note")


def time_off(request: HttpRequest) -> HttpResponse:
    """My requests, what waits for my decision, who of my rotations is away, and my covers that do nothing."""
    at = timezone.now()
    waiting = waiting_for(request.user, at)
    tables = {
        "mine": MyTimeOffTable(time_off_of(request.user), prefix="mine-"),
        "away": AwayTable(colleagues_away(request.user, at), prefix="away-"),
        "waiting": WaitingTable(waiting, prefix="waiting-", viewer=request.user) if waiting else None,
    }
    for table in filter(None, tables.values()):
        paginate(table, request)
    return render(request, "rotations/time_off.html", {**tables, "idle": idle_of(request.user, at)})


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One request, for the person and for who decides."""
    return _page(request, visible(request, pk))


@require_POST
def cancel_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own request back, or end somebody's time off with a reason."""
    found, note = visible(request, pk), request.POST.get("note", "")
    return _decided(request, found, lambda: cancel(found, by=request.user, at=timezone.now(), note=note))


@require_POST
def approve_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree to what a request waits for, as it was seen on the page."""
    found = _to_decide(request, pk)
    return _decided(request, found, lambda: _grant(request, found, request.POST))


@require_POST
def decline_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse what a request waits for, with a reason."""
    found, note = _to_decide(request, pk), request.POST.get("note", "")
    return _decided(request, found, lambda: refuse(found, by=request.user, at=timezone.now(), note=note))


def approve_each(request: HttpRequest) -> HttpResponse:
    """Approve several requests, each behind those before it, after what that does was shown."""
    rows, outcomes = _chosen(request), []
    if request.method == "POST":
        outcomes = decide_each(rows, lambda row: _said(_grant(request, row, of_row(request.POST, row))))
        if all(outcome.is_done for outcome in outcomes):
            for outcome in outcomes:
                messages.success(request, outcome.words)
            return redirect("rotations:time_off")
        rows = _chosen(request)
    context = {
        "previews": in_sequence(rows, timezone.now()) if rows else [],
        "outcomes": outcomes,
        "field": "pk",
        "action": "",
    }
    return render(request, "rotations/time_off_approve.html", context, status=422 if outcomes else 200)


def _chosen(request: HttpRequest) -> list[TimeOffRequest]:
    """What waits for the reader among the requests that are named, soonest first."""
    data = request.POST if request.method == "POST" else request.GET
    keys = [int(key) for key in data.getlist("pk")[:MOST] if key.isdecimal() and len(key) < 19]
    found = decidable(request.user).waiting().filter(pk__in=keys).select_related("engineer", "replaces")
    return list(found.order_by("starts_at", "requested_at", "pk"))


def visible(request: HttpRequest, pk: int) -> TimeOffRequest:
    """The request, for who may see it; 404 for everybody else."""
    rows = TimeOffRequest.objects.select_related("engineer", "decided_by", "asked_by", "replaces")
    found = get_object_or_404(rows, pk=pk)
    if found.engineer_id != request.user.pk and not may_decide(request.user, found):
        raise Http404
    return found


def _to_decide(request: HttpRequest, pk: int) -> TimeOffRequest:
    found = visible(request, pk)
    if not may_decide(request.user, found):
        raise Http404
    return found


def _grant(request: HttpRequest, found: TimeOffRequest, data: dict[str, str]) -> TimeOffRequest:
    return grant(
        found,
        by=request.user,
        at=timezone.now(),
        seen=data.get("seen", ""),
        choices=choices_in(data),
        over_limit=bool(data.get("over_limit")),
    )


def _said(after: TimeOffRequest) -> str:
    return f"{after.engineer}, {after.days_text}: {after.get_state_display()}."


def _decided(request: HttpRequest, found: TimeOffRequest, verb: Callable[[], TimeOffRequest]) -> HttpResponse:
    """Carry a decision out and say what became of it; a refusal shows the request again as it is now."""
    try:
        after = verb()
    except ValidationError as refusal:
        found.refresh_from_db()
        return _page(request, found, refusal.messages)
    messages.success(request, _said(after))
    return redirect(after)


def _page(request: HttpRequest, found: TimeOffRequest, refusals: list[str] | None = None) -> HttpResponse:
    at, zone = timezone.now(), timezone.get_current_timezone()
    is_mine, manages = found.engineer_id == request.user.pk, may_decide(request.user, found)
    open_or_ahead = found.ends_at > at and found.state in (State.REQUESTED, State.APPROVED)
    shown = shown_to_decide(found, at, zone, request.POST or request.GET)
    context = {
        **shown,
        "request_row": found,
        "is_mine": is_mine,
        "can_change": open_or_ahead,
        "can_cancel": open_or_ahead and (is_mine or found.state == State.APPROVED),
        "decides": found.is_waiting and manages,
        "covers": covers_in_force(found, at, zone),
        "changes": changes_of(found, zone, () if may_see_reason(request.user, found) else WHY),
        "waiting_change": found.changes.filter(state=State.REQUESTED).first(),
        "refusals": refusals or shown["refusals"],
        "note": request.POST.get("note", ""),
    }
    return render(request, "rotations/time_off_request.html", context, status=422 if context["refusals"] else 200)
