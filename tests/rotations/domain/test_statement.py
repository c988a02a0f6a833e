"""Statements: brought forward, planned and served beside each other, entries by hand, and balances over time."""

import datetime as dt

import pytest

from rotations.domain.counts import Account
from rotations.domain.spans import WEEK
from rotations.domain.statement import Entry, statement, together
from tests.rotations.domain.covering_rosters import START, A, B, C, D, cover, days, pair, roster

MONDAY = START.date()
SUNDAY = MONDAY + dt.timedelta(days=6)
LATER = START + 4 * WEEK
UNTIL = MONDAY + dt.timedelta(days=27)


def said(team, first=MONDAY, last=UNTIL, now=LATER, **more):
    return statement(team, team.teams[1], first, last, now, **more)


def test_planned_is_what_the_shifts_say_and_served_who_was_there():
    lines = said(roster(pair(A, B), covers=[cover(101, A, C, days(28, 30))])).lines
    assert (lines[A].planned.tokens, lines[A].served.tokens) == (2, pytest.approx(2 * 5 / 7))
    assert (lines[C].planned.tokens, lines[C].served.tokens) == (0, pytest.approx(2 * 2 / 7))


def test_what_is_still_to_come_is_planned_but_not_served():
    lines = said(roster(pair(A, B), pair(C, D, week=1)), now=START + WEEK / 2).lines
    assert [lines[who].planned.tokens for who in (A, B, C, D)] == [2, 1, 2, 1]
    assert [lines[who].served.tokens for who in (A, B, C, D)] == [1, 0.5, 0, 0]
    assert [lines[who].balance for who in (A, B, C, D)] == [0.625, 0.125, -0.375, -0.375]


def test_the_balance_is_carried_from_one_period_into_the_next():
    team = roster(pair(A, B), pair(C, D, week=1))
    whole = said(team).lines
    second = said(team, first=SUNDAY).lines
    assert second[A].brought == pytest.approx((2 - 0.75) * 135 / 168)
    assert {who: line.balance for who, line in second.items()} == pytest.approx(
        {who: line.balance for who, line in whole.items()}
    )


def test_an_opening_balance_changes_one_balance_and_nobodys_share():
    opening = Entry(1, D, MONDAY, Account.PRIMARY, 1.5, "opening")
    without, lines = said(roster(pair(A, B))).lines, said(roster(pair(A, B)), entries=[opening]).lines
    assert (lines[D].opening.primary_weeks, lines[D].brought_forward, lines[D].carried.tokens) == (1.5, 3, 0)
    assert lines[D].balance == without[D].balance + 3
    assert [lines[who] for who in (A, B, C)] == [without[who] for who in (A, B, C)]


def test_a_correction_is_carried_like_what_was_served():
    booked = Entry(1, D, MONDAY, Account.WEEKEND, 2, "correction")
    lines = said(roster(pair(A, B)), entries=[booked]).lines
    assert (lines[D].carried.weekend_days, lines[D].served.weekend_days, lines[D].balance) == (2, 0, -0.75)


def test_an_entry_of_an_earlier_day_is_brought_forward_and_of_a_later_one_left_out():
    entries = [
        Entry(1, D, MONDAY - dt.timedelta(days=1), Account.SECONDARY, 2, "opening"),
        Entry(1, D, UNTIL + dt.timedelta(days=1), Account.SECONDARY, 5, "correction"),
        Entry(2, D, MONDAY, Account.SECONDARY, 5, "of another rotation"),
    ]
    line = said(roster(pair(A, B)), entries=entries).lines[D]
    assert (line.brought, line.booked.tokens, line.balance) == (2, 0, 2 - 0.75)


def test_balances_over_time_end_with_the_balance_and_leave_out_what_is_to_come():
    team = roster(pair(A, B), pair(C, D, week=1))
    marks = [MONDAY, MONDAY + dt.timedelta(days=7), UNTIL + dt.timedelta(days=1)]
    entry = Entry(1, D, SUNDAY, Account.PRIMARY, 1, "correction")
    found = said(team, marks=marks, entries=[entry], now=START + 5 * WEEK)
    assert list(found.course) == marks
    assert found.course[MONDAY] == dict.fromkeys((A, B, C, D), 0)
    assert found.course[marks[1]][D] == pytest.approx(2 - 0.75 * 159 / 168)
    assert found.course[marks[2]] == pytest.approx({who: line.balance for who, line in found.lines.items()})
    assert list(said(team, marks=marks, now=START + WEEK / 2).course) == [MONDAY]


def test_rotations_together_add_up_by_engineer():
    one = said(roster(pair(A, B)), marks=[UNTIL])
    both = together([one, one])
    assert both.lines[A].balance == 2 * one.lines[A].balance
    assert both.course[UNTIL][A] == 2 * one.course[UNTIL][A]


def test_members_without_any_duty_are_there_too():
    assert said(roster(), first=UNTIL, last=UNTIL, now=START).lines.keys() == {A, B, C, D}
