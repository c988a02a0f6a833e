"""Page, terminal and feed give the same answer, whatever covers and absences there are."""

import contextlib
import datetime as dt
import json
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from rotations.domain.spans import Span
from rotations.loads.swap_offers import pieces_of
from rotations.models import Cover, FeedLink, Swap, TimeOffRequest
from rotations.verbs.asking import Asked
from rotations.verbs.feeds import make_feed_link
from rotations.verbs.overrides import override
from rotations.verbs.swap_making import offer
from rotations.verbs.swaps import accept, approve_swap, undo
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
    """Ask, approve, cancel, swap, override and undo; what is refused is refused."""
    for who, day, length, fate in decisions:
        engineer = getattr(cast, who)
        first = dt.date(2026, 11, 23) + dt.timedelta(days=day)
        now = WEEK - dt.timedelta(days=20)
        try:
            if fate in ("swap", "undo"):
                swap_away(cast, engineer, first, length, fate, now)
                continue
            if fate == "override":
                take_over(team, cast, engineer, first, length, now)
                continue
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


def span_of(first, length):
    start = dt.datetime.combine(first, dt.time(6), dt.UTC)
    return Span(start, start + dt.timedelta(days=length, hours=7))


def swap_away(cast, engineer, first, length, fate, now):
    """Some of a piece of duty that somebody has then goes to one of the others, and maybe comes back."""
    spans = [(piece.shift, span_of(first, length).overlap(piece.span)) for piece in pieces_of(engineer, now, dt.UTC)]
    pieces = [(shift, span) for shift, span in spans if span][:1]
    other = [one for one in (cast.a, cast.b, cast.c, cast.d) if one != engineer][length]
    swap = accept(offer(engineer, pieces, asked=other, by=engineer, at=now), by=other, at=now)
    approve_swap(swap, by=cast.manager, at=now)
    if fate == "undo":
        undo(swap, by=cast.manager, at=now)


def take_over(team, cast, engineer, first, length, now):
    """Somebody replaces whoever is primary or secondary; in both roles at once nobody is called twice, so not that."""
    role, unit = ("primary", "secondary")[length % 2], (team.on_profit, team.on_growth)[first.day % 2]
    override(team.rotation, role, [unit], span_of(first, length), engineer, "fire", by=cast.manager, at=now)


DECISION = st.tuples(
    st.sampled_from("abcd"),
    st.integers(0, 6),
    st.integers(0, 2),
    st.sampled_from(["ask", "approve", "approve", "cancel", "change", "swap", "swap", "undo", "override"]),
)


@pytest.mark.timeout(300)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(DECISION, max_size=6), st.lists(HOURS, min_size=2, max_size=4, unique=True))
def test_page_terminal_and_feed_agree(team, cast, sign_in, monkeypatch, decisions, hours):
    for model in (Cover, Swap, FeedLink):
        model.objects.all().delete()
    for request in TimeOffRequest.objects.order_by("-pk"):  # a change before what it changes
        request.delete()
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
