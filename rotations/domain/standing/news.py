"""When the managers hear of a standing audit: of gaps that are near at once, of the rest on the morning of the
hand-off."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence

from ..roster import Calendar
from ..spans import WEEK, instant
from .findings import Finding, Kind, is_within


def near_gaps(findings: Iterable[Finding], now: dt.datetime) -> tuple[Finding, ...]:
    """Gaps that are on or begin within 72 hours, but for those left so knowingly."""
    return tuple(one for one in findings if one.is_gap and one.is_open and is_within(one, now))


def unheard(gaps: Iterable[Finding], told: Sequence[str]) -> tuple[Finding, ...]:
    """Those of the gaps that the managers were not told of, or that changed since."""
    return tuple(gap for gap in gaps if gap.identity not in told)


def mail_week(calendar: Calendar, at: dt.datetime) -> dt.date:
    """The day of the hand-off whose morning was the last before an instant: its weekly mail is due.

    The morning is when the working day begins, or the hand-off where that is earlier.
    """
    week = calendar.week_of(at.astimezone(calendar.zone).date())
    morning = min(calendar.workday_start, calendar.handoff_time)
    return week if instant(week, morning, calendar.zone) <= at else week - WEEK


def counts(findings: Iterable[Finding]) -> dict[Kind, int]:
    """How many open findings there are of each kind; one with a cause counts under the cause too."""
    found = Counter(kind for one in findings if one.confirmed is None for kind in one.kinds)
    return {kind: found[kind] for kind in Kind}
