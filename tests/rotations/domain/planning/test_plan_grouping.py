import pytest

from rotations.domain.planning import Problem, solve
from rotations.domain.planning.grouping import compare_units, merged

PIPELINES = ["Engagement", "GrowthAgg", "GrowthDaily", "ProfitAgg", "ProfitUnit"]


def test_a_group_weighs_what_it_is_made_of_and_needs_who_knows_all_of_it(team):
    problem = Problem.from_json(team(2))

    grouped = merged(problem, [["ProfitUnit", "GrowthDaily"]])

    assert [unit.id for unit in grouped.units] == ["Engagement", "GrowthAgg", "GrowthDaily+ProfitUnit", "ProfitAgg"]
    group = grouped.unit_by_id["GrowthDaily+ProfitUnit"]
    assert (group.qualified, group.owners, group.weight) == (("A", "B", "C"), ("B", "C"), 2)


def test_pins_and_published_shifts_of_other_units_are_kept(team):
    given = team(1)
    rows = [{"unit": unit, "week": "2026-01-05", "primary": None, "secondary": None} for unit in PIPELINES[:2]]
    problem = Problem.from_json(given | {"published": rows})

    assert [pair.unit for pair in merged(problem, [PIPELINES[1:]]).published] == ["Engagement"]


@pytest.mark.parametrize("groups", [[["Loss"]], [["ProfitUnit"], ["ProfitUnit", "ProfitAgg"]]])
def test_an_unknown_or_doubled_unit_is_refused(team, groups):
    with pytest.raises(ValueError, match="is no unit of the problem, or stands in two groups"):
        merged(Problem.from_json(team(1)), groups)


def test_one_pair_for_all_halves_the_weeks_on_call_at_equal_loads(team):
    problem = Problem.from_json(team(4, trained=True))
    grouped = merged(problem, [PIPELINES])

    found = compare_units(problem, solve(problem), solve(grouped))

    assert {share.weeks for share in found.second.shares.values()} == {2}
    assert {share.tokens for share in found.second.shares.values()} == {15}
    assert found.second.ratio == 1
    assert (found.first.open_roles, found.second.open_roles) == (0, 0)
    assert all(saved >= 1 for saved in found.weeks_saved.values())
