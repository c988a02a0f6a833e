"""Which training would help most: to share the load evenly, and to close roles that stay open.

Fairness is judged by the certificate's flow with the trained engineer added to the unit: a bound that plans come
within a token of. Open roles are judged by matching, week by week. Trying every pair is for small teams; in large ones
only the most promising are tried, always the same ones.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .certificate import Certificate, Demand, Flow, demands
from .matching import Staffed, Waived, Week, eased, staffed
from .parts import PRIMARY, ROLES, Cell, Unit
from .problem import Problem
from .staffing import Plan, Staffing

FAIRNESS = "fairness"
OPEN_ROLES = "open roles"

Pair = tuple[str, str]

# Pairs of engineer and unit to judge by flow, times the cells of the horizon: a second or two on one core.
MOST_WORK = 60_000
FEWEST_PAIRS = 4

# Trainings to name one after the other until every open role is closed, and pairs to try for each of them.
MOST_TRAININGS = 5
MOST_TRIED = 12

# Trainings that would do as well as the best, to be named beside it.
MOST_AS_GOOD = 9


@dataclass(frozen=True)
class Advice:
    """A training, and what it would mean. For fairness: the highest and the lowest level (tokens per full-time week)
    that are then attainable, and the trainings that would do as well. For open roles: how many it closes, and how many
    stay open after it and those named before it."""

    kind: str
    engineer: str
    unit: str
    highest: Fraction | None = None
    lowest: Fraction | None = None
    closes: int = 0
    remaining: int = 0
    as_good: tuple[Pair, ...] = ()

    def to_json(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "engineer": self.engineer,
            "unit": self.unit,
            "bound_max": None if self.highest is None else round(float(self.highest), 6),
            "bound_min": None if self.lowest is None else round(float(self.lowest), 6),
            "bound_ratio": round(float(self.highest / self.lowest), 6) if self.highest and self.lowest else None,
            "closes": self.closes,
            "remaining": self.remaining,
            "as_good": [{"engineer": engineer, "unit": unit} for engineer, unit in self.as_good],
        }


def advice_for(staffing: Staffing, plan: Plan, certificate: Certificate | None) -> tuple[Advice, ...]:
    """The one training that evens the load most, and those that close the open roles, one after the other."""
    found = [] if certificate is None else list(fairest_training(staffing, plan, certificate))
    return (*found, *closing_trainings(staffing.problem, plan))


def fairest_training(staffing: Staffing, plan: Plan, certificate: Certificate) -> Iterator[Advice]:
    """The training with the least highest level, then the greatest lowest; none where nothing would be gained."""
    bench = Bench(staffing, plan)
    if certificate.bound_max <= certificate.bound_min + bench.grain:
        return
    levels: dict[tuple[Fraction, Fraction], list[Pair]] = {(certificate.bound_max, -certificate.bound_min): []}
    for pair in promising(staffing, certificate):
        flow = bench.flow(pair)
        fair = flow.fair_vector()
        levels.setdefault((flow.least_top(fair), -flow.greatest_bottom(fair)), []).append(pair)
    top, bottom = min(levels)
    for engineer, unit in levels[top, bottom][:1]:
        yield Advice(FAIRNESS, engineer, unit, top, -bottom, as_good=tuple(levels[top, bottom][1 : 1 + MOST_AS_GOOD]))


def promising(staffing: Staffing, certificate: Certificate) -> list[Pair]:
    """Pairs to judge: those who carry least trained for units of those who carry most, as many as there is time for."""
    problem = staffing.problem
    most = max(FEWEST_PAIRS, MOST_WORK // max(1, len(problem.cells)))
    level = {id: (staffing.before[id] + certificate.tokens[id]) / staffing.capacity[id] for id in certificate.tokens}
    pairs = [(id, unit) for unit in problem.units for id in level if id not in unit.qualified]

    def promise(pair: tuple[str, Unit]) -> Fraction:
        engineer, unit = pair
        pool = [level[id] for id in unit.qualified if id in level]
        return level[engineer] - (sum(pool, Fraction(0)) / len(pool) if pool else Fraction(0))

    ranked = sorted(pairs, key=lambda pair: (promise(pair), pair[0], pair[1].id))
    return sorted((engineer, unit.id) for engineer, unit in ranked[:most])


class Bench:
    """The certificate's flow, asked again with one more pair."""

    def __init__(self, staffing: Staffing, plan: Plan) -> None:
        self.staffing, self.plan = staffing, plan
        self.sharers = [id for id, weeks in staffing.capacity.items() if weeks]
        self.grain = staffing.problem.grain / max(staffing.capacity.values())
        self.wanted = demands(staffing, plan)

    def flow(self, pair: Pair) -> Flow:
        wanted = self.wanted.copy()
        for demand, times in self.of_unit(pair).items():
            wanted[demand] += times
        return Flow(self.staffing, self.sharers, Counter({demand: n for demand, n in wanted.items() if n > 0}))

    def of_unit(self, pair: Pair) -> Counter[Demand]:
        """What the unit asks for with the pair, less what it asks for without."""
        engineer, unit = pair
        change: Counter[Demand] = Counter()
        for week in self.staffing.problem.handoffs:
            cells = [Cell(unit, week, role) for role in ROLES]
            cells = [cell for cell in cells if cell in self.staffing.candidates and self.plan[cell] is not None]
            if cells:
                change[self.demand(cells, None)] -= 1
                change[self.demand(cells, engineer)] += 1
        return change

    def demand(self, cells: Sequence[Cell], more: str | None) -> Demand:
        most: dict[str, int] = {}
        for cell in cells:
            grains = self.staffing.grains(cell)
            there = more is not None and more in self.staffing.presence[cell.week, cell.role]
            extra = (more,) if more is not None and there and cell not in self.staffing.problem.pinned else ()
            most |= {id: max(grains, most.get(id, 0)) for id in (*self.staffing.candidates[cell], *extra)}
        return sum(map(self.staffing.grains, cells)), tuple(sorted(most.items()))


def closing_trainings(problem: Problem, plan: Plan) -> Iterator[Advice]:
    """The trainings that close the open roles: each time the one that closes most of those left."""
    weeks = sorted({cell.week for cell, who in plan.items() if who is None and cell not in problem.locked})
    short = [staffed(Week(problem, week)) for week in weeks]
    trained: frozenset[Pair] = frozenset()
    for _ in range(MOST_TRAININGS):
        remaining = sum(len(week.opens) for week in short)
        best: tuple[int, Pair, list[Staffed]] | None = None
        for pair in most_helpful(short):
            after = [eased(week, Waived(trained=trained | {pair})) for week in short]
            left = sum(len(week.opens) for week in after)
            if left < (best[0] if best else remaining):
                best = left, pair, after
        if best is None:
            return
        left, (engineer, unit), short = best
        trained |= {(engineer, unit)}
        yield Advice(OPEN_ROLES, engineer, unit, closes=remaining - left, remaining=left)


def most_helpful(short: Iterable[Staffed]) -> list[Pair]:
    """Who is there with room in most of the weeks in which a unit, or one that competes with it, is short."""
    helps: Counter[Pair] = Counter()
    for found in short:
        week = found.week
        primaries = {week.cells[cell].unit for cells in found.reach.values() for cell in cells if week.is_primary(cell)}
        units = {week.cells[cell].unit for cells in found.reach.values() for cell in cells}
        for n in sorted(week.members - week.off):
            if found.has_room(n):
                for unit in sorted(primaries if n in week.partly else units):
                    if n not in found.pool(found.week.index[Cell(unit, week.week, PRIMARY)]):
                        helps[week.names[n], unit] += 1
    return sorted(helps, key=lambda pair: (-helps[pair], pair))[:MOST_TRIED]
