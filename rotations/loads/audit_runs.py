"""Reads: what the last standing audits found, for who manages the rotations."""

from __future__ import annotations

from django.db.models import QuerySet

from pipelines.models import Engineer

from ..models import AuditRun


def open_audits(manager: Engineer) -> QuerySet[AuditRun]:
    """The last audits of the rotations somebody manages that found something to mend, what presses first."""
    found = AuditRun.objects.filter(rotation__managers=manager, open_count__gt=0)
    return found.select_related("rotation").order_by("-urgent_count", "rotation__name")
