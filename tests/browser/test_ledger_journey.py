"""The ledger by a manager and an engineer: opened, sorted, followed to the duty behind a number, booked in."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, WIDE, assert_accessible, assert_fits

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
LEDGER = "/rotations/data-pipelines/ledger/"


def is_fine(page: Page) -> None:
    assert_fits(page)
    assert_accessible(page)


@pytest.mark.long
@pytest.mark.parametrize(("viewport", "colours"), [(WIDE, "light"), (NARROW, "dark")], ids=["desktop", "phone"])
def test_every_page_of_the_ledger_fits_and_can_be_used_by_everybody(open_as, viewport, colours):
    page = open_as("manager", viewport, colours)
    for path in ("", "entries/", "openings/", "?period=year"):
        page.goto(LEDGER + path)
        is_fine(page)
    page.goto("/ledger/?period=all")
    is_fine(page)
    page.get_by_text("The same as a table").click()
    is_fine(page)
    page.get_by_role("link", name="Data Engineer A").first.click()
    expect(page.get_by_role("heading", name="Data Engineer A")).to_be_visible()
    is_fine(page)


def test_a_number_leads_to_its_duty_and_a_manager_corrects_who_was_there(open_as):
    page = open_as("manager")
    page.goto("/rotations/data-pipelines/")
    page.get_by_role("link", name="Ledger", exact=True).click()
    page.get_by_role("link", name="Last 12 months").click()
    expect(page.get_by_role("link", name="Last 12 months")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="Balance").click()
    row = page.get_by_role("row").filter(has_text="Data Engineer A")
    weeks = row.get_by_role("cell").nth(1).get_by_role("link")
    number = weeks.inner_text()
    weeks.click()
    expect(page.get_by_role("heading", name=f"Primary weeks: {number}")).to_be_visible()
    page.get_by_role("link", name="correct").first.click()
    is_fine(page)
    page.get_by_label("Who was on duty").select_option(label="Nobody was")
    page.get_by_label("Reason").fill("The office was closed")
    page.get_by_role("button", name="Correct it").click()
    expect(page.get_by_text("Corrected: calendar and ledger say so now")).to_be_visible()
    expect(page.get_by_text("Nobody.")).to_be_visible()
    is_fine(page)


@pytest.mark.long
def test_opening_balances_are_pasted_looked_at_and_booked_and_the_engineer_sees_them(open_as):
    page, day = open_as("manager", NARROW), dt.datetime.now(dt.UTC).date() - dt.timedelta(days=30)
    page.goto(f"{LEDGER}openings/")
    page.get_by_label("Reason").fill("From the old tool")
    page.get_by_role("textbox", name="Table").fill(f"engineer,day,primary weeks\nB,{day},1.5")
    page.get_by_role("button", name="Look at it first").click()
    expect(page.get_by_role("heading", name="To be booked: 1 opening balance")).to_be_visible()
    is_fine(page)
    page.get_by_role("button", name="Book these for good").click()
    expect(page.get_by_text("Booked: 1 opening balance.")).to_be_visible()

    mine = open_as("engineer-b", NARROW)
    mine.goto("/me/")
    mine.get_by_role("heading", name="My ledger").scroll_into_view_if_needed()
    mine.get_by_role("link", name="everybody's").click()
    mine.get_by_role("link", name="Data Engineer B").first.click()
    expect(mine.get_by_text("From the old tool")).to_be_visible()
    is_fine(mine)


@pytest.mark.long
def test_the_sheet_for_pay_is_downloaded(open_as):
    page = open_as("engineer-a")
    page.goto(LEDGER)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="XLSX").click()
    assert waiting.value.suggested_filename.startswith("ledger-data-pipelines-")
