"""Pages of rotations: all of them, and one with its rules, members and units."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from pipelines.tables import paginate

from ..loads.idle import idle_in
from ..loads.offers import repair_offer
from ..loads.overrides import overrides_ahead
from ..loads.rotations import coming_units, members_of, rotations_by_name, rule_changes, staffed_units
from ..models import Rotation
from ..tables import RotationTable

CHANGES_SHOWN = 20


def rotations(request: HttpRequest) -> HttpResponse:
    """Every rotation, by name."""
    table = RotationTable(rotations_by_name(timezone.now()))
    paginate(table, request)
    return render(request, "rotations/rotations.html", {"table": table})


def rotation(request: HttpRequest, slug: str) -> HttpResponse:
    """One rotation: its rules in words, who is in it, what it staffs, and to who runs it what was changed."""
    at = timezone.now()
    rows = Rotation.objects.select_related("audit_run").prefetch_related("managers")
    found = get_object_or_404(rows, slug=slug)
    may_change = request.user.has_perm("rotations.change_rules", found)
    zone = timezone.get_current_timezone()
    changes = rule_changes(found, zone) if may_change else []
    members = members_of(found, at)
    context = {
        "rotation": found,
        "members": members,
        "is_member": any(member.engineer_id == request.user.pk for member in members),
        "units": staffed_units(found, at),
        "coming": coming_units(found, at),
        "may_change": may_change,
        "last_audit": getattr(found, "audit_run", None) if may_change else None,
        "overrides": overrides_ahead(found, at, zone),
        "idle": idle_in(found, at),
        "may_override": request.user.has_perm("rotations.override", found),
        "changes": changes[:CHANGES_SHOWN],
        "more_changes": len(changes) > CHANGES_SHOWN,
        "today": at.astimezone(found.time_zone).date(),
        "offer": repair_offer(found, at) if request.user.has_perm("rotations.publish_plan", found) else (),
    }
    return render(request, "rotations/rotation.html", context)
