"""Fetch the front-end files named in static/vendor/assets.json, or check the committed ones."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

LOCK = "assets.json"
SUMS = "SHA256SUMS"
# A link to a map that is not shipped breaks collectstatic and sends browsers after a missing file.
SOURCE_MAP = re.compile(rb"\n?(/\*|//)[#@] sourceMappingURL=[^\n*]*(\*/)?\n?")


@dataclass(frozen=True)
class Asset:
    """One package of the lock file; `files` maps a path inside the package to one below its vendor folder."""

    name: str
    version: str
    integrity: str
    licence: str
    files: dict[str, str]


class Command(BaseCommand):
    help = (
        "Download the packages locked in static/vendor/assets.json with npm, verify their sha512 integrity, and copy "
        "the named files and the licence of each to static/vendor/<package>/. With --check nothing is downloaded: "
        "the committed files are compared with static/vendor/SHA256SUMS. Exit status 1 when a hash differs, 2 when "
        "npm or the lock file is missing or wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare the committed files with SHA256SUMS")
        parser.add_argument(
            "--folder",
            type=Path,
            default=settings.ROOT / "static" / "vendor",
            help="where assets.json stands and files go (default: static/vendor)",
        )

    def handle(self, *, check: bool, folder: Path, **options: object) -> None:
        if check:
            if faults := differences(folder):
                raise CommandError("Vendored files differ: " + "; ".join(faults), returncode=1)
            self.stdout.write(f"{len(read_sums(folder))} vendored files are as committed.")
            return
        assets = read_lock(folder)
        with tempfile.TemporaryDirectory() as scratch:
            ready = Path(scratch) / "ready"
            for asset in assets:
                unpack(asset, download(asset, Path(scratch)), ready / asset.name)
            replace(folder, ready, assets)
        self.stdout.write(f"{len(read_sums(folder))} files of {len(assets)} packages vendored.")


def read_lock(folder: Path) -> list[Asset]:
    try:
        return [Asset(**entry) for entry in json.loads((folder / LOCK).read_text())]
    except (OSError, TypeError, ValueError) as error:
        raise CommandError(f"{folder / LOCK} can't be read: {error}", returncode=2) from error


def download(asset: Asset, scratch: Path) -> Path:
    """The package's archive from the npm registry, its integrity verified."""
    npm = shutil.which("npm")
    if npm is None:
        raise CommandError("npm is not installed; vendoring needs it (running the portal does not).", returncode=2)
    command = [npm, "pack", "--ignore-scripts", "--silent", f"{asset.name}@{asset.version}"]
    run = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False)  # noqa: S603 (from the lock file)
    if run.returncode:
        reason = (run.stderr.strip() or "no reason given").splitlines()[-1]
        raise CommandError(f"npm pack {asset.name}@{asset.version} failed: {reason}", returncode=2)
    archive = scratch / run.stdout.strip().splitlines()[-1]
    verify(asset, archive.read_bytes())
    return archive


def verify(asset: Asset, content: bytes) -> None:
    found = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
    if found != asset.integrity:
        message = f"{asset.name}@{asset.version}: integrity is {found}, assets.json says {asset.integrity}."
        raise CommandError(message, returncode=1)


def unpack(asset: Asset, archive: Path, target: Path) -> None:
    """The named files and the licence, without links to source maps."""
    with tarfile.open(archive) as tar:
        for source, name in {**asset.files, "LICENSE": "LICENSE"}.items():
            try:
                member = tar.extractfile(f"package/{source}")
            except KeyError:
                member = None
            if member is None:
                raise CommandError(f"{asset.name}@{asset.version} holds no file {source}.", returncode=2)
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(SOURCE_MAP.sub(b"\n", member.read()))


def replace(folder: Path, ready: Path, assets: list[Asset]) -> None:
    for asset in assets:
        shutil.rmtree(folder / asset.name, ignore_errors=True)
        shutil.copytree(ready / asset.name, folder / asset.name)
    lines = [f"{digest(folder / name)}  {name}\n" for name in vendored(folder)]
    (folder / SUMS).write_text("".join(lines))


def differences(folder: Path) -> list[str]:
    """What is changed, missing or not listed, in words; empty when all is as committed."""
    sums = read_sums(folder)
    present = vendored(folder)
    changed = [f"{name} changed" for name in present if name in sums and digest(folder / name) != sums[name]]
    missing = [f"{name} is missing" for name in sums if name not in present]
    return changed + missing + [f"{name} is not in {SUMS}" for name in present if name not in sums]


def read_sums(folder: Path) -> dict[str, str]:
    try:
        lines = (folder / SUMS).read_text().splitlines()
    except OSError as error:
        raise CommandError(f"{folder / SUMS} can't be read: {error}", returncode=2) from error
    return {name: value for value, name in (line.split("  ", 1) for line in lines)}


def vendored(folder: Path) -> list[str]:
    files = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in files if name not in {LOCK, SUMS})


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
