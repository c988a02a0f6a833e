"""How many exceptions more or fewer a change of hands would make, without making it: a look at two or four masks."""

from .sketch import Sketch


class Breaches:
    """What-if questions about the exceptions of a sketch. All cells named are held by somebody, and free."""

    def __init__(self, sketch: Sketch) -> None:
        self.sketch, self.grid = sketch, sketch.grid

    def masks_without(self, e: int, c: int) -> tuple[int, int, int]:
        """The key and the masks of somebody who leaves a cell they hold."""
        sketch, grid = self.sketch, self.grid
        w = c // (2 * grid.units)
        key, ew, bit = sketch.key(e, c), e * grid.weeks + w, 1 << w
        alone = grid.per_unit or sketch.roles[ew] == 1
        first = not c & 1 and (grid.per_unit or sketch.firsts[ew] == 1)
        duty, primaries = sketch.duty[key], sketch.primaries[key]
        return key, primaries & ~bit if first else primaries, duty & ~bit if alone else duty

    def of_handing(self, c: int, taker: int) -> int:
        """Exceptions more (or, negative, fewer) if somebody else took a cell."""
        sketch = self.sketch
        key, primaries, duty = self.masks_without(sketch.hold[c], c)
        change = sketch.count_breaches(primaries, duty) - sketch.breaches[key]
        key, bit = sketch.key(taker, c), 1 << sketch.week_of(c)
        primaries = sketch.primaries[key] if c & 1 else sketch.primaries[key] | bit
        return change + sketch.count_breaches(primaries, sketch.duty[key] | bit) - sketch.breaches[key]

    def of_swapping(self, c: int, d: int) -> int:
        """The same if the holders of two cells of the same role, in different weeks, took each other's."""
        e, f = self.sketch.hold[c], self.sketch.hold[d]
        return self.of_moving(e, c, d) + self.of_moving(f, d, c)

    def of_moving(self, e: int, c: int, d: int) -> int:
        """Somebody leaves cell c and takes cell d in another week."""
        sketch = self.sketch
        key, primaries, duty = self.masks_without(e, c)
        other, bit = sketch.key(e, d), 1 << sketch.week_of(d)
        if other != key:
            change = sketch.count_breaches(primaries, duty) - sketch.breaches[key]
            primaries, duty = sketch.primaries[other], sketch.duty[other]
        else:
            change = 0
        primaries = primaries if d & 1 else primaries | bit
        return change + sketch.count_breaches(primaries, duty | bit) - sketch.breaches[other]

    def of_exchanging(self, c: int) -> int:
        """The same if the two holders of a unit and week exchanged their roles; `c` is the primary cell."""
        sketch, grid = self.sketch, self.grid
        w, change = sketch.week_of(c), 0
        bit = 1 << w
        for e, gives in ((sketch.hold[c], True), (sketch.hold[c ^ 1], False)):
            key, primaries = sketch.key(e, c), sketch.primaries[sketch.key(e, c)]
            if not gives:
                primaries |= bit
            elif grid.per_unit or sketch.firsts[e * grid.weeks + w] == 1:
                primaries &= ~bit
            change += sketch.count_breaches(primaries, sketch.duty[key]) - sketch.breaches[key]
        return change
