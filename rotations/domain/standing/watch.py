"""The standing audit as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from .catalogue_watch import away_findings, owner_findings, placeless_findings, runbook_findings
from .duty_watch import unit_findings, unplanned, unplanned_findings
from .facts import Watched
from .findings import Finding
from .leaving import with_confirmed
from .people_watch import contact_findings, duties_ahead, idle_findings, member_findings, request_findings


def standing_audit(watched: Watched) -> tuple[Finding, ...]:
    """Everything wrong with a rotation from now on, worst first, then soonest; also what is left so knowingly.

    A time without anybody who can be called as primary is one finding, whatever the cause; weeks in which nothing at
    all is planned are one for the rotation, up to when they are due to be planned.
    """
    found = (part for finding in _all(watched) for part in with_confirmed(watched, finding))
    return tuple(sorted(found, key=Finding.sort_key))


def _all(watched: Watched) -> Iterator[Finding]:
    free = unplanned(watched)
    yield from unplanned_findings(watched, free)
    for unit in watched.units():
        yield from unit_findings(watched, unit, free)
    ahead = duties_ahead(watched)
    yield from contact_findings(watched, ahead)
    yield from member_findings(watched)
    yield from idle_findings(watched)
    yield from request_findings(watched, ahead)
    yield from owner_findings(watched)
    yield from away_findings(watched)
    yield from runbook_findings(watched)
    yield from placeless_findings(watched)
