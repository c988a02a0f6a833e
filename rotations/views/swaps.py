"""Pages of swaps: what is offered to me, mine, what waits for me, and one swap with what it does to duty."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from pipelines.tables import paginate

from ..loads.swap_page import swap_page
from ..loads.swaps import may_decide_swap, may_see_swap, offered_to, rows, swaps_ahead, swaps_in_view, swaps_over
from ..loads.swaps import waiting_swaps as waiting_for_decision
from ..models import Swap
from ..tables import SwapTable, WaitingSwapTable
from ..verbs.swaps import accept, approve_swap, decline_swap, hand_back, turn_down, undo, withdraw


def swaps(request: HttpRequest) -> HttpResponse:
    """What is offered to me, what I offered or took, what waits for my decision, and what is over."""
    at, zone = timezone.now(), timezone.get_current_timezone()
    waiting = waiting_for_decision(request.user, at, zone)
    over = SwapTable(swaps_over(request.user, at), prefix="over-", zone=zone, caption="My swaps that are over")
    paginate(over, request)
    context = {
        "waiting": WaitingSwapTable(waiting, viewer=request.user) if waiting else None,
        "offered": rows(offered_to(request.user, at), zone),
        "mine": rows(swaps_ahead(request.user, at), zone),
        "over": over,
    }
    return render(request, "rotations/swaps.html", context)


def swap(request: HttpRequest, pk: int) -> HttpResponse:
    """One swap, for its parties, for who could take it and for who decides."""
    return _page(request, _visible(request, pk))


@require_POST
def accept_swap(request: HttpRequest, pk: int) -> HttpResponse:
    """Take what is offered, as it was seen on the page."""
    found, seen = _visible(request, pk), request.POST.get("seen", "")
    _or_404(found.offered_by_id != request.user.pk and found.asked_id in (None, request.user.pk))
    return _done(request, found, lambda: accept(found, by=request.user, at=timezone.now(), seen=seen))


@require_POST
def turn_down_swap(request: HttpRequest, pk: int) -> HttpResponse:
    """Say no to what one is asked."""
    found, note = _visible(request, pk), request.POST.get("note", "")
    _or_404(found.asked_id == request.user.pk)
    return _done(request, found, lambda: turn_down(found, by=request.user, at=timezone.now(), note=note))


@require_POST
def withdraw_swap(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own offer back."""
    found = _visible(request, pk)
    _or_404(request.user.pk in (found.offered_by_id, found.made_by_id))
    return _done(request, found, lambda: withdraw(found, by=request.user, at=timezone.now()))


@require_POST
def hand_back_swap(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's agreement back."""
    found = _visible(request, pk)
    _or_404(found.taker_id == request.user.pk)
    return _done(request, found, lambda: hand_back(found, by=request.user, at=timezone.now()))


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an agreed swap into force, as it was seen on the page."""
    found, seen = _visible(request, pk), request.POST.get("seen", "")
    _or_404(may_decide_swap(request.user, found))
    return _done(request, found, lambda: approve_swap(found, by=request.user, at=timezone.now(), seen=seen))


@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse an agreed swap, with a reason."""
    found, note = _visible(request, pk), request.POST.get("note", "")
    _or_404(may_decide_swap(request.user, found))
    return _done(request, found, lambda: decline_swap(found, by=request.user, at=timezone.now(), note=note))


@require_POST
def undo_swap(request: HttpRequest, pk: int) -> HttpResponse:
    """Give back what was: at once as a manager, else when both ask for it."""
    found, seen = _visible(request, pk), request.POST.get("seen", "")
    is_party = request.user.pk in (found.offered_by_id, found.taker_id)
    _or_404(is_party or may_decide_swap(request.user, found))
    return _done(request, found, lambda: undo(found, by=request.user, at=timezone.now(), seen=seen))


def _visible(request: HttpRequest, pk: int) -> Swap:
    """The swap, for who may see it; 404 for everybody else."""
    found = get_object_or_404(swaps_in_view().select_related("decided_by", "made_by", "ended_by", "time_off"), pk=pk)
    _or_404(may_see_swap(request.user, found))
    return found


def _or_404(allowed: bool) -> None:
    if not allowed:
        raise Http404


def _done(request: HttpRequest, found: Swap, verb: Callable[[], Swap]) -> HttpResponse:
    """Carry a step out and say what became of it; a refusal shows the swap again as it is now."""
    try:
        after = verb()
    except ValidationError as refusal:
        return _page(request, _visible(request, found.pk), refusal.messages)
    asked = after.state == Swap.State.APPROVED and after.undo_asked_by_id == request.user.pk
    said = "Asked; the other one has to agree." if asked else f"This swap: {after.get_state_display()}."
    messages.success(request, said)
    return redirect(after)


def _page(request: HttpRequest, found: Swap, refusals: list[str] | None = None) -> HttpResponse:
    page = swap_page(found, request.user, timezone.now(), timezone.get_current_timezone())
    context = {"page": page, "refusals": refusals or [], "note": request.POST.get("note", "")}
    return render(request, "rotations/swap.html", context, status=422 if refusals else 200)
