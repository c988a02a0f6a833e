"""Clocks: started at the opening, stopped by an answer or the end, their warning and breach recorded once each.

What a clock has come to is recorded by whoever gets there first, the pager or the verb that stops it, so that the
timeline says the same in whatever order they come. Callers hold the lock on the incident.
"""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError

from ..domain import words
from ..domain.clock import ClockKind, due_and_warn, has_come
from ..models import Clock, Entry, Incident, SlaPolicy
from .told import answerers_of, clock_facts, managers_of, owners_of, tell


def policy_for(incident: Incident) -> SlaPolicy:
    """The SLA of an incident's audience and severity; refused, with what to add, where there is none."""
    audience = incident.pipeline.audience
    policy = SlaPolicy.objects.filter(audience=audience, severity=incident.severity).first()
    if policy is None:
        raise ValidationError(
            {
                "severity": f"There is no SLA policy for {incident.severity} incidents of the audience {audience}. "
                "An administrator must add one in the admin under SLA policies."
            }
        )
    return policy


def start_clocks(incident: Incident, policy: SlaPolicy) -> None:
    for kind, minutes in _minutes(policy).items():
        due_at, warn_at = due_and_warn(incident.opened_at, minutes)
        Clock.objects.create(incident=incident, kind=kind, due_at=due_at, warn_at=warn_at)


def reschedule_clocks(incident: Incident, policy: SlaPolicy, at: dt.datetime) -> None:
    """Count both clocks anew from the opening; only a new due instant may warn and breach again."""
    minutes = _minutes(policy)
    for clock in incident.clocks.all():
        due_at, warn_at = due_and_warn(incident.opened_at, minutes[ClockKind(clock.kind)])
        if due_at != clock.due_at:
            clock.due_at, clock.warn_at, clock.warned_at, clock.breached_at = due_at, warn_at, None, None
            clock.save()
            settle(incident, clock, at)


def stop_clock(incident: Incident, kind: ClockKind, at: dt.datetime) -> None:
    """Stop a clock that runs, and record what it had come to by then."""
    clock = incident.clocks.get(kind=kind)
    if clock.stopped_at is None:
        clock.stopped_at = at
        clock.save()
        settle(incident, clock, at)


def run_on(incident: Incident, kind: ClockKind) -> None:
    """Let a stopped clock run on from the opening, as if it had never stopped."""
    incident.clocks.filter(kind=kind).update(stopped_at=None)


def settle(incident: Incident, clock: Clock, at: dt.datetime) -> None:
    """Record the warning and the breach that have come by an instant and are not recorded yet."""
    facts = clock_facts(clock, incident.opened_at)
    if clock.warned_at is None and has_come(clock.warn_at, facts, at):
        _warn(incident, clock, at)
    if clock.breached_at is None and has_come(clock.due_at, facts, at):
        _breach(incident, clock, at)


def _warn(incident: Incident, clock: Clock, at: dt.datetime) -> None:
    kind, left = ClockKind(clock.kind), clock.due_at - at
    clock.warned_at = at
    clock.save(update_fields=["warned_at"])
    line = words.at_risk_line(kind, left)
    is_new = _note(incident, clock, Entry.Kind.AT_RISK, line, at)
    # nobody can do anything about a warning any more once the clock has stopped or breached
    if is_new and clock.stopped_at is None and at < clock.due_at:
        people = answerers_of(incident) + owners_of(incident, at)
        tell(incident, people, "At risk", line, f"at-risk-{kind}-{clock.due_at:%Y%m%dT%H%M%S.%f}", at)


def _breach(incident: Incident, clock: Clock, at: dt.datetime) -> None:
    kind = ClockKind(clock.kind)
    clock.breached_at = at
    clock.save(update_fields=["breached_at"])
    line = words.breached_line(kind, clock.due_at - incident.opened_at, at - clock.due_at)
    if not _note(incident, clock, Entry.Kind.BREACHED, line, at):
        return
    people = answerers_of(incident) + owners_of(incident, at) + managers_of(incident)
    tell(incident, people, "Breached", line, f"breached-{kind}-{clock.due_at:%Y%m%dT%H%M%S.%f}", at)


def _note(incident: Incident, clock: Clock, kind: str, line: str, at: dt.datetime) -> bool:
    """Put a warning or breach into the timeline; whether it was not there yet for this due instant."""
    about = {"incident": incident, "kind": kind, "clock": clock.kind, "due_at": clock.due_at}
    _, is_new = Entry.objects.get_or_create(**about, defaults={"at": at, "text": line})
    return is_new


def _minutes(policy: SlaPolicy) -> dict[ClockKind, int]:
    return {ClockKind.RESPONSE: policy.respond_minutes, ClockKind.RESOLUTION: policy.resolve_minutes}
