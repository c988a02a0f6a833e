"""Who else could cover: for each place that a decision fills, the next best and what speaks against them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from .coverage import narrowed
from .difference import Change, Consequence, units_by_engineer, weeks_touched
from .duty import duties
from .ledger import balances
from .roster import Post, Role, Roster, Team
from .spans import WEEK, Span
from .wording import day_text, span_text

MOST = 5


@dataclass(frozen=True, slots=True)
class Alternative:
    """Somebody who might take a place: tokens above the fair share, what speaks against them, and whether they can."""

    engineer: int
    balance: float
    conflicts: tuple[str, ...]
    can_take: bool


@dataclass(frozen=True, slots=True)
class Opening:
    """A role of a unit that a decision gives to somebody for a span (None: to nobody), and who else could have it."""

    unit: int
    role: Role
    span: Span
    taken_by: int | None
    why: str
    alternatives: tuple[Alternative, ...]


def openings(found: Consequence, zone: ZoneInfo, most: int = MOST) -> tuple[Opening, ...]:
    """Every place that a decision fills, by unit and time, with at most so many others for each; days in words are of
    a reader's zone."""
    if found.before is None or found.after is None:
        return ()
    before, after = found.before, found.after
    held = {team.id: balances(after, team) for team in after.teams.values()}
    return tuple(
        _opening(before, after, found.engineer, change, held, zone, most) for change in found.changes if change.why
    )


def _opening(
    before: Roster,
    after: Roster,
    absent: int,
    change: Change,
    held: dict[int, dict[int, float]],
    zone: ZoneInfo,
    most: int,
) -> Opening:
    unit = after.units[change.unit]
    team = after.team_of(unit)
    # who becomes primary instead leaves the secondary where they were
    beside = before if change.role is Role.PRIMARY else after
    candidates = (unit.qualified & team.ever_members) - {absent, change.after}
    rows = []
    for person in sorted(candidates):
        if after.people[person].is_active:
            hard = tuple(_obstacles(after, beside, unit, change, person, zone))
            soft = tuple(_regrets(after, team, unit, change, person))
            rows.append(Alternative(person, held[team.id].get(person, 0.0), (*hard, *soft), not hard))
    rows.sort(key=lambda one: (not one.can_take, len(one.conflicts), round(one.balance, 6), one.engineer))
    return Opening(change.unit, change.role, change.span, change.after, change.why, tuple(rows[:most]))


def _obstacles(
    roster: Roster, beside: Roster, unit: Post, change: Change, person: int, zone: ZoneInfo
) -> Iterator[str]:
    """What makes it impossible."""
    team = roster.team_of(unit)
    if not team.is_member_in(person, change.span):
        yield f"not in {team.name} all that time"
    away = (absence.span.overlap(change.span) for absence in roster.absences_of.get(person, ()))
    yield from (f"away {span_text(part, zone)}" for part in away if part)
    other = (duty for duty in duties(narrowed(beside, change.span)) if duty.unit == unit.id)
    if any(duty.engineer == person and duty.role is change.role.other for duty in other):
        yield f"{change.role.other} of the same unit"


def _regrets(roster: Roster, team: Team, unit: Post, change: Change, person: int) -> Iterator[str]:
    """What is not wanted, and possible."""
    for week, whole in weeks_touched(team, change.span):
        count = len(units_by_engineer(roster, team, whole).get(person, set()) | {unit.id})
        if count > team.max_roles_per_week:
            yield f"{count} roles in the week of {day_text(week)}, at most {team.max_roles_per_week} wanted"
    if change.role is Role.PRIMARY and team.rest_weeks:
        yield from _unrested(roster, team, unit, change, person)


def _unrested(roster: Roster, team: Team, unit: Post, change: Change, person: int) -> Iterator[str]:
    touched = [week for week, _ in weeks_touched(team, change.span)]
    around = (touched[0] + step * WEEK for step in range(-team.rest_weeks, team.rest_weeks + len(touched)))
    for week in around:
        if week not in touched and _is_primary(roster, team, unit, person, team.calendar.week_span(week)):
            yield f"primary in the week of {day_text(week)}, {_weeks(team.rest_weeks)} of rest wanted"
            return


def _is_primary(roster: Roster, team: Team, unit: Post, person: int, week: Span) -> bool:
    units = {unit.id} if team.rests_per_unit else {one.id for one in roster.units.values() if one.team == team.id}
    found = duties(narrowed(roster, week), week)
    return any(duty.engineer == person and duty.role is Role.PRIMARY and duty.unit in units for duty in found)


def _weeks(count: int) -> str:
    return f"{count} week{'' if count == 1 else 's'}"
