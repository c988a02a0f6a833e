"""Reads: what a table that is brought in means here, and exactly what bringing it in would do."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import ValidationError

from pipelines.models import Engineer

from ..domain import planning
from ..domain import roster as facts
from ..domain.audit import Audit, Named, Portfolio, audit
from ..domain.audit_table import Row, TableError, folded
from ..domain.draft import Names, week_words
from ..domain.planning.fields import ProblemError
from ..domain.roster import Role
from ..domain.rota_plan import Drafted, LeftOut, Placed, Slot, dated, draft, place
from ..domain.rota_table import Known, Rota, read_rota
from ..domain.rota_words import Meaning, meaning, read_role
from ..domain.spans import UTC, WEEK, Span
from ..models import RotaImport, Rotation, Shift
from .audit import engineer_named, load_portfolio
from .horizon import next_handoff
from .planning import calendar_for, planning_problem
from .roster import load_roster

KINDS = ("engineer", "pipeline", "role")
SKIP = "skip"
MOST_WEEKS_AHEAD = 104


@dataclass(frozen=True)
class Book:
    """Who and what a table of a rotation may name: its portfolio, and former members for the past."""

    portfolio: Portfolio
    engineers: Mapping[int, Named]

    @cached_property
    def called(self) -> dict[str, dict[int, tuple[str, ...]]]:
        """By kind, what each may be called."""
        return {
            kind: {one.id: (one.label, one.name, one.key) for one in things.values()}
            for kind, things in (("engineer", self.engineers), ("pipeline", self.portfolio.pipelines))
        }

    @cached_property
    def known(self) -> Known:
        """Every name that stands for something, as tables are matched."""
        names = {
            kind: frozenset(folded(name) for some in of.values() for name in some) for kind, of in self.called.items()
        }
        return Known(names["engineer"], names["pipeline"])


@dataclass(frozen=True, slots=True)
class Question:
    """A name in a table of which a person says what it means; `guess` is what it may be."""

    kind: str
    name: str
    line: int
    guess: str

    @property
    def key(self) -> str:
        return f"{self.kind}:{folded(self.name)}"


@dataclass(frozen=True)
class Reading:
    """A table with what is known of its names: what was answered, what is sure, and what is to be asked."""

    rota: Rota
    answers: Mapping[str, str]
    questions: tuple[Question, ...]
    asks_first_week: bool

    @property
    def is_complete(self) -> bool:
        """Whether every name means something, so that rows can be made."""
        return all(question.key in self.answers for question in self.questions)

    def rows(self) -> tuple[Row, ...]:
        """The assignments of which no name is left out, each once."""
        found: dict[tuple[object, ...], Row] = {}
        for entry in self.rota.entries:
            means = [self.answers[f"{kind}:{folded(getattr(entry, kind))}"] for kind in KINDS]
            if SKIP not in means:
                row = Row(entry.line, entry.week, int(means[0]), Role(means[2]), int(means[1]))
                found.setdefault((row.week, row.engineer, row.role, row.pipeline), row)
        return tuple(found.values())

    @property
    def skipped(self) -> int:
        """How many assignments are left out because of a name."""
        return sum(
            any(self.answers.get(f"{kind}:{folded(getattr(entry, kind))}") == SKIP for kind in KINDS)
            for entry in self.rota.entries
        )


def load_book(rotation: Rotation, at: dt.datetime) -> Book:
    """Whom and what a table may name; eight queries."""
    portfolio = load_portfolio(rotation, at)
    former = Engineer.objects.filter(memberships__rotation=rotation).distinct()
    engineers = {**portfolio.engineers, **{one.pk: engineer_named(one) for one in former}}
    return Book(portfolio, engineers)


def read_text(text: str, book: Book) -> Rota:
    """A table as it is laid out; ValidationError with line, column and mend for what can't be read."""
    try:
        return read_rota(text, book.known)
    except TableError as error:
        words = str(error)
        raise ValidationError({"table": f"{words[:1].upper()}{words[1:]}."}) from None


def reading_of(rota: Rota, book: Book, given: Mapping[str, str]) -> Reading:
    """What the names of a table mean: as a person said, else as they are called here; guesses are asked."""
    answers: dict[str, str] = {}
    questions: list[Question] = []
    lines = _first_lines(rota)
    for kind in KINDS:
        for name in rota.names(kind):
            key = f"{kind}:{folded(name)}"
            found = _meaning(kind, name, book)
            sure = str(found.id) if found.is_sure else ""
            if not sure:
                questions.append(Question(kind, name, lines[key], "" if found.id is None else str(found.id)))
            if answer := _valid(kind, given.get(key, ""), book) or sure:
                answers[key] = answer
    return Reading(rota, answers, tuple(questions), isinstance(rota.weeks[0], int))


def _meaning(kind: str, name: str, book: Book) -> Meaning:
    if kind == "role":
        role = read_role(name)
        return Meaning(role, role is not None)  # type: ignore[arg-type]  (a role's id is its word)
    return meaning(name, book.called[kind])


def _valid(kind: str, answer: str, book: Book) -> str:
    """An answer that still means something; people and pipelines may have gone since."""
    allowed = list(Role) if kind == "role" else map(str, book.called[kind])
    return answer if answer == SKIP or answer in allowed else ""


def _first_lines(rota: Rota) -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in rota.entries:
        for kind in KINDS:
            found.setdefault(f"{kind}:{folded(getattr(entry, kind))}", entry.line)
    return found


@dataclass(frozen=True)
class Outcome:
    """What bringing a table in does: past and running weeks are served, later ones become a draft."""

    audit: Audit
    placed: Placed
    served: tuple[Slot, ...]
    ahead: tuple[Slot, ...]
    left_out: tuple[LeftOut, ...]
    problem: planning.Problem | None = None
    problem_json: Mapping[str, object] | None = None
    drafted: Drafted | None = None

    @property
    def drafted_count(self) -> int:
        """How many assignments of the table stand in the draft."""
        return len(self.drafted.pins) + len(self.drafted.edits) if self.drafted else 0

    @property
    def digest(self) -> str:
        """Names what was seen, so that what changed since is shown again."""
        facts_seen = (self.served, self.left_out, self.drafted and (self.drafted.answer, self.drafted.edits))
        return hashlib.sha256(repr(facts_seen).encode()).hexdigest()[:16]


def outcome_of(
    rotation: Rotation, book: Book, rows: Sequence[Row], first_week: dt.date | None, at: dt.datetime
) -> Outcome:
    """What a table would do at an instant. ValidationError for a first week that is no hand-off, for a table that says
    nothing, and for one that reaches too far ahead."""
    calendar = calendar_for(rotation)
    if not rows:
        raise ValidationError("Every line is left out: nothing would be brought in.")
    is_numbered = any(isinstance(row.week, int) for row in rows)
    if is_numbered and (first_week is None or calendar.week_of(first_week) != first_week):
        day = rotation.get_handoff_weekday_display()
        raise ValidationError({"first_week": f"First week: weeks begin on a {day}."})
    days = dated(rows, first_week or dt.date.min, calendar.week_of)
    _check_reach(days, rotation, at)
    whole = Span(calendar.handoff(min(row.week for row in days)), calendar.week_span(max(row.week for row in days)).end)
    roster = load_roster(whole, owners_at=max(at.astimezone(UTC), whole.start), rotation=rotation)
    placed = place(
        days,
        lambda pipeline, week: _unit_at(roster, rotation, pipeline, calendar.handoff(week)),
        {key: one.name for key, one in book.engineers.items()},
        {key: unit.name for key, unit in roster.units.items()},
    )
    past = [slot for slot in placed.slots if calendar.handoff(slot.week) < at]
    ahead = tuple(slot for slot in placed.slots if calendar.handoff(slot.week) >= at)
    served, standing = _served(past, rotation, roster, calendar)
    problem_json, problem, drafted = _draft(ahead, rotation, book, roster, at)
    left = (*placed.left_out, *standing, *(drafted.left_out if drafted else ()))
    portfolio = _with_all(book)
    return Outcome(
        audit(days, portfolio), placed, served, ahead, tuple(sorted(left, key=lambda one: one.line)),
        problem, problem_json, drafted,
    )  # fmt: skip


def _check_reach(days: Iterable[Row], rotation: Rotation, at: dt.datetime) -> None:
    weeks = sorted({row.week for row in days})
    if weeks[0].year < 2000 or weeks[-1].year > 2100:
        raise ValidationError({"first_week": "First week: use a year from 2000 to 2100."})
    if (weeks[-1] - next_handoff(rotation, at)) // WEEK >= MOST_WEEKS_AHEAD:
        raise ValidationError({"first_week": f"The table ends more than {MOST_WEEKS_AHEAD} weeks from now."})


def _unit_at(roster: facts.Roster, rotation: Rotation, pipeline: int, at: dt.datetime) -> int | None:
    unit = roster.unit_at(pipeline, at)
    return unit.id if unit and unit.team == rotation.pk else None


def _served(
    past: Iterable[Slot], rotation: Rotation, roster: facts.Roster, calendar: facts.Calendar
) -> tuple[tuple[Slot, ...], list[LeftOut]]:
    """Past places that are free, and those in whose role something is published already."""
    shifts = Shift.objects.filter(unit__rotation=rotation).values_list("unit_id", "role", "starts_at", "ends_at")
    held: dict[tuple[int, str], list[Span]] = {}
    for unit, role, start, end in shifts:
        held.setdefault((unit, role), []).append(Span(start, end))
    free, left = [], []
    for slot in past:
        span = calendar.week_span(slot.week)
        if any(one.meets(span) for one in held.get((slot.unit, slot.role), ())):
            where = f"{slot.role} of {roster.units[slot.unit].name}, {week_words(slot.week)}"
            left.append(LeftOut(slot.line, f"{roster.name(slot.engineer)}, {where}: published already, and kept"))
        else:
            free.append(slot)
    return tuple(free), left


def _draft(
    ahead: Sequence[Slot], rotation: Rotation, book: Book, roster: facts.Roster, at: dt.datetime
) -> tuple[dict[str, object] | None, planning.Problem | None, Drafted | None]:
    if not ahead:
        return None, None, None
    first = min(slot.week for slot in ahead)
    weeks = (max(slot.week for slot in ahead) - first) // WEEK + 1
    weeks += -weeks % rotation.shift_weeks
    found = planning_problem(rotation, first, weeks, at)
    if not found["units"] or not found["engineers"]:
        raise ValidationError(f"{rotation} has no unit with a pipeline, or no active member in these weeks.")
    try:
        problem = planning.Problem.from_json(found)
    except ProblemError as error:
        raise ValidationError(f"These weeks can't be planned: {error}.") from None
    names = Names(
        {str(key): one.name for key, one in book.engineers.items()},
        {str(key): unit.name for key, unit in roster.units.items()},
    )
    return found, problem, draft(problem, ahead, names)


def _with_all(book: Book) -> Portfolio:
    """The portfolio with everybody who may be named, so that former members are called by name."""
    one = book.portfolio
    return Portfolio(book.engineers, one.pipelines, one.owners, one.members, one.weights)


def imports_of(rotation: Rotation) -> Iterable[RotaImport]:
    """Tables that were brought in or are being brought in, newest first."""
    return rotation.imports.select_related("made_by", "done_by", "plan__rotation", "rotation").defer("text")
