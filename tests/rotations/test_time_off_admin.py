"""The managers' room in the admin: what is listed, what is seen before deciding, and the decision."""

from __future__ import annotations

import datetime as dt

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from pipelines.models import Engineer
from rotations.models import Membership, Message, Shift, TimeOffRequest
from rotations.verbs.time_off import approve, cancel, refuse, request_time_off
from tests.factories import make_engineer, make_pipeline, make_rotation, make_shift

LIST = reverse("admin:rotations_timeoffrequest_changelist")
LIST_QUERIES = 25


def ask(engineer, days_ahead=3, reason="moving house", length=0, kind="other"):
    now = timezone.now()
    day = now.date() + dt.timedelta(days=days_ahead)
    return request_time_off(engineer, day, day + dt.timedelta(days=length), kind, reason, by=engineer, at=now)


def url(request, name="change"):
    return reverse(f"admin:rotations_timeoffrequest_{name}", args=[request.pk])


def text(response):
    return response.content.decode()


def this_week(team, cast):
    """Shifts that run now, and no others: A and B on profit."""
    Shift.objects.all().delete()
    start = timezone.now() - dt.timedelta(days=1)
    fields = {"starts_at": start, "ends_at": start + dt.timedelta(weeks=1), "changed_at": start}
    make_shift(team.on_profit, cast.a, **fields)
    make_shift(team.on_profit, cast.b, "secondary", **fields)


@pytest.fixture
def other_manager(db):
    engineer = make_engineer("Other manager", is_staff=True)
    engineer.groups.add(Group.objects.get(name=Engineer.MANAGERS))
    make_rotation("Other", members=[make_engineer("Elsewhere")], managers=[engineer])
    return engineer


def test_every_model_of_rotations_has_an_admin_page(cast, team, sign_in):
    client = sign_in(make_engineer("Superuser", is_staff=True, is_superuser=True))
    for model in apps.get_app_config("rotations").get_models():
        if model.__name__.startswith("Historical") or model.__name__ == "UnitPipeline":
            continue
        assert admin.site.is_registered(model), model
        name = f"admin:rotations_{model._meta.model_name}"
        assert client.get(reverse(f"{name}_changelist"), {"q": "a"}).status_code == 200, model
        if row := model.objects.first():
            assert client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200, model


def test_the_list_shows_what_waits_for_the_manager_soonest_first(cast, team, sign_in):
    later, sooner = ask(cast.a, 20), ask(cast.b, 3)
    approve(ask(cast.c, 4), by=cast.manager, at=timezone.now())
    listed = sign_in(cast.manager).get(LIST).context["cl"].result_list
    assert listed == [sooner, later]
    assert len(sign_in(cast.manager).get(LIST, {"decision": "all"}).context["cl"].result_list) == 3


@pytest.mark.parametrize("count", [1, 10])
def test_the_list_asks_a_fixed_number_of_questions(cast, team, sign_in, django_assert_num_queries, count):
    this_week(team, cast)
    for n in range(count):
        ask(cast.a, 3 + n)
    client = sign_in(cast.manager)
    client.get(LIST)
    with django_assert_num_queries(LIST_QUERIES):
        assert "Data Engineer B and Data Engineer C cover. Nobody is left uncovered." in text(client.get(LIST))


def test_before_deciding_the_manager_sees_what_it_does(cast, team, sign_in):
    this_week(team, cast)
    page = text(sign_in(cast.manager).get(url(ask(cast.a))))
    for words in ("1 of 1 waiting", "If it is approved", "steps up", "fills in, balance", "covered", "moving house"):
        assert words in page
    assert "Nobody is left uncovered. 2 other people will be told." in page


def test_a_gap_is_shown_and_cannot_be_approved(cast, team, sign_in):
    Shift.objects.all().delete()
    start = timezone.now() - dt.timedelta(days=1)
    alone = make_pipeline("Alone", owners=(cast.a, cast.b))
    rotation = make_rotation("Alone", members=[cast.a], managers=[cast.manager], pipelines=[alone])
    fields = {"starts_at": start, "ends_at": start + dt.timedelta(weeks=1), "changed_at": start}
    make_shift(rotation.units.get(), cast.a, **fields)
    request = ask(cast.a)
    client = sign_in(cast.manager)
    page = text(client.get(url(request)))
    assert ("Without a primary for 1 day." in page, ">Approve</button>" in page) == (True, False)
    refused = client.post(url(request, "approve"))
    assert (refused.status_code, "without a primary" in text(refused)) == (422, True)


def test_the_manager_approves(cast, team, sign_in):
    this_week(team, cast)
    request = ask(cast.a)
    client = sign_in(cast.manager)
    seen = client.get(url(request)).context["effect"].seen
    response = client.post(url(request, "approve"), {"seen": seen})
    request.refresh_from_db()
    assert (response.status_code, response.url, request.state) == (302, LIST, "approved")
    assert [cover.engineer for cover in request.covers.order_by("pk")] == [cast.b, cast.c]
    assert "Covered by" in text(client.get(url(request)))


def test_what_changed_since_it_was_seen_is_shown_again(cast, team, sign_in):
    this_week(team, cast)
    request = ask(cast.a)
    client = sign_in(cast.manager)
    seen = client.get(url(request)).context["effect"].seen
    approve(ask(cast.c), by=cast.manager, at=timezone.now())
    again = client.post(url(request, "approve"), {"seen": seen})
    assert (again.status_code, "This changed since you looked" in text(again)) == (422, True)
    assert again.context["effect"].seen != seen
    assert client.post(url(request, "approve"), {"seen": again.context["effect"].seen}).status_code == 302


def test_declining_needs_a_reason_and_keeps_what_was_typed(cast, team, sign_in):
    request = ask(cast.a)
    client = sign_in(cast.manager)
    long = "x" * 301
    refused = client.post(url(request, "decline"), {"note": long})
    assert (refused.status_code, long in text(refused)) == (422, True)
    assert client.post(url(request, "decline"), {"note": "The release."}).status_code == 302
    request.refresh_from_db()
    assert (request.state, request.decision_note) == ("declined", "The release.")


def test_cancelling_that_waits_is_decided_in_the_same_room(cast, team, sign_in):
    this_week(team, cast)
    request = ask(cast.a)
    approve(request, by=cast.manager, at=timezone.now())
    cancel(request, by=cast.a, at=timezone.now())
    client = sign_in(cast.manager)
    page = client.get(url(request))
    assert "If cancelling is approved" in text(page)
    client.post(url(request, "approve"), {"seen": page.context["effect"].seen})
    request.refresh_from_db()
    assert request.state == "cancelled"


def test_another_rotations_manager_finds_nothing(cast, team, sign_in, other_manager):
    request = ask(cast.a)
    client = sign_in(other_manager)
    assert client.get(LIST, {"decision": "all"}).context["cl"].result_list == []
    assert client.get(url(request)).status_code == 404
    assert client.get(url(request, "history")).status_code == 404
    for name in ("approve", "decline"):
        assert client.post(url(request, name), {"note": "x"}).status_code == 404
    request.refresh_from_db()
    assert request.state == "requested"


def test_a_managers_own_request_is_not_theirs_to_decide(cast, team, sign_in):
    Membership.objects.create(rotation=team.rotation, engineer=cast.manager, joins_on=dt.date(2020, 1, 1))
    request = ask(cast.manager)
    client = sign_in(cast.manager)
    assert [client.get(url(request)).status_code, client.post(url(request, "approve")).status_code] == [404, 404]
    administrator = sign_in(cast.administrator)
    assert administrator.get(LIST).context["cl"].result_list == [request]
    assert administrator.post(url(request, "approve")).status_code == 302


@pytest.mark.parametrize("is_superuser", [False, True])
def test_administrators_see_that_somebody_is_away_and_not_why(cast, team, sign_in, is_superuser):
    cast.administrator.is_superuser = is_superuser
    cast.administrator.save()
    request = ask(cast.a)
    client = sign_in(cast.administrator)
    page = client.get(url(request))
    assert (page.status_code, "moving house" in text(page), "Other" in text(page)) == (200, False, False)
    assert client.get(url(request, "history")).status_code == 404
    assert client.post(url(request, "approve")).status_code == 404
    assert client.get(LIST).context["cl"].result_list == []


@pytest.mark.parametrize("is_superuser", [False, True])
@pytest.mark.parametrize("about", ["kind__exact=sick", "reason__startswith=f", "decision_note__contains=Sick"])
def test_the_list_answers_no_question_about_the_why(cast, team, sign_in, is_superuser, about):
    cast.administrator.is_superuser = is_superuser
    cast.administrator.save()
    ask(cast.a, 0, reason="flu", kind="sick")
    assert sign_in(cast.administrator).get(f"{LIST}?decision=all&{about}").status_code == 400


def test_the_note_of_sick_leave_is_not_told_to_who_may_not_know(cast, team, sign_in):
    request = ask(cast.a, 0, kind="sick")
    told = {who: text(sign_in(getattr(cast, who)).get(url(request))) for who in ("manager", "administrator")}
    assert {who: "Sick leave takes effect" in page for who, page in told.items()} == {
        "manager": True,
        "administrator": False,
    }


def test_a_note_is_read_by_who_got_it_and_not_among_all_messages(cast, team, sign_in, other_manager):
    refuse(ask(cast.a), by=cast.manager, at=timezone.now(), note="Your surgery can wait.")
    told = Message.objects.get(engineer=cast.a)
    page = reverse("admin:rotations_message_change", args=[told.pk])
    for reader in (other_manager, cast.administrator):
        shown = text(sign_in(reader).get(page))
        assert ("Your time off was declined" in shown, "surgery" in shown) == (True, False)
        asked = reverse("admin:rotations_message_changelist") + "?text__contains=surgery"
        assert sign_in(reader).get(asked).status_code == 400


def test_history_is_read_by_who_decides(cast, team, sign_in):
    request = ask(cast.a)
    assert sign_in(cast.manager).get(url(request, "history")).status_code == 200


def test_actions_take_post_alone_and_engineers_are_kept_out(cast, team, sign_in):
    request = ask(cast.a)
    assert sign_in(cast.manager).get(url(request, "approve")).status_code == 405
    assert [sign_in(cast.b).post(url(request, name)).status_code for name in ("approve", "decline")] == [404, 404]
    request.refresh_from_db()
    assert request.state == "requested"


def test_nobody_adds_edits_or_deletes_a_request_in_the_admin(cast, team, sign_in):
    request = ask(cast.a)
    client = sign_in(cast.manager)
    assert client.get(reverse("admin:rotations_timeoffrequest_add")).status_code == 403
    assert client.post(url(request), {"state": "approved"}).status_code == 403
    assert client.post(url(request, "delete")).status_code == 403
    assert TimeOffRequest.objects.get().state == "requested"


def test_of_a_shift_only_the_pin_is_set_by_hand(cast, team, sign_in):
    client = sign_in(cast.administrator)
    shift, ahead = team.shifts.profit_primary, timezone.now() + dt.timedelta(days=30)
    Shift.objects.filter(pk=shift.pk).update(starts_at=ahead, ends_at=ahead + dt.timedelta(days=7))
    page = reverse("admin:rotations_shift_change", args=[shift.pk])
    client.post(page, {"is_pinned": "on", "engineer": cast.d.pk})
    shift.refresh_from_db()
    assert (shift.is_pinned, shift.engineer) == (True, cast.a)


def test_an_administrator_revokes_a_feed_link(cast, sign_in):
    link = cast.a.feed_links.create(token_digest="x", made_at=timezone.now())
    data = {"action": "revoke", "_selected_action": [link.pk]}
    sign_in(cast.administrator).post(reverse("admin:rotations_feedlink_changelist"), data)
    link.refresh_from_db()
    assert link.revoked_at is not None
