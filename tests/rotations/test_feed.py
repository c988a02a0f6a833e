"""The feed over HTTP: no login, no cookie, fresh at the very next fetch."""

from __future__ import annotations

import hashlib
import logging
import re

import icalendar
import pytest
import vobject
from django.core.exceptions import ValidationError
from django.test import Client

from oncall_portal import wsgi
from rotations.models import FeedLink, Shift
from rotations.verbs.feeds import MOST_LINKS, make_feed_link, note_fetch, product_name, revoke_feed_link
from tests.factories import at, make_cover, make_shift

MADE_AT = at("2026-11-20 12:00")


def address(engineer, made_at=MADE_AT):
    return f"/feeds/{make_feed_link(engineer, by=engineer, at=made_at)}.ics"


def fetch(path, **headers):
    """A fetch by a program that keeps nothing between two fetches."""
    return Client().get(path, headers=headers)


def events(path):
    """Events by UID, each with its own bytes and its sequence."""
    calendar = icalendar.Calendar.from_ical(fetch(path).content)
    return {str(event["uid"]): (event["sequence"], event.to_ical()) for event in calendar.walk("VEVENT")}


@pytest.fixture(autouse=True)
def _on_monday(monkeypatch, monday):
    """The views ask what time it is; here it is the Monday of the team's week."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: monday)


def test_it_opens_without_signing_in_and_sets_nothing(team, cast):
    Shift.history.update(history_date=MADE_AT)
    answer = fetch(address(cast.a))
    assert answer.status_code == 200
    wanted = {
        "Content-Type": "text/calendar; charset=utf-8",
        "Cache-Control": "private, no-cache",
        "X-Robots-Tag": "noindex",
        "Referrer-Policy": "no-referrer",
        "Content-Disposition": 'inline; filename="on-call.ics"',
        "Last-Modified": "Mon, 23 Nov 2026 00:00:00 GMT",
        "Set-Cookie": None,
        "Vary": None,
    }
    assert {name: answer.headers.get(name) for name in wanted} == wanted
    assert answer.headers["ETag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
    assert not answer.cookies


def test_a_signed_in_browser_gets_the_same_bytes_and_its_session_is_not_looked_at(team, cast, sign_in):
    path = address(cast.a)
    answer = sign_in(cast.b).get(path)
    assert answer.content == fetch(path).content
    assert "Vary" not in answer.headers


def test_it_shows_only_its_own_engineers_duty(team, cast):
    calendar = vobject.readOne(fetch(address(cast.a)).content.decode())
    assert [event.summary.value for event in calendar.vevent_list] == ["Primary: Profit"]
    assert calendar.vevent.url.value == "http://testserver/pipelines/profit/"
    assert events(address(cast.stranger)) == {}


def test_reading_twice_gives_the_same_bytes_and_304(team, cast):
    path = address(cast.a)
    first, second = fetch(path), fetch(path)
    assert first.content == second.content
    unchanged = fetch(path, if_none_match=first.headers["ETag"])
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["ETag"] == first.headers["ETag"]
    assert unchanged.headers["X-Robots-Tag"] == "noindex"
    assert fetch(path, if_none_match='"other"').status_code == 200


def test_304_by_date_until_something_changes(team, cast, monkeypatch):
    Shift.history.update(history_date=MADE_AT)
    path = address(cast.a)
    seen = fetch(path).headers["Last-Modified"]
    assert seen == "Mon, 23 Nov 2026 00:00:00 GMT", "the window moved at midnight, after all that changed"
    assert fetch(path, if_modified_since=seen).status_code == 304
    make_cover(
        team.shifts.profit_primary, cast.b, "2026-11-26 00:00", "2026-11-27 00:00", decided_at=at("2026-11-23 09:59")
    )
    assert fetch(path, if_modified_since=seen).status_code == 200


def test_losing_a_whole_shift_is_a_change_for_who_had_it(team, cast):
    Shift.history.update(history_date=MADE_AT)
    path = address(cast.a)
    seen = fetch(path).headers["Last-Modified"]
    team.shifts.profit_primary.engineer = cast.b
    team.shifts.profit_primary.save()
    assert fetch(path, if_modified_since=seen).status_code == 200
    assert events(path) == {}


def test_what_changed_a_moment_ago_is_not_vouched_for_by_date(team, cast, monday):
    make_cover(team.shifts.profit_primary, cast.b, "2026-11-26 00:00", "2026-11-27 00:00", decided_at=monday)
    assert "Last-Modified" not in fetch(address(cast.a)).headers


def test_head_answers_like_get_without_a_body(team, cast):
    path = address(cast.a)
    head, get = Client().head(path), fetch(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == get.headers["ETag"]
    assert head.headers["Content-Length"] == str(len(get.content))


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_else_is_allowed(team, cast, method):
    answer = getattr(Client(enforce_csrf_checks=True), method)(address(cast.a))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_approving_time_off_shows_in_both_feeds_at_the_next_fetch(team, cast):
    later = make_shift(team.on_profit, cast.a, week="2026-12-07")
    mine, hers = address(cast.a), address(cast.b)
    before_a, before_b = events(mine), events(hers)
    whole = f"shift-{team.shifts.profit_primary.pk}-20261123T090000Z@oncall-portal"
    middle = f"shift-{team.shifts.profit_primary.pk}-20261126T000000Z@oncall-portal"
    rest = f"shift-{team.shifts.profit_primary.pk}-20261127T000000Z@oncall-portal"
    untouched = f"shift-{later.pk}-20261207T090000Z@oncall-portal"

    cover = make_cover(team.shifts.profit_primary, cast.b, "2026-11-26 00:00", "2026-11-27 00:00")
    after_a, after_b = events(mine), events(hers)
    assert set(before_a) == {whole, untouched}
    assert set(after_a) == {whole, rest, untouched}
    assert (before_a[whole][0], after_a[whole][0]) == (0, 1)
    assert after_a[untouched] == before_a[untouched]
    assert set(after_b) - set(before_b) == {middle}
    assert {uid: after_b[uid] for uid in before_b} == before_b

    cover.ended_at = at("2026-11-23 09:30")
    cover.save()
    ended_a, ended_b = events(mine), events(hers)
    assert set(ended_a) == {whole, untouched}
    assert ended_a[whole][0] == 2
    assert ended_b == before_b


def test_a_token_nobody_has_is_404_without_a_cookie(db):
    answer = fetch("/feeds/AbCdEf_-123.ics")
    assert (answer.status_code, answer.content) == (404, b"There is no such calendar.\n")
    assert "Vary" not in answer.headers
    assert not answer.cookies


def test_a_revoked_link_is_empty_for_thirty_days_and_then_gone(team, cast, monkeypatch):
    path = address(cast.a)
    revoke_feed_link(FeedLink.objects.get(), by=cast.a, at=at("2026-11-23 09:00"))
    calendar = vobject.readOne(fetch(path).content.decode())
    assert (list(calendar.contents.get("vevent", [])), calendar.vtimezone.tzid.value) == ([], "UTC")
    monkeypatch.setattr("django.utils.timezone.now", lambda: at("2026-12-23 09:00"))
    assert fetch(path).status_code == 200
    monkeypatch.setattr("django.utils.timezone.now", lambda: at("2026-12-23 09:01"))
    assert fetch(path).status_code == 404


def test_somebody_who_left_has_an_empty_feed_for_thirty_days(team, cast, monkeypatch):
    path = address(cast.a)
    cast.a.is_active = False
    cast.a.save()
    cast.a.history.filter(is_active=False).update(history_date=at("2026-11-22 10:00"))
    assert events(path) == {}
    monkeypatch.setattr("django.utils.timezone.now", lambda: at("2026-12-22 10:01"))
    assert fetch(path).status_code == 404
    cast.a.is_active = True
    cast.a.save()
    assert fetch(path).status_code == 200


def test_only_a_digest_of_the_token_is_kept(cast):
    token = make_feed_link(cast.a, by=cast.a, at=MADE_AT)
    row = FeedLink.objects.values().get()
    assert row["token_digest"] == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(row)
    assert re.fullmatch(r"[\w-]{32}", token)


def test_links_made_before_hold_until_they_are_revoked(team, cast):
    first, second = address(cast.a), address(cast.a)
    assert fetch(first).content == fetch(second).content
    revoke_feed_link(FeedLink.objects.order_by("pk").first(), by=cast.a, at=at("2026-11-23 09:00"))
    assert (len(events(first)), len(events(second))) == (0, 1)


def test_nobody_makes_or_revokes_links_of_somebody_else(cast):
    with pytest.raises(ValidationError):
        make_feed_link(cast.a, by=cast.administrator, at=MADE_AT)
    make_feed_link(cast.a, by=cast.a, at=MADE_AT)
    with pytest.raises(ValidationError):
        revoke_feed_link(FeedLink.objects.get(), by=cast.b, at=MADE_AT)
    assert FeedLink.objects.get().revoked_at is None


def test_revoking_again_keeps_the_first_moment(cast):
    make_feed_link(cast.a, by=cast.a, at=MADE_AT)
    for moment in ("2026-11-21 10:00", "2026-11-22 10:00"):
        revoke_feed_link(FeedLink.objects.get(), by=cast.a, at=at(moment))
    assert FeedLink.objects.get().revoked_at == at("2026-11-21 10:00")


def test_nobody_hoards_links(cast):
    for _ in range(MOST_LINKS):
        make_feed_link(cast.a, by=cast.a, at=MADE_AT)
    with pytest.raises(ValidationError, match="revoke those you no longer use"):
        make_feed_link(cast.a, by=cast.a, at=MADE_AT)


def test_who_fetched_is_noted_once_an_hour(team, cast):
    path = address(cast.a)
    fetch(path, user_agent="Google-Calendar-Importer")
    link = FeedLink.objects.get()
    assert (link.fetched_at, link.fetched_by) == (at("2026-11-23 10:00"), "Google-Calendar-Importer")
    note_fetch(link, "Other/1.0", at=at("2026-11-23 10:59"))
    assert FeedLink.objects.get().fetched_by == "Google-Calendar-Importer"
    note_fetch(link, "Other/1.0", at=at("2026-11-23 11:00"))
    assert FeedLink.objects.get().fetched_by == "Other"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Google-Calendar-Importer", "Google-Calendar-Importer"),
        ("Microsoft Office/15.0 (Windows NT; Microsoft Outlook 15.0)", "Microsoft Office"),
        ("iOS/17.1 (21B74) dataaccessd/1.0", "iOS"),
        ("", "unnamed client"),
        ("\x00\x1b[31m/1", "[31m"),
        ("x" * 500, "x" * 60),
    ],
)
def test_a_client_goes_by_its_name(user_agent, name):
    assert product_name(user_agent) == name


def test_six_queries_at_the_first_fetch_and_five_from_then_on(team, cast, django_assert_num_queries):
    path = address(cast.a)
    with django_assert_num_queries(6):
        fetch(path)
    for week in ("2026-11-30", "2026-12-07", "2026-12-14"):
        make_cover(make_shift(team.on_growth, cast.a, week=week), cast.b, f"{week} 10:00", f"{week} 12:00")
    with django_assert_num_queries(5):
        assert len(events(path)) == 7


def test_tokens_are_in_no_log(team, cast, caplog):
    caplog.set_level(logging.INFO)
    token = make_feed_link(cast.a, by=cast.a, at=MADE_AT)
    fetch(f"/feeds/{token}.ics")
    fetch(f"/feeds/{token}x.ics")
    Client().post(f"/feeds/{token}.ics")
    assert caplog.messages == ["Not Found: /feeds/...", "Method Not Allowed (POST): /feeds/..."]
    assert token not in caplog.text


@pytest.mark.parametrize("name", ["django.server", "gunicorn.access", "gunicorn.error"])
def test_the_web_servers_own_logs_hide_tokens_too(name):
    assert wsgi.application, "the server's loggers are filtered where the server loads the portal"
    logger = logging.getLogger(name)
    record = logger.makeRecord(name, logging.INFO, "", 0, '"%s" %s', ("GET /feeds/secret.ics HTTP/1.1", 200), None)
    assert logger.filter(record)
    assert record.getMessage() == '"GET /feeds/... HTTP/1.1" 200'


def test_robots_forbid_nothing(client):
    answer = client.get("/robots.txt")
    assert (answer.status_code, answer.content) == (200, b"User-agent: *\nDisallow:\n")
