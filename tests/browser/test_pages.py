"""Every page in every width and both colours: nothing wider than the screen, no serious fault of access, a picture."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import NARROW, WIDE, assert_accessible, assert_fits
from tests.source import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.pages, pytest.mark.timeout(600)]
PICTURES = ROOT / "test-results" / "pages"
# name: path, and the link to follow from there where an address has a number
PAGES = {
    "now": ("/", ""),
    "calendar-week": ("/calendar/?view=week&by=pipeline", ""),
    "calendar-month": ("/calendar/?view=month&by=engineer", ""),
    "calendar-quarter": ("/calendar/?view=quarter&by=pipeline", ""),
    "pipelines": ("/pipelines/", ""),
    "pipeline": ("/pipelines/", "main table a[href^='/pipelines/']"),
    "incidents": ("/incidents/", ""),
    "incident": ("/incidents/", "main a[href^='/incidents/']:not([href*=new])"),
    "report": ("/incidents/new/", ""),
    "time-off": ("/time-off/", ""),
    "ask": ("/time-off/new/", ""),
    "away": ("/time-off/calendar/", ""),
    "rotations": ("/rotations/", ""),
    "rotation": ("/rotations/", "main a[href^='/rotations/']"),
    "plans": ("/rotations/data-pipelines/plan/", ""),
    "plan": ("/rotations/data-pipelines/plan/", "main table a[href*='/plan/']"),
    "ledger": ("/rotations/data-pipelines/ledger/?period=year", ""),
    "ledger-duty": ("/rotations/data-pipelines/ledger/?period=year", "main table a[href*='/ledger/']"),
    "ledger-of-all": ("/ledger/?period=all", ""),
    "ledger-entries": ("/rotations/data-pipelines/ledger/entries/", ""),
    "ledger-openings": ("/rotations/data-pipelines/ledger/openings/", ""),
    "me": ("/me/", ""),
    "wishes": ("/me/wishes/", ""),
    "audit": ("/rotations/data-pipelines/audit/", ""),
    "import": ("/rotations/data-pipelines/import/", ""),
    "units": ("/rotations/data-pipelines/units/", ""),
    "admin-rules": ("/admin/rotations/rotation/", "#result_list th a"),
    "mailbox": ("/mailbox/", ""),
    "admin": ("/admin/", ""),
    "admin-requests": ("/admin/rotations/timeoffrequest/", ""),
    "admin-request": ("/admin/rotations/timeoffrequest/", "#result_list th a, #result_list td a"),
}
LOOKS = [(width, colours) for width in ("wide", "narrow") for colours in ("light", "dark")]


@pytest.mark.parametrize(("width", "colours"), LOOKS)
def test_every_page_fits_and_can_be_used_by_everybody(open_as, width, colours):
    page = open_as("manager", WIDE if width == "wide" else NARROW, colours)
    faults = [
        fault for name, (path, link) in PAGES.items() for fault in look_at(page, name, path, link, width, colours)
    ]
    assert faults == []


@pytest.mark.parametrize(("width", "colours"), LOOKS)
def test_the_sign_in_fits_and_can_be_used_by_everybody(open_as, width, colours):
    page = open_as("", WIDE if width == "wide" else NARROW, colours)
    assert look_at(page, "sign-in", "/accounts/login/", "", width, colours) == []


def look_at(page: Page, name: str, path: str, link: str, width: str, colours: str) -> list[str]:
    """What is wrong with a page; its picture goes to test-results."""
    page.goto(path)
    if link:
        page.goto(page.locator(link).first.get_attribute("href") or "")
    page.screenshot(path=PICTURES / f"{name}-{width}-{colours}.png", full_page=True)
    faults = []
    for holds in (assert_fits, assert_accessible):
        try:
            holds(page)
        except AssertionError as fault:
            faults.append(str(fault))
    return faults
