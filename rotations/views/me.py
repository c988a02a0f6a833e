"""One's own page: duty, time off, calendar links, profile."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from pipelines.forms import ProfileForm
from pipelines.models import Engineer
from pipelines.verbs import change_profile

from ..domain.spans import DAY, UTC, Span
from ..loads.idle import idle_of
from ..loads.ledger import Days
from ..loads.ledger_rows import own_ledgers
from ..loads.own_duty import duty_rows, load_own_duty
from ..loads.swaps import rows as swap_rows
from ..loads.swaps import swaps_ahead
from ..models import FeedLink
from ..verbs.feeds import make_feed_link, revoke_feed_link

AHEAD = 120 * DAY
SHOWN = 12


def me(request: HttpRequest) -> HttpResponse:
    """My duty now and next, my time off, my calendar links, and what others know of me."""
    form = ProfileForm(request.POST or None, engineer=request.user)
    if request.method == "POST" and form.is_valid() and _changed(request, form):
        messages.success(request, "Saved.")
        return redirect("rotations:me")
    return render(request, "rotations/me.html", _page(request, form), status=422 if form.errors else 200)


@never_cache
@require_POST
def make_link(request: HttpRequest) -> HttpResponse:
    """A new calendar link; this answer is the only place that ever shows it, so it is no redirect."""
    try:
        token = make_feed_link(request.user, by=request.user, at=timezone.now())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("rotations:me")
    https = settings.PUBLIC_URL + reverse("rotations:feed", args=[token])
    context = {"https": https, "webcal": f"webcal:{https.partition(':')[2]}", "host": urlsplit(https).hostname}
    return render(request, "rotations/feed_link.html", context)


@require_POST
def revoke_link(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of my own links; of anybody else's there is nothing to see here."""
    link = get_object_or_404(FeedLink, pk=pk, engineer=request.user)
    revoke_feed_link(link, by=request.user, at=timezone.now())
    messages.success(request, "Revoked: calendars that use this link show no duty from their next fetch on.")
    return redirect("rotations:me")


def _page(request: HttpRequest, form: ProfileForm) -> dict[str, Any]:
    at = timezone.now().astimezone(UTC)
    rows = duty_rows(load_own_duty(request.user, Span(at, at + AHEAD)), at)
    return {
        "form": form,
        "now": [row for row in rows if row.is_now],
        "next": [row for row in rows if not row.is_now][:SHOWN],
        "idle": idle_of(request.user, at),
        "swaps": swap_rows(swaps_ahead(request.user, at)[:SHOWN], timezone.get_current_timezone()),
        "time_off": request.user.time_off.filter(ends_at__gt=at)[:SHOWN],
        "ledgers": own_ledgers(request.user, _this_year(request.user, at), at),
        "links": request.user.feed_links.filter(revoked_at=None),
        "until": at + AHEAD,
    }


def _this_year(engineer: Engineer, at: dt.datetime) -> Days:
    year = at.astimezone(engineer.time_zone).year
    return Days(dt.date(year, 1, 1), dt.date(year, 12, 31))


def _changed(request: HttpRequest, form: ProfileForm) -> bool:
    """Whether the profile was saved; a refusal is put on the form."""
    try:
        change_profile(request.user, **form.cleaned_data, by=request.user)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True
