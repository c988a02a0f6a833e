"""A swap from offer to undoing, and an override, by people at a desk and on phones, through the real server."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, assert_accessible, assert_fits
from tests.browser.test_journey import called

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def looked_at(page: Page) -> None:
    assert_accessible(page)
    assert_fits(page)


def offer_to_everybody(page: Page) -> str:
    """Offer the first duty of a week that is not this one; the address of the swap."""
    page.goto("/me/")
    page.get_by_role("link", name="Offer duty, or exchange it").click()
    looked_at(page)
    page.locator(".swap-week").nth(2).get_by_role("link").first.click()
    looked_at(page)
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(1)
    page.get_by_label("Note").fill("At a wedding")
    page.get_by_role("button", name="Offer it").click()
    expect(page.get_by_text("Offered.", exact=True)).to_be_visible()
    looked_at(page)
    return page.url


def taker_of(opened, address: str) -> Page:
    """Somebody on a phone who can take it and would not stand in both roles then."""
    for name in ("engineer-b", "engineer-c", "engineer-d"):
        page = opened(name, viewport=NARROW)
        page.goto(address)
        takes = page.get_by_role("button", name="Take it").count()
        if takes and not page.get_by_text("One person in both roles").count():
            return page
    raise AssertionError("nobody can take it")


def test_a_swap_is_offered_taken_approved_and_undone(open_as):
    giver, manager = open_as("engineer-a"), open_as("manager")
    address = offer_to_everybody(giver)
    taker = taker_of(open_as, address)
    taker.goto("/swaps/")
    looked_at(taker)
    taker.goto(address)
    expect(taker.get_by_text("At a wedding")).to_be_visible()
    looked_at(taker)
    taker.get_by_role("button", name="Take it").click()
    expect(taker.locator("h1 .state")).to_have_text("waits for a manager")

    manager.goto("/")
    manager.get_by_role("link", name=re.compile("want to swap duty")).first.click()
    expect(manager.get_by_text("Nobody is left uncovered")).to_be_visible()
    looked_at(manager)
    manager.get_by_role("button", name="Approve").click()
    expect(manager.get_by_text(": approved.")).to_be_visible()
    looked_at(manager)

    giver.goto(address)
    expect(giver.locator("h1 .state")).to_have_text("approved")
    expect(giver.get_by_role("heading", name="Covered by")).to_be_visible()
    looked_at(giver)
    taker.goto(address)
    taker.get_by_role("button", name="Ask to undo it").click()
    expect(taker.get_by_text("You asked to undo it")).to_be_visible()
    looked_at(taker)
    giver.goto("/")
    giver.get_by_role("link", name=re.compile("asks you to undo a swap")).click()
    giver.get_by_role("button", name="Undo it").click()
    expect(giver.locator("h1 .state")).to_have_text("undone")
    looked_at(giver)


@pytest.mark.long
def test_a_manager_overrides_on_a_phone_and_ends_it(portal, open_as):
    manager = open_as("manager", viewport=NARROW, colours="dark")
    row = called(portal, dt.datetime.now(dt.UTC))[0]
    on_duty = {caller["name"] for caller in row["called"][:2]}
    free = next(f"Data Engineer {letter}" for letter in "ABCD" if f"Data Engineer {letter}" not in on_duty)
    manager.goto("/rotations/data-pipelines/")
    manager.get_by_role("link", name="Override").click()
    looked_at(manager)
    manager.get_by_label("Who").select_option(label=free)
    manager.get_by_label("Of", exact=True).select_option(index=1)
    manager.get_by_label("Reason").fill("The warehouse is down")
    manager.get_by_role("button", name="Override").click()
    expect(manager.get_by_text("The warehouse is down")).to_be_visible()
    looked_at(manager)
    after = called(portal, dt.datetime.now(dt.UTC))[0]["called"][:2]
    assert [caller["name"] for caller in after if "(override)" in caller["because"]] == [free]
    manager.get_by_role("button", name=re.compile("End it now")).click()
    expect(manager.get_by_text("Ended; the plan holds again.")).to_be_visible()
