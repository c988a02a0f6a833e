"""Reads: what publishing or rolling back does, with names, as its page lists it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.models import Engineer

from ..domain.draft import Names, content
from ..domain.wording import day_text
from ..models import Cover, Plan, Rotation, Unit
from .plans import exceptions_of
from .publishing import Change, Hole, publish_listing
from .rolling_back import rollback_listing

MOST = 200


@dataclass(frozen=True, slots=True)
class MovedRow:
    """A published shift that goes to somebody else."""

    week: dt.date
    unit: str
    role: str
    before: Engineer | None
    after: Engineer | None


@dataclass(frozen=True, slots=True)
class EndedRow:
    """A cover that ends, and whom that tells."""

    cover: Cover
    unit: str
    tells: tuple[Engineer, ...]


@dataclass(frozen=True, slots=True)
class HoleRow:
    """A role that stays open, in words, and how a form names it."""

    key: str
    words: str


@dataclass(frozen=True)
class PublishPage:
    """Everything publishing does. `new` counts weeks of a role that nobody had before."""

    digest: str
    new: int
    moved: tuple[MovedRow, ...]
    more: int
    ended: tuple[EndedRow, ...]
    thin: tuple[HoleRow, ...]
    gaps: tuple[HoleRow, ...]
    exceptions: tuple[str, ...]
    told: tuple[Engineer, ...]


@dataclass(frozen=True)
class RollbackPage:
    """Everything rolling back does, and what stays as it is."""

    digest: str
    moved: tuple[MovedRow, ...]
    more: int
    removed: tuple[MovedRow, ...]
    count_removed: int
    ended: tuple[EndedRow, ...]
    kept: tuple[str, ...]
    told: tuple[Engineer, ...]

    @property
    def more_removed(self) -> int:
        """How many of those that are not planned any more are not listed."""
        return self.count_removed - len(self.removed)


def publish_page(plan: Plan, at: dt.datetime) -> PublishPage:
    """What publishing a draft would do now; five queries at most."""
    listing, rotation = publish_listing(plan, plan.rotation), plan.rotation
    people, units = _known(rotation)
    answer = content(plan.problem, plan.answer, plan.edits)
    names = Names({str(pk): str(one) for pk, one in people.items()}, {str(pk): name for pk, name in units.items()})
    told = {change.after for change in listing.changes} | {change.was for change in listing.moved}
    return PublishPage(
        digest=listing.digest,
        new=len(listing.changes) - len(listing.moved),
        moved=_moved(listing.moved, rotation, people, units),
        more=max(0, len(listing.moved) - MOST),
        ended=_ended(listing.ended, people),
        thin=_holes(listing.thin, rotation, units),
        gaps=_holes(listing.gaps, rotation, units),
        exceptions=exceptions_of(answer, names),
        told=_people(told | {cover.engineer_id for cover in listing.ended}, people),
    )


def rollback_page(plan: Plan, at: dt.datetime) -> RollbackPage:
    """What rolling back a plan would do now."""
    listing, rotation = rollback_listing(plan, at), plan.rotation
    people, units = _known(rotation)
    told = {change.after for change in listing.changes} | {change.was for change in listing.changes}
    told |= {shift.engineer_id for shift in listing.removed} | {cover.engineer_id for cover in listing.ended}
    return RollbackPage(
        digest=listing.digest,
        moved=_moved(listing.changes, rotation, people, units),
        more=max(0, len(listing.changes) - MOST),
        removed=tuple(
            MovedRow(_day(shift.starts_at, rotation), str(shift.unit), shift.role, people.get(shift.engineer_id), None)
            for shift in listing.removed[:MOST]
        ),
        count_removed=len(listing.removed),
        ended=_ended(listing.ended, people),
        kept=tuple(f"{count} shift{'s' if count > 1 else ''}: {why}" for why, count in listing.kept),
        told=_people(told, people),
    )


def _known(rotation: Rotation) -> tuple[dict[int, Engineer], dict[int, str]]:
    return Engineer.objects.in_bulk(), dict(Unit.objects.filter(rotation=rotation).values_list("pk", "name"))


def _moved(
    changes: Sequence[Change], rotation: Rotation, people: dict[int, Engineer], units: dict[int, str]
) -> tuple[MovedRow, ...]:
    ordered = sorted(changes, key=lambda change: (change.span, change.unit, change.role))
    return tuple(
        MovedRow(
            _day(change.span.start, rotation),
            units[change.unit],
            change.role.value,
            people.get(change.was or 0),
            people.get(change.after),
        )
        for change in ordered[:MOST]
    )


def _ended(covers: Iterable[Cover], people: dict[int, Engineer]) -> tuple[EndedRow, ...]:
    return tuple(
        EndedRow(cover, str(cover.shift.unit), _people({cover.engineer_id, cover.replaces_id}, people))
        for cover in covers
    )


def _holes(holes: Iterable[Hole], rotation: Rotation, units: dict[int, str]) -> tuple[HoleRow, ...]:
    ordered = sorted(holes, key=lambda hole: (hole.span, hole.unit))
    return tuple(
        HoleRow(hole.key, f"{units[hole.unit]}, week of {day_text(_day(hole.span.start, rotation))}")
        for hole in ordered
    )


def _people(ids: Iterable[int | None], people: dict[int, Engineer]) -> tuple[Engineer, ...]:
    counted = Counter(people[pk] for pk in ids if pk in people)
    return tuple(sorted(counted, key=str))


def _day(at: dt.datetime, rotation: Rotation) -> dt.date:
    return at.astimezone(rotation.time_zone).date()
