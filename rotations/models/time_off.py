"""Time off: who asked for which days, and what was decided."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords
from timezone_field import TimeZoneField

from pipelines.models import Engineer

from ..domain.asked import Shape, asked_text
from ..domain.spans import Span, days_of
from .rotations import Membership


class TimeOffQuerySet(models.QuerySet["TimeOffRequest"]):
    def in_force(self) -> TimeOffQuerySet:
        """Requests that hold: approved, also while their cancelling waits for a decision."""
        return self.filter(state__in=[TimeOffRequest.State.APPROVED, TimeOffRequest.State.CANCELLING])

    def waiting(self) -> TimeOffQuerySet:
        """Requests that a manager has to decide on."""
        return self.filter(state__in=[TimeOffRequest.State.REQUESTED, TimeOffRequest.State.CANCELLING])

    def in_span(self, span: Span) -> TimeOffQuerySet:
        return self.filter(starts_at__lt=span.end, ends_at__gt=span.start)

    def decided_by_manager(self, manager: Engineer) -> TimeOffQuerySet:
        """Those of members of the rotations somebody manages; nobody decides on their own.

        Who had left a rotation when they asked is none of its managers' business any more.
        """
        members = Membership.objects.filter(
            Q(leaves_on=None) | Q(leaves_on__gt=OuterRef("requested_at__date")),
            rotation__managers=manager,
            engineer=OuterRef("engineer"),
        )
        return self.filter(Exists(members)).exclude(engineer=manager)


class TimeOffRequest(models.Model):
    """An engineer asks for time off, by the clock of their own zone: whole days, half a day or hours of a day."""

    class State(models.TextChoices):
        REQUESTED = "requested", "waiting"
        APPROVED = "approved", "approved"
        DECLINED = "declined", "declined"
        CANCELLING = "cancelling", "cancelling waits"
        CANCELLED = "cancelled", "cancelled"
        REPLACED = "replaced", "changed"

    class Kind(models.TextChoices):
        VACATION = "vacation", "vacation"
        PUBLIC_HOLIDAY = "public holiday", "public holiday"
        SICK = "sick", "sick leave"
        OTHER = "other", "other"

    engineer = models.ForeignKey(Engineer, on_delete=models.PROTECT, related_name="time_off")
    asked_by = models.ForeignKey(
        Engineer,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who entered it, where that was somebody else.",
    )
    replaces = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="changes",
        help_text="The approved time off that it changes: in force until this is approved.",
    )
    shape = models.CharField(
        max_length=9, choices=[(shape.value, shape.value) for shape in Shape], default=Shape.DAYS.value
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    time_zone = TimeZoneField(help_text="The zone in which the days were asked for.")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.VACATION)
    reason = models.CharField(max_length=300, blank=True, help_text="Seen by you and by who decides.")
    state = models.CharField(max_length=12, choices=State, default=State.REQUESTED)
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(Engineer, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField(max_length=300, blank=True)
    is_over_limit = models.BooleanField(
        "approved over the limit",
        default=False,
        help_text="More were away at once than the rotation wants, and whoever approved it said so.",
    )

    objects = TimeOffQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name = "time-off request"
        constraints = [
            models.CheckConstraint(name="time_off_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
            models.UniqueConstraint(name="time_off_changed_once", fields=["replaces"], condition=Q(state="requested")),
        ]
        indexes = [models.Index(name="time_off_window", fields=["state", "ends_at"])]
        permissions = [("decide_timeoffrequest", "Can decide on time-off requests")]

    def __str__(self) -> str:
        return f"{self.engineer}, {self.days_text}"

    def get_absolute_url(self) -> str:
        return reverse("rotations:time_off_request", args=[self.pk])

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)

    def managers(self) -> models.QuerySet[Engineer]:
        """The active managers of the rotations that the engineer had not left when they asked; never the engineer."""
        asked_on = self.requested_at.astimezone(self.time_zone).date()
        return (
            Engineer.objects.active()
            .filter(
                Q(managed_rotations__memberships__leaves_on=None)
                | Q(managed_rotations__memberships__leaves_on__gt=asked_on),
                managed_rotations__memberships__engineer=self.engineer_id,
            )
            .exclude(pk=self.engineer_id)
            .distinct()
        )

    @property
    def is_waiting(self) -> bool:
        """Whether somebody has to decide on it."""
        return self.state in (self.State.REQUESTED, self.State.CANCELLING)

    @property
    def is_in_force(self) -> bool:
        """Whether somebody is away because of it: also while its cancelling waits for a decision."""
        return self.state in (self.State.APPROVED, self.State.CANCELLING)

    @property
    def first_day(self) -> dt.date:
        return self.starts_at.astimezone(self.time_zone).date()

    @property
    def last_day(self) -> dt.date:
        return max(days_of(self.span, self.time_zone))

    @property
    def days_text(self) -> str:
        """The days in words: Thu 26 Nov 2026, or Mon 21 Dec to Fri 1 Jan 2027."""
        start, end = self.starts_at.astimezone(self.time_zone), self.ends_at.astimezone(self.time_zone)
        return asked_text(Shape(self.shape), self.first_day, self.last_day, start, end)
