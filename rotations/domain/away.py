"""How many may be away at once: where a rotation's wish is exceeded, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from .roster import Roster, Team
from .spans import DAY, Span, days_of, instant
from .wording import day_text


def over_limit(roster: Roster, engineer: int, span: Span) -> tuple[str, ...]:
    """Where more members of a rotation are away on one of its local days than it wants, if somebody is away as well.

    Half a day or an hour counts as a day. Only rotations are asked of which they are a member at the time.
    """
    return tuple(words for team in roster.teams.values() for words in _over(roster, team, engineer, span))


def _over(roster: Roster, team: Team, engineer: int, span: Span) -> Iterator[str]:
    if team.max_away is None or not _is_member(team, engineer, span):
        return
    others = [
        absence.span
        for absence in roster.absences
        if absence.engineer != engineer and absence.span.meets(span) and _is_member(team, absence.engineer, span)
    ]
    if len(others) < team.max_away:  # nothing can be too much, and days need not be counted
        return
    counts = [(day, _away_on(roster, team, engineer, day)) for day in days_of(span, team.calendar.zone)]
    over = [(day, count) for day, count in counts if count > team.max_away]
    if over:
        day, most = max(over, key=lambda found: (found[1], -found[0].toordinal()))
        more = f" and on {len(over) - 1} other day{'' if len(over) == 2 else 's'}" if over[1:] else ""
        yield f"Over the limit of {team.name}: {most} away on {day_text(day)}{more}, at most {team.max_away} wanted."


def _away_on(roster: Roster, team: Team, engineer: int, day: dt.date) -> int:
    zone = team.calendar.zone
    whole = Span(instant(day, dt.time(), zone), instant(day + DAY, dt.time(), zone))
    away = {absence.engineer for absence in roster.absences if absence.span.meets(whole)}
    return len({other for other in away - {engineer} if _is_member(team, other, whole)}) + 1


def _is_member(team: Team, engineer: int, span: Span) -> bool:
    if not team.spells:
        return engineer in team.members
    return any(spell.meets(span) for spell in team.spells.get(engineer, ()))
