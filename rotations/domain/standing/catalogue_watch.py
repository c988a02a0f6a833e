"""Pipelines from now on: whose they are, whether somebody wrote down what to do, and where they stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ..roster import Absence
from ..spans import DAY
from ..wording import day_text, named
from .facts import Ownership, Watched, WatchedPipeline
from .findings import Finding, Kind


def owner_findings(watched: Watched) -> Iterator[Finding]:
    """Pipelines that have no owners now or from a day on, or an owner who is no longer active."""
    for pipeline in watched.pipelines.values():
        text = _ownerless(watched, pipeline) or _inactive_owners(watched, pipeline)
        if text:
            yield Finding(Kind.OWNERS, text, pipelines=(pipeline.id,))


def _ownerless(watched: Watched, pipeline: WatchedPipeline) -> str:
    """Since or from when nobody owns a pipeline, in words; empty if somebody does all the time."""
    day = watched.today
    while owned := pipeline.owners_on(day):
        if owned.ends_on is None or owned.ends_on > watched.last_day:
            return ""
        day = owned.ends_on
    return f"{pipeline.name} has no owners" + ("" if day == watched.today else f" from {day_text(day)} on")


def _inactive_owners(watched: Watched, pipeline: WatchedPipeline) -> str:
    owned = pipeline.owners_on(watched.today)
    pair = (owned.primary, owned.secondary) if owned else ()
    gone = [watched.roster.name(owner) for owner in pair if not watched.roster.people[owner].is_active]
    if not gone:
        return ""
    verb = "is" if len(gone) == 1 else "are"
    who = "its owner" if len(gone) == 1 else "its owners"
    return f"{pipeline.name}: {who} {named(gone)} {verb} no longer active"


def away_findings(watched: Watched) -> Iterator[Finding]:
    """Owners with approved time off: both at once, and each alone."""
    pairs = [(pipeline, one) for pipeline in watched.pipelines.values() for one in pipeline.ownerships]
    owned: dict[int, list[tuple[WatchedPipeline, Ownership]]] = {}
    for pipeline, one in pairs:
        for owner in (one.primary, one.secondary):
            owned.setdefault(owner, []).append((pipeline, one))
    for pipeline, one in pairs:
        yield from _both_away(watched, pipeline, one)
    for owner, mine in sorted(owned.items()):
        for absence in _absences(watched, owner):
            day = _day(watched, max(absence.span.start, watched.now))
            names = {pipeline.id: pipeline.name for pipeline, one in mine if one.holds_on(day)}
            if names:
                text = f"{watched.roster.name(owner)}, an owner of {named(list(names.values()))}, is away"
                yield Finding(Kind.OWNER_AWAY, text, absence.span, engineers=(owner,), pipelines=tuple(names))


def _both_away(watched: Watched, pipeline: WatchedPipeline, one: Ownership) -> Iterator[Finding]:
    for absence in _absences(watched, one.primary):
        for other in _absences(watched, one.secondary):
            both = absence.span.overlap(other.span)
            if both and both.end > watched.now and one.holds_on(_day(watched, max(both.start, watched.now))):
                names = named([watched.roster.name(owner) for owner in (one.primary, one.secondary)])
                text = f"{pipeline.name}: both owners, {names}, are away"
                owners = (one.primary, one.secondary)
                yield Finding(Kind.OWNERS_AWAY, text, both, engineers=owners, pipelines=(pipeline.id,))


def _absences(watched: Watched, engineer: int) -> Iterator[Absence]:
    return (one for one in watched.roster.absences_of.get(engineer, ()) if one.span.meets(watched.ahead))


def _day(watched: Watched, at: dt.datetime) -> dt.date:
    return at.astimezone(watched.rotation.calendar.zone).date()


def runbook_findings(watched: Watched) -> Iterator[Finding]:
    """Runbooks that are missing where one is needed, or that nobody looked at for long."""
    for pipeline in watched.pipelines.values():
        if not pipeline.has_runbook:
            if pipeline.needs_runbook:
                yield Finding(Kind.NO_RUNBOOK, f"{pipeline.name} has no runbook", pipelines=(pipeline.id,))
        elif watched.review_days and _is_stale(watched, pipeline):
            since = f"since {day_text(pipeline.reviewed_on)}" if pipeline.reviewed_on else "yet"
            text = f"the runbook of {pipeline.name} was not reviewed {since}"
            yield Finding(Kind.OLD_RUNBOOK, text, pipelines=(pipeline.id,))


def _is_stale(watched: Watched, pipeline: WatchedPipeline) -> bool:
    return pipeline.reviewed_on is None or watched.today - pipeline.reviewed_on > watched.review_days * DAY


def placeless_findings(watched: Watched) -> Iterator[Finding]:
    """Pipelines in service that stand in no unit: nobody carries their pager."""
    for pipeline in watched.placeless:
        text = f"{pipeline.name} stands in no unit: nobody carries its pager"
        yield Finding(Kind.NO_UNIT, text, pipelines=(pipeline.id,))
