"""Facts for tests of the standing audit: two weeks planned, and an instant on the first of them."""

from dataclasses import replace

from rotations.domain import roster as facts
from rotations.domain.spans import DAY, WEEK, Span
from rotations.domain.standing import Ownership, Watched, WatchedPipeline
from tests.factories import LONG_AGO
from tests.rotations.domain.rosters import PIPELINE, TEAM, A, B, C, D, make_roster, shift, utc

NOW = utc("2026-11-23 10:00")
MONDAY = utc("2026-11-23 09:00")
# as far as is planned: nine weeks, of which the window shows all
WEEKS = 9


def weeks(first=0, last=WEEKS):
    return Span(MONDAY + first * WEEK, MONDAY + last * WEEK)


def planned(**changed):
    """Shifts of nine weeks, A primary and B secondary; `changed` are those of week n, as w1=[...]."""
    found = []
    for week in range(WEEKS):
        span = weeks(week, week + 1)
        rows = changed.get(f"w{week}", [(A, "primary"), (B, "secondary")])
        found += [shift(who, role, id=10 * week + n, at=span) for n, (who, role) in enumerate(rows, 1)]
    return [replace(one, changed_at=utc("2026-11-01")) for one in found]


def watched(shifts=None, covers=(), absences=(), *, roster=None, **fields):
    """Facts of an audit at Monday 10:00; nothing is wrong unless told otherwise."""
    team = fields.pop("team_fields", {})
    window = Span(MONDAY, MONDAY + WEEKS * WEEK)
    roster = roster or make_roster(
        planned() if shifts is None else shifts,
        covers,
        absences,
        window=window,
        inactive=fields.pop("inactive", ()),
        **team,
    )
    own = Ownership(LONG_AGO, None, C, D)
    pipeline = WatchedPipeline(PIPELINE, "Profit", "profit", (own,), reviewed_on=(NOW - DAY).date())
    fields = {"pipelines": {PIPELINE: pipeline}, "planned_until": roster.window.end, **fields}
    return Watched(roster=roster, team=TEAM, now=NOW, **fields)


def with_spells(roster, spells):
    """The same roster with members from when until when."""
    team = replace(roster.teams[TEAM], spells=spells)
    return replace(roster, teams={TEAM: team})


def told(findings):
    return [(one.kind.value, one.text) for one in findings]


__all__ = ["MONDAY", "NOW", "facts", "planned", "told", "watched", "weeks", "with_spells"]
