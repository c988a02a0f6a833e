"""Reads: whether the plan in force is worth a repair, and why."""

from __future__ import annotations

import datetime as dt

from ..domain.basis import Basis, shortened
from ..models import Plan, Rotation
from .basis import basis_of, changed_words


def repair_offer(rotation: Rotation, at: dt.datetime) -> tuple[str, ...]:
    """What changed since the plan in force was made that a repair could answer, in words: approved time off on duty,
    who joined or left, new pipelines and owners. Seven queries; three more where something did."""
    plan = rotation.plans.filter(state=Plan.State.PUBLISHED).defer("problem", "answer").first()
    if plan is None or not plan.basis:
        return ()
    now = basis_of(rotation, plan.first_week, plan.weeks)
    return shortened(changed_words(rotation, _ahead(plan.basis, at), _ahead(now, at)))


def _ahead(basis: Basis, at: dt.datetime) -> Basis:
    """A basis without absences that are over."""
    return {**basis, "absences": [row for row in basis["absences"] if dt.datetime.fromisoformat(row[2]) > at]}
