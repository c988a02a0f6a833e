"""What people must be told, and the workers that tell them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from pipelines.models import Engineer


class Message(models.Model):
    """Something a person must be told; written in the transaction of what caused it, sent by the pager.

    `key` says what it is about, so that the same thing is never said twice to the same person. A worker claims a row
    until `lease_until`; who finds the lease run out may send it again.
    """

    class Kind(models.TextChoices):
        PAGE = "page", "page"
        NOTICE = "notice", "notice"

    class State(models.TextChoices):
        QUEUED = "queued", "queued"
        SENDING = "sending", "sending"
        SENT = "sent", "sent"
        GAVE_UP = "gave up", "gave up"
        DROPPED = "dropped", "not needed any more"

    engineer = models.ForeignKey(Engineer, on_delete=models.CASCADE, related_name="pager_messages")
    kind = models.CharField(max_length=6, choices=Kind)
    key = models.CharField(max_length=200)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    thread = models.CharField(max_length=100, blank=True, help_text="Mails of one thread are shown together.")
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, help_text="When it is to be sent, or tried again; empty when done.")
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=300, blank=True, help_text="What the mail server said.")
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(name="message_once", fields=["engineer", "key"])]
        indexes = [
            # the pager's loop asks every second what is due; what is done has left this index
            models.Index(name="message_due", fields=["due_at"], condition=Q(due_at__isnull=False)),
            # lists of incidents ask who was paged for each
            models.Index(name="message_thread", fields=["thread"]),
        ]

    def __str__(self) -> str:
        return self.subject


class Worker(models.Model):
    """A pager process and when it last finished a full cycle."""

    name = models.CharField(max_length=100, unique=True)
    cycled_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
