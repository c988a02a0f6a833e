"""Complete plans by exact weeks: each week is staffed at the least price given all others, again and again.

A first pass goes forward in time, aiming at the fair load so far; each further pass looks both ways.
"""

from collections.abc import Sequence
from fractions import Fraction

from .grid import NOBODY
from .parts import PRIMARY, ROLES
from .sketch import Sketch
from .weekflow import cheapest_week, price_of_gaps

# Prices of one exception, of a token above the fair load, of a public holiday on call, of a wish missed, of somebody
# who owns nothing of a unit: what a first plan weighs against each other. Later searches keep the strict order.
EXCEPTION, TOKEN, HOLIDAY, WISH, STRANGER = 3000, 300, 3000, 60, 20

# What a further role of the same week adds to the price, as a part of what its tokens add to the level: other weeks
# can still make up for it.
CROWDING = Fraction(1, 4)

# In teams of so many it is tried to staff a week with fewer people, at this price for each who is off call then.
FEW, DUTY = 12, 20_000

# More grains than this above or below the fair load are no dearer: prices stay small enough for the flow.
FAR = 500


# Of each cell who may hold it, at which price.
Choices = Sequence[Sequence[tuple[int, int]]]


class Descent:
    """Staffs the weeks of a sketch anew. `fair` are the grains that each engineer should carry in the end."""

    def __init__(self, sketch: Sketch, fair: Sequence[int]) -> None:
        self.sketch, self.grid, self.fair = sketch, sketch.grid, fair
        grid, staffing = self.grid, self.grid.staffing
        weeks = [staffing.capacity[id] for id in grid.names]
        average = sum(weeks, Fraction(0)) / max(1, len(weeks))
        # The price of a grain for every grain above the fair load, dearer for those with less capacity.
        grain = TOKEN * staffing.problem.grain
        self.slope = [int(grain * min(Fraction(10), average / each)) if each else 0 for each in weeks]
        self.there = [
            [id in staffing.presence[week, PRIMARY] for week in staffing.problem.handoffs] for id in grid.names
        ]
        heaviest = max(grid.grains, default=1)
        self.crowding = [int(CROWDING * slope * heaviest * heaviest) for slope in self.slope]

    def forward(self) -> None:
        """Staff all weeks in order, each aiming at the part of the fair load that is due by then."""
        known = list(self.sketch.hold)
        for c in range(len(known)):
            if known[c] != NOBODY and self.grid.is_free[c]:
                self.sketch.leave(c)
        total, so_far = [sum(there) for there in self.there], [0] * len(self.fair)
        for w in range(self.grid.weeks):
            so_far = [n + there[w] for n, there in zip(so_far, self.there, strict=True)]
            aims = [fair * n // max(1, most) for fair, n, most in zip(self.fair, so_far, total, strict=True)]
            self.staff(w, aims, known)

    def again(self) -> None:
        """Staff all weeks once more, each given all others."""
        for w in range(self.grid.weeks):
            self.staff(w, self.fair, list(self.sketch.hold))

    def staff(self, w: int, aims: Sequence[int], known: Sequence[int]) -> None:
        """Staff one week, or as it is known where the flow would leave somebody partly away alone."""
        grid, sketch = self.grid, self.sketch
        cells = [c for c in grid.free[w] if grid.is_free[c]]
        for c in cells:
            if sketch.hold[c] != NOBODY:
                sketch.leave(c)
        choices = self.priced(w, cells, aims)
        found = self.cheapest(w, cells, choices)
        if len(aims) <= FEW:
            found = self.fewer_people(w, cells, choices, found)
        if any(self.is_alone(found, c, w) for c in cells):
            found = {c: known[c] for c in cells}
        for c, e in found.items():
            if e != NOBODY:
                sketch.take(c, e)
        sketch.steps += 1

    def cheapest(self, w: int, cells: Sequence[int], choices: Choices) -> dict[int, int]:
        """Who holds each cell at the least price."""
        grid, left = self.grid, self.sketch.left
        rooms = {e: self.rooms(e, left[e * grid.weeks + w], len(cells)) for each in choices for e, _ in each}
        dearest = max((price for each in choices for _, price in each), default=0)
        dearest += max((room[-1][1] for room in rooms.values() if room), default=0)
        lost = price_of_gaps(dearest, len(cells))
        holders = cheapest_week([c >> 1 for c in cells], choices, rooms, [lost[ROLES[c & 1]] for c in cells])
        return {c: NOBODY if e is None else e for c, e in zip(cells, holders, strict=True)}

    def fewer_people(self, w: int, cells: Sequence[int], choices: Choices, found: dict[int, int]) -> dict[int, int]:
        """Leave one after the other off call, those with the most weeks on call first, where that costs little."""
        sketch, weeks = self.sketch, self.grid.weeks
        on_call = sorted({e for e in found.values() if e != NOBODY and not sketch.roles[e * weeks + w]})
        for e in sorted(on_call, key=lambda e: (-sketch.weeks[e], -sketch.load[e], e)):
            without = [[each for each in some if each[0] != e] for some in choices]
            fewer = self.cheapest(w, cells, without)
            opened = sum(holder == NOBODY for holder in fewer.values()) - sum(
                holder == NOBODY for holder in found.values()
            )
            if not opened and self.price(cells, without, fewer) <= self.price(cells, choices, found) + DUTY:
                choices, found = without, fewer
        return found

    def price(self, cells: Sequence[int], choices: Choices, found: dict[int, int]) -> int:
        return sum(price for c, some in zip(cells, choices, strict=True) for e, price in some if found[c] == e)

    def rooms(self, e: int, left: int, most: int) -> list[tuple[int, int]]:
        """Each further role of the week is dearer by as much."""
        if not self.crowding[e]:
            return [(min(left, most), 0)]
        return [(1, n * self.crowding[e]) for n in range(min(left, most))]

    def is_alone(self, found: dict[int, int], c: int, w: int) -> bool:
        """A partly absent primary without a secondary."""
        if c & 1 or found[c] == NOBODY or found[c ^ 1] != NOBODY:
            return False
        return found[c] * self.grid.weeks + w in self.grid.partial

    def priced(self, w: int, cells: Sequence[int], aims: Sequence[int]) -> list[list[tuple[int, int]]]:
        """Who may hold each cell of an emptied week, and at which price."""
        sketch, grid = self.sketch, self.grid
        owners = grid.owners
        levels = [
            slope * max(-FAR, min(FAR, load - aim))
            for slope, load, aim in zip(self.slope, sketch.load, aims, strict=True)
        ]
        duty = [self.price_of_duty(e, w) for e in range(len(aims))]
        found = []
        for c in cells:
            grains, known = grid.grains[c % (2 * grid.units)], owners[c // 2 % grid.units]
            prices = [
                (e, levels[e] * grains + duty[e] + self.price_of_breaches(e, c, w) + (0 if e in known else STRANGER))
                for e in grid.candidates[c]
            ]
            least = min((price for _, price in prices), default=0)
            found.append([(e, price - least) for e, price in prices])
        return found

    def price_of_duty(self, e: int, w: int) -> int:
        """Holidays and wishes of somebody who is not on call in the week yet, as every role of it is priced."""
        sketch, ew = self.sketch, e * self.grid.weeks + w
        if sketch.roles[ew]:
            return 0
        wish = sketch.wishes[ew]
        return HOLIDAY * sketch.days[ew] * (2 + sketch.holidays[e]) + (WISH if wish > 0 else -WISH if wish else 0)

    def price_of_breaches(self, e: int, c: int, w: int) -> int:
        """Exceptions that somebody's holding the cell would add."""
        sketch = self.sketch
        if not (sketch.rest or sketch.row):
            return 0
        key, bit = sketch.key(e, c), 1 << w
        primaries = sketch.primaries[key] if c & 1 else sketch.primaries[key] | bit
        return EXCEPTION * (sketch.count_breaches(primaries, sketch.duty[key] | bit) - sketch.breaches[key])
