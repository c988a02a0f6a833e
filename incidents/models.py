"""What broke and how long we have: SLA policies, incidents, their clocks and their timeline."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from simple_history.models import HistoricalRecords

from pipelines.models import Audience, Engineer, Pipeline
from rotations.domain.roster import Severity

ENTRY_NEVER_CHANGED = "A timeline entry is never changed; add a note instead."
ENTRY_NEVER_REMOVED = "A timeline entry is never removed; add a note instead."
SEVERITIES = [(severity.value, severity.value) for severity in Severity]


class SlaPolicy(models.Model):
    """How soon an incident of a severity must be answered and be over, for an audience; minutes around the clock."""

    audience = models.ForeignKey(Audience, on_delete=models.CASCADE, related_name="sla_policies")
    severity = models.CharField(max_length=8, choices=SEVERITIES)
    respond_minutes = models.PositiveIntegerField("answer within (minutes)", validators=[MinValueValidator(1)])
    resolve_minutes = models.PositiveIntegerField("resolve within (minutes)", validators=[MinValueValidator(1)])
    is_promise = models.BooleanField(
        "promised", default=True, help_text="Unticked, it is an internal target and is marked so."
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["audience", "respond_minutes"]
        verbose_name = "SLA policy"
        verbose_name_plural = "SLA policies"
        constraints = [
            models.UniqueConstraint(name="sla_policy_once", fields=["audience", "severity"]),
            models.CheckConstraint(
                name="sla_answer_before_end",
                condition=Q(resolve_minutes__gte=F("respond_minutes")),
                violation_error_message="Resolve within: must not be shorter than answer within.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.audience}, {self.severity}"

    @property
    def respond_within(self) -> dt.timedelta:
        return dt.timedelta(minutes=self.respond_minutes)

    @property
    def resolve_within(self) -> dt.timedelta:
        return dt.timedelta(minutes=self.resolve_minutes)


def _rank(field: str, values: list[str], *, unless_resolved: bool = False) -> Case:
    """The place of a field's value in a list, to order by."""
    ranks = [When(**{field: value}, then=Value(place)) for place, value in enumerate(values)]
    if unless_resolved:
        ranks.insert(0, When(state=Incident.State.RESOLVED, then=Value(len(values))))
    return Case(*ranks, default=Value(len(values)))


class IncidentQuerySet(models.QuerySet["Incident"]):
    def unresolved(self) -> IncidentQuerySet:
        """Incidents whose data is not right again yet."""
        return self.exclude(state=Incident.State.RESOLVED)

    def for_pages(self) -> IncidentQuerySet:
        """With what a row on a page shows: pipeline, people and clocks, in two queries."""
        return self.select_related("pipeline__area", "pipeline__audience", "acknowledged_by").prefetch_related("clocks")

    def by_need(self) -> IncidentQuerySet:
        """What waits for an answer first, the worst first in it; resolved ones last, newest first."""
        states, severities = list(Incident.State), list(Severity)
        return self.order_by(
            _rank("state", states), _rank("severity", severities, unless_resolved=True), "-opened_at", "-pk"
        )


class Incident(models.Model):
    """Something is wrong with a pipeline's data. Its number is its primary key."""

    class State(models.TextChoices):
        OPEN = "open", "open"
        ACKNOWLEDGED = "acknowledged", "acknowledged"
        MITIGATED = "mitigated", "mitigated"
        RESOLVED = "resolved", "resolved"

    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="incidents")
    severity = models.CharField(max_length=8, choices=SEVERITIES)
    title = models.CharField(max_length=150)
    description = models.TextField(blank=True, help_text="What you see, since when, where. Markdown.")
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Engineer, on_delete=models.SET_NULL, null=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(Engineer, on_delete=models.SET_NULL, null=True, related_name="+")
    mitigated_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(Engineer, on_delete=models.SET_NULL, null=True, related_name="+")
    is_promise = models.BooleanField(default=True, help_text="Whether its SLA is promised or an internal target.")
    page_step = models.PositiveSmallIntegerField(default=0, help_text="How many steps of paging were taken.")
    next_page_at = models.DateTimeField(null=True, help_text="When the next step of paging is due; empty when done.")

    objects = IncidentQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        indexes = [
            models.Index(name="incident_paging", fields=["next_page_at"], condition=Q(next_page_at__isnull=False)),
            models.Index(name="incident_state", fields=["state", "-opened_at"]),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.pipeline}: {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("incidents:incident", args=[self.pk])


class Clock(models.Model):
    """How long until an incident must be answered (response) or over (resolution).

    It warns once and breaches once per due instant, whatever the other clock does.
    """

    class Kind(models.TextChoices):
        RESPONSE = "response", "response"
        RESOLUTION = "resolution", "resolution"

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="clocks")
    kind = models.CharField(max_length=10, choices=Kind)
    warn_at = models.DateTimeField()
    due_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True, help_text="When the breach was recorded; it happened at due.")

    class Meta:
        ordering = ["incident", "kind"]
        constraints = [models.UniqueConstraint(name="clock_once", fields=["incident", "kind"])]
        indexes = [
            models.Index(name="clock_breach", fields=["due_at"], condition=Q(stopped_at=None, breached_at=None)),
            models.Index(name="clock_warning", fields=["warn_at"], condition=Q(stopped_at=None, warned_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of #{self.incident_id}"


class EntryQuerySet(models.QuerySet["Entry"]):
    """Lines are only ever added; what would change or remove many at once is refused as it is for one."""

    def update(self, **fields: object) -> int:
        raise ValidationError(ENTRY_NEVER_CHANGED)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise ValidationError(ENTRY_NEVER_REMOVED)


class Entry(models.Model):
    """One line of an incident's timeline; it is never changed and never removed."""

    class Kind(models.TextChoices):
        OPENED = "opened", "opened"
        PAGED = "paged", "paged"
        ACKNOWLEDGED = "acknowledged", "acknowledged"
        NOTE = "note", "note"
        SEVERITY = "severity", "severity changed"
        AT_RISK = "at risk", "at risk"
        BREACHED = "breached", "breached"
        MITIGATED = "mitigated", "mitigated"
        RESOLVED = "resolved", "resolved"
        REOPENED = "reopened", "reopened"

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=12, choices=Kind)
    at = models.DateTimeField()
    by = models.ForeignKey(Engineer, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.TextField(blank=True)
    clock = models.CharField(max_length=10, blank=True, choices=Clock.Kind, help_text="Of a warning or breach.")
    due_at = models.DateTimeField(null=True, help_text="The due instant that a warning or breach is about.")

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["incident", "at", "pk"]
        verbose_name = "timeline entry"
        verbose_name_plural = "timeline entries"
        constraints = [
            # also where a severity was changed to and fro: a due instant is warned of once, and breached once
            models.UniqueConstraint(
                name="entry_once_per_due_instant",
                fields=["incident", "kind", "clock", "due_at"],
                condition=Q(due_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.incident_id}"

    def save(self, *args: object, **kwargs: object) -> None:
        if self.pk:
            raise ValidationError(ENTRY_NEVER_CHANGED)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        raise ValidationError(ENTRY_NEVER_REMOVED)
