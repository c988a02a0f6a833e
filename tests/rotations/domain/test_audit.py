"""The audit: the reference team's own table, every kind of finding, and a recount by brute force."""

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rotations.domain.audit import Finding, Kind, Load, Named, Portfolio, audit, example
from rotations.domain.audit_table import Row, parse_table, week_text
from rotations.domain.roster import Owners, Role

SEED = Path(__file__).parents[3] / "oncall_portal" / "seed"
FACTS = yaml.safe_load((SEED / "portfolio.yaml").read_text())
ID = {letter: number for number, letter in enumerate(FACTS["engineers"], start=1)}
PIPELINE = {row["metric"]: number for number, row in enumerate(FACTS["pipelines"], start=11)}
ENGINEERS = {id_: Named(id_, f"Data Engineer {x}", f"engineer-{x.lower()}", x) for x, id_ in ID.items()}
REFERENCE = Portfolio(
    engineers=ENGINEERS,
    pipelines={id_: Named(id_, name, name.lower().replace(" ", "-")) for name, id_ in PIPELINE.items()},
    owners={
        PIPELINE[row["metric"]]: Owners(ID[row["primary_owner"]], ID[row["secondary_owner"]])
        for row in FACTS["pipelines"]
    },
    members=frozenset(ENGINEERS),
)
A, B, C, D = ENGINEERS
# one pipeline, owned by A and B; C and D carry nothing unless a table says so
SMALL = Portfolio(ENGINEERS, {11: Named(11, "Profit", "profit")}, {11: Owners(A, B)}, members=frozenset({A, B}))
P, S = Role.PRIMARY, Role.SECONDARY


def parsed(text, portfolio=REFERENCE):
    return parse_table(text, portfolio.engineer_names(), portfolio.pipeline_names())


def reference():
    return audit(parsed((SEED / "proposed-rotation.csv").read_text()), REFERENCE)


def small(*assignments):
    """The one pipeline-week of a table of (engineer, role); lines count from 2, as below a header."""
    rows = [Row(line, 1, engineer, role, 11) for line, (engineer, role) in enumerate(assignments, start=2)]
    (one,) = audit(rows, SMALL).pipeline_weeks
    return one


def test_the_reference_table_has_the_known_findings():
    found = reference()
    assert (len(found.pipeline_weeks), found.covered) == (25, 2)
    assert found.counts() == {
        Kind.NO_PRIMARY: 13,
        Kind.NO_SECONDARY: 13,
        Kind.NOBODY: 3,
        Kind.TWO_PRIMARIES: 0,
        Kind.TWO_SECONDARIES: 2,
        Kind.CLASH: 0,
        Kind.NOT_AN_OWNER: 4,
        Kind.REPEATED: 0,
    }
    assert found.summary == "2 of 25 pipeline-weeks are fully covered, by one primary and one secondary."


def test_the_reference_table_finding_by_finding_in_its_third_week():
    found = [
        (one.pipeline.name, [finding.text for finding in one.findings]) for one in reference().wrong if one.week == 3
    ]
    assert found == [
        ("Unit-level profit", ["no primary; Data Engineer A is secondary"]),
        ("Aggregate profit", ["no secondary; Data Engineer D is primary"]),
        ("Aggregate growth", ["nobody at all", "no primary", "no secondary"]),
        ("Daily growth", ["no secondary; Data Engineer C is primary"]),
        ("Aggregate engagement", ["no primary; Data Engineer B is secondary"]),
    ]


def test_the_reference_table_covers_daily_growth_in_weeks_2_and_5_alone():
    covered = [(one.week, one.pipeline.name) for one in reference().pipeline_weeks if one.is_covered]
    assert covered == [(2, "Daily growth"), (5, "Daily growth")]


def test_the_reference_table_loads_the_engineers_unevenly():
    assert reference().loads == (
        Load(ENGINEERS[A], tokens=11, primary_weeks=4, secondary_weeks=3, weeks=5),
        Load(ENGINEERS[B], tokens=9, primary_weeks=2, secondary_weeks=5, weeks=5),
        Load(ENGINEERS[C], tokens=12, primary_weeks=5, secondary_weeks=2, weeks=5),
        Load(ENGINEERS[D], tokens=6, primary_weeks=1, secondary_weeks=4, weeks=5),
    )


@pytest.mark.parametrize(
    ("assignments", "covered", "expected"),
    [
        ([(A, P), (B, S)], True, []),
        ([(B, P), (A, S)], True, []),
        ([(B, S)], False, [(Kind.NO_PRIMARY, "no primary; Data Engineer B is secondary", ())]),
        ([(A, P)], False, [(Kind.NO_SECONDARY, "no secondary; Data Engineer A is primary", ())]),
        (
            [(A, P), (B, P), (B, S)],
            False,
            [
                (Kind.TWO_PRIMARIES, "two primaries: Data Engineer A and Data Engineer B", (2, 3)),
                (Kind.CLASH, "clash: Data Engineer B is both primary and secondary", (3, 4)),
            ],
        ),
        (
            [(A, P), (A, S)],
            False,
            [(Kind.CLASH, "clash: Data Engineer A is both primary and secondary", (2, 3))],
        ),
        (
            [(A, P), (A, S), (B, S)],
            False,
            [
                (Kind.TWO_SECONDARIES, "two secondaries: Data Engineer A and Data Engineer B", (3, 4)),
                (Kind.CLASH, "clash: Data Engineer A is both primary and secondary", (2, 3)),
            ],
        ),
        (
            [(A, P), (C, S)],
            True,
            [
                (
                    Kind.NOT_AN_OWNER,
                    "Data Engineer C, secondary, does not own it; its owners are Data Engineer A and Data Engineer B",
                    (3,),
                )
            ],
        ),
        (
            [(A, P), (B, S), (A, P)],
            True,
            [(Kind.REPEATED, "the same row again: Data Engineer A, primary", (2, 4))],
        ),
    ],
)
def test_each_kind_of_finding(assignments, covered, expected):
    one = small(*assignments)
    assert one.is_covered is covered
    assert [(finding.kind, finding.text, finding.lines) for finding in one.findings] == expected


def test_three_secondaries_are_one_finding_that_names_all():
    found = {finding.kind: finding.text for finding in small((A, P), (B, S), (C, S), (D, S)).findings}
    assert found[Kind.TWO_SECONDARIES] == "3 secondaries: Data Engineer B, Data Engineer C and Data Engineer D"


def test_a_pipeline_without_owners_makes_every_assignment_a_finding():
    ownerless = Portfolio(ENGINEERS, SMALL.pipelines, {})
    (one,) = audit([Row(2, 1, A, P, 11), Row(3, 1, B, S, 11)], ownerless).pipeline_weeks
    assert [finding.text for finding in one.findings] == [
        "Data Engineer A, primary, does not own it; it has no owners today",
        "Data Engineer B, secondary, does not own it; it has no owners today",
    ]


def test_a_repeated_row_is_carried_once():
    found = audit([Row(2, 1, A, P, 11), Row(3, 1, A, P, 11)], SMALL)
    assert found.loads == (Load(ENGINEERS[A], 2, 1, 0, 1), Load(ENGINEERS[B], 0, 0, 0, 0))


def test_the_rotations_own_weights_make_the_tokens():
    heavy = Portfolio(ENGINEERS, SMALL.pipelines, SMALL.owners, weights={P: 5, S: 3})
    assert [load.tokens for load in audit([Row(2, 1, A, P, 11), Row(3, 1, B, S, 11)], heavy).loads] == [5, 3]


def test_weeks_stand_in_order_whatever_the_order_of_rows():
    rows = [Row(line, week, A, P, 11) for line, week in enumerate([10, 9, 2], start=2)]
    assert audit(rows, SMALL).weeks == (2, 9, 10)


def test_weeks_in_words():
    assert [week_text(3), week_text(dt.date(2026, 11, 23))] == ["Week 3", "Week of Mon 23 Nov 2026"]


def test_the_place_of_a_finding_in_words():
    assert [Finding(Kind.CLASH, "", lines=lines).place for lines in ((), (3,), (3, 5))] == ["", "line 3", "lines 3, 5"]


def test_the_example_is_a_table_that_covers_what_it_names():
    text = example(REFERENCE)
    assert text == (
        "week,engineer,role,pipeline\n"
        "1,A,primary,Unit-level profit\n1,B,secondary,Unit-level profit\n"
        "1,C,primary,Aggregate profit\n1,D,secondary,Aggregate profit\n"
    )
    assert audit(parsed(text), REFERENCE).covered == 2


def test_findings_by_week_can_be_cut():
    found = reference()
    assert [(week, len(wrong)) for week, wrong in found.wrong_by_week(most=7)] == [("Week 1", 5), ("Week 2", 2)]
    assert [len(wrong) for _week, wrong in found.wrong_by_week()] == [5, 5, 5, 5, 5]


ROWS = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from([*ENGINEERS]), st.sampled_from(Role), st.sampled_from([11, 12, 13])),
    min_size=1,
    max_size=40,
)


def recount(rows, portfolio):
    """The audit's figures counted row by row, without a thought for speed."""
    counts = Counter()
    cells = [(week, pipeline) for week in {row.week for row in rows} for pipeline in portfolio.pipelines]
    for week, pipeline in cells:
        here = [(row.role, row.engineer) for row in rows if (row.week, row.pipeline) == (week, pipeline)]
        primaries, secondaries = ({who for of, who in here if of is role} for role in Role)
        counts["covered"] += len(primaries) == 1 and len(secondaries) == 1 and primaries != secondaries
        counts[Kind.NO_PRIMARY] += not primaries
        counts[Kind.NO_SECONDARY] += not secondaries
        counts[Kind.NOBODY] += not here
        counts[Kind.TWO_PRIMARIES] += len(primaries) > 1
        counts[Kind.TWO_SECONDARIES] += len(secondaries) > 1
        counts[Kind.CLASH] += len(primaries & secondaries)
        counts[Kind.NOT_AN_OWNER] += sum(who not in portfolio.owners_of(pipeline) for _role, who in set(here))
        counts[Kind.REPEATED] += len(here) - len(set(here))
    return len(cells), counts


@given(ROWS)
def test_counts_agree_with_a_naive_recount(assignments):
    rows = [Row(line, *assignment) for line, assignment in enumerate(assignments, start=2)]
    portfolio = Portfolio(
        ENGINEERS,
        {id_: REFERENCE.pipelines[id_] for id_ in (11, 12, 13)},
        {11: Owners(A, B), 12: Owners(C, D)},
    )
    found = audit(rows, portfolio)
    number, counts = recount(rows, portfolio)
    assert (len(found.pipeline_weeks), found.covered) == (number, counts.pop("covered"))
    assert found.counts() == {kind: counts[kind] for kind in Kind}
    once = {(row.week, row.engineer, row.role, row.pipeline) for row in rows}
    assert sum(load.tokens for load in found.loads) == sum(2 if role is P else 1 for _w, _e, role, _p in once)
    assert sum(load.weeks for load in found.loads) == len({(week, engineer) for week, engineer, _r, _p in once})
