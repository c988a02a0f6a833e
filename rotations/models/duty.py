"""Plans, the shifts they place, and the covers that stand in on them."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from pipelines.models import Engineer

from ..domain import roster as facts
from ..domain.spans import Span
from .rotations import Rotation, Unit
from .time_off import TimeOffRequest

ROLES = [(role.value, role.value) for role in facts.Role]


class Plan(models.Model):
    """A proposed set of shifts: the problem as one plain value, and the planner's answer to it."""

    class State(models.TextChoices):
        ASKED = "asked", "being planned"
        DRAFT = "draft", "draft"
        FAILED = "failed", "failed"
        PUBLISHED = "published", "published"
        SUPERSEDED = "superseded", "superseded"
        CANCELLED = "cancelled", "cancelled"
        ROLLED_BACK = "rolled back", "rolled back"

    class Mode(models.TextChoices):
        FIRST = "first", "new weeks"
        REPAIR = "repair", "repair"
        REBALANCE = "rebalance", "rebalance"

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="plans")
    state = models.CharField(max_length=12, choices=State, default=State.ASKED)
    first_week = models.DateField(help_text="Day of the first hand-off.")
    weeks = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(104)])
    problem = models.JSONField(default=dict, help_text="The planning problem, see docs.")
    answer = models.JSONField(default=dict, help_text="The planner's answer.")
    failure = models.TextField(blank=True)
    mode = models.CharField(max_length=9, choices=Mode, default=Mode.FIRST)
    rebalance_from = models.DateField(null=True, blank=True, help_text="Before that day it repairs.")
    basis = models.JSONField(default=dict, editable=False, help_text="What it stands on: a change makes it stale.")
    made_from = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    what_if = models.JSONField(default=list, blank=True, help_text="Relaxations that are only supposed.")
    pins = models.JSONField(default=list, blank=True, help_text="Cells that planning again from this draft keeps.")
    edits = models.JSONField(default=list, blank=True, help_text="Cells changed by hand, in order.")
    progress = models.JSONField(default=dict, editable=False, help_text="How far the planner is.")
    replaced = models.JSONField(default=dict, editable=False, help_text="What publishing it changed.")
    asked_by = models.ForeignKey(Engineer, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    published_by = models.ForeignKey(Engineer, on_delete=models.SET_NULL, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        Engineer, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="ended by"
    )
    ended_at = models.DateTimeField("cancelled or rolled back", null=True, blank=True)

    history = HistoricalRecords(excluded_fields=["problem", "answer", "basis", "progress", "replaced"])

    class Meta:
        ordering = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return f"Plan {self.pk} of {self.rotation}"

    def get_absolute_url(self) -> str:
        return reverse("rotations:plan", args=[self.rotation.slug, self.pk])


class ShiftQuerySet(models.QuerySet["Shift"]):
    def in_span(self, span: Span) -> ShiftQuerySet:
        """Shifts that touch a span."""
        return self.filter(starts_at__lt=span.end, ends_at__gt=span.start)


class Shift(models.Model):
    """One engineer, one unit, one role, half-open in UTC; published. Covers never rewrite it."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="shifts")
    role = models.CharField(max_length=9, choices=ROLES)
    engineer = models.ForeignKey(Engineer, on_delete=models.PROTECT, related_name="shifts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    is_pinned = models.BooleanField("pinned", default=False, help_text="The planner keeps it.")
    plan = models.ForeignKey(Plan, on_delete=models.SET_NULL, null=True, blank=True, related_name="shifts")
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(editable=False)

    objects = ShiftQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["starts_at", "unit", "role"]
        constraints = [
            models.UniqueConstraint(name="shift_once", fields=["unit", "role", "starts_at"]),
            models.CheckConstraint(name="shift_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
        ]
        indexes = [
            # the roster of a window is read by its end first: few shifts end after now, many started before it
            models.Index(name="shift_window", fields=["ends_at", "starts_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.engineer} {self.role} {self.unit} from {self.starts_at:%Y-%m-%d}"

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)


class Cover(models.Model):
    """Somebody stands in for part or all of a shift; ending it gives the plan back."""

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="covers")
    engineer = models.ForeignKey(
        Engineer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="covers",
        help_text="Empty where nobody is free: the place stays empty.",
    )
    replaces = models.ForeignKey(
        Engineer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="It applies only where this person holds the role; empty replaces whoever does.",
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    time_off = models.ForeignKey(TimeOffRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="covers")
    swap = models.ForeignKey("Swap", on_delete=models.PROTECT, null=True, blank=True, related_name="covers")
    reason = models.CharField(max_length=300, blank=True, help_text="Why, where neither time off nor a swap says so.")
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(Engineer, on_delete=models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(Engineer, on_delete=models.SET_NULL, null=True, editable=False, related_name="+")
    followed_up = models.BooleanField(
        default=False, editable=False, help_text="Whoever lost their place by its end was looked for."
    )

    history = HistoricalRecords(excluded_fields=["followed_up"])

    class Meta:
        ordering = ["decided_at", "pk"]
        constraints = [
            models.CheckConstraint(name="cover_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(
                name="cover_has_one_cause", condition=Q(time_off__isnull=True) | Q(swap__isnull=True)
            ),
        ]
        indexes = [
            # the pager's loop asks every second whose end nobody has followed up
            models.Index(
                name="cover_to_follow_up", fields=["ended_at"], condition=Q(ended_at__isnull=False, followed_up=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.engineer or 'nobody'} covers {self.shift}"

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)

    @property
    def cause(self) -> str:
        """Why somebody stands in."""
        if self.time_off_id or self.swap_id:
            return "time off" if self.time_off_id else "swap"
        return "override" if self.decided_at < self.ends_at else "correction"


class ConfirmedGap(models.Model):
    """A gap that a manager published knowingly; it stays on the audit until it is filled."""

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="confirmed_gaps")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="confirmed_gaps")
    role = models.CharField(max_length=9, choices=ROLES)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    by = models.ForeignKey(
        Engineer, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name="confirmed by"
    )
    at = models.DateTimeField("confirmed")
    reason = models.CharField(max_length=300, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["starts_at", "unit", "role"]
        constraints = [
            models.CheckConstraint(name="confirmed_gap_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.unit} from {self.starts_at:%Y-%m-%d}"
