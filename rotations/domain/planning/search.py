"""The search: stage by stage, each with what the earlier ones reached held fast and the plan in hand as its hint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from .board import Board, OutOfStepsError, lay_board, read_plan, solve
from .certificate import band, certify
from .components import components
from .coverage import Coverage, cover
from .evenness import WHOLE
from .goals import BAND, EXCEPTIONS, LOAD, STAGES, Aim, Stage, is_fairest
from .improve import Improved
from .improve import improve as improve_at_any_size
from .progress import Progress, silent
from .quality import loads_of
from .staffing import Plan, Staffing

if TYPE_CHECKING:
    from .board import Term

# Beyond this the weighted sum of a stage has too many digits for CP-SAT: its goals are then solved one by one.
HEAVIEST = 10**12

# CP-SAT polishes and proves what has at most so many choices of who holds what.
MOST_CHOICES = 2_500

OPEN_ROLES = "open roles"
IMPROVEMENT = "improvement"


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
    fair: Mapping[str, Fraction] = field(default_factory=dict)  # the certified tokens that it aimed at

    def proven(self, *goals: str) -> bool:
        return all(step.proven for step in self.steps if step.goal in goals)


def search(staffing: Staffing, progress: Progress = silent) -> Found:
    """The best plan found, and what each goal reached; parts that have nothing to do with each other one by one."""
    parts = components(staffing.problem)
    if len(parts) <= 1:
        return search_part(staffing, progress)
    # Many small parts together may take no longer than one that is as large as CP-SAT can take.
    share = min(Fraction(1), Fraction(MOST_CHOICES, max(1, choices_of(staffing))))
    found = []
    for n, part in enumerate(parts):
        progress(f"part {n + 1} of {len(parts)}", n, len(parts))
        found.append(search_part(Staffing(part), share=share))
    plan = {cell: holder for each in found for cell, holder in each.plan.items()}
    steps = zip(*(each.steps for each in found), strict=True)
    fair = {id: tokens for each in found for id, tokens in each.fair.items()}
    return Found(plan, tuple(map(joined, steps)), fair)


def joined(steps: Sequence[Step]) -> Step:
    """What one goal reached in all parts."""
    return Step(
        steps[0].goal,
        sum(step.value for step in steps),
        all(step.proven for step in steps),
        sum(step.branches for step in steps),
        sum(step.seconds for step in steps),
    )


def choices_of(staffing: Staffing) -> int:
    """How many choices of who holds what there are."""
    return sum(map(len, staffing.candidates.values()))


def search_part(staffing: Staffing, progress: Progress = silent, share: Fraction = WHOLE) -> Found:
    """Coverage, certificate, and a good plan at any size; polished and proven by CP-SAT where that can be done."""
    total = len(STAGES) + 2
    progress("covering every week", 0, total)
    coverage = cover(staffing)
    certificate = certify(staffing, coverage.plan)
    fair = certificate.tokens if certificate else {}
    progress("sharing the load", 1, total)
    improved = improve_at_any_size(staffing, coverage.plan, fair, share)
    plan, steps = improved.plan, [step_of(coverage), Step(IMPROVEMENT, 0, True, improved.tried, 0.0)]
    if choices_of(staffing) > MOST_CHOICES:
        return Found(plan, (*steps, *rough_steps(staffing, improved, fair)), fair)
    board = lay_board(staffing, staffing.problem.handoffs, coverage.open_cells)
    board.fair = fair
    for done, stage in enumerate(STAGES, 2):
        progress(", ".join(goal.name for goal in stage.goals), done, total)
        plan, taken = run_stage(board, stage, plan, float(share))
        steps += taken
    return Found(plan, tuple(steps), fair)


def rough_steps(staffing: Staffing, improved: Improved, fair: Mapping[str, Fraction]) -> list[Step]:
    """What the first goals reached in a problem too large for CP-SAT: proven where nothing better can be."""
    loads = loads_of(staffing, improved.plan)
    outside = sum(
        max(near[0] - grains, grains - near[-1], 0)
        for id, tokens in fair.items()
        for near, grains in [(band(staffing, tokens), int(loads[id].tokens / staffing.problem.grain))]
    )
    return [
        Step(BAND.name, outside, not outside, 0, 0.0),
        Step(EXCEPTIONS.name, improved.exceptions, not improved.exceptions, 0, 0.0),
        Step(LOAD.name, 0, is_fairest(staffing, {id: load.tokens for id, load in loads.items()}, fair), 0, 0.0),
    ]


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


def run_stage(board: Board, stage: Stage, plan: Plan, share: float) -> tuple[Plan, list[Step]]:
    """Solve the goals of a stage in one go, or one by one where their weights would grow too large."""
    aims = [goal.build(board, plan, n == 0) for n, goal in enumerate(stage.goals)]
    names = [goal.name for goal in stage.goals]
    if heaviest(aims) <= HEAVIEST:
        return improve(board, names, aims, plan, share * stage.effort)
    steps = []
    for name, aim in zip(names, aims, strict=True):
        plan, taken = improve(board, [name], [aim], plan, share * stage.effort)
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
    if any(aim.measure(plan) and not aim.settled(plan) for aim in aims):
        board.hint(plan)
        board.model.minimize(weighted(aims))
        try:
            solver, proven = solve(board, effort)
        except OutOfStepsError:
            proven = False
        else:
            plan = better(aims, plan, {**plan, **read_plan(board, solver)})
            branches, seconds = solver.num_branches, solver.wall_time
    for aim in aims:
        hold(board, aim, plan)
    proven = proven and all(aim.exact for aim in aims)
    steps = [
        Step(name, aim.measure(plan), proven or not aim.measure(plan) or aim.settled(plan), branches, seconds)
        for name, aim in zip(names, aims, strict=True)
    ]
    return plan, steps


def better(aims: Sequence[Aim], before: Plan, after: Plan) -> Plan:
    """The new plan if it is better: of equals, the one in hand is good for later goals too."""
    return min((before, after), key=lambda plan: [aim.measure(plan) for aim in aims])


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
