"""A manager compares drafts, shapes one by hand, publishes it and rolls it back; an engineer asks why me."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, WIDE, assert_accessible, assert_fits

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PLANS = "/rotations/data-pipelines/plan/"
SLOW = 90_000  # a plan takes seconds, on a busy machine many


def is_fine(page: Page) -> None:
    assert_fits(page)
    assert_accessible(page)


@pytest.mark.parametrize("viewport", [WIDE, pytest.param(NARROW, marks=pytest.mark.long)], ids=["desktop", "phone"])
def test_drafts_are_compared_shaped_published_and_rolled_back(open_as, viewport):
    page = open_as("manager", viewport)
    page.goto(PLANS)
    is_fine(page)
    ask = page.locator("#ask-rebalance")
    ask.get_by_label("Also ask for a repair").check()
    ask.get_by_role("button", name="Ask for a rebalance").click()

    expect(page.locator("table.compare")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("columnheader", name="Published now")).to_be_visible()
    is_fine(page)
    page.locator("table.compare thead a").first.click()

    expect(page.get_by_role("heading", name=re.compile("weeks from"))).to_be_visible()
    page.locator(".plan-weeks tbody tr").last.locator("a.block").first.click()
    expect(page.get_by_role("heading", name=re.compile("^Why Data Engineer"))).to_be_visible()
    is_fine(page)
    choices = page.get_by_label("Who", exact=True)
    clashing = choices.locator("option", has_text="secondary of it").first
    choices.select_option(value=clashing.get_attribute("value"))
    page.get_by_role("button", name="Change", exact=True).click()

    expect(page.get_by_text("would be primary and secondary")).to_be_visible()
    expect(page.get_by_role("link", name="Publish this plan")).to_have_count(0)
    is_fine(page)
    page.get_by_role("button", name=re.compile("^Undo")).click()
    page.get_by_role("link", name="Publish this plan").click()

    expect(page.get_by_role("heading", name=re.compile("^Publish"))).to_be_visible()
    is_fine(page)
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text(re.compile("^Published: "))).to_be_visible()
    page.get_by_role("link", name="Roll back").click()
    expect(page.get_by_role("heading", name=re.compile("^Roll back"))).to_be_visible()
    is_fine(page)


@pytest.mark.parametrize("viewport", [WIDE, pytest.param(NARROW, marks=pytest.mark.long)], ids=["desktop", "phone"])
def test_an_engineer_asks_why_me(open_as, viewport):
    page = open_as("engineer-a", viewport)
    page.goto("/me/")
    page.get_by_role("link", name=re.compile("^Why me")).first.click()
    expect(page.get_by_role("heading", name="Who else was possible")).to_be_visible()
    expect(page.get_by_role("heading", name="Changes")).to_be_visible()
    expect(page.get_by_role("button", name="Pin")).to_have_count(0)
    is_fine(page)
