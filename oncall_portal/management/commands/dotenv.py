"""Makes the private .env of an installation: the secrets that nobody should have to think of."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]
HEAD = "# Private to this installation. .env.example explains every variable.\n"


def readable_password() -> str:
    """Eight syllables in four words: about 49 bits, and easy to type."""
    return "-".join(secrets.choice(SYLLABLES) + secrets.choice(SYLLABLES) for _ in range(4))


SECRETS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "SEED_ENGINEER_PASSWORD": readable_password,
    "SEED_MANAGER_PASSWORD": readable_password,
}


class Command(BaseCommand):
    help = "Write the secrets that are missing into .env (mode 0600); a value that is there is never changed."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--file", type=Path, default=settings.ROOT / ".env", help="which file (default: %(default)s)"
        )

    def handle(self, *, file: Path, **options: object) -> None:
        try:
            settings.VAR.mkdir(exist_ok=True)
            settings.VAR.chmod(0o700)  # the database and the mails are as private as the secrets
            made = complete(file.resolve())
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} can't be written: {error}", returncode=2) from error
        if made:
            self.stdout.write(f"{file.name}: made {', '.join(made)}")


def complete(file: Path) -> list[str]:
    """Give the file every secret it lacks and close it to others; returns the names of those it lacked."""
    text = file.read_text(encoding="utf-8") if file.exists() else HEAD
    missing = [name for name in SECRETS if not re.search(rf"^(?:export )?{name}=.*\S", text, re.MULTILINE)]
    for name in missing:
        text = with_value(text, name, SECRETS[name]())
    if missing:
        replace(file, text)
    file.chmod(0o600)
    return missing


def with_value(text: str, name: str, value: str) -> str:
    """The text with NAME=value in the line that was left empty for it, or else at its end."""
    line = f"{name}={value}"
    filled, found = re.subn(rf"^(?:export )?{name}=[^\S\n]*$", line, text, count=1, flags=re.MULTILINE)
    if found:
        return filled
    return f"{text}{'' if text.endswith(chr(10)) or not text else chr(10)}{line}\n"


def replace(file: Path, text: str) -> None:
    """Write a whole new file and put it in the place of the old one, so that no half of it is ever seen."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".env-")  # born with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as new:
            new.write(text)
            new.flush()
            os.fsync(new.fileno())
        Path(name).replace(file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
