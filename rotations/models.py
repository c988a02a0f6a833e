"""Rotations, the duty they place, time off and its covers, feeds, and the pager's messages."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords
from timezone_field import TimeZoneField

from pipelines.models import Engineer, Pipeline, validate_holiday_calendar

from .domain import roster as facts
from .domain.spans import Span, days_of

ROLES = [(role.value, role.value) for role in facts.Role]
WEEKDAYS = list(enumerate(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]))


class Rotation(models.Model):
    """A calendar of duty over some pipelines."""

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


class UnitPipeline(models.Model):
    """A pipeline's place in a unit; it has at most one."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="places")
    pipeline = models.OneToOneField(Pipeline, on_delete=models.CASCADE, related_name="place")

    history = HistoricalRecords()

    class Meta:
        ordering = ["unit", "pk"]

    def __str__(self) -> str:
        return f"{self.pipeline} in {self.unit}"


class PublicHoliday(models.Model):
    """A day of a calendar of public holidays, kept here as the library that knows them is heavy."""

    calendar = models.CharField(max_length=12)
    day = models.DateField()
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["day", "calendar"]
        constraints = [models.UniqueConstraint(name="public_holiday_once", fields=["calendar", "day"])]

    def __str__(self) -> str:
        return f"{self.day} {self.name} ({self.calendar})"


class HolidayYear(models.Model):
    """A year of a calendar of public holidays was stored; some years of some calendars have no day at all."""

    calendar = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    stored_at = models.DateTimeField()

    class Meta:
        ordering = ["calendar", "year"]
        constraints = [models.UniqueConstraint(name="holiday_year_once", fields=["calendar", "year"])]

    def __str__(self) -> str:
        return f"{self.calendar} {self.year}"


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
    """An engineer asks for time off, in whole days of their own zone."""

    class State(models.TextChoices):
        REQUESTED = "requested", "waiting"
        APPROVED = "approved", "approved"
        DECLINED = "declined", "declined"
        CANCELLING = "cancelling", "cancelling waits"
        CANCELLED = "cancelled", "cancelled"

    class Kind(models.TextChoices):
        VACATION = "vacation", "vacation"
        PUBLIC_HOLIDAY = "public holiday", "public holiday"
        SICK = "sick", "sick leave"
        OTHER = "other", "other"

    engineer = models.ForeignKey(Engineer, on_delete=models.PROTECT, related_name="time_off")
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

    objects = TimeOffQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name = "time-off request"
        constraints = [
            models.CheckConstraint(name="time_off_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
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
    def first_day(self) -> dt.date:
        return self.starts_at.astimezone(self.time_zone).date()

    @property
    def last_day(self) -> dt.date:
        return max(days_of(self.span, self.time_zone))

    @property
    def days_text(self) -> str:
        """The days in words: Thu 26 Nov 2026, or Mon 21 Dec to Fri 1 Jan 2027."""
        first, last = self.first_day, self.last_day
        end = f"{last:%a} {last.day} {last:%b %Y}"
        return end if first == last else f"{first:%a} {first.day} {first:%b} to {end}"


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


class FeedLink(models.Model):
    """A secret address of somebody's calendar; only the digest of its token is kept."""

    engineer = models.ForeignKey(Engineer, on_delete=models.CASCADE, related_name="feed_links")
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)
    fetched_at = models.DateTimeField("last fetched", null=True, editable=False)
    fetched_by = models.CharField("last fetched by", max_length=100, blank=True, editable=False)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"Feed of {self.engineer}"


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
