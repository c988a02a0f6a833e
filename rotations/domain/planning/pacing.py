"""Even along the way: the order of weeks, so that nobody carries first and rests later.

Every goal of the planner counts over the whole horizon, which leaves the order of much open. Two weeks, or one unit in
two weeks, change places where that keeps every goal as it is and what everybody carried week by week comes closer to a
steady pace.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import accumulate, combinations

from .parts import ROLES, Cell, Unit
from .quality import exceptions_of
from .staffing import Plan, Staffing

# Beyond so many pairs of weeks times units a plan is left in the order it was found in.
MOST_PLACES = 20_000
MOST_ROUNDS = 12


def paced(staffing: Staffing, plan: Plan) -> Plan:
    """The same plan in a steadier order: no load, exception, holiday, wish or role of an owner is other than before.

    What is locked or pinned stays where it is, and so does a plan over published weeks, where each move is a change.
    """
    problem = staffing.problem
    pairs = list(combinations(problem.handoffs, 2))
    moves = any(not problem.is_locked(pair.week) for pair in problem.published or ())
    if moves or len(pairs) * len(problem.units) > MOST_PLACES:
        return plan
    order = Order(staffing, dict(plan))
    for _ in range(MOST_ROUNDS):
        if not sum(order.steadier(*pair) for pair in pairs):
            break
    return order.plan


@dataclass
class Order:
    """A plan whose weeks change places."""

    staffing: Staffing
    plan: dict[Cell, str | None]

    def steadier(self, first: date, second: date) -> bool:
        """Exchange two weeks, or else single units of them, where that helps; whether anything changed."""
        units = self.staffing.problem.units
        moves = [units, *([unit] for unit in units)]
        return sum(self.exchange(move, first, second) for move in moves) > 0

    def exchange(self, units: Sequence[Unit], first: date, second: date) -> bool:
        """Let some units change places between two weeks, if it may be and makes the pace steadier."""
        cells = [(Cell(unit.id, first, role), Cell(unit.id, second, role)) for unit in units for role in ROLES]
        gains = self.gains(cells)
        if not gains or self.loss(gains, first, second) >= 0:
            return False
        moved = {early: self.plan[late] for early, late in cells} | {late: self.plan[early] for early, late in cells}
        after = {**self.plan, **moved}
        if not self.may_move(moved) or not self.is_alike(after, first, second):
            return False
        self.plan = after
        for engineer, gain in gains.items():
            for n in range(self.number[first], self.number[second]):
                self.ahead[engineer][n] += gain * self.there[engineer][-1]
        return True

    def may_move(self, moved: Mapping[Cell, str | None]) -> bool:
        candidates = self.staffing.candidates
        return all(holder in candidates.get(cell, ()) for cell, holder in moved.items())

    def is_alike(self, after: Plan, first: date, second: date) -> bool:
        """Whether nothing but the order changes: rules, roles a week, holidays and wishes."""
        before, problem = self.plan, self.staffing.problem
        stays = all(self.people(before, week) == self.people(after, week) for week in (first, second))
        swaps = all(
            self.people(before, here) == self.people(after, there) for here, there in ((first, second), (second, first))
        )
        if not stays and (not swaps or self.marks[first] or self.marks[second]):
            return False
        if any(self.is_crowded(after, week) for week in (first, second)):
            return False
        if sum(self.on_holidays(after, week) - self.on_holidays(before, week) for week in (first, second)) > 0:
            return False
        has_rules = problem.shifts_of_rest or problem.shifts_in_a_row is not None
        return not has_rules or len(exceptions_of(problem, after)) <= self.exceptions

    @cached_property
    def exceptions(self) -> int:
        """How many exceptions the plan has as it was found."""
        return len(exceptions_of(self.staffing.problem, self.plan))

    def people(self, plan: Plan, week: date) -> frozenset[str | None]:
        return frozenset(plan[Cell(unit.id, week, role)] for unit in self.staffing.problem.units for role in ROLES)

    def on_holidays(self, plan: Plan, week: date) -> int:
        """Roles on public holidays of who holds them, each by the days."""
        problem = self.staffing.problem
        held = (plan[Cell(unit.id, week, role)] for unit in problem.units for role in ROLES)
        return sum(problem.holiday_days(holder, week) for holder in held if holder is not None)

    def is_crowded(self, plan: Plan, week: date) -> bool:
        most = self.staffing.problem.rules.max_roles_per_engineer_week
        held = [plan[Cell(unit.id, week, role)] for unit in self.staffing.problem.units for role in ROLES]
        return most is not None and any(held.count(holder) > most for holder in {*held} - {None})

    @cached_property
    def marks(self) -> dict[date, bool]:
        """Weeks in which it matters who is on duty: with a public holiday or a wish."""
        problem = self.staffing.problem
        wished = {week for engineer in problem.engineers for week in (*engineer.wanted, *engineer.unwanted)}
        off = {week for days in problem.holidays.values() for week, number in days.items() if number}
        return {week: week in wished or week in off for week in problem.handoffs}

    @cached_property
    def number(self) -> dict[date, int]:
        return {week: n for n, week in enumerate(self.staffing.problem.handoffs)}

    @cached_property
    def there(self) -> dict[str, list[int]]:
        """How many weeks each engineer was a member until the end of each week."""
        problem = self.staffing.problem
        return {
            engineer.id: list(accumulate(int(engineer.member(week, problem.shift_weeks)) for week in problem.handoffs))
            for engineer in problem.engineers
        }

    @cached_property
    def ahead(self) -> dict[str, list[int]]:
        """How far each engineer is ahead of a steady pace at the end of each week: in grains, times all weeks there."""
        carried = {engineer: [0] * len(self.number) for engineer in self.there}
        for cell, holder in self.plan.items():
            if holder is not None:
                carried[holder][self.number[cell.week]] += self.staffing.grains(cell)
        return {
            engineer: [
                so_far * there[-1] - sum(carried[engineer]) * weeks
                for so_far, weeks in zip(accumulate(carried[engineer]), there, strict=True)
            ]
            for engineer, there in self.there.items()
        }

    def gains(self, cells: Iterable[tuple[Cell, Cell]]) -> dict[str, int]:
        """Grains that each engineer would get more in the earlier week, and as many less in the later."""
        found: dict[str, int] = {}
        for early, late in cells:
            for holder, sign in ((self.plan[early], -1), (self.plan[late], 1)):
                if holder is not None:
                    found[holder] = found.get(holder, 0) + sign * self.staffing.grains(early)
        return {engineer: gain for engineer, gain in found.items() if gain}

    def loss(self, gains: Mapping[str, int], first: date, second: date) -> int:
        """How much farther from a steady pace these gains bring people, by the sum of squares."""
        start, end = self.number[first], self.number[second]
        lost = 0
        for engineer, gain in gains.items():
            step = gain * self.there[engineer][-1]
            lost += 2 * step * sum(self.ahead[engineer][start:end]) + step * step * (end - start)
        return lost
