"""The team calendar of absence."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ..domain.spans import DAY
from ..forms.away import AwayForm
from ..loads.away import away_in, rotations_shared


def away(request: HttpRequest) -> HttpResponse:
    """A month of absence, by engineer."""
    at = timezone.now()
    today = at.astimezone(request.user.time_zone).date()
    form = AwayForm(request.GET, rotations=rotations_shared(request.user, at), today=today)
    if not form.is_valid():
        return render(request, "rotations/away.html", {"form": form, "grid": None, "month": today}, status=400)
    month = form.cleaned_data["month"]
    context = {
        "form": form,
        "month": month,
        "before": _month(month - DAY),
        "after": _month((month + 31 * DAY).replace(day=1)),
        "this_month": _month(today),
        "rotation": form.cleaned_data["rotation"],
        "grid": away_in(request.user, month, today, form.chosen),
    }
    return render(request, "rotations/away.html", context)


def _month(day: dt.date) -> str:
    return f"{day:%Y-%m}"
