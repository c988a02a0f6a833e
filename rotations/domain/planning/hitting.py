"""The fewest things that touch every one of some sets."""

from collections.abc import Collection, Sequence
from typing import TypeVar

Thing = TypeVar("Thing")

# Steps of the exact search before the greedy answer has to do.
MOST_STEPS = 50_000


def smallest_hitting_set(sets: Sequence[Collection[Thing]]) -> set[Thing]:
    """At least one member of each set, as few as can be; the first in order of the sets where several do.

    Exact until the search has taken so many steps; then what the greedy choice found."""
    chosen: set[Thing] = set()
    for group in apart(sets):
        best = greedy(group)
        steps = [MOST_STEPS]
        for size in range(1, len(best)):
            found = hit(group, size, steps)
            if found is not None:
                best = found
                break
        chosen |= best
    return chosen


def apart(sets: Sequence[Collection[Thing]]) -> list[list[Collection[Thing]]]:
    """Sets that share members, directly or by way of others, together."""
    groups: list[tuple[set[Thing], list[Collection[Thing]]]] = []
    for one in sets:
        members, together = set(one), [one]
        rest = []
        for group in groups:
            if group[0] & members:
                members |= group[0]
                together = [*group[1], *together]
            else:
                rest.append(group)
        groups = [*rest, (members, together)]
    return [together for _, together in groups]


def greedy(sets: Sequence[Collection[Thing]]) -> set[Thing]:
    """Whatever touches most of the sets that are left, again and again."""
    chosen: set[Thing] = set()
    while left := [one for one in sets if not chosen.intersection(one)]:
        members = [member for one in left for member in one]
        chosen.add(max(members, key=members.count))
    return chosen


def hit(sets: Sequence[Collection[Thing]], size: int, steps: list[int]) -> set[Thing] | None:
    """A hitting set of at most so many members, by trying each member of the first set that isn't hit yet."""
    if not sets:
        return set()
    if size == 0 or steps[0] <= 0:
        return None
    for member in sets[0]:
        steps[0] -= 1
        found = hit([one for one in sets if member not in one], size - 1, steps)
        if found is not None:
            return {member, *found}
    return None
