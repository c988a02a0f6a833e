"""A good complete plan at any size, by a fixed number of steps: weeks by flow, transfers of load, fewer exceptions."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from .annealing import Annealing
from .board import SEED
from .certificate import reach_of
from .costs import costs_of
from .descent import Descent
from .evenness import WHOLE
from .exchanges import Exchanges
from .grid import Grid
from .sketch import Sketch
from .staffing import Plan, Staffing
from .transfers import Transfers
from .walk import Walk

# How often all weeks are staffed anew, and how many changes are looked at: by cell, and at most.
ROUNDS = 2
LOOKS_PER_CELL, MOST_LOOKS = 30, 300_000

# Problems with so few choices are walked, for so long.
MOST_WALKED, WALK, PATIENCE = 8_000, 30_000, 6_000


@dataclass(frozen=True)
class Improved:
    """A plan with as few open roles as the one it came from, and how many changes were tried on the way."""

    plan: Plan
    exceptions: int
    tried: int


def improve(staffing: Staffing, plan: Plan, tokens: Mapping[str, Fraction], share: Fraction = WHOLE) -> Improved:
    """A better plan; `tokens` are the certified loads, locked cells included, `share` is how long a walk may be."""
    grid = Grid(staffing)
    costs = costs_of(grid, tokens)
    sketch = Sketch(grid, costs, grid.numbered(plan))
    fair = [int(tokens.get(id, 0) / staffing.problem.grain) for id in grid.names]
    reach, looks = reach_of(staffing), min(MOST_LOOKS, LOOKS_PER_CELL * len(grid.cells))
    descent, transfers = Descent(sketch, fair), Transfers(sketch, fair)
    descent.forward()
    for _ in range(ROUNDS):
        descent.again()
    outside = costs.weights["outside the band"]
    transfers.run(reach, outside, free=True)
    exchanges = Exchanges(sketch)
    exchanges.run(looks)
    Annealing(sketch, fair, reach, SEED).run(looks)
    exchanges.run(looks)
    transfers.run(reach, outside, free=True)
    transfers.run(0, 1, free=False, looks=looks)
    if sum(map(len, grid.candidates)) <= MOST_WALKED:
        Walk(sketch, SEED).run(int(WALK * share), int(PATIENCE * share))
    return Improved(grid.named(sketch.hold), sum(sketch.breaches), sketch.steps)
