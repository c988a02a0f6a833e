"""A lived-in team: a served and a planned rotation, time off, and incidents of each severity in each state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Min, Q

from incidents import verbs as incident_verbs
from incidents.due import DUE_WORK
from incidents.models import Clock, Incident
from pipelines.models import Engineer, Pipeline
from rotations.domain.resolver import on_call
from rotations.domain.roster import Role, Severity
from rotations.domain.spans import DAY, WEEK, Span
from rotations.loads.planning import calendar_for
from rotations.loads.roster import load_roster
from rotations.models import Message, PublicHoliday, Rotation, Shift, TimeOffRequest
from rotations.verbs.holidays import YEARS_AHEAD, store_holidays
from rotations.verbs.planning import ask_plan, solve_plan
from rotations.verbs.publishing import publish_plan
from rotations.verbs.time_off import approve, request_time_off

from .catalogue import HOLIDAYS

SERVED_WEEKS = 4
PLANNED_WEEKS = 13


def first_week(rotation: Rotation, at: dt.datetime) -> dt.date:
    """The hand-off day so many served weeks before the week of an instant."""
    calendar = calendar_for(rotation)
    return calendar.week_of(at.astimezone(calendar.zone).date()) - SERVED_WEEKS * WEEK


def holiday_ahead(at: dt.datetime) -> PublicHoliday:
    """The next public holiday on a working day that there is still time to ask for."""
    for year in range(at.year - 1, at.year + YEARS_AHEAD + 1):
        store_holidays(HOLIDAYS, year, at)
    ahead = PublicHoliday.objects.filter(calendar=HOLIDAYS, day__gte=(at + 2 * DAY).date())
    return next(holiday for holiday in ahead if holiday.day.weekday() < 5)


def publish_rotation(rotation: Rotation, people: dict[str, Engineer], holiday: PublicHoliday, at: dt.datetime) -> None:
    """Four weeks served and thirteen ahead, or as many more as it takes to reach the holiday.

    The worked example of the team's document is pinned: A is primary and B secondary of unit-level profit in the week
    of the holiday.
    """
    calendar = calendar_for(rotation)
    start, holiday_week = first_week(rotation, at), calendar.week_of(holiday.day)
    weeks = SERVED_WEEKS + max(PLANNED_WEEKS, (holiday_week - calendar.week_of(at.date())).days // 7 + 1)
    unit = rotation.units.get(name="Unit-level profit")
    pins = tuple(
        {"unit": str(unit.pk), "week": holiday_week.isoformat(), "role": role.value, "engineer": str(people[who].pk)}
        for role, who in ((Role.PRIMARY, "A"), (Role.SECONDARY, "B"))
    )
    asked_at = calendar.handoff(start) - DAY
    plan = solve_plan(ask_plan(rotation, start, weeks, by=people["manager"], at=asked_at, pins=pins))
    publish_plan(plan, by=people["manager"], at=asked_at)
    for shift in Shift.objects.filter(unit=unit, starts_at=calendar.handoff(holiday_week)):
        shift.is_pinned = True
        shift.save(update_fields=["is_pinned"])


def ask_for_time_off(rotation: Rotation, people: dict[str, Engineer], holiday: PublicHoliday, at: dt.datetime) -> None:
    """A asks for the holiday and waits; D's two days are approved."""
    calendar = calendar_for(rotation)
    request_time_off(
        people["A"],
        holiday.day,
        holiday.day,
        TimeOffRequest.Kind.PUBLIC_HOLIDAY,
        holiday.name,
        by=people["A"],
        at=at - 2 * DAY,
    )
    shifts = Shift.objects.filter(engineer=people["D"], role=Role.PRIMARY, starts_at__gt=at + WEEK)
    weeks = (shift.starts_at.astimezone(calendar.zone).date() for shift in shifts)
    wednesday = next(week for week in weeks if week != calendar.week_of(holiday.day)) + 2 * DAY
    request = request_time_off(
        people["D"], wednesday, wednesday + DAY, TimeOffRequest.Kind.VACATION, "", by=people["D"], at=at - 5 * DAY
    )
    approve(request, by=people["manager"], at=at - 4 * DAY)


@dataclass(frozen=True, slots=True)
class Story:
    """One incident: how long ago it opened, and when (minutes after) it was answered, mitigated and resolved."""

    severity: Severity
    pipeline: str
    title: str
    description: str
    minutes_ago: int
    acknowledged: int | None = None
    mitigated: int | None = None
    resolved: int | None = None
    mended: str = ""


HOUR = 60
DAYS = 24 * HOUR
STORIES = (
    Story(
        Severity.CRITICAL, "Aggregate growth", "Row count 0 after the nightly load",
        "The report for investors shows no growth at all since the load of last night.", 25,
    ),
    Story(
        Severity.HIGH, "Aggregate engagement", "Visits are late by 40 minutes",
        "The load of website visits runs four times longer than usual.", 40,
    ),
    Story(
        Severity.MEDIUM, "Unit-level profit", "Two products without a cost",
        "Both were added on Friday; their profit shows as revenue.", 7 * HOUR,
    ),
    Story(
        Severity.CRITICAL, "Aggregate profit", "Profit of one region counted twice",
        "The figure for investors is 4 % too high.", 2 * HOUR, 12,
    ),
    Story(
        Severity.HIGH, "Daily growth", "Yesterday's figures missing for one country",
        "Sign-ups of one country did not arrive.", 5 * HOUR, 35,
    ),
    Story(
        Severity.MEDIUM, "Aggregate engagement", "Warning: app usage drifts from its benchmark",
        "Within limits, but on the way out of them.", 10 * HOUR, 90,
    ),
    Story(
        Severity.CRITICAL, "Aggregate engagement", "Report shows last week's visits",
        "The cache was not emptied after the load.", 200, 9, 65,
    ),
    Story(
        Severity.HIGH, "Aggregate profit", "Aggregation takes two hours instead of ten minutes",
        "A join lost its index.", 10 * HOUR, 20, 3 * HOUR,
    ),
    Story(
        Severity.MEDIUM, "Daily growth", "Experiment names cut off in the report", "", 20 * HOUR, 2 * HOUR, 6 * HOUR,
    ),
    Story(
        Severity.CRITICAL, "Aggregate profit", "Pipeline stopped: source database unavailable",
        "No new orders since 03:10.", 6 * DAYS, 41, 3 * HOUR, 5 * HOUR,
        "The source came back after a failover; the missing hours were loaded again and compared with the ledger.",
    ),
    Story(
        Severity.HIGH, "Aggregate growth", "Outdated growth model in use",
        "The figures were made with the model of last month.", 9 * DAYS, 50, 4 * HOUR, 7 * HOUR,
        "The current model was deployed and three days were calculated again.",
    ),
    Story(
        Severity.MEDIUM, "Unit-level profit", "Rounding differs between report and source", "", 16 * DAYS, 3 * HOUR,
        8 * HOUR, 21 * HOUR, "Both now round half to even.",
    ),
)  # fmt: skip


def live_through_incidents(people: dict[str, Engineer], at: dt.datetime) -> None:
    """Play the stories in the order of time with the pager's own work between them, then leave nothing to send."""
    pipelines = {pipeline.name: pipeline for pipeline in Pipeline.objects.all()}
    steps = sorted((step for story in STORIES for step in _steps(story, at)), key=lambda step: step[:2])
    running: dict[str, Incident] = {}
    for moment, what, story in steps:
        _run_pager(until=moment)
        if what == "report":
            running[story.title] = incident_verbs.report(
                pipelines[story.pipeline],
                story.severity,
                story.title,
                story.description,
                by=people["manager"],
                at=moment,
            )
        else:
            _act(running[story.title], what, story, moment)
    _run_pager(until=at)
    _settle()


def _steps(story: Story, at: dt.datetime) -> Iterator[tuple[dt.datetime, str, Story]]:
    opened = at - dt.timedelta(minutes=story.minutes_ago)
    yield opened, "report", story
    for verb, minutes in (
        ("acknowledge", story.acknowledged),
        ("mitigate", story.mitigated),
        ("resolve", story.resolved),
    ):
        if minutes is not None:
            yield opened + dt.timedelta(minutes=minutes), verb, story


def _act(incident: Incident, verb: str, story: Story, at: dt.datetime) -> None:
    responder = incident.acknowledged_by or _first_responder(incident, at)
    extra = {"resolve": (story.mended,), "mitigate": ("The cause is found and contained.",)}.get(verb, ())
    getattr(incident_verbs, verb)(incident, *extra, by=responder, at=at)
    incident.refresh_from_db()


def _first_responder(incident: Incident, at: dt.datetime) -> Engineer:
    roster = load_roster(Span(at, at + DAY))
    first = on_call(roster, incident.pipeline_id, at, Severity(incident.severity)).first
    return Engineer.objects.get(pk=first.engineer)


def _run_pager(until: dt.datetime) -> None:
    """Do what the pager would have done by then, each thing at the instant at which it was due."""
    while (now := _next_due()) and now <= until:
        for work in DUE_WORK:
            for claimed in work.claim(now, 100):
                work.act(claimed, now)


def _next_due() -> dt.datetime | None:
    running = Q(stopped_at=None)
    due = Clock.objects.aggregate(
        warn=Min("warn_at", filter=running & Q(warned_at=None)),
        breach=Min("due_at", filter=running & Q(breached_at=None)),
    )
    due["page"] = Incident.objects.aggregate(page=Min("next_page_at"))["page"]
    return min(filter(None, due.values()), default=None)


def _settle() -> None:
    """Every message was sent long ago, and the open incidents page nobody any more: this is a demonstration."""
    for message in Message.objects.all():
        message.state, message.sent_at, message.due_at = Message.State.SENT, message.created_at, None
        message.attempts, message.outcome = 1, "sent"
        message.save()
    for incident in Incident.objects.exclude(next_page_at=None):
        incident.next_page_at = None
        incident.save(update_fields=["next_page_at"])
