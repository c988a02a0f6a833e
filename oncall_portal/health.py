"""Health: is the process there, can it serve, does a pager work. No sign-in, no cookies, nothing secret."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rotations.pager import is_alive


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; it asks nobody else."""
    return _plain("ok")


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers and knows every table the code needs."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return _plain("the database does not answer", 503)
    if waiting:
        return _plain(f"{len(waiting)} migrations are not applied: run manage.py migrate", 503)
    return _plain("ok")


@login_not_required
@require_safe
@never_cache
def pager(request: HttpRequest) -> HttpResponse:
    """Some pager finished a full cycle within the last minute."""
    try:
        alive = is_alive(timezone.now())
    except DatabaseError:
        return _plain("the database does not answer", 503)
    if not alive:
        return _plain("no pager finished a cycle within 60 seconds: start manage.py pager", 503)
    return _plain("ok")


def _plain(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
