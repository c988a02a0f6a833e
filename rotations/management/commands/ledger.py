"""`manage.py ledger`: who carried what, as a table, as JSON or as CSV for pay."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from rotations.domain.counts import Account
from rotations.domain.ledger_periods import Period, days_of_period
from rotations.domain.spans import UTC
from rotations.loads.ledger import Days, first_day, last_day, load_ledgers
from rotations.loads.ledger_files import as_csv
from rotations.loads.ledger_rows import HEADER, ledger_table
from rotations.models import Rotation

SHORT = {
    Account.PRIMARY: "primary",
    Account.SECONDARY: "secondary",
    Account.WEEKEND: "weekend",
    Account.HOLIDAY: "holiday",
    Account.OFF_HOURS: "off-hours",
    Account.SHORT_NOTICE: "short notice",
}


class Command(BaseCommand):
    help = (
        "Print the ledger: by rotation and engineer what was planned and served in each account, the fair share and "
        "the balance. Text shows what was served. Exit status 0, or 2 on bad input."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rotation", metavar="SLUG", help="Only this rotation; default: all of them.")
        parser.add_argument(
            "--from", dest="first", metavar="DATE", help="First day, 2026-10-01; default: this quarter."
        )
        parser.add_argument("--to", dest="last", metavar="DATE", help="Last day; needed with --from.")
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="Print JSON instead of text.")
        form.add_argument("--csv", action="store_true", help="Print CSV instead of text.")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now().astimezone(UTC)
        rotations = _rotations(options["rotation"])
        days = _days(options, rotations, at)
        rows = list(ledger_table(load_ledgers(rotations, days.last, at), days, at))
        if options["csv"]:
            self.stdout.write(as_csv(rows).decode("utf-8-sig"), ending="")
        elif options["json"]:
            self.stdout.write(json.dumps([dict(zip(HEADER, row, strict=True)) for row in rows], indent=1, default=str))
        else:
            self.stdout.write("\n".join(_lines(days, rows)))


def _rotations(slug: str | None) -> list[Rotation]:
    rotations = list(Rotation.objects.all())
    chosen = [rotation for rotation in rotations if slug in (None, rotation.slug)]
    if not chosen:
        known = ", ".join(rotation.slug for rotation in rotations) or "none yet; make one in the admin"
        wrong = f"--rotation {slug!r}: there is no such rotation" if slug else "there is no rotation"
        raise CommandError(f"{wrong}; known: {known}.", returncode=2)
    return chosen


def _days(options: dict[str, Any], rotations: list[Rotation], at: dt.datetime) -> Days:
    first, last = (_day(name, options[key]) for name, key in (("--from", "first"), ("--to", "last")))
    if first is None and last is None:
        known = first_day(rotations, at), last_day(rotations, at)
        return Days(*days_of_period(Period.QUARTER, timezone.localdate(at), known))
    if first is None or last is None:
        raise CommandError("Give both --from and --to, or neither for this quarter.", returncode=2)
    if last < first:
        raise CommandError(f"--to {last} is before --from {first}.", returncode=2)
    return Days(first, last)


def _day(name: str, text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{name} {text!r} is no day; use for example 2026-10-01.", returncode=2) from None
    if not 2000 <= day.year <= 2100:
        raise CommandError(f"{name} {text}: use a year from 2000 to 2100.", returncode=2)
    return day


def _lines(days: Days, rows: list[Any]) -> list[str]:
    lines = [f"Served, {days.first} through {days.last}"]
    found = [dict(zip(HEADER, row, strict=True)) for row in rows]
    width = max((len(row["engineer"]) for row in found), default=8)
    for rotation in dict.fromkeys(row["rotation"] for row in found):
        names = "  ".join(f"{SHORT[account]:>12}" for account in Account)
        lines += ["", rotation, f"{'':{width}}  {names}  {'tokens':>8}  {'fair':>8}  {'balance':>8}"]
        for row in found:
            if row["rotation"] == rotation:
                amounts = "  ".join(f"{row[f'{account} served']:>12g}" for account in Account)
                last = f"{row['tokens served']:>8g}  {row['fair share']:>8g}  {row['balance']:>+8g}"
                lines.append(f"{row['engineer']:{width}}  {amounts}  {last}")
    return lines if found else [*lines, "", "Nobody is in the ledger yet."]
