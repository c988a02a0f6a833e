"""Pages of time off: what is mine and who is away, asking, and one request with what it does to duty."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from pipelines.tables import paginate

from ..forms import TimeOffForm
from ..loads.time_off import colleagues_away, may_decide, time_off_of, waiting_for
from ..loads.time_off_effect import covers_in_force, effect_of, question_of
from ..models import TimeOffRequest
from ..tables import AwayTable, MyTimeOffTable, WaitingTable
from ..verbs.time_off import cancel, grant, refuse, request_time_off

State = TimeOffRequest.State


def time_off(request: HttpRequest) -> HttpResponse:
    """My requests, what waits for my decision, and who of my rotations is away."""
    at = timezone.now()
    waiting = waiting_for(request.user, at)
    tables = {
        "mine": MyTimeOffTable(time_off_of(request.user), prefix="mine-"),
        "away": AwayTable(colleagues_away(request.user, at), prefix="away-"),
        "waiting": WaitingTable(waiting, prefix="waiting-", viewer=request.user) if waiting else None,
    }
    for table in filter(None, tables.values()):
        paginate(table, request)
    return render(request, "rotations/time_off.html", tables)


def new(request: HttpRequest) -> HttpResponse:
    """Ask for time off."""
    form = TimeOffForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (asked := _ask(request, form)):
        return redirect(asked)
    context = {"form": form, "zone": request.user.time_zone}
    return render(request, "rotations/time_off_new.html", context, status=422 if form.errors else 200)


def _ask(request: HttpRequest, form: TimeOffForm) -> TimeOffRequest | None:
    """The request made; a refusal is put on the form."""
    try:
        asked = request_time_off(request.user, **form.cleaned_data, by=request.user, at=timezone.now())
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return None
    at_once = asked.state == State.APPROVED
    messages.success(request, "Noted; your duty is covered as shown." if at_once else "Asked; a manager decides.")
    return asked


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One request, for the person and for who decides."""
    return _page(request, _visible(request, pk))


@require_POST
def cancel_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own request back."""
    found = _visible(request, pk)
    if found.engineer_id != request.user.pk:
        raise Http404
    return _decided(request, found, lambda: cancel(found, by=request.user, at=timezone.now()))


@require_POST
def approve_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree to what a request waits for, as it was seen on the page."""
    found, seen = _to_decide(request, pk), request.POST.get("seen", "")
    return _decided(request, found, lambda: grant(found, by=request.user, at=timezone.now(), seen=seen))


@require_POST
def decline_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse what a request waits for, with a reason."""
    found, note = _to_decide(request, pk), request.POST.get("note", "")
    return _decided(request, found, lambda: refuse(found, by=request.user, at=timezone.now(), note=note))


def _visible(request: HttpRequest, pk: int) -> TimeOffRequest:
    """The request, for who may see it; 404 for everybody else."""
    found = get_object_or_404(TimeOffRequest.objects.select_related("engineer", "decided_by"), pk=pk)
    if found.engineer_id != request.user.pk and not may_decide(request.user, found):
        raise Http404
    return found


def _to_decide(request: HttpRequest, pk: int) -> TimeOffRequest:
    found = _visible(request, pk)
    if not may_decide(request.user, found):
        raise Http404
    return found


def _decided(request: HttpRequest, found: TimeOffRequest, verb: Callable[[], TimeOffRequest]) -> HttpResponse:
    """Carry a decision out and say what became of it; a refusal shows the request again as it is now."""
    try:
        after = verb()
    except ValidationError as refusal:
        found.refresh_from_db()
        return _page(request, found, refusal.messages)
    messages.success(request, f"{after.engineer}, {after.days_text}: {after.get_state_display()}.")
    return redirect(after)


def _page(request: HttpRequest, found: TimeOffRequest, refusals: list[str] | None = None) -> HttpResponse:
    at, zone = timezone.now(), timezone.get_current_timezone()
    decides = found.is_waiting and may_decide(request.user, found)
    context = {
        "request_row": found,
        "is_mine": found.engineer_id == request.user.pk,
        "can_cancel": found.state in (State.REQUESTED, State.APPROVED) and found.ends_at > at,
        "decides": decides,
        "question": question_of(found),
        "effect": effect_of(found, at, zone) if found.is_waiting else None,
        "covers": covers_in_force(found, zone),
        "refusals": refusals or [],
        "note": request.POST.get("note", ""),
    }
    return render(request, "rotations/time_off_request.html", context, status=422 if refusals else 200)
