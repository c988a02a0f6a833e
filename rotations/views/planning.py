"""Pages of plans: ask for one, look at it, publish it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from pipelines.tables import paginate

from ..forms import PlanForm
from ..loads.planning import next_unplanned_week
from ..loads.plans import plan_view
from ..models import Plan, Rotation
from ..tables import PlanTable
from ..tasks import make_plan
from ..verbs.planning import ask_plan
from ..verbs.publishing import publish_plan


def plans(request: HttpRequest, slug: str) -> HttpResponse:
    """A rotation's plans, newest first, and the form that asks for another."""
    rotation = get_object_or_404(Rotation, slug=slug)
    may_publish = request.user.has_perm("rotations.publish_plan", rotation)
    if request.method == "POST" and not may_publish:
        raise Http404
    form = PlanForm(request.POST or None, rotation=rotation, next_week=next_unplanned_week(rotation, timezone.now()))
    if request.method == "POST" and form.is_valid() and (asked := _ask(request, rotation, form)):
        return redirect(asked)
    table = PlanTable(rotation.plans.select_related("asked_by", "published_by", "rotation").defer("problem", "answer"))
    paginate(table, request, 20)
    context = {"rotation": rotation, "form": form, "table": table, "may_publish": may_publish}
    return render(request, "rotations/plans.html", context, status=422 if form.errors else 200)


def _ask(request: HttpRequest, rotation: Rotation, form: PlanForm) -> Plan | None:
    """The plan and its job in one transaction; a refusal is put on the form."""
    try:
        with transaction.atomic():
            plan = ask_plan(rotation, **form.cleaned_data, by=request.user, at=timezone.now())
            make_plan.enqueue(plan.pk)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return None
    return plan


def plan(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One plan with its weeks, its loads and how even they are; draws itself again while it is being made."""
    found = get_object_or_404(
        Plan.objects.select_related("rotation", "asked_by", "published_by"), rotation__slug=slug, pk=pk
    )
    context = {
        "rotation": found.rotation,
        "plan": found,
        "view": plan_view(found) if found.answer else None,
        "is_draft": found.state == Plan.State.DRAFT,
        "is_waiting": found.state == Plan.State.ASKED,
        "may_publish": request.user.has_perm("rotations.publish_plan", found.rotation),
    }
    return render(request, "rotations/plan.html", context)


@require_POST
def publish(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Put a draft into force; strangers to the rotation's managers get 404."""
    found = get_object_or_404(Plan.objects.select_related("rotation"), rotation__slug=slug, pk=pk)
    if not request.user.has_perm("rotations.publish_plan", found.rotation):
        raise Http404
    try:
        changes = publish_plan(found, by=request.user, at=timezone.now())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, f"Published: {len(changes)} shifts set. Everybody whose duty changed is told.")
    return redirect(found)
