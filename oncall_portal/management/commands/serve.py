"""The whole portal in one terminal: the web server and the pager, started together and stopped together."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from types import FrameType
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from pipelines.models import Engineer

STOPPING_TAKES = 10  # seconds a process gets before it is killed
STARTING_TAKES = 60
HEALTH = "/healthz"
# Even if we are killed outright nobody stays behind: this shell reads whom we started until our end of the pipe closes.
WATCHER = ["/bin/sh", "-c", 'while read -r pid; do groups="$groups -$pid"; done; kill -TERM $groups 2>/dev/null']
SIGN_INS = [
    ("an engineer", "engineer-a", settings.SEED_ENGINEER_PASSWORD),
    ("a manager", "manager", settings.SEED_MANAGER_PASSWORD),
]


class Command(BaseCommand):
    help = "Serve the portal and run its pager until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workers", type=int, default=2, help="web processes (default: %(default)s)")
        parser.add_argument("--threads", type=int, default=4, help="threads of each of them (default: %(default)s)")

    def handle(self, *, workers: int, threads: int, **options: object) -> None:
        require_free(settings.BIND, settings.PORT)
        children = Children()
        try:
            children.start("web server", web_server(workers, threads))
            children.start("pager", [sys.executable, "manage.py", "pager"])
            if children.wait_until(answers, STARTING_TAKES):
                self.stdout.write(f"The portal runs at {settings.PUBLIC_URL}")
                self.stdout.writelines(sign_ins())
                self.stdout.write("Ctrl-C stops it.")
                self.stdout.flush()
                children.wait_until(never, None)
            if not children.told_to_stop:
                raise CommandError(children.what_went_wrong())
        finally:
            children.stop()


class Children:
    """Processes in groups of their own, so that the terminal's Ctrl-C reaches only us and we stop them in order."""

    def __init__(self) -> None:
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.told_to_stop = False
        self.watcher = subprocess.Popen(WATCHER, stdin=subprocess.PIPE, bufsize=0, start_new_session=True)  # noqa: S603
        signals = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup asks to survive the terminal
            signals.append(signal.SIGHUP)
        for number in signals:
            signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.told_to_stop = True

    def start(self, name: str, command: list[str]) -> None:
        if not self.told_to_stop:
            child = subprocess.Popen(command, cwd=settings.ROOT, start_new_session=True)  # noqa: S603  (our own)
            self.processes[name] = child
            self.watcher.stdin.write(f"{child.pid}\n".encode())

    def ended(self) -> dict[str, int]:
        """Names of processes that are no more, with their exit status."""
        return {name: status for name, child in self.processes.items() if (status := child.poll()) is not None}

    def wait_until(self, done, seconds: float | None) -> bool:
        """Whether it was done before we were told to stop, a process ended, or the time was over."""
        last = None if seconds is None else time.monotonic() + seconds
        while not self.told_to_stop and not self.ended() and (last is None or time.monotonic() < last):
            if done():
                return True
            time.sleep(0.1)
        return False

    def what_went_wrong(self) -> str:
        if ended := self.ended():
            return " ".join(f"The {name} ended by itself (exit status {status})." for name, status in ended.items())
        return f"The web server did not answer within {STARTING_TAKES} seconds."

    def stop(self) -> None:
        """Ask every process to end, and kill what is left of its group when it does not."""
        for child in self.processes.values():
            tell(child, signal.SIGTERM)
        last = time.monotonic() + STOPPING_TAKES
        while len(self.ended()) < len(self.processes) and time.monotonic() < last:
            time.sleep(0.05)
        for child in self.processes.values():
            tell(child, signal.SIGKILL)
            child.wait()
        self.watcher.communicate()


def tell(child: subprocess.Popen[bytes], number: int) -> None:
    """Signal a whole process group; what has ended already needs no telling."""
    try:
        os.killpg(child.pid, number)
    except (ProcessLookupError, PermissionError):
        return


def web_server(workers: int, threads: int) -> list[str]:
    options = ["--worker-class=gthread", f"--workers={workers}", f"--threads={threads}", f"--bind={address()}"]
    options += ["--log-level=warning", "--graceful-timeout=5", "--no-control-socket"]
    return [sys.executable, "-m", "gunicorn", *options, "oncall_portal.wsgi"]


def address() -> str:
    host = f"[{settings.BIND}]" if ":" in settings.BIND else settings.BIND
    return f"{host}:{settings.PORT}"


def require_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            mend = "Stop what uses it, or choose another: PORT=8001 make run"
            raise CommandError(f"{address()} can't be used ({error.strerror}). {mend}", returncode=2) from error


def answers() -> bool:
    """Whether the web server gives its health page; it is asked as the host that people ask for."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.BIND, settings.BIND)  # noqa: S104  (compared, not bound)
    connection = http.client.HTTPConnection(host, settings.PORT, timeout=5)
    try:
        connection.request("GET", HEALTH, headers={"Host": urlsplit(settings.PUBLIC_URL).netloc})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def never() -> bool:
    return False


def sign_ins() -> list[str]:
    """The first run's own sign-ins, as long as they still open the door."""
    lines = []
    for who, username, password in SIGN_INS:
        engineer = Engineer.objects.active().filter(username=username).first()
        if password and engineer and engineer.check_password(password):
            lines.append(f"  Sign in as {who}: {username}  {password}\n")
    return lines
