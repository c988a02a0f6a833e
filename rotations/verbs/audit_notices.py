"""What managers are told about their rotation's standing audit: queued in the transaction that notes it as told."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from pipelines.models import Engineer

from ..domain.standing import Finding, Kind, Watched
from ..domain.wording import day_text, span_text
from ..loads.standing_rows import Mending
from ..models import Message, Rotation
from .messages import queue_message

NOTICE = Message.Kind.NOTICE
MOST_LINES = 60


def managers_of(rotation: Rotation) -> list[Engineer]:
    """Who hears of it: the rotation's active managers, else the administrators."""
    return list(rotation.managers.filter(is_active=True)) or list(Engineer.objects.administrators())


def tell_gaps(
    rotation: Rotation, watched: Watched, gaps: Sequence[Finding], people: Iterable[Engineer], at: dt.datetime
) -> None:
    """At once: gaps within 72 hours that the managers do not know of yet."""
    number = "A gap" if len(gaps) == 1 else f"{len(gaps)} gaps"
    subject = f"{number} within 72 hours: {rotation}"
    # the same gap may come back after it was filled: then it is told again
    digest = hashlib.sha256("\n".join(gap.identity for gap in gaps).encode()).hexdigest()[:16]
    for engineer in people:
        lines = _lines(rotation, watched, gaps, engineer.time_zone)
        text = "\n".join([f"{subject}. Nobody can be called as primary:", "", *lines, "", *_foot(rotation, engineer)])
        key = f"audit-gaps-{rotation.pk}-{digest}-{at.isoformat()}"
        queue_message(engineer, NOTICE, key, subject, text, at, _thread(rotation))


def tell_week(
    rotation: Rotation,
    watched: Watched,
    findings: Sequence[Finding],
    people: Iterable[Engineer],
    week: dt.date,
    at: dt.datetime,
) -> None:
    """Once a week: everything that is wrong in the next 90 days, worst first."""
    wrong = [one for one in findings if one.is_open]
    left = sum(one.confirmed is not None for one in findings)
    number = "1 finding" if len(wrong) == 1 else f"{len(wrong)} findings"
    subject = f"Audit of {rotation}, week of {day_text(week)}: {number}"
    for engineer in people:
        text = [f"{subject}."]
        for kind in Kind:
            if mine := [one for one in wrong if one.kind is kind]:
                text += ["", kind.words, *_lines(rotation, watched, mine[:MOST_LINES], engineer.time_zone)]
                text += [f"- and {len(mine) - MOST_LINES} more"] if len(mine) > MOST_LINES else []
        text += ["", f"Left so knowingly: {left}."] if left else []
        text += ["", *_foot(rotation, engineer)]
        key = f"audit-week-{rotation.pk}-{week}"
        queue_message(engineer, NOTICE, key, subject, "\n".join(text), at, _thread(rotation))


def _lines(rotation: Rotation, watched: Watched, findings: Iterable[Finding], zone: ZoneInfo) -> Iterator[str]:
    mending = Mending(rotation, watched, in_admin=True)
    for one in findings:
        when = f", {span_text(one.span, zone)}" if one.span else ""
        mend = mending.of(one)
        yield f"- {one.sentence}{when}. {mend.words}: {settings.PUBLIC_URL}{mend.url}"


def _foot(rotation: Rotation, engineer: Engineer) -> tuple[str, ...]:
    page = f"{settings.PUBLIC_URL}{reverse('rotations:audit', args=[rotation.slug])}"
    return f"Times are in {engineer.time_zone}. What is meant to be so can be acknowledged on:", page


def _thread(rotation: Rotation) -> str:
    return f"audit-{rotation.pk}"
