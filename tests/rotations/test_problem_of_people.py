"""What a planning problem says of people: capacity, holidays served, who left, who is no member."""

import datetime as dt

import pytest

from pipelines.models import Training
from rotations.domain.planning import Problem
from rotations.loads.planning import planning_problem
from tests.factories import LONG_AGO, at, make_holiday, make_pipeline, make_rotation, make_shift

FIRST = dt.date(2026, 11, 30)


def people(problem):
    return {int(row["id"]): row for row in problem["engineers"]}


def problem_of(rotation, monday, weeks=4, first=FIRST):
    problem = planning_problem(rotation, first, weeks, monday)
    Problem.from_json(problem)  # the planner can read it
    return problem


def test_every_rule_is_passed(team, monday):
    rules = {"rest_weeks": 2, "max_consecutive_weeks": 3, "rules_scope": "engineer", "max_roles_per_week": 1}
    type(team.rotation).objects.update(**rules)
    team.rotation.refresh_from_db()
    problem = problem_of(team.rotation, monday)
    assert problem["rules"] == {
        "max_roles_per_engineer_week": 1,
        "min_weeks_between_primary": 2,
        "max_consecutive_weeks": 3,
        "scope": "engineer",
    }
    assert "shift_weeks" not in problem


def test_capacity_is_that_of_the_horizon_and_that_of_the_ledger(team, cast, monday):
    make_shift(team.on_profit, cast.b, week="2026-09-07")
    now = team.rotation.memberships.get(engineer=cast.a)
    now.leaves_on = dt.date(2026, 11, 2)
    now.capacity_percent = 50
    now.save()
    team.rotation.memberships.create(engineer=cast.a, joins_on=dt.date(2026, 11, 2), capacity_percent=80)
    rows = people(problem_of(team.rotation, monday))
    assert rows[cast.a.pk]["capacity_percent"] == 80
    assert rows[cast.a.pk]["ledger"]["capacity_weeks"] == pytest.approx(8 * 0.5 + 4 * 0.8)
    assert rows[cast.b.pk]["ledger"]["capacity_weeks"] == pytest.approx(12)
    assert rows[cast.b.pk]["ledger"]["weeks"] == 2


def test_who_had_a_holiday_two_years_ago_is_known(team, cast, monday):
    cast.a.holiday_calendar = "US"
    cast.a.save()
    for day in ("2023-12-25", "2024-12-25", "2025-12-25"):
        make_holiday(day, "Christmas Day")
    for week in ("2023-12-25", "2024-12-23", "2025-12-22"):
        make_shift(team.on_profit, cast.a, week=week)
    rows = people(problem_of(team.rotation, monday))
    assert rows[cast.a.pk]["ledger"]["holidays_served"] == ["2024-12-25", "2025-12-25"]
    assert rows[cast.b.pk]["ledger"]["holidays_served"] == []


def test_who_left_with_duty_ahead_is_named_and_can_take_none(team, cast, monday):
    make_shift(team.on_profit, cast.a, week="2026-12-14")
    team.rotation.memberships.filter(engineer=cast.a).update(leaves_on=dt.date(2026, 11, 23))
    problem = problem_of(team.rotation, monday)
    assert people(problem)[cast.a.pk] == {"id": str(cast.a.pk), "leaves": "2026-11-30"}
    assert [row["primary"] for row in problem["published"]] == [str(cast.a.pk)]


def test_owners_and_trained_who_are_no_members_are_left_out(team, cast, monday):
    Training.objects.create(pipeline=team.profit, engineer=cast.stranger, trained_on=LONG_AGO)
    team.rotation.memberships.filter(engineer=cast.a).delete()
    profit = problem_of(team.rotation, monday)["units"][0]
    assert profit["owners"] == [None, str(cast.b.pk)]
    assert profit["qualified"] == [str(one.pk) for one in (cast.b, cast.c, cast.d)]


def test_a_unit_without_owners_can_be_planned(cast, monday):
    rotation = make_rotation("Lonely", members=[cast.a, cast.b], pipelines=[make_pipeline("Lonely", trained=[cast.a])])
    assert problem_of(rotation, monday)["units"][0]["owners"] == [None, None]


def test_whoever_is_pinned_may_stand_there_whatever_they_are_trained_for(team, cast, monday):
    Training.objects.filter(pipeline=team.profit, engineer=cast.d).delete()
    make_shift(team.on_profit, cast.d, week="2026-12-14", is_pinned=True)
    problem = problem_of(team.rotation, monday)
    assert str(cast.d.pk) in problem["units"][0]["qualified"]
    assert [(pin["engineer"], pin["week"]) for pin in problem["pins"]] == [(str(cast.d.pk), "2026-12-14")]


def test_holidays_are_counted_where_the_week_is_handed_over(team, cast, monday):
    cast.a.holiday_calendar = "US"
    cast.a.save()
    make_holiday("2026-12-07", "Monday of the hand-off")
    assert problem_of(team.rotation, monday)["holidays"] == {"US": {"2026-12-07": 1}}
    assert at("2026-12-07 09:00") > monday
