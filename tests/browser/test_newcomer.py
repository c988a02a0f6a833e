"""Somebody just hired: the first administrator invites them, they make their account and subscribe to their duty."""

from __future__ import annotations

import urllib.request

import pytest

from tests.browser.conftest import NARROW, assert_accessible, assert_fits
from tests.portal import PASSWORDS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
PASSWORD = PASSWORDS["SEED_ENGINEER_PASSWORD"]


def test_somebody_just_hired_gets_in_by_invitation_and_subscribes(portal, open_as):
    named = {"USERNAME": "root", "NAME": "Root", "EMAIL": "root@example.org", "PASSWORD": PASSWORD}
    portal.environment.update({f"DJANGO_SUPERUSER_{name}": value for name, value in named.items()})
    portal.manage("createsuperuser", "--noinput")

    root = open_as("root")
    root.goto("/admin/pipelines/invitation/add/")
    root.locator("[name=email]").fill("newcomer@example.org")
    root.locator("[name=_save]").click()
    link = root.get_by_label("Invitation link").input_value()

    newcomer = open_as("", NARROW)
    newcomer.goto(link)
    assert_accessible(newcomer)
    for name, value in {"username": "newcomer", "name": "Newcomer"}.items():
        newcomer.locator(f"[name={name}]").fill(value)
    for name in ("password", "password_again"):
        newcomer.locator(f"[name={name}]").fill(PASSWORD)
    newcomer.get_by_role("button", name="Make my account").click()
    newcomer.wait_for_url("/")

    newcomer.goto("/me/")
    newcomer.get_by_label("Time zone").select_option("Europe/Lisbon")
    newcomer.get_by_role("button", name="Save").click()
    assert "Times are shown in Europe/Lisbon." in newcomer.locator("footer").inner_text()
    newcomer.get_by_role("button", name="Make my calendar link").click()
    assert_fits(newcomer)
    feed = newcomer.get_by_label("Secret address of your duty").input_value()
    with urllib.request.urlopen(feed) as answer:
        assert answer.read().startswith(b"BEGIN:VCALENDAR")
    newcomer.get_by_role("button", name="Menu").or_(newcomer.locator("header summary")).first.click()
    newcomer.get_by_role("button", name="Sign out").click()
    newcomer.wait_for_url("**/accounts/login/")
