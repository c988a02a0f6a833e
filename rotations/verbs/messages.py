"""Messages: queued in the transaction of what caused them, sent by the pager under a lease, their outcome recorded."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import F, QuerySet

from pipelines.models import Engineer

from ..models import Message

logger = logging.getLogger(__name__)

# Longer than a mail server may take to refuse (EMAIL_TIMEOUT): who still holds a lease may still be sending.
LEASE = dt.timedelta(seconds=60)
# How long after each failed attempt the next is made; behind the last one it is given up.
RETRIES = (
    dt.timedelta(seconds=30),
    dt.timedelta(minutes=2),
    dt.timedelta(minutes=10),
    dt.timedelta(minutes=30),
)
MOST_ATTEMPTS = len(RETRIES) + 1
NO_ADDRESS = "has no e-mail address"
DEADLY = "every attempt ended with the process that made it"
WAITING = (Message.State.QUEUED, Message.State.SENDING)


@dataclass(frozen=True, slots=True)
class Lease:
    """A message that this process may send until an instant; `until` tells it from every other lease."""

    message: int
    until: dt.datetime


def queue_message(
    engineer: Engineer, kind: str, key: str, subject: str, text: str, at: dt.datetime, thread: str = ""
) -> Message:
    """Have somebody told; called inside the transaction of what caused it. The same key is never told twice."""
    one_line = " ".join(subject.split())  # a line break would end the mail's header
    fields = {"kind": kind, "subject": one_line[:200], "text": text, "thread": thread, "created_at": at, "due_at": at}
    return Message.objects.get_or_create(engineer=engineer, key=key, defaults=fields)[0]


def queue_messages(texts: Mapping[int, str], kind: str, key: str, subject: str, at: dt.datetime) -> None:
    """Have several people told of one thing, each in their own words by their id; one statement for all of them."""
    one_line = " ".join(subject.split())[:200]
    rows = [
        Message(engineer_id=who, kind=kind, key=key, subject=one_line, text=text, created_at=at, due_at=at)
        for who, text in texts.items()
    ]
    if rows:
        Message.objects.bulk_create(rows, ignore_conflicts=True)


def claim_messages(now: dt.datetime, limit: int) -> list[Lease]:
    """Lease what is due, also what somebody else leased and never finished."""
    until = now + LEASE
    with transaction.atomic():
        due = Message.objects.filter(due_at__lte=now).order_by("due_at", "pk")
        locked = due.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
        found = list(locked.values_list("pk", flat=True)[:limit])
        # while it is leased it is due again when the lease ends: so nothing is lost with the process that holds it
        Message.objects.filter(pk__in=found).update(state=Message.State.SENDING, lease_until=until, due_at=until)
    return [Lease(pk, until) for pk in found]


def send_message(lease: Lease, now: dt.datetime) -> None:
    """Send what was leased, outside of any transaction, and record what came of it if the lease is still ours."""
    mine = _renewed(lease, now)
    message = _held(mine).select_related("engineer").first() if mine else None
    if message is None:
        return
    if not message.engineer.email:
        _give_up(message, mine, f"{message.engineer} {NO_ADDRESS}")
    elif message.attempts > MOST_ATTEMPTS:
        _give_up(message, mine, DEADLY, attempts=MOST_ATTEMPTS)
    elif error := _send(message):
        _put_off(message, mine, error, now)
    else:
        _record(mine, state=Message.State.SENT, sent_at=now, outcome="accepted by the mail server")


def drop_waiting(thread: str) -> None:
    """Pages of a thread that nobody needs any more are not sent; inside the transaction that made them needless."""
    waiting = Message.objects.filter(thread=thread, kind=Message.Kind.PAGE, state__in=WAITING)
    waiting.update(state=Message.State.DROPPED, due_at=None, lease_until=None, outcome="not needed any more")


def send_again(messages: Iterable[Message], at: dt.datetime) -> int:
    """Queue messages anew that are done with, as if they had never been tried; how many there were."""
    done = Message.objects.filter(pk__in=[message.pk for message in messages]).exclude(state__in=WAITING)
    return done.update(state=Message.State.QUEUED, due_at=at, lease_until=None, attempts=0, outcome="", sent_at=None)


def _held(lease: Lease) -> QuerySet[Message]:
    return Message.objects.filter(pk=lease.message, lease_until=lease.until, state=Message.State.SENDING)


def _renewed(lease: Lease, now: dt.datetime) -> Lease | None:
    """The lease of an attempt, with its whole time before it again; None if it ran out in the queue of its batch."""
    if lease.until <= now:
        return None
    renewed = Lease(lease.message, now + LEASE)
    fields = {"lease_until": renewed.until, "due_at": renewed.until, "attempts": F("attempts") + 1}
    return renewed if _held(lease).update(**fields) else None


def _send(message: Message) -> str:
    """Hand a message to the mail server; in words what went wrong, or nothing."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    # the same identity at every attempt: a mail sent twice by a crash is shown once
    headers = {"Message-ID": f"<message-{message.pk}.{message.created_at:%Y%m%d%H%M%S}@{host}>"}
    if message.thread:
        headers["In-Reply-To"] = headers["References"] = f"<{message.thread}@{host}>"
    mail = EmailMessage(message.subject, message.text, to=[message.engineer.email], headers=headers)
    try:
        mail.send()
    except Exception as error:  # whatever a mail backend raises, the attempt failed and is recorded
        return f"{type(error).__name__}: {error}".replace("\0", "")
    return ""


def _put_off(message: Message, lease: Lease, error: str, now: dt.datetime) -> None:
    if message.attempts >= MOST_ATTEMPTS:
        _give_up(message, lease, error)
        return
    again = now + RETRIES[message.attempts - 1]
    _record(lease, state=Message.State.QUEUED, due_at=again, outcome=error)
    logger.warning("message %s to %s failed, attempt %s", message.pk, message.engineer.username, message.attempts)


def _give_up(message: Message, lease: Lease, outcome: str, **fields: object) -> None:
    if _record(lease, state=Message.State.GAVE_UP, outcome=outcome, **fields):
        logger.error("gave up on message %s to %s", message.pk, message.engineer.username)


def _record(lease: Lease, *, outcome: str, due_at: dt.datetime | None = None, **fields: object) -> bool:
    """Write an outcome, only while the lease is ours: who lost it must not undo what the next one recorded."""
    return bool(_held(lease).update(outcome=outcome[:300], due_at=due_at, lease_until=None, **fields))
