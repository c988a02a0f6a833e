"""Writes: a table from elsewhere becomes served shifts for the past and a draft for what lies ahead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from simple_history.utils import bulk_create_with_history

from pipelines.models import Engineer

from ..domain.audit_table import MAX_BYTES
from ..domain.rota_plan import Slot
from ..loads.basis import basis_of
from ..loads.imports import Outcome, load_book, outcome_of, read_text, reading_of
from ..loads.planning import calendar_for
from ..models import Message, Plan, RotaImport, Rotation, Shift, Unit
from .auditing import audit_soon
from .covers import save
from .messages import queue_message

CHANGED = "What it would do changed while you looked: here it is again."


@transaction.atomic
def keep_table(rotation: Rotation, source: str, text: str, *, by: Engineer | None, at: dt.datetime) -> RotaImport:
    """Keep a table that can be read, so that its names can be looked up; whoever brings another drops their last.

    Raises ValidationError with line, column and mend for what can't be read.
    """
    if len(text.encode()) > MAX_BYTES:
        raise ValidationError({"table": f"A table has at most {MAX_BYTES // 1024:,} KiB."})
    read_text(text, load_book(rotation, at))
    RotaImport.objects.filter(rotation=rotation, made_by=by, done_at=None).delete()
    return RotaImport.objects.create(rotation=rotation, source=source[:200], text=text, made_by=by, made_at=at)


@transaction.atomic
def answer_names(
    table: RotaImport, names: Mapping[str, str], first_week: dt.date | None, *, by: Engineer | None, at: dt.datetime
) -> RotaImport:
    """Note what names of a table mean, and the day of its first week."""
    table = _open(table)
    table.names = {**table.names, **names}
    table.first_week = first_week or table.first_week
    table.save(update_fields=["names", "first_week"])
    return table


@transaction.atomic
def bring_in(table: RotaImport, *, by: Engineer | None, at: dt.datetime, seen: str | None = None) -> RotaImport:
    """Write past and running weeks as served shifts where nothing is published, and make a draft of the rest.

    All of it or nothing. `seen` is the digest of what a page showed. Raises ValidationError where a name means nothing
    yet, where it was done already, and where what it would do changed.
    """
    rotation = Rotation.objects.select_for_update().get(pk=table.rotation_id)
    table = _open(table)
    found = outcome_for(table, rotation, at)
    if seen is not None and seen != found.digest:
        raise ValidationError(CHANGED, code="changed")
    if not found.served and not found.drafted_count:
        raise ValidationError("Nothing of it is new: all of it is published already, or left out.")
    _serve(found.served, table, rotation, by, at)
    table.plan = _make_plan(found, rotation, by, at)
    table.served, table.done_by, table.done_at = len(found.served), by, at
    table.save(update_fields=["plan", "served", "done_by", "done_at"])
    audit_soon(rotation, at)
    return table


def outcome_for(table: RotaImport, rotation: Rotation, at: dt.datetime) -> Outcome:
    """What a kept table would do. ValidationError where a name of it means nothing yet."""
    book = load_book(rotation, at)
    reading = reading_of(read_text(table.text, book), book, table.names)
    if not reading.is_complete:
        raise ValidationError("Some names of the table mean nothing yet: say what they are first.", code="names")
    return outcome_of(rotation, book, reading.rows(), table.first_week, at)


def _open(table: RotaImport) -> RotaImport:
    found = RotaImport.objects.select_for_update().filter(pk=table.pk).first()
    if found is None:
        raise ValidationError("This table was replaced by another: bring it again.", code="gone")
    if found.done_at:
        raise ValidationError("This table was brought in already.", code="done")
    return found


def _serve(slots: Iterable[Slot], table: RotaImport, rotation: Rotation, by: Engineer | None, at: dt.datetime) -> None:
    calendar = calendar_for(rotation)
    rows, running = [], []
    for slot in slots:
        span = calendar.week_span(slot.week)
        row = Shift(
            unit_id=slot.unit,
            engineer_id=slot.engineer,
            role=slot.role,
            starts_at=span.start,
            ends_at=span.end,
            changed_at=at,
        )
        rows.append(row)
        running += [row] if at < span.end else []
    if rows:
        reason = f"served, as in {table.source}"[:100]
        bulk_create_with_history(rows, Shift, default_user=by, default_change_reason=reason, default_date=at)
        _tell(running, table, rotation, at)


def _tell(running: Iterable[Shift], table: RotaImport, rotation: Rotation, at: dt.datetime) -> None:
    """Who has duty of the week that is running by the table learns it; the past is no news."""
    mine: dict[int, list[Shift]] = {}
    for row in running:
        mine.setdefault(row.engineer_id, []).append(row)
    units = dict(Unit.objects.filter(rotation=rotation).values_list("pk", "name")) if mine else {}
    for engineer in Engineer.objects.filter(pk__in=mine):
        lines = [f"- {row.role} of {units[row.unit_id]}" for row in mine[engineer.pk]]
        text = "\n".join([f"By a table that was brought in, you have duty in {rotation} this week:", "", *lines])
        key = f"import-{table.pk}"
        queue_message(engineer, Message.Kind.NOTICE, key, f"Your duty in {rotation} this week", text, at)


def _make_plan(found: Outcome, rotation: Rotation, by: Engineer | None, at: dt.datetime) -> Plan | None:
    if found.drafted is None or found.problem is None or not found.drafted_count:
        return None
    problem, drafted = found.problem, found.drafted
    made = {"by": by.pk if by else None, "at": at.isoformat()}
    plan = Plan(
        rotation=rotation,
        state=Plan.State.DRAFT,
        mode=Plan.Mode.REPAIR if problem.published else Plan.Mode.FIRST,
        first_week=problem.start,
        weeks=problem.weeks,
        problem=found.problem_json,
        basis=basis_of(rotation, problem.start, problem.weeks),
        answer=drafted.answer,
        edits=[{**edit, **made} for edit in drafted.edits],
        pins=drafted.pins,
        asked_by=by,
        asked_at=at,
    )
    save(plan, by)
    return plan
