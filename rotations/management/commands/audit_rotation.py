"""`manage.py audit_rotation`: what is wrong with a rotation in the next 90 days, or with a table of assignments."""

from __future__ import annotations

import json
import sys
from argparse import RawDescriptionHelpFormatter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, zip_longest
from pathlib import Path
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter
from django.db import DatabaseError
from django.utils import timezone

from rotations.domain import standing
from rotations.domain.audit import Audit, Finding, PipelineWeek, Portfolio, audit
from rotations.domain.audit_table import MAX_BYTES, Row, TableError, Week, decoded, parse_table
from rotations.domain.standing import Watched, standing_audit
from rotations.domain.wording import span_text
from rotations.loads.audit import load_portfolio
from rotations.loads.standing import load_watched
from rotations.loads.standing_json import standing_json
from rotations.models import Rotation

FORMAT = """
Without FILE the rotation itself is audited as it is published, for the next 90 days: gaps, thin time and clashes with
their causes, weeks that are not planned, contacts, requests that would leave a gap, owners, runbooks, idle covers.
What a manager acknowledged stays listed and is no open finding; neither is an owner who is away alone.

--json then prints one object, instants in UTC:

  rotation        slug
  at, until       from when until when was looked
  open            how many findings are open; acknowledged: how many are left so knowingly
  counts          {kind: number} of what is not acknowledged; a gap with a cause counts under both
  findings        [{kind, causes, text, starts_at, ends_at, within_72_hours, is_open, unit, role, engineers [username],
                  pipelines [slug], acknowledged {by, at, reason} or null, mend {words, url}}], worst first

With FILE, a table is audited.

The table is CSV in UTF-8, its cells parted by comma, semicolon or tab, below a header in any order:

  week,engineer,role,pipeline
  1,A,primary,Aggregate profit

  week      a number, or a day that names the week: 2026-11-23
  engineer  short name, username or name; a member, an owner or somebody trained
  role      primary or secondary
  pipeline  name or slug

Every pipeline of the rotation is checked in every week of the table, against its owners of today.

--json prints one object:

  rotation        slug
  weeks           [week]: a number or a day, as in the table
  pipeline_weeks  how many there are; fully_covered: those with one primary and one secondary, two people
  counts          {kind: number} for no_primary, no_secondary, nobody (in both of these too), two_primaries,
                  two_secondaries, clash, not_an_owner, repeated
  findings        [{week, pipeline, kind, role, engineers [username], lines [number], text}]
  loads           {username: {tokens, primary_weeks, secondary_weeks, weeks}}

Exit status 0 if nothing is open, 1 with findings, 2 if something can't be read, with one line that says what.
"""


Result = TypeVar("Result")


class Layout(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """Django's order of options, and the lines of FORMAT as they are written."""


class Command(BaseCommand):
    help = "Audit a rotation's next 90 days, or a table of assignments. Stores nothing."

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        return super().create_parser(*args, epilog=FORMAT, formatter_class=Layout, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", nargs="?", help="A table; - reads standard input.")
        parser.add_argument("--rotation", metavar="SLUG", help="Which rotation; needed where there are several.")
        parser.add_argument("--json", action="store_true", help="Print JSON instead of text.")

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = self._audit_table(options) if options["file"] else self._audit_rotation(options)
        if wrong:
            raise SystemExit(1)

    def _audit_rotation(self, options: dict[str, Any]) -> bool:
        rotation = readable(lambda: _rotation(options["rotation"]))
        watched = readable(lambda: load_watched(rotation, timezone.now()))
        found = standing_audit(watched)
        if options["json"]:
            self.stdout.write(json.dumps(standing_json(rotation, watched, found), indent=2))
        else:
            self.stdout.write("\n".join(_standing_lines(rotation, watched, found)))
        return any(one.is_open for one in found)

    def _audit_table(self, options: dict[str, Any]) -> bool:
        data = _bytes(options["file"])
        rotation, portfolio = _portfolio(options["rotation"])
        found = audit(_rows(options["file"], data, portfolio), portfolio)
        if options["json"]:
            self.stdout.write(json.dumps(_plain(rotation, found), indent=2))
        else:
            self.stdout.write("\n".join(_lines(rotation, found)))
        return bool(found.wrong)


def readable(read: Callable[[], Result]) -> Result:
    """What is read from the database, or one clear line where that cannot be."""
    try:
        return read()
    except DatabaseError as error:
        reason = str(error).splitlines()[0]
        raise CommandError(
            f"The database can't be read ({reason}); run manage.py migrate first.", returncode=2
        ) from None


def _portfolio(slug: str | None) -> tuple[Rotation, Portfolio]:
    rotation = readable(lambda: _rotation(slug))
    portfolio = readable(lambda: load_portfolio(rotation, timezone.now()))
    if not portfolio.pipelines:
        raise CommandError(f"Rotation {rotation.slug} has no pipelines yet; give it units first.", returncode=2)
    return rotation, portfolio


def _rotation(slug: str | None) -> Rotation:
    rotations = {rotation.slug: rotation for rotation in Rotation.objects.all()}
    known = ", ".join(rotations)
    if not rotations:
        raise CommandError("There is no rotation in the database yet; run manage.py seed, or make one.", returncode=2)
    if slug is None and len(rotations) > 1:
        raise CommandError(f"Say which rotation with --rotation; there are {known}.", returncode=2)
    if slug is not None and slug not in rotations:
        raise CommandError(f"--rotation {slug!r}: there is no such rotation; known: {known}.", returncode=2)
    return rotations[slug] if slug else next(iter(rotations.values()))


def _rows(file: str, data: bytes, portfolio: Portfolio) -> tuple[Row, ...]:
    try:
        return parse_table(decoded(data), portfolio.engineer_names(), portfolio.pipeline_names())
    except TableError as error:
        raise CommandError(f"{_called(file)}: {error}.", returncode=2) from None


def _called(file: str) -> str:
    return "standard input" if file == "-" else file


def _bytes(file: str) -> bytes:
    try:
        if file == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(file).open("rb") as table:
                data = table.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CommandError(f"{file!r} can't be read: {reason}.", returncode=2) from None
    if len(data) > MAX_BYTES:
        raise CommandError(f"{_called(file)}: a table has at most {MAX_BYTES // 1024:,} KiB.", returncode=2)
    return data


def _lines(rotation: Rotation, found: Audit) -> Iterator[str]:
    yield f"{rotation}: {found.summary}"
    yield from (f"{number:6}  {kind.counted(number)}" for kind, number in found.counts().items())
    width = max(len(one.pipeline.name) for one in found.pipeline_weeks)
    for week, wrong in found.wrong_by_week():
        yield f"\n{week}"
        for one in wrong:
            for name, words in zip_longest([one.pipeline.name], _words(one.findings), fillvalue=""):
                yield f"  {name:{width}}  {words}"
    width = max(len("Engineer"), *(len(load.engineer.name) for load in found.loads))
    yield f"\n{'Engineer':{width}}  tokens  primary weeks  secondary weeks  weeks with a role"
    for load in found.loads:
        yield (
            f"{load.engineer.name:{width}}  {load.tokens:6}  {load.primary_weeks:13}  {load.secondary_weeks:15}"
            f"  {load.weeks:17}"
        )


def _standing_lines(rotation: Rotation, watched: Watched, found: Sequence[standing.Finding]) -> Iterator[str]:
    zone = rotation.time_zone
    number = sum(one.is_open for one in found)
    yield f"{rotation}: {number or 'no'} open finding{'' if number == 1 else 's'} in the next 90 days (times in {zone})"
    for heading, rows in _sections(watched, found):
        yield f"\n{heading}"
        for one in rows:
            yield f"  {one.sentence}" + (f", {span_text(one.span, zone)}" if one.span else "")


def _sections(watched: Watched, found: Sequence[standing.Finding]) -> Iterator[tuple[str, list[standing.Finding]]]:
    near = [one for one in found if one.is_open and standing.is_within(one, watched.now)]
    if near:
        yield "Now and within 72 hours", near
    for kind, rows in groupby(found, key=lambda one: one.kind):
        listed = [one for one in rows if one.confirmed is None and one not in near]
        if listed:
            yield kind.words, listed
    if left := [one for one in found if one.confirmed is not None]:
        yield "Acknowledged", left


def _words(findings: Iterable[Finding]) -> Iterator[str]:
    return (f"{finding.text} ({finding.place})" if finding.place else finding.text for finding in findings)


def _plain(rotation: Rotation, found: Audit) -> dict[str, Any]:
    names = {load.engineer.id: load.engineer.key for load in found.loads}
    return {
        "rotation": rotation.slug,
        "weeks": [_week(week) for week in found.weeks],
        "pipeline_weeks": len(found.pipeline_weeks),
        "fully_covered": found.covered,
        "counts": {kind.value: number for kind, number in found.counts().items()},
        "findings": [_finding(one, finding, names) for one in found.wrong for finding in one.findings],
        "loads": {
            load.engineer.key: {
                "tokens": load.tokens,
                "primary_weeks": load.primary_weeks,
                "secondary_weeks": load.secondary_weeks,
                "weeks": load.weeks,
            }
            for load in found.loads
        },
    }


def _finding(one: PipelineWeek, finding: Finding, names: dict[int, str]) -> dict[str, Any]:
    return {
        "week": _week(one.week),
        "pipeline": one.pipeline.key,
        "kind": finding.kind.value,
        "role": finding.role,
        "engineers": [names[engineer] for engineer in finding.engineers],
        "lines": list(finding.lines),
        "text": finding.text,
    }


def _week(week: Week) -> int | str:
    return week if isinstance(week, int) else week.isoformat()
