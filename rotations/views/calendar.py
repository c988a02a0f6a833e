"""The calendar: the published rotation by week, month and quarter, by pipeline or by engineer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from ..domain.columns import View, period
from ..domain.grid import By
from ..forms import CalendarForm
from ..loads.calendar import common_weekday, load_spread, rotations_with_horizon


@dataclass(frozen=True, slots=True)
class Choice:
    """A link to another calendar, or to this one."""

    name: str
    url: str
    is_current: bool = False


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """A period of some rotations; everything it shows is in its address."""
    at = timezone.now()
    today = timezone.localdate(at)
    rotations = rotations_with_horizon()
    form = CalendarForm(request.GET, rotations=rotations, today=today)
    if not form.is_valid():
        return render(request, "rotations/calendar_refused.html", {"refusals": form.refusals}, status=400)
    asked = form.cleaned_data
    shown = [rotation for rotation in rotations if asked["rotation"] in ("", rotation.slug)]
    days = period(View(asked["view"]), asked["date"], today, common_weekday(shown))
    zone = timezone.get_current_timezone()
    spread = load_spread(shown, days, by=By(asked["by"]), zone=zone, number=asked["page"], reader=request.user)
    context = {
        "form": form,
        "asked": asked,
        "grid": spread.grid,
        "period": days,
        "leaf": spread.leaf,
        "rotations": shown,
        "is_published": any(rotation.published_from for rotation in shown),
        **_links(asked, days.previous, days.next, today),
    }
    return render(request, "rotations/calendar.html", context)


def _links(
    asked: dict[str, Any], previous: dt.date | None, following: dt.date | None, today: dt.date
) -> dict[str, Any]:
    """Where one can go from here, each keeping the rest of what was asked."""
    return {
        "views": [Choice(view.value, _url(asked, view=view), view == asked["view"]) for view in View],
        "groupings": [Choice(f"by {by}", _url(asked, by=by, page=1), by == asked["by"]) for by in By],
        "previous_url": previous and _url(asked, date=previous),
        "next_url": following and _url(asked, date=following),
        "today_url": _url(asked, date=today),
        "previous_leaf_url": _url(asked, page=asked["page"] - 1),
        "next_leaf_url": _url(asked, page=asked["page"] + 1),
    }


def _url(asked: dict[str, Any], **changes: object) -> str:
    wanted = {**asked, **changes}
    wanted = {name: value for name, value in wanted.items() if value and (name, value) != ("page", 1)}
    return f"{reverse('rotations:calendar')}?{urlencode(wanted)}"
