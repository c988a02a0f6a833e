"""Tables as people and spreadsheets write them, and every way one can be wrong."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotations.domain.audit_table import MAX_ROWS, MAX_WEEKS, Names, Row, TableError, decoded, parse_table
from rotations.domain.roster import Role

MISSING = "is missing; the header is to name week, engineer, role, pipeline, not"
ENGINEERS = Names.of([(1, ["A", "engineer-a", "Data Engineer A"]), (2, ["B", "engineer-b", "Data Engineer B"])])
PIPELINES = Names.of([(11, ["Unit-level profit", "unit-level-profit"]), (12, ["Daily growth", "daily-growth"])])
HEADER = "week,engineer,role,pipeline\n"
GOOD = "1,A,primary,Daily growth\n"
TWO_ROWS = (Row(2, 1, 1, Role.PRIMARY, 11), Row(3, 1, 2, Role.SECONDARY, 12))


def parsed(text):
    return parse_table(text, ENGINEERS, PIPELINES)


def error_of(text):
    with pytest.raises(TableError) as caught:
        parsed(text)
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "week,engineer,role,pipeline\n1,A,primary,Unit-level profit\n1,B,secondary,Daily growth",
        "week;engineer;role;pipeline\r\n1;A;primary;Unit-level profit\r\n1;B;secondary;Daily growth\r\n",
        "week\tengineer\trole\tpipeline\n1\tA\tprimary\tUnit-level profit\n1\tB\tsecondary\tDaily growth\n",
        "\ufeffPipeline, ROLE, Engineer, Week\nunit-level profit, Primary, a, 1\nDAILY-GROWTH, SECONDARY, B, 1",
        "week,engineer,role,pipeline\r1,data  engineer a,primary,unit-level-profit\r1,b,secondary,daily-growth",
        'week,engineer,role,note,pipeline\n1,A,primary,"so, what","Unit-level profit"\n1,B,secondary,,Daily growth',
        "week,engineer,role,pipeline,,\n1,A,primary,Unit-level profit,,,\n1,B,secondary,Daily growth",
    ],
    ids=["plain", "semicolons", "tabs", "any order and case", "old line ends", "another column", "trailing commas"],
)
def test_a_table_reads_the_same_however_it_is_written(text):
    assert parsed(text) == TWO_ROWS


def test_blank_lines_are_passed_over_and_lines_still_counted():
    assert [
        row.line for row in parsed(f"\n\n{HEADER}\n1,A,primary,Daily growth\n,,,\n  \n1,B,secondary,Daily growth\n")
    ] == [
        5,
        8,
    ]


def test_a_cell_over_two_lines_does_not_lose_count():
    text = f'{HEADER}1,"Data\nEngineer A",primary,Daily growth\n1,B,nurse,Daily growth\n'
    assert error_of(text) == "line 4, column role: 'nurse' is neither primary nor secondary"


def test_weeks_may_be_dates():
    (row,) = parsed(f"{HEADER}2026-11-23,A,primary,Daily growth")
    assert row.week == dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: the table is empty; it begins with a line week,engineer,role,pipeline"),
        (" \n\n", "line 1: the table is empty; it begins with a line week,engineer,role,pipeline"),
        (HEADER, "line 1: there is no row below the header"),
        (
            "week,engineer,pipeline\n1,A,Daily growth",
            f"line 1, column role: {MISSING} week, engineer, pipeline",
        ),
        (
            "\n1,A,primary,Daily growth",
            f"line 2, column week: {MISSING} 1, A, primary, Daily growth",
        ),
        ("week,engineer,role,pipeline,Role\n" + GOOD, "line 1, column role: stands in the header twice"),
        (HEADER + GOOD + "2,A,primry,Daily growth", "line 3, column role: 'primry' is neither primary nor secondary"),
        (HEADER + "1,,primary,Daily growth", "line 2, column engineer: is empty"),
        (HEADER + "1,A,primary", "line 2, column pipeline: is empty"),
        (HEADER + "1,A,primary,Daily growth,B", "line 2: has 5 cells, but the header has 4"),
        (
            HEADER + "first,A,primary,Daily growth",
            "line 2, column week: 'first' is neither a week's number nor a date such as 2026-11-23",
        ),
        (
            HEADER + "1.5,A,primary,Daily growth",
            "line 2, column week: '1.5' is neither a week's number nor a date such as 2026-11-23",
        ),
        (
            HEADER + "-1,A,primary,Daily growth",
            "line 2, column week: '-1' is neither a week's number nor a date such as 2026-11-23",
        ),
        (
            HEADER + "2026-02-30,A,primary,Daily growth",
            "line 2, column week: '2026-02-30' is neither a week's number nor a date such as 2026-11-23",
        ),
        (
            HEADER + "9" * 5000 + ",A,primary,Daily growth",
            f"line 2, column week: '{'9' * 59}…' is neither a week's number nor a date such as 2026-11-23",
        ),
        (HEADER + "1,E,primary,Daily growth", "line 2, column engineer: 'E' is unknown; known: A, B"),
        (
            HEADER + "1,A,primary,Growth",
            "line 2, column pipeline: 'Growth' is unknown; known: Unit-level profit, Daily growth",
        ),
        (
            HEADER + "1,A\x1b[31m,primary,Daily growth",
            "line 2, column engineer: 'A\N{REPLACEMENT CHARACTER}[31m' is unknown; known: A, B",
        ),
        (HEADER + GOOD + "1,\0,primary,Daily growth", "line 3: has a NUL byte in it; save the table as CSV in UTF-8"),
        (
            HEADER + GOOD + '2,"A,primary,Daily growth\n',
            'line 3: a quotation mark (") is not closed, or stands inside a cell',
        ),
        (
            HEADER + "1," + "A" * 140_000 + ",primary,Daily growth",
            "line 2: a cell has more than 131,072 characters; is a quotation mark not closed?",
        ),
        (
            HEADER + GOOD + "2026-11-23,A,primary,Daily growth",
            "line 3, column week: some weeks are numbers and some are dates; use one of the two",
        ),
        (
            HEADER + "2026-11-24,A,primary,Daily growth\n2026-11-23,A,primary,Daily growth",
            "line 3, column week: 2026-11-23 and 2026-11-24 are less than a week apart; name a week by one day",
        ),
    ],
)
def test_what_cannot_be_read_is_named_by_line_and_column(text, message):
    assert error_of(text) == message


def test_an_error_tells_its_place_apart():
    with pytest.raises(TableError) as caught:
        parsed(f"{HEADER}1,A,primry,Daily growth")
    error = caught.value
    assert (error.line, error.column, error.message) == (2, "role", "'primry' is neither primary nor secondary")


def test_the_most_rows_are_read_and_one_more_is_refused():
    assert len(parsed(HEADER + GOOD * MAX_ROWS)) == MAX_ROWS
    assert error_of(HEADER + GOOD * (MAX_ROWS + 1)) == "line 10002: a table has at most 10,000 rows"


def test_the_most_weeks_are_read_and_one_more_is_refused():
    rows = [f"{week},A,primary,Daily growth\n" for week in range(MAX_WEEKS + 1)]
    assert len(parsed(HEADER + "".join(rows[:-1]))) == MAX_WEEKS
    assert error_of(HEADER + "".join(rows)) == "line 522, column week: a table has at most 520 different weeks"


def test_an_ambiguous_name_is_not_guessed():
    engineers = Names.of([(1, ["AL", "Ada Lin"]), (2, ["al", "Al Low"])])
    with pytest.raises(TableError) as caught:
        parse_table(f"{HEADER}1,AL,primary,Daily growth", engineers, PIPELINES)
    assert str(caught.value) == "line 2, column engineer: 'AL' may mean 2 of them; give the full name"


def test_a_long_list_of_known_names_is_cut():
    engineers = Names.of([(number, [f"E{number}"]) for number in range(25)])
    with pytest.raises(TableError) as caught:
        parse_table(f"{HEADER}1,X,primary,Daily growth", engineers, PIPELINES)
    assert caught.value.message.endswith("E18, E19 and 5 more")


def test_bytes_are_utf8_with_or_without_a_mark():
    assert [decoded(b"\xef\xbb\xbfweek"), decoded("wéék".encode())] == ["week", "wéék"]


def test_bytes_that_are_not_utf8_are_named_by_line():
    with pytest.raises(TableError) as caught:
        decoded(b"week\nfirst\nJos\xe9\n")
    assert str(caught.value) == "line 3: is not UTF-8 text; save the table as CSV in UTF-8"


CELLS = st.sampled_from(
    ["1", "2", "A", "b", "primary", "Secondary", "daily growth", "", '"', "2026-11-23", "x,y", "\0"]
)
LINES = st.lists(st.lists(CELLS, max_size=6).map(",".join), max_size=8)


def line_of_error(text):
    """The line that can't be read, or None."""
    try:
        parsed(text)
    except TableError as error:
        return error.line
    return None


@given(st.one_of(st.text(), st.text().map(HEADER.__add__), LINES.map(lambda lines: HEADER + "\n".join(lines))))
def test_no_text_raises_anything_but_an_error_within_the_table(text):
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert (line_of_error(text) or 1) in range(1, lines + 1)
