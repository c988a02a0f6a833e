"""Publishing as a whole: few statements, all or nothing under kill -9, and one winner where two are at it."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rotations.domain.coverage import edges, stand
from rotations.domain.spans import Span
from rotations.loads.publishing import publish_listing
from rotations.loads.roster import load_roster
from rotations.models import ConfirmedGap, Cover, Message, Plan, Shift, TimeOffRequest
from rotations.verbs.drafts import edit_cell
from rotations.verbs.planning import ask_plan, solve_plan
from rotations.verbs.publishing import publish_plan
from rotations.verbs.time_off import approve, request_time_off
from tests.factories import at, make_engineer, make_pipeline, make_rotation
from tests.rotations.test_drafts import cell, free
from tests.source import ROOT

FIRST = dt.date(2026, 11, 30)


@pytest.fixture
def large(cast, monday):
    """A draft of 52 weeks of five pipelines; made by hand, as solving it is not what is measured."""
    people = [cast.a, cast.b, cast.c, cast.d]
    pipelines = [make_pipeline(f"Pipeline {n}", owners=(cast.a, cast.b), trained=people[2:]) for n in range(5)]
    rotation = make_rotation("Large", members=people, managers=[cast.manager], pipelines=pipelines)
    plan = ask_plan(rotation, FIRST, 52, by=cast.manager, at=monday)
    weeks = [FIRST + dt.timedelta(weeks=n) for n in range(52)]
    plan.answer = {
        "assignments": [
            {
                "unit": unit["id"],
                "week": week.isoformat(),
                "primary": str(people[(n + u) % 4].pk),
                "secondary": str(people[(n + u + 1) % 4].pk),
            }
            for n, week in enumerate(weeks)
            for u, unit in enumerate(plan.problem["units"])
        ],
        "open": [],
        "changed": [],
    }
    plan.state = Plan.State.DRAFT
    plan.save()
    return plan


def test_a_year_of_five_pipelines_is_published_in_twenty_statements(large, cast, monday):
    with CaptureQueriesContext(connection) as asked:
        publish_plan(large, by=cast.manager, at=monday)
    assert (Shift.objects.filter(plan=large).count(), Shift.history.count()) == (520, 520)
    assert len(asked) <= 20, "\n".join(query["sql"][:120] for query in asked)


def test_publishing_takes_as_many_statements_for_many_changes_as_for_one(large, cast, monday):
    publish_plan(large, by=cast.manager, at=monday)
    counts = []
    for swapped in (1, 200):
        plan = ask_plan(large.rotation, FIRST, 52, by=cast.manager, at=monday)
        rows = [dict(row) for row in large.answer["assignments"]]
        for row in rows[-swapped:]:
            row["primary"], row["secondary"] = row["secondary"], row["primary"]
        plan.answer, plan.state = {**large.answer, "assignments": rows}, Plan.State.DRAFT
        plan.save()
        with CaptureQueriesContext(connection) as asked:
            publish_plan(plan, by=cast.manager, at=monday)
        counts.append(len(asked))
        large.answer["assignments"] = rows
    assert counts[0] == counts[1] <= 20


# --- what is confirmed


@pytest.fixture
def gapped(team, cast, monday):
    plan = solve_plan(ask_plan(team.rotation, FIRST, 4, by=cast.manager, at=monday))
    return edit_cell(plan, cell(team), None, by=cast.manager, at=monday)


def test_a_gap_is_published_only_by_who_confirms_it_and_is_kept_with_the_reason(team, cast, monday, gapped):
    [gap] = publish_listing(gapped, team.rotation).gaps
    for refused in ({"confirmed": [gap.key], "by": None}, {"confirmed": ["other"], "by": cast.manager}):
        with pytest.raises(ValidationError, match="confirm each gap"):
            publish_plan(gapped, at=monday, **refused)
    assert not Shift.objects.filter(plan=gapped).exists()
    publish_plan(gapped, by=cast.manager, at=monday, confirmed=[gap.key], reason="We hire in December.")
    kept = ConfirmedGap.objects.get()
    assert (kept.rotation, kept.unit, kept.role, kept.starts_at, kept.ends_at) == (
        team.rotation,
        team.on_profit,
        "primary",
        at("2026-12-07 09:00"),
        at("2026-12-14 09:00"),
    )
    assert (kept.by, kept.at, kept.reason) == (cast.manager, monday, "We hire in December.")
    assert Shift.objects.filter(plan=gapped).count() == 15


def test_what_changed_since_the_list_was_drawn_is_not_published_blindly(team, cast, monday):
    publish_plan(solve_plan(ask_plan(team.rotation, FIRST, 4, by=cast.manager, at=monday)), by=cast.manager, at=monday)
    plan = solve_plan(ask_plan(team.rotation, FIRST, 4, by=cast.manager, at=monday))
    place = cell(team, "2026-12-21")
    plan = edit_cell(plan, place, free(plan, place), by=cast.manager, at=monday)
    seen = publish_listing(plan, team.rotation).digest
    [change] = publish_listing(plan, team.rotation).changes
    Cover.objects.create(
        shift=change.before,
        engineer=cast.administrator,
        replaces=change.before.engineer,
        starts_at=at("2026-12-22 00:00"),
        ends_at=at("2026-12-23 00:00"),
        decided_at=monday,
    )
    with pytest.raises(ValidationError, match="changed while you looked"):
        publish_plan(plan, by=cast.manager, at=monday, seen=seen)
    now = publish_listing(plan, team.rotation)
    assert len(now.ended) == 1
    assert len(publish_plan(plan, by=cast.manager, at=monday, seen=now.digest)) == 1


# --- kill -9

STEPS = ("_place", "cover_planned", "_confirm", "_supersede", "tell", "audit_soon")
KILLED = """
import datetime as dt, os, signal, sys
import django
django.setup()
from pipelines.models import Engineer
from rotations.models import Plan
from rotations.verbs import publishing
step, plan, manager = sys.argv[1:]
if step:
    done = getattr(publishing, step)
    def killed(*args, **kwargs):
        done(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)
    setattr(publishing, step, killed)
at = dt.datetime(2026, 11, 23, 10, tzinfo=dt.timezone.utc)
publishing.publish_plan(Plan.objects.get(pk=plan), by=Engineer.objects.get(pk=manager), at=at)
"""


def publish_in_another_process(plan, manager, step: str = "") -> int:
    """The exit status of a process of its own that publishes, and is killed behind a step."""
    settings = connection.settings_dict
    url = f"sqlite:///{settings['NAME']}"
    if connection.vendor == "postgresql":
        host = settings["HOST"].replace("/", "%2F")
        port = f":{settings['PORT']}" if settings["PORT"] else ""
        url = f"postgresql://{settings['USER']}:{settings['PASSWORD']}@{host}{port}/{settings['NAME']}"
        options = "&".join(f"{key}={value}" for key, value in settings["OPTIONS"].items() if isinstance(value, str))
        url += f"?{options}" if options else ""
    environment = os.environ | {
        "DATABASE_URL": url,
        "SECRET_KEY": "only-for-the-tests-" * 4,
        "DJANGO_SETTINGS_MODULE": "oncall_portal.settings",
    }
    command = [sys.executable, "-c", KILLED, step, str(plan.pk), str(manager.pk)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr[-2000:]
    return done.returncode


def everything() -> SimpleNamespace:
    return SimpleNamespace(
        shifts=list(Shift.objects.order_by("pk").values_list("pk", "engineer", "version", "plan")),
        covers=list(Cover.objects.order_by("pk").values_list("pk", "ended_at")),
        versions=Shift.history.count(),
        plans=list(Plan.objects.order_by("pk").values_list("pk", "state")),
        told=Message.objects.count(),
    )


@pytest.mark.django_db(transaction=True)
def test_kill_9_in_the_middle_leaves_the_old_plan_whole_and_the_next_try_the_new(team, cast, monday):
    publish_plan(solve_plan(ask_plan(team.rotation, FIRST, 4, by=cast.manager, at=monday)), by=cast.manager, at=monday)
    plan = solve_plan(ask_plan(team.rotation, FIRST, 6, by=cast.manager, at=monday))
    place = cell(team, "2026-12-21")
    plan = edit_cell(plan, place, free(plan, place), by=cast.manager, at=monday)
    before = everything()
    for step in STEPS:
        assert publish_in_another_process(plan, cast.manager, step) == -signal.SIGKILL
        assert everything() == before, step
    assert publish_in_another_process(plan, cast.manager) == 0
    assert Shift.objects.filter(plan=plan).count() == 2 * 2 * 2 + 1
    assert dict(everything().plans)[plan.pk] == Plan.State.PUBLISHED


# --- two at once


def at_once(*verbs) -> list[str]:
    """Do all of them at the same moment, each in a thread of its own; the refusals."""
    start, refused = threading.Barrier(len(verbs)), []

    def run(verb):
        try:
            start.wait(timeout=20)
            verb()
        except ValidationError as error:
            refused.append(" ".join(error.messages))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(verb,)) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return refused


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_wins_and_the_other_is_told_who(team, cast, monday):
    drafts = [solve_plan(ask_plan(team.rotation, FIRST, 4, by=cast.manager, at=monday)) for _ in range(2)]
    later = monday + dt.timedelta(minutes=5)
    second = make_engineer("Second manager")
    refused = at_once(
        lambda: publish_plan(drafts[0], by=cast.manager, at=later),
        lambda: publish_plan(drafts[1], by=second, at=later),
    )
    winner = Plan.objects.get(state=Plan.State.PUBLISHED)
    assert len(refused) == 1
    assert refused[0].startswith("Duty, owners, members or time off changed since this plan was made: plan again.")
    assert refused[0].endswith(f" {winner.published_by} published plan {winner.pk} meanwhile.")
    assert set(Shift.objects.filter(starts_at__gte=at("2026-11-30 09:00")).values_list("plan", flat=True)) == {
        winner.pk
    }


@pytest.mark.django_db(transaction=True)
def test_an_approval_against_a_publish_never_leaves_who_is_away_on_duty(team, cast, monday):
    plan = solve_plan(ask_plan(team.rotation, FIRST, 4, by=cast.manager, at=monday))
    holder = plan.answer["assignments"][2]["primary"]
    engineer = next(one for one in (cast.a, cast.b, cast.c, cast.d) if str(one.pk) == holder)
    week = dt.date.fromisoformat(plan.answer["assignments"][2]["week"])
    request = request_time_off(
        engineer, week + dt.timedelta(days=1), week + dt.timedelta(days=2), "vacation", by=engineer, at=monday
    )
    later = monday + dt.timedelta(minutes=5)
    refused = at_once(
        lambda: publish_plan(plan, by=cast.manager, at=later),
        lambda: approve(request, by=cast.manager, at=later),
    )
    approved = TimeOffRequest.objects.get(pk=request.pk).state == TimeOffRequest.State.APPROVED
    published = Plan.objects.get(pk=plan.pk).state == Plan.State.PUBLISHED
    assert approved or published
    assert len(refused) == [approved, published].count(False)
    if published:
        window = Span(at("2026-11-30 09:00"), at("2026-12-28 09:00"))
        roster = load_roster(window)
        stands = [stand(roster, unit, piece) for unit in roster.units for piece in window.cut(edges(roster, unit))]
        assert not [row for row in stands if row.is_gap or row.is_clash]
