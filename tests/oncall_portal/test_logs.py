"""No secret part of an address is written to a log."""

import io
import logging

import pytest
from django.test import Client

from oncall_portal.logs import HideTokens


@pytest.mark.parametrize(
    ("message", "args", "written"),
    [
        ("Not Found: %s", ("/invitations/s3cret/",), "Not Found: /invitations/.../"),
        ("GET /feeds/s3cret.ics HTTP/1.1", (), "GET /feeds/... HTTP/1.1"),
        ("%s %s", ("POST", "/accounts/password/reset/key/3-s3cret/?x=1"), "POST /accounts/password/reset/key/.../?x=1"),
        ("/ping/s3cret/fail", (), "/ping/.../fail"),
        ("/hooks/alertmanager/s3cret/", (), "/hooks/alertmanager/.../"),
        ("100% of /pipelines/", (), "100% of /pipelines/"),
    ],
)
def test_the_secret_part_is_left_out(message, args, written):
    record = logging.LogRecord("x", logging.WARNING, "x", 1, message, args, None)
    assert HideTokens().filter(record) is True
    assert record.getMessage() == written


@pytest.mark.parametrize("debug", [False, True])
def test_a_refused_form_leaves_its_secret_address_in_no_log(db, settings, monkeypatch, debug):
    settings.DEBUG = debug
    written = io.StringIO()
    for name in ("", "django", "django.request", "django.security", "django.security.csrf"):
        for handler in logging.getLogger(name).handlers:
            if type(handler) is logging.StreamHandler:  # those of pytest are others
                monkeypatch.setattr(handler, "stream", written)
    assert Client(enforce_csrf_checks=True).post("/invitations/s3cret/", {"username": "x"}).status_code == 403
    assert written.getvalue().count("Forbidden (CSRF cookie not set.): /invitations/.../") == 1
    assert "s3cret" not in written.getvalue()
