"""A consequence in one line, for lists of what waits: who covers, what is missing, what it does to the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from .coverage import narrowed
from .difference import Consequence
from .ledger import pieces
from .roster import Roster
from .spans import Span


def one_line(found: Consequence) -> str:
    """All that somebody has to know who looks over many requests."""
    if found.before is None or found.after is None or found.span is None or not found.changes:
        return " ".join(found.sentences)
    covering = sorted({cover.engineer for cover in found.covers if cover.engineer is not None})
    words = [_covering([found.after.name(engineer) for engineer in covering])] if covering else []
    teams = {found.after.units[change.unit].team for change in found.changes}
    gained = {
        person: change
        for person, change in _gained(found.before, found.after, teams, found.span).items()
        if round(abs(change), 1)
    }
    if gained:
        changes = ", ".join(f"{found.after.name(person)} {change:+.1f}" for person, change in sorted(gained.items()))
        ledger = [f"Ledger: {changes}."]
    else:
        ledger = []
    return " ".join([*words, *found.missing_words, *_strained(len(found.warnings)), *found.over, *ledger])


def _strained(count: int) -> list[str]:
    return [f"More roles a week than wanted, {count} time{'' if count == 1 else 's'}."] if count else []


def _covering(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last} cover." if others else f"{last} covers."


def _gained(before: Roster, after: Roster, teams: set[int], span: Span) -> dict[int, float]:
    """Tokens that each engineer carries more over a span; only the shifts of that span are looked at."""
    found: dict[int, float] = {}
    for roster, sign in ((narrowed(before, span), -1), (narrowed(after, span), 1)):
        for team in teams:
            for piece in pieces(roster, roster.teams[team], span, weeks_only=True):
                for engineer, load in piece.loads.items():
                    found[engineer] = found.get(engineer, 0.0) + sign * load.tokens
    return found
