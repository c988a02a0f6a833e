"""Pages on which time off is asked for, for oneself or for a member of a rotation one manages, and changed."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ..forms import TimeOffForm
from ..forms.time_off import initial_of
from ..loads.time_off import askable, limits_passed
from ..models import TimeOffRequest
from ..verbs.time_off import change_time_off, request_time_off
from .time_off import visible

State = TimeOffRequest.State


def new(request: HttpRequest) -> HttpResponse:
    """Ask for time off."""
    at = timezone.now()
    form = TimeOffForm(request.POST or None, askable=askable(request.user, at), initial=_named(request))

    def ask() -> TimeOffRequest:
        asked, engineer = form.asked, form.cleaned_data.get("engineer") or request.user
        return request_time_off(
            engineer,
            asked.first_day,
            asked.last_day,
            asked.kind,
            asked.reason,
            by=request.user,
            at=at,
            shape=asked.shape,
            from_time=asked.from_time,
            until_time=asked.until_time,
        )

    if request.method == "POST" and form.is_valid() and (asked := _tried(request, form, ask)):
        return redirect(asked)
    return _page(request, form, None)


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for other days, or another kind, of what waits or is approved."""
    at, found = timezone.now(), visible(request, pk)
    if found.state not in (State.REQUESTED, State.APPROVED) or found.ends_at <= at:
        raise Http404
    form = TimeOffForm(request.POST or None, initial=initial_of(found))
    if (
        request.method == "POST"
        and form.is_valid()
        and (asked := _tried(request, form, lambda: change_time_off(found, form.asked, by=request.user, at=at)))
    ):
        return redirect(asked)
    return _page(request, form, found)


def _named(request: HttpRequest) -> dict[str, str]:
    """What a link may fill in: the first and last day."""
    return {name: request.GET[name] for name in ("first_day", "last_day") if request.GET.get(name)}


def _page(request: HttpRequest, form: TimeOffForm, found: TimeOffRequest | None) -> HttpResponse:
    zone = found.engineer.time_zone if found else request.user.time_zone
    context = {"form": form, "zone": zone, "request_row": found}
    return render(request, "rotations/time_off_new.html", context, status=422 if form.errors else 200)


def _tried(request: HttpRequest, form: TimeOffForm, verb: Callable[[], TimeOffRequest]) -> TimeOffRequest | None:
    """The request made or changed; a refusal is put on the form."""
    try:
        asked = verb()
    except ValidationError as refusal:
        _put(form, refusal)
        return None
    at_once = asked.state == State.APPROVED
    messages.success(request, "Noted; the duty is covered as shown." if at_once else "Asked; a manager decides.")
    for words in limits_passed(asked, timezone.now()) if not at_once else ():
        messages.warning(request, words)
    return asked


def _put(form: TimeOffForm, refusal: ValidationError) -> None:
    """A refusal beside its field; above the form where the form has none such."""
    found = refusal.error_dict if hasattr(refusal, "error_dict") else {None: refusal.error_list}
    for name, errors in found.items():
        form.add_error(name if name in form.fields else None, errors)
