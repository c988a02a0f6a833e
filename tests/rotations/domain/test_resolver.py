"""Who is called: a table of cases, and a brute-force oracle that shares no code with the resolver."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotations.domain.duty import idle_covers
from rotations.domain.resolver import on_call, until
from rotations.domain.roster import Severity
from rotations.domain.spans import UTC, Span
from tests.rotations.domain.rosters import (
    ADMIN,
    MANAGER,
    PIPELINE,
    WEEK,
    A,
    B,
    C,
    D,
    cover,
    make_roster,
    shift,
    span,
    utc,
)

PAIR = (shift(A, id=1), shift(B, "secondary", id=2))
WORKING = utc("2026-11-24 10:00")
NIGHT = utc("2026-11-24 02:00")


def called(roster, at=WORKING, severity=Severity.CRITICAL):
    return [(responder.engineer, responder.role) for responder in on_call(roster, PIPELINE, at, severity).responders]


BEHIND = [(C, "primary owner"), (D, "secondary owner"), (MANAGER, "manager"), (ADMIN, "administrator")]


def test_the_primary_is_called_first_and_owners_managers_administrators_stand_behind():
    assert called(make_roster(PAIR)) == [(A, "primary"), (B, "secondary"), *BEHIND]


def test_nobody_stands_twice():
    chain = on_call(make_roster([shift(C), shift(D, "secondary", id=2)]), PIPELINE, WORKING)
    assert [responder.engineer for responder in chain.responders] == [C, D, MANAGER, ADMIN]
    assert [(row.engineer, row.because) for row in chain.skipped] == [(C, "called already"), (D, "called already")]


@pytest.mark.parametrize(
    ("at", "severity", "first", "because"),
    [
        (NIGHT, Severity.CRITICAL, B, "off-hours: the secondary goes first"),
        (NIGHT, Severity.HIGH, B, "off-hours: the secondary goes first"),
        (NIGHT, Severity.MEDIUM, A, "on duty as primary"),
        (utc("2026-11-28 10:00"), Severity.CRITICAL, B, "weekend: the secondary goes first"),
        (utc("2026-11-26 10:00"), Severity.CRITICAL, B, "public holiday (Thanksgiving): the secondary goes first"),
        (utc("2026-11-24 09:00"), Severity.CRITICAL, A, "on duty as primary"),
        (utc("2026-11-24 16:59"), Severity.CRITICAL, A, "on duty as primary"),
        (utc("2026-11-24 17:00"), Severity.CRITICAL, B, "off-hours: the secondary goes first"),
    ],
)
def test_outside_working_hours_the_secondary_goes_first_for_what_is_urgent(at, severity, first, because):
    roster = make_roster(PAIR, holidays={dt.date(2026, 11, 26): "Thanksgiving"})
    answer = on_call(roster, PIPELINE, at, severity).first
    assert (answer.engineer, answer.because) == (first, because)


def test_the_off_hours_rule_can_be_switched_off():
    assert called(make_roster(PAIR, off_hours_rule=False), NIGHT)[0] == (A, "primary")


def test_a_cover_applies_only_where_the_person_it_replaces_holds_the_role():
    """A away, B covers; B away, D covers; A cancels: A is back (design.md, Who is called)."""
    thursday = span("2026-11-26 00:00", "2026-11-27 00:00")
    at = utc("2026-11-26 12:00")
    b_for_a = cover(1, 1, B, A, thursday, decided="2026-11-01")
    d_for_b = cover(2, 1, D, B, thursday, decided="2026-11-02")
    primary = [shift(A)]
    assert called(make_roster(primary, [b_for_a, d_for_b]), at)[0] == (D, "primary")
    cancelled = cover(1, 1, B, A, thursday, decided="2026-11-01", ended_at=utc("2026-11-03"))
    roster = make_roster(primary, [cancelled, d_for_b])
    assert called(roster, at)[0] == (A, "primary")
    assert idle_covers(roster) == (d_for_b,)


def test_covers_apply_in_the_order_of_decision_whatever_their_number():
    at = span("2026-11-26 00:00", "2026-11-27 00:00")
    late, early = cover(1, 1, C, A, at, decided="2026-11-02"), cover(2, 1, B, A, at, decided="2026-11-01")
    assert called(make_roster([shift(A)], [late, early]), utc("2026-11-26 12:00"))[0] == (B, "primary")


def test_an_override_replaces_whoever_holds_the_role_and_says_for_whom():
    override = cover(1, 1, D, None, span("2026-11-24 00:00", "2026-11-25 00:00"))
    first = on_call(make_roster([shift(A)], [override]), PIPELINE, WORKING).first
    assert (first.engineer, first.covers_for, first.because) == (D, A, "on duty as primary; covers for A (time off)")


def test_a_place_left_empty_is_passed_over_with_the_reason():
    empty = cover(1, 2, None, B, WEEK)
    chain = on_call(make_roster(PAIR, [empty]), PIPELINE, WORKING)
    assert chain.order == ((A, "primary"), (C, "primary owner"))
    assert [(row.role, row.because) for row in chain.skipped] == [
        ("secondary", "left empty by a cover: nobody is free")
    ]


def test_who_is_away_or_inactive_is_skipped_with_the_reason():
    roster = make_roster(PAIR, absences=[(A, WEEK)], inactive={B})
    chain = on_call(roster, PIPELINE, WORKING)
    assert chain.order == ((C, "primary owner"), (D, "secondary owner"))
    assert [(row.engineer, row.because) for row in chain.skipped] == [
        (A, "away (approved time off)"),
        (B, "no longer active"),
    ]


def test_without_a_plan_the_owners_are_called():
    chain = on_call(make_roster(), PIPELINE, WORKING)
    assert chain.order == ((C, "primary owner"), (D, "secondary owner"))
    assert [row.because for row in chain.skipped] == ["no primary is planned", "no secondary is planned"]


def test_a_pipeline_in_no_rotation_falls_to_the_administrators():
    chain = on_call(make_roster(PAIR), 99, WORKING)
    assert chain.order == ((ADMIN, "administrator"),)


def test_if_everybody_is_skipped_the_last_administrator_is_called_and_it_is_a_finding():
    everybody = [(engineer, WEEK) for engineer in (A, B, C, D, MANAGER, ADMIN)]
    chain = on_call(make_roster(PAIR, absences=everybody), PIPELINE, WORKING)
    assert chain.order == ((ADMIN, "administrator"),)
    assert (
        chain.finding
        == "Everybody who could be called is away or inactive; the last administrator is called all the same."
    )


def test_without_an_administrator_the_finding_says_so():
    chain = on_call(make_roster(administrators=(), inactive={C, D, MANAGER}), PIPELINE, WORKING)
    assert (chain.first, chain.finding) == (None, "Nobody can be called: there is no administrator.")


def test_until_is_the_next_instant_at_which_somebody_else_is_first_or_second():
    assert until(make_roster(PAIR), PIPELINE, WORKING) == utc("2026-11-24 17:00")
    assert until(make_roster(PAIR, off_hours_rule=False), PIPELINE, WORKING) is None
    window = span("2026-11-23 09:00", "2026-12-07 09:00")
    assert until(make_roster(PAIR, off_hours_rule=False, window=window), PIPELINE, WORKING) == WEEK.end


# --- the oracle ------------------------------------------------------------------------------------------------------

CHANGES = [  # a zone and a fortnight in which its clocks change
    ("Europe/Berlin", "2026-03-22"),
    ("Europe/Berlin", "2026-10-18"),
    ("America/New_York", "2026-03-01"),
    ("America/New_York", "2026-10-25"),
    ("Australia/Lord_Howe", "2026-09-27"),
]
ENGINEERS = st.sampled_from([A, B, C, D])


@st.composite
def rosters(draw):
    zone, day = draw(st.sampled_from(CHANGES))
    zone, first = ZoneInfo(zone), dt.date.fromisoformat(day)
    handoff = dt.datetime.combine(first, dt.time(12), tzinfo=zone)
    edges = [(handoff + dt.timedelta(weeks=n)).astimezone(UTC) for n in range(3)]
    window = Span(edges[0], edges[2])
    spans = st.tuples(st.integers(0, 14 * 48), st.integers(1, 96)).map(
        lambda pair: Span(window.start + pair[0] * HALF_HOUR, window.start + sum(pair) * HALF_HOUR)
    )
    shifts = [
        shift(draw(ENGINEERS), role, id=10 * n + k, at=Span(edges[n], edges[n + 1]))
        for n in range(2)
        for k, role in enumerate(("primary", "secondary"))
        if draw(st.integers(0, 9))
    ]
    covers = [
        cover(
            n,
            draw(st.sampled_from([row.id for row in shifts])),
            draw(st.one_of(ENGINEERS, st.none())),
            draw(st.one_of(ENGINEERS, st.none())),
            draw(spans),
            decided=f"2026-01-0{draw(st.integers(1, 4))}",
            ended_at=draw(st.sampled_from([None, None, utc("2026-01-09")])),
        )
        for n in range(draw(st.integers(0, 5)) if shifts else 0)
    ]
    absences = [(draw(ENGINEERS), draw(spans)) for _ in range(draw(st.integers(0, 3)))]
    holidays = {first + dt.timedelta(days=draw(st.integers(0, 13))): "Holiday"} if draw(st.booleans()) else {}
    return make_roster(
        shifts, covers, absences, window=window, zone=zone, holidays=holidays, off_hours_rule=draw(st.booleans())
    )


HALF_HOUR = dt.timedelta(minutes=30)


def oracle(roster, at, severity):
    """Who is called, worked out from the rules alone, one instant at a time."""
    local = at.astimezone(next(iter(roster.teams.values())).calendar.zone)
    team = next(iter(roster.teams.values()))
    working = local.weekday() < 5 and 9 <= local.hour < 17 and local.date() not in team.calendar.holidays
    roles = ["primary", "secondary"]
    if team.off_hours_rule and not working and severity != "medium":
        roles.reverse()
    called = []
    for role in roles:
        for row in roster.shifts:
            if row.role == role and row.span.start <= at < row.span.end:
                who = row.engineer
                for c in sorted(roster.covers, key=lambda c: (c.decided_at, c.id)):
                    in_force = c.shift == row.id and c.ended_at is None and c.span.start <= at < c.span.end
                    if in_force and (c.replaces is None or c.replaces == who):
                        who = c.engineer
                called.append((who, role))
    called += [(C, "primary owner"), (D, "secondary owner"), (MANAGER, "manager"), (ADMIN, "administrator")]
    away = {a.engineer for a in roster.absences if a.span.start <= at < a.span.end}
    answer = []
    for who, role in called:
        if who is not None and who not in away and who not in [seen for seen, _ in answer]:
            answer.append((who, role))
    return answer


@given(rosters(), st.sampled_from(Severity), st.integers(0, 59))
def test_the_resolver_agrees_with_the_oracle_across_both_changes_of_the_clock(roster, severity, minute):
    at = roster.window.start + dt.timedelta(minutes=minute)
    while at < roster.window.end:
        assert called(roster, at, severity) == oracle(roster, at, severity), at
        at += dt.timedelta(minutes=37)


@given(rosters())
def test_minute_by_minute_through_the_night_of_the_change(roster):
    zone = next(iter(roster.teams.values())).calendar.zone
    at = roster.window.start
    while at.astimezone(zone).utcoffset() == (at + dt.timedelta(hours=1)).astimezone(zone).utcoffset():
        at += dt.timedelta(hours=1)
    for minute in range(-120, 180):
        moment = at + dt.timedelta(minutes=minute)
        assert called(roster, moment) == oracle(roster, moment, "critical"), moment


@given(rosters(), st.integers(0, 14 * 24 * 60 - 1))
def test_until_is_exact(roster, minutes):
    at = roster.window.start + dt.timedelta(minutes=minutes)
    edge = until(roster, PIPELINE, at)
    before = oracle(roster, at, "critical")[:2]
    if edge is not None:
        assert oracle(roster, edge, "critical")[:2] != before
    step = at
    while step < (edge or roster.window.end):
        assert oracle(roster, step, "critical")[:2] == before, step
        step += dt.timedelta(minutes=53)


def test_the_oracle_is_not_blind():
    """It sees an off-hours night, so that agreeing with it means something."""
    assert oracle(make_roster(PAIR), NIGHT, "critical")[0] == (B, "secondary")
