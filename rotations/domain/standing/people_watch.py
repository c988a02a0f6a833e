"""People from now on: who has duty and cannot be reached or is no member, covers without effect, requests."""

from __future__ import annotations

from collections.abc import Iterator

from ..coverage import narrowed
from ..covering import consequence
from ..duty import Duty, duties, idle_covers
from ..spans import WEEK, Span
from ..wording import named
from .facts import Watched
from .findings import Finding, Kind


def duties_ahead(watched: Watched) -> tuple[Duty, ...]:
    """Duty of the rotation that is on or to come, soonest first."""
    units = {unit.id for unit in watched.units()}
    found = (duty for duty in duties(watched.roster, watched.ahead) if duty.unit in units)
    return tuple(sorted(found, key=lambda duty: (duty.span, duty.unit, duty.role)))


def contact_findings(watched: Watched, ahead: tuple[Duty, ...]) -> Iterator[Finding]:
    """Who has duty, or decides and is called behind the team, and cannot be reached."""
    first = {duty.engineer: duty for duty in reversed(ahead)}
    for engineer, why in sorted(watched.unreachable.items()):
        person = watched.roster.people[engineer]
        if not person.is_active:
            continue
        if duty := first.get(engineer):
            unit = watched.roster.units[duty.unit]
            text = f"{person.name} {why}, and is {duty.role} of {unit.name}"
            yield Finding(Kind.NO_CONTACT, text, duty.span, engineers=(engineer,), pipelines=unit.pipelines)
        elif engineer in watched.rotation.managers:
            text = f"{person.name} {why}, and is called as a manager when nobody on duty answers"
            yield Finding(Kind.NO_CONTACT, text, engineers=(engineer,))


def member_findings(watched: Watched) -> Iterator[Finding]:
    """Published shifts of people who are no member then; covers are given knowingly."""
    team, roster = watched.rotation, watched.roster
    units = {unit.id: unit for unit in watched.units()}
    found: dict[int, list[Span]] = {}
    names: dict[int, set[str]] = {}
    for shift in roster.shifts:
        ahead = shift.span.overlap(watched.ahead)
        if shift.unit in units and ahead and not team.is_member_in(shift.engineer, ahead):
            found.setdefault(shift.engineer, []).append(shift.span)
            names.setdefault(shift.engineer, set()).add(units[shift.unit].name)
    for engineer, spans in sorted(found.items()):
        span = Span(min(one.start for one in spans), max(one.end for one in spans))
        shifts = "a shift" if len(spans) == 1 else f"{len(spans)} shifts"
        text = f"{roster.name(engineer)} has {shifts} of {named(sorted(names[engineer]))} without being a member then"
        yield Finding(Kind.NOT_MEMBER, text, span, engineers=(engineer,))


def idle_findings(watched: Watched) -> Iterator[Finding]:
    """Covers that give nobody a role any more."""
    roster = watched.roster
    shifts = {shift.id: shift for shift in roster.shifts}
    units = {unit.id: unit for unit in watched.units()}
    for cover in idle_covers(roster):
        shift = shifts[cover.shift]
        if shift.unit in units and cover.span.end > watched.now and cover.engineer is not None:
            who = roster.name(cover.engineer)
            instead = f"{roster.name(cover.replaces)} does not hold it" if cover.replaces else "somebody else holds it"
            text = f"{who} is to cover as {shift.role} of {units[shift.unit].name}, but {instead}: it has no effect"
            yield Finding(
                Kind.IDLE_COVER,
                text,
                cover.span,
                unit=shift.unit,
                role=shift.role,
                engineers=(cover.engineer,),
                pipelines=units[shift.unit].pipelines,
                cover=cover.id,
            )


def request_findings(watched: Watched) -> Iterator[Finding]:
    """Requests that wait, approving which would leave a gap that is not there yet."""
    roster = watched.roster
    units = {unit.id for unit in watched.units()}
    for request in watched.requests:
        near = narrowed(roster, Span(request.span.start - WEEK, request.span.end + WEEK))
        gaps = [gap for gap in consequence(near, request.engineer, request.span, watched.now).gaps if gap.unit in units]
        if gaps:
            names = named(sorted({roster.units[gap.unit].name for gap in gaps}))
            span = Span(min(gap.span.start for gap in gaps), max(gap.span.end for gap in gaps))
            who = roster.name(request.engineer)
            text = f"approving the time off that {who} asks for would leave {names} without a primary"
            yield Finding(Kind.REQUEST, text, span, engineers=(request.engineer,), request=request.id)
