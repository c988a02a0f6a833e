"""Which Chromium the browser tests drive: `python -m tests.browser.chromium` prints its path, or fails."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
ON_A_MAC = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
]
# No sandbox, as CI runs as root; and a browser that asks nothing of the network but what a test opens.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def find() -> str | None:
    """CHROMIUM from the environment, else an installed one, else Playwright's own."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    installed = [*filter(None, map(shutil.which, NAMES)), *filter(os.path.exists, ON_A_MAC)]
    return installed[0] if installed else _of_playwright()


def _of_playwright() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


if __name__ == "__main__":
    sys.exit(0 if find() and sys.stdout.write(f"{find()}\n") else 1)
