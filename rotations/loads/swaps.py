"""Reads: what a swap does to duty, which swaps wait for whom, and who can take what is offered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.db.models.functions import Coalesce
from rules import has_perm

from pipelines.models import Engineer, Ownership, Training
from pipelines.rights import is_administrator

from ..domain.coverage import narrowed
from ..domain.covering import with_covers
from ..domain.difference import Consequence, ProposedCover
from ..domain.roster import Roster
from ..domain.spans import UTC, Span
from ..domain.summary import one_line
from ..domain.swapping import Part, cannot_take, obstacles, swapped, taken_back
from ..domain.wording import span_text
from ..models import Membership, Rotation, Swap, SwapPart, SwapQuerySet, UnitPipeline
from .roster import load_roster
from .time_off import AHEAD, BACK

State = Swap.State
# what a list or a page of swaps names
PARTS = Prefetch("parts", SwapPart.objects.select_related("shift__unit", "giver", "taker"))
PEOPLE = ("rotation", "offered_by", "asked", "taker")


@dataclass(frozen=True, slots=True)
class SwapRow:
    """A swap as a list shows it: which duty, in words, and what deciding it would do."""

    swap: Swap
    duty: tuple[str, ...]
    line: str = ""


def may_decide_swap(user: Engineer, swap: Swap) -> bool:
    """Whether somebody decides on a swap; unlike `has_perm` it makes no exception for superusers."""
    return user.is_active and has_perm("rotations.decide_swap", user, swap)


def may_see_swap(user: Engineer, swap: Swap) -> bool:
    return user.is_active and has_perm("rotations.see_swap", user, swap)


# --- one swap


def parts_of(swap: Swap, taker: int | None = None) -> tuple[Part, ...]:
    """The parts of a swap as facts; `taker` stands in where nobody has taken it yet."""
    return tuple(
        Part(part.shift_id, part.giver_id, part.taker_id or taker, span_of(part))
        for part in swap.parts.all()
        if part.taker_id or taker
    )


def span_of(row: SwapPart) -> Span:
    return Span(row.starts_at.astimezone(UTC), row.ends_at.astimezone(UTC))


def whole(spans: Iterable[Span]) -> Span:
    """From the first start to the last end."""
    spans = list(spans)
    return Span(min(span.start for span in spans), max(span.end for span in spans))


def window_of(span: Span) -> Span:
    """The time that deciding on a swap looks at; it hangs on its parts alone, so that looking later changes nothing."""
    return Span(span.start - BACK, span.end + AHEAD)


def swap_roster(rotation: Rotation, span: Span, at: dt.datetime) -> Roster:
    """The roster that a swap is judged by, with the members and owners of its first day."""
    return load_roster(window_of(span), owners_at=max(at, span.start), rotation=rotation)


def roster_of(swap: Swap, at: dt.datetime) -> Roster:
    return swap_roster(swap.rotation, whole(span_of(part) for part in swap.parts.all()), at)


def consequence_of_swap(swap: Swap, roster: Roster, at: dt.datetime, taker: int | None = None) -> Consequence | None:
    """What agreeing to a swap would do to duty, or undoing it once it is approved; None where neither is possible.

    `taker` is who reads an offer to everybody.
    """
    if swap.state == State.APPROVED:
        ends = [cover.pk for cover in swap.covers.all() if cover.ended_at is None]
        return taken_back(roster, swap.offered_by_id, ends, at)
    parts = parts_of(swap, taker)
    if not (swap.is_open and parts):
        return None
    return replace(swapped(roster, parts, at), refusals=obstacles(roster, parts, at))


def starts_of(swap: Swap) -> dt.datetime:
    """When the first of a swap's parts starts: until then it can be undone."""
    return min(part.starts_at for part in swap.parts.all())


def swap_deciders(swap: Swap) -> list[Engineer]:
    """Who decides on a swap: the managers of its rotation who are no party to it, or else the administrators."""
    managers = Engineer.objects.active().filter(managed_rotations=swap.rotation_id).exclude(pk__in=swap.parties)
    return list(managers) or list(Engineer.objects.administrators().exclude(pk__in=swap.parties))


def takers(roster: Roster, rotation: Rotation, giver: int, pieces: Sequence[tuple[int, Span]]) -> list[int]:
    """Everybody who can take all of some pieces of duty (units and spans) from somebody."""
    members = roster.teams[rotation.pk].ever_members - {giver}
    return [one for one in sorted(members) if not any(cannot_take(roster, one, unit, span) for unit, span in pieces)]


# --- lists


def swaps_in_view() -> SwapQuerySet:
    """Swaps with all that a list names."""
    return Swap.objects.select_related(*PEOPLE).prefetch_related(PARTS)


def decidable_swaps(user: Engineer) -> SwapQuerySet:
    """Swaps that somebody decides on: as a manager, or as an administrator where no other manager can."""
    others = Swap.objects.exclude(Q(offered_by=user) | Q(asked__isnull=False, asked=user)).exclude(
        taker__isnull=False, taker=user
    )
    as_manager = Q(rotation__in=Rotation.objects.filter(managers=user))
    if not is_administrator(user):
        return others.filter(as_manager)
    managers = Rotation.managers.through.objects.filter(rotation=OuterRef("rotation"), engineer__is_active=True)
    for party in ("offered_by", "asked", "taker"):
        managers = managers.exclude(engineer=Coalesce(OuterRef(party), 0))
    return others.filter(as_manager | ~Exists(managers))


def offered_to(user: Engineer, at: dt.datetime) -> list[Swap]:
    """Offers that somebody can answer: those that ask them, and those to everybody that they are qualified for."""
    rotations = Membership.objects.filter(engineer=user).values("rotation")
    to_all = Q(asked=None, rotation__in=rotations)
    found = swaps_in_view().filter(Q(asked=user) | to_all, state=State.OFFERED, expires_at__gt=at)
    offers = list(found.exclude(offered_by=user))
    units = {part.shift.unit_id for swap in offers if swap.asked_id is None for part in swap.parts.all()}
    qualified = qualified_units(user, units, at) if units else set()
    return [
        swap for swap in offers if swap.asked_id or all(part.shift.unit_id in qualified for part in swap.parts.all())
    ]


def qualified_units(user: Engineer, units: set[int], at: dt.datetime) -> set[int]:
    """Those of some units whose every pipeline somebody owns or is trained for."""
    places = list(UnitPipeline.objects.filter(unit__in=units).select_related("unit__rotation"))
    days = {place.pipeline_id: at.astimezone(place.unit.rotation.time_zone).date() for place in places}
    trainings = Training.objects.filter(engineer=user, pipeline__in=days)
    able = {row.pipeline_id for row in trainings if not row.shadows_on(days[row.pipeline_id])}
    owned = Ownership.objects.filter(Q(primary=user) | Q(secondary=user), pipeline__in=days)
    able |= {
        row.pipeline_id
        for row in owned
        if row.starts_on <= days[row.pipeline_id] and (row.ends_on is None or days[row.pipeline_id] < row.ends_on)
    }
    return {place.unit_id for place in places} - {place.unit_id for place in places if place.pipeline_id not in able}


def swaps_ahead(user: Engineer, at: dt.datetime) -> SwapQuerySet:
    """My swaps that are open, or approved and not over; not what waits for my answer."""
    ahead = SwapPart.objects.filter(swap=OuterRef("pk"), ends_at__gt=at)
    mine = swaps_in_view().of(user).filter(Q(state__in=[State.OFFERED, State.ACCEPTED]) | Q(state=State.APPROVED))
    return mine.exclude(state=State.OFFERED, asked=user).filter(Exists(ahead))


def swaps_over(user: Engineer, at: dt.datetime) -> SwapQuerySet:
    """My swaps that are done with, latest first."""
    mine = swaps_in_view().of(user).exclude(pk__in=swaps_ahead(user, at).values("pk"))
    mine = mine.exclude(state=State.OFFERED, asked=user)
    return mine.order_by("-offered_at", "-pk")


def with_swap_lines(swaps: Sequence[Swap], at: dt.datetime, zone: ZoneInfo) -> list[SwapRow]:
    """Swaps with what deciding each would do: one roster for all that wait."""
    waiting = [swap for swap in swaps if swap.is_waiting]
    lines: dict[int, str] = {}
    if waiting:
        spans = {swap.pk: whole(span_of(part) for part in swap.parts.all()) for swap in waiting}
        roster = load_roster(window_of(whole(spans.values())), owners_at=at)
        for swap in waiting:
            near = narrowed(roster, window_of(spans[swap.pk]))
            lines[swap.pk] = _line(consequence_of_swap(swap, near, at))
    return [SwapRow(swap, duty_words(swap, zone), lines.get(swap.pk, "")) for swap in swaps]


def _line(found: Consequence | None) -> str:
    return (" ".join(found.refusals) or one_line(found)) if found else ""


def swaps_in_sequence(swaps: Sequence[Swap], at: dt.datetime) -> list[tuple[Swap, str, str, tuple[str, ...], bool]]:
    """What approving each of some agreed swaps does, each behind those before it that can be approved: the swap, one
    line, what names that for the decision, where it is over a limit, and whether it cannot be."""
    decided: list[ProposedCover] = []
    previews = []
    for swap in swaps:
        roster = roster_of(swap, at)
        shifts = {shift.id for shift in roster.shifts}
        roster = with_covers(roster, [cover for cover in decided if cover.shift in shifts], at)
        found = consequence_of_swap(swap, roster, at)
        refused = found is None or bool(found.refusals or found.gaps or found.clashes)
        previews.append((swap, _line(found), found.digest if found else "", (), refused))
        if found and not refused:
            decided += found.covers
    return previews


def rows(swaps: Iterable[Swap], zone: ZoneInfo) -> list[SwapRow]:
    return [SwapRow(swap, duty_words(swap, zone)) for swap in swaps]


def duty_words(swap: Swap, zone: ZoneInfo) -> tuple[str, ...]:
    """The parts of a swap in words: primary of Profit, Mon 7 Dec, 09:00 to Mon 14 Dec 2026, 09:00."""
    return tuple(part_words(part, zone) for part in swap.parts.all())


def part_words(part: SwapPart, zone: ZoneInfo) -> str:
    return f"{part.shift.role} of {part.shift.unit.name}, {span_text(span_of(part), zone)}"


def waiting_swaps(user: Engineer, at: dt.datetime, zone: ZoneInfo) -> list[SwapRow]:
    """Swaps that wait for somebody's decision as a manager, soonest first."""
    found = decidable_swaps(user).filter(state=State.ACCEPTED, expires_at__gt=at)
    return with_swap_lines(list(found.select_related(*PEOPLE).prefetch_related(PARTS)), at, zone)
