"""What a calendar says about one piece of duty, one hole or one absence, in finished local words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from pipelines.domain.faces import hue

from .columns import day_words
from .duty import Duty
from .pieces import Hole, Piece
from .roster import Role, Roster
from .spans import Span

HOLES = {Role.PRIMARY: ("gap", "is-gap"), Role.SECONDARY: ("no secondary", "is-thin")}


@dataclass(frozen=True, slots=True)
class Page:
    """A pipeline as a link names it."""

    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class Labels:
    """What the roster doesn't know and a page needs: letters by engineer; by unit its pipelines and who shadows."""

    letters: Mapping[int, str] = field(default_factory=dict)
    pages: Mapping[int, tuple[Page, ...]] = field(default_factory=dict)
    shadows: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Card:
    """All there is to say about a piece; `who` and `letters` are empty where nobody stands, `short` is the unit's."""

    key: str
    title: str
    classes: str
    starts: str
    ends: str
    because: str
    role: str = ""
    who: str = ""
    letters: str = ""
    unit: str = ""
    short: str = ""
    cover: str = ""
    is_mine: bool = False
    pages: tuple[Page, ...] = ()
    shift: int | None = None


def unit_letters(name: str) -> str:
    """The name of a unit for narrow columns: first letters of its words, ULP for Unit-level profit."""
    return "".join(word[0] for word in name.replace("-", " ").split()[:3]).upper()


@dataclass(frozen=True)
class Scribe:
    """Writes cards: whose zone and whose eyes they are for."""

    roster: Roster
    zone: ZoneInfo
    labels: Labels
    reader: int | None

    def card(self, piece: Piece, key: str) -> Card:
        """The card of a piece; its times are local, and open where the roster's window cuts a hole off."""
        if isinstance(piece, Duty):
            return self._duty(piece, key)
        if isinstance(piece, Hole):
            return self._hole(piece, key)
        return Card(
            key=key,
            title="away",
            classes="is-away",
            starts=self._moment(piece.span.start),
            ends=self._moment(piece.span.end),
            because="approved time off",
            who=self.roster.name(piece.engineer),
            letters=self._letters(piece.engineer),
            is_mine=piece.engineer == self.reader,
        )

    def _duty(self, duty: Duty, key: str) -> Card:
        planned = duty.shift.engineer
        because = f"covers for {self.roster.name(planned)} ({duty.cover.cause})" if duty.cover else "by the plan"
        classes = [f"block-{duty.role}", "is-cover" * bool(duty.cover), "is-mine" * (duty.engineer == self.reader)]
        return Card(
            key=key,
            title=duty.role.value,
            classes=" ".join(filter(None, [*classes, f"hue-{hue(duty.engineer)}"])),
            starts=self._moment(duty.span.start),
            ends=self._moment(duty.span.end),
            because=because,
            role=duty.role.value,
            cover=f"for {self._letters(planned)}" if duty.cover else "",
            unit=self.roster.units[duty.unit].name,
            short=unit_letters(self.roster.units[duty.unit].name),
            pages=self.labels.pages.get(duty.unit, ()),
            who=self.roster.name(duty.engineer),
            letters=self._letters(duty.engineer),
            is_mine=duty.engineer == self.reader,
            shift=duty.shift.id,
        )

    def _hole(self, hole: Hole, key: str) -> Card:
        title, classes = HOLES[hole.role]
        starts, ends = self._open_ends(hole.span)
        return Card(
            key=key,
            title=title,
            classes=classes,
            starts=starts,
            ends=ends,
            because=hole.because,
            role=hole.role.value,
            unit=self.roster.units[hole.unit].name,
            pages=self.labels.pages.get(hole.unit, ()),
        )

    def _letters(self, engineer: int) -> str:
        return self.labels.letters.get(engineer, self.roster.name(engineer))

    def _open_ends(self, span: Span) -> tuple[str, str]:
        window = self.roster.window
        starts = "earlier" if span.start == window.start else self._moment(span.start)
        return starts, "later" if span.end == window.end else self._moment(span.end)

    def _moment(self, at: dt.datetime) -> str:
        local = at.astimezone(self.zone)
        return f"{day_words(local.date())} {local.year}, {local:%H:%M}"
