import datetime as dt

from rotations.domain.units import (
    Choice,
    Group,
    Placed,
    choices_of,
    current_groups,
    longest_run,
    meaning,
    regrouped,
    same_groups,
)

PROFIT = Placed(1, "Unit-level profit", "Profit", "Unit-level profit")
AGGREGATE = Placed(2, "Aggregate profit", "Profit", "Aggregate profit")
GROWTH = Placed(3, "Daily growth", "Growth", "Daily growth")


def test_pipelines_stand_alone_by_area_or_all_in_one():
    assert choices_of([PROFIT, AGGREGATE, GROWTH], "Data") == {
        Choice.EACH: (Group("Unit-level profit", (1,)), Group("Aggregate profit", (2,)), Group("Daily growth", (3,))),
        Choice.AREA: (Group("Daily growth", (3,)), Group("Profit", (1, 2))),
        Choice.ONE: (Group("Data", (1, 2, 3)),),
    }


def test_choices_that_come_to_the_same_are_offered_once():
    assert list(choices_of([PROFIT, AGGREGATE], "Data")) == [Choice.EACH, Choice.AREA]
    assert list(choices_of([PROFIT, GROWTH], "Data")) == [Choice.EACH, Choice.ONE]
    assert list(choices_of([PROFIT], "Data")) == [Choice.EACH]
    assert choices_of([], "Data") == {Choice.EACH: ()}


def test_units_are_the_same_by_their_pipelines_and_not_by_their_names():
    assert same_groups(current_groups([PROFIT, GROWTH]), [Group("x", (3,)), Group("y", (1,))])
    assert not same_groups(current_groups([PROFIT, GROWTH]), [Group("x", (1, 3))])


def test_a_shared_pair_is_qualified_for_all_its_pipelines_and_nothing_is_published_of_it():
    problem = {
        "engineers": [{"id": "1"}, {"id": "2"}, {"id": "3"}],
        "units": [],
        "pins": [{}],
        "published": [{}],
        "locked_before": "2026-12-07",
    }
    found = regrouped(problem, [Group("Data", (1, 2))], {1: {1, 2, 9}, 2: {2, 3, 9}}, {1: (1, 9)})
    assert found == {
        "engineers": problem["engineers"],
        "units": [{"id": "Data", "qualified": ["2"], "owners": ["1", None]}],
        "pins": [],
    }


def test_what_a_plan_means_is_told_for_each_engineer():
    problem = {"weeks": 4, "shift_weeks": 2, "units": [{}, {}], "engineers": [{"id": "1"}, {"id": "2"}]}
    answer = {
        "assignments": [
            {"week": "2026-11-30", "primary": "1", "secondary": None},
            {"week": "2026-11-30", "primary": None, "secondary": "1"},
        ],
        "loads": {"1": {"primary_weeks": 2, "holiday_days": 1, "tokens": 6}},
        "open": [{}, {}],
        "exceptions": [{}],
        "fairness_words": "As even as can be.",
    }
    found = meaning(problem, answer)
    assert found["engineers"] == {
        "1": {"weeks": 2, "free": 2, "in_a_row": 2, "roles": 2, "primary_weeks": 2, "holiday_days": 1, "tokens": 6},
        "2": {"weeks": 0, "free": 4, "in_a_row": 0, "roles": 0, "primary_weeks": 0, "holiday_days": 0, "tokens": 0},
    }
    assert (found["units"], found["open"], found["exceptions"], found["fairness"]) == (2, 2, 1, "As even as can be.")


def test_the_longest_run_breaks_where_a_week_is_missing():
    weeks = [dt.date(2026, 11, 2) + dt.timedelta(weeks=n) for n in (0, 1, 3, 4, 5)]
    assert (longest_run(weeks), longest_run([])) == (3, 0)
