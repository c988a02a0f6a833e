"""Pages of incidents. Everybody signed in may report and act: who is awake helps."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from pipelines.models import Pipeline
from pipelines.tables import paginate

from . import forms, verbs
from .filters import IncidentFilter
from .loads import incident_page, sla_by_severity
from .models import Incident
from .tables import IncidentTable


def incidents(request: HttpRequest) -> HttpResponse:
    """All incidents, what needs an answer first."""
    at = timezone.now()
    shown = IncidentFilter(request.GET, Incident.objects.for_pages().by_need())
    table = IncidentTable(shown.qs, at=at)
    paginate(table, request)
    status = 200 if shown.form.is_valid() else 422
    return render(request, "incidents/incidents.html", {"table": table, "form": shown.form}, status=status)


def new(request: HttpRequest) -> HttpResponse:
    """Report an incident; `?pipeline=slug` chooses one beforehand."""
    chosen = _chosen_pipeline(request)
    form = forms.ReportForm(request.POST or None, initial={"pipeline": chosen}, sla=sla_by_severity(chosen))
    if request.method == "POST" and form.is_valid() and (reported := _reported(request, form)):
        messages.success(request, f"Reported as #{reported.pk}. Who is on call is being paged.")
        return redirect(reported)
    status = 422 if request.method == "POST" else 200
    return render(request, "incidents/new.html", {"form": form, "chosen": chosen}, status=status)


def _chosen_pipeline(request: HttpRequest) -> Pipeline | None:
    if slug := request.GET.get("pipeline"):
        chosen = Pipeline.objects.for_pages().filter(slug=slug).first()
        if chosen is None:
            raise Http404(f"There is no pipeline {slug} in service.")
        return chosen
    return None


def _reported(request: HttpRequest, form: forms.ReportForm) -> Incident | None:
    try:
        return verbs.report(**form.cleaned_data, by=request.user, at=timezone.now())
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return None


def incident(request: HttpRequest, number: int) -> HttpResponse:
    """One incident: its clocks, what can be done, its timeline, the runbook, and who is called."""
    return _page(request, _incident(number))


@require_POST
def acknowledge(request: HttpRequest, number: int) -> HttpResponse:
    done = "It is yours: the response clock has stopped and nobody else is paged."
    return _act(request, number, verbs.acknowledge, forms.AcknowledgeForm(request.POST), done)


@require_POST
def note(request: HttpRequest, number: int) -> HttpResponse:
    return _act(request, number, verbs.add_note, forms.NoteForm(request.POST), "Your note is in the timeline.")


@require_POST
def severity(request: HttpRequest, number: int) -> HttpResponse:
    done = "Both clocks are counted anew from the opening."
    return _act(request, number, verbs.change_severity, forms.SeverityForm(request.POST), done)


@require_POST
def mitigate(request: HttpRequest, number: int) -> HttpResponse:
    done = "Mitigated. The resolution clock runs on until the data is right."
    return _act(request, number, verbs.mitigate, forms.MitigateForm(request.POST), done)


@require_POST
def resolve(request: HttpRequest, number: int) -> HttpResponse:
    done = "Resolved. It can be opened again for 30 minutes."
    return _act(request, number, verbs.resolve, forms.ResolveForm(request.POST), done)


@require_POST
def reopen(request: HttpRequest, number: int) -> HttpResponse:
    done = "Open again: the resolution clock runs on and paging starts anew."
    return _act(request, number, verbs.reopen, forms.ReopenForm(request.POST), done)


def _act(request: HttpRequest, number: int, verb: Callable[..., object], form: BaseForm, done: str) -> HttpResponse:
    """Do one verb with what its form says; what is refused shows the page again, with the reason."""
    found = _incident(number)
    if form.is_valid():
        try:
            verb(found, *form.cleaned_data.values(), by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, done)
            return redirect(found)
    return _page(request, _incident(number), form, status=422)


def _incident(number: int) -> Incident:
    found = Incident.objects.for_pages().select_related("opened_by", "resolved_by").filter(pk=number).first()
    if found is None:
        raise Http404(f"There is no incident {number}.")
    return found


def _page(request: HttpRequest, found: Incident, refused: BaseForm | None = None, status: int = 200) -> HttpResponse:
    page = incident_page(found, timezone.now())
    offered = {
        "note": forms.NoteForm(auto_id="note-%s"),
        "mitigate": forms.MitigateForm(auto_id="mitigate-%s"),
        "resolve": forms.ResolveForm(auto_id="resolve-%s"),
        "reopen": forms.ReopenForm(auto_id="reopen-%s"),
        "severity": forms.SeverityForm(auto_id="severity-%s", initial={"severity": found.severity}),
    }
    for name, form in offered.items():
        if isinstance(refused, type(form)):
            offered[name] = refused
    return render(
        request, "incidents/incident.html", {"page": page, "forms": offered, "refused": refused}, status=status
    )
