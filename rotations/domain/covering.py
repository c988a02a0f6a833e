"""Who covers an absence: the secondary steps up, and the vacated place is filled by lowest balance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from .coverage import can_be_called, edges, joined, narrowed, of_teams_with
from .difference import Change, Consequence, ProposedCover, compare, units_by_engineer, weeks_touched
from .duty import Duty, duties, duty_at
from .ledger import balances, weeks_of
from .roster import Absence, Cover, Post, Role, Roster, Team
from .spans import WEEK, Span

FIRST_PROPOSED_ID = 2**62  # behind every cover that has a row
MICROSECOND = dt.timedelta(microseconds=1)


def consequence(roster: Roster, engineer: int, span: Span, now: dt.datetime) -> Consequence:
    """What approving an absence does to duty from `now` on (design.md, Time off).

    Wherever the engineer is primary the secondary steps up, and the place this vacates is filled from the qualified
    members by lowest balance over the roster's window; so is a place of theirs as secondary. Where the secondary
    cannot be called either, the qualified member of lowest balance becomes primary. Where nobody is free a secondary
    place is left empty, and a primary stays a gap.
    """
    if span.end <= now:
        return Consequence(engineer, None)
    ahead = Span(max(span.start, now), span.end)
    near = narrowed(roster, ahead)
    touched = {duty.unit for duty in duties(near) if duty.engineer == engineer} & set(roster.units)
    before = of_teams_with(roster, touched)
    away = replace(before, absences=(*before.absences, Absence(engineer, span)))
    table = _Table(away, engineer, ahead)
    for unit in sorted(touched):
        _cover_unit(table, roster.units[unit])
    covers = tuple(_joined(table.covers))
    after = with_covers(away, covers, now)
    return compare(before, after, engineer, ahead, touched, covers=covers, reasons=tuple(table.reasons))


def ending(roster: Roster, engineer: int, span: Span, ends: Iterable[int], now: dt.datetime) -> Consequence:
    """What ending an absence and its covers (their ids) does to duty from `now` on."""
    if span.end <= now:
        return Consequence(engineer, None)
    ahead, ids = Span(max(span.start, now), span.end), set(ends)
    shifts = {cover.shift for cover in roster.covers if cover.id in ids}
    touched = {shift.unit for shift in roster.shifts if shift.id in shifts} & set(roster.units)
    before = of_teams_with(roster, touched)
    after = replace(
        before,
        covers=tuple(cover for cover in before.covers if cover.id not in ids),
        absences=tuple(absence for absence in before.absences if absence != Absence(engineer, span)),
    )
    return compare(before, after, engineer, ahead, touched)


def with_covers(roster: Roster, covers: Iterable[ProposedCover], now: dt.datetime) -> Roster:
    """The roster as if some covers were decided now, behind all that are there."""
    decided_at = max([now, *(cover.decided_at + MICROSECOND for cover in roster.covers)])
    first = FIRST_PROPOSED_ID + len(roster.covers)
    return replace(
        roster,
        covers=(
            *roster.covers,
            *(
                Cover(first + n, cover.shift, cover.engineer, cover.replaces, cover.span, decided_at)
                for n, cover in enumerate(covers)
            ),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """A piece of somebody's duty, inside which nothing changes, that is to be taken by another."""

    duty: Duty
    span: Span


class _Table:
    """Where covers are laid out one by one: each changes who is where, and what everybody carries."""

    def __init__(self, roster: Roster, absent: int, ahead: Span) -> None:
        self.roster = roster
        self.absent = absent
        self.ahead = ahead
        # roles a week are counted over whole weeks
        self._near = narrowed(roster, Span(ahead.start - WEEK, ahead.end + WEEK))
        self.covers: list[ProposedCover] = []
        self.reasons: list[Change] = []
        self._balances: dict[int, dict[int, float]] = {}

    def balance(self, team: Team) -> dict[int, float]:
        """What every member carries above the fair share, with what is laid out so far."""
        if team.id not in self._balances:
            self._balances[team.id] = balances(self.roster, team)
        return self._balances[team.id]

    def now(self) -> Roster:
        """The weeks around the absence with what is laid out so far."""
        return with_covers(self._near, self.covers, self.ahead.start)

    def lay(self, place: _Place, engineer: int | None, why: str) -> None:
        """Somebody takes a place, or nobody: then a secondary place is left empty, and a primary stays a gap."""
        duty = place.duty
        self.reasons.append(Change(duty.unit, duty.role, place.span, duty.engineer, engineer, why))
        if engineer is None and duty.role is Role.PRIMARY:
            return
        team = self.roster.teams[self.roster.units[duty.unit].team]
        tokens = team.weight(duty.role) * weeks_of(duty.shift, place.span, team.calendar)
        carried = self.balance(team)
        for person, change in ((duty.engineer, -tokens), (engineer, tokens)):
            if person in carried:
                carried[person] += change
        self.covers.append(ProposedCover(duty.shift.id, engineer, duty.engineer, place.span))


def _cover_unit(table: _Table, unit: Post) -> None:
    """Cover the absent engineer's duty in one unit: first as primary, then every secondary place that is open."""
    unled, behind = [], []
    for span, primary, secondary in _pieces(table, unit):
        if primary and primary.engineer == table.absent:
            if secondary and can_be_called(table.roster, secondary.engineer, span.start):
                table.lay(_Place(primary, span), secondary.engineer, "steps up")
                behind.append(_Place(secondary, span))
            else:
                unled.append(_Place(primary, span))
        if secondary and secondary.engineer == table.absent:
            behind.append(_Place(secondary, span))
    _fill(table, unit, unled)
    _fill(table, unit, behind)


def _pieces(table: _Table, unit: Post) -> Iterator[tuple[Span, Duty | None, Duty | None]]:
    """The absence in pieces inside which nothing changes, with who then has the unit's roles."""
    roster = table.now()
    spells = (spell for person in unit.qualified for spell in roster.team_of(unit).spells.get(person, ()))
    moments = {edge for spell in spells for edge in (spell.start, spell.end)}
    for span in table.ahead.cut(moments | edges(roster, unit.id, also=_trained(roster, unit))):
        at = span.start
        yield span, duty_at(roster, unit.id, Role.PRIMARY, at), duty_at(roster, unit.id, Role.SECONDARY, at)


def _trained(roster: Roster, unit: Post) -> frozenset[int]:
    return unit.qualified & roster.team_of(unit).ever_members


def _fill(table: _Table, unit: Post, places: list[_Place]) -> None:
    """Give places to the qualified of lowest balance, each person for as long on end as possible."""
    while places:
        run, candidates = _longest_run(table, unit, places)
        chosen, why = _lowest(table, unit, run, candidates) if candidates else (None, "nobody is free")
        for place in run:
            table.lay(place, chosen, why)
        places = places[len(run) :]


def _longest_run(table: _Table, unit: Post, places: list[_Place]) -> tuple[list[_Place], set[int]]:
    """Neighbouring places from the first on that somebody can take as a whole, and who can; else the first alone."""
    roster = table.now()
    run, candidates = places[:1], _free(table, roster, unit, places[0])
    for last, place in pairwise(places):
        still = candidates & _free(table, roster, unit, place)
        if last.span.end != place.span.start or not still:
            break
        run, candidates = [*run, place], still
    return run, candidates


def _free(table: _Table, roster: Roster, unit: Post, place: _Place) -> set[int]:
    """The qualified members who can take a place: there all the time, and not in the unit's other role."""
    other = duty_at(roster, unit.id, place.duty.role.other, place.span.start)
    return {
        person
        for person in _trained(roster, unit)
        if person != table.absent
        and roster.people[person].is_active
        and roster.team_of(unit).is_member_in(person, place.span)
        and not roster.is_away_in(person, place.span)
        and not (other and other.engineer == person)
    }


def _lowest(table: _Table, unit: Post, run: list[_Place], candidates: set[int]) -> tuple[int, str]:
    """Who has carried least, and why it is them; those whom it would give too many roles a week come last."""
    roster, team = table.now(), table.roster.team_of(unit)
    balance = table.balance(team)
    weeks = weeks_touched(team, Span(run[0].span.start, run[-1].span.end))
    held = [units_by_engineer(roster, team, week) for _, week in weeks]

    def order(person: int) -> tuple[bool, float, int]:
        most = max(len(units.get(person, set()) | {unit.id}) for units in held)
        return most > team.max_roles_per_week, round(balance[person], 6), person

    chosen = min(candidates, key=order)
    # + 0.0 as there is no minus before a zero
    return chosen, f"fills in, balance {round(balance[chosen], 1) + 0.0:+.1f}"


def _joined(covers: Iterable[ProposedCover]) -> Iterator[ProposedCover]:
    """The same covers, neighbours with the same people made one."""
    spans: dict[tuple[int, int | None, int], list[Span]] = {}
    for cover in covers:
        spans.setdefault((cover.shift, cover.engineer, cover.replaces), []).append(cover.span)
    for who, pieces in spans.items():
        yield from (ProposedCover(*who, span) for span in joined(pieces))
