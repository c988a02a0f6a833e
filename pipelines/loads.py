"""Reading the catalogue: each function in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass

from django.db.models import Prefetch

from .models import Engineer, Ownership, Pipeline, Runbook


@dataclass(frozen=True)
class CatalogueRow:
    """A pipeline as one line of the list."""

    name: str
    url: str
    area: str
    area_position: int
    audience: str
    primary: Engineer | None
    secondary: Engineer | None
    has_runbook: bool
    reviewed_on: dt.date | None


def catalogue(day: dt.date) -> list[CatalogueRow]:
    """Pipelines in service by area, with the owners of that local day. Two queries."""
    owners = Ownership.objects.on(day).select_related("primary", "secondary")
    found = Pipeline.objects.for_pages().select_related("runbook")
    return [_row(pipeline) for pipeline in found.prefetch_related(Prefetch("ownerships", owners, "owners_now"))]


def _row(pipeline: Pipeline) -> CatalogueRow:
    owners = next(iter(pipeline.owners_now), None)
    runbook = getattr(pipeline, "runbook", None)
    return CatalogueRow(
        name=pipeline.name,
        url=pipeline.get_absolute_url(),
        area=pipeline.area.name,
        area_position=pipeline.area.position,
        audience=pipeline.audience.name,
        primary=owners and owners.primary,
        secondary=owners and owners.secondary,
        has_runbook=runbook is not None,
        reviewed_on=runbook and runbook.reviewed_on,
    )


def runbook_of(pipeline: Pipeline) -> Runbook | None:
    """The runbook with all its texts, ready for the page; None while nobody wrote one. Three queries."""
    found = Runbook.objects.filter(pipeline=pipeline).select_related("reviewed_by")
    return found.prefetch_related("failure_modes", "key_actions").first()


def runbook_version(runbook: Runbook | None) -> str:
    """The identity of a runbook's whole text: the same text is the same version, whoever wrote it wherever."""
    if runbook is None:
        return "none"
    modes = [(row.pk, row.name, row.description) for row in runbook.failure_modes.all()]
    actions = [(row.pk, row.text) for row in runbook.key_actions.all()]
    text = json.dumps([runbook.purpose, modes, actions])
    return hashlib.sha256(text.encode()).hexdigest()
