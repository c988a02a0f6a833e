"""Each variable that is wrong is one clear line that names it, wherever the portal is entered."""

import ast
import os
import re
import subprocess
import sys

import pytest

from tests.source import ROOT

CLEAN = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ} | {"SECRET_KEY": "x" * 50}
WRONG = [
    ("PORT", "abc", "expected a whole number, not 'abc'"),
    ("PORT", "70000", "expected a port from 1 to 65535, not 70000"),
    ("DEBUG", "perhaps", "expected on or off, not 'perhaps'"),
    ("TRUSTED_PROXIES", "many", "expected a whole number, not 'many'"),
    ("TEAM_TIME_ZONE", "Mars/Olympus", "there is no time zone 'Mars/Olympus'; expected a name such as Europe/Berlin"),
    ("PUBLIC_URL", "oncall", "expected an address such as https://oncall.example.org, not 'oncall'"),
    ("LOG_LEVEL", "LOUD", "expected one of DEBUG, INFO, WARNING, ERROR, CRITICAL, not 'LOUD'"),
    ("SEED", "2", "expected one of auto, 1, 0, not '2'"),
    ("EMAIL_URL", "gopher://x", "expected smtp+tls://user:password@host:587 or smtp://host:25"),
    ("DATABASE_URL", "sqlite:////nowhere/x.db", "there is no folder /nowhere for the SQLite file"),
]
DATABASES = ["mysql://root:hush@db/x", "portal", "postgresql://u:hush@db:port/x", "postgresql://u:hush@db/"]
DATABASE_HELP = "expected sqlite:////folder/portal.sqlite3 or postgresql://user:password@host:5432/name"


def start(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, *command)
    return subprocess.run(command, cwd=ROOT, env=CLEAN | variables, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("name", "value", "mend"), WRONG)
def test_a_wrong_value_is_one_line_that_names_the_variable(name, value, mend):
    done = start("manage.py", "check", **{name: value})
    expected = f"{name}: {mend}. Set it in the environment or in .env; .env.example explains it.\n"
    assert (done.returncode, done.stderr) == (2, expected)


@pytest.mark.parametrize("url", DATABASES)
def test_a_wrong_database_is_told_without_its_password(url):
    done = start("manage.py", "migrate", DATABASE_URL=url)
    expected = f"DATABASE_URL: {DATABASE_HELP}. Set it in the environment or in .env; .env.example explains it.\n"
    assert (done.returncode, done.stderr) == (2, expected)


def test_the_web_server_s_entry_tells_it_too_and_gives_up():
    done = start("-c", "import oncall_portal.wsgi", PORT="abc")
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)


def test_a_database_that_is_away_is_told_in_a_line():
    done = start("manage.py", "migrate", DATABASE_URL="postgresql://u:hush@127.0.0.1:1/x")
    assert done.returncode == 1
    assert "(portal.E003) DATABASE_URL: the database can't be reached: " in done.stderr
    assert "Traceback" not in done.stderr
    assert "hush" not in done.stderr


def test_an_empty_variable_counts_as_not_set():
    done = start("manage.py", "check", PORT="", DATABASE_URL="", PUBLIC_URL="", DEBUG="", EMAIL_URL="")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_example_lists_every_setting_with_a_line_of_meaning():
    settings = ast.parse((ROOT / "oncall_portal" / "settings.py").read_text())
    asked = [
        node.args[0].value
        for node in ast.walk(settings)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "env"
    ]
    explained = re.findall(r"(?<=\n)# (?!---).+\n((?:[A-Z_]+=.*\n)+)", (ROOT / ".env.example").read_text())
    listed = re.findall(r"^([A-Z_]+)=", "".join(explained), re.MULTILINE)
    assert sorted(listed) == sorted(asked)
