"""Swaps: who gives which duty to whom, who agreed, and what became of it."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from pipelines.models import Engineer

from ..domain.spans import Span
from .duty import Shift
from .rotations import Rotation
from .time_off import TimeOffRequest


class SwapQuerySet(models.QuerySet["Swap"]):
    def open(self) -> SwapQuerySet:
        """Swaps that somebody still has to answer or decide on."""
        return self.filter(state__in=OPEN)

    def due(self, at: dt.datetime) -> SwapQuerySet:
        """Open swaps whose duty has begun."""
        return self.open().filter(expires_at__lte=at)

    def of(self, engineer: Engineer) -> SwapQuerySet:
        """Swaps that somebody offered, is asked for or took."""
        return self.filter(Q(offered_by=engineer) | Q(asked=engineer) | Q(taker=engineer))


class Swap(models.Model):
    """Duty that one engineer gives to another, or that two exchange; its parts say which.

    Once approved, its covers put it into force: shifts are never rewritten, and undoing it gives back what was.
    """

    class Kind(models.TextChoices):
        GIVE = "give", "give away"
        EXCHANGE = "exchange", "exchange"

    class State(models.TextChoices):
        OFFERED = "offered", "waits for an answer"
        ACCEPTED = "accepted", "waits for a manager"
        APPROVED = "approved", "approved"
        DECLINED = "declined", "declined"
        WITHDRAWN = "withdrawn", "withdrawn"
        EXPIRED = "expired", "expired"
        UNDONE = "undone", "undone"

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="swaps")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.GIVE)
    state = models.CharField(max_length=9, choices=State, default=State.OFFERED)
    offered_by = models.ForeignKey(Engineer, on_delete=models.PROTECT, related_name="swaps_offered")
    asked = models.ForeignKey(
        Engineer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="swaps_asked",
        help_text="Who may take it; empty for everybody qualified.",
    )
    taker = models.ForeignKey(Engineer, on_delete=models.PROTECT, null=True, blank=True, related_name="swaps_taken")
    note = models.CharField(max_length=300, blank=True, help_text="Read by whoever is asked and by who decides.")
    time_off = models.ForeignKey(
        TimeOffRequest,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="swaps",
        help_text="The request that it solves: approving that approves it too.",
    )
    made_by = models.ForeignKey(Engineer, on_delete=models.SET_NULL, null=True, related_name="+")
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="Without an agreement by then it is over.")
    accepted_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Engineer, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField(max_length=300, blank=True)
    undo_asked_by = models.ForeignKey(Engineer, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    ended_by = models.ForeignKey(Engineer, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SwapQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["expires_at", "pk"]
        constraints = [
            models.CheckConstraint(name="swap_is_between_two", condition=~Q(taker=F("offered_by"))),
            models.CheckConstraint(name="swap_asks_another", condition=~Q(asked=F("offered_by"))),
            models.CheckConstraint(
                name="swap_exchange_asks_one", condition=~Q(kind="exchange") | Q(asked__isnull=False)
            ),
            models.CheckConstraint(
                name="swap_agreed_has_taker",
                condition=~Q(state__in=["accepted", "approved", "undone"]) | Q(taker__isnull=False),
            ),
        ]
        indexes = [
            # the pager's loop asks every second what is due; what is over has left this index
            models.Index(name="swap_due", fields=["expires_at"], condition=Q(state__in=["offered", "accepted"])),
        ]

    def __str__(self) -> str:
        return f"Swap {self.pk} by {self.offered_by}"

    def get_absolute_url(self) -> str:
        return reverse("rotations:swap", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_waiting(self) -> bool:
        """Whether a manager has to decide on it."""
        return self.state == self.State.ACCEPTED

    @property
    def is_arranged(self) -> bool:
        """Whether somebody made it for others."""
        return self.made_by_id is not None and self.made_by_id not in self.parties

    @property
    def parties(self) -> frozenset[int]:
        """Who the swap is between, as far as that is known."""
        return frozenset({self.offered_by_id, self.asked_id, self.taker_id} - {None})

    @property
    def other_id(self) -> int | None:
        """Who takes it: whoever agreed, or else is asked."""
        return self.taker_id or self.asked_id


OPEN = [Swap.State.OFFERED, Swap.State.ACCEPTED]


class SwapPart(models.Model):
    """A piece of a shift that changes hands. `taker` is empty until somebody agreed to an offer to all."""

    swap = models.ForeignKey(Swap, on_delete=models.CASCADE, related_name="parts")
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="swap_parts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    giver = models.ForeignKey(Engineer, on_delete=models.PROTECT, related_name="+")
    taker = models.ForeignKey(Engineer, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    is_open = models.BooleanField(
        default=False, help_text="Its giver offers it, and nobody has decided: it cannot be offered again meanwhile."
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["starts_at", "shift", "pk"]
        verbose_name = "part of a swap"
        verbose_name_plural = "parts of swaps"
        constraints = [
            models.CheckConstraint(name="swap_part_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(name="swap_part_changes_hands", condition=~Q(taker=F("giver"))),
            models.UniqueConstraint(
                name="swap_part_offered_once", fields=["shift", "starts_at"], condition=Q(is_open=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shift} from {self.giver}"

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)
