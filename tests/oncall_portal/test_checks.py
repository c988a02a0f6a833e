"""What `check --deploy` says about an installation that people rely on."""

import pytest
from django.core.checks import run_checks
from django.test import override_settings

READY = {
    "SECRET_KEY": "".join(map(chr, range(40, 100))),
    "HTTPS": True,
    "PUBLIC_URL": "https://oncall.example.org",
    "ALLOWED_HOSTS": ["oncall.example.org"],
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "DEFAULT_FROM_EMAIL": "oncall@example.org",
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SECURE_SSL_REDIRECT": True,
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "SECURE_HSTS_SECONDS": 3600,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_HSTS_PRELOAD": True,
}
LACKS = [
    ({"SECRET_KEY": "short"}, "portal.E010"),
    ({"HTTPS": False}, "portal.E011"),
    ({"ALLOWED_HOSTS": []}, "portal.E012"),
    ({"ALLOWED_HOSTS": ["*"]}, "portal.E012"),
    ({"ALLOWED_HOSTS": ["localhost", "127.0.0.1"]}, "portal.E012"),
    ({"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend"}, "portal.E013"),
    ({"DEFAULT_FROM_EMAIL": "oncall@localhost"}, "portal.W013"),
    ({"SECURE_PROXY_SSL_HEADER": None}, "portal.W014"),
]


def told(**settings: object) -> list[str]:
    """Ids of what our own checks find."""
    with override_settings(**READY | settings):
        return [found.id for found in run_checks(include_deployment_checks=True) if found.id.startswith("portal.")]


def test_an_installation_with_all_it_needs_is_clean():
    with override_settings(**READY):
        assert run_checks(include_deployment_checks=True) == []


@pytest.mark.parametrize(("settings", "finding"), LACKS)
def test_each_thing_it_lacks_is_told_with_what_to_do(settings, finding):
    assert told(**settings) == [finding]


def test_without_any_key_the_first_finding_says_how_to_make_one():
    assert told(SECRET_KEY="") == ["portal.E001", "portal.E010"]


def test_a_missing_folder_of_the_database_is_told(monkeypatch, settings, tmp_path):
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", tmp_path / "no" / "portal.sqlite3")
    assert told() == ["portal.E002"]
