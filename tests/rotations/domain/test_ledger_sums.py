"""The ledger against the calendar, hour by hour, and its sums over any periods and people, on random rosters."""

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotations.domain.counts import Account
from rotations.domain.duty import duty_at
from rotations.domain.ledger import FIELD_OF, FIELDS, ZERO, Load, ledger, pieces, total
from rotations.domain.resolver import on_call
from rotations.domain.roster import Absence, Calendar, Cover, Person, Post, Role, Roster, Shift, Team
from rotations.domain.spans import WEEK, Span
from rotations.domain.statement import counts_of

# the clock of Berlin goes back on Sunday 25 October 2026
ZONE = ZoneInfo("Europe/Berlin")
CALENDAR = Calendar(ZONE, holidays={dt.date(2026, 10, 29): "of the rotation"})
MONDAY = dt.date(2026, 10, 12)
WEEKS = [CALENDAR.week_span(MONDAY + n * WEEK) for n in range(3)]
WINDOW = Span(WEEKS[0].start, WEEKS[-1].end)
HOURS = round(WINDOW.length / dt.timedelta(hours=1))
HOLIDAYS = {"DE": {dt.date(2026, 10, 31): "Reformation Day"}, "US": {dt.date(2026, 10, 12): "Columbus Day"}}
PEOPLE = (1, 2, 3, 4)


def hour(number: int) -> dt.datetime:
    return WINDOW.start + dt.timedelta(hours=number)


@st.composite
def spans(draw) -> Span:
    first = draw(st.integers(0, HOURS - 1))
    return Span(hour(first), hour(draw(st.integers(first + 1, min(first + 200, HOURS)))))


@st.composite
def shifts(draw) -> tuple[Shift, ...]:
    """Two units in three weeks, now and then with a place that nobody has."""
    places = [(unit, week, role) for unit in (1, 2) for week in WEEKS for role in Role]
    holders = draw(st.lists(st.sampled_from([*PEOPLE, None]), min_size=len(places), max_size=len(places)))
    return tuple(
        Shift(number, unit, role, engineer, week)
        for number, ((unit, week, role), engineer) in enumerate(zip(places, holders, strict=True))
        if engineer
    )


@st.composite
def spells(draw) -> tuple[dict, dict]:
    """When people are members, and how much of a full share is theirs."""
    when, parts = {}, {}
    for person in PEOPLE:
        edges = sorted(draw(st.sets(st.integers(0, HOURS), min_size=2, max_size=3)))
        when[person] = tuple(Span(hour(first), hour(until)) for first, until in pairwise(edges))
        parts[person] = tuple(draw(st.sampled_from([0.2, 0.5, 0.8, 1.0])) for _ in when[person])
    return when, parts


@st.composite
def rosters(draw) -> Roster:
    placed = draw(shifts())
    when, parts = draw(spells())
    ids = st.sampled_from([shift.id for shift in placed] or [0])
    covers = draw(
        st.lists(st.tuples(ids, st.sampled_from([*PEOPLE, None]), spans(), st.integers(-500, HOURS)), max_size=5)
    )
    away = draw(st.lists(st.tuples(st.sampled_from(PEOPLE), spans()), max_size=3))
    team = Team(
        1, "Data", CALENDAR, off_hours_rule=draw(st.booleans()), spells=when, capacities=parts, members=frozenset({1})
    )
    return Roster(
        window=WINDOW,
        people={n: Person(n, f"Engineer {n}", True, "DE" if n % 2 else "US") for n in PEOPLE},
        teams={1: team},
        units={n: Post(n, f"Unit {n}", 1, (n,)) for n in (1, 2)},
        shifts=placed,
        covers=tuple(
            Cover(number, shift, engineer, None, span, hour(decided))
            for number, (shift, engineer, span, decided) in enumerate(covers)
        ),
        absences=tuple(Absence(engineer, span) for engineer, span in away),
        holidays=HOLIDAYS,
    )


def close(load: Load) -> object:
    return pytest.approx([getattr(load, name) for name in FIELDS])


def values(load: Load) -> list[float]:
    return [getattr(load, name) for name in FIELDS]


def by_the_hour(roster: Roster) -> dict[int, dict[str, float]]:
    """What everybody carried, found by asking who is there in every single hour."""
    found: dict[int, dict[str, float]] = defaultdict(lambda: dict.fromkeys(FIELDS, 0.0))
    team = roster.teams[1]
    for at in map(hour, range(HOURS)):
        held = [duty for unit in (1, 2) for role in Role if (duty := duty_at(roster, unit, role, at))]
        for duty in held:
            mine, hours = found[duty.engineer], duty.shift.span.length / dt.timedelta(hours=1)
            mine[f"{duty.role}_weeks"] += 1 / hours
            mine[f"{duty.role}_hours"] += 1
            mine["tokens"] += team.weight(duty.role) / hours
        day = at.astimezone(ZONE).date()
        hours_of_day = 25 if day == dt.date(2026, 10, 25) else 24
        for engineer in {duty.engineer for duty in held}:
            found[engineer]["weekend_days"] += (day.weekday() > 4) / hours_of_day
            found[engineer]["holiday_days"] += (day in roster.days_off(engineer, team)) / hours_of_day
        if CALENDAR.off_hours_reason(at):
            for engineer in {first for pipeline in (1, 2) if (first := first_on_duty(roster, pipeline, at))}:
                found[engineer]["off_hours"] += 1
    return found


def first_on_duty(roster: Roster, pipeline: int, at: dt.datetime) -> int | None:
    return next((one.engineer for one in on_call(roster, pipeline, at).responders if one.role in list(Role)), None)


@given(rosters())
def test_every_account_is_what_the_resolver_says_hour_by_hour(roster):
    loads, oracle = ledger(roster), by_the_hour(roster)
    for engineer in PEOPLE:
        carried = replace(loads.get(engineer, ZERO), short_notice=0)  # that is no matter of hours
        assert values(carried) == close(Load(**oracle[engineer]))


@given(rosters())
def test_hours_of_duty_add_up_to_the_calendar_without_its_gaps(roster):
    for role in Role:
        taken = sum(duty_at(roster, unit, role, hour(n)) is not None for unit in (1, 2) for n in range(HOURS))
        carried = sum(getattr(load, f"{role}_hours") for load in ledger(roster).values())
        assert carried == pytest.approx(taken)


@given(rosters())
def test_shares_add_up_to_what_was_carried_while_anybody_was_a_member(roster):
    for piece in pieces(roster, roster.teams[1], WINDOW):
        anybody = bool(roster.teams[1].parts_at(piece.span.start))
        whole = total(piece.loads.values()) if anybody else ZERO
        assert values(total(piece.shares.values())) == close(whole)


@given(rosters(), st.lists(st.integers(1, HOURS - 1), max_size=4))
def test_a_period_cut_anywhere_gives_the_same_sums(roster, numbers):
    team, cuts = roster.teams[1], [hour(number) for number in numbers]
    for name in ("loads", "shares"):
        whole = summed(pieces(roster, team, WINDOW), name)
        inside = summed(pieces(roster, team, WINDOW, cuts), name)
        parts = [piece for span in WINDOW.cut(cuts) for piece in pieces(roster, team, span)]
        one_by_one = summed(parts, name)
        for engineer in PEOPLE:
            assert values(inside[engineer]) == close(whole[engineer])
            assert values(one_by_one[engineer]) == close(whole[engineer])


def summed(found, name: str) -> dict[int, Load]:
    return {one: total(getattr(piece, name).get(one, ZERO) for piece in found) for one in PEOPLE}


@given(rosters())
def test_what_stands_behind_a_number_adds_up_to_it(roster):
    loads = ledger(roster)
    for engineer in PEOPLE:
        counts = counts_of(roster, roster.teams[1], engineer, WINDOW)
        for account in Account:
            amount = sum(count.amount for count in counts if count.account is account)
            assert amount == pytest.approx(getattr(loads.get(engineer, ZERO), FIELD_OF[account]))


@given(rosters())
def test_the_plan_is_the_ledger_without_covers(roster):
    loads = ledger(replace(roster, covers=()))
    hours = sum(load.primary_hours + load.secondary_hours for load in loads.values())
    assert hours == pytest.approx(sum(shift.span.length / dt.timedelta(hours=1) for shift in roster.shifts))
