"""How many roles must stay open, and a first complete plan: week by week, as no hard rule crosses weeks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from .parts import PRIMARY, SECONDARY, Cell
from .staffing import Plan, Staffing
from .weekflow import CoveredWeek, staff_week

ROLE_PRICES = {PRIMARY: 2, SECONDARY: 1}


@dataclass(frozen=True)
class Coverage:
    """A complete plan with the fewest open roles, and the weeks it was made of."""

    plan: Plan
    weeks: Mapping[date, CoveredWeek]

    @property
    def open_count(self) -> int:
        return sum(holder is None for holder in self.plan.values())

    @property
    def open_cells(self) -> dict[date, dict[str, int]]:
        """How many free cells stay open per week and role."""
        return {week: covered.opens() for week, covered in self.weeks.items()}


def cover(staffing: Staffing) -> Coverage:
    """Staff week after week with as few open roles as possible, those who carried least first."""
    plan: dict[Cell, str | None] = dict(staffing.problem.locked)
    loads = dict(staffing.before)
    carry(staffing, loads, plan)
    weeks = {}
    for week in staffing.free_cells:
        weeks[week] = cover_week(staffing, week, loads)
        carry(staffing, loads, weeks[week].plan)
        plan |= weeks[week].plan
    return Coverage(plan, weeks)


def carry(staffing: Staffing, loads: dict[str, Fraction], plan: Plan) -> None:
    """Add the tokens of a plan to what each engineer has carried."""
    for cell, holder in plan.items():
        if holder is not None:
            loads[holder] += staffing.tokens(cell)


def cover_week(staffing: Staffing, week: date, loads: Mapping[str, Fraction]) -> CoveredWeek:
    """The week with the fewest open primaries, then secondaries, then by those who carried least so far."""
    ranks = prices_of(staffing, loads)
    return staff_week(staffing, week, lambda cell, engineer: ranks[engineer] * ROLE_PRICES[cell.role])


def prices_of(staffing: Staffing, loads: Mapping[str, Fraction]) -> dict[str, int]:
    """Engineers by rank of what they carried so far for their capacity: ranks stay small whatever the ledger says."""
    level = {id: loads[id] / weeks if weeks else Fraction(0) for id, weeks in staffing.capacity.items()}
    return {id: rank for rank, id in enumerate(sorted(level, key=lambda id: (level[id], id)))}
