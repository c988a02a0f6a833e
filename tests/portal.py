"""The real portal as people run it: its own database file, seed, web server and pager, each a process."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.source import ROOT

PASSWORDS = {"SEED_ENGINEER_PASSWORD": "engineers-know-it", "SEED_MANAGER_PASSWORD": "managers-know-it"}
# What the shell of whoever runs the tests may set for the portal must not reach this one.
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONDONTWRITEBYTECODE")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Portal:
    """`serve` on a database of its own; `folder` holds that database and the log."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = folder / "portal.log"
        self.environment = {name: os.environ[name] for name in KEPT if name in os.environ} | {
            "SECRET_KEY": "only-for-the-tests-" * 4,
            "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}",
            "PORT": str(self.port),
            **PASSWORDS,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def manage(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        whole = [sys.executable, "manage.py", *command]
        return subprocess.run(whole, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=check)

    def start(self) -> Portal:
        """Serve, and wait until the address is printed."""
        if not (ROOT / "var" / "static" / "staticfiles.json").exists():
            self.manage("collectstatic", "--no-input")
        with self.log.open("wb") as log:
            command = [sys.executable, "manage.py", "serve"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        self.wait_for(r"Ctrl-C stops it")
        return self

    def wait_for(self, text: str, seconds: float = 90) -> None:
        last = time.monotonic() + seconds
        while not re.search(text, self.log.read_text()):
            waiting = time.monotonic() < last and self.process.poll() is None
            assert waiting, f"no {text!r} in: {self.log.read_text()[-2000:]}"
            time.sleep(0.1)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; the exit status."""
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(timeout=20)

    def children(self) -> dict[str, int]:
        """The process ids of web server and pager, found by our database among the processes of this machine."""
        listing = subprocess.run(["ps", "-Ao", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        found = re.findall(rf"^\s*(\d+)\s+{self.process.pid} .*(gunicorn|pager)", listing, re.MULTILINE)
        return {name: int(pid) for pid, name in found}
