"""What duty counts for: weeks by role, days and hours that weigh on people, and changes at short notice.

Each piece counts in one account and for one span, so that a ledger over any period is a sum of counts, and the counts
themselves are what stands behind its numbers.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from .coverage import joined
from .duty import Duty, duties_of_shift
from .roster import Calendar, Role, Roster, Shift, Team
from .spans import DAY, WEEK, Span, days_of, instant

HOUR = dt.timedelta(hours=1)


class Account(StrEnum):
    """What is counted for each engineer. The value is the name people read, its last word the unit."""

    PRIMARY = "primary weeks"
    SECONDARY = "secondary weeks"
    WEEKEND = "weekend days"
    HOLIDAY = "public-holiday days"
    OFF_HOURS = "off-hours hours"
    SHORT_NOTICE = "changes at short notice"


OF_ROLE = {Role.PRIMARY: Account.PRIMARY, Role.SECONDARY: Account.SECONDARY}


@dataclass(frozen=True, slots=True)
class Count:
    """So much of one account for one engineer, at some time; `duty` where it belongs to one unit alone."""

    engineer: int
    account: Account
    span: Span
    amount: float
    duty: Duty | None = None


def duties_of(roster: Roster, team: Team, window: Span) -> list[Duty]:
    """Every piece of duty of a rotation's shifts that touch a window, whole, not cut by it."""
    return [
        duty
        for unit in sorted(roster.shifts_of)
        if (post := roster.units.get(unit)) is not None and post.team == team.id
        for shift in roster.shifts_of[unit]
        if shift.span.meets(window)
        for duty in duties_of_shift(roster, shift)
    ]


def week_counts(team: Team, found: Iterable[Duty], pieces: Sequence[Span]) -> Iterator[tuple[int, Count]]:
    """Weeks in each role, with the number of the piece of time they lie in. Pieces are in order and don't overlap."""
    timeline, lengths = _Timeline(pieces), dict[tuple[dt.datetime, dt.datetime], float]()
    for duty in found:
        whole = duty.shift.span
        key = whole.start, whole.end
        if key not in lengths:
            lengths[key] = wall_weeks(whole, team.calendar)
        for number, part in timeline.parts(duty.span):
            weeks = lengths[key] if part is whole else lengths[key] * (part.length / whole.length)
            yield number, Count(duty.engineer, OF_ROLE[duty.role], part, weeks, duty)


def other_counts(
    roster: Roster, team: Team, found: Sequence[Duty], pieces: Sequence[Span]
) -> Iterator[tuple[int, Count]]:
    """Weekend days, public-holiday days, off-hours hours and changes at short notice, as `week_counts`."""
    window, timeline = Span(pieces[0].start, pieces[-1].end), _Timeline(pieces)
    yield from _day_counts(roster, team, found, pieces)
    hours = _Hours(team.calendar, window)
    for engineer, span in _responding(roster, team, found):
        for number, part in timeline.parts(span):
            if off := hours.outside(part):
                yield number, Count(engineer, Account.OFF_HOURS, part, off)
    for count in _short_notice(roster, team, found):
        if count.span.start in window:
            yield timeline.number(count.span.start), count


def wall_weeks(span: Span, calendar: Calendar) -> float:
    """The length of a shift in weeks, read off the wall clock: a week with a change of the clock is one week."""
    start, end = (at.astimezone(calendar.zone).replace(tzinfo=None) for at in (span.start, span.end))
    return (end - start) / WEEK


def whole_day(day: dt.date, zone: ZoneInfo) -> Span:
    """A local day from midnight to midnight: 23, 24 or 25 hours."""
    return Span(_instant(day, dt.time(), zone), _instant(day + DAY, dt.time(), zone))


@lru_cache(maxsize=65536)
def _instant(day: dt.date, clock: dt.time, zone: ZoneInfo) -> dt.datetime:
    return instant(day, clock, zone)


class _Timeline:
    """Pieces of time in order, to be found quickly."""

    def __init__(self, pieces: Sequence[Span]) -> None:
        self._pieces = pieces
        self._starts = [piece.start for piece in pieces]

    def number(self, at: dt.datetime) -> int:
        """Which piece an instant lies in, if it lies in any."""
        return max(bisect_right(self._starts, at) - 1, 0)

    def parts(self, span: Span) -> Iterator[tuple[int, Span]]:
        """What of a span lies in each piece."""
        for number in range(self.number(span.start), len(self._pieces)):
            piece = self._pieces[number]
            if piece.start >= span.end:
                return
            if piece.start <= span.start and span.end <= piece.end:
                yield number, span
            elif part := piece.overlap(span):
                yield number, part


def _day_counts(
    roster: Roster, team: Team, found: Iterable[Duty], pieces: Sequence[Span]
) -> Iterator[tuple[int, Count]]:
    """A day on duty for several units is one day, and a part of a day a part."""
    window, timeline = Span(pieces[0].start, pieces[-1].end), _Timeline(pieces)
    every_day = list(days_of(window, team.calendar.zone))
    weekends = _Days((day for day in every_day if day.weekday() > 4), team.calendar.zone)
    holidays: dict[str, _Days] = {}
    for engineer, spans in _by_engineer(found).items():
        key = roster.people[engineer].holiday_calendar
        if key not in holidays:
            off = roster.days_off(engineer, team)
            holidays[key] = _Days((day for day in every_day if day in off), team.calendar.zone)
        for span in joined(spans):
            for number, part in timeline.parts(span):
                for account, days in ((Account.WEEKEND, weekends), (Account.HOLIDAY, holidays[key])):
                    for share, of_day in days.parts(part):
                        yield number, Count(engineer, account, of_day, share)


def _by_engineer(found: Iterable[Duty]) -> dict[int, list[Span]]:
    spans: dict[int, list[Span]] = defaultdict(list)
    for duty in found:
        spans[duty.engineer].append(duty.span)
    return spans


class _Days:
    """Some local days, to be found by time."""

    def __init__(self, days: Iterable[dt.date], zone: ZoneInfo) -> None:
        self._days = [whole_day(day, zone) for day in days]
        self._ends = [day.end for day in self._days]

    def parts(self, span: Span) -> Iterator[tuple[float, Span]]:
        """What of each day lies in a span, and how much of the day that is."""
        for number in range(bisect_right(self._ends, span.start), len(self._days)):
            day = self._days[number]
            if day.start >= span.end:
                return
            if part := day.overlap(span):
                yield part.length / day.length, part


class _Hours:
    """The working hours of a rotation in a window, to be told from the others."""

    def __init__(self, calendar: Calendar, window: Span) -> None:
        self._worked: list[tuple[dt.datetime, dt.datetime]] = []
        for day in days_of(window, calendar.zone):
            if calendar.works_on(day):
                start = _instant(day, calendar.workday_start, calendar.zone)
                end = _instant(day, calendar.workday_end, calendar.zone)
                self._worked.append((start, end))
        self._ends = [end for _, end in self._worked]

    def outside(self, span: Span) -> float:
        """Hours of a span that are outside working hours."""
        off = span.length
        for number in range(bisect_right(self._ends, span.start), len(self._worked)):
            start, end = self._worked[number]
            if start >= span.end:
                break
            off -= max(min(end, span.end) - max(start, span.start), dt.timedelta())
        return off / HOUR


def _responding(roster: Roster, team: Team, found: Iterable[Duty]) -> Iterator[tuple[int, Span]]:
    """Who is called first outside working hours, and when; an hour for several units is one hour.

    That is the secondary where the rotation has the off-hours rule, else the primary; the other where nobody has that
    role or its holder is away (design.md, Who is called).
    """
    first = Role.SECONDARY if team.off_hours_rule else Role.PRIMARY
    away = {who: joined(one.span for one in absences) for who, absences in roster.absences_of.items()}
    there: dict[int, dict[Role, list[tuple[Span, int]]]] = defaultdict(lambda: {role: [] for role in Role})
    for duty in found:
        for span in _without(duty.span, away.get(duty.engineer, ())):
            there[duty.unit][duty.role].append((span, duty.engineer))
    spans: dict[int, list[Span]] = defaultdict(list)
    for roles in there.values():
        held = joined(span for span, _ in roles[first])
        for span, engineer in roles[first]:
            spans[engineer].append(span)
        for span, engineer in roles[first.other]:
            spans[engineer].extend(_without(span, held))
    for engineer in sorted(spans):
        for span in joined(spans[engineer]):
            yield engineer, span


def _without(span: Span, taken: Sequence[Span]) -> Iterator[Span]:
    """What is left of a span beside others, which are in order of time."""
    if not taken:
        yield span
        return
    start = span.start
    for number in range(bisect_right(taken, span.start, key=lambda one: one.end), len(taken)):
        if taken[number].start >= span.end:
            break
        if start < taken[number].start:
            yield Span(start, taken[number].start)
        start = max(start, taken[number].end)
    if start < span.end:
        yield Span(start, span.end)


def _short_notice(roster: Roster, team: Team, found: Iterable[Duty]) -> Iterator[Count]:
    """Duty that somebody got, or lost, less than the rotation's freeze before it began: one change each.

    That is a cover in force (for time off, by a swap or an override) or a published shift that was given to somebody
    else, decided inside the freeze, also while the duty ran; of a shift only who got it is known. Losing duty by one's
    own time off is no change, as one asked for it; nor is a correction made after the duty was over. A change counts
    where its duty begins.
    """
    notice = dt.timedelta(days=team.freeze_days)
    seen: set[tuple[int, int]] = set()
    moved = (duty for duty in found if duty.cover or duty.shift.version > 1)
    for duty in sorted(moved, key=lambda duty: (duty.span, duty.unit, duty.role)):
        shift, cover = duty.shift, duty.cover
        if cover is None:
            start, changed = shift.span.start, shift.changed_at
            is_late = changed is not None and start - notice < changed < start
            if is_late and shift.version > 1 and duty.span.start == start:
                yield Count(duty.engineer, Account.SHORT_NOTICE, duty.span, 1, duty)
        elif (shift.id, cover.id) not in seen:
            seen.add((shift.id, cover.id))
            if duty.span.start - notice < cover.decided_at < duty.span.end:
                yield Count(duty.engineer, Account.SHORT_NOTICE, duty.span, 1, duty)
                loser = _loser(roster, shift, duty)
                if loser is not None and not roster.is_away(loser, duty.span.start):
                    yield Count(loser, Account.SHORT_NOTICE, duty.span, 1, duty)


def _loser(roster: Roster, shift: Shift, duty: Duty) -> int | None:
    """Who had the role before the cover that gives it to who has it now."""
    engineer: int | None = shift.engineer
    for cover in roster.covers_of[shift.id]:
        if cover == duty.cover:
            break
        if duty.span.start in cover.span and cover.replaces in (None, engineer):
            engineer = cover.engineer
    return engineer
