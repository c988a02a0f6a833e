"""Pages of time off: mine and who is away, asking, one request; who sees what."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from rotations.models import TimeOffRequest
from rotations.verbs.time_off import approve, request_time_off
from tests.factories import make_engineer, make_rotation

LIST, NEW = reverse("rotations:time_off"), reverse("rotations:time_off_new")
LIST_QUERIES = 10
MANAGER_QUERIES = 23


def ask(engineer, days_ahead=30, kind="vacation", reason="moving house"):
    day = timezone.now().date() + dt.timedelta(days=days_ahead)
    return request_time_off(engineer, day, day, kind, reason, by=engineer, at=timezone.now())


def text(response):
    return response.content.decode()


@pytest.mark.parametrize("count", [1, 10])
def test_the_list_asks_a_fixed_number_of_questions(cast, team, sign_in, django_assert_num_queries, count):
    for n in range(count):
        approve(ask(cast.a, 30 + n), by=cast.manager, at=timezone.now())
        ask(cast.b, 30 + n)
    client = sign_in(cast.b)
    client.get(LIST)
    with django_assert_num_queries(LIST_QUERIES):
        assert client.get(LIST).status_code == 200


@pytest.mark.parametrize("count", [1, 10])
def test_the_managers_list_asks_a_fixed_number_of_questions(cast, team, sign_in, django_assert_num_queries, count):
    for n in range(count):
        ask(cast.a, 30 + n)
    client = sign_in(cast.manager)
    client.get(LIST)
    with django_assert_num_queries(MANAGER_QUERIES):
        assert "What deciding it does" in text(client.get(LIST))


def test_others_see_that_somebody_is_away_and_not_why(cast, team, sign_in):
    approve(ask(cast.a, kind="other", reason="moving house"), by=cast.manager, at=timezone.now())
    page = text(sign_in(cast.b).get(LIST))
    assert ("Data Engineer A" in page, "moving house" in page, "Other" in page) == (True, False, False)


def test_who_shares_no_rotation_sees_nobody(cast, team, sign_in):
    approve(ask(cast.a), by=cast.manager, at=timezone.now())
    assert "Data Engineer A" not in text(sign_in(cast.stranger).get(LIST))


def test_asking_leads_to_what_it_does_to_duty(cast, team, sign_in):
    day = timezone.now().date() + dt.timedelta(days=5)
    form = {"first_day": day, "last_day": day, "kind": "vacation", "reason": "moving house"}
    response = sign_in(cast.stranger).post(NEW, form, follow=True)
    asked = TimeOffRequest.objects.get()
    assert response.redirect_chain == [(asked.get_absolute_url(), 302)]
    assert "If it is approved" in text(response)
    assert "No duty is touched." in text(response)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("", "2026-11-26", "Choose a day."),
        ("yesterday", "2026-11-26", "Write a day as year-month-day"),
        ("2126-11-26", "2126-11-25", "Last day: use"),
        ("2020-11-26", "2020-11-26", "Last day: those days are over"),
        ("9999-12-31", "9999-12-31", "First day: use"),
    ],
)
def test_a_wrong_day_is_answered_at_its_field(cast, sign_in, first, last, words):
    response = sign_in(cast.a).post(NEW, {"first_day": first, "last_day": last, "kind": "vacation"})
    assert (response.status_code, words in text(response)) == (422, True)
    assert TimeOffRequest.objects.count() == 0


def test_a_request_is_seen_by_the_person_and_by_who_decides(cast, team, sign_in):
    request = ask(cast.a)
    elsewhere = make_engineer("Other manager")
    make_rotation("Other", managers=[elsewhere])
    seen = {
        person.name: sign_in(person).get(request.get_absolute_url()).status_code
        for person in (cast.a, cast.manager, cast.b, elsewhere, cast.administrator, cast.stranger)
    }
    assert seen == {
        "Data Engineer A": 200,
        "Manager": 200,
        "Data Engineer B": 404,
        "Other manager": 404,
        "Administrator": 404,
        "Stranger": 404,
    }


def test_a_manager_decides_on_the_page(cast, team, sign_in):
    request = ask(cast.a)
    client = sign_in(cast.manager)
    refused = client.post(reverse("rotations:time_off_decline", args=[request.pk]), {"note": ""})
    assert (refused.status_code, "Reason: say why" in text(refused)) == (422, True)
    changed = client.post(reverse("rotations:time_off_approve", args=[request.pk]), {"seen": "something else"})
    assert (changed.status_code, "changed since you looked" in text(changed)) == (422, True)
    seen = client.get(request.get_absolute_url()).context["effect"].seen
    client.post(reverse("rotations:time_off_approve", args=[request.pk]), {"seen": seen})
    request.refresh_from_db()
    assert (request.state, request.decided_by) == ("approved", cast.manager)


@pytest.mark.parametrize("name", ["time_off_approve", "time_off_decline"])
def test_only_who_decides_decides_on_the_page(cast, team, sign_in, name):
    request = ask(cast.a)
    for person in (cast.a, cast.b, cast.administrator, cast.stranger):
        assert sign_in(person).post(reverse(f"rotations:{name}", args=[request.pk]), {"note": "x"}).status_code == 404
    request.refresh_from_db()
    assert request.state == "requested"


def test_only_the_person_takes_a_request_back(cast, team, sign_in):
    request = ask(cast.a)
    url = reverse("rotations:time_off_cancel", args=[request.pk])
    assert [sign_in(person).post(url).status_code for person in (cast.b, cast.manager)] == [404, 422]
    assert sign_in(cast.a).get(url).status_code == 405
    sign_in(cast.a).post(url)
    request.refresh_from_db()
    assert request.state == "cancelled"


def test_a_manager_sees_what_waits_with_the_way_to_the_admin(cast, team, sign_in):
    request = ask(cast.a)
    page = text(sign_in(cast.manager).get(LIST))
    assert reverse("admin:rotations_timeoffrequest_change", args=[request.pk]) in page
    cast.manager.is_staff = False
    cast.manager.save()
    assert f'href="{request.get_absolute_url()}"' in text(sign_in(cast.manager).get(LIST))
