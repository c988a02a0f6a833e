"""No secret part of an address is written to a log."""

import logging

import pytest

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
