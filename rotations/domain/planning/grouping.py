"""What one pair staffs: the same pipelines as units of their own or as groups that share a pair, side by side.

A group is one unit with the weight of all it is made of, so that the loads of both ways can be compared: a week of a
group of five counts as five weeks of a pipeline alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from .answer import Answer
from .parts import ROLES, Unit
from .problem import Problem


@dataclass(frozen=True)
class Share:
    """What one engineer has of a plan: weeks on call, the fewest and the most weeks of rest between two of them (None:
    never twice), the longest run of weeks on call, and tokens."""

    weeks: int
    shortest_rest: int | None
    longest_rest: int | None
    longest_run: int
    tokens: Fraction


@dataclass(frozen=True)
class Shape:
    """What a way to group means: shares by engineer, the ratio of the highest load to the lowest (None: somebody
    carries nothing), open roles."""

    shares: Mapping[str, Share]
    ratio: Fraction | None
    open_roles: int


@dataclass(frozen=True)
class Comparison:
    """Two ways to group, and for each engineer how many weeks on call the second saves."""

    first: Shape
    second: Shape
    weeks_saved: Mapping[str, int]


def merged(problem: Problem, groups: Iterable[Iterable[str]]) -> Problem:
    """The problem as if each of these groups of units shared one pair; units in no group stay as they are.

    Qualified for a group is who is qualified for all of it. Where fewer than two are, it is who is qualified for most
    of it, and the rest would have to be trained. A group is named by its units, has the owners of its first unit, and
    neither pins nor published shifts: those were made for other units. Raises ValueError where a unit is unknown or
    stands in two groups.
    """
    chosen = [tuple(sorted(group)) for group in groups]
    names = [name for group in chosen for name in group]
    for name in names:
        if name not in problem.unit_by_id or names.count(name) > 1:
            raise ValueError(f"{name} is no unit of the problem, or stands in two groups")
    alone = [unit for unit in problem.units if unit.id not in names]
    together = [group_of([problem.unit_by_id[name] for name in group]) for group in chosen if group]
    kept = {unit.id for unit in alone}
    return replace(
        problem,
        units=tuple(sorted([*alone, *together], key=lambda unit: unit.id)),
        pins=tuple(pin for pin in problem.pins if pin.unit in kept),
        published=problem.published and tuple(pair for pair in problem.published if pair.unit in kept),
    )


def group_of(units: Sequence[Unit]) -> Unit:
    """One unit that stands for all of these."""
    pools = [set(unit.qualified) for unit in units]
    know = {who: sum(who in pool for pool in pools) for pool in pools for who in pool}
    enough = len(units)
    while enough > 1 and sum(count >= enough for count in know.values()) < len(ROLES):
        enough -= 1
    return Unit(
        "+".join(unit.id for unit in units),
        tuple(sorted(who for who, count in know.items() if count >= enough)),
        units[0].owners,
        sum((unit.weight for unit in units), Fraction(0)),
    )


def compare_units(problem: Problem, first: Answer, second: Answer) -> Comparison:
    """Two answers over the same weeks and people, staffed in other units. `problem` gives the weeks and the people."""
    shapes = shape_of(problem, first), shape_of(problem, second)
    saved = {id: shapes[0].shares[id].weeks - shapes[1].shares[id].weeks for id in shapes[0].shares}
    return Comparison(*shapes, saved)


def shape_of(problem: Problem, answer: Answer) -> Shape:
    """What an answer means for everybody."""
    high, low = answer.fairness.highest, answer.fairness.lowest
    return Shape(
        {id: share_of(problem, answer, id) for id in problem.by_id},
        high / low if high is not None and low else None,
        len(answer.open),
    )


def share_of(problem: Problem, answer: Answer, engineer: str) -> Share:
    """What an answer means for one engineer."""
    number = {week: n for n, week in enumerate(problem.handoffs)}
    on = sorted({number[pair.week] for pair in answer.assignments if engineer in (pair.primary, pair.secondary)})
    steps = [later - earlier for earlier, later in pairwise(on)]
    rests = [(step - 1) * problem.shift_weeks for step in steps if step > 1]
    run = longest = int(bool(on))
    for step in steps:
        run = run + 1 if step == 1 else 1
        longest = max(longest, run)
    return Share(
        weeks=len(on) * problem.shift_weeks,
        shortest_rest=min(rests, default=None),
        longest_rest=max(rests, default=None),
        longest_run=longest * problem.shift_weeks,
        tokens=answer.loads[engineer].tokens,
    )
