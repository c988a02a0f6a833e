"""Reads: what one page of the calendar is drawn from, in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from django.core.paginator import Page as Leaf
from django.core.paginator import Paginator
from django.db.models import OuterRef, Q, QuerySet, Subquery

from pipelines.models import Engineer, Training

from ..domain import roster as facts
from ..domain.cards import Labels, Page
from ..domain.columns import Period, View
from ..domain.grid import By, Grid, Sheet, grid_by_engineer, grid_by_pipeline
from ..domain.pieces import day_span
from ..domain.spans import DAY, UTC, Span
from ..models import Cover, Membership, Rotation, Shift, TimeOffRequest, UnitPipeline
from .days_off import DaysOff, days_off_in
from .roster import absence_facts, calendar_of, cover_facts, person, shift_facts, stands_of

ROWS = 25
# a week goes by the rotation's clock, which may be most of a day away from the reader's
MARGIN = 2 * DAY


@dataclass(frozen=True, slots=True)
class Spread:
    """A calendar, and which leaf of all its rows it is."""

    grid: Grid
    leaf: Leaf


@dataclass(frozen=True, slots=True)
class Rows:
    """What the rows of one leaf need from the database; `units` and `people` are those with a row of their own."""

    leaf: Leaf
    units: frozenset[int]
    people: frozenset[int]
    shifts: QuerySet[Shift]
    absences: QuerySet[TimeOffRequest]


def rotations_with_horizon() -> list[Rotation]:
    """Every rotation with the first and last instant of its published shifts, `published_from` and `published_until`.

    Both walk the index on (ends_at, starts_at) from one end and stop at the first shift of the rotation.
    """
    shifts = Shift.objects.filter(unit__rotation=OuterRef("pk"))
    rows = Rotation.objects.annotate(
        published_from=Subquery(shifts.order_by("ends_at").values("starts_at")[:1]),
        published_until=Subquery(shifts.order_by("-ends_at").values("ends_at")[:1]),
    )
    return list(rows)


def common_weekday(rotations: Iterable[Rotation]) -> int:
    """The hand-off weekday that rotations share; Monday if they don't."""
    weekdays = {rotation.handoff_weekday for rotation in rotations}
    return weekdays.pop() if len(weekdays) == 1 else 0


def load_spread(
    rotations: Sequence[Rotation], period: Period, *, by: By, zone: ZoneInfo, number: int, reader: Engineer
) -> Spread:
    """One leaf of the calendar of some rotations, in seven queries however many rows there are; eight for a week."""
    days = day_span(period.first, period.until, zone)
    window = Span(days.start - MARGIN, days.end + MARGIN)
    # on the day on which a period begins, the first hours are still those of the units before
    units, pages = _units(rotations, Span(days.start + DAY, days.end + DAY))
    shadows = _shadows(pages, period) if period.view is View.WEEK else {}
    make = _rows_by_pipeline if by is By.PIPELINE else _rows_by_engineer
    rows = make(rotations, window, list(units), number)
    roster, letters = _roster(rotations, window, units, rows)
    horizons = {
        rotation.pk: Span(rotation.published_from.astimezone(UTC), rotation.published_until.astimezone(UTC))
        for rotation in rotations
        if rotation.published_from
    }
    sheet = Sheet(roster, period, zone, Labels(letters, pages, shadows), horizons, reader.pk)
    draw = grid_by_pipeline if by is By.PIPELINE else grid_by_engineer
    return Spread(draw(sheet, rows.leaf), rows.leaf)


def _units(rotations: Sequence[Rotation], window: Span) -> tuple[dict[int, facts.Post], dict[int, tuple[Page, ...]]]:
    """Units that have a pipeline in a window, in the order of their rotations, and the pipelines each stands for."""
    clocks = {rotation.pk: calendar_of(rotation) for rotation in rotations}
    places = UnitPipeline.objects.in_days(window.start.date(), window.end.date() + DAY)
    places = places.filter(unit__rotation__in=rotations).select_related("unit", "pipeline")
    units: dict[int, facts.Post] = {}
    pages: dict[int, tuple[Page, ...]] = {}
    for place in places.order_by("unit__rotation__name", "unit_id", "pk"):
        unit, pipeline = place.unit, place.pipeline
        stands = stands_of(place, clocks[unit.rotation_id])
        if stands and not stands.meets(window):
            continue
        known = units.get(unit.pk) or facts.Post(unit.pk, unit.name, unit.rotation_id, ())
        units[unit.pk] = replace(
            known,
            pipelines=(*known.pipelines, pipeline.pk),
            stands={**known.stands, **({pipeline.pk: stands} if stands else {})},
        )
        pages[unit.pk] = (*pages.get(unit.pk, ()), Page(pipeline.name, pipeline.slug))
    return units, pages


def _shadows(pages: dict[int, tuple[Page, ...]], period: Period) -> dict[int, tuple[str, ...]]:
    """Who shadows the pair of each unit in a period, by name."""
    units = {page.slug: unit for unit, found in pages.items() for page in found}
    rows = Training.objects.filter(shadows_until__gt=period.first, pipeline__slug__in=units, engineer__is_active=True)
    found: dict[int, dict[str, None]] = {}
    for row in rows.select_related("engineer", "pipeline").order_by("engineer__name", "pk"):
        found.setdefault(units[row.pipeline.slug], {})[str(row.engineer)] = None
    return {unit: tuple(names) for unit, names in found.items()}


def _people(rotations: Sequence[Rotation], window: Span) -> QuerySet[Engineer]:
    """Members of rotations within a window, and whoever else has duty in them then."""
    members = Membership.objects.in_days(window.start.date(), window.end.date()).filter(rotation__in=rotations)
    shifts = Shift.objects.in_span(window).filter(unit__rotation__in=rotations)
    covers = Cover.objects.filter(shift__in=shifts, ended_at=None)
    return Engineer.objects.filter(
        Q(pk__in=members.values("engineer"))
        | Q(pk__in=shifts.values("engineer"))
        | Q(pk__in=covers.filter(engineer__isnull=False).values("engineer"))
    )


def _rows_by_pipeline(rotations: Sequence[Rotation], window: Span, units: list[int], number: int) -> Rows:
    leaf = Paginator(units, ROWS).get_page(number)
    people = _people(rotations, window).values("pk")
    return Rows(
        leaf,
        frozenset(leaf),
        frozenset(),
        Shift.objects.in_span(window).filter(unit__in=list(leaf)),
        TimeOffRequest.objects.in_force().in_span(window).filter(engineer__in=people),
    )


def _rows_by_engineer(rotations: Sequence[Rotation], window: Span, units: list[int], number: int) -> Rows:
    people = _people(rotations, window).order_by("name", "pk").values_list("pk", flat=True)
    leaf = Paginator(list(people), ROWS).get_page(number)
    covered = Cover.objects.filter(engineer__in=list(leaf)).values("shift")
    return Rows(
        leaf,
        frozenset(),
        frozenset(leaf),
        Shift.objects.in_span(window).filter(Q(engineer__in=list(leaf)) | Q(pk__in=covered), unit__in=units),
        TimeOffRequest.objects.in_force().in_span(window).filter(engineer__in=list(leaf)),
    )


def _roster(
    rotations: Sequence[Rotation], window: Span, units: dict[int, facts.Post], rows: Rows
) -> tuple[facts.Roster, dict[int, str]]:
    """The facts of a leaf, and the letters of everybody in it."""
    shifts = tuple(shift_facts(row) for row in rows.shifts)
    covers = tuple(cover_facts(row) for row in Cover.objects.filter(shift__in=[shift.id for shift in shifts]))
    absences = tuple(absence_facts(row) for row in rows.absences)
    shown = rows.units.union(shift.unit for shift in shifts)
    named = rows.people.union(one.engineer for one in (*shifts, *covers, *absences))
    engineers = Engineer.objects.in_bulk(named - {None})
    roster = facts.Roster(
        window=window,
        people={pk: person(engineer) for pk, engineer in engineers.items()},
        teams={row.pk: facts.Team(row.pk, row.name, calendar_of(row)) for row in rotations},
        units={pk: unit for pk, unit in units.items() if pk in shown},
        shifts=shifts,
        covers=covers,
        absences=absences,
        holidays=_holidays(rotations, days_off_in(window)),
    )
    return roster, {pk: engineer.letters for pk, engineer in engineers.items()}


def _holidays(rotations: Sequence[Rotation], days_off: DaysOff) -> dict[str, dict[dt.date, str]]:
    """What the line of public holidays shows: each calendar, the company's own days, and those of one rotation."""
    own = {rotation.name: days for rotation in rotations if (days := days_off.company.get(rotation.pk))}
    everybody = {"company": days} if (days := days_off.company.get(None)) else {}
    return {**days_off.public, **own, **everybody}
