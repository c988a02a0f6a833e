"""Rotas from elsewhere: three layouts, how people write weeks, roles and names, and where a table can't be read."""

import datetime as dt
from pathlib import Path

import pytest

from rotations.domain.audit_table import TableError
from rotations.domain.roster import Role
from rotations.domain.rota_table import Known, read_rota
from rotations.domain.rota_words import Meaning, Part, meaning, parts_of, read_role, read_week

ROOT = Path(__file__).parents[3]
KNOWN = Known(frozenset("abcd"), frozenset({"profit", "growth", "r&d, nightly"}))


def entries(text):
    return [(one.week, one.engineer, one.role, one.pipeline) for one in read_rota(text, KNOWN).entries]


ONE_WEEK = [(1, "A", "primary", "Profit"), (1, "B", "secondary", "Profit"), (1, "C", "primary", "Growth")]


@pytest.mark.parametrize(
    ("layout", "text"),
    [
        (
            "one assignment a line",
            "week,engineer,role,pipeline\n1,A,primary,Profit\n1,B,secondary,Profit\n1,C,primary,Growth\n",
        ),
        (
            "one assignment a line",
            "Person;Service;Duty;Date\r\nA;Profit;primary;1\r\nB;Profit;2nd;1\r\nC;Growth;primary;1\r\n",
        ),
        ("weeks as columns", "Pipeline\tWeek 1\nProfit\tA / B\nGrowth\tC\n"),
        ("weeks as columns", "Pipeline,Role,W1\nProfit,primary,A\n,secondary,B\nGrowth,primary,C\n,secondary,-\n"),
        ("weeks as columns", "Engineer;Week 1\nA;Profit (primary)\nB;secondary: Profit\nC;Growth - primary\n"),
        ("weeks as columns", ",1\nProfit (primary),A\nProfit (secondary),B\nGrowth (primary),C\n"),
        ("weeks as columns", "Our rota\n\nArea,Pipeline,Week 1\nMoney,Profit,\"A\nB\"\nMoney,Growth,C\n"),
        ("weeks as rows", "Week,Profit,Growth\nWeek 1,A/B,C\n"),
        ("weeks as rows", "Week,A,B,C\n1,Profit (p),Profit (s),Growth (p)\n"),
    ],
)  # fmt: skip
def test_the_same_week_is_read_from_every_layout(layout, text):
    rota = read_rota(text, KNOWN)
    found = [(week, who, read_role(role), what) for week, who, role, what in entries(text)]
    assert (rota.layout, sorted(found)) == (layout, sorted(ONE_WEEK))


def test_the_reference_table_is_read_line_by_line():
    rota = read_rota((ROOT / "oncall_portal" / "seed" / "proposed-rotation.csv").read_text(), KNOWN)
    assert (len(rota.entries), rota.weeks, rota.names("engineer")) == (26, (1, 2, 3, 4, 5), ("A", "B", "C", "D"))
    assert rota.entries[0].line == 2


def test_a_cell_of_a_sheet_may_hold_several_lines():
    text = 'Engineer,Week 1,Week 2\nA,"Profit (primary)\nGrowth (secondary)",\nB,,Growth (primary)\n'
    assert entries(text) == [
        (1, "A", "primary", "Profit"), (1, "A", "secondary", "Growth"), (2, "B", "primary", "Growth"),
    ]  # fmt: skip


def test_nobody_in_the_first_place_leaves_the_second_secondary():
    assert entries("Pipeline,W1\nProfit,- / B\n") == [(1, "B", "secondary", "Profit")]


def test_weeks_may_be_days():
    found = read_rota("Pipeline,Mon 23 Nov 2026,30.11.2026\nProfit,A/B,B/A\n", KNOWN)
    assert found.weeks == (dt.date(2026, 11, 23), dt.date(2026, 11, 30))


def test_what_nobody_knows_is_told_apart_by_the_heading():
    assert entries("Service,W1\nUnheard,Zoe/Yan\n") == [
        (1, "Zoe", "primary", "Unheard"),
        (1, "Yan", "secondary", "Unheard"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", 1, "", "the table is empty"),
        ("hello,world\nfoo,bar\n", 1, "", "begins with 'hello, world', but it is to begin with a line week,engineer"),
        ("week,engineer,role,pipeline\n", 1, "", "nobody has a role anywhere below this line"),
        ("week,engineer,role,pipeline\nsoon,A,primary,Profit\n", 2, "week", "'soon' is no week; write Week 3"),
        ("week,engineer,role,pipeline\n1,A,,Profit\n", 2, "role", "is empty; every assignment names"),
        ("week,engineer,role,pipeline\n1,A,primary,Profit\n2026-11-23,A,primary,Profit\n", 3, "engineer", "some weeks"),
        ("Pipeline,W1,later\nProfit,A,B\n", 1, "later", "'later' is no week"),
        ("Pipeline,W1,Week 1\nProfit,A,B\n", 1, "W1", "this week stands in the header twice"),
        ("Week,Profit\n1,A/B\n1,A/B\n", 3, "Week", "this week stands in the table twice"),
        ("Week,Profit\n1,A/B\n2,A/B\n3,A/B\nx,A/B\n", 5, "Week", "'x' is no week"),
        ("Pipeline,W1\nProfit,A/B/C\n", 2, "W1", "'A/B/C' names 3 people; say of each whether (primary)"),
        ("Engineer,W1\nA,Profit\n", 2, "W1", "'Profit' has no role; write Profit (primary)"),
        ("Thing,W1\nfoo,bar\n", 1, "Thing", "call this column pipeline or engineer"),
        ("Pipeline,W1\nProfit,\"A\n", 2, "", "a quotation mark"),
        ("Pipeline,W1\nProfit,A\0\n", 2, "", "has a NUL byte"),
        ("Pipeline" + ",W1" * 1100 + "\n", 1, "", "a table has at most 1,100 columns"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_where_and_how_to_mend_it(text, line, column, words):
    with pytest.raises(TableError) as refusal:
        read_rota(text, KNOWN)
    assert (refusal.value.line, refusal.value.column) == (line, column)
    assert words in refusal.value.message


def test_large_tables_are_refused():
    with pytest.raises(TableError, match="at most 10,000 rows"):
        read_rota("week,engineer,role,pipeline\n" + "1,A,primary,Profit\n" * 10_001, KNOWN)


@pytest.mark.parametrize(
    ("text", "week"),
    [
        ("3", 3), ("Week 3", 3), ("W03", 3), ("wk. 3", 3), ("CW 3", 3), ("2026-11-23", dt.date(2026, 11, 23)),
        ("2026-11-23 - 2026-11-29", dt.date(2026, 11, 23)), ("Week of Mon 23 Nov 2026", dt.date(2026, 11, 23)),
        ("Nov 23, 2026", dt.date(2026, 11, 23)), ("23.11.2026", dt.date(2026, 11, 23)),
        ("2026-11-23T09:00", dt.date(2026, 11, 23)),
        ("11/23/2026", None), ("2026-13-01", None), ("Wednesday", None), ("2026", None), ("", None),
    ],
)  # fmt: skip
def test_weeks_are_read_as_people_write_them(text, week):
    assert read_week(text) == week


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("A", [Part("A")]),
        ("A (primary), B (backup)", [Part("A", Role.PRIMARY), Part("B", Role.SECONDARY)]),
        ("R&D, nightly (p)", [Part("R&D, nightly", Role.PRIMARY)]),
        ("P: A\nS: B", [Part("A", Role.PRIMARY), Part("B", Role.SECONDARY)]),
        ("primary A | secondary B", [Part("A", Role.PRIMARY), Part("B", Role.SECONDARY)]),
        ("Profit (nightly)", [Part("Profit (nightly)")]),
    ],
)
def test_a_cell_is_taken_apart(cell, parts):
    assert parts_of(cell, KNOWN.pipelines) == parts


CALLED = {
    1: ["Data Engineer A", "A", "engineer-a"],
    2: ["Data Engineer B", "B", "engineer-b"],
    3: ["Ann Lee", "AL", "ann"],
}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a", Meaning(1, True)), ("data engineer b", Meaning(2, True)), ("Engineer A", Meaning(1, False)),
        ("Data-Engineer B", Meaning(2, False)), ("Lee", Meaning(3, False)), ("Ann Marie Lee", Meaning(3, False)),
        ("Data Engineer", Meaning(None, False)), ("Zoe", Meaning(None, False)), ("?!", Meaning(None, False)),
    ],
)  # fmt: skip
def test_names_are_looked_up_and_guessed_only_where_one_fits(name, found):
    assert meaning(name, CALLED) == found


def test_a_name_of_two_people_is_nobodys():
    assert meaning("A", {1: ["A"], 2: ["A"]}) == Meaning(None, False)


def test_roles_have_many_words():
    assert [read_role(word) for word in ("Primary", "2nd", "Back-up", "P", "cook")] == [
        Role.PRIMARY, Role.SECONDARY, Role.SECONDARY, Role.PRIMARY, None,
    ]  # fmt: skip
