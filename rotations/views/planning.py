"""Pages of plans: ask for one, look at it while it is made and when it is there, cancel it, plan again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from pipelines.tables import paginate

from ..domain.what_if import read_step
from ..forms import CompareForm, PlanForm
from ..loads.conflicts import advice_views, conflict_views, supposed_words
from ..loads.history import changes_of
from ..loads.horizon import Horizon, weeks_in_force
from ..loads.offers import repair_offer
from ..loads.planning import default_weeks, next_unplanned_week
from ..loads.plans import MOST_UNITS, plan_view
from ..loads.wishes import plan_wishes
from ..models import Plan, Rotation
from ..tables import PlanTable
from ..tasks import make_plan
from ..verbs.drafts import ask_again, ask_what_if
from ..verbs.planning import MAX_WEEKS, ask_plan, cancel_plan

HEAVY = ("problem", "answer", "basis", "replaced")
Mode = Plan.Mode


def plans(request: HttpRequest, slug: str) -> HttpResponse:
    """A rotation's plans, newest first, what is worth a repair, and the forms that ask for another."""
    at = timezone.now()
    rotation = get_object_or_404(Rotation, slug=slug)
    may_publish = request.user.has_perm("rotations.publish_plan", rotation)
    if request.method == "POST" and not may_publish:
        raise Http404
    forms = _forms(request, rotation, at)
    bound = next((form for form in forms if form.is_bound), None)
    if bound and bound.is_valid() and (answer := _ask(request, rotation, bound, at)):
        return answer
    found = rotation.plans.select_related("asked_by", "published_by", "rotation").defer(*HEAVY)
    table = PlanTable(found)
    paginate(table, request, 20)
    drafts = found.filter(state=Plan.State.DRAFT)
    context = {
        "rotation": rotation,
        "forms": forms if may_publish else [],
        "offer": repair_offer(rotation, at),
        "compare": CompareForm(plans=drafts),
        "table": table,
        "may_publish": may_publish,
    }
    return render(request, "rotations/plans.html", context, status=422 if bound and bound.errors else 200)


def _forms(request: HttpRequest, rotation: Rotation, at: dt.datetime) -> list[PlanForm]:
    """What can be asked for: a repair and a rebalance where a plan is in force, and new weeks. One may be bound."""
    new = next_unplanned_week(rotation, at)
    horizons = {Mode.FIRST: Horizon(new, default_weeks(rotation), new)}
    if ahead := weeks_in_force(rotation, at, MAX_WEEKS):
        horizons = {Mode.REPAIR: ahead, Mode.REBALANCE: ahead, **horizons}
    posted = request.POST.get("mode") or Mode.FIRST
    posted = posted if posted in horizons else Mode.FIRST
    return [
        PlanForm(
            request.POST if request.method == "POST" and mode == posted else None,
            mode=mode,
            rotation=rotation,
            horizon=horizon,
        )
        for mode, horizon in horizons.items()
    ]


def _ask(request: HttpRequest, rotation: Rotation, form: PlanForm, at: dt.datetime) -> HttpResponse | None:
    """The plans and their jobs in one transaction; a refusal is put on the form."""
    wish = dict(form.cleaned_data)
    both = wish.pop("both", False)
    wish["mode"] = wish["mode"] or None
    try:
        with transaction.atomic():
            asked = [ask_plan(rotation, **wish, by=request.user, at=at)]
            if both:
                weeks = {"first_week": wish["first_week"], "weeks": wish["weeks"]}
                asked.append(ask_plan(rotation, **weeks, mode=Mode.REPAIR, by=request.user, at=at))
            for plan in asked:
                make_plan.enqueue(plan.pk)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return None
    if both:
        return redirect(f"{reverse('rotations:compare', args=[rotation.slug])}?a={asked[1].pk}&b={asked[0].pk}")
    return redirect(asked[0])


def found_plan(slug: str, pk: int) -> Plan:
    """The plan an address names, with what every page says of it."""
    plans = Plan.objects.select_related("rotation", "asked_by", "published_by", "ended_by", "made_from__rotation")
    return get_object_or_404(plans.defer("made_from__problem", "made_from__answer"), rotation__slug=slug, pk=pk)


def managed_plan(request: HttpRequest, slug: str, pk: int) -> Plan:
    """The same for who may publish it; everybody else gets 404."""
    plan = found_plan(slug, pk)
    if not request.user.has_perm("rotations.publish_plan", plan.rotation):
        raise Http404
    return plan


def plan(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One plan with its weeks, its loads and how even they are; draws itself again while it is being made."""
    found = found_plan(slug, pk)
    may_publish = request.user.has_perm("rotations.publish_plan", found.rotation)
    context = {
        "rotation": found.rotation,
        "plan": found,
        "view": None,
        "is_draft": found.state == Plan.State.DRAFT,
        "is_waiting": found.state == Plan.State.ASKED,
        "is_in_force": found.state == Plan.State.PUBLISHED,
        "may_publish": may_publish,
        "changes": changes_of(found, request.user.time_zone, ("pins", "edits", "what_if")),
    }
    if found.answer:
        context |= _answered(request, found)
    return render(request, "rotations/plan.html", context)


def _answered(request: HttpRequest, found: Plan) -> dict[str, Any]:
    """What only an answered plan has to show; of many units a part at a time."""
    units = [row["id"] for row in found.problem["units"]]
    page = Paginator(units, MOST_UNITS).get_page(request.GET.get("units"))
    view = plan_view(found, page.object_list)
    return {
        "view": view,
        "units_page": page,
        "conflicts": conflict_views(found, view.names),
        "advice": advice_views(found, view.names),
        "supposed": supposed_words(found, view.names),
        "wishes": plan_wishes(found),
    }


@require_POST
def cancel(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Nobody needs the plan any more; the pager ends the process that makes it."""
    found = managed_plan(request, slug, pk)
    try:
        cancel_plan(found, by=request.user, at=timezone.now())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, "Cancelled.")
    return redirect(found)


@require_POST
def again(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Plan the weeks of a draft again; its pins are kept, and it stays beside the new one."""
    found = managed_plan(request, slug, pk)
    return _redirected(request, found, lambda at: ask_again(found, by=request.user, at=at))


@require_POST
def what_if(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A new draft in which something is supposed: a request refused, a pin lifted, somebody trained."""
    found = managed_plan(request, slug, pk)
    try:
        steps = [read_step(text) for text in request.POST.getlist("step")]
    except ValueError:
        messages.error(request, "That cannot be tried: choose one of the ways on this page.")
        return redirect(found)
    return _redirected(request, found, lambda at: ask_what_if(found, steps, by=request.user, at=at))


def _redirected(request: HttpRequest, found: Plan, ask: Any) -> HttpResponse:
    """To the plan that was asked for, its job with it in one transaction; back to the old one where it is refused."""
    try:
        with transaction.atomic():
            asked = ask(timezone.now())
            make_plan.enqueue(asked.pk)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(found)
    return redirect(asked)
