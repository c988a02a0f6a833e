"""The catalogue: who works here, which pipelines there are, whose they are, and what to do when one breaks."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from simple_history.models import HistoricalRecords
from timezone_field import TimeZoneField

from .domain.faces import hue, initials
from .domain.holiday_calendars import holiday_calendar_error


def validate_holiday_calendar(key: str) -> None:
    if error := holiday_calendar_error(key):
        raise ValidationError(error)


class EngineerQuerySet(models.QuerySet["Engineer"]):
    def active(self) -> EngineerQuerySet:
        """Those who may sign in and be called."""
        return self.filter(is_active=True)

    def administrators(self) -> EngineerQuerySet:
        """Active people who run the portal, in a stable order."""
        return (
            self.active()
            .filter(Q(is_superuser=True) | Q(groups__name=Engineer.ADMINISTRATORS))
            .distinct()
            .order_by("pk")
        )


class EngineerManager(UserManager.from_queryset(EngineerQuerySet)):  # type: ignore[misc]
    """Makes people: `create_user` and `create_superuser` as in Django."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """An address in its one spelling: signing in by it looks for lower case."""
        return (email or "").lower()

    def create_superuser(self, username: str, email: str | None = None, *args: Any, **fields: Any) -> Engineer:
        """As in Django, refused in words where the name or the address is somebody else's."""
        Engineer(username=username, email=self.normalize_email(email)).validate_constraints()
        return super().create_superuser(username, email, *args, **fields)


class Engineer(AbstractUser):
    """A person who signs in."""

    MANAGERS = "Managers"
    ADMINISTRATORS = "Administrators"

    first_name = None
    last_name = None
    name = models.CharField(max_length=100, help_text="As colleagues know you, for example Data Engineer A.")
    short_name = models.CharField(
        max_length=6,
        blank=True,
        help_text="Two or three letters for narrow calendar columns; made from the name if empty.",
    )
    email = models.EmailField("e-mail", blank=True, help_text="Where pages and notices go.")
    time_zone = TimeZoneField(
        default=settings.TEAM_TIME_ZONE,
        help_text="Pages show times in this zone, and time off is in its days.",
    )
    holiday_calendar = models.CharField(
        "public holidays",
        max_length=12,
        blank=True,
        validators=[validate_holiday_calendar],
        help_text="Country, or country and region, whose public holidays are yours: US, DE-BE.",
    )

    REQUIRED_FIELDS = ["name", "email"]
    objects = EngineerManager()
    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            # with a second account that differs by case alone, neither could sign in by that name
            models.UniqueConstraint(
                Lower("username"),
                name="engineer_username_once",
                violation_error_message="Somebody has this username already; upper and lower case are the same.",
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="engineer_email_once",
                condition=~Q(email=""),
                violation_error_message="This e-mail belongs to somebody else already.",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def letters(self) -> str:
        """The name for narrow places."""
        return self.short_name or initials(str(self))

    @property
    def hue(self) -> int:
        """Which of the ten hues is theirs, the same everywhere."""
        return hue(self.pk)

    def save(self, *args: object, **kwargs: object) -> None:
        # signing in is no change of the person, and would bury those that are
        if kwargs.get("update_fields") == ["last_login"]:
            self.skip_history_when_saving = True
        self.email = Engineer.objects.normalize_email(self.email)
        super().save(*args, **kwargs)
        vars(self).pop("skip_history_when_saving", None)

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return self.letters


class Area(models.Model):
    """A group of pipelines, such as Profit."""

    name = models.CharField(max_length=60, unique=True)
    position = models.PositiveSmallIntegerField(default=0, help_text="Smaller comes first.")

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Audience(models.Model):
    """Who reads what a pipeline makes; it decides which SLA holds."""

    name = models.CharField(max_length=60, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PipelineQuerySet(models.QuerySet["Pipeline"]):
    def for_pages(self) -> PipelineQuerySet:
        """Active pipelines by area, ready to be named on a page without another query."""
        return self.filter(is_active=True).select_related("area", "audience")


class Pipeline(models.Model):
    """One data pipeline, named by the metric it makes."""

    name = models.CharField(max_length=100, unique=True)
    slug = models.SlugField(max_length=100, unique=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="pipelines")
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="pipelines")
    is_active = models.BooleanField("in service", default=True)

    objects = PipelineQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["area__position", "area__name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("pipeline", args=[self.slug])


class OwnershipQuerySet(models.QuerySet["Ownership"]):
    def on(self, day: dt.date) -> OwnershipQuerySet:
        """Ownerships in force on a local day."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day)


class Ownership(models.Model):
    """The two owners of a pipeline from a day up to, and not including, another."""

    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="ownerships")
    primary = models.ForeignKey(Engineer, on_delete=models.PROTECT, related_name="+", verbose_name="primary owner")
    secondary = models.ForeignKey(Engineer, on_delete=models.PROTECT, related_name="+", verbose_name="secondary owner")
    starts_on = models.DateField("from")
    ends_on = models.DateField(
        "until", null=True, blank=True, help_text="First day it no longer holds; empty while it holds."
    )

    objects = OwnershipQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["pipeline", "-starts_on"]
        constraints = [
            models.CheckConstraint(
                name="ownership_two_people",
                condition=~Q(primary=F("secondary")),
                violation_error_message="The primary and the secondary owner are two different people.",
            ),
            models.CheckConstraint(
                name="ownership_ends_after_start",
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                violation_error_message="Until: must be after from.",
            ),
            models.UniqueConstraint(
                name="ownership_one_open",
                fields=["pipeline"],
                condition=Q(ends_on=None),
                violation_error_message="This pipeline has owners without an end already; end those first.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pipeline}: {self.primary} and {self.secondary}"

    def clean(self) -> None:
        """Two ownerships of a pipeline never overlap."""
        if self.pipeline_id is None or self.starts_on is None:
            return
        others = Ownership.objects.filter(pipeline=self.pipeline_id).exclude(pk=self.pk)
        others = others.filter(Q(ends_on=None) | Q(ends_on__gt=self.starts_on))
        if self.ends_on:
            others = others.filter(starts_on__lt=self.ends_on)
        if clash := others.first():
            raise ValidationError({"starts_on": f"From: {clash} holds on that day already; end it first."})


class Training(models.Model):
    """Somebody who may carry a pipeline's pager without owning it."""

    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="trainings")
    engineer = models.ForeignKey(Engineer, on_delete=models.CASCADE, related_name="trainings")
    trained_on = models.DateField("trained on")
    shadows_until = models.DateField(
        null=True,
        blank=True,
        help_text="Shadows the pair before this day and does not count as cover; empty for fully trained.",
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["pipeline", "engineer"]
        constraints = [models.UniqueConstraint(name="training_once", fields=["pipeline", "engineer"])]

    def __str__(self) -> str:
        return f"{self.engineer} on {self.pipeline}"

    def shadows_on(self, day: dt.date) -> bool:
        """Whether they only shadow the pair on a local day."""
        return self.shadows_until is not None and day < self.shadows_until


class Runbook(models.Model):
    """What a pipeline is for and what to do when it breaks; texts are Markdown."""

    pipeline = models.OneToOneField(Pipeline, on_delete=models.CASCADE, related_name="runbook")
    purpose = models.TextField(help_text="What the pipeline makes, for whom and how often. Markdown.")
    reviewed_on = models.DateField("last review", null=True, blank=True)
    reviewed_by = models.ForeignKey(Engineer, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    history = HistoricalRecords()

    class Meta:
        ordering = ["pipeline"]

    def __str__(self) -> str:
        return f"Runbook of {self.pipeline}"


class FailureMode(models.Model):
    """What could go wrong."""

    runbook = models.ForeignKey(Runbook, on_delete=models.CASCADE, related_name="failure_modes")
    name = models.CharField(max_length=100)
    description = models.TextField(blank=True, help_text="How it shows and what it does. Markdown.")
    position = models.PositiveSmallIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class KeyAction(models.Model):
    """One step to take when the pipeline breaks."""

    runbook = models.ForeignKey(Runbook, on_delete=models.CASCADE, related_name="key_actions")
    text = models.TextField(help_text="One step. Markdown.")
    position = models.PositiveSmallIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text[:80]


class Invitation(models.Model):
    """A single-use right to make an account; only the digest of its token is kept."""

    email = models.EmailField("e-mail")
    group = models.ForeignKey(
        "auth.Group",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        help_text="Empty for an engineer without further rights.",
    )
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(Engineer, on_delete=models.SET_NULL, null=True, related_name="+", editable=False)
    invited_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    accepted_by = models.ForeignKey(Engineer, on_delete=models.SET_NULL, null=True, related_name="+", editable=False)

    class Meta:
        ordering = ["-invited_at"]

    def __str__(self) -> str:
        return f"Invitation of {self.email}"
