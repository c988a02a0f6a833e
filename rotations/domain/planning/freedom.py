"""What may still be chosen between staffings of a week that are equally good: exact, and found near what changed.

Two cheapest flows differ by circles of no price in what is left of either. With the shortest distances as potentials
every arc of such a circle has no reduced price, so whoever can't be reached that way holds the cell in no staffing as
good as this one.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from .parts import PRIMARY, Cell
from .staffing import Plan

Node = tuple[str, ...] | Cell
NOBODY: Node = ("nobody",)

# Distances settled before the week counts as too entangled: then only what changed may be chosen anew.
MOST_VISITS = 200_000


@dataclass(frozen=True)
class Freedom:
    """A cheapest staffing of a week, by what it costs to hold each cell; `rooms` are the roles each may take."""

    plan: Plan
    candidates: Mapping[Cell, Sequence[str]]
    rooms: Callable[[str], int | None]
    price: Callable[[Cell, str], int]

    @cached_property
    def lost(self) -> int:
        """More than everything else in sum, for a role that stays open; primaries are dearer still."""
        return 4 * (len(self.plan) + 1)

    def gap(self, cell: Cell) -> int:
        return self.lost * (self.lost if cell.role == PRIMARY else 1)

    @cached_property
    def held(self) -> dict[str, list[Cell]]:
        found: dict[str, list[Cell]] = {}
        for cell, who in self.plan.items():
            if who is not None:
                found.setdefault(who, []).append(cell)
        return found

    def ways(self, node: Node) -> Iterator[tuple[Node, int]]:
        """Where a unit of flow may go from here, and at what price, beside the staffing in hand."""
        if isinstance(node, Cell):
            yield from self.ways_of_cell(node)
        elif node == NOBODY:
            yield from ((("engineer", who), 0) for who in self.held)
            yield from ((cell, -self.gap(cell)) for cell, who in self.plan.items() if who is None)
        elif node[0] == "engineer":
            who, cells = node[1], self.held.get(node[1], [])
            room = self.rooms(who)
            if room is None or len(cells) < room:
                yield NOBODY, 0
            yield from ((("post", who, cell.unit), 0) for cell in cells)
        else:
            yield from self.ways_of_post(node)

    def ways_of_cell(self, cell: Cell) -> Iterator[tuple[Node, int]]:
        holder = self.plan[cell]
        for who in self.candidates[cell]:
            if who != holder:
                yield ("post", who, cell.unit), self.price(cell, who)
        if holder is not None:
            yield NOBODY, self.gap(cell)

    def ways_of_post(self, node: tuple[str, ...]) -> Iterator[tuple[Node, int]]:
        """An engineer's one role in a unit: taken, it leads back to its cell, else on to the engineer."""
        _, who, unit = node
        taken = next((cell for cell in self.held.get(who, ()) if cell.unit == unit), None)
        if taken is None:
            yield ("engineer", who), 0
        else:
            yield taken, -self.price(taken, who)

    def distances(self) -> dict[Node, int] | None:
        """How far below nothing each node can be reached; what isn't named is at nothing. None: too entangled."""
        found: dict[Node, int] = {}
        queue: deque[Node] = deque()
        for cell, who in self.plan.items():
            if who is None:
                queue.append(NOBODY)
            elif self.price(cell, who):
                queue.append(("post", who, cell.unit))
        visits = 0
        improved: Counter[Node] = Counter()
        while queue:
            node = queue.popleft()
            at = found.get(node, 0)
            for other, price in self.ways(node):
                visits += 1
                if at + price < found.get(other, 0):
                    found[other] = at + price
                    improved[other] += 1
                    queue.append(other)
            # so often only round a circle that gets ever cheaper: the staffing was no cheapest flow
            if visits > MOST_VISITS or improved[node] > len(self.plan) + 2:
                return None
        return found

    def choices(self) -> dict[Cell, tuple[str | None, ...]] | None:
        """The cells that somebody else may hold in a staffing as good as this one, and who. None where that can't be
        said: it takes too long, or the staffing isn't the cheapest flow."""
        far = self.distances()
        if far is None:
            return None
        found: dict[Cell, tuple[str | None, ...]] = {}
        for cell, holder in self.plan.items():
            at, choices = far.get(cell, 0), [holder]
            if at or holder is None or self.price(cell, holder):
                for node, price in self.ways_of_cell(cell):
                    if at + price == far.get(node, 0):
                        choices.append(None if node == NOBODY else node[1])  # type: ignore[index]
            if len(choices) > 1:
                found[cell] = tuple(choices)
        return found
