"""Balances over time as a drawing: where each line, label and tick stands, in the units of the drawing."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 760, 300
LEFT, RIGHT, TOP, BOTTOM = 48, 64, 14, 30
LABEL = 22  # how far apart labels stand at least
DAY_ROOM = 90  # how wide a day's word may be
FEWEST_TOKENS = 2.0  # so that hundredths of a token don't look like mountains

Balances = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Curve:
    """One engineer's balance; `label_y` is set where the line is named."""

    engineer: int
    points: str
    last: float
    label_y: float | None


@dataclass(frozen=True, slots=True)
class Tick:
    """A word beside an axis, and where it stands; on a narrow screen there is no room for minor ones."""

    at: float
    text: str
    is_minor: bool = False
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves, faint ones first, in a drawing of WIDTH by HEIGHT; `zero` is the height of the fair share."""

    curves: tuple[Curve, ...]
    zero: float
    heights: tuple[Tick, ...]
    days: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM

    @property
    def label_x(self) -> int:
        return self.right + 8


def chart(course: Mapping[dt.date, Balances], named: Collection[int]) -> Chart | None:
    """The drawing of balances at the beginning of days, with the lines of some engineers named; None if there is no
    line to draw, as that takes two days."""
    days = sorted(course)
    people = sorted({engineer for balances in course.values() for engineer in balances})
    if len(days) < 2 or not people:
        return None
    scale = _Scale(days, [amount for balances in course.values() for amount in balances.values()])
    ends = {engineer: course[days[-1]].get(engineer, 0.0) for engineer in people}
    labels = _spread({engineer: scale.y(ends[engineer]) for engineer in people if engineer in named})
    curves = [
        Curve(
            engineer,
            " ".join(f"{scale.x(day):.1f},{scale.y(course[day].get(engineer, 0.0)):.1f}" for day in days),
            ends[engineer],
            labels.get(engineer),
        )
        for engineer in sorted(people, key=lambda one: (one in named, one))
    ]
    return Chart(tuple(curves), scale.y(0), scale.heights(), scale.ticks(days))


class _Scale:
    def __init__(self, days: Sequence[dt.date], amounts: Iterable[float]) -> None:
        self._first, self._days = days[0], max((days[-1] - days[0]).days, 1)
        found = [0.0, *amounts]
        lowest, highest = min(found), max(found)
        wanting = max(FEWEST_TOKENS - (highest - lowest), 0) / 2
        self.step = _nice((highest - lowest + 2 * wanting) / 5)
        self.lowest = math.floor((lowest - wanting) / self.step) * self.step
        self.highest = math.ceil((highest + wanting) / self.step) * self.step

    def x(self, day: dt.date) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (day - self._first).days / self._days

    def y(self, amount: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (self.highest - amount) / (self.highest - self.lowest)

    def heights(self) -> tuple[Tick, ...]:
        count = round((self.highest - self.lowest) / self.step)
        amounts = [self.lowest + n * self.step for n in range(count + 1)]
        return tuple(Tick(round(self.y(one), 1), f"{one:+g}" if round(one, 6) else "0") for one in amounts)

    def ticks(self, days: Sequence[dt.date]) -> tuple[Tick, ...]:
        """As many days as there is room for, each year named once."""
        found: list[Tick] = []
        year = None
        for day in days:
            if not found or self.x(day) - found[-1].at >= DAY_ROOM:
                text = f"{day.day} {day:%b}" if day.year == year else f"{day.day} {day:%b %Y}"
                anchor = "middle" if found else "start"
                found.append(Tick(round(self.x(day), 1), text, len(found) % 3 != 0, anchor))
                year = day.year
        return tuple(found)


def _nice(step: float) -> float:
    """The next larger of 1, 2, 5, 10, ... and their tenths."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * 0.999)


def _spread(wanted: Mapping[int, float]) -> dict[int, float]:
    """Heights of labels, as near as can be to where their lines end, and none on another."""
    order = sorted(wanted, key=lambda engineer: (wanted[engineer], engineer))
    found: dict[int, float] = {}
    lowest = -math.inf
    for engineer in order:
        found[engineer] = lowest = max(wanted[engineer], lowest + LABEL)
    too_deep = max([0.0, *(y - (HEIGHT - BOTTOM) for y in found.values())])
    highest = math.inf
    for engineer in reversed(order):
        found[engineer] = highest = min(found[engineer] - (too_deep if too_deep else 0), highest - LABEL)
    return {engineer: round(max(y, TOP), 1) for engineer, y in found.items()}
