"""How a rotation groups its pipelines into units: what the choices would mean, and choosing one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from ..domain.units import Choice
from ..domain.wording import day_text
from ..forms.units import UnitsForm
from ..loads.rotations import coming_units
from ..loads.units import first_free_day, groups_for, meanings, units_choices
from ..models import Plan, Rotation, UnitsComparison
from ..tasks import compare_units, make_plan
from ..verbs.units import ask_comparison, change_units

State = UnitsComparison.State
# a comparison takes seconds to minutes; one that is older lost the process that made it
LOST_AFTER = dt.timedelta(hours=1)


def units(request: HttpRequest, slug: str) -> HttpResponse:
    """The units as they are, the other ways to group the pipelines, and the newest comparison of them."""
    rotation = _managed(request, slug)
    return render(request, "rotations/units.html", _page(rotation, timezone.now()))


@require_POST
def compare(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for a comparison; it is made beside the web."""
    rotation = _managed(request, slug)
    try:
        with transaction.atomic():
            compare_units.enqueue(ask_comparison(rotation, by=request.user, at=timezone.now()).pk)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("rotations:units", rotation.slug)


@require_POST
def choose(request: HttpRequest, slug: str) -> HttpResponse:
    """Group the pipelines anew from a day on; a plan of the new units is asked for in the same transaction."""
    rotation, at = _managed(request, slug), timezone.now()
    page = _page(rotation, at, request.POST)
    form = page["form"]
    if form.is_valid() and (plan := _changed(request, rotation, form, at)):
        return redirect(plan)
    return render(request, "rotations/units.html", page, status=422)


def _managed(request: HttpRequest, slug: str) -> Rotation:
    """A rotation for who runs it; everybody else gets 404."""
    rotation = get_object_or_404(Rotation, slug=slug)
    if not request.user.has_perm("rotations.change_rules", rotation):
        raise Http404
    return rotation


def _page(rotation: Rotation, at: dt.datetime, posted: Any = None) -> dict[str, Any]:
    choices = units_choices(rotation, at)
    comparison = rotation.units_comparisons.defer("problems").first()
    is_waiting = comparison is not None and comparison.state == State.ASKED and comparison.asked_at > at - LOST_AFTER
    return {
        "rotation": rotation,
        "choices": choices,
        "coming": coming_units(rotation, at),
        "comparison": comparison,
        "is_waiting": is_waiting,
        "meanings": meanings(comparison) if comparison and comparison.state == State.READY else [],
        "form": UnitsForm(
            posted,
            rotation=rotation,
            choices=[one.choice for one in choices if not one.is_current],
            first=first_free_day(rotation, at),
        ),
    }


def _changed(request: HttpRequest, rotation: Rotation, form: UnitsForm, at: dt.datetime) -> Plan | None:
    """The plan of the new units with its job; a refusal is put on the form."""
    day = form.cleaned_data["from_day"]
    try:
        with transaction.atomic():
            groups = groups_for(rotation, Choice(form.cleaned_data["choice"]), day)
            plan = change_units(rotation, groups, day, by=request.user, at=at)
            make_plan.enqueue(plan.pk)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return None
    messages.success(
        request,
        f"From {day_text(day)} on the pipelines are grouped anew. Publish this plan to give the new units duty.",
    )
    return plan
