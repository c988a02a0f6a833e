"""Reads: incidents as finished values, in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.loads import runbook_of
from pipelines.models import Engineer, Pipeline, Runbook
from rotations.domain.resolver import Chain, on_call
from rotations.domain.roster import Severity
from rotations.domain.spans import Span
from rotations.loads.roster import load_roster
from rotations.models import Message

from .domain.clock import ASKED_WORDS, Clock, ClockKind, ClockState, read
from .domain.lifecycle import Move, allowed
from .domain.paging import next_called, step_words
from .domain.words import sla_words, thread_of
from .models import Entry, Incident, SlaPolicy

MINUTE = dt.timedelta(minutes=1)
# What a clock's state is called in data-state; a stopped clock has one look.
STATE_MARKS = {ClockState.ON_TRACK: "on-track", ClockState.AT_RISK: "at-risk", ClockState.BREACHED: "breached"}
DELIVERY_WORDS = {
    Message.State.QUEUED: "mail is waiting",
    Message.State.SENDING: "mail is being sent",
    Message.State.SENT: "mail sent",
    Message.State.GAVE_UP: "mail could not be delivered",
    Message.State.DROPPED: "not needed any more",
}


@dataclass(frozen=True, slots=True)
class ClockRow:
    """A clock as a page shows it; `label` says what it asks for, `now` is the instant the words are of."""

    kind: str
    label: str
    words: str
    state: str
    mark: str
    due_at: dt.datetime
    warn_at: dt.datetime
    is_running: bool
    now: dt.datetime


@dataclass(frozen=True, slots=True)
class PagedRow:
    """Somebody who was paged, how often, when last, and what became of that message."""

    engineer: Engineer
    at: dt.datetime
    delivery: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident in a list."""

    number: int
    url: str
    title: str
    severity: str
    pipeline: Pipeline
    state: str
    opened_at: dt.datetime
    acknowledged_by: Engineer | None
    clocks: tuple[ClockRow, ...]
    paged: tuple[PagedRow, ...]
    is_promise: bool
    may_acknowledge: bool

    @property
    def pages(self) -> int:
        return sum(row.times for row in self.paged)

    @property
    def last_paged_at(self) -> dt.datetime | None:
        return max((row.at for row in self.paged), default=None)


@dataclass(frozen=True, slots=True)
class CalledRow:
    """A place in the chain of who is called now."""

    engineer: Engineer
    role: str
    because: str
    paged: PagedRow | None


@dataclass(frozen=True, slots=True)
class NextPage:
    """The step of paging that comes next, unless somebody answers before."""

    at: dt.datetime
    who: str
    people: tuple[Engineer, ...]


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """Everything the page of an incident shows; `moves` are the names of the verbs on offer."""

    incident: Incident
    row: IncidentRow
    moves: frozenset[str]
    entries: tuple[Entry, ...]
    called: tuple[CalledRow, ...]
    finding: str
    next_page: NextPage | None
    runbook: Runbook | None


def clock_rows(incident: Incident, at: dt.datetime) -> tuple[ClockRow, ...]:
    """Both clocks of an incident whose clocks are loaded, the response clock first."""
    clocks = sorted(incident.clocks.all(), key=lambda clock: clock.kind != ClockKind.RESPONSE)
    facts = (Clock(ClockKind(row.kind), incident.opened_at, row.warn_at, row.due_at, row.stopped_at) for row in clocks)
    return tuple(_clock_row(clock, at) for clock in facts)


def _clock_row(clock: Clock, at: dt.datetime) -> ClockRow:
    reading = read(clock, at)
    return ClockRow(
        kind=clock.kind.value,
        label=ASKED_WORDS[clock.kind],
        words=reading.words,
        state=reading.state.value,
        mark=STATE_MARKS.get(reading.state, "stopped"),
        due_at=clock.due_at,
        warn_at=clock.warn_at,
        is_running=reading.is_running,
        now=at,
    )


def incident_rows(incidents: Iterable[Incident], at: dt.datetime) -> tuple[IncidentRow, ...]:
    """Incidents (from `for_pages`) as rows, with one further query for who was paged."""
    found = list(incidents)
    paged = _paged(found)
    return tuple(_row(incident, paged[incident.pk], at) for incident in found)


def _row(incident: Incident, paged: tuple[PagedRow, ...], at: dt.datetime) -> IncidentRow:
    return IncidentRow(
        number=incident.pk,
        url=incident.get_absolute_url(),
        title=incident.title,
        severity=incident.severity,
        pipeline=incident.pipeline,
        state=incident.state,
        opened_at=incident.opened_at,
        acknowledged_by=incident.acknowledged_by,
        clocks=clock_rows(incident, at),
        paged=paged,
        is_promise=incident.is_promise,
        may_acknowledge=Move.ACKNOWLEDGE in allowed(incident.state, incident.resolved_at, at),
    )


def _paged(incidents: list[Incident]) -> dict[int, tuple[PagedRow, ...]]:
    """Who was paged for each incident, each person once, in the order of their first page."""
    numbers = {thread_of(incident.pk): incident.pk for incident in incidents}
    pages = Message.objects.filter(thread__in=numbers, kind=Message.Kind.PAGE)
    found: dict[int, dict[int, PagedRow]] = defaultdict(dict)
    for page in pages.select_related("engineer").order_by("created_at", "pk"):
        rows = found[numbers[page.thread]]
        times = rows[page.engineer_id].times + 1 if page.engineer_id in rows else 1
        delivery = DELIVERY_WORDS[Message.State(page.state)]
        rows[page.engineer_id] = PagedRow(page.engineer, page.created_at, delivery, times)
    return defaultdict(tuple, {number: tuple(rows.values()) for number, rows in found.items()})


def open_incidents(at: dt.datetime) -> tuple[IncidentRow, ...]:
    """Every unresolved incident, what needs an answer first, in three queries."""
    return incident_rows(Incident.objects.for_pages().unresolved().by_need(), at)


def incidents_of_pipeline(pipeline: Pipeline, at: dt.datetime, limit: int = 10) -> tuple[IncidentRow, ...]:
    """A pipeline's incidents, unresolved ones first and then the newest, in three queries."""
    return incident_rows(Incident.objects.for_pages().filter(pipeline=pipeline).by_need()[:limit], at)


def incident_page(incident: Incident, at: dt.datetime) -> IncidentPage:
    """The page of an incident that came from `for_pages`."""
    paged = _paged([incident])[incident.pk]
    chain = on_call(load_roster(Span(at, at + MINUTE)), incident.pipeline_id, at, Severity(incident.severity))
    people = Engineer.objects.in_bulk([responder.engineer for responder in chain.responders])
    entries = incident.entries.select_related("by").order_by("-at", "-pk")
    return IncidentPage(
        incident=incident,
        row=_row(incident, paged, at),
        moves=frozenset(move.value for move in allowed(incident.state, incident.resolved_at, at)),
        entries=tuple(entries),
        called=_called(chain, people, paged),
        finding=chain.finding,
        next_page=_next_page(incident, chain, people, paged),
        runbook=runbook_of(incident.pipeline),
    )


def _called(chain: Chain, people: dict[int, Engineer], paged: tuple[PagedRow, ...]) -> tuple[CalledRow, ...]:
    last = {row.engineer.pk: row for row in paged}
    return tuple(
        CalledRow(people[place.engineer], place.role, place.because, last.get(place.engineer))
        for place in chain.responders
    )


def _next_page(
    incident: Incident, chain: Chain, people: dict[int, Engineer], paged: tuple[PagedRow, ...]
) -> NextPage | None:
    if incident.next_page_at is None:
        return None
    called = {row.engineer.pk for row in paged}
    step, responders = next_called(chain, incident.page_step, called)
    return NextPage(
        incident.next_page_at, step_words(step), tuple(people[responder.engineer] for responder in responders)
    )


def sla_by_severity(pipeline: Pipeline | None) -> dict[str, str]:
    """What the SLA says of each severity, in words: for one pipeline, or by audience where they differ."""
    policies = SlaPolicy.objects.select_related("audience").order_by("audience__name")
    if pipeline:
        policies = policies.filter(audience=pipeline.audience_id)
    said: dict[str, dict[str, list[SlaPolicy]]] = defaultdict(lambda: defaultdict(list))
    for policy in policies:
        said[policy.severity][sla_words(policy.respond_minutes, policy.resolve_minutes)].append(policy)
    return {severity: _by_audience(words) for severity, words in said.items()}


def _by_audience(said: dict[str, list[SlaPolicy]]) -> str:
    """One SLA as it is, several with whom they are for."""
    texts = []
    for words, policies in said.items():
        names = f"{', '.join(policy.audience.name for policy in policies)}: " if len(said) > 1 else ""
        targets = [policy.audience.name for policy in policies if not policy.is_promise]
        whose = "" if len(targets) == len(policies) else f" for {', '.join(targets)}"
        texts.append(f"{names}{words}" + (f" (internal target{whose})" if targets else ""))
    return "; ".join(texts)
