"""Asking for time off: parts of days, notice, limits, for somebody else, and changing what was asked or approved."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rotations.domain.covering import Choice
from rotations.domain.duty import duties
from rotations.domain.ledger import ledger
from rotations.domain.roster import Role
from rotations.domain.spans import Span
from rotations.loads.in_sequence import in_sequence
from rotations.loads.roster import load_roster
from rotations.loads.time_off import askable, consequence_of, decidable, limits_passed, request_roster, seen_of
from rotations.models import Cover, TimeOffRequest
from rotations.verbs.asking import Asked
from rotations.verbs.deciding import decide_each
from rotations.verbs.time_off import approve, cancel, change_time_off, decline, request_time_off
from tests.factories import at, make_engineer, make_rotation
from tests.rotations.test_time_off import ASKED_AT, THANKSGIVING, WEEK, ask, on_duty, refusal, told

FRIDAY = THANKSGIVING + dt.timedelta(days=1)
LATER = ASKED_AT + dt.timedelta(minutes=5)


def part(engineer, shape, *times, day=THANKSGIVING):
    clocks = dict(zip(("from_time", "until_time"), times, strict=False))
    return request_time_off(engineer, day, day, "vacation", by=engineer, at=ASKED_AT, shape=shape, **clocks)


def change(request, first, last, kind="vacation", by=None, when=LATER, **words):
    return change_time_off(request, Asked(first, last, kind, **words), by=by or request.engineer, at=when)


def seen(request, when=ASKED_AT, choices=()):
    request.refresh_from_db()
    return seen_of(request, consequence_of(request, request_roster(request, when), when, choices))


def state(request):
    request.refresh_from_db()
    return request.state


def test_half_a_day_and_hours_are_covered_for_as_long_as_they_last(cast, team):
    morning = part(cast.a, "morning")
    hours = part(cast.a, "hours", dt.time(9), dt.time(11, 30), day=FRIDAY)
    assert (str(morning), str(hours)) == (
        "Data Engineer A, Thu 26 Nov 2026, morning",
        "Data Engineer A, Fri 27 Nov 2026, 09:00 to 11:30",
    )
    for request in (morning, hours):
        approve(request, by=cast.manager, at=ASKED_AT)
    covers = Cover.objects.filter(shift=team.shifts.profit_primary).order_by("starts_at")
    assert [(cover.starts_at, cover.ends_at, cover.engineer) for cover in covers] == [
        (at("2026-11-26 00:00"), at("2026-11-26 12:00"), cast.b),
        (at("2026-11-27 09:00"), at("2026-11-27 11:30"), cast.b),
    ]


def test_two_parts_of_a_day_do_not_overlap(cast, team):
    part(cast.a, "morning")
    part(cast.a, "afternoon")
    assert "(waiting); choose other days" in refusal(part, cast.a, "hours", dt.time(11), dt.time(12)).messages[0]


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"shape": "weeks"}, "shape"),
        ({"shape": "hours", "until_time": dt.time(9)}, "from_time"),
        ({"shape": "hours", "from_time": dt.time(9)}, "until_time"),
        ({"shape": "hours", "from_time": dt.time(9), "until_time": dt.time(8)}, "until_time"),
        ({"shape": "hours", "from_time": dt.time(8), "until_time": dt.time(9)}, "until_time"),
        ({"shape": "morning", "last": FRIDAY}, "last_day"),
    ],
)
def test_parts_of_days_that_make_no_sense_are_refused_by_field(cast, team, words, field):
    words = dict(words)
    first = ASKED_AT.date()
    last = words.pop("last", first)
    error = refusal(request_time_off, cast.a, first, last, "other", by=cast.a, at=ASKED_AT, **words)
    assert (list(error.message_dict), TimeOffRequest.objects.count()) == ([field], 0)


def test_the_notice_that_a_rotation_wants_is_for_who_asks_for_themselves_and_is_not_sick(cast, team):
    team.rotation.notice_days = 30
    team.rotation.save()
    assert refusal(ask, cast.a).message_dict == {
        "first_day": [
            "First day: Data wants 30 days of notice; use Wed 2 Dec 2026 or a later day, or ask a manager to enter it."
        ]
    }
    assert ask(cast.a, kind="sick").state == "requested"
    assert ask(cast.b, dt.date(2026, 12, 2)).state == "requested"
    entered = request_time_off(cast.c, THANKSGIVING, THANKSGIVING, "vacation", by=cast.manager, at=ASKED_AT)
    assert entered.state == "requested"
    assert change(entered, THANKSGIVING, THANKSGIVING, "other", by=cast.c).kind == "other"
    assert list(refusal(change, entered, THANKSGIVING, FRIDAY, by=cast.c).message_dict) == ["first_day"]


def test_a_manager_enters_time_off_for_a_member_who_is_told_and_approves_it(cast, team):
    request = request_time_off(cast.a, THANKSGIVING, THANKSGIVING, "vacation", by=cast.manager, at=ASKED_AT)
    assert (request.asked_by, request.state) == (cast.manager, "requested")
    assert [message.subject for message in cast.a.pager_messages.all()] == [
        "Manager entered time off for you: Thu 26 Nov 2026"
    ]
    assert list(cast.manager.pager_messages.all()) == []
    approve(request, by=cast.manager, at=ASKED_AT)
    assert state(request) == "approved"


def test_sick_leave_that_a_manager_reports_takes_effect_at_once(cast, team, monday):
    day = monday.date()
    request = request_time_off(cast.a, day, day, "sick", by=cast.manager, at=monday)
    assert (request.state, request.decided_by, request.history.latest().history_user) == (
        "approved",
        None,
        cast.manager,
    )
    assert on_duty(team.on_profit)[1] == ("primary", "23 10-24 00", "B")


def test_nobody_else_enters_time_off_for_somebody(cast, team):
    other = make_engineer("Other manager")
    make_rotation("Other", managers=[other])
    for somebody in (cast.b, cast.stranger, other, cast.administrator):
        error = refusal(request_time_off, cast.a, THANKSGIVING, THANKSGIVING, "vacation", by=somebody, at=ASKED_AT)
        assert error.message_dict == {"engineer": ["For: only the managers of Data Engineer A's rotations may ask."]}
    assert TimeOffRequest.objects.count() == 0
    assert list(askable(cast.manager, ASKED_AT)) == [cast.a, cast.b, cast.c, cast.d]
    assert list(askable(cast.b, ASKED_AT)) == []
    assert cast.a not in askable(cast.administrator, ASKED_AT)
    assert cast.stranger in askable(cast.administrator, ASKED_AT)


def test_over_the_limit_is_said_and_approved_only_on_purpose(cast, team):
    team.rotation.max_away = 1
    team.rotation.save()
    approve(ask(cast.c), by=cast.manager, at=ASKED_AT)
    request = ask(cast.a)
    words = "Over the limit of Data: 2 away on Thu 26 Nov 2026, at most 1 wanted."
    assert limits_passed(request, ASKED_AT) == (words,)
    error = refusal(approve, request, by=cast.manager, at=ASKED_AT)
    assert (error.code, error.message) == ("over limit", f"{words} Say that it may be over the limit, then approve.")
    approve(request, by=cast.manager, at=ASKED_AT, over_limit=True)
    request.refresh_from_db()
    assert (request.state, request.is_over_limit) == ("approved", True)


def test_what_waits_is_changed_in_place_and_seen_so(cast, team):
    request = ask(cast.a)
    before = seen(request)
    changed = change(request, FRIDAY, FRIDAY)
    assert (changed.pk, str(changed)) == (request.pk, "Data Engineer A, Fri 27 Nov 2026")
    assert told(cast.manager, "Data Engineer A changed the time off asked for")
    assert refusal(approve, request, by=cast.manager, at=LATER, seen=before).code == "changed"
    assert seen(request) != before
    reworded = seen(request)
    change(request, FRIDAY, FRIDAY, reason="moving house")
    assert refusal(approve, request, by=cast.manager, at=LATER, seen=reworded).code == "changed"


def test_a_change_of_what_is_approved_waits_while_the_old_holds_then_takes_its_place(cast, team):
    old = ask(cast.a)
    approve(old, by=cast.manager, at=ASKED_AT)
    covered = on_duty(team.on_profit)
    new = change(old, THANKSGIVING, FRIDAY)
    assert (new.replaces, new.state, state(old), on_duty(team.on_profit)) == (old, "requested", "approved", covered)
    approve(new, by=cast.manager, at=LATER, seen=seen(new, LATER))
    assert (state(old), state(new)) == ("replaced", "approved")
    assert on_duty(team.on_profit) == [
        ("primary", "23 09-26 00", "A"),
        ("primary", "26 00-28 00", "B"),
        ("primary", "28 00-30 09", "A"),
        ("secondary", "23 09-26 00", "B"),
        ("secondary", "26 00-28 00", "D"),
        ("secondary", "28 00-30 09", "B"),
    ]
    assert old.covers.filter(ended_at=None).count() == 0
    cancel(new, by=cast.a, at=LATER)
    assert on_duty(team.on_profit) == [("primary", "23 09-30 09", "A"), ("secondary", "23 09-30 09", "B")]


def test_a_change_asked_again_changes_what_waits_and_declining_keeps_the_old(cast, team):
    old = ask(cast.a)
    approve(old, by=cast.manager, at=ASKED_AT)
    new = change(old, THANKSGIVING, FRIDAY)
    assert change(old, FRIDAY, FRIDAY).pk == new.pk
    decline(new, by=cast.manager, at=LATER, note="The release.")
    assert (state(old), state(new)) == ("approved", "declined")


def test_cancelling_what_is_approved_takes_its_waiting_change_along(cast, team):
    old = ask(cast.a)
    approve(old, by=cast.manager, at=ASKED_AT)
    new = change(old, THANKSGIVING, FRIDAY)
    cancel(old, by=cast.a, at=LATER)
    assert (state(old), state(new)) == ("cancelled", "cancelled")
    assert "cancelled it" in refusal(change, old, FRIDAY, FRIDAY).messages[0]


def test_of_what_has_begun_only_the_end_changes_and_the_past_stays_covered(cast, team):
    old = ask(cast.a, THANKSGIVING, dt.date(2026, 11, 28))
    approve(old, by=cast.manager, at=ASKED_AT)
    noon = at("2026-11-27 12:00")
    assert refusal(change, old, FRIDAY, FRIDAY, when=noon).message_dict == {
        "first_day": ["First day: it has begun; keep Thu 26 Nov 2026, only the end can change."]
    }
    new = change(old, THANKSGIVING, FRIDAY, when=noon)
    approve(new, by=cast.manager, at=noon)
    assert [row for row in on_duty(team.on_profit) if row[0] == "primary"] == [
        ("primary", "23 09-26 00", "A"),
        ("primary", "26 00-27 12", "B"),
        ("primary", "27 12-28 00", "B"),
        ("primary", "28 00-30 09", "A"),
    ]


def test_what_began_while_its_change_waited_keeps_the_days_that_are_over(cast, team):
    old = ask(cast.a, THANKSGIVING, FRIDAY)
    approve(old, by=cast.manager, at=ASKED_AT)
    new = change(old, dt.date(2026, 11, 28), dt.date(2026, 11, 28))
    noon = at("2026-11-26 12:00")
    approve(new, by=cast.manager, at=noon, seen=seen(new, noon))
    old.refresh_from_db()
    assert (old.state, old.ends_at, state(new)) == ("approved", noon, "approved")
    assert [row for row in on_duty(team.on_profit) if row[0] == "primary"] == [
        ("primary", "23 09-26 00", "A"),
        ("primary", "26 00-26 12", "B"),
        ("primary", "26 12-28 00", "A"),
        ("primary", "28 00-29 00", "B"),
        ("primary", "29 00-30 09", "A"),
    ]


def test_longer_sick_leave_takes_effect_at_once(cast, team, monday):
    day = monday.date()
    old = request_time_off(cast.a, day, day, "sick", by=cast.a, at=monday)
    new = change(old, day, day + dt.timedelta(days=1), "sick", when=monday + dt.timedelta(hours=3))
    assert (state(old), state(new)) == ("replaced", "approved")
    assert [row for row in on_duty(team.on_profit) if row[2] == "B" and row[0] == "primary"] == [
        ("primary", "23 10-23 13", "B"),
        ("primary", "23 13-25 00", "B"),
    ]


def test_only_the_person_and_who_decides_change_time_off(cast, team):
    request = ask(cast.a)
    for somebody in (cast.b, cast.stranger, cast.administrator):
        words = ["Only the person and who decides on it can change time off."]
        assert refusal(change, request, FRIDAY, FRIDAY, by=somebody).messages == words
    change(request, FRIDAY, FRIDAY, by=cast.manager)
    assert told(cast.a, "Manager changed your time off: Fri 27 Nov 2026")
    over = at("2026-12-01 10:00")
    assert refusal(change, request, FRIDAY, FRIDAY, when=over).messages == [
        "These days are over; there is nothing left to change."
    ]


def test_who_decides_ends_approved_time_off_with_a_reason(cast, team, monday):
    request = ask(cast.a)
    assert refusal(cancel, request, by=cast.manager, at=ASKED_AT).messages == [
        "It waits for a decision; decline it instead."
    ]
    approve(request, by=cast.manager, at=ASKED_AT)
    assert list(refusal(cancel, request, by=cast.manager, at=monday).message_dict) == ["note"]
    cancel(request, by=cast.manager, at=monday, note="You came in.")
    assert (state(request), on_duty(team.on_profit)[0]) == ("cancelled", ("primary", "23 09-30 09", "A"))
    assert "Manager wrote: You came in." in told(cast.a, "Your time off was cancelled")[0]


def test_another_cover_is_approved_and_one_who_cannot_is_refused(cast, team):
    request = ask(cast.a)
    day = Span(at("2026-11-26 00:00"), at("2026-11-27 00:00"))
    wrong = [Choice(team.on_profit.pk, Role.SECONDARY, day, cast.stranger.pk)]
    assert refusal(approve, request, by=cast.manager, at=ASKED_AT, choices=wrong).messages == [
        "Stranger cannot take secondary of Profit: not trained for it."
    ]
    chosen = [Choice(team.on_profit.pk, Role.SECONDARY, day, cast.c.pk)]
    assert refusal(approve, request, by=cast.manager, at=ASKED_AT, seen=seen(request), choices=chosen).code == "changed"
    approve(request, by=cast.manager, at=ASKED_AT, seen=seen(request, choices=chosen), choices=chosen)
    assert ("secondary", "26 00-27 00", "C") in on_duty(team.on_profit)


def test_many_are_approved_one_behind_the_other_as_they_were_shown(cast, team):
    rows = [ask(cast.a), ask(cast.b), ask(cast.c, dt.date(2026, 11, 28))]
    previews = in_sequence(list(decidable(cast.manager).waiting().order_by("pk")), ASKED_AT)
    names = {preview.request.pk: preview.seen for preview in previews}
    outcomes = decide_each(rows, lambda row: approve(row, by=cast.manager, at=ASKED_AT, seen=names[row.pk]).state)
    assert [(outcome.words, outcome.is_done) for outcome in outcomes] == [("approved", True)] * 3


def test_of_many_what_those_before_it_changed_is_not_approved(cast, team):
    first, second = ask(cast.a), ask(cast.b)
    alone = {row.pk: seen(row) for row in (first, second)}
    outcomes = decide_each(
        [first, second], lambda row: approve(row, by=cast.manager, at=ASKED_AT, seen=alone[row.pk]).state
    )
    assert [outcome.is_done for outcome in outcomes] == [True, False]
    assert outcomes[1].words == "This changed since you looked: read it again, then decide."
    assert (state(first), state(second)) == ("approved", "requested")


def test_many_with_a_change_and_a_cancelling_are_previewed_as_they_are_decided(cast, team, monday):
    old = ask(cast.a)
    approve(old, by=cast.manager, at=ASKED_AT)
    leaving = ask(cast.c)
    approve(leaving, by=cast.manager, at=ASKED_AT)
    change(old, THANKSGIVING, FRIDAY, when=monday)
    cancel(ask(cast.d, FRIDAY), by=cast.d, at=ASKED_AT)
    ask(cast.b, FRIDAY)
    rows = list(decidable(cast.manager).waiting().select_related("replaces").order_by("starts_at", "pk"))
    previews = in_sequence(rows, monday)
    for preview in previews:
        approve(preview.request, by=cast.manager, at=monday, seen=preview.seen)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rival", ["choose", "change"])
def test_of_an_approval_and_a_rival_at_once_nothing_is_half_done(cast, team, rival):
    second = make_engineer("Second manager")
    team.rotation.managers.add(second)
    request = ask(cast.a)
    name = seen(request)
    day = Span(at("2026-11-26 00:00"), at("2026-11-27 00:00"))
    chosen = [Choice(team.on_profit.pk, Role.SECONDARY, day, cast.c.pk)]
    verbs = {
        "approve": lambda: approve(request, by=cast.manager, at=LATER, seen=name),
        "choose": lambda: approve(request, by=second, at=LATER, choices=chosen),
        "change": lambda: change(request, FRIDAY, FRIDAY),
    }
    start, refused, won = threading.Barrier(2), {}, []

    def run(which):
        try:
            start.wait(timeout=20)
            verbs[which]()
            won.append(which)
        except ValidationError as error:
            refused[which] = error.messages
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(which,)) for which in ("approve", rival)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    request.refresh_from_db()
    covers = Cover.objects.filter(ended_at=None).order_by("pk")
    if rival == "choose":
        assert (len(won), len(refused), request.state, covers.count()) == (1, 1, "approved", 2)
        assert covers[1].engineer == {"approve": cast.d, "choose": cast.c}[won[0]]
        who = {"approve": "Manager", "choose": "Second manager"}[won[0]]
        assert list(refused.values()) == [[f"{who} approved it at Mon 2 Nov 2026, 10:05 (UTC)."]]
    elif "approve" in won:  # and then the change is asked for, of what is approved
        assert (state(request), [row.state for row in request.changes.all()]) == ("approved", ["requested"])
    else:
        assert refused == {"approve": ["This changed since you looked: read it again, then decide."]}
        assert (request.state, str(request), covers.count()) == ("requested", "Data Engineer A, Fri 27 Nov 2026", 0)


DECISION = st.tuples(st.sampled_from("abcd"), st.integers(0, 6), st.sampled_from(["days", "morning", "afternoon"]))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(DECISION, min_size=1, max_size=4), DECISION)
def test_approving_and_cancelling_gives_back_exactly_what_was(cast, team, decisions, last):
    for model in (Cover, TimeOffRequest):
        model.objects.all().delete()
    for who, day, shape in decisions:
        approved(cast, who, day, shape)
    before = facts()
    if request := approved(cast, *last):
        cancel(request, by=request.engineer, at=ASKED_AT)
        assert facts() == before


def approved(cast, who, day, shape):
    """A request approved, or None where it is refused."""
    first, engineer = dt.date(2026, 11, 23) + dt.timedelta(days=day), getattr(cast, who)
    try:
        request = request_time_off(engineer, first, first, "vacation", by=engineer, at=ASKED_AT, shape=shape)
        return approve(request, by=cast.manager, at=ASKED_AT)
    except ValidationError:
        return None


def facts():
    roster = load_roster(WEEK)
    held = [(duty.unit, duty.role, duty.span, duty.engineer) for duty in duties(roster)]
    return held, dict(ledger(roster)), sorted(absence.span for absence in roster.absences)
