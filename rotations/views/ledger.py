"""Pages of the ledger: of one rotation or of all, of everybody or of one engineer, and as files for pay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from pipelines.models import Engineer
from pipelines.tables import paginate

from ..domain.counts import Account
from ..domain.ledger_periods import Period, marks_of
from ..domain.spans import UTC
from ..forms import LedgerForm
from ..loads.ledger import Days, Ledgers, entries_of, first_day, last_day, load_ledgers
from ..loads.ledger_files import CSV_TYPE, XLSX_TYPE, as_csv, as_xlsx
from ..loads.ledger_pieces import sections
from ..loads.ledger_rows import ledger_table, ledger_view
from ..models import Rotation
from ..tables import LedgerTable

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Choice:
    """A link to the same page over another period, or over this one."""

    name: str
    url: str
    is_current: bool


@require_safe
def ledger(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Everybody's accounts over a period; everything it shows is in its address."""
    at = timezone.now().astimezone(UTC)
    rotations, form, refused = _asked(request, slug, at)
    if refused:
        return refused
    days = _days(form)
    found = load_ledgers(rotations, days.last, at)
    if form.cleaned_data["format"]:
        return _file(form.cleaned_data["format"], slug or "all", found, days, at)
    said = found.statement_of_all(days, at)
    view = ledger_view(found, said, days, at, request.user)
    table = LedgerTable(view.rows, address=request.path, query=_period_of(request))
    paginate(table, request, PER_PAGE)
    context = {**_context(rotations, slug, form, days, request), "view": view, "table": table}
    return render(request, "rotations/ledger.html", context)


@require_safe
def pieces(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """The duty behind one engineer's numbers, account by account."""
    at = timezone.now().astimezone(UTC)
    rotations, form, refused = _asked(request, slug, at)
    engineer = get_object_or_404(Engineer, pk=pk)
    if refused:
        return refused
    days, asked = _days(form), form.cleaned_data
    found = load_ledgers(rotations, days.last, at)
    said = found.statement_of_all(days, at)
    may_book = bool(slug) and request.user.has_perm("rotations.book_ledger", rotations[0])
    entries = entries_of(rotations, engineer)
    if not may_book and engineer != request.user:
        for entry in entries:
            entry.reason = "reason for the engineer and managers"
    only = Account(asked["account"]) if asked["account"] else None
    planned = asked["of"] == "planned"
    context = {
        **_context(rotations, slug, form, days, request),
        "engineer": engineer,
        "line": said.lines.get(engineer.pk),
        "sections": sections(found, engineer, days, at, entries, planned=planned, only=only),
        "openings": [entry for entry in entries if entry.kind == entry.Kind.OPENING and entry.day <= days.last],
        "only": only,
        "planned": planned,
        "may_book": may_book and engineer != request.user,
    }
    return render(request, "rotations/ledger_pieces.html", context)


def _asked(
    request: HttpRequest, slug: str, at: dt.datetime
) -> tuple[Sequence[Rotation], LedgerForm, HttpResponse | None]:
    """Which rotations and days an address asks for; a page that names what it gets wrong."""
    rotations = [get_object_or_404(Rotation, slug=slug)] if slug else list(Rotation.objects.all())
    today = at.astimezone(rotations[0].time_zone).date() if slug else timezone.localdate(at)
    known = first_day(rotations, at), last_day(rotations, at)
    form = LedgerForm(request.GET, today=today, known=known)
    if form.is_valid():
        return rotations, form, None
    context = {"refusals": form.refusals, "back": request.path}
    return rotations, form, render(request, "rotations/ledger_refused.html", context, status=400)


def _days(form: LedgerForm) -> Days:
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    return Days(first, last, marks_of(first, last))


def _context(
    rotations: Sequence[Rotation], slug: str, form: LedgerForm, days: Days, request: HttpRequest
) -> dict[str, Any]:
    query = _period_of(request)
    return {
        "rotation": rotations[0] if slug else None,
        "form": form,
        "days": days,
        "query": query.urlencode(),
        "periods": [_period_link(request, form, period) for period in Period if period is not Period.DAYS],
        "may_book": bool(slug) and request.user.has_perm("rotations.book_ledger", rotations[0]),
    }


def _period_link(request: HttpRequest, form: LedgerForm, period: Period) -> Choice:
    """The same page over another period."""
    query = request.GET.copy()
    for name in {*query} - {"account", "of"}:
        del query[name]
    query["period"] = period.value
    return Choice(period.words, f"?{query.urlencode()}", form.cleaned_data["period"] == period.value)


def _period_of(request: HttpRequest) -> Any:
    """What of an address says the period."""
    query = request.GET.copy()
    for name in list(query):
        if name not in ("period", "since", "until") or not query[name]:
            del query[name]
    return query


def _file(kind: str, name: str, found: Ledgers, days: Days, at: dt.datetime) -> HttpResponse:
    rows = ledger_table(found, days, at)
    body, content_type = (as_csv(rows), CSV_TYPE) if kind == "csv" else (as_xlsx(rows), XLSX_TYPE)
    called = f"ledger-{name}-{days.first}-{days.last}.{kind}"
    return HttpResponse(
        body, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{called}"'}
    )
