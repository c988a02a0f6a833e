"""One terminal, two processes: they come together, go together, and leave nobody behind."""

import contextlib
import http.client
import os
import signal
import socket
import time

import pytest

from oncall_portal.management.commands import serve
from tests.portal import Portal

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("serve")
    Portal(folder).manage("migrate")
    return folder


@pytest.fixture
def portal(folder):
    portal = Portal(folder).start()
    yield portal
    portal.process.kill()
    portal.process.wait()


def is_gone(pid: int) -> bool:
    """Whether a process ends within five seconds."""
    for _ in range(50):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(signal.SIGINT, marks=pytest.mark.long),
        signal.SIGTERM,
        pytest.param(signal.SIGHUP, marks=pytest.mark.long),
    ],
)
def test_a_signal_stops_everything_cleanly(portal, number):
    children = portal.children()
    assert set(children) == {"gunicorn", "pager"}
    assert portal.stop(number) == 0
    assert [name for name, pid in children.items() if not is_gone(pid)] == []
    assert portal.log.read_text() == f"The portal runs at {portal.url}\nCtrl-C stops it.\n"


@pytest.mark.parametrize(
    ("name", "told"),
    [("gunicorn", "The web server ended"), pytest.param("pager", "The pager ended", marks=pytest.mark.long)],
)
def test_when_one_process_ends_the_other_is_stopped_and_it_is_told(portal, name, told):
    children = portal.children()
    os.kill(children[name], signal.SIGKILL)
    assert portal.process.wait(timeout=20) == 1
    assert portal.log.read_text().endswith(f"CommandError: {told} by itself (exit status -9).\n")
    assert [name for name, pid in children.items() if not is_gone(pid)] == []


def test_killed_outright_it_leaves_nobody_behind(portal):
    children = portal.children()
    portal.stop(signal.SIGKILL)
    assert [name for name, pid in children.items() if not is_gone(pid)] == []


def test_a_port_in_use_is_one_line_and_starts_nothing(folder):
    portal = Portal(folder)
    with socket.create_server(("127.0.0.1", portal.port)):
        done = portal.manage("serve", check=False)
    told = f"CommandError: 127.0.0.1:{portal.port} can't be used (Address already in use). "
    mend = "Stop what uses it, or choose another: PORT=8001 make run\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", told + mend)


def test_it_answers_only_as_the_host_people_ask_for(portal):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", portal.port)) as connection:
        connection.request("GET", "/healthz", headers={"Host": "elsewhere.example.org"})
        assert connection.getresponse().status == 400


def test_sign_ins_are_shown_while_they_open_the_door(cast, monkeypatch):
    sign_ins = [("an engineer", "data-engineer-a", "sesame"), ("a manager", "manager", "changed since")]
    monkeypatch.setattr(serve, "SIGN_INS", sign_ins)
    assert serve.sign_ins() == ["  Sign in as an engineer: data-engineer-a  sesame\n"]
