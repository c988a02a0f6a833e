"""The weeks I would like to have, or not to have."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from ..domain.wishes import too_many_unwanted
from ..forms.wishes import WishesForm
from ..loads.wishes import WishSheet, wish_sheets
from ..verbs.wishes import set_wishes


def wishes(request: HttpRequest) -> HttpResponse:
    """The weeks to come of my rotations, each wanted, unwanted or neither; one rotation is saved at a time."""
    at = timezone.now()
    sheets = wish_sheets(request.user, at)
    form = None
    if request.method == "POST":
        sheet = next((one for one in sheets if one.rotation.slug == request.POST.get("rotation")), None)
        if sheet is None:
            raise Http404
        form = WishesForm(request.POST, days=[week.day for week in sheet.weeks])
        if form.is_valid() and _kept(request, sheet, form):
            return redirect("rotations:wishes")
    context = {"sheets": sheets, "form": form}
    return render(request, "rotations/wishes.html", context, status=422 if form else 200)


def _kept(request: HttpRequest, sheet: WishSheet, form: WishesForm) -> bool:
    """Whether the wishes were saved; a refusal is put on the form."""
    try:
        changed = set_wishes(sheet.rotation, request.user, form.wishes, by=request.user, at=timezone.now())
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    after = [form.wishes.get(week.day, week.wish) for week in sheet.weeks]
    counts = f"{after.count(True)} wanted, {after.count(False)} unwanted"
    messages.success(request, f"Saved for {sheet.rotation}: {counts}." if changed else "Nothing was changed.")
    if words := too_many_unwanted(after):
        messages.warning(request, words)
    return True
