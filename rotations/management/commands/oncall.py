"""`manage.py oncall`: who is called, the same answer as the page."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from pipelines.models import Pipeline
from rotations.domain.roster import Severity
from rotations.loads.on_call import Standing, on_call_now

NO_ZONE = "--at {!r}: say the zone too, for example 2026-11-23T09:00Z or 2026-11-23T09:00+01:00."


class Command(BaseCommand):
    help = (
        "Print who is called for each pipeline, in order and with the reason. Exit status 0 if somebody is, 1 if for "
        "some pipeline nobody on duty can be called, 2 on bad input."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--at", metavar="INSTANT", help="An instant with its zone, 2026-11-23T09:00+01:00; default: now."
        )
        parser.add_argument("--pipeline", metavar="SLUG", help="Only this pipeline.")
        parser.add_argument(
            "--severity",
            choices=[severity.value for severity in Severity],
            default=Severity.CRITICAL.value,
            help="The severity of the incident asked about (default: critical).",
        )
        parser.add_argument("--json", action="store_true", help="Print JSON instead of text.")

    def handle(self, *args: Any, **options: Any) -> None:
        at = _instant(options["at"])
        standings = on_call_now(at, Severity(options["severity"]))
        if slug := options["pipeline"]:
            standings = [standing for standing in standings if standing.pipeline.slug == slug]
            if not standings:
                known = ", ".join(Pipeline.objects.for_pages().values_list("slug", flat=True)) or "none yet"
                raise CommandError(f"--pipeline {slug!r}: there is no such pipeline; known: {known}.", returncode=2)
        if options["json"]:
            self.stdout.write(
                json.dumps({"at": at.isoformat(), "pipelines": [_plain(row) for row in standings]}, indent=2)
            )
        else:
            self.stdout.write("\n".join(line for row in standings for line in _lines(row)))
        if any(row.is_uncovered for row in standings):
            raise SystemExit(1)


def _instant(text: str | None) -> dt.datetime:
    if text is None:
        return timezone.now()
    try:
        at = parse_datetime(text)
    except ValueError:
        at = None
    if at is None:
        raise CommandError(f"--at {text!r} is no instant; use for example 2026-11-23T09:00+01:00.", returncode=2)
    if at.tzinfo is None:
        raise CommandError(NO_ZONE.format(text), returncode=2)
    if not 2000 <= at.year <= 2100:
        raise CommandError(f"--at {text!r}: use a year from 2000 to 2100.", returncode=2)
    return at.astimezone(dt.UTC)


def _plain(standing: Standing) -> dict[str, Any]:
    return {
        "pipeline": standing.pipeline.slug,
        "area": str(standing.pipeline.area),
        "until": standing.until and standing.until.isoformat(),
        "called": [
            {
                "engineer": caller.engineer.username,
                "name": str(caller.engineer),
                "role": caller.role,
                "because": caller.because,
                "covers_for": caller.covers_for and caller.covers_for.username,
            }
            for caller in standing.callers
        ],
        "skipped": [
            {"engineer": row.engineer and row.engineer.username, "role": row.role, "because": row.because}
            for row in standing.skipped
        ],
        "finding": standing.finding,
    }


def _lines(standing: Standing) -> list[str]:
    until = f" until {standing.until:%a %Y-%m-%d %H:%M} UTC" if standing.until else ""
    callers = [
        f"  {number}. {caller.engineer}, {caller.role}: {caller.because}"
        for number, caller in enumerate(standing.callers, 1)
    ]
    skipped = [f"  -  {row.engineer or 'nobody'}, {row.role}: {row.because}" for row in standing.skipped]
    finding = [f"  !  {standing.finding}"] if standing.finding else []
    return [f"{standing.pipeline.area} / {standing.pipeline}{until}", *callers, *skipped, *finding]
