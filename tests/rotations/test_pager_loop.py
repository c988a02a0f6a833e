"""The loop: one failing act stops nothing and rests; workers say that they live."""

import datetime as dt

import pytest
from django.db import OperationalError, ProgrammingError

from rotations.models import Worker
from rotations.pager import DueWork, beat, forget_gone_workers, is_alive, run_cycle, worker_name

NOW = dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC)


def test_what_raises_is_logged_and_stops_neither_its_neighbours_nor_the_next_work(caplog):
    acted = []

    def act(claimed: int, now: dt.datetime) -> None:
        acted.append(claimed)
        if claimed == 2:
            raise RuntimeError("poison")

    works = [DueWork("first", lambda now, limit: [1, 2, 3], act), DueWork("second", lambda now, limit: [4], act)]
    cycle = run_cycle(works, lambda: NOW)
    assert (acted, cycle.done, cycle.failed) == ([1, 2, 3, 4], 3, 1)
    assert [record.getMessage() for record in caplog.records] == ["first of 2 failed"]


def test_what_raised_rests_for_half_a_minute():
    acted = []

    def act(claimed: int, now: dt.datetime) -> None:
        acted.append(now)
        raise RuntimeError("poison")

    resting, seconds = {}, iter(range(1000))
    works = [DueWork("work", lambda now, limit: [1], act)]
    for _ in range(60):
        at = NOW + dt.timedelta(seconds=next(seconds))
        run_cycle(works, lambda at=at: at, resting)
    assert acted == [NOW, NOW + dt.timedelta(seconds=30)]


def test_a_claim_is_asked_for_no_more_than_its_limit():
    asked = []
    run_cycle([DueWork("work", lambda now, limit: asked.append(limit) or [], print, limit=7)], lambda: NOW)
    assert asked == [7]


def test_a_database_that_does_not_answer_ends_the_cycle():
    def act(claimed: int, now: dt.datetime) -> None:
        raise OperationalError("server closed the connection")

    with pytest.raises(OperationalError):
        run_cycle([DueWork("work", lambda now, limit: [1], act)], lambda: NOW)


def test_a_worker_is_alive_for_a_minute_after_its_last_cycle(db):
    beat("host-1", NOW)
    beat("host-1", NOW + dt.timedelta(seconds=5))
    assert Worker.objects.count() == 1
    assert is_alive(NOW + dt.timedelta(seconds=64)) is True
    assert is_alive(NOW + dt.timedelta(seconds=65)) is False


def test_workers_not_seen_for_a_day_are_forgotten(db):
    beat("old", NOW)
    beat("new", NOW + dt.timedelta(hours=23))
    forget_gone_workers(NOW + dt.timedelta(hours=25))
    assert [worker.name for worker in Worker.objects.all()] == ["new"]


def test_a_claim_that_raises_is_logged_rests_and_stops_no_other_work(caplog):
    acted, resting = [], {}

    def broken(now: dt.datetime, limit: int) -> list[int]:
        raise ProgrammingError("no such column")

    works = [DueWork("broken", broken, print), DueWork("sound", lambda now, limit: [1], lambda *_: acted.append(1))]
    for second in (0, 1, 30):
        at = NOW + dt.timedelta(seconds=second)
        cycle = run_cycle(works, lambda at=at: at, resting)
    assert (len(acted), cycle.failed) == (3, 1)
    assert [record.getMessage() for record in caplog.records] == ["what is due of broken could not be found"] * 2


def test_what_turned_out_not_to_be_due_is_nothing_done():
    works = [DueWork("work", lambda now, limit: [1, 2], lambda claimed, now: claimed == 1)]
    assert run_cycle(works, lambda: NOW).done == 1


def test_workers_on_machines_with_long_names_are_told_apart(monkeypatch):
    pods = [f"oncall-portal-pager-deployment-of-production-7d9c6b5f4-{end}" for end in ("x2x9z", "abcde")]
    names = []
    for pod in pods:
        monkeypatch.setattr("socket.gethostname", lambda pod=pod: pod)
        names.append(worker_name())
    assert names[0] != names[1]
    assert max(map(len, names)) <= 48  # leaves room for the number of a job process in the 64 of its id
