"""Companies of any size, made up from a seed: planning problems for the benchmark and for tests at scale.

Teams of ten, every tenth engineer in a second team as well; pools of 3 to 8 engineers (4 to 8 where pipelines share a
pair); about six weeks of absence a year in blocks of one or two weeks, as long as a unit keeps two people; part-timers,
joiners and leavers; public holidays of three countries; a ledger of half a year; wanted and unwanted weeks.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

import holidays

START = date(2026, 1, 5)
WEEK = timedelta(days=7)
COUNTRIES = ("US", "IN", "DE")
TEAM = 10
ABSENT = 6 / 52  # of all weeks
LEDGER_WEEKS = 26
CAPS = {20: 6, 60: 8, 200: 11}

Row = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """How large a company is; `shared` groups its pipelines into pairs that engineers share."""

    engineers: int
    pipelines: int
    weeks: int
    shared: bool = False

    @property
    def name(self) -> str:
        shape = f"{self.engineers}x{self.pipelines}x{self.weeks}"
        return f"{shape} shared" if self.shared else f"{shape} alone"

    @property
    def units(self) -> int:
        return self.engineers // 5 if self.shared else self.pipelines

    @property
    def rules(self) -> Row:
        """At most so many roles a week, a week between primaries, two weeks in a row."""
        return {
            "max_roles_per_engineer_week": 1 if self.shared else CAPS.get(self.engineers, 11),
            "min_weeks_between_primary": 1,
            "max_consecutive_weeks": 2,
            "scope": "engineer" if self.shared else "pipeline",
        }


SIZES = [
    Size(engineers, pipelines, weeks, shared)
    for engineers, pipelines, weeks in ((20, 25, 26), (60, 100, 26), (200, 500, 52))
    for shared in (True, False)
]


def company(size: Size, seed: int = 1, gated: bool = True) -> Row:
    """The planning problem of a made-up company; `gated` keeps absences from emptying a pool."""
    rng = random.Random(f"{seed} {size.name}")
    weeks = [(START + n * WEEK).isoformat() for n in range(size.weeks)]
    names = [f"E{n:03}" for n in range(size.engineers)]
    units = pools(rng, size, names)
    people = [person(rng, name, n, size, weeks) for n, name in enumerate(names)]
    send_away(rng, people, units, weeks, gated)
    for row in people:
        free = [week for week in weeks if week not in row["weeks_off"]]
        wishes = rng.sample(free, min(6, len(free)))
        row["unwanted"], row["wanted"] = sorted(wishes[:4]), sorted(wishes[4:])
    return {
        "name": size.name,
        "start": START.isoformat(),
        "weeks": size.weeks,
        "weights": {"primary": 2, "secondary": 1},
        "rules": size.rules,
        "engineers": people,
        "units": units,
        "pins": [],
        "holidays": {country: dict(holiday_weeks(country, size.weeks)) for country in COUNTRIES},
    }


def pools(rng: random.Random, size: Size, names: list[str]) -> list[Row]:
    """Units and who is qualified for them: drawn from one team and from who helps it out."""
    teams = [names[n : n + TEAM] for n in range(0, len(names), TEAM)]
    for name in rng.sample(names, len(names) // 10):
        other = rng.choice([team for team in teams if name not in team])
        other.append(name)
    rows, posts = [], dict.fromkeys(names, 0)
    for n in range(size.units):
        team = sorted(teams[n % len(teams)], key=lambda name: (posts[name], rng.random()))
        most = rng.randint(4 if size.shared else 3, 8)
        # Half of a pool are those with the fewest units so far: nobody is left without.
        pool = [*team[: most // 2], *rng.sample(team[most // 2 :], most - most // 2)]
        for name in pool:
            posts[name] += 1
        rows.append({"id": f"U{n:03}", "qualified": sorted(pool), "owners": pool[:2]})
    return rows


def person(rng: random.Random, name: str, n: int, size: Size, weeks: list[str]) -> Row:
    """An engineer; every tenth works half or four fifths, one in twelve joins or leaves on the way."""
    percent = rng.choice([50, 80]) if rng.random() < 0.1 else 100
    joins, leaves, move = None, None, rng.random()
    if move < 0.04:
        joins = weeks[rng.randrange(2, size.weeks // 2)]
    elif move < 0.08:
        leaves = weeks[rng.randrange(size.weeks // 2, size.weeks - 1)]
    pace = 3 * size.units / size.engineers
    carried = 0.0 if joins else pace * LEDGER_WEEKS * percent / 100 * rng.uniform(0.85, 1.15)
    return {
        "id": name,
        "country": COUNTRIES[n % len(COUNTRIES)],
        "capacity_percent": percent,
        "joins": joins,
        "leaves": leaves,
        "weeks_off": [],
        "weeks_partial": [],
        "wanted": [],
        "unwanted": [],
        "ledger": {
            "weighted_load": round(carried),
            "capacity_weeks": 0 if joins else LEDGER_WEEKS * percent / 100,
            "holiday_days": 0 if joins else rng.randrange(3),
        },
    }


def send_away(rng: random.Random, people: list[Row], units: list[Row], weeks: list[str], gated: bool) -> None:
    """Time off in blocks of one or two weeks, one block of each in turn until nobody wants more."""
    left = {
        (unit["id"], week): sum(is_member(row, week) for row in people if row["id"] in unit["qualified"])
        for unit in units
        for week in weeks
    }
    wanted = {row["id"]: round(ABSENT * len(weeks)) for row in people}
    for _ in range(4 * round(ABSENT * len(weeks))):
        for row in people:
            first, length = rng.randrange(len(weeks)), rng.choice([1, 2])
            block = [week for week in weeks[first : first + length] if week not in row["weeks_off"]]
            block = block[: wanted[row["id"]]]
            posts = [unit["id"] for unit in units if row["id"] in unit["qualified"]]
            if gated and any(left[post, week] <= 2 for post in posts for week in block):
                continue
            row["weeks_off"] = sorted([*row["weeks_off"], *block])
            wanted[row["id"]] -= len(block)
            for week in block:
                for post in posts:
                    left[post, week] -= is_member(row, week)
    for row in people:
        if row["weeks_off"] and rng.random() < 0.2:
            row["weeks_partial"] = [week for week in rng.sample(weeks, 1) if week not in row["weeks_off"]]


def is_member(row: Row, week: str) -> bool:
    return (row["joins"] is None or row["joins"] <= week) and (row["leaves"] is None or week < row["leaves"])


def holiday_weeks(country: str, weeks: int) -> Iterator[tuple[str, int]]:
    """The weeks with public holidays, and how many days of them."""
    for n in range(weeks):
        first = START + n * WEEK
        if days := sum(first + timedelta(days=k) in calendar(country) for k in range(7)):
            yield first.isoformat(), days


@cache
def calendar(country: str) -> holidays.HolidayBase:
    return holidays.country_holidays(country, years=range(START.year, START.year + 3))
