"""A plan that is being worked on: who holds what, and what it costs, kept up to date change by change."""

from collections.abc import Iterable, Sequence

from .costs import Costs, holiday_table
from .grid import NOBODY, UNLIMITED, Grid

# Who is to hold which cells.
Change = Sequence[tuple[int, int]]


class Sketch:
    """A plan by number and its cost. Of each engineer: cells held (`held`, locked ones not), grains, roles by kind.

    Exceptions are counted on bit masks: one bit a week for being primary (`primaries`), one for being on call (`duty`),
    per engineer and unit or per engineer, as the rules' scope asks.
    """

    def __init__(self, grid: Grid, costs: Costs, hold: Sequence[int]) -> None:
        people, weeks = len(grid.names), grid.weeks
        problem = grid.staffing.problem
        self.grid, self.costs, self.score, self.steps = grid, costs, 0, 0
        self.rest, self.row = problem.shifts_of_rest, problem.shifts_in_a_row or 0
        self.open_weeks = sum(1 << w for w, week in enumerate(problem.handoffs) if not problem.is_locked(week))
        self.hold = [NOBODY] * len(grid.cells)
        self.held: list[dict[int, None]] = [{} for _ in range(people)]
        self.load, self.weeks, self.holidays = [0] * people, [0] * people, [0] * people
        self.by_role = ([0] * people, [0] * people)
        self.roles, self.firsts = [0] * (people * weeks), [0] * (people * weeks)
        self.left = list(grid.room)
        keys = people * (grid.units if grid.per_unit else 1)
        self.primaries, self.duty, self.breaches = [0] * keys, [0] * keys, [0] * keys
        self.days = [days for row in holiday_table(grid) for days in row]
        self.wishes = self.wish_table()
        self.tastes = [self.taste_of(c) for c in range(len(grid.cells))]
        for c, e in enumerate(hold):
            if e != NOBODY:
                self.take(c, e)
            if e != NOBODY and not grid.is_free[c]:
                self.left[e * weeks + c // (2 * grid.units)] += 1  # the room is what locked roles leave
                del self.held[e][c]

    def wish_table(self) -> list[int]:
        """What being on call costs, at `engineer * weeks + week`."""
        grid = self.grid
        number = {week: n for n, week in enumerate(grid.staffing.problem.handoffs)}
        table = [0] * (len(grid.names) * grid.weeks)
        for e, each in enumerate(grid.staffing.problem.engineers):
            for week in each.unwanted:
                table[e * grid.weeks + number[week]] += self.costs.wish
            for week in each.wanted:
                table[e * grid.weeks + number[week]] -= self.costs.wish
        return table

    def taste_of(self, c: int) -> dict[int, int]:
        """How much less a cell costs with an owner, or with who is published there, than with anybody else; and how
        much more with somebody for whom its week has public holidays."""
        grid, costs = self.grid, self.costs
        owners = grid.owners[c // 2 % grid.units]
        taste: dict[int, int] = {}
        for role, e in enumerate(owners):
            taste[e] = -costs.no_owner - (costs.not_in_role if role == c & 1 else 0)
        taste.pop(NOBODY, None)
        w = self.week_of(c)
        for e in grid.candidates[c]:
            if days := self.days[e * grid.weeks + w]:
                taste[e] = taste.get(e, 0) + days * costs.holiday_role
        published = grid.published[c]
        if published is not None and published != NOBODY:
            taste[published] = taste.get(published, 0) - costs.change
        return taste

    def take(self, c: int, e: int) -> None:
        """Give an open cell to somebody."""
        grid, costs = self.grid, self.costs
        u2 = 2 * grid.units
        w, post = divmod(c, u2)
        ew, role = e * grid.weeks + w, c & 1
        load, count = self.load[e], self.by_role[role][e]
        row, counts = costs.load[e], costs.roles[role][e]
        grains = load + grid.grains[post]
        score = row[grains] - row[load] + counts[count + 1] - counts[count]
        self.load[e], self.by_role[role][e] = grains, count + 1
        if not self.roles[ew]:
            score += self.begin_duty(e, ew, 1)
        self.roles[ew] += 1
        self.left[ew] -= 1
        if not role:
            self.firsts[ew] += 1
        self.hold[c] = e
        self.held[e][c] = None
        self.score += score + self.tastes[c].get(e, 0)
        if self.rest or self.row:
            self.mark(e, w, post >> 1, role, ew)

    def leave(self, c: int) -> int:
        """Open a cell; returns who held it."""
        grid, costs = self.grid, self.costs
        w, post = divmod(c, 2 * grid.units)
        e = self.hold[c]
        ew, role = e * grid.weeks + w, c & 1
        load, count = self.load[e], self.by_role[role][e]
        row, counts = costs.load[e], costs.roles[role][e]
        grains = load - grid.grains[post]
        score = row[grains] - row[load] + counts[count - 1] - counts[count]
        self.load[e], self.by_role[role][e] = grains, count - 1
        self.roles[ew] -= 1
        self.left[ew] += 1
        if not self.roles[ew]:
            score += self.begin_duty(e, ew, -1)
        if not role:
            self.firsts[ew] -= 1
        self.hold[c] = NOBODY
        del self.held[e][c]
        self.score += score - self.tastes[c].get(e, 0)
        if self.rest or self.row:
            self.mark(e, w, post >> 1, -1 - role, ew)
        return e

    def begin_duty(self, e: int, ew: int, sign: int) -> int:
        """Somebody's first role of a week begins (1), or their last one ends (-1)."""
        weeks, table = self.weeks[e], self.costs.weeks[e]
        self.weeks[e] = weeks + sign
        score = table[weeks + sign] - table[weeks] + sign * self.wishes[ew]
        if days := self.days[ew]:
            before, table = self.holidays[e], self.costs.holidays[e]
            self.holidays[e] = before + sign * days
            score += table[before + sign * days] - table[before]
        return score

    def mark(self, e: int, w: int, u: int, role: int, ew: int) -> None:
        """Keep the masks: role 0 or 1 was taken, -1 or -2 was left."""
        bit = 1 << w
        if self.grid.per_unit:
            key = e * self.grid.units + u
            self.duty[key] ^= bit
            if role in (0, -1):
                self.primaries[key] ^= bit
        else:
            key = e
            self.duty[key] = self.duty[key] | bit if self.roles[ew] else self.duty[key] & ~bit
            self.primaries[key] = self.primaries[key] | bit if self.firsts[ew] else self.primaries[key] & ~bit
        found = self.count_breaches(self.primaries[key], self.duty[key])
        self.score += self.costs.exception * (found - self.breaches[key])
        self.breaches[key] = found

    def count_breaches(self, primaries: int, duty: int) -> int:
        """Weeks that are primary too soon after another, and weeks that are one too many in a row."""
        found = 0
        if self.rest:
            near = 0
            for gap in range(1, self.rest + 1):
                near |= primaries << gap
            found = (primaries & near & self.open_weeks).bit_count()
        if self.row:
            run = duty
            for gap in range(1, self.row + 1):
                run &= duty << gap
            found += (run & self.open_weeks).bit_count()
        return found

    def key(self, e: int, c: int) -> int:
        """Where the masks of somebody's holding a cell are."""
        return e * self.grid.units + c // 2 % self.grid.units if self.grid.per_unit else e

    def week_of(self, c: int) -> int:
        return c // (2 * self.grid.units)

    def may_take(self, c: int, e: int) -> bool:
        """Whether somebody may take an open cell now."""
        if e not in self.grid.may_hold[c]:
            return False
        other, ew = self.hold[c ^ 1], e * self.grid.weeks + self.week_of(c)
        if other == e or self.left[ew] <= 0:
            return False
        return bool(c & 1) or other != NOBODY or ew not in self.grid.partial

    def try_change(self, change: Change) -> bool:
        """Hand cells over, all or none: free cells that are held by somebody, to somebody. Says if it was possible."""
        # Secondaries first: whether somebody partly away may be primary depends on them.
        change = sorted(change, key=lambda each: ~each[0] & 1)
        before = [(c, self.leave(c)) for c, _ in change]
        self.steps += 1
        for n, (c, e) in enumerate(change):
            if not self.may_take(c, e):
                self.undo(change[:n], before)
                return False
            self.take(c, e)
        return True

    def undo(self, taken: Iterable[tuple[int, int]], before: Iterable[tuple[int, int]]) -> None:
        for c, _ in taken:
            self.leave(c)
        for c, e in before:
            self.take(c, e)

    def gain(self, change: Change) -> int | None:
        """How much cheaper a change makes the plan, without making it; None where it is not possible."""
        before, score = [(c, self.hold[c]) for c, _ in change], self.score
        if not self.try_change(change):
            return None
        gain = score - self.score
        self.undo(change, before)
        return gain

    def improve(self, change: Change, least: int = 1) -> bool:
        """Make a change that makes the plan at least so much cheaper."""
        before, score = [(c, self.hold[c]) for c, _ in change], self.score
        if not self.try_change(change):
            return False
        if score - self.score >= least:
            return True
        self.undo(change, before)
        return False


__all__ = ["UNLIMITED", "Change", "Sketch"]
