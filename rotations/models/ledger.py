"""What is booked in the ledger by hand."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from pipelines.models import Engineer

from ..domain.counts import Account
from ..domain.statement import CORRECTION, OPENING
from .rotations import Rotation

MOST = 100_000


class LedgerEntry(models.Model):
    """An opening balance or a correction; never changed or deleted, as a mistake is corrected by another entry."""

    class Kind(models.TextChoices):
        OPENING = OPENING, "opening balance"
        CORRECTION = CORRECTION, "correction"

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="ledger_entries")
    engineer = models.ForeignKey(Engineer, on_delete=models.PROTECT, related_name="ledger_entries")
    day = models.DateField(help_text="In which period it counts: a local day of the rotation.")
    account = models.CharField(max_length=24, choices=[(account.value, account.value) for account in Account])
    amount = models.DecimalField(
        max_digits=8,
        decimal_places=2,
        validators=[MinValueValidator(-MOST), MaxValueValidator(MOST)],
        help_text="Weeks, days, hours or changes, as the account says; below zero takes away.",
    )
    kind = models.CharField(
        max_length=10,
        choices=Kind,
        default=Kind.CORRECTION,
        help_text="An opening balance is what somebody brings from another tool, above or below their fair share.",
    )
    reason = models.CharField(
        max_length=300, help_text="Seen by the engineer, the rotation's managers and administrators."
    )
    by = models.ForeignKey(Engineer, on_delete=models.SET_NULL, null=True, related_name="+", editable=False)
    at = models.DateTimeField("booked", editable=False)

    class Meta:
        ordering = ["-day", "-pk"]
        verbose_name_plural = "ledger entries"
        constraints = [
            models.UniqueConstraint(
                name="opening_balance_once",
                fields=["rotation", "engineer", "account", "day"],
                condition=Q(kind=OPENING),
                violation_error_message="There is an opening balance in this account on this day already.",
            ),
            models.CheckConstraint(name="ledger_entry_says_something", condition=~Q(amount=0)),
        ]

    def __str__(self) -> str:
        return f"{self.engineer}, {self.amount:+} {self.account}"
