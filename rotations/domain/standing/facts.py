"""What the standing audit looks at: a roster, and what else is known of its pipelines and people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..roster import Absence, Post, Role, Roster, Team
from ..spans import Span


@dataclass(frozen=True, slots=True)
class Ownership:
    """Two owners from a local day up to, and not including, another; None while it holds."""

    starts_on: dt.date
    ends_on: dt.date | None
    primary: int
    secondary: int

    def holds_on(self, day: dt.date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


@dataclass(frozen=True, slots=True)
class WatchedPipeline:
    """A pipeline in service: its owners over time, and what is known of its runbook."""

    id: int
    name: str
    slug: str = ""
    ownerships: tuple[Ownership, ...] = ()
    has_runbook: bool = True
    needs_runbook: bool = False
    reviewed_on: dt.date | None = None

    def owners_on(self, day: dt.date) -> Ownership | None:
        """Whose it is on a local day."""
        return next((one for one in self.ownerships if one.holds_on(day)), None)


@dataclass(frozen=True, slots=True)
class WaitingRequest:
    """Time off that was asked for and not decided on."""

    id: int
    engineer: int
    span: Span


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Somebody leaves a role of a unit open knowingly, decided at an instant."""

    id: int
    unit: int
    role: Role
    span: Span
    at: dt.datetime


@dataclass(frozen=True)
class Watched:
    """All facts of a standing audit of one rotation.

    The roster's window begins before `now`, so that what is wrong already has its true beginning. `planned_until` is
    up to when there should be a plan. `unreachable` says of engineers why no message reaches them. `decided` says when
    each absence was approved. `placeless` are pipelines of the rotation's people that stand in no unit.
    """

    roster: Roster
    team: int
    now: dt.datetime
    planned_until: dt.datetime
    pipelines: Mapping[int, WatchedPipeline] = field(default_factory=dict)
    placeless: tuple[WatchedPipeline, ...] = ()
    unreachable: Mapping[int, str] = field(default_factory=dict)
    requests: tuple[WaitingRequest, ...] = ()
    confirmed: tuple[Confirmed, ...] = ()
    decided: Mapping[Absence, dt.datetime] = field(default_factory=dict)
    review_days: int = 180

    @property
    def rotation(self) -> Team:
        return self.roster.teams[self.team]

    @property
    def ahead(self) -> Span:
        """From now on, as far as is looked."""
        return Span(self.now, self.roster.window.end)

    @property
    def today(self) -> dt.date:
        """The rotation's local day."""
        return self.now.astimezone(self.rotation.calendar.zone).date()

    @property
    def last_day(self) -> dt.date:
        """The last local day that is looked at."""
        return self.roster.window.end.astimezone(self.rotation.calendar.zone).date()

    def units(self) -> tuple[Post, ...]:
        """The rotation's units in which a pipeline in service stands."""
        return tuple(
            unit
            for unit in sorted(self.roster.units.values(), key=lambda unit: unit.id)
            if unit.team == self.team and any(pipeline in self.pipelines for pipeline in unit.pipelines)
        )
