"""The page that shows what is wrong with a rotation in the next 90 days, and audits a table from elsewhere."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from ..domain.audit import audit, example
from ..domain.roster import Role
from ..domain.standing import Kind, standing_audit
from ..forms import AcknowledgeForm, AuditForm
from ..loads.audit import load_portfolio, loads_of_people
from ..loads.standing import load_watched
from ..loads.standing_rows import audit_view, for_reader
from ..models import ConfirmedGap, Rotation
from ..verbs.auditing import acknowledge_gap, reopen_gap, span_of

SHOWN = 500
KINDS = {kind.value: kind for kind in Kind}


def audit_page(request: HttpRequest, slug: str) -> HttpResponse:
    """What is wrong from now on; or, of a table that was sent, what is wrong with it or where it can't be read."""
    rotation = get_object_or_404(Rotation, slug=slug)
    return _table(request, rotation) if request.method == "POST" else _standing(request, rotation)


def _standing(request: HttpRequest, rotation: Rotation, refused: str = "") -> HttpResponse:
    at = timezone.now()
    may_decide = request.user.has_perm("rotations.acknowledge_gap", rotation)
    watched = load_watched(rotation, at)
    findings = for_reader(standing_audit(watched), may_decide=may_decide)
    chosen = KINDS.get(request.GET.get("kind", ""))
    context = {
        "rotation": rotation,
        "view": audit_view(
            rotation,
            watched,
            findings,
            timezone.get_current_timezone(),
            reader=request.user,
            may_decide=may_decide,
            chosen=chosen,
        ),
        "chosen": chosen,
        "may_acknowledge": may_decide,
        "may_import": request.user.has_perm("rotations.import_table", rotation),
        "refused": refused,
    }
    return render(request, "rotations/audit.html", _table_context(rotation) | context, status=422 if refused else 200)


def _table(request: HttpRequest, rotation: Rotation) -> HttpResponse:
    portfolio = load_portfolio(rotation, timezone.now())
    form = AuditForm(request.POST, request.FILES, portfolio=portfolio)
    found = audit(form.cleaned_data["rows"], portfolio) if form.is_valid() else None
    context = _table_context(rotation, portfolio, form) | {
        "found": found,
        "counts": [(number, kind.counted(number)) for kind, number in found.counts().items()] if found else [],
        "weeks": found.wrong_by_week(most=SHOWN) if found else (),
        "left_out": max(len(found.wrong) - SHOWN, 0) if found else 0,
        "loads": loads_of_people(found.loads) if found else [],
    }
    return render(request, "rotations/audit_table.html", context, status=422 if form.errors else 200)


def _table_context(rotation: Rotation, portfolio: Any = None, form: Any = None) -> dict[str, Any]:
    portfolio = portfolio or load_portfolio(rotation, timezone.now())
    form = form or AuditForm(portfolio=portfolio)
    return {"rotation": rotation, "portfolio": portfolio, "form": form, "example": example(portfolio), "found": None}


@require_POST
def acknowledge(request: HttpRequest, slug: str) -> HttpResponse:
    """Leave a gap so knowingly; strangers to the rotation's managers get 404."""
    rotation = _managed(request, slug)
    form = AcknowledgeForm(request.POST, units=rotation.units.all())
    if not form.is_valid():
        return _standing(request, rotation, " ".join(words for errors in form.errors.values() for words in errors))
    found = form.cleaned_data
    try:
        span = span_of(found["starts_at"], found["ends_at"])
        acknowledge_gap(
            rotation, found["unit"].pk, Role(found["role"]), span, found["reason"], by=request.user, at=timezone.now()
        )
    except ValidationError as refusal:
        return _standing(request, rotation, " ".join(refusal.messages))
    messages.success(request, "Acknowledged. It stays on this page until it is filled.")
    return redirect("rotations:audit", rotation.slug)


@require_POST
def reopen(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take back that a gap is left knowingly."""
    rotation = _managed(request, slug)
    try:
        reopen_gap(get_object_or_404(ConfirmedGap, rotation=rotation, pk=pk), by=request.user, at=timezone.now())
    except ValidationError as refusal:
        return _standing(request, rotation, " ".join(refusal.messages))
    messages.success(request, "It is an open finding again.")
    return redirect("rotations:audit", rotation.slug)


def _managed(request: HttpRequest, slug: str) -> Rotation:
    rotation = get_object_or_404(Rotation, slug=slug)
    if not request.user.has_perm("rotations.acknowledge_gap", rotation):
        raise Http404
    return rotation
