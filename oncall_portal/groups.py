"""What managers and administrators may do in the admin: one table, given to the groups after every migrate."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from pipelines.models import Engineer

OUR_APPS = ["pipelines", "rotations", "incidents"]

# Managers see everything of ours and change what planning and the catalogue need; whose request they may decide on
# is the business of rotations/rights.py. What only the portal itself writes nobody is given a right to change.
MANAGERS_CHANGE = {
    "pipelines": ["pipeline", "ownership", "training", "runbook", "failuremode", "keyaction"],
    "rotations": ["membership", "companyday", "timeoffrequest"],
}
ADMINISTRATORS_ALSO = Q(content_type__app_label="auth", content_type__model="group", codename__startswith="view")


def give_rights(app_config: AppConfig, **kwargs: object) -> None:
    """Make the groups' permissions equal to the table (signal receiver of post_migrate)."""
    ours = Permission.objects.filter(content_type__app_label__in=OUR_APPS)
    managers = Q(codename__startswith="view_") | Q(
        codename__in=["decide_timeoffrequest", "change_rotation", "add_ledgerentry"]
    )
    for app, models in MANAGERS_CHANGE.items():
        for model in models:
            managers |= Q(
                content_type__app_label=app,
                codename__in=[f"add_{model}", f"change_{model}", f"delete_{model}"],
            )
    _group(Engineer.MANAGERS).permissions.set(ours.filter(managers))
    everything = Permission.objects.filter(Q(content_type__app_label__in=OUR_APPS) | ADMINISTRATORS_ALSO)
    _group(Engineer.ADMINISTRATORS).permissions.set(everything)
    ContentType.objects.clear_cache()


def _group(name: str) -> Group:
    return Group.objects.get_or_create(name=name)[0]
