"""The search: stage by stage, each with what the earlier ones reached held fast and the plan in hand as its hint."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .board import Board, lay_board, read_plan, solve
from .coverage import Coverage, cover
from .goals import STAGES, Aim, Stage
from .progress import Progress, silent
from .staffing import Plan, Staffing

if TYPE_CHECKING:
    from .board import Term

# Beyond this the weighted sum of a stage has too many digits for CP-SAT: its goals are then solved one by one.
HEAVIEST = 10**12

OPEN_ROLES = "open roles"


@dataclass(frozen=True)
class Step:
    """What one goal reached; `branches` is work done, the same on every machine; CP-SAT's `seconds` are not."""

    goal: str
    value: int
    proven: bool
    branches: int
    seconds: float


@dataclass(frozen=True)
class Found:
    """A plan, and the steps that led to it."""

    plan: Plan
    steps: tuple[Step, ...]

    def proven(self, *goals: str) -> bool:
        return all(step.proven for step in self.steps if step.goal in goals)


def search(staffing: Staffing, progress: Progress = silent) -> Found:
    """The best plan found, and what each goal reached."""
    progress("covering every week", 0, len(STAGES) + 1)
    coverage = cover(staffing)
    plan, steps = coverage.plan, [step_of(coverage)]
    board = lay_board(staffing, staffing.problem.handoffs, coverage.open_cells)
    for done, stage in enumerate(STAGES, 1):
        progress(", ".join(goal.name for goal in stage.goals), done, len(STAGES) + 1)
        plan, taken = run_stage(board, stage, plan)
        steps += taken
    return Found(plan, tuple(steps))


def step_of(coverage: Coverage) -> Step:
    """Covering the weeks, told as the first step."""
    weeks = coverage.weeks.values()
    return Step(
        OPEN_ROLES,
        coverage.open_count,
        all(week.proven for week in weeks),
        sum(week.branches for week in weeks),
        sum(week.seconds for week in weeks),
    )


def run_stage(board: Board, stage: Stage, plan: Plan) -> tuple[Plan, list[Step]]:
    """Solve the goals of a stage in one go, or one by one where their weights would grow too large."""
    aims = [goal.build(board, plan, n == 0) for n, goal in enumerate(stage.goals)]
    names = [goal.name for goal in stage.goals]
    if heaviest(aims) <= HEAVIEST:
        return improve(board, names, aims, plan, stage.effort)
    steps = []
    for name, aim in zip(names, aims, strict=True):
        plan, taken = improve(board, [name], [aim], plan, stage.effort)
        steps += taken
    return plan, steps


def heaviest(aims: Sequence[Aim]) -> int:
    """How many points one point of an earlier goal must outweigh."""
    product = 1
    for aim in aims:
        product *= aim.most + 1
    return product


def improve(
    board: Board, names: Sequence[str], aims: Sequence[Aim], plan: Plan, effort: float
) -> tuple[Plan, list[Step]]:
    """Make the plan in hand better by these aims, and hold what they reach."""
    proven, branches, seconds = True, 0, 0.0
    if any(aim.measure(plan) for aim in aims):
        board.hint(plan)
        board.model.minimize(weighted(aims))
        solver, proven = solve(board, effort)
        plan = better(aims, plan, {**plan, **read_plan(board, solver)})
        branches, seconds = solver.num_branches, solver.wall_time
    for aim in aims:
        hold(board, aim, plan)
    steps = [
        Step(name, aim.measure(plan), proven and aim.exact, branches, seconds)
        for name, aim in zip(names, aims, strict=True)
    ]
    return plan, steps


def better(aims: Sequence[Aim], before: Plan, after: Plan) -> Plan:
    """The new plan, unless the board's term was only an estimate and misled."""
    return min((after, before), key=lambda plan: [aim.measure(plan) for aim in aims])


def weighted(aims: Sequence[Aim]) -> "Term":
    """The aims as one number in which no later aim outweighs one point of an earlier one."""
    # No `+=` here: on CP-SAT's sums it changes the aim's own term in place.
    weights = [heaviest(aims[n + 1 :]) for n in range(len(aims))]
    return sum(weight * aim.term for weight, aim in zip(weights, aims, strict=True))


def hold(board: Board, aim: Aim, plan: Plan) -> None:
    """Let no later stage give back what a plan has reached."""
    value = aim.measure(plan)
    if not isinstance(aim.term, int):
        board.model.add(aim.term <= value)
    aim.hold(value)
