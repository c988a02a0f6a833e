"""Reads: a planning problem as one plain value (docs/planning.md), from what the portal knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Set
from typing import Any

from django.db.models import Max, Q

from pipelines.models import Pipeline

from ..domain import roster as facts
from ..domain.roster import Role
from ..domain.spans import WEEK, Span, days_of
from ..models import Rotation, Shift, UnitPipeline
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
    units = _units(roster, rotation, spans[first_week].start)
    published = _published(roster, units, shifts)
    pinned = [*_pinned(rotation, shifts), *pins]
    members = candidates(rotation, roster, spans)
    known = {row["id"] for row in members}
    gone = {row[role.value] for row in published for role in Role} - known - {None}
    unfrozen = _first_handoff_from(at + dt.timedelta(days=rotation.freeze_days), calendar)
    return {
        "name": f"{rotation.name}, {weeks} weeks from {first_week}",
        "start": first_week.isoformat(),
        "weeks": weeks,
        **_rules(rotation),
        "engineers": [*members, *(_gone(engineer, first_week) for engineer in sorted(gone, key=int))],
        "units": [_unit(roster, unit, known, pinned) for unit in units],
        "pins": [pin for pin in pinned if pin["engineer"] in known],
        "holidays": _holidays(roster, rotation, spans),
        "published": published,
        "locked_before": unfrozen.isoformat() if published else None,
    }


def units_change_in(rotation: Rotation, first_week: dt.date, weeks: int) -> dt.date | None:
    """The first day inside these weeks, but not their first, on which a pipeline changes its unit."""
    inside = (first_week + dt.timedelta(days=1), first_week + dt.timedelta(weeks=weeks, days=-1))
    moves = UnitPipeline.objects.filter(Q(starts_on__range=inside) | Q(ends_on__range=inside), unit__rotation=rotation)
    days = {day for row in moves for day in (row.starts_on, row.ends_on) if day and inside[0] <= day <= inside[1]}
    return min(days, default=None)


def _units(roster: facts.Roster, rotation: Rotation, start: dt.datetime) -> list[facts.Post]:
    """The rotation's units in which a pipeline in service stands at an instant."""
    in_service = set(Pipeline.objects.for_pages().values_list("pk", flat=True))
    return [
        unit
        for unit in roster.units.values()
        if unit.team == rotation.pk and any(unit.holds(pipeline, start) for pipeline in in_service & {*unit.pipelines})
    ]


def _rules(rotation: Rotation) -> Row:
    several = {"shift_weeks": rotation.shift_weeks} if rotation.shift_weeks > 1 else {}
    return {
        **several,
        "weights": {"primary": rotation.primary_weight, "secondary": rotation.secondary_weight},
        "rules": {
            "max_roles_per_engineer_week": rotation.max_roles_per_week,
            "min_weeks_between_primary": rotation.rest_weeks,
            "max_consecutive_weeks": rotation.max_consecutive_weeks,
            "scope": rotation.rules_scope,
        },
    }


def _gone(engineer: str, first_week: dt.date) -> Row:
    """Somebody who has published duty in these weeks and is no member any more: all of it needs another."""
    return {"id": engineer, "leaves": first_week.isoformat()}


def _unit(roster: facts.Roster, unit: facts.Post, members: Set[str], pins: Iterable[Row]) -> Row:
    """Owners are those of the unit's first pipeline: a group of pipelines is one post, and counts as one.

    Who is pinned to it may stand in it, whatever they own or are trained for.
    """
    owners = next((roster.owners[pipeline] for pipeline in unit.pipelines if pipeline in roster.owners), None)
    pair = [str(owners.primary), str(owners.secondary)] if owners else [None, None]
    pinned = {pin["engineer"] for pin in pins if pin["unit"] == str(unit.id)}
    qualified = {str(engineer) for engineer in unit.qualified} | pinned
    return {
        "id": str(unit.id),
        "qualified": sorted(qualified & members, key=int),
        "owners": [owner if owner in members else None for owner in pair],
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
