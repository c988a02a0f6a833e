"""Plans side by side: figures, moves and who gives and gets."""

from rotations.domain.compare import Tally, figures, moves, quality_words, tallies, wishes_met
from rotations.domain.draft import Names
from rotations.domain.planning import Problem, solve
from tests.rotations.domain.test_draft import FIRST, NAMES, ROWS, SECOND, problem


def test_moves_name_the_cell_who_gives_who_gets_and_why():
    after = [{**ROWS[0], "primary": "C"}, *ROWS[1:]]
    [move] = moves(ROWS, after, {("p", FIRST, "primary"): "A is away"})
    assert (move.week.isoformat(), move.unit, move.role) == (FIRST, "p", "primary")
    assert (move.before, move.after, move.reason) == ("A", "C", "A is away")


def test_weeks_that_only_one_plan_has_are_no_moves():
    assert moves(ROWS[:2], ROWS, {}) == ()


def test_tallies_count_what_each_gives_and_gets():
    after = [{**ROWS[0], "primary": "C"}, ROWS[1], {**ROWS[2], "primary": None}, ROWS[3]]
    found = tallies(moves(ROWS, after, {}), NAMES)
    assert found == (Tally("A", 1, 0), Tally("C", 0, 1), Tally("D", 1, 0))


def test_figures_are_the_planners_own():
    wishes = [{"id": "A", "wanted": [FIRST]}, {"id": "B", "unwanted": [SECOND]}, {"id": "C"}, {"id": "D"}]
    given = Problem.from_json(problem(engineers=wishes, rules={"max_roles_per_engineer_week": 1}))
    answer = solve(given).to_json()
    found = figures(given, answer, NAMES)
    met, total = wishes_met(given, answer)
    assert (found.gaps, found.thin, found.changed, found.wishes) == (0, 0, 0, f"{met} of {total}")
    assert total == 2


def test_quality_is_told_beside_the_certificate():
    answer = {
        "loads": {"A": {"tokens": 7}, "B": {"tokens": 5}},
        "fairness": {"optimal": False, "certified": {"A": 6, "B": 6}, "bottleneck": ["A"]},
    }
    names = Names({"A": "Ada", "B": "Bo"}, {})
    assert quality_words(answer, names) == (
        "Nobody carries more than 1 token above the fairest possible.",
        "The bottleneck: Ada carries the most, as too few others are qualified to relieve them.",
    )
    proven = {**answer, "fairness": {**answer["fairness"], "optimal": True, "bottleneck": []}}
    assert quality_words(proven, names) == ("Proven: no fairer plan exists.",)
