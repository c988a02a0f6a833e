"""Fewer exceptions by a seeded walk: small changes, for better or for equal, and at first for a little worse.

Loads stay within reach of the fair ones all the time. What counts is the number of exceptions, then how many roles lie
on public holidays. How likely a worse change is taken is a power of two: whole numbers are alike on every machine.
"""

from collections.abc import Sequence
from random import Random

from .breaches import Breaches
from .grid import NOBODY
from .sketch import Change, Sketch

# An exception counts as much as so many holidays of roles.
EXCEPTION = 4

# A change that is worse by n is taken once in 2 ** (n * cold): colder and colder.
COLD = (1, 2, 3, 4)

# After so many looks the list of exceptions is made anew.
FRESH = 500


class Annealing:
    """A walk over a sketch with loads within `reach` grains of `fair`."""

    def __init__(self, sketch: Sketch, fair: Sequence[int], reach: int, seed: int) -> None:
        self.sketch, self.grid, self.fair, self.reach = sketch, sketch.grid, fair, reach
        self.breaches = Breaches(sketch)
        self.random = Random(seed)  # noqa: S311  (a walk, no secret)
        self.cells = [c for c, free in enumerate(self.grid.is_free) if free and sketch.hold[c] != NOBODY]
        self.kin = self.kindred_units()

    def kindred_units(self) -> list[list[int]]:
        """Of each unit, those of the same weight that share two engineers or more with it."""
        units = self.grid.staffing.problem.units
        pools = [frozenset(unit.qualified) for unit in units]
        return [
            [
                v
                for v, other in enumerate(pools)
                if v == u or (len(pool & other) > 1 and units[u].weight == units[v].weight)
            ]
            for u, pool in enumerate(pools)
        ]

    def run(self, looks: int) -> None:
        """Look at so many changes."""
        if not self.cells:
            return
        for cold in COLD:
            for first in range(0, looks // len(COLD), FRESH):
                troubled = [key for key, count in enumerate(self.sketch.breaches) if count]
                if not troubled:
                    return
                for _ in range(min(FRESH, looks // len(COLD) - first)):
                    self.look(self.pick_cell(troubled), cold)

    def pick(self, most: int) -> int:
        return int(self.random.random() * most)

    def pick_cell(self, troubled: Sequence[int]) -> int:
        """Any cell, or one of somebody who has an exception."""
        if self.random.random() < 0.3:
            return self.cells[self.pick(len(self.cells))]
        grid, key = self.grid, troubled[self.pick(len(troubled))]
        e, u = divmod(key, grid.units) if grid.per_unit else (key, 0)
        held = [c for c in self.sketch.held[e] if not grid.per_unit or c // 2 % grid.units == u]
        return held[self.pick(len(held))] if held else self.cells[self.pick(len(self.cells))]

    def look(self, c: int, cold: int) -> None:
        """Pick a change of a cell, and make it if it is good enough."""
        lot = self.random.random()
        if lot < 0.2:
            found = self.handing(c)
        elif lot < 0.35:
            found = self.exchange(c)
        else:
            found = self.swap(c, lot < 0.65)
        if found is None:
            return
        worse, change = found
        if worse <= 0 or self.random.getrandbits(worse * cold) == 0:
            self.sketch.try_change(change)

    def handing(self, c: int) -> tuple[int, Change] | None:
        """Somebody else takes the cell."""
        sketch, grid = self.sketch, self.grid
        candidates, e, w = grid.candidates[c], sketch.hold[c], sketch.week_of(c)
        f, grains = candidates[self.pick(len(candidates))], grid.grains[c % (2 * grid.units)]
        if f in (e, sketch.hold[c ^ 1]) or sketch.left[f * grid.weeks + w] <= 0:
            return None
        if not (self.stays_even(e, -grains) and self.stays_even(f, grains)):
            return None
        days = sketch.days[f * grid.weeks + w] - sketch.days[e * grid.weeks + w]
        return EXCEPTION * self.breaches.of_handing(c, f) + days, ((c, f),)

    def exchange(self, c: int) -> tuple[int, Change] | None:
        """The two holders of the unit and week exchange their roles."""
        sketch, grid, c = self.sketch, self.grid, c & ~1
        e, f = sketch.hold[c], sketch.hold[c ^ 1]
        if NOBODY in (e, f) or e not in grid.may_hold[c ^ 1] or f not in grid.may_hold[c]:
            return None
        post = c % (2 * grid.units)
        grains = grid.grains[post] - grid.grains[post + 1]
        if not (self.stays_even(e, -grains) and self.stays_even(f, grains)):
            return None
        return EXCEPTION * self.breaches.of_exchanging(c), ((c, f), (c ^ 1, e))

    def swap(self, c: int, near: bool) -> tuple[int, Change] | None:
        """The holders of two cells of the same role and weight, in different weeks, take each other's."""
        sketch, grid, span = self.sketch, self.grid, 2 * self.grid.units
        w, post = divmod(c, span)
        v = self.pick(grid.weeks)
        kin = self.kin[post >> 1]
        d = v * span + (post if near else 2 * kin[self.pick(len(kin))] + (c & 1))
        e, f = sketch.hold[c], sketch.hold[d]
        if v == w or f in (e, NOBODY) or not (grid.is_free[d] and e in grid.may_hold[d] and f in grid.may_hold[c]):
            return None
        ev, fw = e * grid.weeks + v, f * grid.weeks + w
        if sketch.left[ev] <= 0 or sketch.left[fw] <= 0:
            return None
        if sketch.hold[d ^ 1] == e or sketch.hold[c ^ 1] == f:
            return None
        days = sketch.days[ev] - sketch.days[e * grid.weeks + w] + sketch.days[fw] - sketch.days[f * grid.weeks + v]
        return EXCEPTION * self.breaches.of_swapping(c, d) + days, ((c, f), (d, e))

    def stays_even(self, e: int, grains: int) -> bool:
        return abs(self.sketch.load[e] + grains - self.fair[e]) <= self.reach
