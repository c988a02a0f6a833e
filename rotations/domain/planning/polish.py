"""The choices a repair leaves open, made well: fewest exceptions, then even load, then owners in their own role.

A small CP-SAT model over the few cells that may still change hands; every other cell of the plan is settled and only
counts. It never gives back what the repair reached: open roles and changes stay as few, week by week.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from .board import SEED
from .parts import PER_PIPELINE, PRIMARY, ROLES, SECONDARY, Cell
from .problem import Problem
from .staffing import Plan, other_role

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar, LinearExpr

    Term: TypeAlias = LinearExpr | IntVar | int

# Deterministic time of one solve, and what one point of load counts in whole numbers.
EFFORT = 1.0
SCALE = 1000

Holder = str | None
Domain = Mapping[Cell, tuple[Holder, ...]]


@dataclass(frozen=True)
class Limits:
    """What a week may not exceed: open roles by role, and published cells that change."""

    opens: Mapping[str, int]
    changes: int


@dataclass(frozen=True)
class Polished:
    """The cells of the domain as chosen, and whether no choice has fewer exceptions."""

    plan: Plan
    proven: bool
    cost: int = 0
    branches: int = 0
    seconds: float = 0.0


@dataclass
class Choice:
    """A model of who holds the cells of `domain`; `plan` says who holds them now, and who holds all others."""

    problem: Problem
    plan: Plan
    domain: Domain
    model: "CpModel"
    taken: "dict[tuple[Cell, Holder], IntVar]" = field(default_factory=dict)

    @cached_property
    def people(self) -> frozenset[str]:
        return frozenset(who for choices in self.domain.values() for who in choices if who is not None)

    @cached_property
    def cells_of(self) -> dict[tuple[str, date], list[Cell]]:
        """Whose choice the cells of a week are."""
        found: dict[tuple[str, date], list[Cell]] = defaultdict(list)
        for cell, choices in self.domain.items():
            for who in choices:
                if who is not None:
                    found[who, cell.week].append(cell)
        return found

    @cached_property
    def settled(self) -> dict[tuple[str, date], list[Cell]]:
        """What the people in question hold for certain."""
        found: dict[tuple[str, date], list[Cell]] = defaultdict(list)
        people, domain = self.people, self.domain
        for cell, who in self.plan.items():
            if who in people and cell not in domain and who is not None:
                found[who, cell.week].append(cell)
        return found

    def holds(self, cell: Cell, who: Holder) -> "Term":
        if cell in self.domain:
            return self.taken.get((cell, who), 0)
        return int(self.plan.get(cell) == who)

    def on_duty(self, who: str, unit: str | None, week: date, roles: tuple[str, ...]) -> "Term":
        """Whether somebody holds one of these roles that week, of one unit or (None) of any."""

        def fits(cell: Cell) -> bool:
            return cell.role in roles and unit in (None, cell.unit)

        if any(map(fits, self.settled.get((who, week), ()))):
            return 1
        terms = [self.taken[cell, who] for cell in self.cells_of.get((who, week), ()) if fits(cell)]
        if len(terms) <= 1:
            return terms[0] if terms else 0
        found = self.model.new_bool_var("")
        self.model.add_max_equality(found, terms)
        return found


def polish(
    problem: Problem, plan: Plan, domain: Domain, limits: Mapping[date, Limits], most_changes: int | None = None
) -> Polished:
    """The best holders for the cells of `domain`. The plan in hand must keep the limits: it is the first hint.

    With `most_changes` so many published cells may change in all, as few as spare the same exceptions."""
    from ortools.sat.python.cp_model import CpModel  # noqa: PLC0415  (tens of megabytes the web never needs)

    choice = Choice(problem, plan, domain, CpModel())
    lay_choices(choice)
    for week, limit in limits.items():
        keep_limits(choice, week, limit)
    first = Polished({cell: plan[cell] for cell in domain}, True)
    breaches = exception_terms(choice)
    if breaches:
        first = least(choice, sum(breaches), first.plan)
        choice.model.add(sum(breaches) <= first.cost)
    if most_changes is not None:
        moved = sum(change_terms(choice, domain))
        choice.model.add(moved <= most_changes)
        first = least(choice, moved, first.plan)
        choice.model.add(moved <= first.cost)
    second = least(choice, load_cost(choice), first.plan)
    return Polished(
        second.plan, first.proven, second.cost, first.branches + second.branches, first.seconds + second.seconds
    )


def lay_choices(choice: Choice) -> None:
    """One holder for each cell, under the hard rules."""
    model = choice.model
    for cell, choices in choice.domain.items():
        for who in choices:
            choice.taken[cell, who] = model.new_bool_var("")
        model.add_exactly_one([choice.taken[cell, who] for who in choices])
    for cell, who in choice.taken:
        if who is not None and (cell.role == PRIMARY or other_role(cell) not in choice.domain):
            model.add(choice.holds(cell, who) + choice.holds(other_role(cell), who) <= 1)
        if who is not None and cell.role == PRIMARY and cell.week in choice.problem.by_id[who].weeks_partial:
            model.add(choice.holds(cell, who) + choice.holds(other_role(cell), None) <= 1)
        if who is None and is_needed(choice, cell):
            model.add(choice.taken[cell, who] == 0)
    most = choice.problem.rules.max_roles_per_engineer_week
    for (who, week), cells in choice.cells_of.items():
        if most is not None:
            room = max(0, most - len(choice.settled.get((who, week), ())))
            if room < len(cells):
                model.add(sum(choice.taken[cell, who] for cell in cells) <= room)


def is_needed(choice: Choice, cell: Cell) -> bool:
    """The secondary of somebody partly absent, who stays primary."""
    primary = choice.plan.get(other_role(cell)) if cell.role == SECONDARY else None
    if primary is None or other_role(cell) in choice.domain:
        return False
    return cell.week in choice.problem.by_id[primary].weeks_partial


def keep_limits(choice: Choice, week: date, limit: Limits) -> None:
    """As few open roles and changes as the plan in hand has."""
    cells = [cell for cell in choice.domain if cell.week == week]
    for role in ROLES:
        opens = [choice.taken[cell, None] for cell in cells if cell.role == role and (cell, None) in choice.taken]
        if opens:
            choice.model.add(sum(opens) <= limit.opens[role])
    moved = change_terms(choice, cells)
    if moved:
        choice.model.add(sum(moved) <= limit.changes)


def change_terms(choice: Choice, cells: Iterable[Cell]) -> "list[LinearExpr | int]":
    """For each published cell whether it changes hands."""
    published = choice.problem.published_holder
    return [1 - choice.holds(cell, published[cell]) for cell in cells if cell in published]


def exception_terms(choice: Choice) -> "list[IntVar]":
    """The exceptions that depend on the choice."""
    problem = choice.problem
    found = []
    for who, unit, weeks in touched_scopes(choice):
        if problem.shifts_of_rest:
            found += rest_terms(choice, who, unit, weeks)
        if problem.shifts_in_a_row is not None:
            found += row_terms(choice, who, unit, weeks)
    return found


def touched_scopes(choice: Choice) -> list[tuple[str, str | None, list[int]]]:
    """Whom a choice concerns: in one unit or (by the rules' scope) in all, and in which weeks, by number."""
    number = {week: n for n, week in enumerate(choice.problem.handoffs)}
    found: dict[tuple[str, str | None], set[int]] = {}
    for cell, who in choice.taken:
        if who is not None:
            unit = cell.unit if choice.problem.rules.scope == PER_PIPELINE else None
            found.setdefault((who, unit), set()).add(number[cell.week])
    return [
        (who, unit, sorted(found[who, unit])) for who, unit in sorted(found, key=lambda key: (key[0], key[1] or ""))
    ]


def rest_terms(choice: Choice, who: str, unit: str | None, weeks: list[int]) -> "list[IntVar]":
    """Primary in a week and in an earlier one too close to it."""
    problem, rest = choice.problem, choice.problem.shifts_of_rest
    reach = sorted({n + k for n in weeks for k in range(-rest, rest + 1) if 0 <= n + k < len(problem.handoffs)})
    on = {n: choice.on_duty(who, unit, problem.handoffs[n], (PRIMARY,)) for n in reach}
    found = []
    for last in sorted({n + k for n in weeks for k in range(rest + 1) if n + k < len(problem.handoffs)}):
        if problem.is_locked(problem.handoffs[last]) or never(on.get(last, 0)):
            continue
        breach = choice.model.new_bool_var("")
        for earlier in range(max(0, last - rest), last):
            before = on[earlier] if earlier in on else choice.on_duty(who, unit, problem.handoffs[earlier], (PRIMARY,))
            choice.model.add(breach >= before + on[last] - 1)
        found.append(breach)
    return found


def never(term: "Term") -> bool:
    """Settled, and false."""
    return isinstance(term, int) and not term


def row_terms(choice: Choice, who: str, unit: str | None, weeks: list[int]) -> "list[IntVar]":
    """On call in as many weeks in a row as the rule allows, and in the next."""
    problem, most = choice.problem, choice.problem.shifts_in_a_row or 0
    on: dict[int, Term] = {}
    found = []
    for last in sorted({n + k for n in weeks for k in range(most + 1) if most <= n + k < len(problem.handoffs)}):
        run = range(last - most, last + 1)
        for n in run:
            if n not in on:
                on[n] = choice.on_duty(who, unit, problem.handoffs[n], ROLES)
        if problem.is_locked(problem.handoffs[last]) or any(never(on[n]) for n in run):
            continue
        breach = choice.model.new_bool_var("")
        choice.model.add(breach >= sum(on[n] for n in run) - most)
        found.append(breach)
    return found


def load_cost(choice: Choice) -> "Term":
    """Even load by the sum of squares over capacity; among equals, owners in their own role."""
    problem = choice.problem
    worth = grains_of(problem)
    strangers = sum(
        term
        for (cell, who), term in choice.taken.items()
        if who is not None and who != problem.unit_by_id[cell.unit].owner(cell.role)
    )
    held: dict[str, list[Cell]] = defaultdict(list)
    for cell, who in choice.taken:
        if who is not None:
            held[who].append(cell)
    carried = carried_by(choice, worth)
    costs = [cost_of(choice, who, cells, carried[who], worth) for who, cells in sorted(held.items())]
    return (len(choice.domain) + 1) * sum(costs) + strangers


def grains_of(problem: Problem) -> dict[tuple[str, str], int]:
    """What a week of each unit and role weighs, in grains."""
    return {
        (unit.id, role): int(problem.shift_weeks * problem.weights.of(role) * unit.weight / problem.grain)
        for unit in problem.units
        for role in ROLES
    }


def carried_by(choice: Choice, worth: Mapping[tuple[str, str], int]) -> Counter[str]:
    """What is settled already, in grains."""
    carried: Counter[str] = Counter()
    for (who, _), cells in choice.settled.items():
        carried[who] += sum(worth[cell.unit, cell.role] for cell in cells)
    return carried


def cost_of(
    choice: Choice, who: str, cells: list[Cell], carried: int, worth: Mapping[tuple[str, str], int]
) -> "IntVar":
    """The convex cost of one engineer's load, by its tangents."""
    engineer, grain = choice.problem.by_id[who], choice.problem.grain
    capacity = engineer.capacity(choice.problem.handoffs, choice.problem.shift_weeks) or Fraction(1)
    before = engineer.ledger.weighted_load + carried * grain
    amount = sum(worth[cell.unit, cell.role] * choice.taken[cell, who] for cell in cells)
    high = sum(worth[cell.unit, cell.role] for cell in cells)
    steps = [round(SCALE * (2 * (before + n * grain) + grain) * grain / capacity) for n in range(high)]
    cost = choice.model.new_int_var(0, sum(steps), "")
    total = 0
    for n, step in enumerate(steps):
        choice.model.add(cost >= total + step * (amount - n))
        total += step
    return cost


def least(choice: Choice, cost: "Term", hint: Plan) -> Polished:
    """The cheapest choice by deterministic steps, and whether it is proven to be; at worst the hint itself."""
    from ortools.sat.python import cp_model  # noqa: PLC0415

    choice.model.clear_hints()  # type: ignore[no-untyped-call]
    for (cell, who), variable in choice.taken.items():
        choice.model.add_hint(variable, int(hint[cell] == who))
    choice.model.minimize(cost)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = SEED
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = EFFORT
    status = solver.solve(choice.model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise RuntimeError(f"the repair lost its own plan: {solver.status_name(status)}")
    return Polished(
        {cell: who for (cell, who), variable in choice.taken.items() if solver.value(variable)},
        status == cp_model.OPTIMAL,
        round(solver.objective_value),
        solver.num_branches,
        solver.wall_time,
    )
