"""Holds a table of assignments against the portfolio: who is missing, who is there twice, who owns none of it."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from .audit_table import COLUMNS, Names, Row, Week, week_text
from .roster import Owners, Role


class Kind(StrEnum):
    """What can be wrong, in the order in which it is told."""

    NO_PRIMARY = "no_primary"
    NO_SECONDARY = "no_secondary"
    NOBODY = "nobody"
    TWO_PRIMARIES = "two_primaries"
    TWO_SECONDARIES = "two_secondaries"
    CLASH = "clash"
    NOT_AN_OWNER = "not_an_owner"
    REPEATED = "repeated"

    def counted(self, number: int) -> str:
        """What so many findings of the kind are, in words, without the number."""
        one, many = _COUNTED[self]
        return one if number == 1 else many


_COUNTED = {
    Kind.NO_PRIMARY: ("pipeline-week without a primary", "pipeline-weeks without a primary"),
    Kind.NO_SECONDARY: ("pipeline-week without a secondary", "pipeline-weeks without a secondary"),
    Kind.NOBODY: (
        "pipeline-week with nobody at all, in both counts",
        "pipeline-weeks with nobody at all, in both counts",
    ),
    Kind.TWO_PRIMARIES: ("pipeline-week with two primaries", "pipeline-weeks with two primaries"),
    Kind.TWO_SECONDARIES: ("pipeline-week with two secondaries", "pipeline-weeks with two secondaries"),
    Kind.CLASH: ("clash: one person in both roles", "clashes: one person in both roles"),
    Kind.NOT_AN_OWNER: (
        "assignment to somebody who does not own the pipeline",
        "assignments to somebody who does not own the pipeline",
    ),
    Kind.REPEATED: ("row that stands there already", "rows that stand there already"),
}


@dataclass(frozen=True, slots=True)
class Named:
    """An engineer or a pipeline: `key` is the username or slug, `short` a short name."""

    id: int
    name: str
    key: str
    short: str = ""

    @property
    def label(self) -> str:
        """The shortest name a table may use."""
        return self.short or self.name


def _names(things: Mapping[int, Named]) -> Names:
    return Names.of((one.id, [one.label, one.name, one.key]) for one in things.values())


@dataclass(frozen=True)
class Portfolio:
    """What a table is held against: the pipelines of a rotation in order, their owners, and who may be named.

    `members` are listed with their load even where the table leaves them out.
    """

    engineers: Mapping[int, Named]
    pipelines: Mapping[int, Named]
    owners: Mapping[int, Owners]
    members: frozenset[int] = frozenset()
    weights: Mapping[Role, int] = field(default_factory=lambda: {Role.PRIMARY: 2, Role.SECONDARY: 1})

    def engineer_names(self) -> Names:
        return _names(self.engineers)

    def pipeline_names(self) -> Names:
        return _names(self.pipelines)

    def owners_of(self, pipeline: int) -> tuple[int, ...]:
        """The primary and the secondary owner, or nobody."""
        pair = self.owners.get(pipeline)
        return (pair.primary, pair.secondary) if pair else ()

    def called(self, engineers: Iterable[int]) -> str:
        """People in words, by name: A, B and C."""
        names = sorted(self.engineers[engineer].name for engineer in engineers)
        return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a pipeline in a week; `lines` are those of the table that say so, if any."""

    kind: Kind
    text: str
    engineers: tuple[int, ...] = ()
    role: Role | None = None
    lines: tuple[int, ...] = ()

    @property
    def place(self) -> str:
        """Where the table says so, in words: line 3, or lines 3, 5; empty for what it does not say."""
        numbers = ", ".join(str(line) for line in self.lines)
        return f"line{'s' if len(self.lines) > 1 else ''} {numbers}" if numbers else ""


# made once, as a large portfolio has hundreds of thousands of pipeline-weeks that a table does not mention
_NOBODY = (
    Finding(Kind.NOBODY, "nobody at all"),
    Finding(Kind.NO_PRIMARY, "no primary", role=Role.PRIMARY),
    Finding(Kind.NO_SECONDARY, "no secondary", role=Role.SECONDARY),
)


@dataclass(frozen=True, slots=True)
class PipelineWeek:
    """A pipeline in a week: who has which role by the table, and what is wrong with that."""

    week: Week
    pipeline: Named
    primaries: tuple[int, ...]
    secondaries: tuple[int, ...]
    findings: tuple[Finding, ...]

    @property
    def is_covered(self) -> bool:
        """Whether it has exactly one primary and one secondary, two different people."""
        return len(self.primaries) == len(self.secondaries) == 1 and self.primaries != self.secondaries


@dataclass(frozen=True, slots=True)
class Load:
    """What a table asks of an engineer: weeks of a role are counted per pipeline, `weeks` are those with any role."""

    engineer: Named
    tokens: int
    primary_weeks: int
    secondary_weeks: int
    weeks: int


@dataclass(frozen=True)
class Audit:
    """The answer: every pipeline of the portfolio in every week of the table, and everybody's load."""

    weeks: tuple[Week, ...]
    pipeline_weeks: tuple[PipelineWeek, ...]
    loads: tuple[Load, ...]

    @property
    def covered(self) -> int:
        """How many pipeline-weeks are fully covered."""
        return sum(one.is_covered for one in self.pipeline_weeks)

    @property
    def wrong(self) -> tuple[PipelineWeek, ...]:
        """The pipeline-weeks with findings."""
        return tuple(one for one in self.pipeline_weeks if one.findings)

    def wrong_by_week(self, most: int | None = None) -> tuple[tuple[str, tuple[PipelineWeek, ...]], ...]:
        """Those under their week in words, only the first so many if `most` says so."""
        return tuple(
            (week_text(week), tuple(wrong)) for week, wrong in groupby(self.wrong[:most], key=lambda one: one.week)
        )

    def counts(self) -> dict[Kind, int]:
        """How many findings there are of each kind, also of those that were not found."""
        found = Counter(finding.kind for one in self.pipeline_weeks for finding in one.findings)
        return {kind: found[kind] for kind in Kind}

    @property
    def summary(self) -> str:
        """The whole in one sentence."""
        total = len(self.pipeline_weeks)
        verb = "is" if self.covered == 1 else "are"
        return f"{self.covered} of {total} pipeline-weeks {verb} fully covered, by one primary and one secondary."


def audit(rows: Sequence[Row], portfolio: Portfolio) -> Audit:
    """Everything wrong with a table of assignments; rows name engineers and pipelines of the portfolio.

    A pipeline-week that the table does not mention has nobody. A row that is there twice counts once, and is a
    finding of its own. Load counts every pipeline on its own, also where several share a unit.
    """
    weeks = tuple(sorted({row.week for row in rows}, key=lambda week: (isinstance(week, int), week)))
    rows_of: dict[tuple[Week, int], list[Row]] = defaultdict(list)
    for row in rows:
        rows_of[row.week, row.pipeline].append(row)
    cells = tuple(
        _pipeline_week(week, pipeline, rows_of.get((week, pipeline.id), []), portfolio)
        for week in weeks
        for pipeline in portfolio.pipelines.values()
    )
    return Audit(weeks, cells, _loads(rows, portfolio))


def example(portfolio: Portfolio) -> str:
    """A small table as `parse_table` wants it, in the portfolio's own words: its first pipelines, by their owners."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for pipeline in list(portfolio.pipelines.values())[:2]:
        for role, engineer in zip(Role, portfolio.owners_of(pipeline.id), strict=False):
            table.writerow([1, portfolio.engineers[engineer].label, role, pipeline.label])
    return out.getvalue()


def _pipeline_week(week: Week, pipeline: Named, rows: Sequence[Row], portfolio: Portfolio) -> PipelineWeek:
    if not rows:
        return PipelineWeek(week, pipeline, (), (), _NOBODY)
    lines: dict[tuple[Role, int], list[int]] = defaultdict(list)
    for row in rows:
        lines[row.role, row.engineer].append(row.line)
    held = {role: [engineer for of, engineer in lines if of is role] for role in Role}
    findings = (
        *_missing(held, portfolio),
        *_doubled(held, lines, portfolio),
        *_clashes(held, lines, portfolio),
        *_not_owners(pipeline.id, lines, portfolio),
        *_repeated(lines, portfolio),
    )
    return PipelineWeek(week, pipeline, tuple(held[Role.PRIMARY]), tuple(held[Role.SECONDARY]), findings)


Held = Mapping[Role, Sequence[int]]
Lines = Mapping[tuple[Role, int], Sequence[int]]


def _missing(held: Held, portfolio: Portfolio) -> Iterator[Finding]:
    for role, kind in ((Role.PRIMARY, Kind.NO_PRIMARY), (Role.SECONDARY, Kind.NO_SECONDARY)):
        if not held[role]:
            others = held[role.other]
            beside = f"; {portfolio.called(others)} is {role.other}" if len(others) == 1 else ""
            yield Finding(kind, f"no {role}{beside}", role=role)


def _doubled(held: Held, lines: Lines, portfolio: Portfolio) -> Iterator[Finding]:
    for role, kind in ((Role.PRIMARY, Kind.TWO_PRIMARIES), (Role.SECONDARY, Kind.TWO_SECONDARIES)):
        if (number := len(held[role])) > 1:
            many = {Role.PRIMARY: "primaries", Role.SECONDARY: "secondaries"}[role]
            text = f"{'two' if number == 2 else number} {many}: {portfolio.called(held[role])}"
            yield Finding(kind, text, tuple(held[role]), role, _lines(lines, held[role], [role]))


def _clashes(held: Held, lines: Lines, portfolio: Portfolio) -> Iterator[Finding]:
    for engineer in held[Role.PRIMARY]:
        if engineer in held[Role.SECONDARY]:
            text = f"clash: {portfolio.called([engineer])} is both primary and secondary"
            yield Finding(Kind.CLASH, text, (engineer,), None, _lines(lines, [engineer], list(Role)))


def _not_owners(pipeline: int, lines: Lines, portfolio: Portfolio) -> Iterator[Finding]:
    owners = portfolio.owners_of(pipeline)
    whose = f"its owners are {portfolio.called(owners)}" if owners else "it has no owners today"
    for role, engineer in lines:
        if engineer not in owners:
            text = f"{portfolio.called([engineer])}, {role}, does not own it; {whose}"
            yield Finding(Kind.NOT_AN_OWNER, text, (engineer,), role, _lines(lines, [engineer], [role]))


def _repeated(lines: Lines, portfolio: Portfolio) -> Iterator[Finding]:
    for (role, engineer), (first, *again) in lines.items():
        for line in again:
            text = f"the same row again: {portfolio.called([engineer])}, {role}"
            yield Finding(Kind.REPEATED, text, (engineer,), role, (first, line))


def _lines(lines: Lines, engineers: Sequence[int], roles: Sequence[Role]) -> tuple[int, ...]:
    return tuple(sorted(line for role in roles for engineer in engineers for line in lines[role, engineer]))


def _loads(rows: Sequence[Row], portfolio: Portfolio) -> tuple[Load, ...]:
    """Loads of the members and of everybody in the table, by name."""
    roles: dict[int, Counter[Role]] = defaultdict(Counter)
    weeks: dict[int, set[Week]] = defaultdict(set)
    for engineer, week, role, _pipeline in {(row.engineer, row.week, row.role, row.pipeline) for row in rows}:
        roles[engineer][role] += 1
        weeks[engineer].add(week)
    people = sorted(portfolio.members | set(roles), key=lambda id_: (portfolio.engineers[id_].name, id_))
    return tuple(
        Load(
            engineer=portfolio.engineers[id_],
            tokens=sum(portfolio.weights[role] * number for role, number in roles[id_].items()),
            primary_weeks=roles[id_][Role.PRIMARY],
            secondary_weeks=roles[id_][Role.SECONDARY],
            weeks=len(weeks[id_]),
        )
        for id_ in people
    )
