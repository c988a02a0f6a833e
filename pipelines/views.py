"""Pages of the catalogue."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from .forms import (
    MOST_ROWS,
    SPARE_ROWS,
    AcceptInvitationForm,
    FailureModeLines,
    KeyActionLines,
    RunbookForm,
    runbook_initial,
)
from .loads import catalogue, runbook_of, runbook_version
from .models import Pipeline
from .tables import PipelineTable, paginate
from .verbs import InvitationGoneError, RunbookChangedError, accept_invitation, edit_runbook, open_invitation

SIGN_IN_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_safe
def pipelines(request: HttpRequest) -> HttpResponse:
    """Every pipeline in service, by area."""
    table = PipelineTable(catalogue(timezone.localdate()))
    paginate(table, request, 50)
    return render(request, "pipelines/pipelines.html", {"table": table})


@require_http_methods(["GET", "HEAD", "POST"])
def runbook(request: HttpRequest, slug: str) -> HttpResponse:
    """Edit a runbook: owners, managers and administrators only; others are shown nothing."""
    pipeline = get_object_or_404(Pipeline, slug=slug)
    if not request.user.has_perm("pipelines.edit_runbook", pipeline):
        raise Http404
    saved = runbook_of(pipeline)
    if request.method != "POST":
        return _runbook_page(request, pipeline, _runbook_forms(saved))
    more = request.POST.get("more")
    forms = _runbook_forms(saved, _with_spare_rows(request.POST, more))
    if more:
        return _runbook_page(request, pipeline, forms)
    valid = [form.is_valid() for form in forms.values()]  # asked of all three, so that each shows its errors
    if not all(valid):
        return _runbook_page(request, pipeline, forms, status=422)
    try:
        _save_runbook(request, pipeline, forms)
    except RunbookChangedError as changed:
        return _changed_meanwhile(request, pipeline, forms, changed)
    messages.success(request, f"The runbook of {pipeline} is saved.")
    return redirect(pipeline)


def _runbook_forms(saved, data: QueryDict | None = None) -> dict:
    start = runbook_initial(saved)
    text = {"purpose": start["purpose"], "seen": runbook_version(saved)}
    # With data the rows are what was sent: rows that somebody else added meanwhile are not rows of this form.
    return {
        "form": RunbookForm(data, initial=text),
        "failure_modes": FailureModeLines(data, prefix="modes", initial=None if data else start["failure_modes"]),
        "key_actions": KeyActionLines(data, prefix="actions", initial=None if data else start["key_actions"]),
    }


def _with_spare_rows(data: QueryDict, prefix: str | None) -> QueryDict:
    """What was sent, with empty rows at the end of the list whose button was pressed."""
    key = f"{prefix}-TOTAL_FORMS"
    count = data.get(key, "")
    if not count.isdecimal() or len(count) > len(str(MOST_ROWS)):
        return data
    data = data.copy()
    data[key] = str(int(count) + SPARE_ROWS)
    return data


def _save_runbook(request: HttpRequest, pipeline: Pipeline, forms: dict) -> None:
    edit_runbook(
        pipeline,
        purpose=forms["form"].cleaned_data["purpose"],
        failure_modes=forms["failure_modes"].lines(),
        key_actions=forms["key_actions"].lines(),
        reviewed=forms["form"].cleaned_data["reviewed"],
        seen=forms["form"].cleaned_data["seen"],
        by=request.user,
        at=timezone.now(),
    )


def _changed_meanwhile(
    request: HttpRequest, pipeline: Pipeline, forms: dict, changed: RunbookChangedError
) -> HttpResponse:
    """What the writer typed, beside what is saved now; saving again replaces that."""
    saved = runbook_of(pipeline)
    data = request.POST.copy()
    data["seen"] = runbook_version(saved)
    forms = {**forms, "form": RunbookForm(data)}
    return _runbook_page(request, pipeline, forms, status=409, changed=changed.messages[0], saved=saved)


def _runbook_page(request: HttpRequest, pipeline: Pipeline, forms: dict, status: int = 200, **more) -> HttpResponse:
    context = {"pipeline": pipeline, "changed": "", "saved": None, **forms, **more}
    return render(request, "pipelines/runbook.html", context, status=status)


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Make the account that an invitation is for, and sign in."""
    answer = _invitation(request, token, timezone.now())
    # The address is the secret, kept from other sites. No stricter: without any referrer browsers send the form with
    # "Origin: null", which is refused as forged.
    answer["Referrer-Policy"] = "same-origin"
    return answer


def _invitation(request: HttpRequest, token: str, at) -> HttpResponse:
    try:
        found = open_invitation(token, at)
        form = AcceptInvitationForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            names = {name: form.cleaned_data[name] for name in ("username", "name", "password")}
            login(request, accept_invitation(token, **names, at=at), backend=SIGN_IN_BACKEND)
            messages.success(request, "Your account is made. This page answers who is on call.")
            return redirect("now")
    except InvitationGoneError:
        return render(request, "pipelines/invitation_gone.html", status=404)
    except ValidationError as refused:
        form.add_error(None, refused)
    status = 422 if form.is_bound else 200
    return render(request, "pipelines/invitation.html", {"invitation": found, "form": form}, status=status)
