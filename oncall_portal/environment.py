"""Reads settings from the environment, and says in one clear line which variable is wrong and how to mend it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured

EXIT_BAD_INPUT = 2
# gunicorn gives up at once on this status of a worker, where on any other it would start the next one for ever
EXIT_NO_BOOT = 3

WORDS = {bool: "on or off", int: "a whole number"}
DATABASES = ("django.db.backends.sqlite3", "django.db.backends.postgresql")
DATABASE_HINT = "expected sqlite:////folder/portal.sqlite3 or postgresql://user:password@host:5432/name"
MAIL_HINT = "expected smtp+tls://user:password@host:587 or smtp://host:25"


class Environment(environ.Env):
    """django-environ with clear errors; an empty variable counts as one that is not set.

    Messages never repeat the value of a variable that may hold a password.
    """

    def get_value(self, var: str, cast: Any = None, default: Any = environ.Env.NOTSET, parse_default: bool = False):
        text = self.ENVIRON.get(var, "").strip()
        if not text and default is not self.NOTSET:
            return default
        if cast is bool and text.lower() not in (*self.BOOLEAN_TRUE_STRINGS, "false", "off", "no", "n", "0"):
            raise wrong(var, f"expected {WORDS[bool]}, not {text!r}")
        try:
            return super().get_value(var, cast, default, parse_default)
        except ValueError as error:
            raise wrong(var, f"expected {WORDS.get(cast, 'another kind of value')}, not {text!r}") from error

    def one_of(self, var: str, words: tuple[str, ...], default: str) -> str:
        word = self.str(var, default=default)
        if word not in words:
            raise wrong(var, f"expected one of {', '.join(words)}, not {word!r}")
        return word

    def port(self, var: str, default: int) -> int:
        number = self.int(var, default=default)
        if not 1 <= number <= 65535:
            raise wrong(var, f"expected a port from 1 to 65535, not {number}")
        return number

    def web_address(self, var: str, default: str) -> str:
        """An absolute http or https address without a final slash."""
        text = self.str(var, default=default).rstrip("/")
        try:
            parts = urlsplit(text)
            usable = (
                parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query and not parts.fragment
            )
        except ValueError:
            usable = False
        if not usable:
            raise wrong(var, f"expected an address such as https://oncall.example.org, not {text!r}")
        return text

    def zone(self, var: str, default: str) -> str:
        """The name of a time zone that exists."""
        name = self.str(var, default=default)
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise wrong(var, f"there is no time zone {name!r}; expected a name such as Europe/Berlin") from error
        return name

    def database(self, var: str, default: str) -> dict[str, Any]:
        """Django's description of a database; only SQLite and PostgreSQL are tested, so only they are taken."""
        text = self.str(var, default=default)
        try:
            known = urlsplit(text).scheme in ("sqlite", "postgres", "postgresql")
            config = self.db_url_config(text) if known else {}
        except ValueError as error:
            raise wrong(var, DATABASE_HINT) from error
        if config.get("ENGINE") not in DATABASES or not config["NAME"]:
            raise wrong(var, DATABASE_HINT)
        if text != default and text.startswith("sqlite") and not Path(config["NAME"]).parent.is_dir():
            raise wrong(var, f"there is no folder {Path(config['NAME']).parent} for the SQLite file")
        return config

    def mail(self, var: str) -> dict[str, Any]:
        """Django's mail settings out of one address; nothing when it is not set."""
        text = self.str(var, default="")
        try:
            return self.email_url_config(text) if text else {}
        except (ValueError, ImproperlyConfigured) as error:
            raise wrong(var, MAIL_HINT) from error


def wrong(var: str, mend: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{var}: {mend}. Set it in the environment or in .env; .env.example explains it.")


@contextlib.contextmanager
def one_clear_line(exit_status: int) -> Iterator[None]:
    """Ends the process with a line instead of a traceback when a setting is wrong."""
    try:
        yield
    except ImproperlyConfigured as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(exit_status)
