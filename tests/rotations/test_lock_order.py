"""The order of locks: rotation, then plan; whoever waits at a rotation holds nothing that its holder writes to."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from rotations.models import Cover, Plan, Rotation, Shift
from rotations.verbs.planning import ask_plan, solve_plan
from rotations.verbs.publishing import publish_plan
from rotations.verbs.time_off import approve, cancel, request_time_off

pytestmark = pytest.mark.django_db(transaction=True)
FIRST = dt.date(2026, 11, 30)


@contextmanager
def while_it_waits(rotation: Rotation, verb: Callable[[], object]) -> Iterator[None]:
    """Do something under the lock of a rotation at which `verb` waits meanwhile, in a thread of its own."""

    def run() -> None:
        try:
            verb()
        except ValidationError:
            pass
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    try:
        with transaction.atomic():
            Rotation.objects.select_for_update().get(pk=rotation.pk)
            thread.start()
            time.sleep(0.5)
            yield
    finally:
        thread.join(timeout=30)


def test_who_publishes_waits_at_the_rotation_before_the_plan_is_locked(team, cast, monday):
    plan = solve_plan(ask_plan(team.rotation, FIRST, 4, by=cast.manager, at=monday))
    nowait = connection.features.has_select_for_update_nowait
    with while_it_waits(team.rotation, lambda: publish_plan(plan, by=cast.manager, at=monday)):
        assert Plan.objects.select_for_update(nowait=nowait).get(pk=plan.pk).state == Plan.State.DRAFT
    assert Plan.objects.get().state == Plan.State.PUBLISHED


def test_who_decides_on_time_off_does_not_keep_who_publishes_from_covering_it(team, cast, monday):
    publish_plan(solve_plan(ask_plan(team.rotation, FIRST, 4, by=cast.manager, at=monday)), by=cast.manager, at=monday)
    day = dt.date(2027, 3, 1)
    request = request_time_off(cast.a, day, day, "vacation", by=cast.a, at=monday)
    request = approve(request, by=cast.manager, at=monday)
    shift = Shift.objects.filter(starts_at__gt=monday).first()
    with while_it_waits(team.rotation, lambda: cancel(request, by=cast.a, at=monday)):
        Cover.objects.create(
            shift=shift, time_off=request, starts_at=shift.starts_at, ends_at=shift.ends_at, decided_at=monday
        )
    request.refresh_from_db()
    assert request.state in ("cancelled", "cancelling")
