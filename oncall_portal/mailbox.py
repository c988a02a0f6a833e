"""The mailbox: mails that were written to files, as an installation without a mail server does it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pipelines.rights import is_administrator, is_manager

from .logs import without_secrets

FILE_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
# What Django's backend writes behind each mail of a file.
BETWEEN = b"\n" + b"-" * 79 + b"\n"
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as the page shows it, plain text only."""

    subject: str
    to: str
    sent_at: dt.datetime | None
    text: str


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """The last mails, newest first, for managers and administrators; 404 where mails leave by a server."""
    if settings.EMAIL_BACKEND != FILE_BACKEND or not (is_manager(request.user) or is_administrator(request.user)):
        raise Http404
    return render(request, "oncall_portal/mailbox.html", {"mails": tuple(mails(Path(settings.EMAIL_FILE_PATH)))})


def mails(folder: Path, limit: int = SHOWN) -> Iterator[Mail]:
    """The newest mails of a folder."""
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files:
        for raw in reversed(file.read_bytes().split(BETWEEN)):
            if limit and raw.strip():
                limit -= 1
                yield _mail(message_from_bytes(raw.lstrip(), policy=policy.default))
        if not limit:
            return


def _mail(message: EmailMessage) -> Mail:
    body = message.get_body(("plain",))
    date = parsedate_to_datetime(message["Date"]) if message["Date"] else None
    return Mail(
        subject=str(message["Subject"] or "no subject"),
        to=str(message["To"] or ""),
        sent_at=date and (date if date.tzinfo else date.replace(tzinfo=dt.UTC)),  # -0000 reads as no zone
        # a link to a new password would open the account of whoever it was sent to
        text=without_secrets(body.get_content()) if body else "",
    )
