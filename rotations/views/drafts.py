"""Pages on which a draft is shaped by hand, drafts are compared, and each cell and shift says why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from ..forms import CompareForm, EditForm
from ..loads.compare import compare_view
from ..loads.shifts import shift_view
from ..loads.why import why_view
from ..models import Plan, Rotation, Shift
from ..verbs.drafts import edit_cell, pin_cell, pin_shift, undo_edit
from .planning import HEAVY, found_plan, managed_plan

ANSWERED = (Plan.State.DRAFT, Plan.State.PUBLISHED, Plan.State.SUPERSEDED, Plan.State.ROLLED_BACK)


def compare(request: HttpRequest, slug: str) -> HttpResponse:
    """Drafts side by side with what is published: figures, loads and who gives and gets which week."""
    rotation = get_object_or_404(Rotation, slug=slug)
    choices = rotation.plans.filter(state__in=[*ANSWERED, Plan.State.ASKED]).defer(*HEAVY)
    form = CompareForm(request.GET or None, plans=choices)
    chosen = form.chosen if form.is_valid() else []
    whole = Plan.objects.select_related("rotation").in_bulk(chosen)
    found = [whole[pk] for pk in chosen]
    waits = [plan for plan in found if plan.state == Plan.State.ASKED]
    context = {
        "rotation": rotation,
        "form": form,
        "is_waiting": bool(waits),
        "view": compare_view(rotation, found) if found and not waits else None,
    }
    return render(request, "rotations/plan_compare.html", context, status=422 if form.errors else 200)


def cell(request: HttpRequest, slug: str, pk: int, unit: int, week: str, role: str) -> HttpResponse:
    """Why somebody has a cell of a plan; on a draft a manager gives it to somebody else here."""
    found = found_plan(slug, pk)
    may_edit = found.state == Plan.State.DRAFT and request.user.has_perm("rotations.publish_plan", found.rotation)
    view = why_view(found, str(unit), week, role)
    if view is None or (request.method == "POST" and not may_edit):
        raise Http404
    holder = str(view.holder.pk) if view.holder else None
    posted = request.POST if request.method == "POST" else None
    form = EditForm(posted, choices=view.choices, holder=holder) if may_edit else None
    if form and form.is_valid():
        place = {"unit": str(unit), "week": week, "role": role}
        try:
            edit_cell(found, place, form.cleaned_data["engineer"] or None, by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect(f"{found.get_absolute_url()}#by-hand")
    context = {
        "plan": found,
        "rotation": found.rotation,
        "view": view,
        "form": form,
        "place": {"unit": unit, "week": week, "role": role},
    }
    return render(request, "rotations/plan_cell.html", context, status=422 if form and form.errors else 200)


@require_POST
def pin(request: HttpRequest, slug: str, pk: int, unit: int, week: str, role: str) -> HttpResponse:
    """Pin a cell of a draft, or unpin it: planning again from the draft keeps it."""
    found = managed_plan(request, slug, pk)
    is_pinned = request.POST.get("pinned") == "yes"
    place = {"unit": str(unit), "week": week, "role": role}
    _said(request, lambda at: pin_cell(found, place, is_pinned, by=request.user, at=at), "Pinned.", is_pinned)
    return redirect("rotations:plan_cell", slug, pk, unit, week, role)


@require_POST
def undo(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take one change by hand back."""
    found = managed_plan(request, slug, pk)
    number = request.POST.get("number", "")
    if not number.isdecimal() or len(number) > 9:
        raise Http404
    _said(request, lambda at: undo_edit(found, int(number), by=request.user, at=at), "Undone.")
    return redirect(f"{found.get_absolute_url()}#by-hand")


def shift(request: HttpRequest, pk: int) -> HttpResponse:
    """A published shift: why it is theirs, its covers, and who changed what."""
    found = get_object_or_404(Shift.objects.select_related("unit__rotation", "engineer", "plan__rotation"), pk=pk)
    context = {
        "view": shift_view(found, request.user.time_zone, timezone.now()),
        "rotation": found.unit.rotation,
        "may_publish": request.user.has_perm("rotations.publish_plan", found.unit.rotation),
    }
    return render(request, "rotations/shift.html", context)


@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the planner keep a published shift, or let it go."""
    found = get_object_or_404(Shift.objects.select_related("unit__rotation"), pk=pk)
    if not request.user.has_perm("rotations.publish_plan", found.unit.rotation):
        raise Http404
    is_pinned = request.POST.get("pinned") == "yes"
    _said(request, lambda at: pin_shift(found, is_pinned, by=request.user, at=at), "Pinned.", is_pinned)
    return redirect("rotations:shift", pk)


def _said(request: HttpRequest, do: Callable[[Any], object], done: str, is_done: bool = True) -> None:
    """Do it and say so, or why not."""
    try:
        do(timezone.now())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done if is_done else "Unpinned.")
