"""Who may do what to the catalogue: plain predicates, asked as `user.has_perm(name, thing)`."""

import rules
from django.utils import timezone

from .models import Engineer, Pipeline


@rules.predicate
def is_administrator(user: Engineer) -> bool:
    """Runs the portal."""
    return user.is_superuser or user.groups.filter(name=Engineer.ADMINISTRATORS).exists()


@rules.predicate
def is_manager(user: Engineer) -> bool:
    """May approve for the rotations that name them."""
    return user.groups.filter(name=Engineer.MANAGERS).exists()


@rules.predicate
def owns_pipeline(user: Engineer, pipeline: Pipeline) -> bool:
    """Is one of today's two owners."""
    today = timezone.localdate()
    return any(user.pk in (row.primary_id, row.secondary_id) for row in pipeline.ownerships.on(today))


rules.add_perm("pipelines.edit_runbook", owns_pipeline | is_manager | is_administrator)
