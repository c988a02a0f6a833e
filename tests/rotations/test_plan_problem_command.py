import json
from io import StringIO

import pytest
from django.core.management import call_command

WEEKS = ["2026-01-05", "2026-01-12"]
OWNERS = {"Loss": ["A", "B"], "Profit": ["B", "A"]}


@pytest.fixture
def problem(tmp_path):
    def write(**changes):
        given = {
            "start": WEEKS[0],
            "weeks": 2,
            "engineers": [{"id": who} for who in "ABC"],
            "units": [{"id": unit, "qualified": owners, "owners": owners} for unit, owners in OWNERS.items()],
        }
        file = tmp_path / "problem.json"
        file.write_text(json.dumps(given | changes))
        return str(file)

    return write


def printed(*args):
    out = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("plan", *args, stdout=out)
    return stopped.value.code, out.getvalue()


def test_a_complete_plan_is_printed_with_its_quality_and_ends_well(problem):
    code, text = printed("--problem", problem())

    assert code == 0
    assert text.splitlines()[:3] == ["week of 5 Jan 2026", "  Loss    A / B", "  Profit  B / A"]
    assert "Proven: no fairer plan exists." in text


def test_what_stays_open_is_printed_with_its_reason_and_what_would_help(problem):
    away = [{"id": "A"}, {"id": "B", "weeks_off": [WEEKS[1]]}, {"id": "C"}]

    code, text = printed("--problem", problem(engineers=away))

    assert code == 1
    conflict = "Week of 12 Jan 2026: Loss and Profit can't be fully staffed, as B is away."
    steps = ["refuse the time off of B (closes 2 open roles)", "train C on Loss (closes 1 open role)"]
    assert text[text.index("open: ") :].splitlines() == [
        "open: secondary of Loss, week of 12 Jan 2026",
        "open: secondary of Profit, week of 12 Jan 2026",
        f"{conflict} The least that mends the week: B stays.",
        f"  To try: {', '.join(steps)} or train C on Profit (closes 1 open role).",
        "",
        "advice: train C on Loss: loads from 1.50 to 2.00 tokens a week become possible",
        "advice: train C on Loss: closes 1, 1 stays open",
        "advice: train C on Profit: closes 1, none stays open",
    ]


def test_json_keeps_to_the_contract_and_says_more_only_when_asked(problem):
    contract = {"assignments", "open", "loads", "fairness", "exceptions", "conflicts", "wishes", "changed", "solver"}

    assert json.loads(printed("--problem", problem(), "--json")[1]).keys() == contract
    explained = json.loads(printed("--problem", problem(), "--json", "--explain")[1])
    assert explained.keys() == contract | {"why", "advice", "alternatives"}
    assert explained["why"][0] == {
        "unit": "Loss",
        "week": WEEKS[0],
        "role": "primary",
        "engineer": "A",
        "level": 3.0,
        "others": [{"engineer": "B", "reason": "holds the other role of Loss", "level": 3.0}],
    }


def test_a_repair_says_what_moves_and_why(problem):
    rows = [
        {"unit": unit, "week": week, "primary": primary, "secondary": secondary}
        for week in WEEKS
        for unit, (primary, secondary) in OWNERS.items()
    ]
    units = [{"id": unit, "qualified": ["A", "B", "C"], "owners": owners} for unit, owners in OWNERS.items()]
    people = [{"id": "A"}, {"id": "B", "leaves": WEEKS[1]}, {"id": "C"}]

    code, text = printed("--problem", problem(engineers=people, units=units, published=rows))

    assert code == 0
    assert "Changes 2 published roles (2 had to change), proven to be the fewest." in text
    assert "  12 Jan 2026 Loss secondary: B to C (B has left)" in text
    assert "  12 Jan 2026 Profit primary: B to C (B has left)" in text
