"""Swaps from offer to undoing: who may what, what it does to duty, and who is told."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from rotations.domain.duty import duties
from rotations.domain.spans import Span
from rotations.loads.roster import load_roster
from rotations.models import Cover, Membership, Message, Swap
from rotations.verbs.swap_ends import claim_expired, expire
from rotations.verbs.swap_making import arrange, offer
from rotations.verbs.swaps import accept, approve_swap, decline_swap, hand_back, turn_down, undo, withdraw
from rotations.verbs.time_off import approve, request_time_off
from tests.factories import at, make_cover, make_engineer, make_rotation, make_shift

BEFORE = at("2026-11-20 12:00")
WEEK = Span(at("2026-11-23 09:00"), at("2026-11-30 09:00"))
WEDNESDAY = Span(at("2026-11-25 00:00"), at("2026-11-26 00:00"))


def whole(shift):
    return (shift.pk, Span(shift.starts_at, shift.ends_at))


def holders(shift, span=WEEK):
    """Who really has a shift, in order of time: (letter of the engineer, when)."""
    roster = load_roster(span)
    return [
        (roster.name(duty.engineer)[-1], f"{duty.span.start:%d %H:%M}")
        for duty in duties(roster)
        if duty.shift.id == shift.pk
    ]


def told(engineer, like=""):
    return list(Message.objects.filter(engineer=engineer, subject__contains=like).order_by("pk"))


def refused(verb, *args, **kwargs):
    with pytest.raises(ValidationError) as refusal:
        verb(*args, **kwargs)
    return " ".join(refusal.value.messages)


@pytest.fixture
def offered(team, cast):
    """A offers the primary week to everybody."""
    return offer(cast.a, [whole(team.shifts.profit_primary)], note="At a wedding", by=cast.a, at=BEFORE)


@pytest.fixture
def agreed(offered, cast):
    return accept(offered, by=cast.c, at=BEFORE)


@pytest.fixture
def approved(agreed, cast):
    return approve_swap(agreed, by=cast.manager, at=BEFORE)


# --- giving away


def test_an_offer_changes_no_duty_and_asks_everybody_who_could(offered, team, cast):
    assert holders(team.shifts.profit_primary) == [("A", "23 09:00")]
    assert (offered.state, offered.expires_at) == (Swap.State.OFFERED, WEEK.start)
    asked = set(Message.objects.values_list("engineer", flat=True))
    assert asked == {cast.b.pk, cast.c.pk, cast.d.pk}
    assert told(cast.c)[0].text == (
        "Data Engineer A offers you duty.\n\n"
        "- primary of Profit, Mon 23 Nov, 09:00 to Mon 30 Nov 2026, 09:00, from Data Engineer A\n"
        "Data Engineer A wrote: At a wedding\n"
        "See what it does, and answer:\n\n"
        f"Times are in UTC.\nhttp://testserver/swaps/{offered.pk}/"
    )


def test_who_agrees_has_it_once_a_manager_approves(agreed, team, cast):
    assert (agreed.state, agreed.taker) == (Swap.State.ACCEPTED, cast.c)
    assert holders(team.shifts.profit_primary) == [("A", "23 09:00")]
    assert [message.subject for message in told(cast.manager)] == [
        "A swap of Data Engineer A and Data Engineer C waits for you"
    ]
    assert [message.subject for message in told(cast.a)] == ["Data Engineer C agrees to your swap; a manager decides"]
    approve_swap(agreed, by=cast.manager, at=BEFORE)
    assert holders(team.shifts.profit_primary) == [("C", "23 09:00")]
    cover = Cover.objects.get()
    assert (cover.swap, cover.cause, cover.replaces, cover.decided_by) == (agreed, "swap", cast.a, cast.manager)
    subject = "A swap of Data Engineer A and Data Engineer C is approved by Manager"
    assert [message.subject for message in told(cast.a, "approved")] == [subject]
    assert "yours now: primary of Profit" in told(cast.c, "approved")[0].text


def test_part_of_a_shift_is_given_away(team, cast):
    shift = team.shifts.profit_primary
    swap = offer(cast.a, [(shift.pk, WEDNESDAY)], asked=cast.d, by=cast.a, at=BEFORE)
    assert [engineer for (engineer,) in Message.objects.values_list("engineer")] == [cast.d.pk]
    approve_swap(accept(swap, by=cast.d, at=BEFORE), by=cast.manager, at=BEFORE)
    assert holders(shift) == [("A", "23 09:00"), ("D", "25 00:00"), ("A", "26 00:00")]


def test_take_my_week_goes_to_one_who_can_take_all_of_it(team, cast):
    second = make_shift(team.on_growth, cast.a, week="2026-11-30")
    first = make_shift(team.on_profit, cast.a, "secondary", week="2026-11-30")
    swap = offer(cast.a, [whole(first), whole(second)], by=cast.a, at=BEFORE)
    approve_swap(accept(swap, by=cast.d, at=BEFORE), by=cast.manager, at=BEFORE)
    week = Span(first.starts_at, first.ends_at)
    assert (holders(first, week), holders(second, week)) == ([("D", "30 09:00")], [("D", "30 09:00")])


def test_only_what_one_really_holds_is_given(team, cast):
    shift = team.shifts.profit_primary
    make_cover(shift, cast.c, "2026-11-25 00:00", "2026-11-26 00:00")
    words = "Duty: Data Engineer A no longer has all of it; look again."
    assert refused(offer, cast.a, [whole(shift)], by=cast.a, at=BEFORE) == words
    swap = offer(cast.c, [(shift.pk, WEDNESDAY)], asked=cast.d, by=cast.c, at=BEFORE)
    approve_swap(accept(swap, by=cast.d, at=BEFORE), by=cast.manager, at=BEFORE)
    assert holders(shift) == [("A", "23 09:00"), ("D", "25 00:00"), ("A", "26 00:00")]


def test_a_week_under_way_is_given_from_now_on(team, cast, monday):
    shift = team.shifts.profit_primary
    swap = offer(cast.a, [whole(shift)], asked=cast.c, by=cast.a, at=monday)
    assert swap.expires_at == WEEK.end
    later = monday + dt.timedelta(hours=3)
    approve_swap(accept(swap, by=cast.c, at=later), by=cast.manager, at=later)
    assert holders(shift) == [("A", "23 09:00"), ("C", "23 13:00")]


def test_the_same_duty_is_not_offered_twice(offered, team, cast):
    shift = team.shifts.profit_primary
    words = f"Duty: some of it is offered already (swap {offered.pk}); withdraw that first."
    assert refused(offer, cast.a, [(shift.pk, WEDNESDAY)], by=cast.a, at=BEFORE) == words
    withdraw(offered, by=cast.a, at=BEFORE)
    assert offer(cast.a, [(shift.pk, WEDNESDAY)], by=cast.a, at=BEFORE).is_open


IN_BOTH_ROLES = "Refused: Profit would have one person in both roles (Mon 23 Nov, 09:00 to Mon 30 Nov 2026, 09:00)."


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"pieces": []}, "Duty: choose what is to change hands."),
        ({"pieces": [(999, WEEK)]}, "Duty: some of it is no longer in the calendar; look again."),
        ({"at": WEEK.end}, "Duty: some of it is over; look again."),
        ({"note": "x" * 301}, "Note: use at most 300 characters."),
        ({"note": "\0"}, "Note: null characters are not allowed."),
        ({"asked": "a"}, "To: choose somebody else."),
        ({"asked": "b"}, IN_BOTH_ROLES),
        ({"asked": "stranger"}, "Stranger is not qualified for Profit."),
        ({"by": "c"}, "Only who has the duty offers it; managers arrange swaps for others."),
        ({"theirs": "growth"}, "To: an exchange is with one engineer; choose whom."),
    ],
)  # fmt: skip
def test_what_cannot_be_offered_is_refused_in_words(team, cast, fields, words):
    pieces = fields.get("pieces", [whole(team.shifts.profit_primary)])
    theirs = [whole(team.shifts.growth_primary)] if "theirs" in fields else ()
    people = {"asked": None, "by": "a", **{key: value for key, value in fields.items() if key in ("asked", "by")}}
    people = {key: value and getattr(cast, value) for key, value in people.items()}
    rest = {"at": BEFORE, "note": "", **{key: value for key, value in fields.items() if key in ("at", "note")}}
    assert refused(offer, cast.a, pieces, theirs=theirs, **people, **rest) == words
    assert (Swap.objects.count(), Message.objects.count()) == (0, 0)


def test_a_swap_stays_inside_one_rotation(team, cast):
    other = make_rotation("Other", members=[cast.a, cast.b])
    shift = make_shift(other.units.create(name="Elsewhere"), cast.a)
    words = "Duty: a swap stays inside one rotation; make one for each."
    assert refused(offer, cast.a, [whole(team.shifts.profit_primary), whole(shift)], by=cast.a, at=BEFORE) == words


def test_an_offer_that_nobody_can_take_is_not_made(team, cast):
    Membership.objects.exclude(engineer=cast.a).update(leaves_on=dt.date(2026, 11, 24))
    words = "To: nobody else is qualified for all of this and there; ask a manager."
    assert refused(offer, cast.a, [whole(team.shifts.profit_primary)], by=cast.a, at=BEFORE) == words


# --- answering


def test_the_second_to_take_an_offer_is_told_who_was_quicker(agreed, cast):
    words = "Data Engineer C took it at Fri 20 Nov 2026, 12:00 (UTC)."
    assert refused(accept, agreed, by=cast.d, at=BEFORE) == words


def test_nobody_takes_what_they_are_not_asked_or_not_qualified_for(team, cast, offered):
    newcomer = make_engineer("Newcomer")
    Membership.objects.create(rotation=team.rotation, engineer=newcomer, joins_on=dt.date(2026, 1, 1))
    assert refused(accept, offered, by=newcomer, at=BEFORE) == "Newcomer is not qualified for Profit."
    assert refused(accept, offered, by=cast.a, at=BEFORE) == "Only who is asked can take it."
    asked = offer(cast.b, [whole(team.shifts.profit_secondary)], asked=cast.c, by=cast.b, at=BEFORE)
    assert refused(accept, asked, by=cast.d, at=BEFORE) == "Only who is asked can take it."


def test_who_is_away_by_then_cannot_take_it(offered, cast):
    day = WEDNESDAY.start.date()
    approve(request_time_off(cast.c, day, day, "vacation", by=cast.c, at=BEFORE), by=cast.manager, at=BEFORE)
    words = "Data Engineer C is away for some of this time (Profit)."
    assert refused(accept, offered, by=cast.c, at=BEFORE) == words


def test_what_was_seen_must_be_what_is_decided(offered, cast):
    words = "This changed since you looked: read it again, then decide."
    assert refused(accept, offered, by=cast.c, at=BEFORE, seen="0" * 16) == words
    swap = accept(offered, by=cast.c, at=BEFORE)
    assert refused(approve_swap, swap, by=cast.manager, at=BEFORE, seen="0" * 16) == words


def test_saying_no_tells_who_offered(team, cast):
    swap = offer(cast.a, [whole(team.shifts.profit_primary)], asked=cast.c, by=cast.a, at=BEFORE)
    assert refused(turn_down, swap, by=cast.d, at=BEFORE) == "Only who is asked can say no."
    turn_down(swap, by=cast.c, at=BEFORE, note="On a boat")
    assert "On a boat" in told(cast.a, "says no")[0].text
    words = "Data Engineer C declined it at Fri 20 Nov 2026, 12:00 (UTC)."
    assert refused(accept, swap, by=cast.c, at=BEFORE) == words


def test_who_took_it_by_mistake_hands_it_back(agreed, cast):
    assert refused(hand_back, agreed, by=cast.d, at=BEFORE) == "Only who took it can hand it back."
    back = hand_back(agreed, by=cast.c, at=BEFORE)
    assert (back.state, back.taker, back.parts.get().taker) == (Swap.State.OFFERED, None, None)
    assert len(told(cast.a, "no longer agrees")) == 1
    assert accept(back, by=cast.d, at=BEFORE).taker == cast.d


def test_only_who_offered_withdraws_and_the_other_is_told(agreed, cast):
    assert refused(withdraw, agreed, by=cast.c, at=BEFORE) == "Only who offered it can withdraw it."
    withdraw(agreed, by=cast.a, at=BEFORE)
    assert (len(told(cast.c, "withdrew")), len(told(cast.a, "withdrew"))) == (1, 0)
    words = "It was withdrawn by Data Engineer A at Fri 20 Nov 2026, 12:00 (UTC)."
    assert refused(approve_swap, agreed, by=cast.manager, at=BEFORE) == words


# --- deciding


def test_nobody_decides_on_their_own_swap_and_no_stranger_on_any(agreed, team, cast):
    assert refused(approve_swap, agreed, by=cast.b, at=BEFORE) == "Only the managers of Data decide on it."
    assert refused(approve_swap, agreed, by=cast.administrator, at=BEFORE) == "Only the managers of Data decide on it."
    team.rotation.managers.add(cast.c)
    words = "Nobody decides on their own swap; another manager or an administrator does."
    assert refused(approve_swap, agreed, by=cast.c, at=BEFORE) == words


def test_an_administrator_decides_where_the_only_manager_is_a_party(agreed, team, cast):
    team.rotation.managers.set([cast.c])
    assert approve_swap(agreed, by=cast.administrator, at=BEFORE).state == Swap.State.APPROVED


def test_declining_needs_a_reason_that_both_read(agreed, cast):
    words = "Reason: say why; each of them reads it."
    assert refused(decline_swap, agreed, by=cast.manager, at=BEFORE, note=" ") == words
    decline_swap(agreed, by=cast.manager, at=BEFORE, note="C is new to it")
    assert ["C is new to it" in told(one, "declined")[0].text for one in (cast.a, cast.c)] == [True, True]
    assert Cover.objects.count() == 0


def test_the_rotations_rule_approves_what_leaves_nothing_thin_or_clashing(team, cast, offered):
    team.rotation.swaps_by_rule = True
    team.rotation.save()
    swap = accept(offered, by=cast.c, at=BEFORE)
    assert (swap.state, swap.decided_by, swap.decision_note) == ("approved", None, "By the rotation's own rule.")
    assert holders(team.shifts.profit_primary) == [("C", "23 09:00")]
    assert told(cast.manager) == []
    assert [len(told(one, "is approved")) for one in (cast.a, cast.c)] == [1, 1]


# --- exchange


@pytest.fixture
def exchange(team, cast):
    """A gives the primary week of Profit, and takes C's week of Growth."""
    return offer(
        cast.a,
        [whole(team.shifts.profit_primary)],
        asked=cast.c,
        theirs=[whole(team.shifts.growth_primary)],
        by=cast.a,
        at=BEFORE,
    )


def test_an_exchange_lands_on_both_sides(exchange, team, cast):
    assert refused(accept, exchange, by=cast.d, at=BEFORE) == "Only who is asked can take it."
    approve_swap(accept(exchange, by=cast.c, at=BEFORE), by=cast.manager, at=BEFORE)
    assert holders(team.shifts.profit_primary) == [("C", "23 09:00")]
    assert holders(team.shifts.growth_primary) == [("A", "23 09:00")]
    assert Cover.objects.filter(swap=exchange).count() == 2


def test_an_exchange_lands_on_no_side_where_one_cannot(exchange, team, cast):
    swap = accept(exchange, by=cast.c, at=BEFORE)
    make_cover(team.shifts.growth_primary, cast.b, "2026-11-25 00:00", "2026-11-26 00:00")
    words = "Data Engineer C no longer has all of this primary duty of Growth."
    assert refused(approve_swap, swap, by=cast.manager, at=BEFORE) == words
    assert Cover.objects.filter(swap=swap).count() == 0


def test_two_may_ask_for_the_same_duty_in_exchange(exchange, team, cast):
    mine = whole(team.shifts.profit_secondary)
    other = offer(cast.b, [mine], asked=cast.c, theirs=[whole(team.shifts.growth_primary)], by=cast.b, at=BEFORE)
    approve_swap(accept(other, by=cast.c, at=BEFORE), by=cast.manager, at=BEFORE)
    words = "Data Engineer C no longer has all of this primary duty of Growth."
    assert refused(accept, exchange, by=cast.c, at=BEFORE) == words


# --- undoing


def test_one_party_asks_and_the_other_undoes(approved, team, cast):
    undo(approved, by=cast.c, at=BEFORE)
    assert holders(team.shifts.profit_primary) == [("C", "23 09:00")]
    assert len(told(cast.a, "asks you to undo")) == 1
    assert "You asked for this already" in refused(undo, approved, by=cast.c, at=BEFORE)
    assert undo(approved, by=cast.a, at=BEFORE).state == Swap.State.UNDONE
    assert holders(team.shifts.profit_primary) == [("A", "23 09:00")]
    assert (len(told(cast.c, "was undone")), len(told(cast.a, "was undone"))) == (1, 0)


def test_a_manager_undoes_at_once(approved, team, cast):
    undo(approved, by=cast.manager, at=BEFORE)
    assert holders(team.shifts.profit_primary) == [("A", "23 09:00")]
    assert "yours now: primary of Profit" in told(cast.a, "was undone")[0].text
    assert refused(undo, approved, by=cast.b, at=BEFORE).startswith("It was undone by Manager")


def test_what_has_begun_stays(approved, cast):
    words = "It has begun: what was swapped stays. Make another swap for the rest."
    assert refused(undo, approved, by=cast.manager, at=WEEK.start) == words
    strangers = "Only its parties and the managers of its rotation can undo it."
    assert refused(undo, approved, by=cast.stranger, at=BEFORE) == strangers


def test_undoing_is_refused_where_the_first_is_away_by_now(approved, team, cast):
    day = WEDNESDAY.start.date()
    approve(request_time_off(cast.a, day, day, "vacation", by=cast.a, at=BEFORE), by=cast.manager, at=BEFORE)
    words = "Refused: Profit would be without a primary (Wed 25 Nov 2026)."
    assert refused(undo, approved, by=cast.manager, at=BEFORE) == words


def test_what_was_given_on_comes_back_to_the_first(approved, team, cast):
    shift = team.shifts.profit_primary
    on = offer(cast.c, [whole(shift)], asked=cast.d, by=cast.c, at=BEFORE)
    approve_swap(accept(on, by=cast.d, at=BEFORE), by=cast.manager, at=BEFORE)
    assert holders(shift) == [("D", "23 09:00")]
    undo(approved, by=cast.manager, at=BEFORE)
    assert holders(shift) == [("A", "23 09:00")]
    assert [len(told(one, "was undone")) for one in (cast.a, cast.c, cast.d)] == [1, 1, 1]


# --- made by a manager


def test_a_manager_arranges_a_swap_for_others(team, cast):
    swap = arrange(cast.a, [whole(team.shifts.profit_primary)], cast.c, by=cast.manager, at=BEFORE)
    assert (swap.state, Message.objects.count()) == (Swap.State.ACCEPTED, 0)
    approve_swap(swap, by=cast.manager, at=BEFORE)
    assert holders(team.shifts.profit_primary) == [("C", "23 09:00")]
    assert [len(told(one, "is approved")) for one in (cast.a, cast.c)] == [1, 1]


def test_only_managers_who_are_no_party_arrange(team, cast):
    pieces = [whole(team.shifts.profit_primary)]
    assert (
        refused(arrange, cast.a, pieces, cast.c, by=cast.b, at=BEFORE) == "Only the managers of Data arrange its swaps."
    )
    team.rotation.managers.add(cast.c)
    words = "Nobody arranges their own swap: offer it, or let another manager do so."
    assert refused(arrange, cast.a, pieces, cast.c, by=cast.c, at=BEFORE) == words


# --- the end of time


def test_an_offer_ends_when_its_duty_starts(offered, cast):
    assert claim_expired(WEEK.start - dt.timedelta(seconds=1), 5) == []
    assert claim_expired(WEEK.start, 5) == [offered.pk]
    assert refused(accept, offered, by=cast.c, at=WEEK.start) == "Its duty has begun: this offer is over."
    assert (expire(offered.pk, WEEK.start), expire(offered.pk, WEEK.start)) == (True, False)
    assert [message.subject for message in told(cast.a)] == [
        "A swap of Data Engineer A is over: nobody took it in time"
    ]
    assert claim_expired(WEEK.end, 5) == []


def test_what_no_manager_decides_on_ends_too(agreed, cast):
    assert expire(agreed.pk, WEEK.start)
    subject = "A swap of Data Engineer A is over: no manager decided on it in time"
    assert [len(told(one, subject)) for one in (cast.a, cast.c)] == [1, 1]
