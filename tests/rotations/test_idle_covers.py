"""Covers that no longer apply: shown as idle, and their person told once."""

import datetime as dt

import pytest

from rotations.loads.idle import idle_in, idle_of
from rotations.models import Cover, Message
from rotations.verbs.idle import claim_ended_covers, follow_up
from rotations.verbs.swap_making import offer
from rotations.verbs.swaps import accept, approve_swap, undo
from tests.factories import at, make_cover
from tests.rotations.test_swaps import BEFORE, holders, whole

LATER = BEFORE + dt.timedelta(hours=1)


@pytest.fixture
def given_on(team, cast):
    """A gave the week to C, and C to D."""
    shift = team.shifts.profit_primary
    swaps = []
    for giver, taker in ((cast.a, cast.c), (cast.c, cast.d)):
        swap = offer(giver, [whole(shift)], asked=taker, by=giver, at=BEFORE)
        swaps.append(approve_swap(accept(swap, by=taker, at=BEFORE), by=cast.manager, at=BEFORE))
    return swaps


def test_a_chain_of_covers_is_not_idle(given_on, team):
    assert idle_in(team.rotation, BEFORE) == []
    assert holders(team.shifts.profit_primary) == [("D", "23 09:00")]


def test_when_the_first_is_undone_the_second_is_idle_and_shown(given_on, team, cast, sign_in, monkeypatch):
    first, second = given_on
    undo(first, by=cast.manager, at=LATER)
    assert [cover.swap for cover in idle_in(team.rotation, LATER)] == [second]
    assert ([cover.swap for cover in idle_of(cast.d, LATER)], idle_of(cast.c, LATER)) == ([second], [])
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATER)
    for page in ("/me/", team.rotation.get_absolute_url()):
        shown = sign_in(cast.d).get(page).content.decode()
        assert "Covers that no longer apply" in shown
        assert "Data Engineer C no longer has that duty" in shown


def test_who_was_told_of_the_undoing_is_not_told_again(given_on, cast):
    undo(given_on[0], by=cast.manager, at=LATER)
    before = Message.objects.count()
    (ended,) = claim_ended_covers(LATER, 5)
    assert (follow_up(ended, LATER), follow_up(ended, LATER)) == (True, False)
    assert (Message.objects.count(), claim_ended_covers(LATER, 5)) == (before, [])


def test_who_was_told_nothing_learns_once_that_the_cover_is_idle(team, cast):
    """Somebody ended the first cover without a word, as an import would."""
    shift = team.shifts.profit_primary
    first = make_cover(shift, cast.c, "2026-11-24 00:00", "2026-11-25 00:00")
    make_cover(
        shift, cast.d, "2026-11-24 00:00", "2026-11-25 00:00", replaces=cast.c, decided_at=at("2026-11-02 12:00")
    )
    Cover.objects.filter(pk=first.pk).update(ended_at=LATER)
    history = Cover.history.count()
    for _ in range(2):
        for pk in claim_ended_covers(LATER, 5):
            follow_up(pk, LATER)
    message = Message.objects.get()
    assert (message.engineer, message.subject) == (
        cast.d,
        "You need not stand in: primary of Profit, Tue 24 Nov 2026",
    )
    assert "Data Engineer C no longer has that duty, so your cover does nothing." in message.text
    assert Cover.history.count() == history


def test_what_is_over_bothers_nobody(given_on, team, cast):
    undo(given_on[0], by=cast.manager, at=LATER)
    Message.objects.all().delete()
    over = at("2026-12-01 00:00")
    assert (follow_up(claim_ended_covers(over, 5)[0], over), Message.objects.count()) == (True, 0)
    assert idle_in(team.rotation, over) == []
