"""The objective as one whole number in which no later goal outweighs one point of an earlier one.

Every goal is a sum over engineers of a convex cost, or a count of cells or weeks; so each is a table that says what an
amount costs, and a change of plan costs the difference of a few entries.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from .certificate import band
from .evenness import WHOLE, Portion, curves_of
from .grid import UNLIMITED, Grid

GOALS = (
    *("outside the band", "exceptions", "load"),
    *("public holidays", "roles on public holidays", "primary weeks", "secondary weeks", "weeks on call"),
    *("wishes", "owners in their role", "owners", "changes"),
)


@dataclass(frozen=True)
class Costs:
    """What amounts cost, per engineer: grains, primary shifts, secondary shifts, shifts on call, holiday days; and
    what one exception, one role on a day of public holiday, one missed wish, one cell without its owner, without any
    owner, or changed costs."""

    load: list[list[int]]
    roles: tuple[list[list[int]], list[list[int]]]
    weeks: list[list[int]]
    holidays: list[list[int]]
    exception: int
    holiday_role: int
    wish: int
    not_in_role: int
    no_owner: int
    change: int
    weights: Mapping[str, int] = field(default_factory=dict)


def costs_of(grid: Grid, fair: Mapping[str, Fraction]) -> Costs:
    """The tables for a problem whose loads should be within a token of the fair ones (tokens per engineer)."""
    most = [most_grains(grid, e) for e in range(len(grid.names))]
    bands = [band_of(grid, e, fair) for e in range(len(grid.names))]
    excess = [
        [max(band.start - n, n - band.stop + 1, 0) for n in range(high + 1)]
        for band, high in zip(bands, most, strict=True)
    ]
    problem, roles = grid.staffing.problem, [most_roles(grid, e) for e in range(len(grid.names))]
    on_call = [each.ledger.weeks / problem.shift_weeks for each in problem.engineers]
    days = [each.ledger.holiday_days for each in problem.engineers]
    tables = {
        "outside the band": excess,
        "load": curves(grid, most, list(grid.staffing.before.values()), problem.grain),
        "primary weeks": curves(grid, roles),
        "secondary weeks": curves(grid, roles),
        # Where nobody's earlier weeks on call are known, only those of this horizon can be shared.
        "weeks on call": curves(grid, [grid.weeks] * len(most), on_call if any(on_call) else None),
        "public holidays": curves(grid, [sum(row) for row in holiday_table(grid)], days),
    }
    weights = weights_of(grid, tables)
    load = [
        [weights["outside the band"] * out + weights["load"] * cost for out, cost in zip(*rows, strict=True)]
        for rows in zip(excess, tables["load"], strict=True)
    ]
    return Costs(
        load=load,
        roles=(
            scaled(tables["primary weeks"], weights["primary weeks"]),
            scaled(tables["secondary weeks"], weights["secondary weeks"]),
        ),
        weeks=scaled(tables["weeks on call"], weights["weeks on call"]),
        holidays=scaled(tables["public holidays"], weights["public holidays"]),
        exception=weights["exceptions"],
        holiday_role=weights["roles on public holidays"],
        wish=weights["wishes"],
        not_in_role=weights["owners in their role"],
        no_owner=weights["owners"],
        change=weights["changes"],
        weights=weights,
    )


def weights_of(grid: Grid, tables: Mapping[str, list[list[int]]]) -> dict[str, int]:
    """What a point of each goal counts: one more than all later goals together can come to."""
    cells = len(grid.cells)
    weights, weight = {}, 1
    for goal in reversed(GOALS):
        weights[goal] = weight
        # A cell breaks at most two rules, lies on as many holidays as its week has days, or is a wish of somebody's.
        days = 7 * grid.staffing.problem.shift_weeks
        most = sum(map(max, tables[goal])) if goal in tables else days * cells + len(grid.names) * grid.weeks
        weight *= most + 1
    return weights


def scaled(table: list[list[int]], weight: int) -> list[list[int]]:
    return [[weight * cost for cost in row] for row in table]


def curves(
    grid: Grid, most: Sequence[int], before: Sequence[Fraction] | None = None, grain: Fraction = WHOLE
) -> list[list[int]]:
    """Convex costs of 0, 1, 2 ... grains over capacity, the ledger's if there is a before; free without capacity."""
    capacity = grid.staffing.horizon_capacity if before is None else grid.staffing.capacity
    portions = {
        id: Portion(0, most[e], before[e] if before else Fraction(0), capacity[id])
        for e, id in enumerate(grid.names)
        if capacity[id] > 0
    }
    found = curves_of(portions, grain)
    return [found[id].costs() if id in found else [0] * (most[e] + 1) for e, id in enumerate(grid.names)]


def band_of(grid: Grid, e: int, fair: Mapping[str, Fraction]) -> range:
    """The grains near the fair load; any number for those without a share."""
    id = grid.names[e]
    return band(grid.staffing, fair[id]) if id in fair else range(UNLIMITED)


def most_grains(grid: Grid, e: int) -> int:
    """More than an engineer can come to carry: locked grains, and a week's heaviest roles as far as there is room."""
    staffing = grid.staffing
    id = grid.names[e]
    total = sum(staffing.grains(cell) for cell, holder in staffing.problem.locked.items() if holder == id)
    heaviest = sorted(
        (
            max(grid.grains[2 * u], grid.grains[2 * u + 1])
            for u, unit in enumerate(staffing.problem.units)
            if id in unit.qualified
        ),
        reverse=True,
    )
    return total + sum(sum(heaviest[: grid.room[e * grid.weeks + w]]) for w in range(grid.weeks))


def most_roles(grid: Grid, e: int) -> int:
    """More roles than an engineer can come to hold."""
    problem, id = grid.staffing.problem, grid.names[e]
    locked = sum(holder == id for holder in problem.locked.values())
    posts = sum(id in unit.qualified for unit in problem.units)
    return locked + sum(min(posts, grid.room[e * grid.weeks + w]) for w in range(grid.weeks))


def holiday_table(grid: Grid) -> list[list[int]]:
    """Public-holiday days by engineer and week."""
    problem = grid.staffing.problem
    return [[problem.holiday_days(id, week) for week in problem.handoffs] for id in grid.names]
