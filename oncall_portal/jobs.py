"""Jobs: child processes of lower priority that run `@task` functions, and what becomes of the jobs of one that died.

A long plan must not delay a page, and a job whose process was killed must not stay "running" for ever, which is what
django-tasks-db alone leaves behind.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import logging
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Set
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django_tasks import TaskResultStatus, task_backends
from django_tasks_db import DatabaseBackend
from django_tasks_db.models import DBTaskResult

from rotations.models import Plan, Worker
from rotations.pager import STALE
from rotations.tasks import make_plan
from rotations.verbs.planning import fail_plan

logger = logging.getLogger(__name__)

TRIES = 3
NICE = 10
# Seconds that a child has to end its job when the pager is told to stop.
GRACE = 8.0
LONGEST_REST = dt.timedelta(seconds=60)
# A plan that has no job is made by a terminal, which has so long.
TERMINAL_TIME = dt.timedelta(hours=1)
LOST_PLAN = "The process that made this plan ended before it was done: ask for it again."
PR_SET_PDEATHSIG = 1
# loaded here, as nothing may be loaded between fork and exec
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class LostJobError(Exception):
    """The process that ran a job was killed every time it was tried."""


@dataclass
class Slot:
    """A place for one child: the process in it, and when the next may be started after one that died."""

    number: int
    worker_id: str = ""
    process: subprocess.Popen[bytes] | None = None
    started_at: dt.datetime | None = None
    deaths: int = 0
    rests_until: dt.datetime | None = None


class JobChildren:
    """The children of one pager: started, started again when they die, and stopped with it."""

    def __init__(self, pager: str, count: int) -> None:
        backend = task_backends["default"]
        # other engines (TASKS) bring their own workers
        self.slots = [Slot(number) for number in range(count if isinstance(backend, DatabaseBackend) else 0)]
        self.pager = pager

    @property
    def alive(self) -> frozenset[str]:
        return frozenset(slot.worker_id for slot in self.slots if slot.process and slot.process.poll() is None)

    def tend(self, now: dt.datetime) -> None:
        """Start who is missing, and give back the jobs of who died."""
        for slot in self.slots:
            if slot.process and slot.process.poll() is not None:
                self._bury(slot, now)
            if slot.process is None and (slot.rests_until is None or slot.rests_until <= now):
                self._start(slot, now)
        self._end_cancelled()
        reap_jobs(self.pager, self.alive, now)
        fail_lost_plans(now)

    def _end_cancelled(self) -> None:
        """End the children that make a plan nobody needs any more; the next takes their place at the next turn."""
        workers = workers_of_cancelled_plans(self.alive)
        for slot in self.slots:
            if slot.process and slot.worker_id in workers:
                slot.process.kill()
                slot.process.wait()
                logger.info("job worker %s was ended, as its plan was cancelled", slot.worker_id)
                slot.process = None

    def stop(self, now: dt.datetime) -> None:
        """End every child, the job at hand first if it is quick, and give back what they leave."""
        running = [slot.process for slot in self.slots if slot.process and slot.process.poll() is None]
        for process in running:
            process.terminate()
        grace = GRACE
        for process in running:
            try:
                process.wait(grace)
            except subprocess.TimeoutExpired:
                grace = 0.1  # the others have had the same time by now
                process.kill()
                process.wait()
        reap_jobs(self.pager, frozenset(), now)

    def _start(self, slot: Slot, now: dt.datetime) -> None:
        slot.worker_id = f"{self.pager}.{slot.number}.{secrets.token_hex(3)}"
        slot.started_at = now
        # its own session: Ctrl-C is for the pager, which then ends its children in order
        try:
            slot.process = subprocess.Popen(  # noqa: S603 - our own command
                worker_command(slot.worker_id), start_new_session=True, preexec_fn=_become_child
            )
        except (OSError, subprocess.SubprocessError) as error:  # no memory or no room for it: pages go out all the same
            logger.error("a job worker could not be started: %s", error)
            self._bury(slot, now)

    def _bury(self, slot: Slot, now: dt.datetime) -> None:
        """Note a death; the next child starts at once, after repeated deaths later and later."""
        lived_long = slot.started_at is not None and now - slot.started_at > LONGEST_REST
        slot.deaths = 1 if lived_long else slot.deaths + 1
        rest = min(LONGEST_REST, dt.timedelta(seconds=2 ** min(slot.deaths, 10) - 2))
        code = slot.process.returncode if slot.process else None
        logger.error("job worker %s ended with %s; the next starts in %s s", slot.worker_id, code, rest.seconds)
        slot.process, slot.rests_until = None, now + rest


def worker_command(worker_id: str) -> list[str]:
    """The command of one child."""
    options = ["--queue-name", "*", "--interval", "1", "--no-startup-delay", "--no-reload", "--worker-id", worker_id]
    # its comings and goings are the pager's business; a job that fails says so itself
    options += ["--verbosity", "0"]
    return [sys.executable, str(settings.ROOT / "manage.py"), "db_worker", *options]


def _become_child() -> None:
    os.nice(NICE)
    if _LIBC:  # a pager killed with -9 takes its children along, so that their jobs can be given to others
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def reap_jobs(pager: str, alive: Set[str], now: dt.datetime) -> int:
    """Give back the running jobs whose process is gone; those that were lost three times fail. How many there were.

    Gone are our own children that are not alive, and the children of pagers that stopped cycling.
    """
    if not DBTaskResult.objects.running().exists():
        return 0
    cycling = frozenset(Worker.objects.filter(cycled_at__gt=now - STALE).values_list("name", flat=True))
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        running = DBTaskResult.objects.running().select_for_update(skip_locked=skip)
        lost = [job for job in running if _is_gone(job.worker_ids[-1], pager, alive, cycling)]
        for job in lost:
            _give_back(job)
    return len(lost)


def _is_gone(worker_id: str, pager: str, alive: Set[str], cycling: Set[str]) -> bool:
    parent, _, _ = worker_id.rpartition(".")[0].rpartition(".")
    if not parent:
        return False  # somebody's own db_worker: nothing says whether it lives
    return worker_id not in alive if parent == pager else parent not in cycling


def _give_back(job: DBTaskResult) -> None:
    logger.error("job %s of %s was lost with its process", job.task_path, job.worker_ids[-1])
    if len(job.worker_ids) >= TRIES:
        job.set_failed(LostJobError(f"its process was killed {TRIES} times"))
        return
    job.status, job.started_at = TaskResultStatus.READY, None
    job.save(update_fields=["status", "started_at"])


def workers_of_cancelled_plans(alive: Set[str]) -> set[str]:
    """Those of our children that make a plan which was cancelled."""
    running = DBTaskResult.objects.running().filter(task_path=make_plan.module_path) if alive else ()
    making = {
        job.args_kwargs["args"][0]: job.worker_ids[-1]
        for job in running
        if job.worker_ids and job.worker_ids[-1] in alive and job.args_kwargs["args"]
    }
    if not making:
        return set()
    cancelled = Plan.objects.filter(pk__in=making, state=Plan.State.CANCELLED).order_by()
    return {making[pk] for pk in cancelled.values_list("pk", flat=True)}


def fail_lost_plans(now: dt.datetime) -> None:
    """Fail the plans that nobody makes any more: their job is over without an answer, or their terminal was closed."""
    if not isinstance(task_backends["default"], DatabaseBackend):
        return  # what other engines do cannot be seen here
    asked = dict(Plan.objects.filter(state=Plan.State.ASKED).order_by().values_list("pk", "asked_at"))
    if not asked:
        return
    jobs = DBTaskResult.objects.filter(task_path=make_plan.module_path)
    # jobs are kept for ever, so only those are read that can be meant; clocks of machines differ
    over = _plans_of(jobs.finished().filter(enqueued_at__gte=min(asked.values()) - dt.timedelta(days=1)))
    under_way = _plans_of(jobs.exclude(pk__in=jobs.finished().values("pk")))
    for plan, asked_at in asked.items():
        if plan not in under_way and (plan in over or asked_at < now - TERMINAL_TIME):
            logger.error("plan %s was lost with its process", plan)
            fail_plan(Plan(pk=plan), LOST_PLAN)


def _plans_of(jobs: QuerySet[DBTaskResult]) -> set[int]:
    return {job["args"][0] for job in jobs.values_list("args_kwargs", flat=True) if job["args"]}
