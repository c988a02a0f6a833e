"""Paging: one step of the escalation at a time, each to who is called at that instant."""

from __future__ import annotations

import datetime as dt
import logging

from django.db import transaction

from pipelines.models import Engineer
from rotations.domain.resolver import Chain, Responder, on_call
from rotations.domain.roster import Severity
from rotations.domain.spans import Span
from rotations.loads.roster import load_roster
from rotations.models import Message
from rotations.verbs.messages import drop_waiting, queue_message

from ..domain import words
from ..domain.paging import next_called, next_due_at
from ..models import Clock, Entry, Incident
from .told import facts_of, page_key, pages_of_round, paging_started_at

logger = logging.getLogger(__name__)
MINUTE = dt.timedelta(minutes=1)


def start_paging(incident: Incident, at: dt.datetime) -> None:
    """Make the first step due at once; the caller saves."""
    incident.page_step, incident.next_page_at = 0, at


def stop_paging(incident: Incident) -> None:
    """Page nobody any more, also with what waits to be sent; the caller saves."""
    incident.next_page_at = None
    drop_waiting(words.thread_of(incident.pk))


def reschedule_paging(incident: Incident, respond_within: dt.timedelta, at: dt.datetime) -> None:
    """Make the next step due by another response time, if paging goes on; the caller saves."""
    if incident.next_page_at and incident.page_step:
        started = paging_started_at(incident)
        incident.next_page_at = next_due_at(started, respond_within, incident.page_step, at)


def take_paging_step(number: int, at: dt.datetime) -> bool:
    """Page who the next step calls, if one is due at an instant; whether it was."""
    with transaction.atomic():
        incident = Incident.objects.select_for_update().get(pk=number)
        pages = pages_of_round(incident)
        if not (incident.next_page_at and (incident.next_page_at <= at or _reached_nobody(incident, pages))):
            return False
        chain = chain_of(incident, at)
        step, responders = _who(chain, incident, pages)
        _page(incident, step, responders, pages, at)
        if not responders:
            logger.error("incident %s: %s", incident.pk, chain.finding)
            Entry.objects.create(incident=incident, kind=Entry.Kind.PAGED, at=at, text=chain.finding)
        started, clock = paging_started_at(incident), incident.clocks.get(kind=Clock.Kind.RESPONSE)
        incident.page_step = step
        incident.next_page_at = next_due_at(started, clock.due_at - incident.opened_at, step, at)
        incident.save(update_fields=["page_step", "next_page_at"])
    return True


def chain_of(incident: Incident, at: dt.datetime) -> Chain:
    """Who is called for an incident at an instant."""
    roster = load_roster(Span(at, at + MINUTE))
    return on_call(roster, incident.pipeline_id, at, Severity(incident.severity))


def _reached_nobody(incident: Incident, pages: list[Message]) -> bool:
    """Whether every page of the last step was given up, to somebody whom no earlier step had tried in vain."""
    key = page_key(incident, paging_started_at(incident), incident.page_step)
    last = [page for page in pages if page.key == key]
    before = {page.engineer_id for page in pages if page not in last and page.state == Message.State.GAVE_UP}
    failed = [page for page in last if page.state == Message.State.GAVE_UP]
    return bool(last) and failed == last and not {page.engineer_id for page in last} <= before


def _who(chain: Chain, incident: Incident, pages: list[Message]) -> tuple[int, tuple[Responder, ...]]:
    called = {page.engineer_id for page in pages}
    unreachable = {page.engineer_id for page in pages if page.state == Message.State.GAVE_UP}
    return next_called(chain, incident.page_step, called, unreachable)


def _page(
    incident: Incident, step: int, responders: tuple[Responder, ...], pages: list[Message], at: dt.datetime
) -> None:
    people = Engineer.objects.in_bulk([responder.engineer for responder in responders])
    facts, key = facts_of(incident), page_key(incident, paging_started_at(incident), step)
    names = {page.engineer_id: str(page.engineer) for page in pages} | {pk: str(one) for pk, one in people.items()}
    for responder in responders:
        others = [name for pk, name in names.items() if pk != responder.engineer]
        text = words.page_text(facts, responder.because, others, at)
        engineer, subject = people[responder.engineer], words.subject(facts, "PAGE")
        thread = words.thread_of(incident.pk)
        queue_message(engineer, Message.Kind.PAGE, key, subject, text, at, thread=thread)
    if responders:
        line = words.paged_line([str(people[responder.engineer]) for responder in responders], responders)
        Entry.objects.create(incident=incident, kind=Entry.Kind.PAGED, at=at, text=line)
