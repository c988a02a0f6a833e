"""People from now on: who has duty and cannot be reached or is no member, covers without effect, requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..coverage import can_be_called, edges
from ..covering import hindrance
from ..duty import Duty, duties, duty_at, idle_covers
from ..roster import Role
from ..spans import Span
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


def request_findings(watched: Watched, ahead: Sequence[Duty]) -> Iterator[Finding]:
    """Requests that wait, approving which would leave a gap that is not there yet."""
    roster = watched.roster
    led: dict[int, list[Duty]] = {}
    for duty in ahead:
        if duty.role is Role.PRIMARY:
            led.setdefault(duty.engineer, []).append(duty)
    for request in watched.requests:
        touched = [duty for duty in led.get(request.engineer, ()) if duty.span.meets(request.span)]
        gaps = [(duty.unit, gap) for duty in touched for gap in _gaps(watched, duty, request.span)]
        if gaps:
            names = named(sorted({roster.units[unit].name for unit, _ in gaps}))
            span = Span(min(gap.start for _, gap in gaps), max(gap.end for _, gap in gaps))
            who = roster.name(request.engineer)
            text = f"approving the time off that {who} asks for would leave {names} without a primary"
            yield Finding(Kind.REQUEST, text, span, engineers=(request.engineer,), request=request.id)


def _gaps(watched: Watched, duty: Duty, away: Span) -> Iterator[Span]:
    """Where nobody could be primary instead: neither the secondary nor anybody else who is qualified.

    That is what approving decides by (covering.py), without choosing among those who could.
    """
    roster, team = watched.roster, watched.rotation
    unit = roster.units[duty.unit]
    others = sorted(unit.qualified & team.ever_members - {duty.engineer})
    spells = [spell for person in others for spell in team.spells.get(person, ())]
    moments = {edge for spell in spells for edge in (spell.start, spell.end)}
    whole = duty.span.overlap(away)
    ahead = whole and whole.overlap(watched.ahead)
    for piece in ahead.cut(moments | edges(roster, unit.id, also=others)) if ahead else ():
        second = duty_at(roster, unit.id, Role.SECONDARY, piece.start)
        steps_up = second and second.engineer != duty.engineer and can_be_called(roster, second.engineer, piece.start)
        is_held = not steps_up and can_be_called(roster, duty.engineer, piece.start)
        if is_held and all(hindrance(roster, unit, Role.PRIMARY, piece, one, duty.engineer) for one in others):
            yield piece
