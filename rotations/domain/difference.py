"""What an absence or its end does: one roster beside another, as finished facts and words."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from .coverage import Stand, compared, joined, narrowed
from .duty import duties, idle_covers
from .ledger import ZERO, Load, fair_shares, ledger
from .roster import Cover, Role, Roster, Team
from .spans import DAY, WEEK, Span

COVERED = "covered"


@dataclass(frozen=True, slots=True)
class ProposedCover:
    """A cover that a decision would make; without an engineer it leaves the place empty, and without whom it replaces
    it takes the place of whoever holds it."""

    shift: int
    engineer: int | None
    replaces: int | None
    span: Span


@dataclass(frozen=True, slots=True)
class Change:
    """Who can be called in a role of a unit for a span, before and after; None where nobody can."""

    unit: int
    role: Role
    span: Span
    before: int | None
    after: int | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A unit for a span: where something is missing."""

    unit: int
    span: Span


@dataclass(frozen=True, slots=True)
class Line:
    """A unit for a span with what happens to each role, and what it comes to."""

    unit: int
    span: Span
    primary: Change | None
    secondary: Change | None
    outcome: str


@dataclass(frozen=True, slots=True)
class Share:
    """What an engineer carries in a rotation over the roster's window, before and after, beside their fair share."""

    team: int
    engineer: int
    before: Load
    after: Load
    fair: float


@dataclass(frozen=True)
class Consequence:
    """What a decision does to duty. `gaps`, `thin` and `clashes` are those that were not there before, `over` says
    where more are away at once than a rotation wants, `refusals` which chosen covers cannot be. `before` and `after`
    are the rosters of the rotations that are touched."""

    engineer: int
    span: Span | None
    covers: tuple[ProposedCover, ...] = ()
    changes: tuple[Change, ...] = ()
    gaps: tuple[Stretch, ...] = ()
    thin: tuple[Stretch, ...] = ()
    clashes: tuple[Stretch, ...] = ()
    warnings: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    before: Roster | None = field(default=None, repr=False, compare=False)
    after: Roster | None = field(default=None, repr=False, compare=False)

    @cached_property
    def people(self) -> tuple[int, ...]:
        """Everybody whose duty changes."""
        return tuple(sorted(_people(self.changes)))

    @cached_property
    def shares(self) -> tuple[Share, ...]:
        """What each of them carries over the rosters' window, before and after; worked out only where it is shown."""
        if self.before is None or self.after is None:
            return ()
        teams = {self.before.units[change.unit].team for change in self.changes}
        return tuple(_shares(self.before, self.after, teams, self.people))

    @cached_property
    def idle(self) -> tuple[Cover, ...]:
        """Covers that give nobody a role any more, and did before."""
        if self.before is None or self.after is None:
            return ()
        already = {cover.id for cover in idle_covers(self.before)}
        return tuple(cover for cover in idle_covers(self.after) if cover.id not in already)

    @cached_property
    def told(self) -> tuple[int, ...]:
        """Everybody else whose duty changes."""
        return tuple(person for person in self.people if person != self.engineer)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The changes side by side, primary and secondary of the same time in one line, by unit and time."""
        return tuple(line for unit in sorted({change.unit for change in self.changes}) for line in self._lines_of(unit))

    def _lines_of(self, unit: int) -> Iterator[Line]:
        mine = [change for change in self.changes if change.unit == unit]
        edges = sorted({edge for change in mine for edge in (change.span.start, change.span.end)})
        for start, end in pairwise(edges):
            found = {change.role: change for change in mine if start in change.span}
            if found:
                outcome = self._outcome(unit, start)
                yield Line(unit, Span(start, end), found.get(Role.PRIMARY), found.get(Role.SECONDARY), outcome)

    def _outcome(self, unit: int, at: dt.datetime) -> str:
        words = (("no primary", self.gaps), ("no secondary", self.thin), ("one person in both roles", self.clashes))
        missing = (word for word, some in words for one in some if one.unit == unit and at in one.span)
        return next(missing, COVERED)

    @cached_property
    def digest(self) -> str:
        """Names what was seen, so that a decision can tell whether it changed since; that time passes is no change."""
        start = self.span.start if self.span else None
        facts = [
            *((one.unit, one.role.value, _since(one.span, start), one.before, one.after) for one in self.changes),
            *((name, one.unit, _since(one.span, start)) for name, some in self._missing for one in some),
            *self.warnings,
            *self.over,
            *self.refusals,
        ]
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]

    @property
    def _missing(self) -> Iterable[tuple[str, tuple[Stretch, ...]]]:
        return ("gap", self.gaps), ("thin", self.thin), ("clash", self.clashes)

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """What a person who decides reads under the table."""
        if self.span is None:
            return ("These days are over: duty stays as it was.",)
        if not self.changes:
            return ("No duty is touched.", *self.over)
        words = self.missing_words
        count = len(self.told)
        words.append(f"{count or 'No'} other {'person' if count == 1 else 'people'} will be told.")
        return (*words, *self.warnings, *self.over)

    @property
    def missing_words(self) -> list[str]:
        """What is left open, in words; that nothing is, as well."""
        words = [_uncovered(self.gaps)]
        if self.thin:
            words.append(f"Without a secondary for {lasting(stretch.span for stretch in self.thin)}.")
        if self.clashes:
            words.append(f"One person in both roles for {lasting(stretch.span for stretch in self.clashes)}.")
        return words


def compare(
    before: Roster,
    after: Roster,
    engineer: int,
    span: Span,
    units: Iterable[int],
    *,
    covers: tuple[ProposedCover, ...] = (),
    reasons: tuple[Change, ...] = (),
) -> Consequence:
    """The difference between two rosters over a span in some units; `reasons` lend their words to changes found."""
    near = narrowed(before, span), narrowed(after, span)
    pairs = [pair for unit in sorted(units) for pair in compared(*near, span, unit)]
    changes = tuple(_changes(pairs, reasons))
    return Consequence(
        engineer=engineer,
        span=span,
        covers=covers,
        changes=changes,
        gaps=_new(pairs, lambda one: one.is_gap),
        thin=_new(pairs, lambda one: one.is_thin),
        clashes=_new(pairs, lambda one: one.is_clash),
        warnings=tuple(_too_many_roles(before, after, span, _people(changes))),
        before=before,
        after=after,
    )


def _people(changes: Iterable[Change]) -> set[int]:
    """Everybody who has or had the duty that changes."""
    return {one for change in changes for one in (change.before, change.after) if one is not None}


def units_by_engineer(roster: Roster, team: Team, week: Span) -> dict[int, set[int]]:
    """The units of a rotation in which each engineer has duty in a week, be it for an hour.

    This is what counts as roles a week: who steps up in a unit has one place in it as before.
    """
    found: dict[int, set[int]] = {}
    for duty in duties(narrowed(roster, week), week):
        if duty.unit in roster.units and roster.units[duty.unit].team == team.id:
            found.setdefault(duty.engineer, set()).add(duty.unit)
    return found


def weeks_touched(team: Team, span: Span) -> Iterator[tuple[dt.date, Span]]:
    """The weeks of a rotation, by the day of their hand-off, that a span touches."""
    calendar = team.calendar
    week = calendar.week_of(span.start.astimezone(calendar.zone).date()) - WEEK
    while (whole := calendar.week_span(week)).start < span.end:
        if whole.meets(span):
            yield week, whole
        week += WEEK


def lasting(spans: Iterable[Span]) -> str:
    """The length of some stretches in words: 3 days, 5 hours."""
    total = sum((span.length for span in spans), dt.timedelta())
    # a day with a change of the clock is one day
    count, word = (round(total / DAY), "day") if total > DAY * 0.95 else (round(total / dt.timedelta(hours=1)), "hour")
    return f"{max(count, 1)} {word}{'' if count < 2 else 's'}"


def _changes(pairs: Iterable[tuple[Stand, Stand]], reasons: tuple[Change, ...]) -> Iterator[Change]:
    """Changes role by role in order of unit, role and time; neighbours that say the same are one."""
    found = (
        Change(old.unit, role, old.span, old.holder(role), new.holder(role), _why(reasons, new, role))
        for old, new in pairs
        for role in Role
        if old.holder(role) != new.holder(role)
    )
    last: Change | None = None
    for change in sorted(found, key=lambda change: (change.unit, change.role, change.span)):
        if last and last.span.end == change.span.start and replace(last, span=change.span) == change:
            last = replace(last, span=Span(last.span.start, change.span.end))
            continue
        if last:
            yield last
        last = change
    if last:
        yield last


def _why(reasons: tuple[Change, ...], new: Stand, role: Role) -> str:
    at = new.span.start
    return next((one.why for one in reasons if (one.unit, one.role) == (new.unit, role) and at in one.span), "")


def _new(pairs: Iterable[tuple[Stand, Stand]], is_wrong: Callable[[Stand], bool]) -> tuple[Stretch, ...]:
    """Where something is wrong that was not wrong before."""
    found: dict[int, list[Span]] = {}
    for old, new in pairs:
        if is_wrong(new) and not is_wrong(old):
            found.setdefault(new.unit, []).append(new.span)
    return tuple(Stretch(unit, span) for unit, spans in found.items() for span in joined(spans))


def _too_many_roles(before: Roster, after: Roster, span: Span, people: Iterable[int]) -> Iterator[str]:
    held = {
        (team.id, week): (units_by_engineer(before, team, whole), units_by_engineer(after, team, whole))
        for team in after.teams.values()
        for week, whole in weeks_touched(team, span)
    }
    for person in sorted(people):
        for (team, week), (old, new) in held.items():
            count, most = len(new.get(person, ())), after.teams[team].max_roles_per_week
            if count > most and count > len(old.get(person, ())):
                day = f"{week:%a} {week.day} {week:%b %Y}"
                wanted = f"at most {most} {'is' if most == 1 else 'are'} wanted"
                yield f"{after.name(person)} has {count} roles in the week of {day}; {wanted}."


def _shares(before: Roster, after: Roster, teams: Iterable[int], people: Iterable[int]) -> Iterator[Share]:
    for key in sorted(teams):
        old, new = (ledger(roster, team=key, weeks_only=True) for roster in (before, after))
        fair = fair_shares(after, after.teams[key])
        for person in sorted(people):
            yield Share(key, person, old.get(person, ZERO), new.get(person, ZERO), fair.get(person, 0.0))


def _uncovered(gaps: tuple[Stretch, ...]) -> str:
    if not gaps:
        return "Nobody is left uncovered."
    return f"Without a primary for {lasting(stretch.span for stretch in gaps)}."


def _since(span: Span, start: dt.datetime | None) -> tuple[str, str]:
    # what begins at once begins a little later each time somebody looks
    return "start" if span.start == start else span.start.isoformat(), span.end.isoformat()
