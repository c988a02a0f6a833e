"""Jobs whose process is gone are given back, three times at most."""

import datetime as dt
import time

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from oncall_portal.jobs import JobChildren, fail_lost_plans, reap_jobs
from rotations.models import Plan
from rotations.pager import beat
from rotations.tasks import make_plan
from rotations.verbs.planning import cancel_plan

NOW = dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC)


def job(*workers: str, status: str = "RUNNING") -> DBTaskResult:
    return DBTaskResult.objects.create(
        status=status,
        args_kwargs={"args": [], "kwargs": {}},
        task_path="rotations.tasks.make_plan",
        worker_ids=list(workers),
        backend_name="default",
        run_after=get_date_max(),
        started_at=NOW,
    )


def status(one: DBTaskResult) -> str:
    one.refresh_from_db()
    return one.status


@pytest.mark.parametrize(
    ("workers", "expected"),
    [
        (["me.0.aaa"], "RUNNING"),
        (["me.0.bbb"], "READY"),
        (["me.0.bbb", "me.0.aaa"], "RUNNING"),
        (["cycling.0.ccc"], "RUNNING"),
        (["stale.0.ddd"], "READY"),
        (["never-seen.0.eee"], "READY"),
        (["somebodysownworker"], "RUNNING"),
        (["stale.0.1", "stale.0.2", "stale.0.3"], "FAILED"),
    ],
)
def test_a_job_is_given_back_when_its_process_is_gone(workers, expected, db):
    beat("cycling", NOW - dt.timedelta(seconds=59))
    beat("stale", NOW - dt.timedelta(seconds=61))
    one = job(*workers)
    reaped = reap_jobs("me", {"me.0.aaa"}, NOW)
    assert (status(one), reaped) == (expected, int(expected != "RUNNING"))


def test_a_job_lost_three_times_fails_in_words(db):
    one = job("me.0.1", "me.0.2", "me.0.3")
    reap_jobs("me", frozenset(), NOW)
    one.refresh_from_db()
    assert one.exception_class_path == "oncall_portal.jobs.LostJobError"
    assert "its process was killed 3 times" in one.traceback


def test_jobs_that_wait_or_are_done_are_left_alone(db):
    rest = [job("me.0.1", status=status) for status in ("READY", "SUCCESSFUL", "FAILED")]
    assert reap_jobs("me", frozenset(), NOW) == 0
    assert [status(one) for one in rest] == ["READY", "SUCCESSFUL", "FAILED"]


def test_another_engine_of_jobs_brings_its_own_workers(settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    assert JobChildren("me", 2).slots == []


@pytest.mark.django_db(transaction=True)
def test_a_child_that_dies_is_replaced_and_its_job_given_back(monkeypatch, tmp_path):
    sleeper = tmp_path / "sleeper.py"
    sleeper.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr("oncall_portal.jobs.worker_command", lambda worker_id: ["python3", str(sleeper)])
    children = JobChildren("me", 1)
    try:
        children.tend(timezone.now())
        [first] = children.alive
        one = job(first)
        children.slots[0].process.kill()
        children.slots[0].process.wait()
        children.tend(timezone.now())
        [second] = children.alive
        assert (status(one), second != first) == ("READY", True)
        children.slots[0].process.kill()
        children.slots[0].process.wait()
        children.tend(timezone.now())
        assert children.alive == frozenset()  # a child that keeps dying rests, longer each time
    finally:
        before = time.monotonic()
        children.stop(timezone.now())
    assert time.monotonic() - before < 5


def test_children_that_never_start_neither_stop_the_pager_nor_rest_longer_than_a_minute(db, monkeypatch, caplog):
    monkeypatch.setattr("oncall_portal.jobs.worker_command", lambda worker_id: ["/nowhere/python"])
    children, now = JobChildren("me", 1), NOW
    rests = []
    for _ in range(80):
        children.tend(now)
        rests.append(children.slots[0].rests_until - now)
        now = children.slots[0].rests_until
    assert children.alive == frozenset()
    assert [rest.seconds for rest in rests[:7]] == [0, 2, 6, 14, 30, 60, 60]
    assert max(rests) == dt.timedelta(minutes=1)


def plan_of(team, **fields) -> Plan:
    return Plan.objects.create(rotation=team.rotation, first_week=NOW.date(), weeks=1, **{"asked_at": NOW} | fields)


def job_of(plan: Plan, status: str, *workers: str) -> DBTaskResult:
    one = job(*workers, status=status)
    one.args_kwargs = {"args": [plan.pk], "kwargs": {}}
    one.finished_at = NOW if status in ("FAILED", "SUCCESSFUL") else None
    one.save()
    return one


def test_a_plan_whose_job_was_lost_three_times_fails_in_words(team):
    plan = plan_of(team)
    job_of(plan, "RUNNING", "me.0.1", "me.0.2", "me.0.3")
    JobChildren("me", 0).tend(NOW)
    plan.refresh_from_db()
    assert plan.state == "failed"
    assert plan.failure == "The process that made this plan ended before it was done: ask for it again."


@pytest.mark.parametrize(
    ("job_status", "minutes", "expected"),
    [
        ("READY", 600, "asked"),
        ("RUNNING", 600, "asked"),
        ("FAILED", 1, "failed"),
        (None, 59, "asked"),
        (None, 61, "failed"),
    ],
)
def test_a_plan_that_nobody_makes_any_more_ends_in_sight(team, job_status, minutes, expected):
    """Without a job it is made by a terminal, which has an hour."""
    plan, other = plan_of(team), plan_of(team)
    job_of(other, "READY")
    if job_status:
        job_of(plan, job_status, "somebodysownworker")
    fail_lost_plans(NOW + dt.timedelta(minutes=minutes))
    plan.refresh_from_db()
    other.refresh_from_db()
    assert (plan.state, other.state) == (expected, "asked")


@pytest.mark.django_db(transaction=True)
def test_cancelling_a_plan_ends_the_child_that_makes_it_and_no_other(team, cast, monkeypatch, tmp_path):
    sleeper = tmp_path / "sleeper.py"
    sleeper.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr("oncall_portal.jobs.worker_command", lambda worker_id: ["python3", str(sleeper)])
    children = JobChildren("me", 2)
    try:
        children.tend(timezone.now())
        busy, other = (slot.worker_id for slot in children.slots)
        plan = plan_of(team)
        one = job_of(plan, "RUNNING", busy)
        children.tend(timezone.now())
        assert children.alive == {busy, other}
        cancel_plan(plan, by=cast.manager, at=timezone.now())
        children.tend(timezone.now())
        assert children.alive == {other}
        assert status(one) == "READY"  # whoever takes it next sees at once that nobody waits for it
        make_plan.call(plan.pk)
        children.tend(timezone.now())
        assert len(children.alive) == 2
    finally:
        children.stop(timezone.now())
