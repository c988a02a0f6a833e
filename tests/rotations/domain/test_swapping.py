"""Swaps and overrides: what they do to duty, what stands in their way, and when the rotation's rule is enough."""

from dataclasses import replace

import pytest

from rotations.domain.duty import duties, idle_covers
from rotations.domain.roster import Role
from rotations.domain.spans import WEEK, Span
from rotations.domain.swapping import Part, cannot_take, obstacles, overridden, rule_approves, swapped, taken_back
from tests.rotations.domain.covering_rosters import START, A, B, C, D, cover, days, pair, roster

E = 5
THIS = Span(START, START + WEEK)
NEXT = Span(START + WEEK, START + 2 * WEEK)
BEFORE = START - WEEK
WEDNESDAY = days(25, 26)


def give(taker=C, span=THIS, shift=101, giver=A):
    return Part(shift, giver, taker, span)


def changes(found):
    return [(change.role.value, change.span, change.before, change.after) for change in found.changes]


def test_giving_a_shift_away_changes_one_role_alone():
    found = swapped(roster(pair(A, B)), [give()], BEFORE)
    assert changes(found) == [("primary", THIS, A, C)]
    assert (found.gaps, found.thin, found.clashes, found.told) == ((), (), (), (C,))


def test_part_of_a_shift_is_given_for_that_part():
    assert changes(swapped(roster(pair(A, B)), [give(span=WEDNESDAY)], BEFORE)) == [("primary", WEDNESDAY, A, C)]


def test_an_exchange_is_both_sides_at_once():
    before = roster(pair(A, B), pair(C, D, week=1))
    found = swapped(before, [give(), Part(111, C, A, NEXT)], BEFORE)
    assert changes(found) == [("primary", THIS, A, C), ("primary", NEXT, C, A)]
    carried = {share.engineer: share.after.tokens - share.before.tokens for share in found.shares}
    assert carried == {A: pytest.approx(0), C: pytest.approx(0)}


def test_two_who_exchange_their_roles_of_one_week_do_not_clash():
    found = swapped(roster(pair(A, B)), [give(B), Part(102, B, A, THIS)], BEFORE)
    assert (found.clashes, found.thin) == ((), ())
    assert changes(found) == [("primary", THIS, A, B), ("secondary", THIS, B, A)]


def test_giving_to_who_has_the_other_role_is_a_clash():
    found = swapped(roster(pair(A, B)), [give(B)], BEFORE)
    assert [stretch.span for stretch in found.clashes] == [THIS]


def test_what_is_over_changes_hands_no_more():
    wednesday = days(25, 26).start
    found = swapped(roster(pair(A, B)), [give()], wednesday)
    assert changes(found) == [("primary", Span(wednesday, THIS.end), A, C)]
    assert swapped(roster(pair(A, B)), [give()], THIS.end).span is None
    assert obstacles(roster(pair(A, B)), [give()], THIS.end) == ("This duty is over.",)


@pytest.mark.parametrize(
    ("taker", "facts", "reason"),
    [
        (C, {}, ""),
        (C, {"inactive": (C,)}, "is no longer active"),
        (C, {"qualified": (A, B)}, "is not qualified for Unit 1"),
        (E, {"qualified": (A, B, C, D, E)}, "is not in Data for all of this time"),
        (C, {"away": [(C, days(25, 26))]}, "is away for some of this time (Unit 1)"),
    ],
)
def test_who_cannot_take_duty_and_why(taker, facts, reason):
    assert cannot_take(roster(pair(A, B), **facts), taker, 1, THIS) == reason


def test_nobody_gives_what_they_do_not_hold():
    by_swap = roster(pair(A, B), covers=[cover(101, A, D, WEDNESDAY)])
    assert obstacles(by_swap, [give()], BEFORE) == ("A no longer has all of this primary duty of Unit 1.",)
    assert obstacles(by_swap, [give(giver=D, span=WEDNESDAY)], BEFORE) == ()
    assert obstacles(by_swap, [give(shift=999)], BEFORE) == ("This duty is no longer in the calendar.",)


def test_the_rule_approves_where_nothing_thin_or_clashing_results():
    before = roster(pair(A, B))
    assert rule_approves(swapped(before, [give()], BEFORE))
    assert not rule_approves(swapped(before, [give(B)], BEFORE))
    assert not rule_approves(replace(swapped(before, [give()], BEFORE), refusals=("C is away.",)))


def test_what_was_taken_can_be_given_on_and_comes_back_in_turn():
    given_on = roster(pair(A, B), covers=[cover(101, A, C, THIS, 1), cover(101, C, D, THIS, 2)])
    assert [duty.engineer for duty in duties(given_on)] == [D, B]
    assert idle_covers(given_on) == ()
    back = taken_back(given_on, A, [1], BEFORE)
    assert changes(back) == [("primary", THIS, D, A)]
    first_is_back = replace(given_on, covers=given_on.covers[1:])
    assert idle_covers(first_is_back) == given_on.covers[1:]


def test_taking_back_gives_the_plan_back():
    before = roster(pair(A, B), covers=[cover(101, A, C, THIS)])
    assert changes(taken_back(before, A, [1], BEFORE)) == [("primary", THIS, C, A)]
    assert taken_back(before, A, [1], THIS.end).span is None


def test_taking_back_to_who_is_away_by_now_is_a_gap():
    before = roster(pair(A, None), covers=[cover(101, A, C, THIS)], away=[(A, WEDNESDAY)])
    assert [stretch.span for stretch in taken_back(before, A, [1], BEFORE).gaps] == [WEDNESDAY]


def test_an_override_replaces_whoever_holds_the_role():
    before = roster(pair(A, B), pair(C, A, unit=2), covers=[cover(101, A, C, WEDNESDAY)])
    found = overridden(before, D, Role.PRIMARY, [1, 2], THIS, BEFORE)
    assert {(cover.shift, cover.replaces, cover.engineer) for cover in found.covers} == {(101, None, D), (201, None, D)}
    assert {change.after for change in found.changes} == {D}
    assert {change.before for change in found.changes} == {A, C}


def test_an_override_by_who_has_the_other_role_is_a_clash_and_by_who_is_away_a_gap():
    assert overridden(roster(pair(A, B)), B, Role.PRIMARY, [1], WEDNESDAY, BEFORE).clashes != ()
    away = roster(pair(A, B), away=[(C, WEDNESDAY)])
    assert overridden(away, C, Role.PRIMARY, [1], WEDNESDAY, BEFORE).gaps != ()


def test_where_no_shift_is_published_an_override_makes_nothing():
    found = overridden(roster(pair(A, B)), D, Role.PRIMARY, [1], NEXT, BEFORE)
    assert (found.covers, found.changes) == ((), ())
