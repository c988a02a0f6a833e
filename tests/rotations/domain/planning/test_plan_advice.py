import pytest

from rotations.domain.planning import Problem, solve
from rotations.domain.planning.advice import FAIRNESS, OPEN_ROLES

WEEKS = [f"2026-01-{day:02}" for day in (5, 12, 19, 26)]


def advice_to(given):
    return solve(Problem.from_json(given), explained=True).explained.advice


def test_one_training_suffices_for_the_reference_team_and_any_of_six_does(team):
    (advice,) = advice_to(team(52))

    pairs = {(advice.engineer, advice.unit), *advice.as_good}
    assert advice.kind == FAIRNESS
    assert (advice.highest, advice.lowest) == (3.75, 3.75)
    assert pairs == {
        *(("A", unit) for unit in ("ProfitAgg", "GrowthDaily", "Engagement")),
        *(("D", unit) for unit in ("ProfitUnit", "GrowthDaily", "Engagement")),
    }


def test_where_everybody_is_equal_there_is_nothing_to_advise(team):
    assert advice_to(team(4, trained=True)) == ()


@pytest.mark.parametrize(
    ("away", "short", "trainings"),
    [
        ("A", {"GrowthAgg", "ProfitUnit"}, 2),
        ("B", {"Engagement", "GrowthDaily", "ProfitUnit"}, 3),
        ("C", {"Engagement", "GrowthDaily", "ProfitAgg"}, 3),
        ("D", {"GrowthAgg", "ProfitAgg"}, 2),
    ],
)
def test_with_one_owner_away_exactly_the_secondaries_stay_open_that_must(team, away, short, trainings):
    given = team(3)
    for row in given["engineers"]:
        row["weeks_off"] = [WEEKS[1]] if row["id"] == away else []

    answer = solve(Problem.from_json(given), explained=True)

    assert {(cell.unit, cell.week.isoformat(), cell.role) for cell in answer.open} == {
        (unit, WEEKS[1], "secondary") for unit in short
    }
    (conflict,) = answer.conflicts
    assert set(conflict.units) == short
    assert [(reason.kind, reason.engineer) for reason in conflict.core] == [("absence", away)]
    assert conflict.relax == conflict.core
    closing = [advice for advice in answer.explained.advice if advice.kind == OPEN_ROLES]
    assert [(advice.closes, advice.remaining) for advice in closing] == [
        (1, left) for left in range(trainings - 1, -1, -1)
    ]
    assert {advice.unit for advice in closing} == short


def test_the_trainings_advised_do_close_the_open_roles(team):
    given = team(3)
    given["engineers"][1]["weeks_off"] = [WEEKS[1]]
    for advice in advice_to(given):
        for unit in given["units"]:
            if advice.kind == OPEN_ROLES and unit["id"] == advice.unit:
                unit["qualified"] = [*unit["qualified"], advice.engineer]

    assert solve(Problem.from_json(given)).complete
