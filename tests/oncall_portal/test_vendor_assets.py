"""Vendored files are what the lock file and the sums say."""

import base64
import hashlib
import io
import json
import os
import tarfile

import pytest
from django.core.management import CommandError, call_command

from oncall_portal.management.commands.vendor_assets import Asset, unpack, verify
from tests.source import ROOT

FILES = {"package/dist/a.css": b"a { color: red }\n/*# sourceMappingURL=a.css.map */\n", "package/LICENSE": b"MIT\n"}


@pytest.fixture
def folder(tmp_path):
    """A vendor folder with one package of one file, as committed."""
    (tmp_path / "thing").mkdir()
    (tmp_path / "thing" / "a.css").write_text("a { color: red }\n")
    digest = hashlib.sha256(b"a { color: red }\n").hexdigest()
    (tmp_path / "SHA256SUMS").write_text(f"{digest}  thing/a.css\n")
    (tmp_path / "assets.json").write_text("[]")
    return tmp_path


def check(folder):
    call_command("vendor_assets", check=True, folder=folder)


def archive() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in FILES.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


def npm_of(path, content: bytes) -> None:
    """An npm that packs what we say, as the tests have no network."""
    (path / "thing.tgz").write_bytes(content)
    npm = path / "npm"
    npm.write_text(f"#!/bin/sh\ncp {path}/thing.tgz thing-1.tgz && echo thing-1.tgz\n")
    npm.chmod(0o755)


def lock(folder, content: bytes) -> None:
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
    files = {"dist/a.css": "css/a.css"}
    entry = {"name": "thing", "version": "1", "integrity": integrity, "licence": "MIT", "files": files}
    (folder / "assets.json").write_text(json.dumps([entry]))


def test_the_committed_files_are_those_of_the_sums(capsys):
    check(ROOT / "static" / "vendor")
    assert capsys.readouterr().out.endswith("vendored files are as committed.\n")


def test_every_vendored_package_brings_its_licence():
    packages = [entry["name"] for entry in json.loads((ROOT / "static/vendor/assets.json").read_text())]
    assert [name for name in packages if not (ROOT / "static/vendor" / name / "LICENSE").is_file()] == []


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda folder: (folder / "thing/a.css").write_text("a { color: rea }\n"), "thing/a.css changed"),
        (lambda folder: (folder / "thing/a.css").unlink(), "thing/a.css is missing"),
        (lambda folder: (folder / "thing/b.js").write_text("x"), "thing/b.js is not in SHA256SUMS"),
    ],
)
def test_a_changed_missing_or_foreign_file_goes_red(folder, harm, words):
    check(folder)
    harm(folder)
    with pytest.raises(CommandError, match=words) as refused:
        check(folder)
    assert refused.value.returncode == 1


def test_named_files_and_the_licence_are_copied_without_links_to_maps(folder, tmp_path_factory, monkeypatch):
    bin_folder = tmp_path_factory.mktemp("bin")
    npm_of(bin_folder, archive())
    lock(folder, archive())
    monkeypatch.setenv("PATH", str(bin_folder), prepend=os.pathsep)
    call_command("vendor_assets", folder=folder)
    assert sorted(path.name for path in (folder / "thing").rglob("*") if path.is_file()) == ["LICENSE", "a.css"]
    assert (folder / "thing/css/a.css").read_text() == "a { color: red }\n"
    first = (folder / "SHA256SUMS").read_text()
    call_command("vendor_assets", folder=folder)
    assert (folder / "SHA256SUMS").read_text() == first
    check(folder)


def test_a_package_that_changed_upstream_is_refused_and_nothing_is_replaced(folder, tmp_path_factory, monkeypatch):
    bin_folder = tmp_path_factory.mktemp("bin")
    npm_of(bin_folder, archive())
    lock(folder, archive() + b"other")
    monkeypatch.setenv("PATH", str(bin_folder), prepend=os.pathsep)
    with pytest.raises(CommandError, match="integrity is sha512-") as refused:
        call_command("vendor_assets", folder=folder)
    assert refused.value.returncode == 1
    assert (folder / "thing/a.css").read_text() == "a { color: red }\n"


def test_a_missing_npm_says_so(folder, monkeypatch):
    lock(folder, b"")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CommandError, match="npm is not installed") as refused:
        call_command("vendor_assets", folder=folder)
    assert refused.value.returncode == 2


def test_a_broken_lock_file_and_a_file_the_package_lacks_are_named(folder, tmp_path):
    (folder / "assets.json").write_text('[{"name": "thing"}]')
    with pytest.raises(CommandError, match=r"assets\.json can't be read"):
        call_command("vendor_assets", folder=folder)
    (tmp_path / "thing.tgz").write_bytes(archive())
    asset = Asset("thing", "1", "", "MIT", {"dist/none.css": "none.css"})
    with pytest.raises(CommandError, match=r"thing@1 holds no file dist/none\.css"):
        unpack(asset, tmp_path / "thing.tgz", tmp_path / "out")


def test_integrity_is_that_of_the_bytes():
    good = "sha512-" + base64.b64encode(hashlib.sha512(b"x").digest()).decode()
    verify(Asset("thing", "1", good, "MIT", {}), b"x")
    with pytest.raises(CommandError):
        verify(Asset("thing", "1", good, "MIT", {}), b"y")
