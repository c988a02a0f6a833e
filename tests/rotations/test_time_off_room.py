"""Pages of time off: another cover, many at once, changing, asking for others, and who is away by month."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from pipelines.models import Engineer
from rotations.models import Cover, TimeOffRequest
from rotations.verbs.asking import Asked
from rotations.verbs.time_off import approve, cancel, change_time_off, request_time_off
from tests.factories import make_cover, make_engineer, make_holiday, make_rotation
from tests.rotations.test_time_off_admin import LIST, ask, text, this_week, url

AWAY, EACH, NEW = (reverse(f"rotations:{name}") for name in ("away", "time_off_approve_each", "time_off_new"))
PAGE_QUERIES, EACH_QUERIES, AWAY_QUERIES = 25, 19, 9


def page_of(request, name="request"):
    return reverse(f"rotations:time_off_{name}", args=[request.pk])


def states():
    return list(TimeOffRequest.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize("room", ["admin", "page"])
def test_another_cover_is_chosen_shown_and_approved(cast, team, sign_in, room):
    this_week(team, cast)
    request = ask(cast.a)
    client = sign_in(cast.manager)
    here = url(request) if room == "admin" else page_of(request)
    there = url(request, "approve") if room == "admin" else page_of(request, "approve")
    page = client.get(here)
    secondary = next(place for place in page.context["places"] if place.role == "secondary")
    other = next(option for option in secondary.options if option.engineer == cast.d)
    shown = client.get(here, {secondary.name: other.value})
    assert "Approve with another cover" in text(shown)
    data = {"seen": shown.context["effect"].seen, **dict(shown.context["chosen"])}
    assert client.post(there, data).status_code == 302
    assert [cover.engineer for cover in request.covers.order_by("pk")] == [cast.b, cast.d]


def test_a_choice_that_no_form_holds_is_refused_in_words(cast, team, sign_in):
    this_week(team, cast)
    request = ask(cast.a)
    client = sign_in(cast.manager)
    for wrong in ("x", "1.primary.5.4.1", "1.captain.4.5.1", f"1.primary.4.{10**30}.1"):
        refused = client.get(page_of(request), {"cover-1": wrong})
        assert (refused.status_code, "Cover: choose somebody from the list." in text(refused)) == (422, True)
        assert client.post(page_of(request, "approve"), {"cover-1": wrong}).status_code == 422
    assert states() == ["requested"]


def test_over_the_limit_is_approved_where_it_is_ticked(cast, team, sign_in):
    team.rotation.max_away = 1
    team.rotation.save()
    approve(ask(cast.b), by=cast.manager, at=timezone.now())
    request = ask(cast.a)
    client = sign_in(cast.manager)
    page = client.get(page_of(request))
    assert "It may be over the limit" in text(page)
    data = {"seen": page.context["effect"].seen}
    assert client.post(page_of(request, "approve"), data).status_code == 422
    assert client.post(page_of(request, "approve"), {**data, "over_limit": "yes"}).status_code == 302


def test_whoever_asks_is_warned_that_too_many_are_away(cast, team, sign_in):
    team.rotation.max_away = 1
    team.rotation.save()
    approve(ask(cast.b), by=cast.manager, at=timezone.now())
    day = timezone.now().date() + dt.timedelta(days=3)
    page = sign_in(cast.a).post(NEW, {"first_day": day, "kind": "vacation"}, follow=True)
    assert "Over the limit of Data: 2 away on" in text(page)


@pytest.mark.parametrize("count", [1, 10])
def test_approving_many_asks_a_fixed_number_of_questions(cast, team, sign_in, django_assert_num_queries, count):
    this_week(team, cast)
    data = {"pk": [ask(cast.a, 3 + n).pk for n in range(count)]}
    client = sign_in(cast.manager)
    client.get(EACH, data)
    with django_assert_num_queries(EACH_QUERIES):
        assert len(client.get(EACH, data).context["previews"]) == count


@pytest.mark.parametrize("count", [1, 10])
def test_a_request_asks_a_fixed_number_of_questions(cast, team, sign_in, django_assert_num_queries, count):
    this_week(team, cast)
    request = ask(cast.a)
    for n in range(count):
        approve(ask(cast.c, 20 + n), by=cast.manager, at=timezone.now())
    client = sign_in(cast.manager)
    client.get(page_of(request))
    with django_assert_num_queries(PAGE_QUERIES):
        assert client.get(page_of(request)).status_code == 200


def sent(previews, field="pk"):
    seen = {f"seen-{preview.request.pk}": preview.seen for preview in previews}
    return {field: [preview.request.pk for preview in previews], **seen}


def test_many_are_approved_on_the_page_each_behind_those_before_it(cast, team, sign_in):
    this_week(team, cast)
    rows = [ask(cast.a), ask(cast.b)]
    client = sign_in(cast.manager)
    page = client.get(EACH, {"pk": [row.pk for row in rows]})
    done = client.post(EACH, sent(page.context["previews"]))
    assert (done.status_code, states()) == (302, ["approved", "approved"])


def test_many_are_approved_in_the_admin_and_what_changed_is_shown_again(cast, team, sign_in):
    this_week(team, cast)
    rows = [ask(cast.a), ask(cast.b, 4)]
    client = sign_in(cast.manager)
    data = {"action": "approve_selected", "_selected_action": [row.pk for row in rows]}
    page = client.post(LIST, data)
    assert (page.status_code, [preview.request for preview in page.context["previews"]]) == (200, rows)
    approve(ask(cast.d, 4), by=cast.manager, at=timezone.now())
    confirmed = {**data, "confirm": "yes", **sent(page.context["previews"], "_selected_action")}
    again = client.post(LIST, confirmed)
    assert (again.status_code, states()) == (422, ["approved", "requested", "approved"])
    assert [outcome.is_done for outcome in again.context["outcomes"]] == [True, False]
    assert "This changed since you looked" in text(again)
    confirmed = {**data, "confirm": "yes", **sent(again.context["previews"], "_selected_action")}
    assert (client.post(LIST, confirmed).status_code, states()) == (302, ["approved"] * 3)


def test_many_names_only_what_the_reader_decides(cast, team, sign_in):
    mine = ask(cast.a)
    make_rotation("Other", members=[cast.stranger], managers=[cast.d])
    theirs = ask(cast.stranger)
    wrong = ["x", "9" * 30, "-1"]
    page = sign_in(cast.manager).get(EACH, {"pk": [mine.pk, theirs.pk, *wrong]})
    assert [preview.request for preview in page.context["previews"]] == [mine]
    for nobody in (cast.a, cast.b, cast.stranger):
        assert "Nothing is left to approve" in text(sign_in(nobody).get(EACH, {"pk": [mine.pk]}))
        sign_in(nobody).post(EACH, {"pk": [mine.pk]})
    assert states() == ["requested", "requested"]


def test_the_admin_sorts_soonest_and_oldest_first(cast, team, sign_in):
    later, sooner = ask(cast.a, 20), ask(cast.b, 3)
    TimeOffRequest.objects.filter(pk=later.pk).update(requested_at=timezone.now() - dt.timedelta(days=3))
    client = sign_in(cast.manager)
    page = client.get(LIST)
    orders = [client.get(LIST + page.context[name]).context["cl"].result_list for name in ("soonest", "oldest")]
    assert orders == [[sooner, later], [later, sooner]]


def test_time_off_is_changed_on_its_page(cast, team, sign_in):
    request = ask(cast.a)
    client = sign_in(cast.a)
    day = request.first_day + dt.timedelta(days=1)
    assert f'value="{request.first_day:%Y-%m-%d}"' in text(client.get(page_of(request, "edit")))
    wrong = client.post(page_of(request, "edit"), {"first_day": "soon", "kind": "vacation"})
    assert (wrong.status_code, "Write a day as" in text(wrong)) == (422, True)
    form = {"shape": "hours", "first_day": day, "from_time": "09:00", "until_time": "10:30", "kind": "vacation"}
    client.post(page_of(request, "edit"), form)
    request.refresh_from_db()
    assert request.days_text.endswith("09:00 to 10:30")
    assert 'value="09:00"' in text(client.get(page_of(request, "edit")))
    for somebody, status in ((cast.manager, 200), (cast.b, 404), (cast.stranger, 404)):
        assert sign_in(somebody).get(page_of(request, "edit")).status_code == status


def test_a_change_of_what_is_approved_is_shown_on_both_pages(cast, team, sign_in):
    this_week(team, cast)
    old = ask(cast.a)
    approve(old, by=cast.manager, at=timezone.now())
    day = old.first_day + dt.timedelta(days=1)
    new = change_time_off(old, Asked(old.first_day, day, "vacation"), by=cast.a, at=timezone.now())
    client = sign_in(cast.manager)
    assert page_of(new) in text(client.get(page_of(old)))
    assert f"If this takes the place of {old.days_text}" in text(client.get(url(new)))
    client.post(url(new, "approve"), {"seen": client.get(url(new)).context["effect"].seen})
    assert states() == ["replaced", "approved"]
    assert sign_in(cast.a).get(page_of(old, "edit")).status_code == 404


def test_a_manager_asks_for_a_member_on_the_page_and_an_engineer_for_nobody(cast, team, sign_in):
    day = timezone.now().date() + dt.timedelta(days=5)
    form = {"engineer": cast.a.pk, "first_day": day, "kind": "vacation"}
    sign_in(cast.manager).post(NEW, form)
    asked = TimeOffRequest.objects.get()
    assert (asked.engineer, asked.asked_by) == (cast.a, cast.manager)
    refused = sign_in(cast.manager).post(NEW, {**form, "engineer": cast.stranger.pk})
    assert (refused.status_code, "Choose yourself or a member" in text(refused)) == (422, True)
    sign_in(cast.b).post(NEW, form)
    assert TimeOffRequest.objects.latest("pk").engineer == cast.b


def test_a_manager_ends_time_off_on_the_page_with_a_reason(cast, team, sign_in):
    request = ask(cast.a)
    approve(request, by=cast.manager, at=timezone.now())
    client = sign_in(cast.manager)
    assert client.post(page_of(request, "cancel"), {"note": ""}).status_code == 422
    assert client.post(page_of(request, "cancel"), {"note": "Back early."}).status_code == 302
    assert states() == ["cancelled"]


def test_who_changed_what_is_on_the_page_and_its_reason_only_for_who_may_know(cast, team, sign_in):
    request = ask(cast.a, reason="moving house")
    changed = change_time_off(
        request, Asked(request.first_day, request.first_day, "vacation", "a wedding"), by=cast.a, at=timezone.now()
    )
    for reader, page in ((cast.a, page_of(changed)), (cast.manager, url(changed))):
        assert [word in text(sign_in(reader).get(page)) for word in ("moving house", "a wedding")] == [True, True]
    page = text(sign_in(cast.administrator).get(url(changed)))
    assert [word in page for word in ("Changes", "moving house", "a wedding", "vacation")] == [
        True,
        False,
        False,
        False,
    ]


def test_a_cover_that_does_nothing_is_shown_to_whose_it_is(cast, team, sign_in):
    make_cover(team.shifts.profit_primary, cast.d, "2126-11-26 00:00", "2126-11-27 00:00", replaces=cast.c)
    page = reverse("rotations:time_off")
    assert "Covers of yours that do nothing now" in text(sign_in(cast.d).get(page))
    assert "Covers of yours that do nothing now" not in text(sign_in(cast.a).get(page))
    assert Cover.objects.count() == 1


def test_a_cover_that_does_nothing_is_marked_on_the_page_of_its_request(cast, team, sign_in):
    this_week(team, cast)
    of_a, of_b = ask(cast.a), ask(cast.b)
    for request in (of_a, of_b):
        approve(request, by=cast.manager, at=timezone.now())
    marked = "does nothing now: Data Engineer B has not this duty"
    assert marked not in text(sign_in(cast.b).get(page_of(of_b)))
    cancel(of_a, by=cast.manager, at=timezone.now(), note="You came in.")
    assert marked in text(sign_in(cast.b).get(page_of(of_b)))


def month(client, **query):
    return client.get(AWAY, query)


def marks(page):
    """Who is away by day: name, day, words, part, asked."""
    return [
        (row.engineer.short_name, day.day.day, mark.away.words, mark.part, mark.away.is_asked)
        for row in page.context["grid"].rows
        for day in row.days
        for mark in day.marks
    ]


def in_december(engineer, day, shape="days", kind="vacation"):
    first = dt.date(timezone.now().year + 1, 12, day)
    return request_time_off(engineer, first, first, kind, "", by=engineer, at=timezone.now(), shape=shape)


def test_the_month_tells_kinds_to_the_person_and_who_decides_and_others_that_they_are_away(cast, team, sign_in):
    approve(in_december(cast.a, 3, kind="other"), by=cast.manager, at=timezone.now())
    in_december(cast.b, 7, "morning")
    december = f"{timezone.now().year + 1}-12"
    of_a, of_b = ("A", 3, "other", "", False), ("B", 7, "vacation", "morning", True)
    shown = {one.name: marks(month(sign_in(one), month=december)) for one in (cast.a, cast.b, cast.c, cast.manager)}
    assert shown == {
        "Data Engineer A": [of_a],
        "Data Engineer B": [("A", 3, "away", "", False), of_b],
        "Data Engineer C": [("A", 3, "away", "", False)],
        "Manager": [of_a, of_b],
    }
    assert marks(month(sign_in(cast.stranger), month=december)) == []


def test_the_month_shows_each_persons_own_public_holidays(cast, team, sign_in):
    Engineer.objects.filter(pk=cast.a.pk).update(holiday_calendar="US")
    make_holiday("2026-11-26", "Thanksgiving")
    page = month(sign_in(cast.b), month="2026-11")
    found = [(row.engineer, day.holiday) for row in page.context["grid"].rows for day in row.days if day.holiday]
    assert found == [(cast.a, "Thanksgiving")]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"month": "soon"}, "Write a month as year-month"),
        ({"month": "1492-01"}, "Choose a month in the years"),
        ({"rotation": "nowhere"}, "There is no rotation called nowhere here"),
    ],
)
def test_a_wrong_month_is_named(cast, team, sign_in, query, words):
    page = month(sign_in(cast.a), **query)
    assert (page.status_code, words in text(page)) == (400, True)


def test_the_month_can_be_narrowed_to_a_rotation_one_shares(cast, team, sign_in):
    other = make_rotation("Other", members=[cast.stranger], managers=[cast.manager])
    names = [row.engineer.name for row in month(sign_in(cast.manager), rotation=other.slug).context["grid"].rows]
    assert names == ["Manager", "Stranger"]
    assert month(sign_in(cast.a), rotation=other.slug).status_code == 400


@pytest.mark.parametrize("count", [1, 10])
def test_the_month_asks_a_fixed_number_of_questions(cast, team, sign_in, django_assert_num_queries, count):
    for n in range(count):
        approve(in_december(cast.a, 3 + n), by=cast.manager, at=timezone.now())
        make_rotation(f"More {n}", members=[make_engineer(), cast.b])
    client, december = sign_in(cast.b), f"{timezone.now().year + 1}-12"
    month(client, month=december)
    with django_assert_num_queries(AWAY_QUERIES):
        assert len(marks(month(client, month=december))) == count
