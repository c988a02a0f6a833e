"""`manage.py ledger`: text, JSON and CSV, and what is refused with exit status 2."""

import csv
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from rotations.models import Rotation
from tests.factories import at

WEEK = ("--from", "2026-11-23", "--to", "2026-11-30")


@pytest.fixture(autouse=True)
def _two_weeks_later(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: at("2026-12-07 12:00"))


def ledger(*args):
    out = StringIO()
    call_command("ledger", *args, stdout=out)
    return out.getvalue()


def test_text_shows_what_was_served_and_the_balance(team):
    lines = ledger(*WEEK).splitlines()
    assert lines[0] == "Served, 2026-11-23 through 2026-11-30"
    assert [" ".join(line.split()) for line in lines[4:6]] == [
        "Data Engineer A 1 0 2 0 0 0 2 1.5 +0.5",
        "Data Engineer B 0 1 2 0 128 0 1 1.5 -0.5",
    ]


def test_json_and_csv_hold_planned_and_served(team):
    (first, *_) = json.loads(ledger("--rotation", "data", "--json", *WEEK))
    row = next(csv.DictReader(StringIO(ledger("--csv", *WEEK))))
    for found in (first, row):
        assert (found["rotation"], found["from"], found["username"]) == ("Data", "2026-11-23", "data-engineer-a")
        assert (float(found["primary weeks planned"]), float(found["primary hours served"])) == (1, 168)


def test_without_days_it_is_this_quarter(team):
    assert ledger().startswith("Served, 2026-10-01 through 2026-12-31\n")


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["--rotation", "x"], "--rotation 'x': there is no such rotation; known: data."),
        (["--from", "2026-11-23"], "Give both --from and --to, or neither for this quarter."),
        (["--from", "soon", "--to", "2026-11-23"], "--from 'soon' is no day; use for example 2026-10-01."),
        (["--from", "1026-11-23", "--to", "2026-11-23"], "--from 1026-11-23: use a year from 2000 to 2100."),
        (["--from", "2026-11-23", "--to", "2026-11-22"], "--to 2026-11-22 is before --from 2026-11-23."),
    ],
)
def test_bad_input_is_refused_in_one_line(team, args, complaint):
    with pytest.raises(CommandError) as refusal:
        ledger(*args)
    assert (str(refusal.value), refusal.value.returncode) == (complaint, 2)


def test_without_any_rotation_it_says_so(db):
    with pytest.raises(CommandError, match="there is no rotation; known: none yet"):
        ledger()


def test_a_rotation_without_anybody_is_told_as_such(db):
    Rotation.objects.create(name="Empty", slug="empty")
    assert ledger().endswith("Nobody is in the ledger yet.\n")
