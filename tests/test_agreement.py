"""Page, terminal and feed give the same answer, whatever covers and absences there are."""

import contextlib
import datetime as dt
import json
from io import StringIO

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from rotations.models import Cover, FeedLink, TimeOffRequest
from rotations.verbs.asking import Asked
from rotations.verbs.feeds import make_feed_link
from rotations.verbs.time_off import approve, cancel, change_time_off, request_time_off
from tests.factories import at

WEEK = at("2026-11-23 09:00")
HOURS = st.integers(0, 7 * 24 - 1)


def by_page(client, moment, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: moment)
    areas = client.get("/").context["page"].areas
    return {
        row.pipeline.slug: [(caller.engineer.username, caller.role) for caller in row.callers]
        for area in areas
        for row in area.standings
    }


def by_terminal(moment):
    out = StringIO()
    with contextlib.suppress(SystemExit):
        call_command("oncall", "--at", moment.isoformat(), "--json", stdout=out)
    rows = json.loads(out.getvalue())["pipelines"]
    return {row["pipeline"]: [(caller["engineer"], caller["role"]) for caller in row["called"]] for row in rows}


def by_feeds(feeds, moment):
    """Who has duty according to everybody's own calendar: (engineer, pipeline, role)."""
    found = set()
    for engineer, token in feeds.items():
        answer = Client().get(f"/feeds/{token}.ics")
        for event in Calendar.from_ical(answer.content).walk("VEVENT"):
            if event.decoded("dtstart") <= moment < event.decoded("dtend"):
                role, pipeline = str(event["summary"]).split(" (")[0].split(": ")
                found.add((engineer, pipeline.lower(), role.lower()))
    return found


def live(team, cast, decisions):
    """Ask, approve and cancel; what is refused is refused."""
    for who, day, length, fate in decisions:
        engineer = getattr(cast, who)
        first = dt.date(2026, 11, 23) + dt.timedelta(days=day)
        now = WEEK - dt.timedelta(days=20)
        try:
            request = request_time_off(
                engineer, first, first + dt.timedelta(days=length), "vacation", by=engineer, at=now
            )
            if fate != "ask":
                approve(request, by=cast.manager, at=now)
            request.refresh_from_db()
            if fate == "cancel":
                cancel(request, by=engineer, at=now)
            if fate == "change":
                later = Asked(first, first + dt.timedelta(days=length + 1), "other", "", "days")
                approve(change_time_off(request, later, by=engineer, at=now), by=cast.manager, at=now)
        except ValidationError:
            continue


DECISION = st.tuples(
    st.sampled_from("abcd"),
    st.integers(0, 6),
    st.integers(0, 2),
    st.sampled_from(["ask", "approve", "approve", "cancel", "change"]),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(DECISION, max_size=5), st.lists(HOURS, min_size=2, max_size=4, unique=True))
def test_page_terminal_and_feed_agree(team, cast, sign_in, monkeypatch, decisions, hours):
    for model in (Cover, TimeOffRequest, FeedLink):
        model.objects.all().delete()
    live(team, cast, decisions)
    engineers = {engineer.username: engineer for engineer in (cast.a, cast.b, cast.c, cast.d)}
    feeds = {name: make_feed_link(engineer, by=engineer, at=WEEK) for name, engineer in engineers.items()}
    client = sign_in(cast.stranger)
    for hour in hours:
        moment = WEEK + dt.timedelta(hours=hour, minutes=7)
        page = by_page(client, moment, monkeypatch)
        assert page == by_terminal(moment)
        on_duty = {
            (engineer, pipeline, role)
            for pipeline, called in page.items()
            for engineer, role in called
            if role in ("primary", "secondary")
        }
        assert on_duty == by_feeds(feeds, moment)
