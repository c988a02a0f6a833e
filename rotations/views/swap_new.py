"""The page on which duty is offered, or swapped for others."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from pipelines.models import Engineer

from ..forms import SwapForm
from ..loads.swap_offers import Piece, by_week, colleagues, for_exchange, near, pieces_of, requests_to_solve
from ..models import Rotation, Swap
from ..verbs.swap_making import arrange, offer


@dataclass(frozen=True, slots=True)
class Ground:
    """What can be swapped: whose duty it is, and whether somebody else swaps it for them."""

    holder: Engineer
    pieces: list[Piece]
    for_others: bool
    is_chosen: bool


def new_swap(request: HttpRequest) -> HttpResponse:
    """Give duty away or exchange it; managers do so for the members of their rotations (`?for=`)."""
    ground = _ground(request)
    if request.method == "GET" and not ground.is_chosen and ground.pieces:
        weeks = by_week(ground.pieces, timezone.get_current_timezone())
        return render(request, "rotations/swap_choose.html", {"ground": ground, "weeks": weeks})
    form = _form(request, ground)
    if form.is_bound and form.is_valid() and (swap := _made(request, form, ground)):
        return redirect(swap)
    context = {
        "form": form,
        "ground": ground,
        "has_theirs": "theirs" in form.fields,
        "asked_for": _named(request, form),
    }
    return render(request, "rotations/swap_new.html", context, status=422 if form.errors else 200)


def _ground(request: HttpRequest) -> Ground:
    at, zone = timezone.now(), timezone.get_current_timezone()
    holder = _holder(request)
    for_others = holder.pk != request.user.pk
    pieces = pieces_of(holder, at, zone)
    if for_others:
        mine = {row.pk for row in Rotation.objects.all() if request.user.has_perm("rotations.arrange_swap", row)}
        pieces = [piece for piece in pieces if piece.rotation in mine]
        if not pieces:
            raise Http404
    shift = request.GET.get("shift", "")
    narrowed = near(pieces, int(shift)) if shift.isdecimal() and len(shift) < 19 else []
    return Ground(holder, narrowed or pieces, for_others, bool(narrowed))


def _holder(request: HttpRequest) -> Engineer:
    key = request.GET.get("for", "")
    if not key:
        return request.user
    found = Engineer.objects.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 19 else None
    if found is None:
        raise Http404
    return found


def _form(request: HttpRequest, ground: Ground) -> SwapForm:
    at, zone = timezone.now(), timezone.get_current_timezone()
    people = colleagues({piece.rotation for piece in ground.pieces}, ground.holder, at)
    other = next((person for person in people if str(person.pk) == request.POST.get("to", "")), None)
    return SwapForm(
        None if "show" in request.POST else request.POST or None,
        pieces=ground.pieces,
        people=people,
        theirs=for_exchange(ground.pieces, other, ground.holder, at, zone) if other else (),
        requests=() if ground.for_others else requests_to_solve(ground.holder, at),
        zone=zone,
        for_others=ground.for_others,
        initial=_initial(request, ground),
    )


def _named(request: HttpRequest, form: SwapForm) -> Engineer | None:
    """Whose duty was asked to be shown."""
    return form.people.get(request.POST.get("to", "")) if "show" in request.POST else None


def _initial(request: HttpRequest, ground: Ground) -> dict[str, object]:
    """What the link chose, or what was typed before somebody's duty was to be shown."""
    if "show" in request.POST:
        typed = {name: request.POST.get(name, "") for name in ("starts", "ends", "to", "time_off", "note")}
        return {**typed, "pieces": request.POST.getlist("pieces")}
    shift, key = request.GET.get("shift", ""), request.GET.get("piece", "")
    of_shift = [piece.key for piece in ground.pieces if str(piece.shift) == shift]
    return {"pieces": [key] if key in of_shift else of_shift}


def _made(request: HttpRequest, form: SwapForm, ground: Ground) -> Swap | None:
    """The swap made; a refusal is put on the form."""
    data, at = form.cleaned_data, timezone.now()
    common = {"theirs": data["taken"], "note": data["note"], "by": request.user, "at": at}
    try:
        if ground.for_others:
            swap = arrange(ground.holder, data["given"], data["asked"], **common)
        else:
            swap = offer(ground.holder, data["given"], asked=data["asked"], time_off=data["request"], **common)
    except ValidationError as refusal:
        form.add_error(None, _known(form, refusal) if hasattr(refusal, "error_dict") else refusal)
        return None
    messages.success(request, "Prepared; read what it does, then approve it." if ground.for_others else "Offered.")
    return swap


def _known(form: SwapForm, refusal: ValidationError) -> ValidationError:
    """A refusal whose fields are all on the form."""
    return ValidationError(
        {name if name in form.fields else "pieces": words for name, words in refusal.message_dict.items()}
    )
