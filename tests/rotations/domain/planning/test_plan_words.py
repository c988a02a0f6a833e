import pytest

from rotations.domain.planning.words import (
    Names,
    advice_words,
    conflict_words,
    listed,
    move_words,
    option_words,
    reason_words,
    refusal_words,
)

NAMES = Names({"1": "Ann", "2": "Bob"}, {"7": "Losses", "8": "Profits"})
WEEK = "2026-01-05"


@pytest.mark.parametrize(
    ("kind", "engineer", "unit", "words"),
    [
        ("open", None, None, "was open"),
        ("not joined", "1", None, "Ann has not joined yet"),
        ("left", "1", None, "Ann has left"),
        ("away", "1", None, "Ann is away"),
        ("partly away", "1", None, "Ann is partly away"),
        ("unqualified", "1", "7", "Ann is not qualified for Losses any more"),
        ("pin", "2", None, "Bob is pinned here"),
        ("pin", "1", "7", "Ann is pinned to the other role"),
        ("frees", "1", "8", "frees Ann for Profits"),
        ("limit", "1", None, "Ann had more roles that week than allowed"),
        ("afresh", None, None, "planned afresh for even load"),
        ("eases", "1", None, "eases the load of Ann"),
    ],
)
def test_every_reason_of_a_change_is_said_by_name(kind, engineer, unit, words):
    reason = {"kind": kind, "engineer": engineer, "unit": unit}

    assert move_words(reason, "1", "2", NAMES) == words
    assert move_words(reason, "1", None, NAMES) == f"{words}, and nobody else can"


@pytest.mark.parametrize(
    ("kind", "stands", "mended"),
    [
        ("absence", "Ann is away", "Ann stays"),
        ("pin", "Ann is pinned to Losses", "lift the pin of Ann to Losses"),
        ("rule", "nobody may hold more roles a week", "allow more roles a week"),
        ("freeze", "the freeze keeps what is published", "lift the freeze"),
    ],
)
def test_every_reason_of_a_conflict_is_said_and_how_to_mend_it(kind, stands, mended):
    reason = {"kind": kind, "engineer": "1", "unit": "7", "week": WEEK}

    assert (reason_words(reason, NAMES), refusal_words(reason, NAMES)) == (stands, mended)
    row = {"week": WEEK, "units": ["7", "8"], "core": [reason], "relax": [reason]}
    assert conflict_words(row, NAMES) == (
        f"Week of 5 Jan 2026: Losses and Profits can't be fully staffed, as {stands}. "
        f"The least that mends the week: {mended}."
    )


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("refuse", "refuse the time off of Ann (closes 1 open role)"),
        ("unpin", "lift the pin of Ann to Losses (primary) (closes 1 open role)"),
        ("raise", "let Ann hold one role more (closes 1 open role)"),
        ("train", "train Ann on Losses (closes 1 open role)"),
    ],
)
def test_every_step_is_said_with_what_it_closes(kind, words):
    option = {"kind": kind, "engineer": "1", "unit": "7", "role": "primary", "closes": 1}

    assert option_words(option, NAMES) == words
    assert option_words(option | {"closes": 3}, NAMES).endswith("(closes 3 open roles)")


def test_advice_says_what_becomes_possible():
    fair = {"kind": "fairness", "engineer": "1", "unit": "7", "bound_max": 3.75, "bound_min": 3.75}
    short = {"kind": "open roles", "engineer": "2", "unit": "8", "closes": 2, "remaining": 3}

    assert advice_words(fair, NAMES) == "train Ann on Losses: everybody equal"
    assert advice_words(fair | {"bound_min": 3.5}, NAMES) == (
        "train Ann on Losses: loads from 3.50 to 3.75 tokens a week become possible"
    )
    assert advice_words(short, NAMES) == "train Bob on Profits: closes 2, 3 stay open"


def test_an_id_without_a_name_stands_for_itself():
    assert advice_words({"kind": "open roles", "engineer": "9", "unit": "9", "closes": 1, "remaining": 0}) == (
        "train 9 on 9: closes 1, none stays open"
    )
    assert (listed(["A"]), listed(["A", "B", "C"], "or")) == ("A", "A, B or C")
