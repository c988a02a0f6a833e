"""The states of an incident and the moves between them, as one table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum

# A resolved incident may be opened again this long; after that it is a new one.
REOPEN_WINDOW = dt.timedelta(minutes=30)


class State(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"


class Move(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    NOTE = "note"
    SEVERITY = "severity"
    MITIGATE = "mitigate"
    RESOLVE = "resolve"
    REOPEN = "reopen"


_UNRESOLVED = (State.OPEN, State.ACKNOWLEDGED, State.MITIGATED)

# Each move: the states it is allowed in, and the state it leads to.
MOVES: Mapping[Move, Mapping[State, State]] = {
    Move.ACKNOWLEDGE: {State.OPEN: State.ACKNOWLEDGED},
    Move.NOTE: {state: state for state in State},
    Move.SEVERITY: {state: state for state in _UNRESOLVED},
    Move.MITIGATE: {State.OPEN: State.MITIGATED, State.ACKNOWLEDGED: State.MITIGATED},
    Move.RESOLVE: dict.fromkeys(_UNRESOLVED, State.RESOLVED),
    Move.REOPEN: {State.RESOLVED: State.OPEN},
}


def after(move: Move, state: str) -> State | None:
    """The state a move leads to; None where it is not allowed."""
    return MOVES[move].get(State(state))


def allowed(state: str, resolved_at: dt.datetime | None, at: dt.datetime) -> frozenset[Move]:
    """The moves on offer at an instant."""
    moves = {move for move in Move if after(move, state)}
    return frozenset(moves if may_reopen(resolved_at, at) else moves - {Move.REOPEN})


def may_reopen(resolved_at: dt.datetime | None, at: dt.datetime) -> bool:
    """Whether an incident was resolved so lately that it is the same one when it comes back."""
    return resolved_at is not None and at < resolved_at + REOPEN_WINDOW
