"""Calendar feeds, for programs that have nothing but a secret address."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from ..domain.ical import Link, empty_feed, feed_of, render, window
from ..domain.spans import UTC
from ..loads.feeds import AFTERLIFE, ended_at, feed_link
from ..loads.own_duty import OwnDuty, last_change, load_own_duty
from ..models import FeedLink
from ..verbs.feeds import note_fetch

# a second change within a second of the first would hide behind the same Last-Modified
SETTLED = dt.timedelta(seconds=2)
HEADERS = {
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
}


@csrf_exempt
@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Somebody's duty as iCalendar: no session, no cookie; nothing but the time of the fetch is written."""
    at = timezone.now().astimezone(UTC)
    link = feed_link(token)
    ended = link and ended_at(link)
    if link is None or (ended and at - ended > AFTERLIFE):
        return HttpResponse("There is no such calendar.\n", status=404, content_type="text/plain", headers=HEADERS)
    content, changed_at = _ended(link, ended) if ended else _held(link, at)
    note_fetch(link, request.headers.get("User-Agent", ""), at=at)
    return _answer(request, content, changed_at, at)


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Nothing is forbidden: some calendars fetch a feed only where this says so, and pages ask for a sign-in."""
    return HttpResponse("User-agent: *\nDisallow:\n", content_type="text/plain")


def _ended(link: FeedLink, ended: dt.datetime) -> tuple[bytes, dt.datetime]:
    return render(empty_feed(str(link.engineer), link.engineer.time_zone)), ended


def _held(link: FeedLink, at: dt.datetime) -> tuple[bytes, dt.datetime]:
    """The feed, and the last moment at which it may have changed: the window moves at midnight."""
    span = window(at)
    own = load_own_duty(link.engineer, span)
    content = render(feed_of(own.roster, link.engineer.pk, link.engineer.time_zone, _links(own)))
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return content, max(filter(None, (last_change(own), link.made_at, midnight)))


def _links(own: OwnDuty) -> dict[int, tuple[Link, ...]]:
    return {
        unit: tuple(Link(pipeline.name, settings.PUBLIC_URL + pipeline.get_absolute_url()) for pipeline in pipelines)
        for unit, pipelines in own.pipelines.items()
    }


def _answer(request: HttpRequest, content: bytes, changed_at: dt.datetime, at: dt.datetime) -> HttpResponse:
    etag = f'"{hashlib.sha256(content).hexdigest()}"'
    modified = int(changed_at.timestamp()) if at - changed_at > SETTLED else None
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["ETag"] = etag
    answer["Content-Disposition"] = 'inline; filename="on-call.ics"'
    if modified:
        answer["Last-Modified"] = http_date(modified)
    answer = get_conditional_response(request, etag=etag, last_modified=modified, response=answer)
    for name, value in HEADERS.items():
        answer[name] = value
    return answer
