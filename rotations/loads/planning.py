"""Reads: a planning problem as one plain value (docs/planning.md), from what the portal knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Max

from pipelines.models import Pipeline

from ..domain import roster as facts
from ..domain.roster import Role
from ..domain.spans import WEEK, Span, days_of
from ..models import Rotation, Shift
from .candidates import COMPANY, candidates
from .roster import load_roster

LEDGER_WEEKS = 52

Row = dict[str, Any]
Weeks = Mapping[dt.date, Span]


def calendar_for(rotation: Rotation) -> facts.Calendar:
    """A rotation's own clock without its public holidays: enough for weeks, shifts and hand-offs."""
    return facts.Calendar(
        zone=rotation.time_zone,
        handoff_weekday=rotation.handoff_weekday,
        handoff_time=rotation.handoff_time,
        shift_weeks=rotation.shift_weeks,
    )


def next_unplanned_week(rotation: Rotation, at: dt.datetime) -> dt.date:
    """The day of the first hand-off from `at` on behind which nothing is published yet."""
    calendar = calendar_for(rotation)
    last = Shift.objects.filter(unit__rotation=rotation).aggregate(last=Max("ends_at"))["last"]
    return _first_handoff_from(max(at, last or at), calendar)


def default_weeks(rotation: Rotation) -> int:
    """For how many weeks a plan is asked unless told otherwise: the planning horizon as a whole number of shifts."""
    return rotation.horizon_weeks + -rotation.horizon_weeks % rotation.shift_weeks


def _first_handoff_from(at: dt.datetime, calendar: facts.Calendar) -> dt.date:
    week = calendar.week_of(at.astimezone(calendar.zone).date())
    return week if calendar.handoff(week) >= at else week + WEEK


def planning_problem(
    rotation: Rotation, first_week: dt.date, weeks: int, at: dt.datetime, pins: Iterable[Row] = ()
) -> Row:
    """The problem of planning a rotation for so many weeks from a hand-off day, as it is at an instant.

    Engineers and units are named by their primary keys. Somebody with approved time off in a week is not planned
    for it at all, unless only the last hours before its hand-off are touched: then as primary, whom the secondary
    covers. Weeks inside the freeze that are published stay as they are. Where a shift lasts several weeks it is
    named by its first, and `weeks` is a whole number of shifts.
    """
    calendar = calendar_for(rotation)
    days = [first_week + n * WEEK for n in range(weeks)]
    spans = {day: calendar.week_span(day) for day in days}
    shifts = {day: calendar.shift_span(day) for day in days[:: rotation.shift_weeks]}
    ledger_start = calendar.handoff(first_week - LEDGER_WEEKS * WEEK)
    roster = load_roster(
        Span(ledger_start, spans[days[-1]].end), owners_at=max(at, spans[first_week].start), rotation=rotation
    )
    in_service = set(Pipeline.objects.for_pages().values_list("pk", flat=True))
    units = [
        unit for unit in roster.units.values() if unit.team == rotation.pk and in_service.intersection(unit.pipelines)
    ]
    published = _published(roster, units, shifts)
    unfrozen = _first_handoff_from(at + dt.timedelta(days=rotation.freeze_days), calendar)
    several = {"shift_weeks": rotation.shift_weeks} if rotation.shift_weeks > 1 else {}
    return {
        "name": f"{rotation.name}, {weeks} weeks from {first_week}",
        "start": first_week.isoformat(),
        "weeks": weeks,
        **several,
        "weights": {"primary": rotation.primary_weight, "secondary": rotation.secondary_weight},
        "rules": {
            "max_roles_per_engineer_week": rotation.max_roles_per_week,
            "min_weeks_between_primary": rotation.rest_weeks,
            "max_consecutive_weeks": rotation.max_consecutive_weeks,
            "scope": rotation.rules_scope,
        },
        "engineers": candidates(rotation, roster, spans),
        "units": [_unit(roster, unit) for unit in units],
        "pins": [*_pinned(rotation, shifts), *pins],
        "holidays": _holidays(roster, rotation, spans),
        "published": published,
        "locked_before": unfrozen.isoformat() if published else None,
    }


def _unit(roster: facts.Roster, unit: facts.Post) -> Row:
    """Owners are those of the unit's first pipeline: a group of pipelines is one post, and counts as one."""
    owners = next((roster.owners[pipeline] for pipeline in unit.pipelines if pipeline in roster.owners), None)
    return {
        "id": str(unit.id),
        "qualified": [str(engineer) for engineer in sorted(unit.qualified)],
        "owners": [str(owners.primary), str(owners.secondary)] if owners else [],
    }


def _published(roster: facts.Roster, units: Iterable[facts.Post], shifts: Weeks) -> list[Row]:
    """What is in force, shift by shift; a shift by another hand-off or of another length is none of these."""
    holders = {(shift.unit, shift.span, shift.role): str(shift.engineer) for shift in roster.shifts}
    rows = []
    for unit in units:
        for week, span in shifts.items():
            pair = {role.value: holders.get((unit.id, span, role)) for role in Role}
            if any(pair.values()):
                rows.append({"unit": str(unit.id), "week": week.isoformat(), **pair})
    return rows


def _pinned(rotation: Rotation, shifts: Weeks) -> list[Row]:
    days = {(span.start, span.end): week for week, span in shifts.items()}
    starts = [start for start, _ in days]
    rows = Shift.objects.filter(unit__rotation=rotation, is_pinned=True, starts_at__in=starts)
    return [
        {
            "unit": str(row.unit_id),
            "week": days[row.starts_at, row.ends_at].isoformat(),
            "role": row.role,
            "engineer": str(row.engineer_id),
        }
        for row in rows
        if (row.starts_at, row.ends_at) in days
    ]


def _holidays(roster: facts.Roster, rotation: Rotation, weeks: Weeks) -> Row:
    """Public holidays in each week as handed over, for every calendar in use; weeks without any are left out.

    Company days are among those of every calendar; who has none has those alone.
    """
    calendar = roster.teams[rotation.pk].calendar
    used = {person.holiday_calendar for person in roster.people.values()} - {""}
    known = {key: {**calendar.company_days, **roster.holidays.get(key, {})} for key in sorted(used)}
    if calendar.company_days:
        known[COMPANY] = dict(calendar.company_days)
    found: dict[str, dict[str, int]] = {key: {} for key in known}
    for key, days_off in known.items():
        for week, span in weeks.items():
            # the day of the next hand-off is worked by who comes next
            if count := sum(day in days_off for day in days_of(span, calendar.zone) if day < week + WEEK):
                found[key][week.isoformat()] = count
    return found
