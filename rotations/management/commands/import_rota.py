"""`manage.py import_rota`: brings a table in, past weeks as served duty and later ones as a draft plan."""

from __future__ import annotations

import datetime as dt
import json
import sys
from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter
from django.db import DatabaseError, transaction
from django.utils import timezone

from pipelines.models import Engineer
from rotations.domain.audit_table import MAX_BYTES, TableError, decoded, folded
from rotations.loads.imports import SKIP, Book, Outcome, Reading, load_book, outcome_of, read_text, reading_of
from rotations.models import Rotation
from rotations.verbs.importing import answer_names, bring_in, keep_table

FORMAT = """
The table is CSV in UTF-8, its cells parted by comma, semicolon or tab, laid out in one of these ways:

  week,engineer,role,pipeline          one assignment a line
  Pipeline,Week 1,Week 2               weeks as columns; cells such as A / B, or with a column Role
  Engineer,2026-11-23,2026-11-30       weeks as columns; cells such as Profit (primary), Growth (secondary)
  Week,Profit,Growth                   weeks as rows

Weeks that have begun become served duty where nothing is published; later ones a draft plan, which is not published.
All of it or nothing is written.

--json prints one object:

  rotation, layout, weeks   what was read
  counts                    {kind: number} of the findings, as audit_rotation counts them
  served, drafted           how many shifts become served duty, how many assignments stand in the draft
  skipped, left_out         assignments left out by --map, and [{line, text}] that find no place
  broken                    how many assignments of the draft break a rule that always holds
  plan                      number of the draft, or null; is_written: false with --dry-run

Exit status 0 if all of it found a place, 1 if something is left out or breaks a rule, 2 if something can't be read.
"""


class Layout(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """Django's order of options, and the lines of FORMAT as they are written."""


class Command(BaseCommand):
    help = "Bring in a rota from elsewhere: past weeks as served duty, later ones as a draft plan."

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        return super().create_parser(*args, epilog=FORMAT, formatter_class=Layout, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="The table; - reads standard input.")
        parser.add_argument("--rotation", metavar="SLUG", help="Which rotation; needed where there are several.")
        parser.add_argument("--first-week", metavar="DAY", help="Day of the hand-off of the first numbered week.")
        parser.add_argument(
            "--map",
            metavar="NAME=MEANING",
            action="append",
            default=[],
            help="What an unknown name means: a username, a pipeline's slug, primary, secondary, or skip; repeatable.",
        )
        parser.add_argument("--by", metavar="USERNAME", help="In whose name it is written.")
        parser.add_argument("--dry-run", action="store_true", help="Only say what it would do.")
        parser.add_argument("--json", action="store_true", help="Print JSON instead of text.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = _run(options, timezone.now())
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages), returncode=2) from None
        except DatabaseError as error:
            reason = str(error).splitlines()[0]
            raise CommandError(f"The database can't be used ({reason}); run manage.py migrate.", returncode=2) from None
        self.stdout.write(json.dumps(found, indent=2) if options["json"] else _text(found))
        if found["left_out"] or found["broken"] or found["skipped"]:
            raise SystemExit(1)


def _run(options: dict[str, Any], at: dt.datetime) -> dict[str, Any]:
    rotation, by = _rotation(options["rotation"]), _author(options["by"])
    text = _text_of(options["file"])
    book = load_book(rotation, at)
    rota = read_text(text, book)
    names = _names(options["map"], reading_of(rota, book, {}), book)
    reading = reading_of(rota, book, names)
    _check_names(reading)
    first_week = _first_week(options["first_week"], reading)
    outcome = outcome_of(rotation, book, reading.rows(), first_week, at)
    plan = None
    if not options["dry_run"]:
        with transaction.atomic():
            kept = keep_table(rotation, _called(options["file"]), text, by=by, at=at)
            answer_names(kept, dict(reading.answers), first_week, by=by, at=at)
            plan = bring_in(kept, by=by, at=at).plan
    return _plain(rotation, reading, outcome, plan and plan.pk, is_written=not options["dry_run"])


def _rotation(slug: str | None) -> Rotation:
    rotations = {rotation.slug: rotation for rotation in Rotation.objects.all()}
    known = ", ".join(rotations) or "none"
    if slug is None and len(rotations) == 1:
        return next(iter(rotations.values()))
    if slug is None:
        raise CommandError(f"Say which rotation with --rotation; there are {known}.", returncode=2)
    if slug not in rotations:
        raise CommandError(f"--rotation {slug!r}: there is no such rotation; known: {known}.", returncode=2)
    return rotations[slug]


def _author(username: str | None) -> Engineer | None:
    if username is None:
        return None
    found = Engineer.objects.active().filter(username=username).first()
    if found is None:
        raise CommandError(f"--by {username!r}: nobody active has this username.", returncode=2)
    return found


def _text_of(file: str) -> str:
    try:
        if file == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(file).open("rb") as table:
                data = table.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise CommandError(f"{_called(file)}: a table has at most {MAX_BYTES // 1024:,} KiB.", returncode=2)
        return decoded(data)
    except TableError as error:
        raise CommandError(f"{_called(file)}: {error}.", returncode=2) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CommandError(f"{file!r} can't be read: {reason}.", returncode=2) from None


def _called(file: str) -> str:
    return "standard input" if file == "-" else Path(file).name


def _names(given: list[str], reading: Reading, book: Book) -> dict[str, str]:
    """What --map says, by the keys of the names it is about."""
    questions = {folded(question.name): question for question in reading.questions}
    found = {}
    for pair in given:
        name, is_pair, means = pair.partition("=")
        question = questions.get(folded(name))
        if not is_pair or question is None:
            asked = ", ".join(one.name for one in reading.questions) or "none"
            raise CommandError(f"--map {pair!r}: write NAME=MEANING for a name that is asked: {asked}.", returncode=2)
        found[question.key] = _meant(means, question.kind, book, pair)
    return found


def _meant(means: str, kind: str, book: Book, pair: str) -> str:
    if means == SKIP or kind == "role":
        return means
    keys = {names[-1]: str(id_) for id_, names in book.called[kind].items()}
    if means not in keys:
        known = ", ".join(sorted(keys)[:20])
        raise CommandError(f"--map {pair!r}: there is no {kind} {means!r}; known: {known}.", returncode=2)
    return keys[means]


def _check_names(reading: Reading) -> None:
    asked = [question for question in reading.questions if question.key not in reading.answers]
    if asked:
        words = "; ".join(f"{one.kind} {one.name!r} (line {one.line})" for one in asked[:20])
        raise CommandError(f"Say with --map NAME=MEANING what these mean: {words}.", returncode=2)


def _first_week(text: str | None, reading: Reading) -> dt.date | None:
    if not reading.asks_first_week:
        return None
    if text is None:
        raise CommandError("Weeks are numbers: say with --first-week on which day the first begins.", returncode=2)
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--first-week {text!r}: write a day such as 2026-11-23.", returncode=2) from None


def _plain(
    rotation: Rotation, reading: Reading, outcome: Outcome, plan: int | None, *, is_written: bool
) -> dict[str, Any]:
    return {
        "rotation": rotation.slug,
        "layout": reading.rota.layout,
        "weeks": [week.isoformat() for week in outcome.audit.weeks if isinstance(week, dt.date)],
        "pipeline_weeks": len(outcome.audit.pipeline_weeks),
        "fully_covered": outcome.audit.covered,
        "counts": {kind.value: number for kind, number in outcome.audit.counts().items()},
        "served": len(outcome.served),
        "drafted": outcome.drafted_count,
        "skipped": reading.skipped,
        "left_out": [{"line": one.line, "text": one.words} for one in outcome.left_out],
        "broken": len(outcome.drafted.edits) if outcome.drafted else 0,
        "plan": plan,
        "is_written": is_written,
    }


def _text(found: dict[str, Any]) -> str:
    verb = "written" if found["is_written"] else "nothing is written"
    lines = [
        f"{found['rotation']}: {len(found['weeks'])} weeks read with {found['layout']}; {verb}.",
        f"{found['served']:6}  shifts of weeks that have begun, served",
        f"{found['drafted']:6}  assignments in a draft plan" + (f" (plan {found['plan']})" if found["plan"] else ""),
        f"{found['broken']:6}  of them break a rule and are marked in it",
        f"{found['skipped']:6}  assignments left out by --map",
        *(f"line {one['line']}: {one['text']}" for one in found["left_out"]),
    ]
    return "\n".join(lines)
