"""Pages that put a plan into force or take it back: everything it does is listed before it is done."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ..forms import PublishForm
from ..loads.listings import publish_page, rollback_page
from ..models import Plan
from ..verbs.publishing import check_draft, publish_plan
from ..verbs.rolling_back import roll_back_plan
from .planning import managed_plan


def publish(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What publishing a draft does, and the button that does it; what changed since the list was drawn is shown."""
    at = timezone.now()
    found = managed_plan(request, slug, pk)
    if refusal := _refused(found):
        messages.error(request, refusal)
        return redirect(found)
    page = publish_page(found, at)
    gaps = [(gap.key, gap.words) for gap in page.gaps]
    posted = request.POST if request.method == "POST" else None
    form = PublishForm(posted, seen=page.digest, thin=len(page.thin), gaps=gaps)
    if form.is_valid() and (answer := _published(request, found, form, at)):
        return answer
    context = {"plan": found, "rotation": found.rotation, "page": page, "form": _fresh(form, page.digest)}
    return render(request, "rotations/plan_publish.html", context, status=422 if posted is not None else 200)


def _refused(found: Plan) -> str:
    try:
        check_draft(found)
    except ValidationError as refusal:
        return " ".join(refusal.messages)
    return ""


def _published(request: HttpRequest, found: Plan, form: PublishForm, at: dt.datetime) -> HttpResponse | None:
    """The plan's page when it is in force; a refusal is put on the form, beside the list as it is now."""
    data = form.cleaned_data
    try:
        changes = publish_plan(
            found,
            by=request.user,
            at=at,
            seen=data["seen"],
            confirmed=form.confirmed,
            reason=data.get("reason", ""),
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return None
    messages.success(request, f"Published: {len(changes)} shifts set. Everybody whose duty changed is told.")
    return redirect(found)


def _fresh(form: PublishForm, digest: str) -> PublishForm:
    """The form as it is shown: it confirms the list it stands under, whatever was posted."""
    if form.is_bound:
        form.data = form.data.copy()
        form.data["seen"] = digest
    return form


def roll_back(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What rolling back the plan in force does, and the button that does it."""
    at = timezone.now()
    found = managed_plan(request, slug, pk)
    if found.state != Plan.State.PUBLISHED:
        messages.error(request, f"Only the plan in force can be rolled back; this one is {found.get_state_display()}.")
        return redirect(found)
    page = rollback_page(found, at)
    posted = request.POST if request.method == "POST" else None
    form = PublishForm(posted, seen=page.digest)
    if form.is_valid():
        try:
            done = roll_back_plan(found, by=request.user, at=at, seen=form.cleaned_data["seen"])
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            count = len(done.changes) + len(done.removed)
            messages.success(request, f"Rolled back: {count} shifts. Everybody whose duty changed is told.")
            return redirect(found)
    context = {"plan": found, "rotation": found.rotation, "page": page, "form": _fresh(form, page.digest)}
    return render(request, "rotations/plan_roll_back.html", context, status=422 if posted is not None else 200)
