"""`manage.py seed`: load the reference team, once."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from oncall_portal.seed.team import make_reference_team
from pipelines.models import Engineer


class Command(BaseCommand):
    # `migrate` has just run them, and they take a second
    requires_system_checks = ()
    help = (
        "Load the reference team: four engineers and their manager, five pipelines, a planned rotation, time off and "
        "incidents. Only into a database without users. Passwords come from SEED_ENGINEER_PASSWORD and "
        "SEED_MANAGER_PASSWORD, or are made up and printed. Exit status 2 if there are users already."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-fresh",
            action="store_true",
            help="Do nothing, and succeed, unless the database is the default SQLite file without users; "
            "SEED=1 means any database without users, SEED=0 means never.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_fresh"] and not _is_wanted():
            return
        if Engineer.objects.exists():
            if options["if_fresh"]:
                return
            raise CommandError(
                "There are users already: the reference team goes only into an empty database.", returncode=2
            )
        made_up: dict[str, str] = {}
        passwords = [_password(name, made_up) for name in ("SEED_ENGINEER_PASSWORD", "SEED_MANAGER_PASSWORD")]
        make_reference_team(timezone.now(), *passwords)
        self.stdout.write("The reference team is loaded: engineer-a to engineer-d, and manager.")
        for name, password in made_up.items():
            self.stdout.write(f"{name}={password}")


def _is_wanted() -> bool:
    is_default = str(settings.DATABASES["default"]["NAME"]) == str(settings.VAR / "portal.sqlite3")
    return settings.SEED == "1" or (settings.SEED == "auto" and is_default)


def _password(name: str, made_up: dict[str, str]) -> str:
    if password := getattr(settings, name):
        return password
    made_up[name] = secrets.token_urlsafe(12)
    return made_up[name]
