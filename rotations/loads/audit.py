"""Reads what a table of assignments is held against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import chain

from pipelines.models import Engineer, Ownership, Pipeline

from ..domain.audit import Load, Named, Portfolio
from ..domain.roster import Owners, Role
from ..domain.spans import DAY
from ..models import Membership, Rotation, UnitPipeline


def load_portfolio(rotation: Rotation, at: dt.datetime) -> Portfolio:
    """A rotation's pipelines, their owners in force on its local day, and everybody who may stand in its table.

    Those are members, owners, and who is trained on one of the pipelines: short names are seldom unique in a company.
    """
    today = at.astimezone(rotation.time_zone).date()
    places = UnitPipeline.objects.in_days(today, today + DAY).filter(unit__rotation=rotation)
    pipelines = Pipeline.objects.for_pages().filter(pk__in=places.values("pipeline"))
    owners = Ownership.objects.on(today).filter(pipeline__in=pipelines).select_related("primary", "secondary")
    members = Membership.objects.in_days(today, today + DAY).filter(rotation=rotation).select_related("engineer")
    trained = Engineer.objects.filter(trainings__pipeline__in=pipelines).distinct()
    owning = chain.from_iterable((row.primary, row.secondary) for row in owners)
    people = {*(row.engineer for row in members), *owning, *trained}
    return Portfolio(
        engineers={
            engineer.pk: engineer_named(engineer) for engineer in sorted(people, key=lambda one: (str(one), one.pk))
        },
        pipelines={pipeline.pk: Named(pipeline.pk, pipeline.name, pipeline.slug) for pipeline in pipelines},
        owners={row.pipeline_id: Owners(row.primary_id, row.secondary_id) for row in owners},
        members=frozenset(row.engineer_id for row in members),
        weights={Role.PRIMARY: rotation.primary_weight, Role.SECONDARY: rotation.secondary_weight},
    )


def engineer_named(engineer: Engineer) -> Named:
    """Somebody by every name that a table may use."""
    return Named(engineer.pk, str(engineer), engineer.username, engineer.letters)


def loads_of_people(loads: Sequence[Load]) -> list[tuple[Engineer, Load]]:
    """Loads beside whose they are, for pages."""
    engineers = Engineer.objects.in_bulk([load.engineer.id for load in loads])
    return [(engineers[load.engineer.id], load) for load in loads]
