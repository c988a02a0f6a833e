"""The page that audits a pasted or uploaded table; it stores nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from ..domain.audit import audit, example
from ..forms import AuditForm
from ..loads.audit import load_portfolio, loads_of_people
from ..models import Rotation

SHOWN = 500


def audit_table(request: HttpRequest, slug: str) -> HttpResponse:
    """How a table must look; what is wrong with the one that was sent; or where it can't be read."""
    rotation = get_object_or_404(Rotation, slug=slug)
    portfolio = load_portfolio(rotation, timezone.now())
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = AuditForm(*sent, portfolio=portfolio)
    found = audit(form.cleaned_data["rows"], portfolio) if form.is_valid() else None
    context = {
        "rotation": rotation,
        "portfolio": portfolio,
        "form": form,
        "example": example(portfolio),
        "found": found,
        "counts": [(number, kind.counted(number)) for kind, number in found.counts().items()] if found else [],
        "weeks": found.wrong_by_week(most=SHOWN) if found else (),
        "left_out": max(len(found.wrong) - SHOWN, 0) if found else 0,
        "loads": loads_of_people(found.loads) if found else [],
    }
    return render(request, "rotations/audit.html", context, status=422 if form.errors else 200)
