"""Reads a table of opening balances: one line an engineer, one column an account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from .audit_table import MAX_BYTES, Names, TableError, records, shown
from .counts import Account

ENGINEER, DAY = "engineer", "day"
MOST_ROWS = 2000
MOST = 100_000
EXAMPLE = "engineer,day,primary weeks,secondary weeks,public-holiday days\nA,2026-01-01,1.5,-2,1\nB,,-0.5,0,"


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """One opening balance: whose, of which day, in which account; the line says where it stands."""

    line: int
    engineer: int
    day: dt.date
    account: Account
    amount: Decimal


def parse_openings(text: str, engineers: Names, day: dt.date) -> tuple[OpeningRow, ...]:
    """The opening balances of a table, in its order; empty cells and zeros are none.

    Cells are parted by comma, semicolon or tab. The header names engineer and at least one account (primary weeks,
    secondary weeks, weekend days, ...), and may name day: in lines without one it is `day`. Raises TableError, with
    line and column, for what can't be read.
    """
    if len(text) > MAX_BYTES:
        raise TableError(1, "", f"a table has at most {MAX_BYTES // 1024:,} KiB")
    found = records(text)
    line, header = next(found, (1, []))
    if not header:
        raise TableError(1, "", f"the table is empty; it begins with a line such as {EXAMPLE.splitlines()[0]}")
    places = _places(line, [name.casefold() for name in header])
    rows: list[OpeningRow] = []
    seen: dict[tuple[int, dt.date, Account], int] = {}
    for count, (line, cells) in enumerate(found, 1):
        if count > MOST_ROWS:
            raise TableError(line, "", f"a table has at most {MOST_ROWS:,} rows")
        for row in _rows(line, cells, places, engineers, day):
            key = row.engineer, row.day, row.account
            if key in seen:
                raise TableError(line, row.account, f"is said in line {seen[key]} already")
            seen[key] = line
            rows.append(row)
    if not rows:
        raise TableError(line, "", "there is no amount in the table")
    return tuple(rows)


def _places(line: int, header: Sequence[str]) -> dict[str, int]:
    known = [ENGINEER, DAY, *Account]
    for name in header:
        if name not in known:
            raise TableError(line, "", f"{shown(name)} is no column; known: {', '.join(known)}")
        if header.count(name) > 1:
            raise TableError(line, name, "stands in the header twice")
    if ENGINEER not in header:
        raise TableError(line, ENGINEER, "is missing; say whose balances these are")
    if not {*header} & {*Account}:
        raise TableError(line, "", f"no account is named; known: {', '.join(Account)}")
    return {name: place for place, name in enumerate(header)}


def _rows(
    line: int, cells: Sequence[str], places: Mapping[str, int], engineers: Names, default: dt.date
) -> Iterator[OpeningRow]:
    if any(cells[len(places) :]):
        raise TableError(line, "", f"has {len(cells)} cells, but the header has {len(places)}")
    found = {name: cells[place] if place < len(cells) else "" for name, place in places.items()}
    column = ENGINEER
    try:
        engineer = engineers.one(found[column])
        column = DAY
        day = _day(found.get(column, ""), default)
        for account in Account:
            column = account
            amount = _amount(found.get(column, ""))
            if amount:
                yield OpeningRow(line, engineer, day, account, amount)
    except ValueError as error:
        raise TableError(line, column, str(error)) from None


def _day(cell: str, default: dt.date) -> dt.date:
    try:
        day = dt.date.fromisoformat(cell) if cell else default
    except ValueError:
        raise ValueError(f"{shown(cell)} is no date such as 2026-11-23") from None
    if day.year < 2000 or day > default:
        raise ValueError(f"{shown(cell)} is not between 2000-01-01 and {default}")
    return day


def _amount(cell: str) -> Decimal:
    try:
        amount = Decimal(cell.replace(",", ".") or "0")
    except InvalidOperation:
        raise ValueError(f"{shown(cell)} is no number such as 1.5 or -2") from None
    if not amount.is_finite() or abs(amount) > MOST:
        raise ValueError(f"{shown(cell)} is not between -{MOST:,} and {MOST:,}")
    if amount != round(amount, 2):
        raise ValueError(f"{shown(cell)} has more than two decimals")
    return amount
