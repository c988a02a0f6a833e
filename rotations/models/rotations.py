"""Rotations: their rules, members and units."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords
from timezone_field import TimeZoneField

from pipelines.models import Engineer, Pipeline, validate_holiday_calendar

WEEKDAYS = list(enumerate(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]))


class Rotation(models.Model):
    """A calendar of duty over some pipelines."""

    class RulesScope(models.TextChoices):
        UNIT = "pipeline", "per engineer and unit"
        ENGINEER = "engineer", "per engineer"

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=60, unique=True)
    time_zone = TimeZoneField(default="UTC", help_text="Hand-offs and working hours are in this zone.")
    handoff_weekday = models.PositiveSmallIntegerField("hand-off day", choices=WEEKDAYS, default=0)
    handoff_time = models.TimeField("hand-off time", default=dt.time(9))
    workday_start = models.TimeField("working hours from", default=dt.time(9))
    workday_end = models.TimeField("working hours until", default=dt.time(17))
    holiday_calendar = models.CharField(
        "public holidays",
        max_length=12,
        blank=True,
        validators=[validate_holiday_calendar],
        help_text="Days without working hours: a country, or country and region, such as US or DE-BE.",
    )
    off_hours_rule = models.BooleanField(
        default=True,
        help_text="Outside working hours the secondary is called first for critical and high incidents.",
    )
    shift_weeks = models.PositiveSmallIntegerField(
        "weeks a shift",
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(8)],
        help_text="A shift lasts so many whole weeks.",
    )
    horizon_weeks = models.PositiveSmallIntegerField(
        "planning horizon in weeks",
        default=13,
        validators=[MinValueValidator(1), MaxValueValidator(104)],
        help_text="A new plan looks so far ahead unless told otherwise.",
    )
    rest_weeks = models.PositiveSmallIntegerField(
        "rest between primary weeks",
        default=0,
        validators=[MaxValueValidator(12)],
        help_text="Weeks without primary duty between two with it; an exception is named in the plan.",
    )
    max_consecutive_weeks = models.PositiveSmallIntegerField(
        "weeks in a row at most",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(52)],
        help_text="Empty for no limit; an exception is named in the plan.",
    )
    rules_scope = models.CharField(
        "rest and weeks in a row are counted",
        max_length=8,
        choices=RulesScope,
        default=RulesScope.UNIT,
    )
    max_roles_per_week = models.PositiveSmallIntegerField(
        "roles a week at most", default=4, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    primary_weight = models.PositiveSmallIntegerField(
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text="Tokens of a primary week.",
    )
    secondary_weight = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text="Tokens of a secondary week.",
    )
    freeze_days = models.PositiveSmallIntegerField(
        default=14,
        validators=[MaxValueValidator(366)],
        help_text="Planning never touches the next so many days.",
    )
    max_away = models.PositiveSmallIntegerField(
        "away at once at most",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text="So many members may have time off on one day; empty for no limit.",
    )
    notice_days = models.PositiveSmallIntegerField(
        "days of notice for time off",
        default=0,
        validators=[MaxValueValidator(366)],
        help_text="Time off other than sick leave is asked for so many days before.",
    )
    swaps_by_rule = models.BooleanField(
        "swaps approve themselves",
        default=False,
        help_text="Where both are qualified and nothing thin or clashing results; otherwise a manager approves.",
    )
    managers = models.ManyToManyField(
        Engineer,
        related_name="managed_rotations",
        blank=True,
        help_text="They decide on its time off and swaps.",
    )

    history = HistoricalRecords(m2m_fields=[managers])

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("rotations:rotation", args=[self.slug])

    def clean(self) -> None:
        if self.workday_start and self.workday_end and not self.workday_start < self.workday_end:
            raise ValidationError({"workday_end": "Working hours until: must be later than from."})


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_days(self, first: dt.date, until: dt.date) -> MembershipQuerySet:
        """Memberships that touch the days from the first up to, and not including, the other."""
        return self.filter(Q(leaves_on=None) | Q(leaves_on__gt=first), joins_on__lt=until)


class Membership(models.Model):
    """An engineer carries the pager of a rotation from a day up to, and not including, another."""

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="memberships")
    engineer = models.ForeignKey(Engineer, on_delete=models.PROTECT, related_name="memberships")
    joins_on = models.DateField("from")
    leaves_on = models.DateField("until", null=True, blank=True, help_text="First day out; empty while it holds.")
    capacity_percent = models.PositiveSmallIntegerField(
        "capacity in percent",
        default=100,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="Part time: the fair share is so much of a full one.",
    )

    objects = MembershipQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["rotation", "engineer__name", "joins_on"]
        constraints = [
            models.UniqueConstraint(name="membership_once", fields=["rotation", "engineer", "joins_on"]),
            models.CheckConstraint(
                name="membership_leaves_after_joining",
                condition=Q(leaves_on=None) | Q(leaves_on__gt=F("joins_on")),
                violation_error_message="Until: must be after from.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.engineer} in {self.rotation}"

    def clean(self) -> None:
        """Two memberships of an engineer in a rotation never overlap."""
        if self.rotation_id is None or self.engineer_id is None or self.joins_on is None:
            return
        others = Membership.objects.filter(rotation=self.rotation_id, engineer=self.engineer_id).exclude(pk=self.pk)
        if clash := others.in_days(self.joins_on, self.leaves_on or dt.date.max).first():
            until = f"until {clash.leaves_on}" if clash.leaves_on else "without an end"
            raise ValidationError(
                {"joins_on": f"From: they are a member from {clash.joins_on} {until} already; end that first."}
            )

    def holds_on(self, day: dt.date) -> bool:
        """Whether it holds on a local day."""
        return self.joins_on <= day and (self.leaves_on is None or day < self.leaves_on)


class Unit(models.Model):
    """What one primary and secondary pair staffs: a pipeline on its own, or a group of pipelines."""

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="units")
    name = models.CharField(max_length=100)
    pipelines = models.ManyToManyField(Pipeline, through="UnitPipeline", related_name="units")

    history = HistoricalRecords()

    class Meta:
        ordering = ["rotation", "pk"]
        constraints = [models.UniqueConstraint(name="unit_name_once", fields=["rotation", "name"])]

    def __str__(self) -> str:
        return self.name


class UnitPipelineQuerySet(models.QuerySet["UnitPipeline"]):
    def in_days(self, first: dt.date, until: dt.date) -> UnitPipelineQuerySet:
        """Places that hold at some time from the first day up to, and not including, the other."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=first), Q(starts_on=None) | Q(starts_on__lt=until))


class UnitPipeline(models.Model):
    """A pipeline's place in a unit from the hand-off of a day up to that of another; it has at most one at a time."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="places")
    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="places")
    starts_on = models.DateField(
        "from", null=True, blank=True, help_text="Day of a hand-off; empty from the beginning."
    )
    ends_on = models.DateField("until", null=True, blank=True, help_text="First day out of it; empty while it holds.")

    objects = UnitPipelineQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["unit", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="pipeline_one_open_place",
                fields=["pipeline"],
                condition=Q(ends_on=None),
                violation_error_message="This pipeline stands in a unit already; end that place first.",
            ),
            models.CheckConstraint(
                name="place_ends_after_start",
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gt=F("starts_on")),
                violation_error_message="Until: must be after from.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pipeline} in {self.unit}"

    def clean(self) -> None:
        """Two places of a pipeline never overlap."""
        if self.pipeline_id is None:
            return
        others = UnitPipeline.objects.filter(pipeline=self.pipeline_id).exclude(pk=self.pk)
        others = others.in_days(self.starts_on or dt.date.min, self.ends_on or dt.date.max)
        if clash := others.select_related("unit", "pipeline").first():
            raise ValidationError({"starts_on": f"From: {clash} holds at that time already; end it first."})
