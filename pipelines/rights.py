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


@rules.predicate
def reaches_account(user: Engineer, engineer: Engineer) -> bool:
    """Has every right that somebody has: whoever sets a password or an address can act as its owner."""
    if engineer.is_superuser:
        return user.is_superuser
    return user == engineer or is_administrator(user) or not (engineer.is_staff or engineer.groups.exists())


rules.add_perm("pipelines.change_account", reaches_account)
rules.add_perm("pipelines.edit_runbook", owns_pipeline | is_manager | is_administrator)
