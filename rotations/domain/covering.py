"""Who covers an absence: the secondary steps up, and the vacated place is filled by lowest balance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from .away import over_limit
from .coverage import can_be_called, edges, joined, narrowed, of_teams_with
from .difference import Change, Consequence, ProposedCover, compare, units_by_engineer, weeks_touched
from .duty import Duty, duties, duty_at
from .ledger import balances, weeks_of
from .roster import Absence, Cover, Post, Role, Roster, Team
from .spans import WEEK, Span

FIRST_PROPOSED_ID = 2**62  # behind every cover that has a row
STEPS_UP, CHOSEN, AS_BEFORE = "steps up", "chosen", "as before"
MICROSECOND = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody else is to take a role of a unit wherever it is vacated in a span; a wish is dropped without a word
    where they cannot."""

    unit: int
    role: Role
    span: Span
    engineer: int
    is_wish: bool = False


@dataclass(frozen=True, slots=True)
class Instead:
    """Approved time off of the same engineer that another takes the place of, with its covers (their ids)."""

    span: Span
    covers: frozenset[int] = frozenset()


def consequence(
    roster: Roster,
    engineer: int,
    span: Span,
    now: dt.datetime,
    *,
    choices: Sequence[Choice] = (),
    instead: Instead | None = None,
) -> Consequence:
    """What approving an absence does to duty from `now` on (design.md, Time off).

    Wherever the engineer is primary the secondary steps up, and the place this vacates is filled from the qualified
    members by lowest balance over the roster's window; so is a place of theirs as secondary. Where the secondary
    cannot be called either, the qualified member of lowest balance becomes primary. Where nobody is free a secondary
    place is left empty, and a primary stays a gap. `choices` come before all of this, where who is chosen can take
    the place; `instead` ends in the same moment, and who covered it does so again where that is possible.
    """
    if span.end <= now:
        return Consequence(engineer, None)
    ahead = Span(max(span.start, now), span.end)
    clean = without(roster, engineer, instead.span, instead.covers, now) if instead else roster
    touched = {duty.unit for duty in duties(narrowed(clean, ahead)) if duty.engineer == engineer}
    touched = (touched | _units_of(roster, instead.covers if instead else ())) & set(roster.units)
    before, left = of_teams_with(roster, touched), of_teams_with(clean, touched)
    away = replace(left, absences=(*left.absences, Absence(engineer, span)))
    table = _Table(away, engineer, ahead, (*choices, *_kept(roster, instead)))
    for unit in sorted(touched):
        _cover_unit(table, roster.units[unit])
    covers = tuple(_joined(table.covers))
    after = with_covers(away, covers, now)
    whole = ahead
    if instead and instead.span.end > now:
        whole = Span(min(ahead.start, max(now, instead.span.start)), max(ahead.end, instead.span.end))
    found = compare(before, after, engineer, whole, touched, covers=covers, reasons=tuple(table.reasons))
    return replace(found, over=over_limit(clean, engineer, ahead), refusals=tuple(dict.fromkeys(table.refusals)))


def ending(roster: Roster, engineer: int, span: Span, ends: Iterable[int], now: dt.datetime) -> Consequence:
    """What ending an absence and its covers (their ids) does to duty from `now` on."""
    if span.end <= now:
        return Consequence(engineer, None)
    ahead, ids = Span(max(span.start, now), span.end), frozenset(ends)
    touched = _units_of(roster, ids) & set(roster.units)
    before = of_teams_with(roster, touched)
    return compare(before, without(before, engineer, span, ids, now), engineer, ahead, touched)


def without(roster: Roster, engineer: int, span: Span, covers: Iterable[int], now: dt.datetime) -> Roster:
    """The roster as if an absence and some covers (their ids) ended at `now`; what is over stays as it was."""
    ids, mine = set(covers), Absence(engineer, span)
    return replace(
        roster,
        covers=tuple(_ended(roster.covers, now, lambda cover: cover.id in ids)),
        absences=tuple(_ended(roster.absences, now, lambda absence: absence == mine)),
    )


Spanned = TypeVar("Spanned", Cover, Absence)


def _ended(found: Iterable[Spanned], now: dt.datetime, ends: Callable[[Spanned], bool]) -> Iterator[Spanned]:
    for one in found:
        if not ends(one) or one.span.end <= now:
            yield one
        elif one.span.start < now:
            yield replace(one, span=Span(one.span.start, now))


def _units_of(roster: Roster, covers: Iterable[int]) -> set[int]:
    ids = set(covers)
    shifts = {cover.shift for cover in roster.covers if cover.id in ids}
    return {shift.unit for shift in roster.shifts if shift.id in shifts}


def _kept(roster: Roster, instead: Instead | None) -> Iterator[Choice]:
    """Who covered what is changed is asked first to cover what takes its place."""
    ids = instead.covers if instead else frozenset()
    shifts = {shift.id: shift for shift in roster.shifts}
    for cover in roster.covers:
        if cover.id in ids and cover.engineer is not None and (shift := shifts.get(cover.shift)):
            yield Choice(shift.unit, shift.role, cover.span, cover.engineer, is_wish=True)


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

    def __init__(self, roster: Roster, absent: int, ahead: Span, choices: Sequence[Choice] = ()) -> None:
        self.roster = roster
        self.choices = choices
        self.refusals: list[str] = []
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
    led, unled, behind = [], [], []
    for span, primary, secondary in _pieces(table, unit):
        if primary and primary.engineer == table.absent:
            if secondary and can_be_called(table.roster, secondary.engineer, span.start):
                led.append((_Place(primary, span), _Place(secondary, span)))
            else:
                unled.append(_Place(primary, span))
        if secondary and secondary.engineer == table.absent:
            behind.append(_Place(secondary, span))
    stays = {leading for leading, second in led if _take_chosen(table, unit, leading, steps_up=second.duty.engineer)}
    for leading, second in led:
        if leading not in stays:
            table.lay(leading, second.duty.engineer, STEPS_UP)
            behind.append(second)
    _fill(table, unit, unled)
    _fill(table, unit, sorted(behind, key=lambda place: place.span))


def _pieces(table: _Table, unit: Post) -> Iterator[tuple[Span, Duty | None, Duty | None]]:
    """The absence in pieces inside which nothing changes, with who then has the unit's roles."""
    roster = table.now()
    spells = (spell for person in unit.qualified for spell in roster.team_of(unit).spells.get(person, ()))
    moments = {edge for spell in spells for edge in (spell.start, spell.end)}
    chosen = (choice.span for choice in table.choices if choice.unit == unit.id)
    moments |= {edge for span in chosen for edge in (span.start, span.end)}
    for span in table.ahead.cut(moments | edges(roster, unit.id, also=_trained(roster, unit))):
        at = span.start
        yield span, duty_at(roster, unit.id, Role.PRIMARY, at), duty_at(roster, unit.id, Role.SECONDARY, at)


def _trained(roster: Roster, unit: Post) -> frozenset[int]:
    return unit.qualified & roster.team_of(unit).ever_members


def _fill(table: _Table, unit: Post, places: list[_Place]) -> None:
    """Give places to who is chosen, else to the qualified of lowest balance, each for as long on end as possible."""
    places = [place for place in places if not _take_chosen(table, unit, place)]
    while places:
        run, candidates = _longest_run(table, unit, places)
        chosen, why = _lowest(table, unit, run, candidates) if candidates else (None, "nobody is free")
        for place in run:
            table.lay(place, chosen, why)
        places = places[len(run) :]


def _take_chosen(table: _Table, unit: Post, place: _Place, steps_up: int | None = None) -> bool:
    """Give a place to the first who is chosen for it and can take it; `steps_up` would do so anyway."""
    for choice in table.choices:
        if (choice.unit, choice.role) != (unit.id, place.duty.role) or place.span.start not in choice.span:
            continue
        if choice.engineer == steps_up:
            return False
        if not (reason := hindrance(table.now(), unit, place.duty.role, place.span, choice.engineer, table.absent)):
            balance = table.balance(table.roster.team_of(unit)).get(choice.engineer, 0.0)
            table.lay(
                place,
                choice.engineer,
                f"{AS_BEFORE if choice.is_wish else CHOSEN}, balance {balance_text(balance)}",
            )
            return True
        if not choice.is_wish:
            table.refusals.append(
                f"{_name(table.roster, choice.engineer)} cannot take {place.duty.role} of {unit.name}: {reason}."
            )
    return False


def _name(roster: Roster, engineer: int) -> str:
    return roster.name(engineer) if engineer in roster.people else "Somebody"


def hindrance(roster: Roster, unit: Post, role: Role, span: Span, engineer: int, absent: int) -> str:
    """Why somebody cannot take a role of a unit for a span in which nothing changes, in words; empty if they can."""
    team = roster.team_of(unit)
    other = duty_at(roster, unit.id, role.other, span.start)
    if engineer == absent:
        return "it is their time off"
    if engineer not in unit.qualified:
        return "not trained for it"
    if not roster.people[engineer].is_active:
        return "no longer active"
    if not team.is_member_in(engineer, span):
        return f"not in {team.name} all that time"
    if roster.is_away_in(engineer, span):
        return "away in that time"
    return f"{role.other} there already" if other and other.engineer == engineer else ""


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
    return {
        person
        for person in _trained(roster, unit)
        if not hindrance(roster, unit, place.duty.role, place.span, person, table.absent)
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
    return chosen, f"fills in, balance {balance_text(balance[chosen])}"


def balance_text(balance: float) -> str:
    """Tokens above (+) or below (-) the fair share."""
    return f"{round(balance, 1) + 0.0:+.1f}"  # + 0.0 as there is no minus before a zero


def _joined(covers: Iterable[ProposedCover]) -> Iterator[ProposedCover]:
    """The same covers, neighbours with the same people made one."""
    spans: dict[tuple[int, int | None, int | None], list[Span]] = {}
    for cover in covers:
        spans.setdefault((cover.shift, cover.engineer, cover.replaces), []).append(cover.span)
    for who, pieces in spans.items():
        yield from (ProposedCover(*who, span) for span in joined(pieces))
