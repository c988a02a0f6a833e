"""One's own page: duty, time off, calendar links and profile; nobody else's."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from pipelines.models import Engineer
from pipelines.verbs import change_profile
from rotations.models import FeedLink, TimeOffRequest
from rotations.verbs.feeds import make_feed_link
from tests.factories import at, make_cover, make_shift

PROFILE = {"time_zone": "Europe/Berlin", "email": "a@example.org", "short_name": "DA"}


@pytest.fixture(autouse=True)
def _on_monday(monkeypatch, monday):
    """The views ask what time it is; here it is the Monday of the team's week."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: monday)


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def link_for(engineer):
    make_feed_link(engineer, by=engineer, at=at("2026-11-20 12:00"))
    return engineer.feed_links.get()


@pytest.mark.parametrize("path", ["/me/", "/me/links/", "/me/links/1/revoke/"])
def test_anonymous_people_are_sent_to_the_sign_in(client, db, path):
    assert client.get(path).headers["Location"] == f"/accounts/login/?next={path}"


DUTY = ("primary of Profit", "primary of Growth", "secondary of Growth")


def test_it_shows_duty_now_and_next_after_covers(sign_in, team, cast):
    make_shift(team.on_growth, cast.a, "secondary", week="2026-11-30")
    make_cover(team.shifts.growth_primary, cast.a, "2026-11-26 00:00", "2026-11-27 00:00")
    make_cover(team.shifts.profit_primary, cast.b, "2026-11-28 00:00", "2026-11-29 00:00")
    text = words(sign_in(cast.a).get("/me/"))
    now, later = text.split("My duty now")[1].split("My duty in my own calendar")[0].split(" Next ")
    links = " Why me? {0} Swap {0}"
    of_profit, of_growth, behind = (links.format(what) for what in DUTY)
    assert now.strip() == f"primary Profit Mon 23 Nov, 09:00 to Sat 28 Nov, 00:00{of_profit}"
    assert later.strip() == (
        f"primary Growth for Data Engineer C Thu 26 Nov, 00:00 to Fri 27 Nov, 00:00{of_growth} "
        f"primary Profit Sun 29 Nov, 00:00 to Mon 30 Nov, 09:00{of_profit} "
        f"secondary Growth Mon 30 Nov, 09:00 to Mon 7 Dec, 09:00{behind}"
    )


def test_somebody_without_duty_is_told_so(sign_in, team, cast):
    text = words(sign_in(cast.stranger).get("/me/"))
    assert "You carry no pager at this moment." in text
    assert "No further duty is published for you." in text
    assert "My time off None ahead." in text


def test_it_shows_ones_own_time_off_only(sign_in, team, cast):
    for engineer, day in ((cast.a, "2026-12-01"), (cast.b, "2026-12-03")):
        TimeOffRequest.objects.create(
            engineer=engineer,
            starts_at=at(f"{day} 00:00"),
            ends_at=at(f"{day} 23:59"),
            time_zone=ZoneInfo("UTC"),
            requested_at=at("2026-11-01 00:00"),
        )
    text = words(sign_in(cast.a).get("/me/"))
    assert "Tue 1 Dec 2026 waiting" in text
    assert "Thu 3 Dec" not in text


@pytest.mark.parametrize("more", [0, 3])
def test_its_queries_are_fixed(sign_in, team, cast, more, django_assert_num_queries):
    for n in range(more):
        make_feed_link(cast.a, by=cast.a, at=at("2026-11-20 12:00"))
        make_cover(make_shift(team.on_growth, cast.a, week=f"2026-12-0{n + 1}"), cast.b, "2026-12-05", "2026-12-06")
    client = sign_in(cast.a)
    with django_assert_num_queries(19):
        client.get("/me/")


def test_a_new_link_is_shown_once_in_the_answer_itself(sign_in, team, cast):
    client = sign_in(cast.a)
    answer = client.post("/me/links/")
    assert answer.status_code == 200
    https = re.search(r'id="link" value="([^"]+)"', answer.content.decode()).group(1)
    assert re.fullmatch(r"http://testserver/feeds/[\w-]{32}\.ics", https)
    assert f'href="webcal{https.removeprefix("http")}"' in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert Client().get(https.removeprefix("http://testserver")).status_code == 200
    token = https.rsplit("/", 1)[1].removesuffix(".ics")
    assert token not in client.get("/me/").content.decode()


def test_the_link_page_says_how_to_add_it_and_that_calendars_lag(sign_in, cast):
    text = words(sign_in(cast.a).post("/me/links/"))
    for expected in (
        "Google every 8 to 24 hours, Outlook about every 3 hours or later, Apple every 5 minutes to a week",
        "This portal's pages, and the pages and e-mails it sends, are the truth.",
        "Subscribe from web",
        "Open the link in Apple Calendar",
    ):
        assert expected in text


def test_looking_makes_no_link(sign_in, cast):
    assert sign_in(cast.a).get("/me/links/").status_code == 405
    assert FeedLink.objects.count() == 0


def test_links_show_when_they_were_made_and_fetched_and_can_be_revoked(sign_in, cast):
    link = link_for(cast.a)
    client = sign_in(cast.a)
    assert "Made Fri 20 Nov, 12:00 Never fetched yet" in words(client.get("/me/"))
    FeedLink.objects.update(fetched_at=at("2026-11-22 08:00"), fetched_by="Google-Calendar-Importer")
    assert "Last fetched Sun 22 Nov, 08:00 by Google-Calendar-Importer" in words(client.get("/me/"))
    answer = client.post(f"/me/links/{link.pk}/revoke/", follow=True)
    assert "Revoked: calendars that use this link show no duty" in words(answer)
    assert "Made Fri 20 Nov" not in words(client.get("/me/"))
    link.refresh_from_db()
    assert link.revoked_at == at("2026-11-23 10:00")


@pytest.mark.parametrize("who", ["b", "manager", "administrator", "stranger"])
def test_nobody_revokes_a_link_of_somebody_else(sign_in, team, cast, who):
    link = link_for(cast.a)
    assert sign_in(getattr(cast, who)).post(f"/me/links/{link.pk}/revoke/").status_code == 404
    link.refresh_from_db()
    assert link.revoked_at is None


def test_too_many_links_are_refused_in_words(sign_in, cast, monkeypatch):
    monkeypatch.setattr("rotations.verbs.feeds.MOST_LINKS", 1)
    link_for(cast.a)
    answer = sign_in(cast.a).post("/me/links/", follow=True)
    assert "You have 1 calendar links already; revoke those you no longer use." in words(answer)
    assert FeedLink.objects.count() == 1


def test_the_profile_is_saved_with_its_history(sign_in, cast):
    client = sign_in(cast.a)
    before = cast.a.history.count()
    answer = client.post("/me/", PROFILE)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/me/")
    cast.a.refresh_from_db()
    assert (cast.a.time_zone, cast.a.email, cast.a.short_name) == (ZoneInfo("Europe/Berlin"), "a@example.org", "DA")
    assert (cast.a.history.count(), cast.a.history.first().history_user) == (before + 1, cast.a)


def test_saving_what_is_there_already_writes_nothing(sign_in, cast):
    client = sign_in(cast.a)
    before = cast.a.history.count()
    client.post("/me/", {"time_zone": "UTC", "email": cast.a.email, "short_name": "A"})
    assert cast.a.history.count() == before


WRONG = [
    ("time_zone", "Mars/Olympus", "is not one of the available choices"),
    ("email", "not an address", "Enter a valid email address."),
    ("email", "", "Pages go there: write one."),
    ("email", "DATA-engineer-b@example.org", "This e-mail belongs to somebody else already."),
    ("short_name", "SEVENCH", "Ensure this value has at most 6 characters"),
]


@pytest.mark.parametrize(("field", "value", "refusal"), WRONG)
def test_a_wrong_profile_is_refused_at_its_field_and_changes_nothing(sign_in, cast, field, value, refusal):
    client = sign_in(cast.a)
    before = Engineer.objects.values().get(pk=cast.a.pk)
    answer = client.post("/me/", {**PROFILE, field: value})
    assert answer.status_code == 422
    assert refusal in words(answer)
    assert Engineer.objects.values().get(pk=cast.a.pk) == before


def test_a_zone_that_is_no_continent_stays_on_offer(sign_in, cast):
    cast.a.time_zone = ZoneInfo("US/Eastern")
    cast.a.save()
    assert '<option value="US/Eastern" selected>' in sign_in(cast.a).get("/me/").content.decode()


def test_nobody_changes_the_profile_of_somebody_else(cast):
    with pytest.raises(ValidationError):
        change_profile(cast.a, time_zone=ZoneInfo("UTC"), email="x@example.org", short_name="", by=cast.administrator)
