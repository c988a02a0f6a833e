"""`manage.py pager`: sends pages and notices, escalates, records breaches, and supervises the jobs."""

from __future__ import annotations

import datetime as dt
import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections, connection
from django.utils import timezone

from incidents.due import DUE_WORK as INCIDENT_WORK
from oncall_portal.jobs import JobChildren
from rotations.due import DUE_WORK as ROTATION_WORK
from rotations.pager import NO_ANSWER, Cycle, Resting, beat, forget_gone_workers, run_cycle, worker_name

logger = logging.getLogger(__name__)

# Steps of paging first, then the messages they made: one cycle carries a page all the way.
WORKS = [*INCIDENT_WORK, *ROTATION_WORK]
POLL = 1.0
BEAT = dt.timedelta(seconds=5)
LONGEST_BACK_OFF = 30.0


class Command(BaseCommand):
    help = (
        "Send pages and notices, take steps of escalation and record breaches as they fall due, and run jobs in child "
        "processes. Any number of pagers may run; SIGTERM or Ctrl-C ends one after the work at hand."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="Do what is due now, without jobs, and end.")
        parser.add_argument("--jobs", type=int, default=1, metavar="N", help="How many jobs run at a time (default 1).")
        parser.add_argument("--no-jobs", action="store_true", help="Leave jobs to another pager.")

    def handle(self, *, once: bool, jobs: int, no_jobs: bool, **options: Any) -> None:
        if not 0 <= jobs <= 32:
            raise CommandError(f"--jobs: must be from 0 to 32, not {jobs}.", returncode=2)
        if once:
            self._once()
        else:
            _loop(JobChildren(worker_name(), 0 if no_jobs else jobs), _stop_on_signals())

    def _once(self) -> None:
        cycle = run_cycle(WORKS, timezone.now)
        beat(worker_name(), timezone.now())
        self.stdout.write(f"{cycle.done} done, {cycle.failed} failed")
        if cycle.failed:
            raise CommandError("Some work failed; the log says why.", returncode=1)


def _stop_on_signals() -> threading.Event:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping


def _loop(children: JobChildren, stopping: threading.Event) -> None:
    resting: Resting = {}
    tended = timezone.now() - BEAT
    back_off = POLL
    while not stopping.is_set():
        close_old_connections()
        try:
            cycle = run_cycle(WORKS, timezone.now, resting)
            if timezone.now() - tended >= BEAT:
                tended = timezone.now()
                _tend(children, tended)
            back_off = POLL
            pause = 0 if _is_busy(cycle) else POLL
        except NO_ANSWER as error:
            logger.error("the database does not answer, trying again in %.0f s: %s", back_off, error)
            connection.close()
            pause, back_off = back_off, min(LONGEST_BACK_OFF, 2 * back_off)
        stopping.wait(pause)
    children.stop(timezone.now())


def _tend(children: JobChildren, at: dt.datetime) -> None:
    beat(children.pager, at)
    forget_gone_workers(at)
    children.tend(at)


def _is_busy(cycle: Cycle) -> bool:
    """Whether a limit may have left due work behind, so that the next cycle must not wait."""
    return cycle.done >= min(work.limit for work in WORKS)
