"""The standing audit of people and pipelines: contacts, idle covers, requests, owners, runbooks, places."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotations.domain.covering import consequence
from rotations.domain.spans import DAY, Span
from rotations.domain.standing import Kind, Ownership, WaitingRequest, Watched, WatchedPipeline, standing_audit
from tests.factories import LONG_AGO
from tests.rotations.domain.covering_rosters import START, pair
from tests.rotations.domain.covering_rosters import roster as covering_roster
from tests.rotations.domain.rosters import MANAGER, PIPELINE, A, B, C, D, cover, span
from tests.rotations.domain.standing.watched import MONDAY, NOW, planned, told, watched, weeks

AWAY = span("2026-12-01 00:00", "2026-12-03 00:00")


def pipeline(**fields):
    fields = {"ownerships": (Ownership(LONG_AGO, None, C, D),), "reviewed_on": (NOW - DAY).date(), **fields}
    return {"pipelines": {PIPELINE: WatchedPipeline(PIPELINE, "Profit", "profit", **fields)}}


def test_who_has_duty_and_no_address_is_found_with_their_first_duty():
    [found] = standing_audit(watched(unreachable={B: "has no e-mail address"}))
    assert told([found]) == [("no_contact", "B has no e-mail address, and is secondary of Profit")]
    assert (found.engineers, found.span) == ((B,), weeks(0, 1))


def test_a_manager_without_an_address_is_found_and_a_member_without_duty_is_not():
    found = standing_audit(watched(unreachable={MANAGER: "has no e-mail address", C: "has no e-mail address"}))
    assert told(found) == [
        ("no_contact", "Manager has no e-mail address, and is called as a manager when nobody on duty answers")
    ]


def test_a_cover_that_gives_nobody_a_role_is_idle():
    found = standing_audit(watched(covers=[cover(7, 11, D, C, AWAY)]))
    assert told(found) == [
        ("idle_cover", "D is to cover as primary of Profit, but C does not hold it: it has no effect")
    ]
    assert (found[0].cover, found[0].span) == (7, AWAY)


def test_a_request_that_would_leave_a_gap_is_found_and_another_is_not():
    alone = {"w1": [(A, "primary"), (B, "secondary")]}
    facts = watched(planned(**alone), absences=[(B, AWAY), (C, AWAY), (D, AWAY)])
    asked = (WaitingRequest(5, A, AWAY), WaitingRequest(6, A, weeks(3, 4)))
    found = [one for one in standing_audit(replace(facts, requests=asked)) if one.kind is Kind.REQUEST]
    assert told(found) == [("request", "approving the time off that A asks for would leave Profit without a primary")]
    assert (found[0].request, found[0].span) == (5, AWAY)


def test_both_owners_away_at_once_are_found_and_one_alone_is_only_told():
    later = span("2026-12-02 00:00", "2026-12-05 00:00")
    both, *single = standing_audit(watched(absences=[(C, AWAY), (D, later)]))
    assert told([both]) == [("owners_away", "Profit: both owners, C and D, are away")]
    assert both.span == span("2026-12-02 00:00", "2026-12-03 00:00")
    assert told(single) == [
        ("owner_away", "C, an owner of Profit, is away"),
        ("owner_away", "D, an owner of Profit, is away"),
    ]
    assert [one.is_open for one in (both, *single)] == [True, False, False]


@pytest.mark.parametrize(
    ("ownerships", "words"),
    [
        ((), ["Profit has no owners"]),
        ((Ownership(LONG_AGO, dt.date(2026, 12, 7), C, D),), ["Profit has no owners from Mon 7 Dec 2026 on"]),
        ((Ownership(LONG_AGO, dt.date(2028, 1, 1), C, D),), []),
        (
            (
                Ownership(LONG_AGO, dt.date(2026, 12, 7), C, D),
                Ownership(dt.date(2026, 12, 7), None, D, C),
            ),
            [],
        ),
    ],
)
def test_a_pipeline_that_nobody_owns_now_or_soon_is_found(ownerships, words):
    found = standing_audit(watched(**pipeline(ownerships=ownerships)))
    assert told(found) == [("owners", text) for text in words]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"has_runbook": False, "needs_runbook": True}, [("no_runbook", "Profit has no runbook")]),
        ({"has_runbook": False}, []),
        ({"reviewed_on": None}, [("old_runbook", "the runbook of Profit was not reviewed yet")]),
        ({"reviewed_on": dt.date(2026, 5, 27)}, []),
        (
            {"reviewed_on": dt.date(2026, 5, 26)},
            [("old_runbook", "the runbook of Profit was not reviewed since Tue 26 May 2026")],
        ),
    ],
)
def test_runbooks_that_are_missing_or_old_are_found(fields, words):
    assert told(standing_audit(watched(**pipeline(**fields)))) == words


def test_no_review_is_asked_for_where_the_setting_is_off():
    assert standing_audit(watched(**pipeline(reviewed_on=None), review_days=0)) == ()


def test_a_pipeline_in_no_unit_is_found():
    lost = WatchedPipeline(99, "Churn", "churn")
    assert told(standing_audit(watched(placeless=(lost,)))) == [
        ("no_unit", "Churn stands in no unit: nobody carries its pager")
    ]


def test_an_absence_that_is_over_is_not_told():
    assert standing_audit(watched(absences=[(C, span("2026-11-23 09:00", "2026-11-23 10:00"))])) == ()
    assert MONDAY < NOW


@st.composite
def rosters(draw):
    """Two units over three weeks; some members are away without cover, one may be inactive, not all are trained."""
    pairs = []
    for unit in (1, 2):
        for week in range(3):
            primary, secondary = draw(st.permutations([1, 2, 3, 4]))[:2]
            pairs.append(pair(primary, draw(st.sampled_from([secondary, None])), unit, week))
    away = [(who, hours(*times)) for who, *times in draw(st.lists(st.tuples(st.integers(2, 4), *TIMES), max_size=4))]
    trained = {1, *draw(st.sets(st.integers(2, 4)))}
    inactive = draw(st.sets(st.integers(2, 4), max_size=1))
    return covering_roster(*pairs, away=away, inactive=inactive, qualified=trained)


TIMES = (st.integers(-48, 24 * 23), st.integers(6, 24 * 8))


def hours(first, length):
    start = START + dt.timedelta(hours=first)
    return Span(start, start + dt.timedelta(hours=length))


@given(rosters(), *TIMES)
def test_a_request_is_found_exactly_where_approving_it_would_leave_a_gap(roster, first, length):
    away = hours(first, length)
    facts = Watched(
        roster=roster,
        team=1,
        now=START,
        planned_until=START,
        pipelines={unit: WatchedPipeline(unit, f"Unit {unit}") for unit in roster.units},
        requests=(WaitingRequest(1, 1, away),),
    )
    found = [one.span for one in standing_audit(facts) if one.kind is Kind.REQUEST]
    gaps = consequence(roster, 1, away, START).gaps
    whole = [Span(min(gap.span.start for gap in gaps), max(gap.span.end for gap in gaps))] if gaps else []
    assert found == whole
