"""The ledger: tokens, weeks, days, hours and changes at short notice of whoever really had duty, and fair shares."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from rotations.domain.ledger import ZERO, Load, balances, fair_shares, ledger
from rotations.domain.roster import Role, Shift
from rotations.domain.spans import WEEK, Span, local_days
from rotations.domain.wording import moment_text, span_text
from tests.rotations.domain.covering_rosters import START, A, B, C, D, cover, days, pair, roster


def test_a_week_as_primary_is_two_tokens_and_as_secondary_one():
    loads = ledger(roster(pair(A, B)))
    assert loads[A] == Load(tokens=2, primary_weeks=1, weekend_days=2, primary_hours=168)
    # Monday 09:00 to Monday 09:00 holds 40 working hours: in the other 128 the secondary is called first
    assert loads[B] == Load(tokens=1, secondary_weeks=1, weekend_days=2, off_hours=128, secondary_hours=168)
    assert loads[C] == ZERO


def test_who_covers_carries_it():
    loads = ledger(roster(pair(A, B), covers=[cover(101, A, C, days(28, 30))]))
    assert (loads[A].tokens, loads[C].tokens) == (pytest.approx(2 * 5 / 7), pytest.approx(2 * 2 / 7))
    assert (loads[A].weekend_days, loads[C].weekend_days) == (0, 2)


def test_a_day_on_duty_for_two_units_is_one_day():
    assert ledger(roster(pair(A, B), pair(A, B, unit=2)))[A].weekend_days == 2


def test_public_holidays_are_those_of_the_engineers_own_calendar():
    team = replace(roster(pair(A, B)), holidays={"US": {dt.date(2026, 11, 26): "Thanksgiving"}})
    team = replace(team, people={**team.people, B: replace(team.people[B], holiday_calendar="DE")})
    assert [ledger(team)[engineer].holiday_days for engineer in (A, B)] == [1, 0]


def test_only_the_span_asked_for_counts():
    loads = ledger(roster(pair(A, B), pair(A, B, week=1)), Span(START, START + WEEK))
    assert loads[A].tokens == 2


@pytest.mark.parametrize(("monday", "hours"), [(dt.date(2026, 10, 19), 169), (dt.date(2027, 3, 22), 167)])
def test_a_week_with_a_change_of_the_clock_is_one_week(monday, hours):
    zone = ZoneInfo("Europe/Berlin")
    span = local_days(monday, monday + dt.timedelta(days=6), zone)
    team = roster()
    team = replace(
        team,
        window=span,
        teams={1: replace(team.teams[1], calendar=replace(team.teams[1].calendar, zone=zone))},
        shifts=(Shift(1, 1, Role.PRIMARY, A, span),),
    )
    load = Load(tokens=2, primary_weeks=1, weekend_days=2, off_hours=hours - 40, primary_hours=hours)
    assert ledger(team)[A] == load


def test_the_fair_share_is_the_mean_of_who_is_alike_and_balances_add_up_to_nothing():
    team = roster(pair(A, B))
    assert fair_shares(team, team.teams[1]) == dict.fromkeys((A, B, C, D), 0.75)
    assert balances(team, team.teams[1]) == {A: 1.25, B: 0.25, C: -0.75, D: -0.75}


def in_the_team(team, **spells):
    """The roster with each one's spells in its rotation: a=[(first week, last week after it, capacity)]."""
    numbers = {name: "abcd".index(name) + 1 for name in spells}
    when = {
        numbers[name]: tuple(Span(START + first * WEEK, START + until * WEEK) for first, until, _ in rows)
        for name, rows in spells.items()
    }
    parts = {numbers[name]: tuple(capacity for *_, capacity in rows) for name, rows in spells.items()}
    return replace(team, teams={1: replace(team.teams[1], spells=when, capacities=parts)})


def test_who_works_half_time_has_half_a_share():
    team = in_the_team(roster(pair(A, B), members=(A, B)), a=[(-4, 4, 1.0)], b=[(-4, 4, 0.5)])
    assert fair_shares(team, team.teams[1]) == pytest.approx({A: 2, B: 1})


def test_nobody_has_a_share_of_what_was_carried_before_they_joined_or_after_they_left():
    weeks = roster(pair(A, B), pair(A, C, week=1), members=(A, B, C))
    team = in_the_team(weeks, a=[(-4, 4, 1.0)], b=[(-4, 1, 1.0)], c=[(1, 4, 1.0)])
    assert fair_shares(team, team.teams[1]) == pytest.approx({A: 3, B: 1.5, C: 1.5})


def test_a_share_changes_with_the_capacity_in_the_middle_of_a_week():
    team = in_the_team(roster(pair(A, B), members=(A, B)), a=[(-4, 4, 1.0)], b=[(-4, 0.5, 1.0), (0.5, 4, 0.5)])
    assert fair_shares(team, team.teams[1]) == pytest.approx({A: 0.75 + 1, B: 0.75 + 0.5})


def test_what_a_guest_carried_is_shared_by_the_members():
    team = in_the_team(roster(pair(C, B), members=(A, B)), a=[(-4, 4, 1.0)], b=[(-4, 4, 1.0)])
    assert balances(team, team.teams[1]) == {A: -1.5, B: -0.5}


def test_where_nobody_is_a_member_nobody_has_a_share():
    team = in_the_team(roster(pair(A, B), members=()), a=[(1, 4, 1.0)])
    assert fair_shares(team, team.teams[1]) == {A: 0}


def changes(team):
    return {who: load.short_notice for who, load in ledger(team).items() if load.short_notice}


def decided(number, replaces, engineer, span, before, shift=101):
    """A cover that was decided so many days before it began."""
    return replace(cover(shift, replaces, engineer, span, number), decided_at=span.start - dt.timedelta(days=before))


def test_a_cover_decided_inside_the_freeze_is_a_change_for_who_gets_and_who_loses_duty():
    team = roster(pair(A, B), pair(A, B, week=1), covers=[decided(1, A, C, days(24, 25), 13.9)])
    assert changes(team) == {C: 1, A: 1}


def test_a_cover_decided_before_the_freeze_is_no_change_at_short_notice():
    assert changes(roster(pair(A, B), covers=[decided(1, A, C, days(24, 25), 14)])) == {}
    assert changes(roster(pair(A, B), covers=[decided(1, A, C, days(24, 25), 3)], freeze_days=3)) == {}


def test_who_is_away_asked_for_it_and_who_covers_did_not():
    team = roster(pair(A, B), covers=[decided(1, A, C, days(24, 25), 2)], away=[(A, days(24, 25))])
    assert changes(team) == {C: 1}


def test_a_correction_after_the_fact_is_no_change_at_short_notice():
    assert changes(roster(pair(A, B), covers=[decided(1, A, C, days(24, 25), -1)])) == {}


def test_a_cover_of_a_cover_is_a_change_for_who_covered_first():
    covers = [decided(1, A, C, days(24, 28), 20), decided(2, C, D, days(25, 26), 2)]
    assert changes(roster(pair(A, B), covers=covers)) == {D: 1, C: 1}


def test_a_cover_in_two_pieces_is_one_change():
    covers = [decided(1, A, C, days(24, 28), 5), decided(2, C, D, days(25, 26), 40)]
    covers[1] = replace(covers[1], decided_at=covers[0].decided_at + dt.timedelta(minutes=1))
    assert changes(roster(pair(A, B), covers=covers)) == {A: 1, C: 2, D: 1}


def test_a_published_shift_given_to_somebody_else_inside_the_freeze_is_a_change_for_them():
    first, second = pair(A, B)
    team = roster([replace(first, version=2, changed_at=START - dt.timedelta(days=3)), second])
    assert changes(team) == {A: 1}
    new = roster([replace(first, changed_at=START - dt.timedelta(days=3)), second])
    assert changes(new) == {}


def test_without_a_secondary_the_primary_responds_in_off_hours_too():
    team = roster(pair(A, B), covers=[cover(102, B, None, days(28, 30))])
    loads = ledger(team)
    assert (loads[A].off_hours, loads[B].off_hours) == (48, 80)


def test_without_the_off_hours_rule_the_primary_responds():
    loads = ledger(roster(pair(A, B), off_hours_rule=False))
    assert (loads[A].off_hours, loads[B].off_hours) == (128, 0)


def test_company_days_are_public_holidays_of_every_member():
    team = roster(pair(A, B))
    calendar = replace(team.teams[1].calendar, company_days={dt.date(2026, 11, 25): "Offsite"})
    loads = ledger(replace(team, teams={1: replace(team.teams[1], calendar=calendar)}))
    assert [loads[who].holiday_days for who in (A, B)] == [1, 1]
    assert loads[B].off_hours == 136


def test_spans_are_told_as_short_as_they_can_be():
    zone = ZoneInfo("Europe/Berlin")
    day = local_days(dt.date(2026, 11, 26), dt.date(2026, 11, 26), zone)
    assert span_text(day, zone) == "Thu 26 Nov 2026"
    assert span_text(Span(day.start, day.end + dt.timedelta(days=1)), zone) == "Thu 26 Nov to Fri 27 Nov 2026"
    assert span_text(Span(day.start, day.start + dt.timedelta(hours=9)), zone) == "Thu 26 Nov 2026, 00:00 to 09:00"
    assert span_text(day, ZoneInfo("UTC")) == "Wed 25 Nov, 23:00 to Thu 26 Nov 2026, 23:00"
    assert moment_text(day.start, zone) == "Thu 26 Nov 2026, 00:00 (Europe/Berlin)"
