"""The pager as its own process, against a real mail server, killed where it hurts most."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.parse import quote, urlencode

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from rotations.models import Message, Worker
from rotations.verbs.messages import queue_message
from tests.factories import make_incident, make_sla

PATIENCE = 15


class Sink:
    """A mail server that keeps what it is given, and may first hold it for a while."""

    def __init__(self) -> None:
        self.mails: list[str] = []
        self.asked = 0
        self.is_deaf = False

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802
        self.asked += 1
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        if self.is_deaf:
            os.kill(self.victim, signal.SIGKILL)
            return "451 too late"
        self.mails.append(envelope.content.decode())
        return "250 OK"


@pytest.fixture
def sink():
    handler = Sink()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        handler.port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    yield handler
    controller.stop()


def database_url() -> str:
    """The address of the database of this test, for another process."""
    where = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{where['NAME']}"
    server = f"{where['HOST']}:{where['PORT']}" if where["PORT"] else where["HOST"]
    options = {name: value for name, value in where["OPTIONS"].items() if isinstance(value, str)}
    who = f"{quote(where['USER'])}:{quote(where['PASSWORD'])}"
    return f"postgresql://{who}@{server}/{where['NAME']}?{urlencode(options)}".rstrip("?")


@contextmanager
def running_pager(sink: Sink, *options: str):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "oncall_portal.settings",
        "DATABASE_URL": database_url(),
        "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
        "SECRET_KEY": "tests-only-but-long-enough-for-every-check-of-the-portal",
        "DEBUG": "1",
    }
    command = [sys.executable, "manage.py", "pager", *options]
    process = subprocess.Popen(command, cwd=settings.ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=PATIENCE)


def wait_until(condition) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_killed_between_claim_and_send_nothing_is_lost_and_one_send_repeated_at_most(cast, sink):
    message = queue_message(cast.a, "page", "k", "PAGE: it broke", "Look.", timezone.now())
    sink.is_deaf = True
    with running_pager(sink, "--no-jobs") as victim:
        sink.victim = victim.pid
        wait_until(lambda: victim.poll() is not None)
    assert victim.returncode == -signal.SIGKILL
    message.refresh_from_db()
    assert (message.state, message.attempts, sink.mails) == ("sending", 1, [])

    sink.is_deaf = False
    # a minute passes: the lease of the dead ends
    Message.objects.update(due_at=timezone.now(), lease_until=timezone.now())
    with running_pager(sink, "--no-jobs") as pager:
        wait_until(lambda: Message.objects.get().state == "sent")
        wait_until(lambda: Worker.objects.filter(name__endswith=f"-{pager.pid}").exists())
    assert pager.returncode == 0
    assert (len(sink.mails), sink.asked) == (1, 2)
    assert "Subject: PAGE: it broke" in sink.mails[0]


@pytest.mark.django_db(transaction=True)
def test_an_incident_reported_now_reaches_its_responder_within_seconds(team, cast, sink):
    make_sla()
    incident = make_incident(team.profit, timezone.now())
    with running_pager(sink, "--once") as pager:
        pager.wait(PATIENCE)
    assert pager.returncode == 0
    incident.refresh_from_db()
    assert incident.page_step == 1
    assert [mail.count(f"/incidents/{incident.pk}/") for mail in sink.mails] == [1]


@pytest.mark.django_db(transaction=True)
def test_a_pager_runs_jobs_in_a_child_that_ends_with_it(db, sink):
    with running_pager(sink, "--jobs", "1") as pager:
        wait_until(lambda: children_of(pager.pid))
        [child] = children_of(pager.pid)
        nice = os.getpriority(os.PRIO_PROCESS, child)
        pager.send_signal(signal.SIGTERM)
        pager.wait(PATIENCE)
    assert (pager.returncode, nice) == (0, os.getpriority(os.PRIO_PROCESS, 0) + 10)
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def children_of(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def test_once_says_what_it_did(db, capsys):
    call_command("pager", "--once")
    assert capsys.readouterr().out.splitlines()[-1].endswith("done, 0 failed")
    assert Worker.objects.count() == 1


@pytest.mark.parametrize("jobs", [-1, 33])
def test_an_absurd_number_of_jobs_is_refused(jobs):
    with pytest.raises(CommandError, match=f"--jobs: must be from 0 to 32, not {jobs}") as refusal:
        call_command("pager", f"--jobs={jobs}")
    assert refusal.value.returncode == 2
