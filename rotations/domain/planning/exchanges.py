"""Fewer exceptions: for each one, every single change of hands that might mend it is weighed.

A cell is handed to somebody else, two cells of the same role and weight in different weeks are swapped, or the two
holders of a unit and week exchange their roles. Whatever goal stands before exceptions is never given back.
"""

from collections.abc import Iterator

from .breaches import Breaches
from .grid import NOBODY
from .sketch import Change, Sketch

# So many of the most promising changes are tried in full.
TRIED = 4


class Exchanges:
    """Mends exceptions of a sketch."""

    def __init__(self, sketch: Sketch) -> None:
        self.sketch, self.grid, self.breaches, self.looks = sketch, sketch.grid, Breaches(sketch), 0

    def run(self, looks: int) -> None:
        """Mend what can be mended, until nothing can or so many changes were looked at."""
        last, moved = self.looks + looks, True
        while moved and self.looks < last:
            moved = False
            for key in range(len(self.sketch.breaches)):
                while self.sketch.breaches[key] and self.looks < last and self.mend(key):
                    moved = True

    def mend(self, key: int) -> bool:
        """Make one change that leaves fewer exceptions, one of them here."""
        cells = self.cells_to_leave(key)
        for far in (False, True):
            found = sorted(
                ((more, change) for c in cells for more, change in self.changes(c, far) if more < 0),
                key=lambda each: each[0],
            )
            if any(self.sketch.improve(change) for _, change in found[:TRIED]):
                return True
        return False

    def cells_to_leave(self, key: int) -> list[int]:
        """The cells without which there would be fewer exceptions here."""
        sketch, grid = self.sketch, self.grid
        e, u = divmod(key, grid.units) if grid.per_unit else (key, NOBODY)
        span, found = 2 * grid.units, []
        for c in sketch.held[e]:
            if u in (NOBODY, c % span >> 1):
                _, primaries, duty = self.breaches.masks_without(e, c)
                if sketch.count_breaches(primaries, duty) < sketch.breaches[key]:
                    found.append(c)
        return found

    def changes(self, c: int, far: bool) -> Iterator[tuple[int, Change]]:
        """Changes that take a cell from its holder, and how many exceptions more they make: near ones within the
        unit, far ones with other units."""
        sketch, grid = self.sketch, self.grid
        e, other, w = sketch.hold[c], sketch.hold[c ^ 1], sketch.week_of(c)
        if not far and other != NOBODY and other in grid.may_hold[c] and e in grid.may_hold[c ^ 1]:
            self.looks += 1
            yield self.breaches.of_exchanging(c & ~1), ((c, other), (c ^ 1, e))
        for f in grid.candidates[c]:
            alone = not c & 1 and other == NOBODY and f * grid.weeks + w in grid.partial
            if alone or f in (e, other):
                continue
            if not far and sketch.left[f * grid.weeks + w] > 0:
                self.looks += 1
                yield self.breaches.of_handing(c, f), ((c, f),)
            yield from self.swaps(c, f, far)

    def swaps(self, c: int, f: int, far: bool) -> Iterator[tuple[int, Change]]:
        """Swaps of a cell with those of somebody else."""
        sketch, grid = self.sketch, self.grid
        e, w, span = sketch.hold[c], sketch.week_of(c), 2 * grid.units
        post, weeks, room = c % span, grid.weeks, sketch.left[f * grid.weeks + w] > 0
        for d in self.cells_like(f, post, far):
            v = d // span
            if v == w or e not in grid.may_hold[d] or sketch.hold[d ^ 1] == e:
                continue
            if room and sketch.left[e * weeks + v] > 0:
                self.looks += 1
                yield self.breaches.of_swapping(c, d), ((c, f), (d, e))

    def cells_like(self, f: int, post: int, far: bool) -> list[int]:
        """Somebody's cells of the same role and weight, of the same unit or of others."""
        sketch, grid, span = self.sketch, self.grid, 2 * self.grid.units
        if not far:
            return [d for d in range(post, len(sketch.hold), span) if sketch.hold[d] == f and grid.is_free[d]]
        worth = grid.grains[post]
        return [d for d in sketch.held[f] if not (d ^ post) & 1 and d % span != post and grid.grains[d % span] == worth]
