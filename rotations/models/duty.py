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

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="plans")
    state = models.CharField(max_length=12, choices=State, default=State.ASKED)
    first_week = models.DateField(help_text="Day of the first hand-off.")
    weeks = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(104)])
    problem = models.JSONField(default=dict, help_text="The planning problem, see docs.")
    answer = models.JSONField(default=dict, help_text="The planner's answer.")
    failure = models.TextField(blank=True)
    asked_by = models.ForeignKey(Engineer, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    published_by = models.ForeignKey(Engineer, on_delete=models.SET_NULL, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)

    history = HistoricalRecords(excluded_fields=["problem", "answer"])

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
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(Engineer, on_delete=models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(Engineer, on_delete=models.SET_NULL, null=True, editable=False, related_name="+")

    history = HistoricalRecords()

    class Meta:
        ordering = ["decided_at", "pk"]
        constraints = [
            models.CheckConstraint(name="cover_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.engineer or 'nobody'} covers {self.shift}"

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)
