"""What the standing audit can find, worst first, and one finding as a plain value."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from ..roster import Role
from ..spans import Span

URGENT = dt.timedelta(hours=72)


class Kind(StrEnum):
    """What can be wrong, in order of severity."""

    GAP = "gap"
    CLASH = "clash"
    THIN = "thin"
    AWAY = "away"
    COVER_AWAY = "cover_away"
    INACTIVE = "inactive"
    NOT_MEMBER = "not_member"
    NO_CONTACT = "no_contact"
    REQUEST = "request"
    UNPLANNED = "unplanned"
    OWNERS_AWAY = "owners_away"
    OWNERS = "owners"
    NO_RUNBOOK = "no_runbook"
    IDLE_COVER = "idle_cover"
    NO_UNIT = "no_unit"
    OLD_RUNBOOK = "old_runbook"
    OWNER_AWAY = "owner_away"

    @property
    def words(self) -> str:
        """The kind as a heading."""
        return _WORDS[self]

    @property
    def is_only_told(self) -> bool:
        """Whether nothing is wrong: it is good to know, and asks for nothing."""
        return self is Kind.OWNER_AWAY

    @property
    def is_duty(self) -> bool:
        """Whether it is about who can be called, so that it presses as its time comes."""
        return self in _DUTY

    @property
    def rank(self) -> int:
        """Its place in the order of severity, 0 for the worst."""
        return _RANK[self]


_WORDS = {
    Kind.GAP: "Gap: no primary",
    Kind.CLASH: "Clash: one person in both roles",
    Kind.THIN: "Thin: no secondary",
    Kind.AWAY: "On duty while away",
    Kind.COVER_AWAY: "Cover away",
    Kind.INACTIVE: "Inactive on duty",
    Kind.NOT_MEMBER: "On duty without being a member",
    Kind.NO_CONTACT: "No working contact",
    Kind.REQUEST: "Request that would leave a gap",
    Kind.UNPLANNED: "Weeks that are not planned",
    Kind.OWNERS_AWAY: "Both owners away",
    Kind.OWNERS: "Pipeline without two owners",
    Kind.NO_RUNBOOK: "Runbook missing",
    Kind.IDLE_COVER: "Idle cover",
    Kind.NO_UNIT: "Pipeline in no unit",
    Kind.OLD_RUNBOOK: "Runbook not reviewed",
    Kind.OWNER_AWAY: "Owner away",
}
_RANK = {kind: place for place, kind in enumerate(Kind)}
_DUTY = {
    *(Kind.GAP, Kind.CLASH, Kind.THIN, Kind.AWAY, Kind.COVER_AWAY, Kind.INACTIVE),
    *(Kind.NOT_MEMBER, Kind.NO_CONTACT, Kind.UNPLANNED),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend: `text` says who and what, `span` when; `also` are kinds that say why it is so.

    A span that reaches out of what was looked at has `from_before` or `goes_on`: its end there means nothing.
    `confirmed` names the confirmation of a gap that somebody leaves knowingly.
    """

    kind: Kind
    text: str
    span: Span | None = None
    also: tuple[Kind, ...] = ()
    unit: int | None = None
    role: Role | None = None
    engineers: tuple[int, ...] = ()
    pipelines: tuple[int, ...] = ()
    request: int | None = None
    cover: int | None = None
    from_before: bool = False
    goes_on: bool = False
    confirmed: int | None = None

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Every kind it counts under, its own first."""
        return self.kind, *self.also

    @property
    def sentence(self) -> str:
        """The text as a line begins with it."""
        return self.text[:1].upper() + self.text[1:]

    @property
    def is_open(self) -> bool:
        """Whether something is wrong that nobody leaves so knowingly."""
        return self.confirmed is None and not self.kind.is_only_told

    @property
    def is_gap(self) -> bool:
        """Whether time without a primary is part of it."""
        return Kind.GAP in self.kinds

    @property
    def can_be_confirmed(self) -> bool:
        """Whether a manager may leave it so: a gap or thin time of one unit."""
        return self.kind in (Kind.GAP, Kind.THIN) and self.unit is not None

    def is_at(self, span: Span) -> bool:
        """Whether it is what somebody saw; an end that lies outside of what was looked at moves with the time."""
        mine = self.span
        return (
            mine is not None
            and (self.from_before or mine.start == span.start)
            and (self.goes_on or mine.end == span.end)
        )

    @property
    def identity(self) -> str:
        """Names what is wrong: the same as long as nothing about it changes; that time passes is no change."""
        start = self.span.start.isoformat() if self.span and not self.from_before else "before"
        end = self.span.end.isoformat() if self.span and not self.goes_on else "on"
        parts = (*self.kinds, self.unit, self.role, *self.engineers, start, end)
        return "|".join("" if part is None else str(part) for part in parts)

    def sort_key(self) -> tuple[object, ...]:
        """Worst first, then soonest."""
        start = self.span.start.timestamp() if self.span else float("inf")
        return self.kind.rank, start, self.unit or 0, self.pipelines, self.engineers, self.text


def is_within(finding: Finding, now: dt.datetime, reach: dt.timedelta = URGENT) -> bool:
    """Whether a finding is about duty that is on, or begins within so long."""
    return finding.kind.is_duty and finding.span is not None and finding.span.start < now + reach
