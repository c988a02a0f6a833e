"""Time off: asking, deciding under locks, taking back, and who is told what."""

from __future__ import annotations

import datetime as dt
import threading
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from pipelines.models import Engineer
from rotations.domain.duty import duties
from rotations.domain.spans import Span
from rotations.loads.roster import load_roster
from rotations.loads.time_off import (
    colleagues_away,
    consequence_of,
    deciders,
    may_decide,
    may_see_reason,
    request_roster,
    seen_of,
    waiting_for,
)
from rotations.models import Cover, Membership, Message, TimeOffRequest
from rotations.verbs.time_off import (
    approve,
    approve_cancel,
    cancel,
    decline,
    refuse_cancel,
    request_time_off,
)
from tests.factories import at, make_engineer, make_pipeline, make_rotation, make_shift

THANKSGIVING = dt.date(2026, 11, 26)
ASKED_AT = at("2026-11-02 10:00")
WEEK = Span(at("2026-11-23 09:00"), at("2026-11-30 09:00"))


def ask(engineer, first=THANKSGIVING, last=None, kind="public holiday", *, when=ASKED_AT, **words):
    return request_time_off(engineer, first, last or first, kind, words.get("reason", ""), by=engineer, at=when)


def on_duty(unit):
    """Who has the unit's roles in the week: role, first and last instant, name."""
    letters = dict(Engineer.objects.values_list("pk", "short_name"))
    found = [duty for duty in duties(load_roster(WEEK)) if duty.unit == unit.pk]
    return [(duty.role.value, hours(duty.span), letters[duty.engineer]) for duty in found]


def hours(span):
    return f"{span.start:%d %H}-{span.end:%d %H}"


def told(engineer, what="Your duty changes"):
    return list(engineer.pager_messages.filter(subject__startswith=what).values_list("text", flat=True))


def refusal(verb, *args, **kwargs):
    with pytest.raises(ValidationError) as caught:
        verb(*args, **kwargs)
    return caught.value


def test_the_secondary_becomes_primary_and_the_vacated_place_is_filled(cast, team):
    """The team's worked example: A, on call, takes a public holiday off; D has carried least."""
    request = ask(cast.a, reason="family")
    approve(request, by=cast.manager, at=ASKED_AT)
    assert on_duty(team.on_profit) == [
        ("primary", "23 09-26 00", "A"),
        ("primary", "26 00-27 00", "B"),
        ("primary", "27 00-30 09", "A"),
        ("secondary", "23 09-26 00", "B"),
        ("secondary", "26 00-27 00", "D"),
        ("secondary", "27 00-30 09", "B"),
    ]
    request.refresh_from_db()
    assert (request.state, request.decided_by, request.decided_at) == ("approved", cast.manager, ASKED_AT)
    assert len(told(cast.b)) == len(told(cast.d)) == 1
    assert told(cast.c) == told(cast.a) == []
    assert [message.subject for message in cast.a.pager_messages.all()] == [
        "Your time off was approved: Thu 26 Nov 2026"
    ]


def test_kind_and_reason_reach_nobody_else(cast, team):
    approve(ask(cast.a, kind="sick", reason="a broken leg"), by=cast.manager, at=ASKED_AT)
    everything = " ".join(f"{message.subject} {message.text}" for message in Message.objects.all())
    assert ("sick" in everything, "leg" in everything) == (False, False)


def test_who_decides_is_told_that_something_waits(cast, team):
    request = ask(cast.a)
    assert [message.subject for message in cast.manager.pager_messages.all()] == [
        "Data Engineer A asks for time off: Thu 26 Nov 2026"
    ]
    assert [row.request for row in waiting_for(cast.manager, ASKED_AT)] == [request]
    assert waiting_for(cast.manager, ASKED_AT)[0].line == (
        "Data Engineer B and Data Engineer D cover. Nobody is left uncovered. "
        "Ledger: Data Engineer A -0.3, Data Engineer B +0.1, Data Engineer D +0.1."
    )


@pytest.mark.parametrize(
    ("first", "last", "field", "words"),
    [
        ("2026-11-26", "2026-11-25", "last_day", "Last day: use Thu 26 Nov 2026 or a later day, or an earlier first."),
        ("2026-10-26", "2026-11-01", "last_day", "Last day: those days are over; use Mon 2 Nov 2026 or a later day."),
        (
            "2026-11-26",
            "2027-11-27",
            "last_day",
            "Last day: at most 366 days at a time; ask for the rest separately.",
        ),
        ("9999-12-31", "9999-12-31", "first_day", "First day: use Sun 4 Nov 2029 or an earlier day."),
        ("0001-01-01", "0001-01-01", "last_day", "Last day: those days are over; use Mon 2 Nov 2026 or a later day."),
    ],
)
def test_days_that_make_no_sense_are_refused_by_field(cast, first, last, field, words):
    error = refusal(ask, cast.a, dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    assert error.message_dict == {field: [words]}
    assert TimeOffRequest.objects.count() == 0


def test_words_that_make_no_sense_are_refused_by_field(cast):
    assert list(refusal(ask, cast.a, kind="holiday").message_dict) == ["kind"]
    assert list(refusal(ask, cast.a, reason="x" * 301).message_dict) == ["reason"]


def test_days_that_overlap_an_own_request_are_refused(cast, team):
    ask(cast.a)
    error = refusal(ask, cast.a, dt.date(2026, 11, 20), dt.date(2026, 11, 27))
    assert error.message_dict == {
        "first_day": [
            "First day: you have time off for Thu 26 Nov 2026 (waiting); choose other days, or cancel that first."
        ]
    }
    assert ask(cast.a, dt.date(2026, 11, 27)).state == "requested"
    assert ask(cast.b).state == "requested"


def test_a_declined_or_cancelled_request_is_not_in_the_way(cast, team):
    decline(ask(cast.a), by=cast.manager, at=ASKED_AT, note="Too short.")
    cancel(ask(cast.a), by=cast.a, at=ASKED_AT)
    assert ask(cast.a).state == "requested"


@pytest.mark.parametrize(
    ("zone", "day", "start", "end"),
    [
        ("Europe/Berlin", "2026-10-25", "2026-10-24 22:00", "2026-10-25 23:00"),  # a day of 25 hours
        ("Europe/Berlin", "2027-03-28", "2027-03-27 23:00", "2027-03-28 22:00"),  # a day of 23 hours
        ("America/New_York", "2026-11-01", "2026-11-01 04:00", "2026-11-02 05:00"),
        ("America/Havana", "2026-11-01", "2026-11-01 04:00", "2026-11-02 05:00"),  # midnight comes twice
        ("Africa/Cairo", "2027-04-30", "2027-04-29 22:00", "2027-04-30 21:00"),  # there is no midnight
        ("Pacific/Kiritimati", "2026-11-26", "2026-11-25 10:00", "2026-11-26 10:00"),
    ],
)
def test_days_are_whole_days_of_the_engineers_zone(cast, zone, day, start, end):
    cast.a.time_zone = ZoneInfo(zone)
    cast.a.save()
    request = ask(cast.a, dt.date.fromisoformat(day), when=at("2026-10-01 10:00"))
    assert (request.starts_at, request.ends_at) == (at(start), at(end))
    request.refresh_from_db()
    assert (request.first_day.isoformat(), request.last_day.isoformat()) == (day, day)


def test_nobody_decides_on_their_own_request(cast, team):
    team.rotation.managers.add(cast.a)
    cast.a.is_superuser = True
    cast.a.save()
    request = ask(cast.a)
    words = ["Nobody decides on their own time off; another manager or an administrator does."]
    assert refusal(approve, request, by=cast.a, at=ASKED_AT).messages == words
    assert refusal(decline, request, by=cast.a, at=ASKED_AT, note="no").messages == words


def test_only_who_manages_the_requester_decides(cast, team):
    request = ask(cast.a)
    other = make_engineer("Other manager")
    make_rotation("Other", managers=[other])
    words = ["Only the managers of Data Engineer A's rotations decide on it."]
    for somebody in (other, cast.b, cast.administrator, cast.stranger):
        assert refusal(approve, request, by=somebody, at=ASKED_AT).messages == words
    superuser = make_engineer("Superuser", is_superuser=True)
    assert refusal(approve, request, by=superuser, at=ASKED_AT).messages == words


def test_a_managers_own_request_goes_to_another_manager_else_to_an_administrator(cast, team):
    Membership.objects.create(rotation=team.rotation, engineer=cast.manager, joins_on=dt.date(2020, 1, 1))
    request = ask(cast.manager)
    assert deciders(request) == [cast.administrator]
    assert [row.request for row in waiting_for(cast.administrator, ASKED_AT)] == [request]
    team.rotation.managers.add(cast.d)
    assert deciders(request) == [cast.d]
    assert waiting_for(cast.administrator, ASKED_AT) == []
    approve(request, by=cast.d, at=ASKED_AT)


def test_a_new_gap_is_refused_with_pipeline_and_dates(cast, team):
    alone = make_pipeline("Alone", owners=(cast.a, cast.b))
    rotation = make_rotation("Alone", members=[cast.a], managers=[cast.manager], pipelines=[alone])
    make_shift(rotation.units.get(), cast.a)
    request = ask(cast.a)
    assert refusal(approve, request, by=cast.manager, at=ASKED_AT).message == (
        "Refused: it would leave Alone (Thu 26 Nov 2026) without a primary. "
        "Find somebody who can take that duty first, or train somebody for it."
    )
    request.refresh_from_db()
    assert (request.state, Cover.objects.count()) == ("requested", 0)


def test_thin_is_allowed_and_leaves_the_place_empty(cast, team):
    Membership.objects.filter(engineer__in=[cast.c, cast.d]).delete()
    request = ask(cast.a)
    found = consequence_of(request, request_roster(request, ASKED_AT), ASKED_AT)
    assert found.sentences[1] == "Without a secondary for 1 day."
    approve(request, by=cast.manager, at=ASKED_AT)
    assert [row for row in on_duty(team.on_profit) if row[1] == "26 00-27 00"] == [("primary", "26 00-27 00", "B")]


def test_a_decision_on_what_was_not_seen_is_refused(cast, team):
    request = ask(cast.a)
    seen = seen_of(request, consequence_of(request, request_roster(request, ASKED_AT), ASKED_AT))
    approve(ask(cast.d), by=cast.manager, at=ASKED_AT)
    error = refusal(approve, request, by=cast.manager, at=ASKED_AT, seen=seen)
    assert error.code == "changed"
    seen = seen_of(request, consequence_of(request, request_roster(request, ASKED_AT), ASKED_AT))
    approve(request, by=cast.manager, at=ASKED_AT, seen=seen)


def test_a_decision_that_came_too_late_says_who_was_quicker(cast, team):
    request = ask(cast.a)
    approve(request, by=cast.manager, at=ASKED_AT)
    assert refusal(decline, request, by=cast.manager, at=ASKED_AT, note="no").messages == [
        "Manager approved it at Mon 2 Nov 2026, 10:00 (UTC)."
    ]


def test_declining_takes_a_reason_that_the_person_reads(cast, team):
    request = ask(cast.a)
    assert list(refusal(decline, request, by=cast.manager, at=ASKED_AT, note=" ").message_dict) == ["note"]
    decline(request, by=cast.manager, at=ASKED_AT, note="The release is that day.")
    assert told(cast.a, "Your time off was declined")[0].splitlines()[2] == "Manager wrote: The release is that day."
    assert on_duty(team.on_profit) == [("primary", "23 09-30 09", "A"), ("secondary", "23 09-30 09", "B")]


def test_cancelling_far_ahead_gives_duty_back_at_once_and_tells_who_covered(cast, team):
    request = ask(cast.a)
    approve(request, by=cast.manager, at=ASKED_AT)
    cancel(request, by=cast.a, at=ASKED_AT + dt.timedelta(hours=1))
    request.refresh_from_db()
    assert request.state == "cancelled"
    assert on_duty(team.on_profit) == [("primary", "23 09-30 09", "A"), ("secondary", "23 09-30 09", "B")]
    assert Cover.objects.filter(ended_at=None).count() == 0
    assert [len(told(engineer)) for engineer in (cast.b, cast.d)] == [2, 2]


def test_cancelling_in_the_freeze_waits_for_a_manager(cast, team, monday):
    request = ask(cast.a)
    approve(request, by=cast.manager, at=ASKED_AT)
    covered = on_duty(team.on_profit)
    assert cancel(request, by=cast.a, at=monday).state == "cancelling"
    assert on_duty(team.on_profit) == covered
    assert refuse_cancel(request, by=cast.manager, at=monday, note="D booked the train.").state == "approved"
    assert on_duty(team.on_profit) == covered
    cancel(request, by=cast.a, at=monday + dt.timedelta(hours=1))
    assert approve_cancel(request, by=cast.manager, at=monday + dt.timedelta(hours=2)).state == "cancelled"
    assert on_duty(team.on_profit) == [("primary", "23 09-30 09", "A"), ("secondary", "23 09-30 09", "B")]


def test_cancelling_what_is_under_way_ends_it_now_and_leaves_the_past(cast, team):
    request = ask(cast.a, THANKSGIVING, dt.date(2026, 11, 28))
    approve(request, by=cast.manager, at=ASKED_AT)
    noon = at("2026-11-27 12:00")
    cancel(request, by=cast.a, at=noon)
    after = approve_cancel(request, by=cast.manager, at=noon)
    assert (after.state, after.ends_at) == ("approved", noon)
    assert on_duty(team.on_profit) == [
        ("primary", "23 09-26 00", "A"),
        ("primary", "26 00-27 12", "B"),
        ("primary", "27 12-30 09", "A"),
        ("secondary", "23 09-26 00", "B"),
        ("secondary", "26 00-27 12", "D"),
        ("secondary", "27 12-30 09", "B"),
    ]


def test_only_the_person_cancels_and_only_what_is_not_over(cast, team):
    request = ask(cast.a)
    assert refusal(cancel, request, by=cast.b, at=ASKED_AT).messages == [
        "Only the person whose time off it is, and who decides on it, can cancel it."
    ]
    approve(request, by=cast.manager, at=ASKED_AT)
    assert refusal(cancel, request, by=cast.a, at=at("2026-12-01 10:00")).messages == [
        "These days are over; there is nothing left to cancel."
    ]


def test_when_the_first_cancels_the_cover_of_its_cover_does_nothing(cast, team):
    """A away, B covers; B away, D covers; A cancels: A is back."""
    of_a, of_b = ask(cast.a), ask(cast.b)
    approve(of_a, by=cast.manager, at=ASKED_AT)
    approve(of_b, by=cast.manager, at=ASKED_AT + dt.timedelta(minutes=1))
    assert [row for row in on_duty(team.on_profit) if row[1] == "26 00-27 00"] == [
        ("primary", "26 00-27 00", "D"),
        ("secondary", "26 00-27 00", "C"),
    ]
    cancel(of_a, by=cast.a, at=ASKED_AT + dt.timedelta(minutes=2))
    assert on_duty(team.on_profit)[0] == ("primary", "23 09-30 09", "A")


def test_sick_leave_takes_effect_when_it_is_reported(cast, team, monday):
    request = ask(cast.a, monday.date(), kind="sick", when=monday)
    assert (request.state, request.decided_by) == ("approved", None)
    assert [row for row in on_duty(team.on_profit) if row[0] == "primary"] == [
        ("primary", "23 09-23 10", "A"),
        ("primary", "23 10-24 00", "B"),
        ("primary", "24 00-30 09", "A"),
    ]


def test_sick_leave_that_nobody_can_cover_pages_the_managers(cast, team, monday):
    team.rotation.memberships.exclude(engineer=cast.a).delete()
    team.shifts.profit_secondary.delete()
    ask(cast.a, monday.date(), kind="sick", when=monday)
    page = cast.manager.pager_messages.get(kind="page")
    assert page.subject == "Nobody covers Data Engineer A, Mon 23 Nov 2026"
    assert "Without a primary: Profit (Mon 23 Nov, 10:00 to Tue 24 Nov 2026, 00:00)." in page.text


def test_history_says_who_decided_also_without_a_web_request(cast, team):
    request = ask(cast.a)
    approve(request, by=cast.manager, at=ASKED_AT)
    assert [(row.state, row.history_user) for row in request.history.order_by("history_id")] == [
        ("requested", cast.a),
        ("approved", cast.manager),
    ]
    assert {row.history_user for row in Cover.history.all()} == {cast.manager}


@pytest.mark.django_db(transaction=True)
def test_of_two_managers_who_decide_at_once_exactly_one_wins(cast, team):
    second = make_engineer("Second manager")
    team.rotation.managers.add(second)
    request = ask(cast.a)
    start, told_off, won = threading.Barrier(2), [], []

    def decide(manager, verb, **words):
        try:
            start.wait(timeout=20)
            verb(request, by=manager, at=ASKED_AT, **words)
            won.append(manager)
        except ValidationError as error:
            told_off.append(error.messages)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=decide, args=(cast.manager, approve)),
        threading.Thread(target=decide, args=(second, decline), kwargs={"note": "No."}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    request.refresh_from_db()
    word = {"approved": "approved", "declined": "declined"}[request.state]
    assert won == [request.decided_by]
    assert told_off == [[f"{request.decided_by} {word} it at Mon 2 Nov 2026, 10:00 (UTC)."]]
    assert Cover.objects.count() == (2 if request.state == "approved" else 0)


@pytest.mark.django_db(transaction=True)
def test_two_approvals_at_once_never_leave_a_gap(cast, team):
    Membership.objects.filter(engineer__in=[cast.c, cast.d]).delete()
    requests = [ask(cast.a), ask(cast.b)]
    start, refused = threading.Barrier(2), []

    def decide(request):
        try:
            start.wait(timeout=20)
            approve(request, by=cast.manager, at=ASKED_AT)
        except ValidationError as error:
            refused.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=(request,)) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert refused == ["gap"]
    assert TimeOffRequest.objects.in_force().count() == 1


def test_agreeing_to_cancel_what_is_over_by_then_makes_nobody_away_any_longer(cast, team, monday):
    request = ask(cast.a)
    approve(request, by=cast.manager, at=ASKED_AT)
    covered, end = on_duty(team.on_profit), request.ends_at
    cancel(request, by=cast.a, at=monday)
    after = approve_cancel(request, by=cast.manager, at=at("2026-12-05 10:00"))
    assert (after.state, after.ends_at) == ("approved", end)
    assert on_duty(team.on_profit) == covered


def test_managers_of_a_rotation_somebody_left_neither_decide_nor_read_why(cast, team):
    former = make_engineer("Former manager")
    old = make_rotation("Old", members=[cast.a], managers=[former])
    old.memberships.update(leaves_on=dt.date(2026, 10, 1))
    request = ask(cast.a, reason="A private matter")
    assert deciders(request) == [cast.manager]
    assert told(former, "Data Engineer A") == []
    assert [may_decide(one, request) for one in (former, cast.manager)] == [False, True]
    assert may_see_reason(former, request) is False
    before = ask(cast.a, dt.date(2026, 11, 4), when=at("2026-09-30 10:00"))
    assert [row.request for row in waiting_for(former, ASKED_AT)] == [before]
    # nobody manages who left everything, so administrators decide
    team.rotation.memberships.filter(engineer=cast.a).update(leaves_on=dt.date(2026, 10, 1))
    assert deciders(request) == [cast.administrator]
    assert [may_decide(one, request) for one in (cast.manager, cast.administrator)] == [False, True]
    assert [row.request for row in waiting_for(cast.administrator, ASKED_AT)] == [request]
    TimeOffRequest.objects.update(state="approved")
    assert [list(colleagues_away(one, ASKED_AT)) for one in (former, cast.b)] == [[], []]
