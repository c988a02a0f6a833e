"""Tables of opening balances: what is read, and where it can't be, to the line and column."""

import contextlib
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotations.domain.audit_table import Names, TableError
from rotations.domain.cells import safe_cell
from rotations.domain.counts import Account
from rotations.domain.opening_table import EXAMPLE, OpeningRow, parse_openings

TODAY = dt.date(2026, 11, 23)
NAMES = Names.of([(1, ("Data Engineer A", "engineer-a", "A")), (2, ("Data Engineer B", "engineer-b", "B"))])


def parsed(text: str):
    return parse_openings(text, NAMES, TODAY)


def test_the_example_is_read():
    new_year = dt.date(2026, 1, 1)
    assert parsed(EXAMPLE) == (
        OpeningRow(2, 1, new_year, Account.PRIMARY, Decimal("1.5")),
        OpeningRow(2, 1, new_year, Account.SECONDARY, Decimal("-2")),
        OpeningRow(2, 1, new_year, Account.HOLIDAY, Decimal("1")),
        OpeningRow(3, 2, TODAY, Account.PRIMARY, Decimal("-0.5")),
    )


def test_tables_of_other_habits_are_read_too():
    assert parsed("\ufeffWeekend days;ENGINEER\r\n1,5;engineer-b\r\n") == (
        OpeningRow(2, 2, TODAY, Account.WEEKEND, Decimal("1.5")),
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1: the table is empty; it begins with a line such as engineer,day,primary weeks"),
        ("day,primary weeks\n", "line 1, column engineer: is missing; say whose balances these are"),
        ("engineer,day\nA,2026-01-01", "line 1: no account is named; known: primary weeks, secondary weeks"),
        ("engineer,tokens\nA,1", "line 1: 'tokens' is no column; known: engineer, day, primary weeks"),
        ("engineer,engineer,primary weeks\n", "line 1, column engineer: stands in the header twice"),
        ("engineer,primary weeks\nA,1\nX,2", "line 3, column engineer: 'X' is unknown; known: Data Engineer A"),
        ("engineer,primary weeks\nA,two", "line 2, column primary weeks: 'two' is no number such as 1.5 or -2"),
        ("engineer,primary weeks\nA,nan", "line 2, column primary weeks: 'nan' is not between"),
        ("engineer,primary weeks\nA,1e9", "line 2, column primary weeks: '1e9' is not between"),
        ("engineer,primary weeks\nA,0.125", "line 2, column primary weeks: '0.125' has more than two decimals"),
        ("engineer,day,primary weeks\nA,1.1.2026,1", "line 2, column day: '1.1.2026' is no date such as"),
        ("engineer,day,primary weeks\nA,2026-11-24,1", "line 2, column day: '2026-11-24' is not between"),
        ("engineer,primary weeks\nA,1\nengineer-a,2", "line 3, column primary weeks: is said in line 2 already"),
        ("engineer,primary weeks\nA,1,2", "line 2: has 3 cells, but the header has 2"),
        ("engineer,primary weeks\nA,0", "line 2: there is no amount in the table"),
        ("engineer,primary weeks\n", "line 1: there is no amount in the table"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(text, complaint):
    with pytest.raises(TableError) as refusal:
        parsed(text)
    assert str(refusal.value).startswith(complaint)


@given(st.text(max_size=200) | st.text("engir,wksdayp \n0123456789-.;\"'\t", max_size=200))
def test_no_text_at_all_makes_it_fail_otherwise(text):
    with contextlib.suppress(TableError):
        parsed(text)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1"])
def test_cells_that_a_spreadsheet_would_run_are_escaped(text):
    assert safe_cell(text) == f"'{text}"


def test_other_cells_stay_as_they_are():
    assert [safe_cell(text) for text in ("", "A", "1 = 1")] == ["", "A", "1 = 1"]
