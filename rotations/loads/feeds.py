"""Reads: whose feed an address opens, and until when."""

from __future__ import annotations

import datetime as dt

from pipelines.domain.tokens import token_digest

from ..models import FeedLink

# long enough for the slowest calendar to fetch the empty feed and drop the duty it remembers
AFTERLIFE = dt.timedelta(days=30)


def feed_link(token: str) -> FeedLink | None:
    """The link a token belongs to, revoked or not."""
    return FeedLink.objects.select_related("engineer").filter(token_digest=token_digest(token)).first()


def ended_at(link: FeedLink) -> dt.datetime | None:
    """When a link stopped to hold: it was revoked, or its engineer became inactive. None while it holds."""
    ends = [link.revoked_at] if link.revoked_at else []
    if not link.engineer.is_active:
        ends.append(_inactive_since(link))
    return min(ends) if ends else None


def _inactive_since(link: FeedLink) -> dt.datetime:
    """When the engineer was last made inactive, by their history; when the link was made, if that says nothing."""
    history = link.engineer.history
    last_active = history.filter(is_active=True).order_by("-history_date", "-history_id").first()
    later = history.filter(is_active=False)
    if last_active:
        later = later.filter(history_date__gte=last_active.history_date, history_id__gt=last_active.history_id)
    first = later.order_by("history_date", "history_id").first()
    return first.history_date if first else link.made_at
