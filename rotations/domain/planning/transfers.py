"""Load handed on from who carries too much to who carries too little, by way of others where it must be.

Somebody can hand on a cell, or exchange the two roles of a unit and week with its other holder. So for an amount of
grains there is a graph of who can take it from whom, and a shortest path in it moves load without touching the loads
in between.
"""

from collections import deque
from collections.abc import Collection, Iterator, Sequence

from .breaches import Breaches
from .grid import NOBODY, UNLIMITED
from .sketch import Change, Sketch

# Of the ways to take one step so many, with the fewest exceptions, are weighed against each other.
WEIGHED = 8

# Of two neighbours on a path, the ways to move the amount between them.
Step = list[Change]


class Transfers:
    """Moves load on a sketch towards `fair`, grains per engineer."""

    def __init__(self, sketch: Sketch, fair: Sequence[int]) -> None:
        self.sketch, self.grid, self.fair = sketch, sketch.grid, fair
        grains = self.grid.grains
        self.amounts = sorted(
            {
                amount
                for n in range(0, len(grains), 2)
                for amount in (*grains[n : n + 2], abs(grains[n] - grains[n + 1]))
            }
            - {0}
        )
        self.breaches, self.looks, self.last = Breaches(sketch), 0, UNLIMITED
        self.within_reach: list[list[int]] = [[] for _ in fair]
        for c, candidates in enumerate(self.grid.candidates):
            for e in candidates:
                self.within_reach[e].append(c)

    def run(self, reach: int, least: int, free: bool, looks: int = UNLIMITED) -> None:
        """Bring everybody within `reach` grains of the fair load, the farthest first, where loads get cheaper by at
        least so much. Unless `free`, no step may add an exception; it ends after so many looks at that."""
        self.last = self.looks + looks
        moved = True
        while moved and self.looks < self.last:
            moved = False
            far = sorted(
                (e for e in range(len(self.fair)) if abs(self.off(e)) > reach), key=lambda e: -abs(self.off(e))
            )
            for e in far:
                while abs(self.off(e)) > reach and any(self.relieve(e, amount, least, free) for amount in self.amounts):
                    moved = True

    def off(self, e: int) -> int:
        return self.sketch.load[e] - self.fair[e]

    def relieve(self, e: int, amount: int, least: int, free: bool) -> bool:
        """Move so many grains from or to somebody, if there is a way that makes the plan cheaper."""
        down = self.off(e) > 0
        gains = (
            (other, self.load_gain(*((e, other) if down else (other, e)), amount)) for other in range(len(self.fair))
        )
        goals = {other for other, gain in gains if gain >= least}
        path = self.path(e, goals, amount, down, free) if goals else []
        return bool(path) and self.follow(path)

    def load_gain(self, giver: int, taker: int, amount: int) -> int:
        """How much more even loads get by handing so much over."""
        give, take, load = self.sketch.costs.load[giver], self.sketch.costs.load[taker], self.sketch.load
        if giver == taker or load[giver] < amount or load[taker] + amount >= len(take):
            return 0
        before = give[load[giver]] + take[load[taker]]
        return before - give[load[giver] - amount] - take[load[taker] + amount]

    def path(self, e: int, goals: Collection[int], amount: int, down: bool, free: bool) -> list[Step]:
        """The steps of a shortest way between somebody and one of the goals; empty if there is none."""
        parents: dict[int, tuple[int, Step]] = {e: (NOBODY, [])}
        queue = deque([e])
        while queue and self.looks < self.last:
            at = queue.popleft()
            near = self.neighbours(at, amount, down, free)
            for other, step in near.items():
                if other not in parents:
                    parents[other] = (at, step)
                    queue.append(other)
            found = [other for other in near if other in goals and parents[other][0] == at]
            if found:
                return self.back(
                    parents, min(found, key=lambda other: (self.off(other) if down else -self.off(other), other))
                )
        return []

    @staticmethod
    def back(parents: dict[int, tuple[int, Step]], goal: int) -> list[Step]:
        steps, (at, step) = [], parents[goal]
        while at != NOBODY:
            steps.append(step)
            at, step = parents[at]
        return steps

    def neighbours(self, e: int, amount: int, down: bool, free: bool) -> dict[int, Step]:
        """Who can take so much from somebody (or, not `down`, give it), and how."""
        near: dict[int, Step] = {}
        for other, change in self.gifts(e, amount) if down else self.receipts(e, amount):
            if free or self.harm(change) <= 0:
                near.setdefault(other, []).append(change)
        return near

    def gifts(self, e: int, amount: int) -> Iterator[tuple[int, Change]]:
        """To whom somebody can hand so many grains on, and how."""
        sketch, grid = self.sketch, self.grid
        grains, span, weeks, left, partial = grid.grains, 2 * grid.units, grid.weeks, sketch.left, grid.partial
        for c in list(sketch.held[e]):
            worth, w, other = grains[c % span], c // span, sketch.hold[c ^ 1]
            if worth == amount:
                alone = not c & 1 and other == NOBODY
                for taker in grid.candidates[c]:
                    there = taker * weeks + w
                    if taker != e and taker != other and left[there] > 0 and not (alone and there in partial):
                        yield taker, ((c, taker),)
            if other != NOBODY and worth - grains[(c ^ 1) % span] == amount and self.may_exchange(c):
                yield other, ((c, other), (c ^ 1, e))

    def receipts(self, e: int, amount: int) -> Iterator[tuple[int, Change]]:
        """From whom somebody can take so many grains, and how."""
        sketch, grid = self.sketch, self.grid
        grains, span, weeks, left, partial = grid.grains, 2 * grid.units, grid.weeks, sketch.left, grid.partial
        for c in self.within_reach[e]:
            giver, other, w = sketch.hold[c], sketch.hold[c ^ 1], c // span
            if giver in (e, NOBODY):
                continue
            there = e * weeks + w
            if other == e:
                if grains[c % span] - grains[(c ^ 1) % span] == amount and self.may_exchange(c):
                    yield giver, ((c, e), (c ^ 1, giver))
            elif grains[c % span] == amount and left[there] > 0 and (c & 1 or other != NOBODY or there not in partial):
                yield giver, ((c, e),)

    def may_exchange(self, c: int) -> bool:
        hold, may_hold = self.sketch.hold, self.grid.may_hold
        return hold[c ^ 1] in may_hold[c] and hold[c] in may_hold[c ^ 1]

    def harm(self, change: Change) -> int:
        """How many exceptions more a gift makes."""
        self.looks += 1
        (c, taker), *more = change
        if more:
            return self.breaches.of_exchanging(c & ~1)
        return self.breaches.of_handing(c, taker)

    def follow(self, path: Sequence[Step]) -> bool:
        """Take the steps of a path, each in the best way; all back if the plan is no cheaper then."""
        sketch, score = self.sketch, self.sketch.score
        done: list[list[tuple[int, int]]] = []
        for step in path:
            mildest = sorted(step, key=self.harm)[:WEIGHED]
            gains = [(gain, change) for change in mildest if (gain := sketch.gain(change)) is not None]
            if not gains:
                break
            best = max(gains, key=lambda each: each[0])[1]
            done.append([(c, sketch.hold[c]) for c, _ in best])
            sketch.try_change(best)
        if len(done) == len(path) and sketch.score < score:
            return True
        for change in reversed(done):
            sketch.try_change(change)
        return False
