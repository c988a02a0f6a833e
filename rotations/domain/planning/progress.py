"""How far the planner is, told to whoever waits: a stage in words, how many are done, and of how many."""

from collections.abc import Callable

# May raise, which ends the planning: what was found so far is worth nothing to who asked.
Progress = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """Nobody waits."""
