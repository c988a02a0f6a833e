from datetime import date

import pytest

from rotations.domain.planning import Problem, solve
from rotations.domain.planning.parts import Cell
from rotations.domain.planning.why import why, why_all
from rotations.domain.planning.words import Names, other_words, why_json

WEEKS = [f"2026-01-{day:02}" for day in (5, 12, 19, 26)]
DAYS = [date.fromisoformat(week) for week in WEEKS]


def one_unit(team, weeks=1, pairs=("AB",), **rules):
    """One unit with a published plan, so that the plan is known."""
    given = team(weeks, trained=True)
    given["units"] = [given["units"][0]]
    given["rules"] |= rules
    given["published"] = [
        {"unit": "ProfitUnit", "week": week, "primary": pair[0], "secondary": pair[1]}
        for week, pair in zip(WEEKS, pairs, strict=False)
    ]
    return given


def reasons(given, week=0, role="primary", afresh=True):
    """Why each other doesn't hold the role of the published plan, as if it were planned afresh."""
    if afresh:
        given |= {"rebalance_from": WEEKS[0]}
    problem = Problem.from_json(given)
    found = why(problem, problem.published, Cell("ProfitUnit", DAYS[week], role))
    return {
        other.engineer: other_words(other.to_json(), Names({"A": "Ann"}, {"ProfitUnit": "Profit"}))
        for other in found.others
    }


def test_who_holds_the_other_role_is_away_or_is_no_member_could_not(team):
    given = one_unit(team)
    given["engineers"][2]["weeks_off"] = [WEEKS[0]]
    given["engineers"][3]["joins"] = "2026-02-02"

    assert reasons(given) == {"B": "holds the other role of Profit", "C": "away that week", "D": "joins on 2 Feb 2026"}


def test_somebody_partly_away_could_be_primary_only(team):
    given = one_unit(team)
    given["engineers"][2]["weeks_partial"] = [WEEKS[0]]
    given["engineers"][3]["leaves"] = "2026-01-10"

    assert reasons(given, role="secondary") == {
        "A": "holds the other role of Profit",
        "C": "partly away: could only be primary, with a secondary who is there",
        "D": "leaves on 10 Jan 2026",
    }


def test_whoever_is_full_is_told_with_what(team):
    given = team(1, trained=True) | {"rebalance_from": WEEKS[0]}
    given["rules"]["max_roles_per_engineer_week"] = 2
    given["units"] = given["units"][:2]
    given["published"] = [
        {"unit": "ProfitAgg", "week": WEEKS[0], "primary": "A", "secondary": "B"},
        {"unit": "ProfitUnit", "week": WEEKS[0], "primary": "C", "secondary": "A"},
    ]

    assert reasons(given)["A"] == "holds the other role of Profit"
    given["published"][1]["secondary"] = "B"
    given["rules"]["max_roles_per_engineer_week"] = 1
    assert reasons(given)["A"] == "holds 1 role that week already (ProfitAgg); 1 is the most"


def test_rest_and_weeks_in_a_row_are_named_with_their_weeks(team):
    given = one_unit(team, 3, ("AB", "CD", "BA"), min_weeks_between_primary=1)

    assert reasons(given, week=1)["A"] == "is primary in the week of 5 Jan 2026; 1 week of rest must lie between"
    assert reasons(given, week=1)["B"] == "is primary in the week of 19 Jan 2026; 1 week of rest must lie between"
    given = one_unit(team, 3, ("AB", "CD", "BA"), max_consecutive_weeks=1)
    assert reasons(given, week=1)["A"] == "would be on call in every week from 5 Jan 2026 to 19 Jan 2026"


def test_balance_says_what_somebody_carries_and_what_would_be_fair(team):
    given = one_unit(team, 2, ("AB", "CD"))

    assert (
        reasons(given)["C"] == "carries 2 tokens in this plan, 1.5 would be fair: with this the load would be less even"
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"country": "US"}, "has a public holiday that week"),
        ({"unwanted": [WEEKS[0]]}, "wishes kept this week from them"),
        ({}, "the holder owns this role"),
    ],
)
def test_where_the_load_says_nothing_holidays_wishes_and_owners_do(team, change, words):
    given = one_unit(team)
    given["holidays"] = {"US": {WEEKS[0]: 1}, "IN": {}}
    for row in given["engineers"]:
        row["country"] = "IN"
    given["engineers"][3] |= change

    assert reasons(given)["D"] == words


def test_where_nothing_speaks_against_somebody_that_is_said(team):
    given = one_unit(team)
    given["units"][0]["owners"] = [None, None]

    carried = "carries 0 tokens in this plan, 0.8 would be fair"
    assert reasons(given)["D"] == f"would have been as good: {carried}, and the plan as a whole came out so"


def test_pins_the_freeze_and_what_is_published_hold(team):
    given = one_unit(team)
    assert reasons(given, afresh=False)["C"] == "published so: giving it to another would be one change more"
    given["pins"] = [{"unit": "ProfitUnit", "week": WEEKS[0], "role": "primary", "engineer": "A"}]
    assert reasons(given)["C"] == "somebody is pinned here"
    given["locked_before"] = WEEKS[1]
    assert reasons(given)["C"] == "inside the freeze nothing moves"


def test_every_held_role_is_explained_and_an_open_one_is_not(team):
    given = team(2)
    given["engineers"][0]["weeks_off"] = [WEEKS[0]]
    problem = Problem.from_json(given)
    answer = solve(problem)

    rows = [why_json(found) for found in why_all(problem, answer.assignments)]

    assert len(rows) == 20 - len(answer.open)
    assert rows[0].keys() == {"unit", "week", "role", "engineer", "level", "others"}
    assert why(problem, answer.assignments, answer.open[0]) is None
    for row in rows:
        unit = problem.unit_by_id[row["unit"]]
        assert sorted([row["engineer"], *(other["engineer"] for other in row["others"])]) == list(unit.qualified)
