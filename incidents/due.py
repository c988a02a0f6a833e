"""The due work of incidents: steps of paging, warnings and breaches, each recorded even if nobody looks."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from rotations.models import Message
from rotations.pager import DueWork

from .domain.words import thread_of
from .models import Clock, Incident
from .verbs.clocks import settle
from .verbs.paging import take_paging_step


def claim_paging(now: dt.datetime, limit: int) -> list[int]:
    """Incidents whose next step of paging is due, or whose last step may have reached nobody."""
    due = Incident.objects.filter(next_page_at__lte=now).order_by("next_page_at")
    found = list(due.values_list("pk", flat=True)[:limit])
    waiting = Incident.objects.filter(next_page_at__gt=now, page_step__gt=0).order_by("next_page_at")
    return found + _given_up(list(waiting.values_list("pk", flat=True)))


def _given_up(incidents: list[int]) -> list[int]:
    """Those of some incidents of which a page was given up; the step itself looks closer."""
    threads = {thread_of(pk): pk for pk in incidents}
    if not threads:
        return []
    pages = Message.objects.filter(thread__in=threads, kind=Message.Kind.PAGE, state=Message.State.GAVE_UP)
    return [threads[thread] for thread in pages.order_by().values_list("thread", flat=True).distinct()]


def claim_warnings(now: dt.datetime, limit: int) -> list[int]:
    clocks = Clock.objects.filter(stopped_at=None, warned_at=None, warn_at__lte=now).order_by("warn_at")
    return list(clocks.values_list("pk", flat=True)[:limit])


def claim_breaches(now: dt.datetime, limit: int) -> list[int]:
    clocks = Clock.objects.filter(stopped_at=None, breached_at=None, due_at__lte=now).order_by("due_at")
    return list(clocks.values_list("pk", flat=True)[:limit])


@transaction.atomic
def settle_clock(clock_id: int, now: dt.datetime) -> None:
    """Record what a clock has come to; nothing if somebody else did meanwhile."""
    number = Clock.objects.values_list("incident_id", flat=True).get(pk=clock_id)
    incident = Incident.objects.select_for_update().get(pk=number)
    settle(incident, Clock.objects.get(pk=clock_id), now)


# Paging first: a notice of a breach goes to whom its incident's pages went.
DUE_WORK = [
    DueWork("paging", claim_paging, take_paging_step),
    DueWork("warning", claim_warnings, settle_clock),
    DueWork("breach", claim_breaches, settle_clock),
]
