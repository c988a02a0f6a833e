"""What people do to incidents: each verb is one transaction that locks the incident and adds to its timeline."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from pipelines.models import Engineer, Pipeline

from ..domain.clock import ClockKind
from ..domain.lifecycle import Move, after, may_reopen
from ..models import Entry, Incident
from .clocks import policy_for, reschedule_clocks, run_on, start_clocks, stop_clock
from .paging import reschedule_paging, start_paging, stop_paging
from .told import pages_of_round, tell


@transaction.atomic
def report(
    pipeline: Pipeline, severity: str, title: str, description: str, *, by: Engineer | None, at: dt.datetime
) -> Incident:
    """Open an incident: both clocks start, and the first page is due at once."""
    if not pipeline.is_active:
        raise ValidationError({"pipeline": f"{pipeline} is out of service; incidents cannot be reported on it."})
    title = " ".join(title.split())
    if not title:
        raise ValidationError({"title": "Say in a few words what is wrong."})
    incident = Incident(pipeline=pipeline, severity=severity, title=title, description=description.strip())
    policy = policy_for(incident)
    incident.opened_at, incident.opened_by, incident.is_promise = at, by, policy.is_promise
    start_paging(incident, at)
    _save(incident, by)
    start_clocks(incident, policy)
    _add(incident, Entry.Kind.OPENED, by, at, f"{severity}: {title}")
    return incident


@transaction.atomic
def acknowledge(incident: Incident, *, by: Engineer, at: dt.datetime) -> Incident:
    """Take an incident on: the response clock stops, nobody is paged any more."""
    incident = _locked(incident)
    _refuse_unless(Move.ACKNOWLEDGE, incident)
    _acknowledge(incident, by, at)
    _save(incident, by)
    return incident


@transaction.atomic
def add_note(incident: Incident, text: str, *, by: Engineer, at: dt.datetime) -> Entry:
    """Write a line into the timeline."""
    incident = _locked(incident)
    return _add(incident, Entry.Kind.NOTE, by, at, _needed(text, "Write what you want to note."))


@transaction.atomic
def change_severity(incident: Incident, severity: str, *, by: Engineer, at: dt.datetime) -> Incident:
    """Count both clocks anew from the opening, by the SLA of another severity."""
    incident = _locked(incident)
    _refuse_unless(Move.SEVERITY, incident)
    if severity == incident.severity:
        raise ValidationError({"severity": f"It is {severity} already."})
    before, incident.severity = incident.severity, severity
    policy = policy_for(incident)
    incident.is_promise = policy.is_promise
    _add(incident, Entry.Kind.SEVERITY, by, at, f"from {before} to {severity}")
    reschedule_clocks(incident, policy, at)
    reschedule_paging(incident, policy.respond_within, at)
    _save(incident, by)
    return incident


@transaction.atomic
def mitigate(incident: Incident, text: str = "", *, by: Engineer, at: dt.datetime) -> Incident:
    """The harm has stopped, but the data is not right yet: the resolution clock runs on."""
    incident = _locked(incident)
    _refuse_unless(Move.MITIGATE, incident)
    _acknowledge_if_open(incident, by, at)
    incident.state, incident.mitigated_at = Incident.State.MITIGATED, at
    _add(incident, Entry.Kind.MITIGATED, by, at, text.strip())
    _save(incident, by)
    return incident


@transaction.atomic
def resolve(incident: Incident, text: str, *, by: Engineer, at: dt.datetime) -> Incident:
    """The data is right again; how it was mended is asked for."""
    incident = _locked(incident)
    _refuse_unless(Move.RESOLVE, incident)
    text = _needed(text, "Write how it was mended: the next person will look for it.")
    _acknowledge_if_open(incident, by, at)
    incident.state, incident.resolved_at, incident.resolved_by = Incident.State.RESOLVED, at, by
    _add(incident, Entry.Kind.RESOLVED, by, at, text)
    stop_clock(incident, ClockKind.RESOLUTION, at)
    _save(incident, by)
    return incident


@transaction.atomic
def reopen(incident: Incident, text: str = "", *, by: Engineer, at: dt.datetime) -> Incident:
    """It is back: the resolution clock runs on from the opening, and paging starts again.

    The response clock stays as it was stopped: the first answer was given when it was given.
    """
    incident = _locked(incident)
    _refuse_unless(Move.REOPEN, incident)
    if not may_reopen(incident.resolved_at, at):
        raise ValidationError("It was resolved more than 30 minutes ago; report a new incident.")
    incident.state = Incident.State.OPEN
    incident.acknowledged_at = incident.mitigated_at = incident.resolved_at = None
    incident.acknowledged_by = incident.resolved_by = None
    _add(incident, Entry.Kind.REOPENED, by, at, text.strip())
    run_on(incident, ClockKind.RESOLUTION)
    start_paging(incident, at)
    _save(incident, by)
    return incident


def _locked(incident: Incident) -> Incident:
    # alone: who waited for the lock sees the new row, but PostgreSQL joins it to what it had read before
    return Incident.objects.select_for_update().get(pk=incident.pk)


def _refuse_unless(move: Move, incident: Incident) -> None:
    """Refuse a move the state does not allow, and say who was there before."""
    if after(move, incident.state):
        return
    if move is Move.ACKNOWLEDGE and incident.acknowledged_by and incident.acknowledged_at:
        when = timezone.localtime(incident.acknowledged_at)
        raise ValidationError(f"{incident.acknowledged_by} acknowledged it at {when:%H:%M}.")
    raise ValidationError(f"It is {incident.state}: it cannot be {_PARTICIPLES[move]} now.")


_PARTICIPLES = {
    Move.ACKNOWLEDGE: "acknowledged",
    Move.SEVERITY: "given another severity",
    Move.MITIGATE: "mitigated",
    Move.RESOLVE: "resolved",
    Move.REOPEN: "opened again",
}


def _acknowledge_if_open(incident: Incident, by: Engineer, at: dt.datetime) -> None:
    if incident.state == Incident.State.OPEN:
        _acknowledge(incident, by, at)


def _acknowledge(incident: Incident, by: Engineer, at: dt.datetime) -> None:
    paged = [page.engineer for page in pages_of_round(incident) if page.engineer_id != by.pk]
    incident.state, incident.acknowledged_at, incident.acknowledged_by = Incident.State.ACKNOWLEDGED, at, by
    _add(incident, Entry.Kind.ACKNOWLEDGED, by, at)
    stop_paging(incident)
    stop_clock(incident, ClockKind.RESPONSE, at)
    # who was paged too may go back to sleep
    tell(incident, paged, "Acknowledged", f"{by} acknowledged it.", f"acknowledged-{at:%Y%m%dT%H%M%S.%f}", at)


def _needed(text: str, message: str) -> str:
    if not text.strip():
        raise ValidationError({"text": message})
    return text.strip()


def _add(incident: Incident, kind: str, by: Engineer | None, at: dt.datetime, text: str = "") -> Entry:
    return Entry.objects.create(incident=incident, kind=kind, at=at, by=by, text=text)


def _save(incident: Incident, by: Engineer | None) -> None:
    incident._history_user = by
    incident.save()
