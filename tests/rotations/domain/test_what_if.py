"""What is supposed of a problem, and how it is told."""

import pytest

from rotations.domain.planning import Problem, solve
from rotations.domain.what_if import is_possible, read_step, relaxed, step_of, step_words, text_of
from tests.rotations.domain.test_draft import FIRST, NAMES, SECOND, problem

EVERYBODY_AWAY = [{"id": one, "weeks_off": [FIRST] if one in "ABC" else []} for one in "ABCD"]


def given(**changes):
    return problem(
        engineers=EVERYBODY_AWAY,
        pins=[{"unit": "p", "week": SECOND, "role": "primary", "engineer": "A"}],
        **changes,
    )


def test_a_refused_absence_makes_room():
    step = step_of({"kind": "absence", "engineer": "B", "week": FIRST, "unit": None})
    found = relaxed(given(), [step])
    assert [one.get("weeks_off") for one in found["engineers"]] == [[FIRST], [], [FIRST], []]
    before, after = (solve(Problem.from_json(one)).open for one in (given(), found))
    assert len(after) < len(before)


def test_a_lifted_pin_a_raised_limit_and_a_training():
    pin = step_of({"kind": "pin", "engineer": "A", "week": SECOND, "unit": "p"})
    assert relaxed(given(), [pin])["pins"] == []
    assert relaxed(given(), [step_of({"kind": "rule", "week": FIRST})])["rules"]["max_roles_per_engineer_week"] == 2
    train = step_of({"kind": "train", "engineer": "D", "unit": "g"})
    assert relaxed(given(), [train])["units"][1]["qualified"] == ["A", "B", "C", "D"]
    assert given()["units"][1]["qualified"] == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            {"kind": "absence", "engineer": "B", "week": FIRST},
            "refuse the time off of Engineer B in the week of Mon 5 Jan 2026",
        ),
        (
            {"kind": "unpin", "engineer": "A", "week": SECOND, "unit": "p"},
            "lift the pin of Engineer A on Profit in the week of Mon 12 Jan 2026",
        ),
        (
            {"kind": "raise", "engineer": "D", "week": FIRST},
            "let Engineer D hold one role more in the week of Mon 5 Jan 2026",
        ),
        ({"kind": "train", "engineer": "D", "unit": "g"}, "train Engineer D on Growth"),
    ],
)
def test_steps_are_told_in_words_and_come_back_from_a_form(row, words):
    step = step_of(row)
    assert step_words(step, NAMES) == words
    assert read_step(text_of(step)) == step


@pytest.mark.parametrize("text", ["", "refuse", "explode||||", "refuse|yesterday|A||", "refuse|2026-01-05|A"])
def test_what_is_no_step_is_refused(text):
    with pytest.raises(ValueError, match=r"is no step|Invalid isoformat"):
        read_step(text)


def test_what_is_so_already_changes_nothing():
    assert not is_possible(given(), step_of({"kind": "train", "engineer": "A", "unit": "p"}))
    assert not is_possible(given(), step_of({"kind": "refuse", "engineer": "D", "week": FIRST}))
