"""The strict objective, goal by goal, by a seeded walk over small problems: no plan is ever taken for a dearer one.

Two engineers trade: a cell is handed over, two cells are swapped, or a whole week; while that makes the plan dearer,
more trades between the two follow, to make up for it.
"""

from random import Random

from .grid import NOBODY
from .sketch import Change, Sketch

# After a trade that makes the plan dearer so many more may follow to make up for it.
TURNS = 4


class Walk:
    """A walk over a sketch by trades that make it cheaper, or are as good."""

    def __init__(self, sketch: Sketch, seed: int) -> None:
        self.sketch, self.grid = sketch, sketch.grid
        self.random = Random(seed)  # noqa: S311  (a walk, no secret)
        self.cells = [c for c, free in enumerate(self.grid.is_free) if free and sketch.hold[c] != NOBODY]

    def run(self, looks: int, patience: int) -> None:
        """Look at so many trades, or until the plan got no cheaper for so many."""
        best, idle = self.sketch.score, 0
        while looks > 0 and idle < patience and len(self.cells) > 1:
            self.look()
            idle = 0 if self.sketch.score < best else idle + 1
            best, looks = min(best, self.sketch.score), looks - 1

    def look(self) -> None:
        """Two people trade, and go on trading with each other while the plan is dearer than before; or all back."""
        sketch, score = self.sketch, self.sketch.score
        c = self.cells[self.pick(len(self.cells))]
        e, f = sketch.hold[c], self.partner(c)
        if e == f:
            return
        done: list[Change] = []
        change = self.trade(c, f)
        for turn in range(TURNS):
            if change is not None and self.make(change, done) and sketch.score <= score:
                return
            giver, taker = (f, e) if turn % 2 == 0 else (e, f)
            change = self.trade_of(giver, taker)
        for change in reversed(done):
            sketch.try_change(change)

    def make(self, change: Change, done: list[Change]) -> bool:
        """Make a change if it can be made, and note how to take it back."""
        before = [(c, self.sketch.hold[c]) for c, _ in change]
        if not self.sketch.try_change(change):
            return False
        done.append(before)
        return True

    def pick(self, most: int) -> int:
        return int(self.random.random() * most)

    def partner(self, c: int) -> int:
        candidates = self.grid.candidates[c]
        return candidates[self.pick(len(candidates))]

    def trade_of(self, e: int, f: int) -> Change | None:
        """A trade of any cell that somebody holds."""
        held = list(self.sketch.held[e])
        return self.trade(held[self.pick(len(held))], f) if held else None

    def trade(self, c: int, f: int) -> Change | None:
        """The holder of a cell hands it to somebody, swaps it for one of theirs, or all of a week for all of theirs."""
        e, held, w = self.sketch.hold[c], self.sketch.held[f], self.sketch.week_of(c)
        lot = self.random.random()
        if lot < 0.3 or not held:
            return ((c, f),)
        if lot < 0.5:
            mine = [(d, f) for d in self.sketch.held[e] if self.sketch.week_of(d) == w]
            return [*mine, *((d, e) for d in held if self.sketch.week_of(d) == w)]
        same_week = lot < 0.75
        near = [d for d in held if (self.sketch.week_of(d) == w if same_week else not (c ^ d) & 1)]
        return ((c, f), (near[self.pick(len(near))], e)) if near else None
