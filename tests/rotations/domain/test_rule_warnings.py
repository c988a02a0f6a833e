import pytest

from rotations.domain.rule_warnings import Rules, rule_warnings

ROOMY = {"Profit": 12, "Growth": 12}
HORIZON_WORDS = (
    "A planning horizon of 13 weeks is no whole number of shifts of 2 weeks: plans look ahead to the end of the last "
    "shift."
)


@pytest.mark.parametrize(
    ("rules", "members", "pools", "words"),
    [
        ({}, 4, {"Profit": 4}, []),
        (
            {"rest_weeks": 3, "per_unit": False},
            2,
            {"Profit": 2},
            ["A rest of 3 weeks needs at least 4 people; there are 2."],
        ),
        (
            {"rest_weeks": 3},
            4,
            {"Profit": 2, "Growth": 4},
            ["A rest of 3 weeks needs at least 4 people; Profit has 2."],
        ),
        ({"rest_weeks": 1, "shift_weeks": 2, "horizon_weeks": 14}, 2, {"Profit": 2}, []),
        (
            {"max_consecutive_weeks": 1, "per_unit": False, "max_roles_per_week": 1},
            3,
            {"Profit": 3},
            ["At most 1 week in a row needs at least 4 people; there are 3."],
        ),
        (
            {"max_consecutive_weeks": 2},
            2,
            {"Profit": 2},
            ["At most 2 weeks in a row needs at least 3 people; Profit has 2."],
        ),
        (
            {},
            1,
            {"A": 2, "B": 2, "C": 2},
            ["3 units have 6 roles a week, and 1 member with at most 4 roles each can take 4."],
        ),
        ({}, 4, {"Profit": 1}, ["Profit needs a primary and a secondary, and only 1 member can take it."]),
        (
            {"secondary_weight": 3},
            4,
            ROOMY,
            ["A secondary week counts 3 tokens and a primary week only 2: plans will spare secondaries."],
        ),
        (
            {"freeze_days": 91},
            4,
            ROOMY,
            ["Planning looks 13 weeks ahead, and the next 91 days are frozen: a repaired plan can change nothing."],
        ),
        (
            {"shift_weeks": 2},
            4,
            ROOMY,
            [HORIZON_WORDS],
        ),
        (
            {"max_away": 3},
            4,
            ROOMY,
            ["With 3 of 4 members away on one day there are not two left to carry the pager."],
        ),
        ({"max_away": 2}, 4, ROOMY, []),
    ],
)
def test_rules_that_cannot_hold_are_named_with_what_they_need(rules, members, pools, words):
    assert list(rule_warnings(Rules(**rules), members, pools)) == words


def test_without_units_there_is_nothing_to_keep():
    assert list(rule_warnings(Rules(rest_weeks=5, max_consecutive_weeks=1), 0, {})) == []
