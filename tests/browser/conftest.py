"""A real Chromium in front of the real server: `portal` serves the reference team, `open_as` signs somebody in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.browser import chromium
from tests.portal import PASSWORDS, Portal

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
Opener = Callable[..., Page]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    path = chromium.find()
    assert path, "There is no Chromium: `make chromium` installs one."
    # Playwright keeps an event loop in the main thread, beside which Django would refuse to touch a database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    return {"executable_path": path, "args": chromium.ARGUMENTS}


@pytest.fixture(scope="session")
def seeded(tmp_path_factory):
    """A folder with a database of the reference team, made once."""
    folder = tmp_path_factory.mktemp("seeded")
    portal = Portal(folder)
    portal.manage("migrate", "--verbosity", "0")
    portal.manage("seed")
    return folder


@pytest.fixture(scope="module")
def portal(seeded, tmp_path_factory) -> Iterator[Portal]:
    """The portal on a database of this module's own."""
    folder = tmp_path_factory.mktemp("portal")
    shutil.copytree(seeded, folder, dirs_exist_ok=True)
    portal = Portal(folder).start()
    yield portal
    portal.stop()


@pytest.fixture
def open_as(portal: Portal, browser: Browser) -> Iterator[Opener]:
    """`open_as("engineer-a")`: a page of a browser of their own, signed in; complaints of the browser fail the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(username: str = "", viewport: dict[str, int] = WIDE, colours: str = "light") -> Page:
        context = browser.new_context(
            base_url=portal.url, viewport=viewport, color_scheme=colours, locale="en-GB", timezone_id="Europe/Berlin"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.extend(complaint(message)))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if username:
            sign_in(page, username)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def complaint(message: ConsoleMessage) -> list[str]:
    """What the browser tells as an error: of a script, of a file that is missing, of the content policy."""
    return [f"{message.location['url']}: {message.text}"] if message.type == "error" else []


def sign_in(page: Page, username: str) -> None:
    password = PASSWORDS["SEED_MANAGER_PASSWORD" if username == "manager" else "SEED_ENGINEER_PASSWORD"]
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(username)
    page.locator("input[name=password]").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("/")


def assert_accessible(page: Page) -> None:
    """axe finds no serious or critical fault on the page."""
    # without preload it leaves style sheets alone, which it would fetch from wrong addresses and put inline
    found = Axe().run(page, options={"preload": False}).response["violations"]
    faults = [
        f"{fault['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]
    assert faults == [], f"{page.url} {page.viewport_size}"


def assert_fits(page: Page) -> None:
    """Nothing is wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, page.url
