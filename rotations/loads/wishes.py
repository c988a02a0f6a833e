"""Reads: the weeks that somebody can wish for, and which wishes a plan met."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.models import Engineer

from ..domain.draft import overlaid
from ..domain.roster import Calendar
from ..domain.spans import DAY, UTC, WEEK, Span, days_of
from ..domain.wishes import wishes_met
from ..models import Membership, Plan, Rotation, Shift, TimeOffRequest, Wish
from .days_off import DaysOff, days_off_in
from .horizon import next_handoff
from .planning import calendar_for, default_weeks


@dataclass(frozen=True, slots=True)
class WishWeek:
    """A week one can wish for: its first and last day, what is off then, what one has already, and the wish."""

    day: dt.date
    last: dt.date
    holidays: tuple[str, ...]
    time_off: tuple[str, ...]
    duty: tuple[str, ...]
    wish: bool | None


@dataclass(frozen=True, slots=True)
class WishSheet:
    """The weeks of one rotation."""

    rotation: Rotation
    weeks: tuple[WishWeek, ...]


@dataclass(frozen=True, slots=True)
class PlanWish:
    """A wish and what a plan made of it."""

    engineer: Engineer
    week: dt.date
    is_wanted: bool
    is_met: bool


def wish_sheets(engineer: Engineer, at: dt.datetime) -> list[WishSheet]:
    """The weeks to come of every rotation somebody is or will be a member of, as far as its horizon. Five queries."""
    rows = (
        Membership.objects.filter(engineer=engineer).select_related("rotation").order_by("rotation__name", "joins_on")
    )
    spells: dict[Rotation, list[Membership]] = {}
    for row in rows:
        spells.setdefault(row.rotation, []).append(row)
    weeks = {rotation: list(_weeks(rotation, found, at)) for rotation, found in spells.items()}
    ends = [calendar_for(rotation).handoff(days[-1] + WEEK) for rotation, days in weeks.items() if days]
    if not ends:
        return []
    span = Span(at.astimezone(UTC), max(ends))
    wishes = {(wish.rotation_id, wish.week): wish.is_wanted for wish in Wish.objects.filter(engineer=engineer)}
    days_off = days_off_in(span)
    asked = [TimeOffRequest.State.REQUESTED, TimeOffRequest.State.APPROVED, TimeOffRequest.State.CANCELLING]
    absences = list(TimeOffRequest.objects.in_span(span).filter(engineer=engineer, state__in=asked))
    duty = _duty(engineer, span)
    return [
        WishSheet(
            rotation,
            tuple(_week(rotation, day, engineer, days_off, absences, duty, wishes) for day in days),
        )
        for rotation, days in weeks.items()
        if days
    ]


def _weeks(rotation: Rotation, spells: list[Membership], at: dt.datetime) -> Iterable[dt.date]:
    first = next_handoff(rotation, at)
    days = (first + n * WEEK for n in range(default_weeks(rotation)))
    return (day for day in days if any(row.joins_on < day + WEEK and _until(row) > day for row in spells))


def _until(row: Membership) -> dt.date:
    return row.leaves_on or dt.date.max


def _duty(engineer: Engineer, span: Span) -> dict[int, list[Shift]]:
    found: dict[int, list[Shift]] = defaultdict(list)
    for shift in Shift.objects.in_span(span).filter(engineer=engineer).select_related("unit"):
        found[shift.unit.rotation_id].append(shift)
    return found


def _week(
    rotation: Rotation,
    day: dt.date,
    engineer: Engineer,
    days_off: DaysOff,
    absences: list[TimeOffRequest],
    duty: dict[int, list[Shift]],
    wishes: dict[tuple[int, dt.date], bool],
) -> WishWeek:
    calendar = calendar_for(rotation)
    span = calendar.week_span(day)
    mine = {**days_off.of_company(rotation.pk), **days_off.of_calendar(engineer.holiday_calendar)}
    return WishWeek(
        day=day,
        last=day + WEEK - DAY,
        holidays=tuple(_holidays(span, day, calendar, mine)),
        time_off=tuple(_time_off(row) for row in absences if row.span.meets(span)),
        duty=tuple(f"{shift.role} of {shift.unit}" for shift in duty[rotation.pk] if shift.span.meets(span)),
        wish=wishes.get((rotation.pk, day)),
    )


def _holidays(span: Span, week: dt.date, calendar: Calendar, days_off: dict[dt.date, str]) -> Iterable[str]:
    # the day of the next hand-off is worked by who comes next
    days = (day for day in days_of(span, calendar.zone) if day < week + WEEK)
    return (f"{day:%a} {day.day} {day:%b}: {days_off[day]}" for day in days if day in days_off)


def _time_off(request: TimeOffRequest) -> str:
    return f"{request.days_text} (waiting)" if request.state == TimeOffRequest.State.REQUESTED else request.days_text


def plan_wishes(plan: Plan) -> list[PlanWish]:
    """What became of each wish in an answered plan, by week; one query, and none where nobody wished for anything."""
    met = wishes_met(plan.problem, overlaid(plan.answer["assignments"], plan.edits))
    people = Engineer.objects.in_bulk({int(wish.engineer) for wish in met}) if met else {}
    return [
        PlanWish(people[int(wish.engineer)], wish.week, wish.is_wanted, wish.is_met)
        for wish in met
        if int(wish.engineer) in people
    ]
