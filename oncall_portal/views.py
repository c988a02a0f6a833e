"""The pages that join the apps."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from pipelines.models import Pipeline

from .now import now_page
from .pipeline import pipeline_page


def now(request: HttpRequest) -> HttpResponse:
    """Who is on call this minute, open incidents, my next duty, what waits for me."""
    return render(request, "now.html", {"page": now_page(request.user, timezone.now())})


def pipeline(request: HttpRequest, slug: str) -> HttpResponse:
    """One pipeline: its owners, present and next duty, runbook and incidents."""
    found = get_object_or_404(Pipeline.objects.select_related("area", "audience"), slug=slug)
    may_edit = request.user.has_perm("pipelines.edit_runbook", found)
    return render(request, "pipeline.html", {"page": pipeline_page(found, timezone.now()), "may_edit": may_edit})


def own_page(request: HttpRequest, key: str = "") -> HttpResponse:
    """An address has one home, the profile: a list of former ones beside it would go on to open the account."""
    return redirect("rotations:me")
