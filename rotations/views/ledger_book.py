"""Pages on which managers book in the ledger: entries by hand, opening balances, who really was on duty."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from pipelines.models import Engineer
from pipelines.tables import paginate

from ..domain.audit_table import Names
from ..domain.opening_table import EXAMPLE
from ..forms import EntryForm, OpeningForm, ServedForm
from ..loads.ledger import entries_of
from ..loads.ledger_served import on_record, people_to_book
from ..models import Rotation, Shift
from ..tables import EntryTable
from ..verbs.ledger import add_ledger_entry, add_openings, correct_served


def entries(request: HttpRequest, slug: str) -> HttpResponse:
    """What was booked by hand, and for managers the form that books more."""
    rotation = get_object_or_404(Rotation, slug=slug)
    may_book = request.user.has_perm("rotations.book_ledger", rotation)
    if request.method == "POST" and not may_book:
        raise Http404
    at = timezone.now()
    form = EntryForm(request.POST or None, people=people_to_book(rotation, request.user), today=_today(rotation, at))
    if request.method == "POST" and form.is_valid() and _booked(request, rotation, form, at):
        return redirect("rotations:ledger_entries", slug)
    table = EntryTable(entries_of([rotation]), reader=request.user.pk, may_read=may_book)
    paginate(table, request, 50)
    context = {"rotation": rotation, "table": table, "form": form if may_book else None}
    return render(request, "rotations/ledger_entries.html", context, status=422 if form.errors else 200)


def openings(request: HttpRequest, slug: str) -> HttpResponse:
    """A table of opening balances: read and shown first, booked when it is sent again as it was shown."""
    rotation = _booking(request, slug)
    at = timezone.now()
    people = {person.pk: person for person in people_to_book(rotation, request.user)}
    names = Names.of((person.pk, (str(person), person.username, person.letters)) for person in people.values())
    form = OpeningForm(request.POST or None, names=names, today=_today(rotation, at))
    shown = form.is_valid()
    if shown and "book" in request.POST and _opened(request, rotation, form, at):
        return redirect("rotations:ledger_entries", slug)
    rows = form.cleaned_data["rows"] if shown and not form.errors else ()
    context = {
        "rotation": rotation,
        "form": form,
        "example": EXAMPLE,
        "rows": [(people[row.engineer], row) for row in rows],
    }
    return render(request, "rotations/ledger_openings.html", context, status=422 if form.errors else 200)


def served(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Who was on duty in one shift, and the form that corrects it."""
    rotation = _booking(request, slug)
    shift = get_object_or_404(Shift.objects.select_related("unit", "engineer"), pk=pk, unit__rotation=rotation)
    at, zone = timezone.now(), rotation.time_zone
    first = {"starts": shift.starts_at.astimezone(zone), "ends": min(shift.ends_at, at).astimezone(zone)}
    form = ServedForm(request.POST or None, people=people_to_book(rotation, request.user), zone=zone, initial=first)
    if request.method == "POST" and form.is_valid() and _corrected(request, shift, form, at):
        return redirect("rotations:ledger_served", slug, pk)
    context = {
        "rotation": rotation,
        "shift": shift,
        "form": form,
        "rows": on_record(shift),
        "has_begun": shift.starts_at < at,
    }
    return render(request, "rotations/ledger_served.html", context, status=422 if form.errors else 200)


def _booking(request: HttpRequest, slug: str) -> Rotation:
    """A rotation for who may book in its ledger; there is nothing to see for anybody else."""
    rotation = get_object_or_404(Rotation, slug=slug)
    if not request.user.has_perm("rotations.book_ledger", rotation):
        raise Http404
    return rotation


def _today(rotation: Rotation, at: dt.datetime) -> dt.date:
    return at.astimezone(rotation.time_zone).date()


def _booked(request: HttpRequest, rotation: Rotation, form: EntryForm, at: dt.datetime) -> bool:
    data: dict[str, Any] = dict(form.cleaned_data)
    engineer: Engineer = data.pop("engineer")
    try:
        add_ledger_entry(rotation, engineer, **data, by=request.user, at=at)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    messages.success(request, f"Booked; {engineer} is told.")
    return True


def _opened(request: HttpRequest, rotation: Rotation, form: OpeningForm, at: dt.datetime) -> bool:
    data = form.cleaned_data
    try:
        found = add_openings(rotation, data["rows"], reason=data["reason"], by=request.user, at=at)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    number = "1 opening balance" if len(found) == 1 else f"{len(found)} opening balances"
    messages.success(request, f"Booked: {number}. Everybody concerned is told.")
    return True


def _corrected(request: HttpRequest, shift: Shift, form: ServedForm, at: dt.datetime) -> bool:
    data = form.cleaned_data
    try:
        correct_served(shift, data["engineer"], data["span"], by=request.user, reason=data["reason"], at=at)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    messages.success(request, "Corrected: calendar and ledger say so now, and whoever it concerns is told.")
    return True
