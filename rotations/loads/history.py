"""Reads: the changes of a thing, from the versions that simple-history keeps of it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Field, ForeignKey, Model, QuerySet
from django.utils.text import capfirst
from simple_history.utils import get_m2m_reverse_field_name

from ..domain.changes import Change, Kind, Version, changes
from ..domain.wording import day_text, moment_text

KINDS = {"+": Kind.ADDED, "~": Kind.CHANGED, "-": Kind.REMOVED}
# what the portal counts for itself, and what names a version and not the thing
SILENT = frozenset({"id", "version", "changed_at"})
# what a thing is called by in a list of changes, the first field it has
NAMED_BY = ("name", "engineer", "pipeline", "day")
NEWEST = 300

Names = Mapping[type[Model], Mapping[int, str]]


def changes_of(instance: Model, zone: ZoneInfo, hidden: Iterable[str] = ()) -> list[Change]:
    """Who changed which field of a row, when, from what to what; newest first, instants in a reader's zone.

    `hidden` names fields that this reader must not see. A fixed number of queries: the versions, and one for each
    kind of row that its fields name.
    """
    return changes_in([instance.history.all()], zone, hidden)


def changes_in(histories: Iterable[QuerySet], zone: ZoneInfo, hidden: Iterable[str] = ()) -> list[Change]:
    """The same for many rows: `Membership.history.filter(rotation=...)` holds also those that were removed.

    Of each history the newest 300 versions count, so that an old row costs no more than a young one.
    """
    versions = [
        version for rows in histories for version in _versions(rows, zone, SILENT.union(hidden)) if version is not None
    ]
    return changes(versions)


def _versions(rows: QuerySet, zone: ZoneInfo, hidden: frozenset[str]) -> list[Version]:
    model = rows.model.instance_type
    records = list(rows.select_related("history_user").order_by("-history_date", "-history_id")[:NEWEST])
    fields = [field for field in rows.model.tracked_fields if field.name not in hidden]
    lists = _lists(records)
    names = _names(records, fields, lists)
    return [_version(record, model, fields, lists, names, zone) for record in records]


def _version(
    record: Any, model: type[Model], fields: Sequence[Field], lists: Mapping[Field, Any], names: Names, zone: ZoneInfo
) -> Version:
    values = {field.name: _words(field, record, names, zone) for field in fields}
    called = next((values[name] for name in NAMED_BY if name in values), "")
    several = {
        str(field.verbose_name): ", ".join(
            sorted(_name(names, field.related_model, one) for one in found.get(record.history_id, ()))
        )
        or "none"
        for field, found in lists.items()
    }
    return Version(
        key=(model._meta.label, getattr(record, model._meta.pk.attname)),
        number=record.history_id,
        name=f"{capfirst(model._meta.verbose_name)} {called}".strip(),
        kind=KINDS[record.history_type],
        at=record.history_date,
        who=str(record.history_user or ""),
        values={**{str(field.verbose_name): values[field.name] for field in fields}, **several},
        why=record.history_change_reason or "",
    )


def _lists(records: Sequence[Any]) -> dict[Field, dict[int, list[int]]]:
    """Rows that a field of many names, by field and version."""
    found: dict[Field, dict[int, list[int]]] = {}
    for field in records[0]._history_m2m_fields if records else ():
        through = getattr(records[0], field.name).model
        other = f"{get_m2m_reverse_field_name(field)}_id"
        found[field] = defaultdict(list)
        for version, row in through.objects.filter(history__in=records).values_list("history_id", other):
            found[field][version].append(row)
    return found


def _names(records: Sequence[Any], fields: Sequence[Field], lists: Mapping[Field, Mapping[int, list[int]]]) -> Names:
    wanted: dict[type[Model], set[int]] = defaultdict(set)
    for field in fields:
        if isinstance(field, ForeignKey):
            wanted[field.related_model] |= {getattr(record, field.attname) for record in records} - {None}
    for field, found in lists.items():
        wanted[field.related_model] |= {row for rows in found.values() for row in rows}
    return {model: {row.pk: str(row) for row in _named(model, keys)} for model, keys in wanted.items() if keys}


def _named(model: type[Model], keys: set[int]) -> QuerySet:
    # a row's name may be made of the rows it belongs to
    related = [field.name for field in model._meta.fields if isinstance(field, ForeignKey) and not field.null]
    return model._base_manager.filter(pk__in=keys).select_related(*related)


def _name(names: Names, model: type[Model], key: int) -> str:
    return names.get(model, {}).get(key, "somebody or something removed since")


def _words(field: Field, record: Any, names: Names, zone: ZoneInfo) -> str:
    value = getattr(record, field.attname)
    if value is None or value == "":
        return "none"
    if isinstance(field, ForeignKey):
        return _name(names, field.related_model, value)
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    return _plain(value, zone)


def _plain(value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return moment_text(value, zone)
    if isinstance(value, dt.date):
        return day_text(value)
    return f"{value:%H:%M}" if isinstance(value, dt.time) else str(value)
