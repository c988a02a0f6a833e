"""Pages that bring a table in: send it, say what its names mean, look at what it does, bring it in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from pipelines.tables import paginate

from ..forms import NamesForm, TableForm
from ..loads.audit import loads_of_people
from ..loads.horizon import next_handoff
from ..loads.import_preview import preview_of
from ..loads.imports import Book, Reading, imports_of, load_book, outcome_of, read_text, reading_of
from ..models import RotaImport, Rotation
from ..tables import ImportTable
from ..verbs.importing import answer_names, bring_in, keep_table


def imports(request: HttpRequest, slug: str) -> HttpResponse:
    """The form that takes a table, and those that were brought in before."""
    rotation = _managed(request, slug)
    form = TableForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        try:
            return redirect(keep_table(rotation, sent["source"], sent["text"], by=request.user, at=timezone.now()))
        except ValidationError as refusal:
            form.refuse(refusal)
    table = ImportTable(imports_of(rotation))
    paginate(table, request, 20)
    context = {"rotation": rotation, "form": form, "table": table}
    return render(request, "rotations/imports.html", context, status=422 if form.errors else 200)


def table(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What the names of a table mean, and, where that is known, what bringing it in would do."""
    rotation = _managed(request, slug)
    found = get_object_or_404(RotaImport.objects.select_related("rotation", "plan"), rotation=rotation, pk=pk)
    if found.done_at:
        return render(request, "rotations/import_done.html", {"rotation": rotation, "table": found})
    at = timezone.now()
    try:
        book = load_book(rotation, at)
        reading = reading_of(read_text(found.text, book), book, found.names)
        sent = (request.POST,) if request.method == "POST" else ()
        first_week = found.first_week or next_handoff(rotation, at)
        form = NamesForm(*sent, reading=reading, book=book, first_week=first_week)
        if form.is_valid():
            answer_names(found, form.answers, form.cleaned_data.get("first_week"), by=request.user, at=at)
            return redirect(found)
    except ValidationError as refusal:
        return _refused(request, rotation, found, refusal)
    context = {"rotation": rotation, "table": found, "reading": reading, "form": form}
    context |= _preview(found, rotation, book, reading, at) if not form.is_bound else {}
    return render(request, "rotations/import.html", context, status=422 if form.errors else 200)


def _preview(found: RotaImport, rotation: Rotation, book: Book, reading: Reading, at: dt.datetime) -> dict[str, Any]:
    """What it would do, or in words why that cannot be said; nothing while there is something to ask."""
    if not reading.is_complete or (reading.asks_first_week and not found.first_week):
        return {}
    try:
        outcome = outcome_of(rotation, book, reading.rows(), found.first_week, at)
    except ValidationError as refusal:
        return {"refusal": " ".join(refusal.messages)}
    counts = [(number, kind.counted(number)) for kind, number in outcome.audit.counts().items()]
    return {
        "preview": preview_of(outcome, rotation, at),
        "found": outcome.audit,
        "counts": counts,
        "weeks": outcome.audit.wrong_by_week(most=200),
        "left_out": max(len(outcome.audit.wrong) - 200, 0),
        "loads": loads_of_people(outcome.audit.loads),
    }


@require_POST
def do(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Bring a table in, as it was shown."""
    rotation = _managed(request, slug)
    found = get_object_or_404(RotaImport.objects.select_related("rotation"), rotation=rotation, pk=pk)
    try:
        done = bring_in(found, by=request.user, at=timezone.now(), seen=request.POST.get("seen", ""))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("rotations:imports", slug) if refusal_is(refusal, "gone") else redirect(found)
    messages.success(request, "Brought in.")
    return redirect(done.plan or done)


def refusal_is(refusal: ValidationError, code: str) -> bool:
    return getattr(refusal, "code", None) == code


def _refused(request: HttpRequest, rotation: Rotation, found: RotaImport, refusal: ValidationError) -> HttpResponse:
    """The table cannot be read any more, as names it is told apart by changed; or too many of them are unknown."""
    context = {"rotation": rotation, "table": found, "refusal": " ".join(refusal.messages)}
    return render(request, "rotations/import.html", context, status=422)


def _managed(request: HttpRequest, slug: str) -> Rotation:
    rotation = get_object_or_404(Rotation, slug=slug)
    if not request.user.has_perm("rotations.import_table", rotation):
        raise Http404
    return rotation
