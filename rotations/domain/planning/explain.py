"""What a plan says of itself when asked: why shifts move, what other repairs would cost, which training would help."""

from collections.abc import Iterable
from dataclasses import dataclass

from .advice import Advice, advice_for
from .alternatives import Alternative, alternatives_of
from .certificate import Certificate
from .moves import Move, moves_of
from .problem import Problem
from .quality import Change
from .staffing import Plan, Staffing


@dataclass(frozen=True)
class Explained:
    """A reason for each change, in their order; the repairs to choose from (none where nothing was repaired); the
    trainings that would help most."""

    moves: tuple[Move, ...]
    alternatives: tuple[Alternative, ...]
    advice: tuple[Advice, ...]


def explain(
    staffing: Staffing,
    problem: Problem,
    plan: Plan,
    changed: Iterable[Change],
    certificate: Certificate | None,
    repaired: bool,
) -> Explained:
    """`staffing` is what was free to be planned, `repaired` whether all of the plan is a repair."""
    return Explained(
        moves_of(problem, plan, changed),
        alternatives_of(problem, plan) if repaired else (),
        advice_for(staffing, plan, certificate),
    )
