"""Even along the way: weeks change places, and nothing else does."""

import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotations.domain.planning import Problem, check, solve
from rotations.domain.planning.pacing import Order, paced
from rotations.domain.planning.parts import Cell
from rotations.domain.planning.quality import exceptions_of, loads_of
from rotations.domain.planning.search import search
from rotations.domain.planning.solver import pairs_of
from rotations.domain.planning.staffing import Plan, Staffing

from .conftest import reference_team


def furthest(staffing: Staffing, plan: Plan) -> float:
    """The most tokens that anybody is ahead of, or behind, a steady pace at the end of a week."""
    order = Order(staffing, dict(plan))
    return max(abs(tokens) / len(order.number) for engineer in order.ahead.values() for tokens in engineer)


def test_nobody_carries_first_and_rests_later():
    staffing = Staffing(Problem.from_json(reference_team(17, trained=True)))
    plan = search(staffing).plan
    steady = paced(staffing, plan)
    assert furthest(staffing, steady) < 5 < furthest(staffing, plan)
    assert loads_of(staffing, steady) == loads_of(staffing, plan)
    assert paced(staffing, steady) == steady


def test_a_plan_is_paced_when_it_leaves_the_planner():
    problem = Problem.from_json(reference_team(8, trained=True))
    plan = {cell: pair.of(cell.role) for pair in solve(problem).assignments for cell in cells_of(pair)}
    assert paced(Staffing(problem), plan) == plan


def test_published_weeks_that_could_move_keep_their_order():
    problem = Problem.from_json(reference_team(8, trained=True))
    plan = search(Staffing(problem)).plan
    published = replace(problem, published=pairs_of(problem, plan), rebalance_from=problem.start)
    assert paced(Staffing(published), plan) is plan


@pytest.mark.parametrize("scope", ["pipeline", "engineer"])
@given(data=st.data())
def test_only_the_order_changes(scope, data):
    weeks = 5
    row = reference_team(weeks, trained=True)
    days = [date(2026, 1, 5 + 7 * n).isoformat() if n < 4 else "2026-02-02" for n in range(weeks)]
    row["rules"] |= {"scope": scope, "min_weeks_between_primary": data.draw(st.integers(0, 1))}
    row["rules"]["max_consecutive_weeks"] = data.draw(st.sampled_from([None, 2]))
    for engineer in row["engineers"]:
        engineer["weeks_off"] = data.draw(st.lists(st.sampled_from(days), max_size=1))
        engineer["unwanted"] = data.draw(st.lists(st.sampled_from(days), max_size=1))
    row["pins"] = [{"unit": "ProfitUnit", "week": days[3], "role": "primary", "engineer": "B"}]
    row["engineers"][1]["weeks_off"] = []
    problem = Problem.from_json(row)
    staffing = Staffing(problem)
    plan = found(staffing, random.Random(data.draw(st.integers(0, 10**6))))
    steady = paced(staffing, plan)
    assert sorted(check(problem, pairs_of(problem, steady))) == sorted(check(problem, pairs_of(problem, plan)))
    assert loads_of(staffing, steady) == loads_of(staffing, plan)
    assert len(exceptions_of(problem, steady)) <= len(exceptions_of(problem, plan))
    assert wishes_broken(problem, steady) == wishes_broken(problem, plan)
    assert furthest_squared(staffing, steady) <= furthest_squared(staffing, plan)


def found(staffing: Staffing, rng: random.Random) -> Plan:
    """Some plan of the candidates, without clashes or crowds; open where nobody is left."""
    plan: dict[Cell, str | None] = {}
    for cell in staffing.problem.cells:
        taken = {holder for other, holder in plan.items() if (other.unit, other.week) == (cell.unit, cell.week)}
        held = [holder for other, holder in plan.items() if other.week == cell.week]
        free = [one for one in staffing.candidates[cell] if one not in taken and held.count(one) < 4]
        plan[cell] = rng.choice(free) if free else None
    return plan


def furthest_squared(staffing: Staffing, plan: Plan) -> int:
    order = Order(staffing, dict(plan))
    return sum(tokens * tokens for engineer in order.ahead.values() for tokens in engineer)


def wishes_broken(problem: Problem, plan: Plan) -> int:
    on_duty = {(holder, cell.week) for cell, holder in plan.items()}
    return sum((engineer.id, week) in on_duty for engineer in problem.engineers for week in engineer.unwanted)


def cells_of(pair) -> list[Cell]:
    return [Cell(pair.unit, pair.week, role) for role in ("primary", "secondary")]
