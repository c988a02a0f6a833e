"""`manage.py oncall`: text, JSON, exit statuses and bad input."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.factories import make_cover


def oncall(*args):
    out = StringIO()
    call_command("oncall", *args, stdout=out)
    return out.getvalue()


def test_text_names_everybody_in_order_with_the_reason(team):
    assert oncall("--at", "2026-11-24T10:00Z", "--pipeline", "profit").splitlines() == [
        "Profit / Profit until Tue 2026-11-24 17:00 UTC",
        "  1. Data Engineer A, primary: on duty as primary",
        "  2. Data Engineer B, secondary: behind the primary",
        "  3. Manager, manager: manages the rotation",
        "  4. Administrator, administrator: runs the portal",
        "  -  Data Engineer A, primary owner: called already",
        "  -  Data Engineer B, secondary owner: called already",
    ]


def test_json_says_the_same_and_for_whom_somebody_covers(team, cast):
    make_cover(team.shifts.profit_primary, cast.d, "2026-11-24 00:00", "2026-11-25 00:00")
    answer = json.loads(oncall("--at", "2026-11-24T11:00+01:00", "--json"))
    assert answer["at"] == "2026-11-24T10:00:00+00:00"
    profit = next(row for row in answer["pipelines"] if row["pipeline"] == "profit")
    assert profit["until"] == "2026-11-24T17:00:00+00:00"
    assert profit["called"][0] == {
        "engineer": "data-engineer-d",
        "name": "Data Engineer D",
        "role": "primary",
        "because": "on duty as primary; covers for Data Engineer A (override)",
        "covers_for": "data-engineer-a",
    }


def test_the_severity_decides_who_goes_first_at_night(team):
    night = ["--at", "2026-11-24T02:00Z", "--pipeline", "profit"]
    assert "1. Data Engineer B, secondary" in oncall(*night)
    assert "1. Data Engineer A, primary" in oncall(*night, "--severity", "medium")


def test_it_ends_with_1_where_nobody_has_duty(team):
    with pytest.raises(SystemExit) as ended:
        oncall("--at", "2027-05-01T10:00Z")
    assert ended.value.code == 1


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--at", "tomorrow"], "--at 'tomorrow' is no instant; use for example 2026-11-23T09:00+01:00."),
        (["--at", "2026-13-01T10:00Z"], "--at '2026-13-01T10:00Z' is no instant"),
        (["--at", "2026-11-24T10:00"], "--at '2026-11-24T10:00': say the zone too"),
        (["--at", "1066-10-14T10:00Z"], "use a year from 2000 to 2100"),
        (["--pipeline", "losses"], "--pipeline 'losses': there is no such pipeline; known: growth, profit."),
    ],
)
def test_bad_input_is_one_clear_line_and_status_2(team, args, words):
    with pytest.raises(CommandError) as refused:
        oncall(*args)
    assert words in str(refused.value)
    assert refused.value.returncode == 2
