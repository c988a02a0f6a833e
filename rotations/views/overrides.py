"""The page on which a manager overrides duty, for the hour something is on fire."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from pipelines.models import Engineer

from ..forms import OverrideForm
from ..loads.overrides import overrides_ahead
from ..loads.planning import calendar_for
from ..loads.swap_offers import colleagues
from ..models import Cover, Rotation
from ..verbs.overrides import end_override, override

HOURS = 2
MINUTE = dt.timedelta(minutes=1)


def new_override(request: HttpRequest, slug: str) -> HttpResponse:
    """Put somebody in the place of whoever holds a role, from now or later."""
    rotation = _rotation(request, slug)
    at, zone = timezone.now(), timezone.get_current_timezone()
    handoff = _next_handoff(rotation, at)
    form = _form(request, rotation, at, handoff)
    if request.method == "POST" and form.is_valid() and _done(request, rotation, form):
        return redirect("rotations:override", rotation.slug)
    context = {
        "rotation": rotation,
        "form": form,
        "handoff": handoff,
        "overrides": overrides_ahead(rotation, at, zone),
        "has_units": bool(form.units_by_key),
    }
    return render(request, "rotations/override.html", context, status=422 if form.errors else 200)


@require_POST
def end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """End an override early."""
    rotation = _rotation(request, slug)
    found = Cover.objects.filter(shift__unit__rotation=rotation, time_off=None, swap=None).select_related("engineer")
    cover = get_object_or_404(found, pk=pk)
    try:
        end_override(cover, by=request.user, at=timezone.now())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, "Ended; the plan holds again.")
    return redirect("rotations:override", rotation.slug)


def _rotation(request: HttpRequest, slug: str) -> Rotation:
    """The rotation, for who manages it; 404 for everybody else."""
    rotation = get_object_or_404(Rotation, slug=slug)
    if not request.user.has_perm("rotations.override", rotation):
        raise Http404
    return rotation


def _next_handoff(rotation: Rotation, at: dt.datetime) -> dt.datetime:
    calendar = calendar_for(rotation)
    week = calendar.week_of(at.astimezone(calendar.zone).date())
    coming = (calendar.handoff(week + dt.timedelta(weeks=n)) for n in range(3))
    return next(handoff for handoff in coming if handoff > at)


def _form(request: HttpRequest, rotation: Rotation, at: dt.datetime, handoff: dt.datetime) -> OverrideForm:
    zone = timezone.get_current_timezone()
    now = at.astimezone(zone).replace(second=0, microsecond=0, tzinfo=None)
    until = handoff if request.GET.get("until") == "handoff" else at + HOURS * 60 * MINUTE
    units = list(rotation.units.filter(pk=request.GET["unit"])) if request.GET.get("unit", "").isdecimal() else []
    form = OverrideForm(
        request.POST or None,
        units=list(rotation.units.all()),
        people=_people(rotation, at),
        zone=zone,
        initial={
            "role": "primary",
            "units": str(units[0].pk) if units else "",
            "starts": now,
            "ends": until.astimezone(zone).replace(second=0, microsecond=0, tzinfo=None),
        },
    )
    if "confirmed" in request.POST:
        form.ask_to_confirm()
    return form


def _people(rotation: Rotation, at: dt.datetime) -> list[Engineer]:
    """Members first, by name, then everybody else: an hour on fire asks for whoever is there."""
    members = colleagues([rotation.pk], Engineer(pk=0), at)
    others = Engineer.objects.active().exclude(pk__in=[person.pk for person in members]).order_by("name", "pk")
    return [*members, *others]


def _done(request: HttpRequest, rotation: Rotation, form: OverrideForm) -> bool:
    """Whether it is in force; a refusal is put on the form, with a box to confirm where that helps."""
    data = form.cleaned_data
    try:
        override(
            rotation,
            data["role"],
            data["chosen"],
            data["span"],
            data["who"],
            data["reason"],
            by=request.user,
            at=timezone.now(),
            confirmed=data.get("confirmed", False),
        )
    except ValidationError as refusal:
        form.add_error(None, _known(form, refusal))
        if not hasattr(refusal, "error_dict") and any(error.code == "confirm" for error in refusal.error_list):
            form.ask_to_confirm()
        return False
    messages.success(request, f"{data['who']} is {data['role']}; everybody whose duty changed is told.")
    return True


def _known(form: OverrideForm, refusal: ValidationError) -> ValidationError:
    """A refusal whose fields are all on the form."""
    if not hasattr(refusal, "error_dict"):
        return refusal
    return ValidationError(
        {name if name in form.fields else "reason": words for name, words in refusal.message_dict.items()}
    )
