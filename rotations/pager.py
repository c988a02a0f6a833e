"""The pager's loop: due work is claimed under a lease, done, and recorded; any number of processes may run it.

Each app declares its due work as a list of `DueWork`; the roof hands the lists to `run_cycle`. Nothing here reads a
clock: `now` is a function, as a cycle that sends mail takes longer than an instant.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import socket
from collections.abc import Callable, Hashable, Iterable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import InterfaceError, OperationalError

from .models import Worker

logger = logging.getLogger(__name__)

# What raised is left alone for a while, so that a poison row neither floods the log nor holds up its neighbours.
REST = dt.timedelta(seconds=30)
# A worker that has not cycled for so long counts as gone.
STALE = dt.timedelta(seconds=60)
FORGOTTEN = dt.timedelta(days=1)
CLAIMING = "claiming"  # what rests when nothing of some work could be claimed

# What a database raises that does not answer; that is nobody's work in particular.
NO_ANSWER = (OperationalError, InterfaceError)

Clock = Callable[[], dt.datetime]
Resting = MutableMapping[tuple[str, Hashable], dt.datetime]


@dataclass(frozen=True, slots=True)
class DueWork:
    """One kind of time-critical work.

    `claim(now, limit)` says what is due, at most so many, and may lease it; `act(claimed, now)` does one of them in
    its own transactions, must bear being called for something that was done meanwhile, and answers False where there
    was nothing to do.
    """

    name: str
    claim: Callable[[dt.datetime, int], Sequence[Any]]
    act: Callable[[Any, dt.datetime], object]
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Cycle:
    """What one turn of the loop did."""

    done: int
    failed: int


def run_cycle(works: Iterable[DueWork], now: Clock, resting: Resting | None = None) -> Cycle:
    """Do everything that is due once; what raises is logged, rests for 30 seconds, and stops nothing else.

    A database that does not answer raises one of NO_ANSWER.
    """
    resting = {} if resting is None else resting
    done = failed = 0
    for work in works:
        claimed, went_wrong = _claimed(work, now, resting)
        failed += went_wrong
        for one in claimed:
            if resting.get((work.name, one), now()) > now():
                continue
            try:
                done += work.act(one, now()) is not False
                resting.pop((work.name, one), None)
            except NO_ANSWER:
                raise
            except Exception:
                logger.exception("%s of %s failed", work.name, one)
                failed += 1
                resting[work.name, one] = now() + REST
    return Cycle(done, failed)


def _claimed(work: DueWork, now: Clock, resting: Resting) -> tuple[Sequence[Any], bool]:
    """What is due of some work, and whether asking for it went wrong."""
    if resting.get((work.name, CLAIMING), now()) > now():
        return (), False
    try:
        return work.claim(now(), work.limit), False
    except NO_ANSWER:
        raise
    except Exception:
        logger.exception("what is due of %s could not be found", work.name)
        resting[work.name, CLAIMING] = now() + REST
        return (), True


def worker_name() -> str:
    """This process: its host and its number. Machines of a fleet differ in the end of their long names."""
    return f"{socket.gethostname()[-40:]}-{os.getpid()}"


def beat(name: str, at: dt.datetime) -> None:
    """Say that a worker has just finished a full cycle."""
    Worker.objects.update_or_create(name=name, defaults={"cycled_at": at})


def forget_gone_workers(at: dt.datetime) -> None:
    """Drop workers that were last seen a day ago."""
    Worker.objects.filter(cycled_at__lt=at - FORGOTTEN).delete()


def is_alive(at: dt.datetime) -> bool:
    """Whether some worker finished a full cycle lately."""
    return Worker.objects.filter(cycled_at__gt=at - STALE).exists()
