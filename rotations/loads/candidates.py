"""Reads: members of a rotation as a planning problem names them: when they are there, what they wish and carried."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import Any

from django.db.models import Q

from ..domain import roster as facts
from ..domain.carried import Spell, capacity_weeks, holidays_served, mean_percent, weeks_on_call
from ..domain.ledger import ZERO, Load, ledger
from ..domain.spans import DAY, WEEK, Span, instant
from ..models import Cover, Membership, Rotation, Shift, Wish
from .days_off import days_off_in
from .ledger import ledger_for_planning
from .roster import cover_facts, shift_facts

# who had 25 December last year is known, also when this year's is planned late
HOLIDAY_WEEKS = 104
# the calendar of who has no public holidays but the company's own
COMPANY = "company"

Row = dict[str, Any]
Weeks = Mapping[dt.date, Span]


def candidates(rotation: Rotation, roster: facts.Roster, weeks: Weeks) -> list[Row]:
    """Everybody active who is a member at some time in these weeks; the roster begins where the ledger does."""
    first, team = min(weeks), roster.teams[rotation.pk]
    horizon, before = Span(weeks[first].start, weeks[max(weeks)].end), Span(roster.window.start, weeks[first].start)
    spells = _memberships(rotation, before, max(weeks) + WEEK)
    carried, on_call = ledger(roster, before), weeks_on_call(roster, team, before)
    served = _served(roster, [*spells], Span(team.calendar.handoff(first - HOLIDAY_WEEKS * WEEK), before.end))
    staffed = min((shift.span.start for shift in roster.shifts if shift.span.meets(before)), default=before.end)
    brought, rate = ledger_for_planning(rotation, before.start, before.end), _tokens_a_week(roster, team, before.end)
    wishes = _wishes(rotation, team.calendar, weeks)
    counted = Span(max(staffed, before.start), before.end) if staffed < before.end else None
    found = []
    for engineer, rows in spells.items():
        ahead = [row for row in rows if row.leaves_on is None or row.leaves_on > first]
        if not ahead:
            continue
        times = [_spell(row, team.calendar, horizon.end) for row in rows]
        absences = [absence.span for absence in roster.absences_of.get(engineer, ())]
        found.append(
            {
                "id": str(engineer),
                "country": _country(roster, engineer, team),
                "capacity_percent": round(mean_percent(times, horizon), 1),
                "joins": ahead[0].joins_on.isoformat(),
                "leaves": ahead[-1].leaves_on and ahead[-1].leaves_on.isoformat(),
                **_presence(roster, engineer, ahead, weeks, team.calendar),
                "wanted": wishes.get((engineer, True), []),
                "unwanted": wishes.get((engineer, False), []),
                "ledger": _ledger(
                    carried.get(engineer, ZERO) + brought.get(engineer, ZERO),
                    capacity_weeks(times, absences, counted) if counted else 0,
                    rate,
                    on_call.get(engineer, 0),
                    served.get(engineer, ()),
                ),
            }
        )
    return found


def _memberships(rotation: Rotation, before: Span, until: dt.date) -> dict[int, list[Membership]]:
    """Those of active engineers by person and time, from the first day of the ledger on."""
    found: dict[int, list[Membership]] = {}
    rows = Membership.objects.in_days(before.start.date(), until).filter(rotation=rotation, engineer__is_active=True)
    for row in rows.order_by("engineer_id", "joins_on"):
        found.setdefault(row.engineer_id, []).append(row)
    return found


def _spell(row: Membership, calendar: facts.Calendar, end: dt.datetime) -> Spell:
    start = calendar.handoff(row.joins_on)
    leaves = min(end, calendar.handoff(row.leaves_on)) if row.leaves_on else end
    return Spell(Span(start, leaves), row.capacity_percent)


def _wishes(rotation: Rotation, calendar: facts.Calendar, weeks: Weeks) -> dict[tuple[int, bool], list[str]]:
    """Weeks by who wishes for them and how; one that was named by another hand-off day counts for its week."""
    found: dict[tuple[int, dt.date], bool] = {}
    rows = Wish.objects.filter(rotation=rotation, week__gt=min(weeks) - WEEK, week__lt=max(weeks) + WEEK)
    for wish in rows.order_by("week"):
        found[wish.engineer_id, calendar.week_of(wish.week)] = wish.is_wanted
    named: dict[tuple[int, bool], list[str]] = {}
    for (engineer, week), is_wanted in found.items():
        if week in weeks:
            named.setdefault((engineer, is_wanted), []).append(week.isoformat())
    return named


def _country(roster: facts.Roster, engineer: int, team: facts.Team) -> str | None:
    return roster.people[engineer].holiday_calendar or (COMPANY if team.calendar.company_days else None)


def _presence(
    roster: facts.Roster, engineer: int, rows: list[Membership], weeks: Weeks, calendar: facts.Calendar
) -> Row:
    off, partial = [], []
    for week, span in weeks.items():
        if _between_spells(rows, week) or roster.is_away_in(engineer, _whole_days(week, calendar)):
            off.append(week.isoformat())
        elif roster.is_away_in(engineer, span):
            partial.append(week.isoformat())
    return {"weeks_off": off, "weeks_partial": partial}


def _whole_days(week: dt.date, calendar: facts.Calendar) -> Span:
    """A week without the last hours before its hand-off, which belong to the first day of the next."""
    return Span(calendar.handoff(week), instant(week + WEEK, dt.time(), calendar.zone))


def _between_spells(rows: list[Membership], week: dt.date) -> bool:
    """Somebody left and came back, and the week lies between."""
    return any(left.leaves_on <= week < back.joins_on for left, back in pairwise(rows))


def _tokens_a_week(roster: facts.Roster, team: facts.Team, at: dt.datetime) -> float:
    """The fair load of a full-time week: what all units ask for, shared by who is a member then."""
    staffed = Span(at, at + DAY)
    units = sum(unit.team == team.id and unit.part_of(staffed) is not None for unit in roster.units.values())
    return units * sum(team.weight(role) for role in facts.Role) / (team.capacity_at(at) or 1)


def _ledger(load: Load, capacity: float, rate: float, weeks: int, served: Iterable[dt.date]) -> Row:
    """What was carried and brought along, beside the weeks in which the rotation was staffed and the engineer was in
    it. Loads begin at 0: who is below that has so many weeks more in which nothing was carried."""
    owed = max(-load.tokens, 0) / rate if rate else 0
    return {
        "weighted_load": round(max(load.tokens, 0), 1),
        "capacity_weeks": round(max(capacity, 0) + owed, 2),
        "weeks": weeks,
        "holiday_days": max(round(load.holiday_days), 0),
        "holidays_served": [day.isoformat() for day in served],
    }


def _served(roster: facts.Roster, members: list[int], window: Span) -> Mapping[int, tuple[dt.date, ...]]:
    """Public holidays with duty, further back than the ledger: only the shifts round those days are read."""
    days_off = days_off_in(window)
    used = {roster.people[member].holiday_calendar for member in members}
    days = {day for key in used for day in days_off.of_calendar(key)}.union(*days_off.company.values())
    if not days:
        return {}
    near = [instant(day, dt.time(), dt.UTC) for day in sorted(days)]
    touched = reduce(or_, (Q(starts_at__lt=at + 2 * DAY, ends_at__gt=at - DAY) for at in near))
    covered = Cover.objects.filter(engineer__in=members).values("shift")
    shifts = Shift.objects.in_span(window).filter(touched).filter(Q(engineer__in=members) | Q(pk__in=covered))
    rows = tuple(shift_facts(shift) for shift in shifts)
    covers = Cover.objects.filter(shift__in=[shift.id for shift in rows])
    teams = {
        key: replace(team, calendar=replace(team.calendar, company_days=days_off.of_company(key)))
        for key, team in roster.teams.items()
    }
    past = replace(
        roster,
        window=window,
        teams=teams,
        shifts=rows,
        covers=tuple(cover_facts(cover) for cover in covers),
        holidays=days_off.public,
    )
    return holidays_served(past, window)
