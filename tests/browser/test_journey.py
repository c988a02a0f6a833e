"""The main job from end to end, by four people in four browsers, through the real server."""

from __future__ import annotations

import datetime as dt
import json
import urllib.request
from dataclasses import dataclass

import icalendar
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import assert_accessible
from tests.portal import Portal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Duty:
    """Who carries a pipeline's pager on a whole working day that nobody touched yet."""

    day: dt.date
    pipeline: str
    primary: str
    primary_name: str
    secondary: str


def noon(day: dt.date) -> dt.datetime:
    """Noon in the rotation's zone, or near it."""
    return dt.datetime.combine(day, dt.time(16), dt.UTC)


def called(portal: Portal, at: dt.datetime) -> list[dict]:
    """What the terminal says of an instant."""
    return json.loads(portal.manage("oncall", "--at", at.isoformat(), "--json", check=False).stdout)["pipelines"]


def duty_ahead(portal: Portal) -> Duty:
    """The first working day at least two weeks away on which somebody is primary and nothing stands in the way."""
    today = noon(dt.datetime.now(dt.UTC).date())
    days = [today + days * DAY for days in range(15, 60)]
    for at in (day for day in days if day.weekday() < 4):
        row = called(portal, at)[0]
        first, second = row["called"][:2]
        in_force = (first["role"], second["role"]) == ("primary", "secondary")
        if in_force and not first["covers_for"] and not second["covers_for"]:
            return Duty(at.date(), row["pipeline"], first["engineer"], first["name"], second["engineer"])
    raise AssertionError("nobody is primary on any working day")


def make_feed(page: Page) -> str:
    page.goto("/me/")
    assert_accessible(page)
    page.get_by_role("button", name="Make my calendar link").click()
    assert_accessible(page)
    return page.get_by_label("Secret address of your duty").input_value()


def duties_in(feed: str, day: dt.date) -> list[str]:
    """What a calendar program shows on a day, fetched as such a program does: without a cookie."""
    with urllib.request.urlopen(feed, timeout=10) as answer:
        events = icalendar.Calendar.from_ical(answer.read()).walk("VEVENT")
    return [str(event["SUMMARY"]) for event in events if event.start <= noon(day) < event.end]


def ask_for_time_off(page: Page, day: dt.date) -> None:
    page.get_by_role("link", name="Time off").first.click()
    assert_accessible(page)
    page.get_by_role("link", name="Ask for time off").click()
    assert_accessible(page)
    page.get_by_label("First day").fill(day.isoformat())
    page.get_by_label("Last day").fill(day.isoformat())
    page.get_by_label("Reason").fill("A day at the sea")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("Asked; a manager decides.")).to_be_visible()
    assert_accessible(page)


def approve_in_the_admin(page: Page, who: str, day: dt.date) -> None:
    page.get_by_role("link", name="Admin").click()
    assert_accessible(page)
    page.goto("/admin/rotations/timeoffrequest/")
    assert_accessible(page)
    row = page.get_by_role("row").filter(has_text=who).filter(has_text=f"{day.day} {day:%b}")
    row.get_by_role("link").first.click()
    expect(page.get_by_text("A day at the sea")).to_be_visible()
    expect(page.get_by_text("Nobody is left uncovered")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text(": approved.")).to_be_visible()
    assert_accessible(page)


def test_time_off_is_asked_for_approved_and_seen_in_calendar_and_feed(portal, open_as):
    duty = duty_ahead(portal)
    away, stand_in, manager = open_as(duty.primary), open_as(duty.secondary), open_as("manager")
    own_feed, feed = make_feed(away), make_feed(stand_in)
    before = duties_in(feed, duty.day)
    assert [summary for summary in before if "for " in summary] == []
    ask_for_time_off(away, duty.day)
    approve_in_the_admin(manager, duty.primary_name, duty.day)

    assert len(duties_in(own_feed, duty.day)) == 0
    assert any(summary.startswith("Primary") and duty.primary_name in summary for summary in duties_in(feed, duty.day))
    now_called = next(row for row in called(portal, noon(duty.day)) if row["pipeline"] == duty.pipeline)["called"][0]
    assert (now_called["engineer"], now_called["covers_for"]) == (duty.secondary, duty.primary)

    stand_in.goto(f"/calendar/?view=week&by=pipeline&date={duty.day}")
    assert_accessible(stand_in)
    expect(stand_in.get_by_text(f"for {duty.primary_name}").first).to_be_attached()


def test_an_incident_is_reported_acknowledged_and_resolved(portal, open_as):
    row = called(portal, dt.datetime.now(dt.UTC))[0]
    reporter = open_as("manager")
    reporter.get_by_role("link", name="Report an incident").first.click()
    assert_accessible(reporter)
    reporter.get_by_label("Pipeline").select_option(index=1)
    reporter.get_by_label("critical").check()
    reporter.get_by_label("What is wrong").fill("Row count 0 in the aggregate")
    reporter.get_by_role("button", name="Report and page").click()
    expect(reporter.get_by_role("heading", name="Row count 0 in the aggregate")).to_be_visible()
    assert_accessible(reporter)

    responder = open_as(row["called"][0]["engineer"])
    expect(responder.get_by_role("link", name="Row count 0 in the aggregate").first).to_be_visible()
    assert_accessible(responder)
    responder.goto(reporter.url)
    responder.get_by_role("button", name="Acknowledge").click()
    expect(responder.get_by_role("button", name="Acknowledge")).to_have_count(0)
    assert_accessible(responder)
    responder.locator("summary").filter(has_text="Resolve").click()
    responder.get_by_label("How it was mended").fill("Ran the load again; counts match.")
    responder.get_by_role("button", name="Resolve").click()
    expect(responder.locator(".state").filter(has_text="resolved")).to_be_visible()
    assert_accessible(responder)
    expect(responder.get_by_text("Ran the load again; counts match.")).to_be_visible()
