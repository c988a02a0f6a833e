"""`manage.py audit_rotation`: what it prints, and its exit status."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from oncall_portal.seed import catalogue
from pipelines.models import Runbook
from rotations.models import ConfirmedGap
from tests.factories import LONG_AGO, at, make_engineer, make_pipeline, make_rotation

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "oncall_portal" / "seed" / "proposed-rotation.csv"
HEADER = "week,engineer,role,pipeline\n"

REFERENCE_TEXT = """\
Data pipelines: 2 of 25 pipeline-weeks are fully covered, by one primary and one secondary.
    13  pipeline-weeks without a primary
    13  pipeline-weeks without a secondary
     3  pipeline-weeks with nobody at all, in both counts
     0  pipeline-weeks with two primaries
     2  pipeline-weeks with two secondaries
     0  clashes: one person in both roles
     4  assignments to somebody who does not own the pipeline
     0  rows that stand there already

Week 1
  Unit-level profit     no secondary; Data Engineer A is primary
  Aggregate profit      no primary; Data Engineer C is secondary
  Aggregate growth      no secondary; Data Engineer A is primary
"""


@pytest.fixture
def reference_team(db):
    portfolio = catalogue.read_portfolio()
    people = catalogue.make_people(portfolio["engineers"], "sesame", "sesame")
    return catalogue.make_rotation(people, catalogue.make_pipelines(portfolio, people, LONG_AGO), LONG_AGO)


def run(*args, **options):
    """What the command printed, and its exit status if it is not a refusal."""
    out = io.StringIO()
    try:
        call_command("audit_rotation", *args, stdout=out, **options)
    except SystemExit as end:
        return out.getvalue(), end.code
    return out.getvalue(), 0


def refusal(*args, **options):
    with pytest.raises(CommandError) as caught:
        call_command("audit_rotation", *args, **options)
    assert caught.value.returncode == 2
    return str(caught.value)


def table(tmp_path, text):
    path = tmp_path / "table.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_the_reference_table_in_words(reference_team):
    text, status = run(str(TABLE))
    assert status == 1
    assert text.startswith(REFERENCE_TEXT)
    assert text.endswith(
        "Engineer         tokens  primary weeks  secondary weeks  weeks with a role\n"
        "Data Engineer A      11              4                3                  5\n"
        "Data Engineer B       9              2                5                  5\n"
        "Data Engineer C      12              5                2                  5\n"
        "Data Engineer D       6              1                4                  5\n"
    )
    assert (
        "  Daily growth          no primary\n"
        "                        two secondaries: Data Engineer B and Data Engineer D (lines 4, 7)\n"
        "                        Data Engineer D, secondary, does not own it; its owners are Data Engineer B and "
        "Data Engineer C (line 7)\n"
        "  Aggregate engagement  no primary; Data Engineer B is secondary\n"
    ) in text


def test_the_reference_table_as_json(reference_team):
    text, status = run(str(TABLE), "--json")
    found = json.loads(text)
    assert status == 1
    assert list(found) == ["rotation", "weeks", "pipeline_weeks", "fully_covered", "counts", "findings", "loads"]
    assert (found["rotation"], found["weeks"]) == ("data-pipelines", [1, 2, 3, 4, 5])
    assert (found["pipeline_weeks"], found["fully_covered"]) == (25, 2)
    assert found["counts"] == {
        "no_primary": 13,
        "no_secondary": 13,
        "nobody": 3,
        "two_primaries": 0,
        "two_secondaries": 2,
        "clash": 0,
        "not_an_owner": 4,
        "repeated": 0,
    }
    assert len(found["findings"]) == 35
    assert next(row for row in found["findings"] if row["kind"] == "two_secondaries") == {
        "week": 1,
        "pipeline": "daily-growth",
        "kind": "two_secondaries",
        "role": "secondary",
        "engineers": ["engineer-b", "engineer-d"],
        "lines": [4, 7],
        "text": "two secondaries: Data Engineer B and Data Engineer D",
    }
    assert found["loads"]["engineer-c"] == {"tokens": 12, "primary_weeks": 5, "secondary_weeks": 2, "weeks": 5}


def test_a_table_without_findings_ends_well(team, tmp_path):
    path = table(
        tmp_path,
        f"{HEADER}2026-11-23,A,primary,Profit\n2026-11-23,B,secondary,profit\n"
        "2026-11-23,data-engineer-c,primary,Growth\n2026-11-23,Data Engineer D,secondary,Growth\n",
    )
    text, status = run(path)
    assert (status, text.splitlines()[0]) == (
        0,
        "Data: 2 of 2 pipeline-weeks are fully covered, by one primary and one secondary.",
    )
    found = json.loads(run(path, json=True)[0])
    assert (found["weeks"], found["findings"]) == (["2026-11-23"], [])


def test_a_dash_reads_standard_input(team, monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(f"{HEADER}1,A,primary,Profit".encode())))
    text, status = run("-", "--json")
    assert (status, json.loads(text)["counts"]["no_secondary"]) == (1, 2)


def test_nothing_on_standard_input_is_an_empty_table(team, monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO()))
    assert refusal("-") == (
        "standard input: line 1: the table is empty; it begins with a line week,engineer,role,pipeline."
    )


def test_a_bad_row_is_named_by_file_line_and_column(team, tmp_path):
    path = table(tmp_path, f"{HEADER}1,A,primary,Profit\n1,B,secondry,Profit\n")
    assert refusal(path) == f"{path}: line 3, column role: 'secondry' is neither primary nor secondary."


def test_a_stranger_to_the_rotation_is_unknown_with_the_known_names(team, tmp_path):
    path = table(tmp_path, f"{HEADER}1,Stranger,primary,Profit\n")
    assert refusal(path) == f"{path}: line 2, column engineer: 'Stranger' is unknown; known: A, B, C, D."


def test_a_pipeline_out_of_service_is_unknown(team, tmp_path):
    team.growth.is_active = False
    team.growth.save()
    path = table(tmp_path, f"{HEADER}1,A,primary,Growth\n")
    assert refusal(path) == f"{path}: line 2, column pipeline: 'Growth' is unknown; known: Profit."


def test_files_that_cannot_be_read_are_refused(team, tmp_path):
    big = table(tmp_path, b"x" * (1024 * 1024 + 1))
    assert refusal(big) == f"{big}: a table has at most 1,024 KiB."
    latin = table(tmp_path, "week,José".encode("latin-1"))
    assert refusal(latin) == f"{latin}: line 1: is not UTF-8 text; save the table as CSV in UTF-8."
    assert refusal(str(tmp_path)) == f"'{tmp_path}' can't be read: Is a directory."
    assert refusal("a\0b") == "'a\\x00b' can't be read: embedded null byte."


def test_an_empty_database_is_told(db):
    assert refusal(str(TABLE)) == "There is no rotation in the database yet; run manage.py seed, or make one."


def test_a_rotation_without_pipelines_is_told(db):
    make_rotation("Data")
    assert refusal(str(TABLE)) == "Rotation data has no pipelines yet; give it units first."


def test_among_several_rotations_one_is_to_be_chosen(team, tmp_path):
    ada = make_engineer("Ada")
    other = make_pipeline("Churn", owners=(ada, make_engineer("Bo")))
    make_rotation("Ops", members=[ada], pipelines=[other])
    path = table(tmp_path, f"{HEADER}1,Ada,primary,Churn\n")
    assert refusal(path) == "Say which rotation with --rotation; there are data, ops."
    assert refusal(path, rotation="sales") == "--rotation 'sales': there is no such rotation; known: data, ops."
    assert json.loads(run(path, "--rotation", "ops", "--json")[0])["counts"]["no_secondary"] == 1


def test_without_a_table_the_rotation_itself_is_audited(team, monday, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: monday)
    text, status = run()
    assert (status, text.splitlines()[:7]) == (
        1,
        [
            "Data: 3 open findings in the next 90 days (times in UTC)",
            "",
            "Weeks that are not planned",
            "  Nothing is planned for 12 weeks: nobody has duty, Mon 30 Nov, 09:00 to Mon 22 Feb 2027, 09:00",
            "",
            "Runbook missing",
            "  Profit has no runbook",
        ],
    )


def test_a_standing_audit_as_json(team, cast, monday, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: monday)
    team.shifts.profit_secondary.delete()
    acknowledged = ConfirmedGap.objects.create(
        rotation=team.rotation,
        unit=team.on_profit,
        role="secondary",
        starts_at=at("2026-11-23 09:00"),
        ends_at=at("2026-11-30 09:00"),
        by=cast.manager,
        at=monday,
        reason="year end",
    )
    text, status = run("--rotation", "data", "--json")
    found = json.loads(text)
    assert (status, found["rotation"], found["at"], found["until"]) == (
        1, "data", "2026-11-23T10:00:00Z", "2027-02-21T10:00:00Z",
    )  # fmt: skip
    assert (found["open"], found["acknowledged"]) == (3, 1)
    assert {kind: number for kind, number in found["counts"].items() if number} == {"unplanned": 1, "no_runbook": 2}
    assert found["findings"][0] == {
        "kind": "thin",
        "causes": [],
        "text": "Profit has no secondary: nobody is planned",
        "starts_at": "2026-11-23T09:00:00Z",
        "ends_at": "2026-11-30T09:00:00Z",
        "within_72_hours": True,
        "is_open": False,
        "unit": "Profit",
        "role": "secondary",
        "engineers": [],
        "pipelines": ["profit"],
        "acknowledged": {"by": "manager", "at": "2026-11-23T10:00:00Z", "reason": acknowledged.reason},
        "mend": {"words": "Plan", "url": "http://testserver/rotations/data/plan/"},
    }


def test_a_rotation_without_open_findings_ends_well(team, monday, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: monday)
    team.rotation.horizon_weeks = 1
    team.rotation.save()
    for pipeline in (team.profit, team.growth):
        Runbook.objects.create(pipeline=pipeline, purpose="x", reviewed_on=monday.date())
    assert run() == ("Data: no open findings in the next 90 days (times in UTC)\n", 0)


def manage(tmp_path, *args):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "oncall_portal.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path}/none.sqlite3",
        "SECRET_KEY": "tests-only",
    }
    command = [sys.executable, "manage.py", "audit_rotation", *args]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_in_a_terminal_a_missing_file_is_one_line_and_status_2(tmp_path):
    ended = manage(tmp_path, "missing.csv")
    assert (ended.returncode, ended.stdout, ended.stderr) == (
        2,
        "",
        "CommandError: 'missing.csv' can't be read: No such file or directory.\n",
    )


def test_in_a_terminal_a_database_without_tables_is_one_line_and_status_2(tmp_path):
    ended = manage(tmp_path, str(TABLE))
    assert (ended.returncode, ended.stdout, ended.stderr) == (
        2,
        "",
        "CommandError: The database can't be read (no such table: rotations_rotation); run manage.py migrate first.\n",
    )
