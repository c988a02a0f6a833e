"""Reads: a planning problem as one plain value (docs/planning.md), from what the portal knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from django.db.models import Max

from pipelines.models import Pipeline

from ..domain import roster as facts
from ..domain.ledger import ZERO, ledger
from ..domain.roster import Role
from ..domain.spans import WEEK, Span, days_of, instant
from ..models import Membership, Rotation, Shift
from .roster import load_roster

LEDGER_WEEKS = 52

Row = dict[str, Any]
Weeks = Mapping[dt.date, Span]


def calendar_for(rotation: Rotation) -> facts.Calendar:
    """A rotation's own clock without its public holidays: enough for weeks and hand-offs."""
    return facts.Calendar(
        zone=rotation.time_zone, handoff_weekday=rotation.handoff_weekday, handoff_time=rotation.handoff_time
    )


def next_unplanned_week(rotation: Rotation, at: dt.datetime) -> dt.date:
    """The day of the first hand-off from `at` on behind which nothing is published yet."""
    calendar = calendar_for(rotation)
    last = Shift.objects.filter(unit__rotation=rotation).aggregate(last=Max("ends_at"))["last"]
    return _first_handoff_from(max(at, last or at), calendar)


def _first_handoff_from(at: dt.datetime, calendar: facts.Calendar) -> dt.date:
    week = calendar.week_of(at.astimezone(calendar.zone).date())
    return week if calendar.handoff(week) >= at else week + WEEK


def planning_problem(
    rotation: Rotation, first_week: dt.date, weeks: int, at: dt.datetime, pins: Iterable[Row] = ()
) -> Row:
    """The problem of planning a rotation for so many weeks from a hand-off day, as it is at an instant.

    Engineers and units are named by their primary keys. Somebody with approved time off in a week is not planned
    for it at all, unless only the last hours before its hand-off are touched: then as primary, whom the secondary
    covers. Weeks inside the freeze that are published stay as they are.
    """
    calendar = calendar_for(rotation)
    days = [first_week + n * WEEK for n in range(weeks)]
    spans = {day: calendar.week_span(day) for day in days}
    ledger_start = calendar.handoff(first_week - LEDGER_WEEKS * WEEK)
    roster = load_roster(
        Span(ledger_start, spans[days[-1]].end), owners_at=max(at, spans[first_week].start), rotation=rotation
    )
    in_service = set(Pipeline.objects.for_pages().values_list("pk", flat=True))
    units = [
        unit for unit in roster.units.values() if unit.team == rotation.pk and in_service.intersection(unit.pipelines)
    ]
    published = _published(roster, units, spans)
    unfrozen = _first_handoff_from(at + dt.timedelta(days=rotation.freeze_days), calendar)
    return {
        "name": f"{rotation.name}, {weeks} weeks from {first_week}",
        "start": first_week.isoformat(),
        "weeks": weeks,
        "weights": {"primary": rotation.primary_weight, "secondary": rotation.secondary_weight},
        "rules": {
            "max_roles_per_engineer_week": rotation.max_roles_per_week,
            "min_weeks_between_primary": 0,
            "max_consecutive_weeks": None,
            "scope": "pipeline",
        },
        "engineers": _engineers(rotation, roster, spans, calendar),
        "units": [_unit(roster, unit) for unit in units],
        "pins": [*_pinned(rotation, spans), *pins],
        "holidays": _holidays(roster, spans, calendar),
        "published": published,
        "locked_before": unfrozen.isoformat() if published else None,
    }


def _engineers(rotation: Rotation, roster: facts.Roster, weeks: Weeks, calendar: facts.Calendar) -> list[Row]:
    first = min(weeks)
    before = Span(roster.window.start, weeks[first].start)
    carried = ledger(roster, before)
    staffed_from = min((shift.span.start for shift in roster.shifts if shift.span.meets(before)), default=before.end)
    spells: dict[int, list[Membership]] = {}
    members = Membership.objects.in_days(first, max(weeks) + WEEK).filter(rotation=rotation, engineer__is_active=True)
    for row in members.order_by("engineer_id", "joins_on"):
        spells.setdefault(row.engineer_id, []).append(row)
    return [
        {
            "id": str(engineer),
            "country": roster.people[engineer].holiday_calendar or None,
            "capacity_percent": 100,
            "joins": rows[0].joins_on.isoformat(),
            "leaves": rows[-1].leaves_on and rows[-1].leaves_on.isoformat(),
            "weeks_off": [
                week.isoformat()
                for week in weeks
                if roster.is_away_in(engineer, _whole_days(week, calendar)) or _between_spells(rows, week)
            ],
            "weeks_partial": [
                week.isoformat()
                for week, span in weeks.items()
                if roster.is_away_in(engineer, span)
                and not roster.is_away_in(engineer, _whole_days(week, calendar))
                and not _between_spells(rows, week)
            ],
            "ledger": _ledger(
                carried.get(engineer, ZERO), max(staffed_from, calendar.handoff(rows[0].joins_on)), before.end
            ),
        }
        for engineer, rows in spells.items()
    ]


def _whole_days(week: dt.date, calendar: facts.Calendar) -> Span:
    """A week without the last hours before its hand-off, which belong to the first day of the next."""
    return Span(calendar.handoff(week), instant(week + WEEK, dt.time(), calendar.zone))


def _between_spells(rows: list[Membership], week: dt.date) -> bool:
    """Somebody left and came back, and the week lies between."""
    return any(left.leaves_on <= week < back.joins_on for left, back in pairwise(rows))


def _ledger(load: Any, since: dt.datetime, until: dt.datetime) -> Row:
    """What was carried, beside the weeks in which the rotation was staffed and the engineer was in it."""
    return {
        "weighted_load": round(load.tokens),
        "capacity_weeks": round(max((until - since) / WEEK, 0), 2),
        "holiday_days": round(load.holiday_days),
    }


def _unit(roster: facts.Roster, unit: facts.Post) -> Row:
    """Owners are those of the unit's first pipeline: a group of pipelines is one post."""
    owners = next((roster.owners[pipeline] for pipeline in unit.pipelines if pipeline in roster.owners), None)
    return {
        "id": str(unit.id),
        "qualified": [str(engineer) for engineer in sorted(unit.qualified)],
        "owners": [str(owners.primary), str(owners.secondary)] if owners else [],
    }


def _published(roster: facts.Roster, units: Iterable[facts.Post], weeks: Weeks) -> list[Row]:
    holders = {(shift.unit, shift.span.start, shift.role): str(shift.engineer) for shift in roster.shifts}
    rows = []
    for unit in units:
        for week, span in weeks.items():
            pair = {role.value: holders.get((unit.id, span.start, role)) for role in Role}
            if any(pair.values()):
                rows.append({"unit": str(unit.id), "week": week.isoformat(), **pair})
    return rows


def _pinned(rotation: Rotation, weeks: Weeks) -> list[Row]:
    days = {span.start: week for week, span in weeks.items()}
    rows = Shift.objects.filter(unit__rotation=rotation, is_pinned=True, starts_at__in=list(days))
    return [
        {
            "unit": str(row.unit_id),
            "week": days[row.starts_at].isoformat(),
            "role": row.role,
            "engineer": str(row.engineer_id),
        }
        for row in rows
    ]


def _holidays(roster: facts.Roster, weeks: Weeks, calendar: facts.Calendar) -> Row:
    """Public holidays in each week as handed over, for every calendar in use; weeks without any are left out."""
    used = {person.holiday_calendar for person in roster.people.values()} - {""}
    found: dict[str, dict[str, int]] = {key: {} for key in sorted(used)}
    for key in found:
        for week, span in weeks.items():
            # the day of the next hand-off is worked by who comes next
            days = [day for day in days_of(span, calendar.zone) if day < week + WEEK]
            if count := sum(day in roster.holidays.get(key, {}) for day in days):
                found[key][week.isoformat()] = count
    return found
