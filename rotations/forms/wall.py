"""Wall times as people type them: read in somebody's zone only when it is known which end of a span they are."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError

from ..domain.spans import instant


class WallTimeField(forms.Field):
    """A day and a time without a zone. Django's own field would refuse the hour that comes twice or never."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    default_error_messages = {
        "required": "Choose a day and a time.",
        "invalid": "Write a day and a time as 2026-11-26T14:30.",
        "year": "Use a year from 2000 to 2100.",
    }

    def to_python(self, value: Any) -> dt.datetime | None:
        if not value or isinstance(value, dt.datetime):
            return value or None
        try:
            wall = dt.datetime.fromisoformat(str(value).strip())
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if wall.tzinfo is not None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if not 2000 <= wall.year <= 2100:
            raise ValidationError(self.error_messages["year"], code="year")
        return wall


def starts(wall: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The instant of a start: the first occurrence of its wall time (design.md, Time)."""
    return instant(wall.date(), wall.time(), zone)


def ends(wall: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The instant of an end: the last occurrence of its wall time."""
    return instant(wall.date(), wall.time(), zone, last=True)
