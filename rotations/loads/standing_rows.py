"""Reads: findings of a standing audit as finished rows, each with a link to where it is mended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from zoneinfo import ZoneInfo

from django.urls import reverse

from pipelines.models import Engineer

from ..domain.standing import Finding, Kind, Watched, is_within
from ..domain.standing.news import counts
from ..domain.wording import span_text
from ..models import ConfirmedGap, Rotation

MOST_ROWS = 500
NEAR = "Now and within 72 hours"


@dataclass(frozen=True, slots=True)
class Mend:
    """Where something is mended, and what is done there."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding in a reader's zone; `confirmed` is the row of who leaves it so knowingly."""

    kind: Kind
    text: str
    when: str
    mend: Mend
    causes: tuple[str, ...]
    can_be_confirmed: bool
    finding: Finding
    confirmed: ConfirmedGap | None = None

    @property
    def starts_at(self) -> str:
        """Its beginning as a form sends it back."""
        return self.finding.span.start.isoformat() if self.finding.span else ""

    @property
    def ends_at(self) -> str:
        return self.finding.span.end.isoformat() if self.finding.span else ""


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one kind, or of several that belong together."""

    words: str
    rows: tuple[FindingRow, ...]
    is_mixed: bool = False


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many findings of a kind are open, for a filter."""

    kind: Kind
    words: str
    number: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class AuditView:
    """A standing audit, ready to be shown: what is near first, then by kind, what is left so, what is only told."""

    until: dt.datetime
    open_count: int
    counts: tuple[KindCount, ...]
    groups: tuple[Group, ...]
    confirmed: tuple[Group, ...]
    told: tuple[Group, ...]
    left_out: int


class Mending:
    """Says where a finding of one rotation is mended: in the admin for who is let in there, else on a page."""

    def __init__(self, rotation: Rotation, watched: Watched, *, in_admin: bool, may_override: bool = True) -> None:
        self.rotation = rotation
        self.watched = watched
        self.in_admin = in_admin
        self.may_override = may_override
        self.pipelines = {one.id: one for one in (*watched.pipelines.values(), *watched.placeless)}

    def of(self, finding: Finding) -> Mend:
        """The first cause that has a place of its own is mended there."""
        return next(found for kind in (*finding.also, finding.kind) if (found := _MENDS[kind](self, finding)))

    def plan(self, finding: Finding) -> Mend:
        return Mend("Plan", reverse("rotations:plans", args=[self.rotation.slug]))

    def repair(self, finding: Finding) -> Mend:
        """A plan is for later; who is to stand in now is said by an override."""
        if is_within(finding, self.watched.now) and self.may_override:
            return Mend("Override", f"{reverse('rotations:override', args=[self.rotation.slug])}?unit={finding.unit}")
        return Mend("Repair", reverse("rotations:plans", args=[self.rotation.slug]))

    def members(self, finding: Finding) -> Mend:
        if not self.in_admin:
            return Mend("See its members", self.rotation.get_absolute_url())
        return Mend("Change members", reverse("admin:rotations_rotation_change", args=[self.rotation.pk]))

    def contact(self, finding: Finding) -> Mend:
        if not self.in_admin:
            return Mend("See the rotation", self.rotation.get_absolute_url())
        return Mend("Set the address", reverse("admin:pipelines_engineer_change", args=[finding.engineers[0]]))

    def request(self, finding: Finding) -> Mend:
        room = "admin:rotations_timeoffrequest_change" if self.in_admin else "rotations:time_off_request"
        return Mend("Decide", reverse(room, args=[finding.request]))

    def owners(self, finding: Finding) -> Mend:
        if not self.in_admin:
            return self.pipeline(finding)
        pipeline = finding.pipelines[0]
        return Mend("Change owners", f"{reverse('admin:pipelines_pipeline_change', args=[pipeline])}")

    def pipeline(self, finding: Finding) -> Mend:
        return Mend("See the pipeline", reverse("pipeline", args=[self.pipelines[finding.pipelines[0]].slug]))

    def runbook(self, finding: Finding) -> Mend:
        words = "Write it" if finding.kind is Kind.NO_RUNBOOK else "Review it"
        return Mend(words, reverse("pipelines:runbook", args=[self.pipelines[finding.pipelines[0]].slug]))

    def cover(self, finding: Finding) -> Mend:
        if not self.in_admin:
            return Mend("See the rotation", self.rotation.get_absolute_url())
        return Mend("See the cover", reverse("admin:rotations_cover_change", args=[finding.cover]))

    def unit(self, finding: Finding) -> Mend:
        if not self.in_admin:
            return self.pipeline(finding)
        return Mend("Give it a unit", f"{reverse('admin:rotations_unit_changelist')}")


_MENDS: dict[Kind, Callable[[Mending, Finding], Mend | None]] = {
    Kind.GAP: Mending.plan,
    Kind.CLASH: Mending.repair,
    Kind.THIN: Mending.plan,
    Kind.AWAY: Mending.repair,
    Kind.COVER_AWAY: Mending.repair,
    Kind.INACTIVE: Mending.repair,
    Kind.NOT_MEMBER: Mending.members,
    Kind.NO_CONTACT: Mending.contact,
    Kind.REQUEST: Mending.request,
    Kind.UNPLANNED: Mending.plan,
    Kind.OWNERS_AWAY: Mending.owners,
    Kind.OWNERS: Mending.owners,
    Kind.NO_RUNBOOK: Mending.runbook,
    Kind.IDLE_COVER: Mending.cover,
    Kind.NO_UNIT: Mending.unit,
    Kind.OLD_RUNBOOK: Mending.runbook,
    Kind.OWNER_AWAY: Mending.pipeline,
}


def audit_view(
    rotation: Rotation,
    watched: Watched,
    findings: Sequence[Finding],
    zone: ZoneInfo,
    *,
    reader: Engineer,
    may_decide: bool = False,
    chosen: Kind | None = None,
) -> AuditView:
    """Findings as a page shows them, only those of one kind if it is chosen; one query."""
    known = ConfirmedGap.objects.filter(rotation=rotation, ends_at__gt=watched.now).select_related("by")
    left = {row.pk: row for row in known}
    mending = Mending(rotation, watched, in_admin=reader.is_staff, may_override=may_decide)
    shown = [one for one in findings if chosen in (None, *one.kinds)]
    rows = [_row(one, mending, zone, left) for one in shown[:MOST_ROWS]]
    wrong = [row for row in rows if row.finding.is_open]
    near = [row for row in wrong if is_within(row.finding, watched.now)]
    later = [row for row in wrong if not is_within(row.finding, watched.now)]
    confirmed = [row for row in rows if row.finding.confirmed is not None]
    return AuditView(
        until=watched.roster.window.end,
        open_count=sum(one.is_open for one in findings),
        counts=tuple(_counts(findings, chosen)),
        groups=(*([Group(NEAR, tuple(near), is_mixed=True)] if near else []), *_by_kind(later)),
        confirmed=tuple(_by_kind(confirmed)),
        told=tuple(_by_kind(row for row in rows if row.kind.is_only_told)),
        left_out=len(shown) - len(rows),
    )


def _by_kind(rows: Iterable[FindingRow]) -> Iterable[Group]:
    return (Group(kind.words, tuple(found)) for kind, found in groupby(rows, key=lambda row: row.kind))


def _row(finding: Finding, mending: Mending, zone: ZoneInfo, left: dict[int, ConfirmedGap]) -> FindingRow:
    return FindingRow(
        kind=finding.kind,
        text=finding.sentence,
        when=span_text(finding.span, zone) if finding.span else "",
        mend=mending.of(finding),
        causes=tuple(kind.words for kind in finding.also),
        can_be_confirmed=finding.can_be_confirmed and finding.confirmed is None,
        finding=finding,
        confirmed=left.get(finding.confirmed or 0),
    )


def _counts(findings: Iterable[Finding], chosen: Kind | None) -> Iterable[KindCount]:
    for kind, number in counts(findings).items():
        if number or kind is chosen:
            yield KindCount(kind, kind.words, number, kind is chosen)


def for_reader(findings: Sequence[Finding], *, may_decide: bool) -> tuple[Finding, ...]:
    """What somebody may see: that time off is asked for is the business of who decides."""
    return tuple(one for one in findings if may_decide or one.kind is not Kind.REQUEST)
