"""Reads: who is on record for a shift, and whom managers may book for."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from pipelines.models import Engineer

from ..domain.duty import duties_of_shift
from ..domain.roster import Roster
from ..domain.wording import span_text
from ..models import Cover, Membership, Rotation, Shift
from .roster import cover_facts, shift_facts


@dataclass(frozen=True, slots=True)
class RecordRow:
    """Who had a part of a shift, and why, if not by the plan."""

    engineer: Engineer
    when: str
    why: str


def people_to_book(rotation: Rotation, booker: Engineer) -> QuerySet[Engineer]:
    """Whoever is or was a member of a rotation, but for who books."""
    members = Membership.objects.filter(rotation=rotation).values("engineer")
    return Engineer.objects.filter(pk__in=members).exclude(pk=booker.pk)


def on_record(shift: Shift) -> list[RecordRow]:
    """Who had each part of a shift, in the rotation's zone; parts that nobody had are left out. Two queries."""
    covers = {cover.pk: cover for cover in Cover.objects.filter(shift=shift, ended_at=None)}
    people = Engineer.objects.in_bulk({shift.engineer_id, *(one.engineer_id for one in covers.values()), 0} - {None})
    whole, zone = shift_facts(shift), shift.unit.rotation.time_zone
    facts = tuple(cover_facts(cover) for cover in covers.values())
    roster = Roster(window=whole.span, people={}, teams={}, units={}, shifts=(whole,), covers=facts)
    return [
        RecordRow(
            people[duty.engineer],
            span_text(duty.span, zone),
            _why(covers[duty.cover.id]) if duty.cover else "as planned",
        )
        for duty in duties_of_shift(roster, whole)
    ]


def _why(cover: Cover) -> str:
    return f"{cover.cause}: {cover.reason}" if cover.reason else cover.cause
