"""Swaps where they meet something else: another taker, time off that they solve, a plan that moves their duty."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from rotations.models import Cover, Shift, Swap, TimeOffRequest
from rotations.verbs.covers import end_cover
from rotations.verbs.swap_ends import shift_changed
from rotations.verbs.swap_making import offer
from rotations.verbs.swaps import accept, approve_swap, turn_down, undo
from rotations.verbs.time_off import approve, request_time_off
from tests.factories import make_shift
from tests.rotations.test_swaps import BEFORE, WEDNESDAY, holders, refused, told, whole

DAY = dt.date(2026, 11, 25)
LATER = BEFORE + dt.timedelta(hours=1)


def at_once(*verbs):
    """Carry verbs out in threads of their own, as nearly at once as can be: what was refused, in words."""
    start, refusals = threading.Barrier(len(verbs)), []

    def run(verb):
        try:
            start.wait(timeout=20)
            verb()
        except ValidationError as error:
            refusals.append(" ".join(error.messages))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(verb,)) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return refusals


# --- two at once


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_an_offer_at_once_exactly_one_has_it(cast, team):
    team.rotation.swaps_by_rule = True
    team.rotation.save()
    swap = offer(cast.a, [whole(team.shifts.profit_primary)], by=cast.a, at=BEFORE)
    refusals = at_once(*(lambda one=one: accept(swap, by=one, at=BEFORE) for one in (cast.c, cast.d)))
    swap.refresh_from_db()
    assert refusals == [f"{swap.taker} took it at Fri 20 Nov 2026, 12:00 (UTC)."]
    assert [cover.engineer for cover in Cover.objects.all()] == [swap.taker]
    assert holders(team.shifts.profit_primary) == [(swap.taker.name[-1], "23 09:00")]


@pytest.mark.django_db(transaction=True)
def test_of_two_managers_who_decide_at_once_one_is_told(cast, team):
    team.rotation.managers.add(cast.b)
    swap = offer(cast.a, [whole(team.shifts.profit_primary)], asked=cast.c, by=cast.a, at=BEFORE)
    swap = accept(swap, by=cast.c, at=BEFORE)
    refusals = at_once(*(lambda one=one: approve_swap(swap, by=one, at=BEFORE) for one in (cast.b, cast.manager)))
    assert refusals == ["Data Engineer C took it at Fri 20 Nov 2026, 12:00 (UTC)."]
    assert Cover.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_duty_offered_twice_at_once_is_offered_once(cast, team):
    pieces = [whole(team.shifts.profit_primary)]
    refusals = at_once(*(lambda: offer(cast.a, pieces, by=cast.a, at=BEFORE) for _ in range(2)))
    assert (len(refusals), Swap.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_offering_for_time_off_while_that_is_decided_never_hangs(cast, team):
    request = request_time_off(cast.a, DAY, DAY, "vacation", by=cast.a, at=BEFORE)
    pieces = [(team.shifts.profit_primary.pk, WEDNESDAY)]
    refusals = at_once(
        lambda: approve(request, by=cast.manager, at=BEFORE),
        lambda: offer(cast.a, pieces, asked=cast.c, time_off=request, by=cast.a, at=BEFORE),
    )
    request.refresh_from_db()
    assert (request.state, len(refusals) + Swap.objects.count()) == ("approved", 1)


# --- time off that a swap solves


@pytest.fixture
def solved(team, cast):
    """A asks for a day, and C agrees to take A's duty of that day."""
    request = request_time_off(cast.a, DAY, DAY, "vacation", by=cast.a, at=BEFORE)
    pieces = [(team.shifts.profit_primary.pk, WEDNESDAY)]
    swap = offer(cast.a, pieces, asked=cast.c, time_off=request, by=cast.a, at=BEFORE)
    return request, accept(swap, by=cast.c, at=BEFORE)


def test_approving_time_off_approves_the_swap_that_solves_it(solved, team, cast):
    request, swap = solved
    approve(request, by=cast.manager, at=BEFORE)
    swap.refresh_from_db()
    assert (swap.state, swap.decided_by) == (Swap.State.APPROVED, cast.manager)
    assert [(cover.engineer, cover.cause) for cover in Cover.objects.all()] == [(cast.c, "swap")]
    assert holders(team.shifts.profit_primary) == [("A", "23 09:00"), ("C", "25 00:00"), ("A", "26 00:00")]
    assert len(told(cast.c, "is approved")) == 1


def test_where_the_swap_cannot_land_the_time_off_is_not_approved_either(solved, team, cast):
    request, swap = solved
    approve(request_time_off(cast.c, DAY, DAY, "vacation", by=cast.c, at=BEFORE), by=cast.manager, at=BEFORE)
    words = "Data Engineer C is away for some of this time (Profit)."
    assert refused(approve, request, by=cast.manager, at=BEFORE) == words
    request.refresh_from_db()
    swap.refresh_from_db()
    assert (request.state, swap.state) == (TimeOffRequest.State.REQUESTED, Swap.State.ACCEPTED)


def test_who_took_the_duty_does_not_approve_the_time_off_with_it(solved, team, cast):
    request, _ = solved
    team.rotation.managers.set([cast.c])
    words = "The swap with Data Engineer C that goes with it is for another manager to approve first."
    assert refused(approve, request, by=cast.c, at=BEFORE) == words


def test_an_offer_that_nobody_agreed_to_stays_as_it_is(team, cast):
    request = request_time_off(cast.a, DAY, DAY, "vacation", by=cast.a, at=BEFORE)
    pieces = [(team.shifts.profit_primary.pk, WEDNESDAY)]
    swap = offer(cast.a, pieces, asked=cast.c, time_off=request, by=cast.a, at=BEFORE)
    approve(request, by=cast.manager, at=BEFORE)
    swap.refresh_from_db()
    assert (swap.state, Cover.objects.filter(time_off=request).count()) == (Swap.State.OFFERED, 2)
    assert refused(accept, swap, by=cast.c, at=BEFORE).startswith("Data Engineer A no longer has all of this")
    assert turn_down(swap, by=cast.c, at=BEFORE).state == Swap.State.DECLINED


def test_only_ones_own_waiting_request_can_be_solved(team, cast):
    other = request_time_off(cast.b, DAY, DAY, "vacation", by=cast.b, at=BEFORE)
    pieces = [(team.shifts.profit_primary.pk, WEDNESDAY)]
    words = "For time off: choose a request of your own that waits for a manager."
    assert refused(offer, cast.a, pieces, time_off=other, by=cast.a, at=BEFORE) == words


# --- a plan that changes the duty of a swap


def move(shift, engineer, by):
    """What publishing does to a shift: it goes to somebody else, and its covers end."""
    Shift.objects.filter(pk=shift.pk).update(engineer=engineer)
    shift_changed([shift], by=by, at=LATER)
    for cover in Cover.objects.filter(shift=shift, ended_at=None):
        end_cover(cover, by, LATER)


def test_open_offers_of_a_moved_shift_are_withdrawn_and_both_are_told(team, cast):
    swap = offer(cast.a, [whole(team.shifts.profit_primary)], asked=cast.c, by=cast.a, at=BEFORE)
    other = offer(cast.b, [whole(team.shifts.profit_secondary)], asked=cast.c, by=cast.b, at=BEFORE)
    move(team.shifts.profit_primary, cast.d, cast.manager)
    swap.refresh_from_db()
    other.refresh_from_db()
    assert (swap.state, swap.ended_by, other.state) == (Swap.State.WITHDRAWN, cast.manager, Swap.State.OFFERED)
    assert [len(told(one, "withdrawn by a new plan")) for one in (cast.a, cast.c, cast.b)] == [1, 1, 0]


def test_the_other_side_of_an_exchange_stays_and_both_are_told(team, cast):
    mine, theirs = make_shift(team.on_profit, cast.a, week="2026-12-07"), team.shifts.growth_primary
    swap = offer(cast.a, [whole(mine)], asked=cast.c, theirs=[whole(theirs)], by=cast.a, at=BEFORE)
    approve_swap(accept(swap, by=cast.c, at=BEFORE), by=cast.manager, at=BEFORE)
    move(mine, cast.d, cast.manager)
    swap.refresh_from_db()
    assert swap.state == Swap.State.APPROVED
    assert holders(theirs) == [("A", "23 09:00")]
    assert [message.subject for message in told(cast.a, "new plan")] == [
        "A new plan changed duty of the swap of Data Engineer A and Data Engineer C: the rest of it stays in force"
    ]
    undo(swap, by=cast.manager, at=LATER)
    assert holders(theirs) == [("C", "23 09:00")]


def test_of_a_swap_whose_only_shift_moved_nothing_is_left(team, cast):
    shift = make_shift(team.on_profit, cast.a, week="2026-12-07")
    swap = offer(cast.a, [whole(shift)], asked=cast.c, by=cast.a, at=BEFORE)
    approve_swap(accept(swap, by=cast.c, at=BEFORE), by=cast.manager, at=BEFORE)
    move(shift, cast.d, cast.manager)
    assert [len(told(one, "nothing of it is left")) for one in (cast.a, cast.c)] == [1, 1]
