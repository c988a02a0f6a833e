"""Pages of rotations: all of them, and one with its rules, members and units."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from pipelines.tables import paginate

from ..loads.offers import repair_offer
from ..loads.rotations import members_of, rotations_by_name, staffed_units
from ..models import Rotation
from ..tables import RotationTable


def rotations(request: HttpRequest) -> HttpResponse:
    """Every rotation, by name."""
    table = RotationTable(rotations_by_name(timezone.now()))
    paginate(table, request)
    return render(request, "rotations/rotations.html", {"table": table})


def rotation(request: HttpRequest, slug: str) -> HttpResponse:
    """One rotation: its rules in words, who is in it, and what it staffs."""
    at = timezone.now()
    found = get_object_or_404(Rotation.objects.prefetch_related("managers"), slug=slug)
    context = {
        "rotation": found,
        "members": members_of(found, at),
        "units": staffed_units(found, at),
        "today": at.astimezone(found.time_zone).date(),
        "offer": repair_offer(found, at) if request.user.has_perm("rotations.publish_plan", found) else (),
    }
    return render(request, "rotations/rotation.html", context)
