"""Due work: whoever stood in for somebody who no longer has the duty learns that their cover is idle."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from pipelines.models import Engineer

from ..domain.spans import UTC, Span
from ..domain.wording import span_text
from ..loads.idle import idle_on
from ..models import Cover, Message
from .messages import queue_message


def claim_ended_covers(now: dt.datetime, limit: int) -> list[int]:
    """Covers that ended, by whatever decision, and whose end nobody has followed up."""
    ended = Cover.objects.filter(ended_at__isnull=False, followed_up=False)
    return list(ended.order_by("ended_at", "pk").values_list("pk", flat=True)[:limit])


@transaction.atomic
def follow_up(pk: int, now: dt.datetime) -> bool:
    """Tell everybody, once, whose cover of the same shift gives them no role any more; what is over is left alone.

    Who was told of the decision itself that their duty changed is not told again.
    """
    ended = Cover.objects.select_for_update(no_key=True).get(pk=pk)
    if ended.followed_up:
        return False
    told = set(Message.objects.filter(created_at=ended.ended_at).values_list("engineer", flat=True))
    for cover in idle_on(ended.shift_id, now):
        if cover.engineer and cover.engineer_id not in told:
            _tell(cover, cover.engineer, now)
    Cover.objects.filter(pk=pk).update(followed_up=True)  # no change of the cover: history leaves it out
    return True


def _tell(cover: Cover, engineer: Engineer, now: dt.datetime) -> None:
    span = span_text(Span(cover.starts_at.astimezone(UTC), cover.ends_at.astimezone(UTC)), engineer.time_zone)
    duty = f"{cover.shift.role} of {cover.shift.unit}, {span}"
    subject = f"You need not stand in: {duty}"
    calendar = f"{settings.PUBLIC_URL}{reverse('rotations:calendar')}"
    text = (
        f"You were to stand in for {cover.replaces} as {duty}. {cover.replaces} no longer has that duty, so your cover "
        f"does nothing.\n\nTimes are in {engineer.time_zone}. {calendar}"
    )
    queue_message(engineer, Message.Kind.NOTICE, f"cover-{cover.pk}-idle", subject, text, now)
