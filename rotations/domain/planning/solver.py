"""From a problem to a checked answer."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from importlib.metadata import version

from .answer import Answer, Fairness
from .board import SEED
from .certificate import certify
from .check import check
from .conflicts import conflicts_of
from .explain import explain
from .goals import BAND, EXCEPTIONS, LOAD, is_fairest
from .parts import PRIMARY, SECONDARY, Cell, Pair
from .problem import Problem
from .progress import Progress, silent
from .quality import Load, changes_of, exceptions_of, loads_of, wishes_of
from .rebalance import plan_for
from .repair import with_event
from .search import OPEN_ROLES
from .staffing import Plan, Staffing

# A repair of more unit-weeks than this goes without the certificate, which would take longer than the repair.
MOST_CERTIFIED = 10_000


def solve(problem: Problem, progress: Progress = silent, explained: bool = False) -> Answer:
    """The plan for a problem: the same for the same problem on any machine, however loaded it is.

    What is published is repaired, before `rebalance_from` if that is given: fewest open roles, fewest changes, fewest
    exceptions, even load. All else is planned afresh, in order: fewest open primaries, then secondaries; loads
    within a token of the certified vector; fewest exceptions of the rules; even load; even public holidays; even
    primary and secondary weeks and weeks on call; wishes; owners; fewest changes against the published plan.
    Raises RuntimeError if the independent check finds a hard rule broken: such a plan never leaves. `explained` adds
    why shifts move, other repairs and the trainings that would help.
    """
    problem = with_event(problem)
    planned = plan_for(problem, progress)
    staffing, found = planned.staffing, planned.found
    assignments = pairs_of(problem, found.plan)
    broken = check(problem, assignments)
    if broken:
        raise RuntimeError(f"the plan breaks {len(broken)} hard rules, first: {broken[0]}")
    loads = loads_of(staffing, found.plan)
    is_quick = planned.fresh or explained or len(assignments) <= MOST_CERTIFIED
    certificate = certify(staffing, found.plan) if is_quick else None
    if certificate is not None:
        # Several vectors may be equally fair: told is the one that the search came close to.
        certificate = replace(certificate, tokens={**certificate.tokens, **found.fair})
    fairest = planned.fresh and found.proven(OPEN_ROLES, BAND.name, EXCEPTIONS.name, LOAD.name)
    if certificate is not None and found.proven(OPEN_ROLES):
        # A plan as even as the certified vector needs no other proof, whatever its size.
        fairest |= is_fairest(staffing, {id: load.tokens for id, load in loads.items()}, certificate.tokens)
    changed = changes_of(problem, found.plan)
    return Answer(
        assignments=assignments,
        loads=loads,
        fairness=Fairness(levels_of(staffing, loads), certificate, fairest),
        exceptions=exceptions_of(problem, found.plan),
        conflicts=conflicts_of(problem, found.plan),
        changed=changed,
        wishes=wishes_of(problem, found.plan),
        versions={"ortools": version("ortools")},
        seed=SEED,
        steps=found.steps,
        repaired=planned.repaired,
        explained=explain(staffing, problem, found.plan, changed, certificate, planned.repairs_only)
        if explained
        else None,
    )


def pairs_of(problem: Problem, plan: Plan) -> tuple[Pair, ...]:
    """A plan as pairs, by week and unit."""
    return tuple(
        Pair(unit.id, week, plan[Cell(unit.id, week, PRIMARY)], plan[Cell(unit.id, week, SECONDARY)])
        for week in problem.handoffs
        for unit in problem.units
    )


def levels_of(staffing: Staffing, loads: Mapping[str, Load]) -> dict[str, Fraction]:
    """Tokens per full-time week, the ledger included, of everybody who has any capacity."""
    return {id: (staffing.before[id] + loads[id].tokens) / weeks for id, weeks in staffing.capacity.items() if weeks}
