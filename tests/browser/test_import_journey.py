"""A manager brings a rota in from a spreadsheet, and leaves thin time knowingly."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, WIDE, assert_accessible, assert_fits

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
ROTA = "Pipeline\tWeek 1\tWeek 2\nUnit-level profit\tA/B\tB/A\nAggregate profit\tC/D\tZoe/C\n"
WITHOUT_A_SECONDARY = """
from rotations.models import Shift
Shift.objects.filter(role="secondary", covers=None).latest("starts_at").delete()
"""


@pytest.mark.parametrize("viewport", [WIDE, pytest.param(NARROW, marks=pytest.mark.long)], ids=["wide", "narrow"])
def test_a_pasted_rota_becomes_a_draft(open_as, viewport):
    page = open_as("manager", viewport)
    page.goto("/rotations/data-pipelines/audit/")
    page.get_by_role("link", name="Import a table").click()
    assert_accessible(page)
    page.get_by_label("Table").fill(ROTA)
    page.get_by_role("button", name="Go on").click()
    monday = dt.datetime.now(dt.UTC).date() + dt.timedelta(weeks=30)
    page.get_by_label("First week begins on").fill((monday - dt.timedelta(days=monday.weekday())).isoformat())
    page.get_by_label("Engineer “Zoe”").select_option(label="Data Engineer D")
    assert_accessible(page)
    page.get_by_role("button", name="Show what it does").click()
    expect(page.get_by_text("8 assignments become a draft plan")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("button", name="Bring it in").click()
    expect(page).to_have_url(re.compile(r"/rotations/data-pipelines/plan/\d+/$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 weeks from")


@pytest.mark.long
def test_thin_time_is_acknowledged_and_taken_back(open_as, portal):
    portal.manage("shell", "-c", WITHOUT_A_SECONDARY)
    page = open_as("manager")
    page.goto("/rotations/data-pipelines/audit/?kind=thin")
    row = page.get_by_role("row").filter(has_text="has no secondary: nobody is planned")
    row.get_by_text("Acknowledge").click()
    row.get_by_label("Why it is left so").fill("The pipeline is paused that week")
    row.get_by_role("button", name="Leave it so").click()
    expect(page.get_by_text("It stays on this page until it is filled.")).to_be_visible()
    expect(page.get_by_text("The pipeline is paused that week")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("It is an open finding again.")).to_be_visible()
