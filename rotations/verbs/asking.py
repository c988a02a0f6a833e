"""What somebody may ask for: days that make sense, no overlap with their own, and the notice their rotations want."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from pipelines.models import Engineer

from ..domain.asked import Shape, span_asked
from ..domain.spans import DAY, Span
from ..domain.wording import day_text
from ..models import Rotation, TimeOffRequest

LONGEST = 366
FURTHEST = 3 * 366 * DAY
Kind, State = TimeOffRequest.Kind, TimeOffRequest.State
OVER = (State.DECLINED, State.CANCELLED, State.REPLACED)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed: days, or a part of the first of them, and why."""

    first_day: dt.date
    last_day: dt.date
    kind: str
    reason: str = ""
    shape: str = Shape.DAYS.value
    from_time: dt.time | None = None
    until_time: dt.time | None = None

    @property
    def fields(self) -> dict[str, object]:
        """What of it stands in a request as it is."""
        return {"kind": self.kind, "reason": self.reason.strip(), "shape": self.shape}


def checked(
    asked: Asked, engineer: Engineer, *, by: Engineer, at: dt.datetime, changed: TimeOffRequest | None = None
) -> Span:
    """The time that is asked for; `changed` is the request that it changes. Raises ValidationError, by field."""
    _check_words(asked)
    span = _span(asked, engineer, at)
    if changed and changed.state == State.APPROVED and changed.starts_at <= at and span.start != changed.starts_at:
        first = day_text(changed.first_day)
        raise ValidationError({"first_day": f"First day: it has begun; keep {first}, only the end can change."})
    _check_overlap(engineer, span, changed)
    if by.pk == engineer.pk and asked.kind != Kind.SICK:
        _check_notice(engineer, _added(span, changed), at)
    return span


def takes_effect_at_once(asked: Asked, engineer: Engineer, at: dt.datetime) -> bool:
    """Sick leave that begins by tomorrow is no question."""
    return asked.kind == Kind.SICK and asked.first_day <= at.astimezone(engineer.time_zone).date() + DAY


def _span(asked: Asked, engineer: Engineer, at: dt.datetime) -> Span:
    _check_days(asked.first_day, asked.last_day, at.astimezone(engineer.time_zone).date())
    shape = Shape(asked.shape)
    if shape is not Shape.DAYS and asked.first_day != asked.last_day:
        raise ValidationError({"last_day": "Last day: leave it empty; half a day and hours are of one day."})
    if shape is Shape.HOURS and (asked.from_time is None or asked.until_time is None):
        field = "from_time" if asked.from_time is None else "until_time"
        raise ValidationError({field: "Hours: give both times, such as 09:00 and 11:30."})
    try:
        span = span_asked(shape, asked.first_day, asked.last_day, engineer.time_zone, asked.from_time, asked.until_time)
    except ValueError as refusal:
        words = "Until: use a later time than from, at which clocks are not put forward; 00:00 ends the day."
        raise ValidationError({"until_time": words}) from refusal
    if span.end <= at:
        field = "until_time" if shape is Shape.HOURS else "shape"
        raise ValidationError({field: "That part of the day is over; choose a later one."})
    return span


def _check_days(first_day: dt.date, last_day: dt.date, today: dt.date) -> None:
    if last_day < first_day:
        raise ValidationError({"last_day": f"Last day: use {day_text(first_day)} or a later day, or an earlier first."})
    if last_day < today:
        raise ValidationError({"last_day": f"Last day: those days are over; use {day_text(today)} or a later day."})
    if (last_day - first_day).days >= LONGEST:
        raise ValidationError({"last_day": f"Last day: at most {LONGEST} days at a time; ask for the rest separately."})
    if first_day - today > FURTHEST:
        raise ValidationError({"first_day": f"First day: use {day_text(today + FURTHEST)} or an earlier day."})


def _check_words(asked: Asked) -> None:
    if asked.kind not in Kind.values:
        raise ValidationError({"kind": f"Kind: use one of {', '.join(Kind.values)}."})
    if asked.shape not in list(Shape):
        raise ValidationError({"shape": f"How much: use one of {', '.join(Shape)}."})
    if len(asked.reason) > (longest := TimeOffRequest._meta.get_field("reason").max_length):
        raise ValidationError({"reason": f"Reason: use at most {longest} characters."})


def _check_overlap(engineer: Engineer, span: Span, changed: TimeOffRequest | None) -> None:
    mine = engineer.time_off.in_span(span).exclude(state__in=OVER)
    if changed:
        mine = mine.exclude(pk__in=[changed.pk, changed.replaces_id]).exclude(replaces=changed.pk)
    if other := mine.first():
        raise ValidationError(
            {
                "first_day": f"First day: you have time off for {other.days_text} ({other.get_state_display()}); "
                "choose other days, or cancel that first."
            }
        )


def _added(span: Span, changed: TimeOffRequest | None) -> dt.datetime | None:
    """The first instant that was not asked for before."""
    if changed is None or not span.meets(changed.span) or span.start < changed.starts_at:
        return span.start
    return changed.ends_at if span.end > changed.ends_at else None


def _check_notice(engineer: Engineer, first: dt.datetime | None, at: dt.datetime) -> None:
    if first is None:
        return
    day, today = first.astimezone(engineer.time_zone).date(), at.astimezone(engineer.time_zone).date()
    mine = Rotation.objects.filter(
        pk__in=engineer.memberships.in_days(today, max(day, today) + DAY).values("rotation"), notice_days__gt=0
    )
    strictest = mine.order_by("-notice_days", "name").first()
    if strictest and day < (soonest := today + strictest.notice_days * DAY):
        raise ValidationError(
            {
                "first_day": f"First day: {strictest} wants {strictest.notice_days} days of notice; use "
                f"{day_text(soonest)} or a later day, or ask a manager to enter it."
            }
        )
