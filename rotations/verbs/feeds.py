"""Writes: secret addresses of calendars."""

from __future__ import annotations

import datetime as dt
import re

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from pipelines.domain.tokens import new_token, token_digest
from pipelines.models import Engineer
from pipelines.rights import is_administrator

from ..models import FeedLink

MOST_LINKS = 20
NOTED_EVERY = dt.timedelta(hours=1)


@transaction.atomic
def make_feed_link(engineer: Engineer, *, by: Engineer, at: dt.datetime) -> str:
    """A new secret token of somebody's feed, shown this once; links made before hold until they are revoked."""
    if by.pk != engineer.pk:
        raise ValidationError("Only the person whose duty it is can make a calendar link.")
    engineer = Engineer.objects.select_for_update(no_key=True).get(pk=engineer.pk)
    if engineer.feed_links.filter(revoked_at=None).count() >= MOST_LINKS:
        raise ValidationError(f"You have {MOST_LINKS} calendar links already; revoke those you no longer use.")
    token = new_token()
    FeedLink.objects.create(engineer=engineer, token_digest=token_digest(token), made_at=at)
    return token


def revoke_feed_link(link: FeedLink, *, by: Engineer, at: dt.datetime) -> None:
    """End a link: its calendar shows no duty from the next fetch on. Revoking again changes nothing."""
    if by.pk != link.engineer_id and not is_administrator(by):
        raise ValidationError("Only the person whose duty it is, or an administrator, can revoke a calendar link.")
    FeedLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=at)


def note_fetch(link: FeedLink, user_agent: str, *, at: dt.datetime) -> None:
    """Remember who fetched a feed, once an hour at most, so that fetching stays a read."""
    before = at - NOTED_EVERY
    if link.fetched_at and link.fetched_at > before:
        return
    due = FeedLink.objects.filter(Q(fetched_at=None) | Q(fetched_at__lte=before), pk=link.pk)
    due.update(fetched_at=at, fetched_by=product_name(user_agent))


def product_name(user_agent: str) -> str:
    """The name a client gives itself, without versions and devices: Google-Calendar-Importer, Microsoft Office."""
    name = re.split(r"[/(;]", user_agent, maxsplit=1)[0]
    return "".join(sign for sign in name if sign.isprintable()).strip()[:60] or "unnamed client"
