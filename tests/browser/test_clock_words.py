"""The clock that ticks in the browser says what the server says."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import Browser

from incidents.domain.clock import Clock, ClockKind, read
from tests.source import ROOT

pytestmark = pytest.mark.browser

OPENED = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)
# half a second beside every change of words, so that the milliseconds the browser needs change none
BESIDE = dt.timedelta(milliseconds=500)
SPANS = [1, 59, 60, 61, 761, 3599, 3600, 3660, 3661, 13_421, 86_399, 86_400, 90_000, 93_784, 200_000]
MINUTES = 240


def clock_of(left: float) -> tuple[Clock, dt.datetime]:
    """A clock of four hours, and the instant at which that many seconds are left (below zero: over)."""
    due = OPENED + dt.timedelta(minutes=MINUTES)
    warn = OPENED + dt.timedelta(minutes=MINUTES * 3 // 4)
    return Clock(ClockKind.RESPONSE, OPENED, warn, due), due - dt.timedelta(seconds=left) - BESIDE


def test_the_browser_and_the_server_say_the_same(browser: Browser):
    cases = [clock_of(left) for span in SPANS for left in (span, -span)]
    rows = [
        f'<span class="clock" data-due="{clock.due_at.isoformat()}" data-warn="{clock.warn_at.isoformat()}"'
        f' data-now="{at.isoformat()}"></span>'
        for clock, at in cases
    ]
    page = browser.new_page()
    page.set_content("".join(rows))
    page.add_script_tag(path=ROOT / "static" / "js" / "clock.js")
    assert page.locator(".clock").all_text_contents() == [read(clock, at).words for clock, at in cases]
    page.close()
