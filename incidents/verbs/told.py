"""Who is told about an incident, and queueing what they are told; always inside the transaction of the cause."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.conf import settings

from pipelines.models import Engineer, KeyAction
from rotations.loads.roster import owners_zone
from rotations.models import Message, Rotation
from rotations.verbs.messages import queue_message

from ..domain import words
from ..domain.clock import Clock as ClockFacts
from ..domain.clock import ClockKind
from ..models import Clock, Entry, Incident

# How many of the runbook's key actions a page carries.
FIRST_ACTIONS = 3


def clock_facts(clock: Clock, opened_at: dt.datetime) -> ClockFacts:
    return ClockFacts(ClockKind(clock.kind), opened_at, clock.warn_at, clock.due_at, clock.stopped_at)


def clocks_of(incident: Incident) -> tuple[ClockFacts, ...]:
    """Both clocks of an incident, the response clock first."""
    clocks = sorted(incident.clocks.all(), key=lambda clock: clock.kind != ClockKind.RESPONSE)
    return tuple(clock_facts(clock, incident.opened_at) for clock in clocks)


def facts_of(incident: Incident) -> words.Facts:
    """What a message says about an incident as it stands now."""
    actions = KeyAction.objects.filter(runbook__pipeline=incident.pipeline_id)[:FIRST_ACTIONS]
    return words.Facts(
        number=incident.pk,
        severity=incident.severity,
        pipeline=str(incident.pipeline),
        title=incident.title,
        description=incident.description,
        link=f"{settings.PUBLIC_URL}{incident.get_absolute_url()}",
        is_promise=incident.is_promise,
        clocks=clocks_of(incident),
        key_actions=tuple(action.text for action in actions),
    )


def page_key(incident: Incident, started: dt.datetime, step: int = 0) -> str:
    """The key of a step's pages in the round of paging that started at an instant; of all its steps without one."""
    return f"incident-{incident.pk}-page-{started:%Y%m%dT%H%M%S.%f}-{step or ''}"


def paging_started_at(incident: Incident) -> dt.datetime:
    """When the present round of paging began: at the opening, or when the incident was opened again."""
    reopened = incident.entries.filter(kind=Entry.Kind.REOPENED).order_by("-at", "-pk").first()
    return reopened.at if reopened else incident.opened_at


def pages_of_round(incident: Incident) -> list[Message]:
    """Every page of the present round, in the order in which they were made."""
    key = page_key(incident, paging_started_at(incident))
    pages = Message.objects.filter(thread=words.thread_of(incident.pk), kind=Message.Kind.PAGE, key__startswith=key)
    return list(pages.select_related("engineer").order_by("created_at", "pk"))


def owners_of(incident: Incident, at: dt.datetime) -> list[Engineer]:
    """Today's owners of the pipeline, by the day that the resolver goes by."""
    rotation = Rotation.objects.filter(units__places__pipeline=incident.pipeline_id).first()
    today = at.astimezone(owners_zone(rotation)).date()
    rows = incident.pipeline.ownerships.on(today).select_related("primary", "secondary")
    return [owner for row in rows for owner in (row.primary, row.secondary)]


def managers_of(incident: Incident) -> list[Engineer]:
    """The managers of the rotation the pipeline stands in."""
    return list(Engineer.objects.filter(managed_rotations__units__places__pipeline=incident.pipeline_id).distinct())


def answerers_of(incident: Incident) -> list[Engineer]:
    """Who acknowledged, or else everybody paged so far."""
    if incident.acknowledged_by:
        return [incident.acknowledged_by]
    return [page.engineer for page in pages_of_round(incident)]


def tell(incident: Incident, people: Iterable[Engineer], what: str, sentence: str, key: str, at: dt.datetime) -> None:
    """Queue one notice for each active person."""
    facts = facts_of(incident)
    for engineer in {person.pk: person for person in people if person.is_active}.values():
        queue_message(
            engineer,
            Message.Kind.NOTICE,
            f"incident-{incident.pk}-{key}",
            words.subject(facts, what),
            words.notice_text(facts, sentence, at),
            at,
            thread=words.thread_of(incident.pk),
        )
