"""Misconfiguration is told when the portal starts, each with the variable's name and what to do.

This module is imported while apps load: it may import nothing that needs them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connections

SHORTEST_KEY = 50
FIRST_RUN_KEY = "Run `make run` or `python manage.py dotenv`: it writes one into .env."


@register
def can_start(**kwargs: Any) -> list[CheckMessage]:
    """What no installation can do without."""
    return [*_key_is_missing(), *_folder_is_missing()]


@register(Tags.database)
def can_be_reached(databases: list[str] | None = None, **kwargs: Any) -> Iterator[CheckMessage]:
    """Asked by `migrate`: a database that is away is one line, not a traceback."""
    for name in databases or []:
        try:
            connections[name].ensure_connection()
        except DatabaseError as error:
            yield Error(f"DATABASE_URL: the database can't be reached: {error}".strip(), id="portal.E003")


@register(Tags.security, deploy=True)
def fit_for_production(**kwargs: Any) -> list[CheckMessage]:
    """What an installation needs before people rely on it (`check --deploy`)."""
    return [*_weak_key(), *_addresses(), *_mail()]


def _key_is_missing() -> Iterator[CheckMessage]:
    if not _secret_key():
        yield Error("SECRET_KEY is not set.", hint=FIRST_RUN_KEY, id="portal.E001")


def _folder_is_missing() -> Iterator[CheckMessage]:
    file = str(settings.DATABASES["default"]["NAME"])
    if _on_sqlite() and "memory" not in file and not Path(file).parent.is_dir():
        hint = f"mkdir -p {Path(file).parent}"
        yield Error("DATABASE_URL: the folder of the SQLite file does not exist.", hint=hint, id="portal.E002")


def _weak_key() -> Iterator[CheckMessage]:
    if len(_secret_key()) < SHORTEST_KEY:
        yield Error(f"SECRET_KEY is shorter than {SHORTEST_KEY} characters.", hint=FIRST_RUN_KEY, id="portal.E010")


def _addresses() -> Iterator[CheckMessage]:
    if not settings.HTTPS:
        hint = "Set PUBLIC_URL to the address people use, such as https://oncall.example.org."
        yield Error("PUBLIC_URL is not an https address.", hint=hint, id="portal.E011")
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS or not _named(settings.ALLOWED_HOSTS):
        hint = "Set ALLOWED_HOSTS to the host of PUBLIC_URL, and to others that proxies ask for."
        yield Error("ALLOWED_HOSTS names no host of this installation, or all there are.", hint=hint, id="portal.E012")
    if settings.HTTPS and not settings.SECURE_PROXY_SSL_HEADER:
        hint = "Set TRUSTED_PROXIES to how many stand before the portal; with none, every page redirects to itself."
        yield Warning("PUBLIC_URL is https, but no proxy is trusted to say so.", hint=hint, id="portal.W014")


def _named(hosts: list[str]) -> bool:
    return any(host not in ("localhost", "127.0.0.1", "[::1]") for host in hosts)


def _mail() -> Iterator[CheckMessage]:
    if "filebased" in settings.EMAIL_BACKEND or "console" in settings.EMAIL_BACKEND:
        hint = "Set EMAIL_URL, such as smtp+tls://user:password@mail.example.org:587."
        yield Error("EMAIL_URL is not set: pages and notices would go to files.", hint=hint, id="portal.E013")
    if settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        hint = "Set EMAIL_FROM to an address of your domain; mail servers refuse others."
        yield Warning("EMAIL_FROM is an address at localhost.", hint=hint, id="portal.W013")


def _on_sqlite() -> bool:
    return settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")


def _secret_key() -> str:
    # asking settings for an empty key raises, so the lazy object is asked for what it wraps
    return vars(settings).get("SECRET_KEY") or getattr(settings._wrapped, "SECRET_KEY", "")
