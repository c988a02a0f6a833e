"""Time off in a real browser, on a phone and at a desk: asked for, another cover approved, many approved at once."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, WIDE, assert_accessible, assert_fits

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
DAY = dt.timedelta(days=1)
TODAY = dt.datetime.now(dt.UTC).date()
# a week of their own for each width, as both run on one database
SIZES = [pytest.param(WIDE, 45, id="desk"), pytest.param(NARROW, 75, id="phone", marks=pytest.mark.long)]


def ask(page: Page, first: dt.date, last: dt.date | None = None) -> None:
    page.goto("/time-off/new/")
    page.get_by_label("First day").fill(first.isoformat())
    if last:
        page.get_by_label("Last day").fill(last.isoformat())
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("Asked; a manager decides.")).to_be_visible()


def look(page: Page) -> None:
    assert_accessible(page)
    assert_fits(page)


@pytest.mark.parametrize(("size", "ahead"), SIZES)
def test_another_cover_is_chosen_seen_and_approved(open_as, size, ahead):
    engineer, manager = open_as("engineer-a", size), open_as("manager", size)
    ask(engineer, TODAY + ahead * DAY, TODAY + (ahead + 6) * DAY)
    look(engineer)
    manager.goto(engineer.url)
    expect(manager.get_by_role("heading", name="Other covers")).to_be_visible()
    look(manager)
    other = manager.locator(".choose input[type=radio]:not(:checked):not(:disabled)").first
    other.check()
    manager.get_by_role("button", name="See what this does").click()
    expect(manager.get_by_text(re.compile(r"\(chosen, balance")).first).to_be_visible()
    look(manager)
    manager.get_by_role("button", name="Approve with another cover").click()
    expect(manager.get_by_text(": approved.")).to_be_visible()
    look(manager)
    manager.goto(f"/time-off/calendar/?month={TODAY + ahead * DAY:%Y-%m}")
    expect(manager.locator(".away-mark").get_by_role("link", name="vacation").first).to_be_visible()
    look(manager)


@pytest.mark.parametrize(("size", "ahead"), SIZES)
@pytest.mark.parametrize(
    "room", ["/admin/rotations/timeoffrequest/", pytest.param("/time-off/", marks=pytest.mark.long)]
)
def test_many_are_approved_one_after_the_other(open_as, size, ahead, room):
    first = TODAY + (ahead + 10 + (3 if room == "/time-off/" else 0)) * DAY
    for name in ("engineer-b", "engineer-c"):
        ask(open_as(name, size), first)
    manager = open_as("manager", size)
    manager.goto(room)
    look(manager)
    rows = manager.get_by_role("row").filter(has_text=f"{first.day} {first:%b %Y}")
    for number in range(2):
        rows.nth(number).get_by_role("checkbox").check()
    if room == "/time-off/":
        manager.get_by_role("button", name="Approve the chosen, one after the other").click()
    else:
        manager.get_by_label("Action:").select_option(label="Approve what is selected, one after the other")
        manager.get_by_role("button", name="Go", exact=True).click()
    look(manager)
    manager.get_by_role("button", name="Approve these").click()
    expect(manager.get_by_text(": approved.")).to_have_count(2)


@pytest.mark.long
def test_only_what_belongs_to_the_part_of_the_day_is_asked_for(open_as):
    page = open_as("engineer-d")
    page.goto("/time-off/new/")
    expect(page.get_by_label("Last day")).to_be_visible()
    expect(page.get_by_label("Until")).to_be_hidden()
    page.get_by_label("How much").select_option(label="Hours of a day")
    expect(page.get_by_label("Last day")).to_be_hidden()
    page.get_by_label("First day").fill((TODAY + 120 * DAY).isoformat())
    page.get_by_label("From").fill("09:00")
    page.get_by_label("Until").fill("10:30")
    look(page)
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("heading", name="09:00 to 10:30")).to_be_visible()
    page.get_by_role("link", name="Change").click()
    expect(page.get_by_label("Until")).to_have_value("10:30")
    look(page)
