import datetime as dt
from dataclasses import replace

import pytest

from rotations.domain.carried import Spell, capacity_weeks, holidays_served, mean_percent, weeks_on_call
from rotations.domain.roster import Calendar
from tests.rotations.domain.rosters import TEAM, A, B, C, cover, make_roster, shift, span, utc

YEAR = span("2026-01-05", "2027-01-04")  # 52 weeks


def test_part_time_counts_as_its_part_and_only_inside_the_window():
    spells = [Spell(span("2025-01-06", "2026-07-06"), 50), Spell(span("2026-07-06", "2028-01-03"), 100)]
    assert capacity_weeks(spells, [], YEAR) == pytest.approx(26 * 0.5 + 26)
    assert capacity_weeks([Spell(span("2024-01-01", "2025-01-06"), 100)], [], YEAR) == 0


@pytest.mark.parametrize(
    ("absences", "weeks"),
    [
        ([("2026-03-02", "2026-03-23")], 52),
        ([("2026-03-02", "2026-03-30")], 48),
        ([("2026-03-02", "2026-03-16"), ("2026-03-16", "2026-03-30")], 48),
        ([("2025-12-01", "2026-01-12")], 51),
        ([("2026-03-02", "2026-03-16"), ("2026-03-17", "2026-03-31")], 52),
    ],
)
def test_long_leave_asks_for_no_share_and_short_leave_does(absences, weeks):
    assert capacity_weeks([Spell(YEAR, 100)], [span(*one) for one in absences], YEAR) == pytest.approx(weeks)


def test_the_percentage_of_a_horizon_is_the_mean_over_the_time_of_membership():
    half, whole = Spell(span("2026-01-05", "2026-02-02"), 50), Spell(span("2026-02-02", "2026-03-30"), 100)
    assert mean_percent([half, whole], span("2026-01-05", "2026-03-30")) == pytest.approx((4 * 50 + 8 * 100) / 12)
    assert mean_percent([], YEAR) == 100


def test_a_week_on_call_is_one_however_many_roles_and_a_morning_is_none():
    morning = cover(1, 2, C, B, span("2026-11-24 08:00", "2026-11-24 11:00"))
    roster = make_roster([shift(A, id=1), shift(B, "secondary", id=2), shift(A, id=3, unit=21)], [morning])
    assert weeks_on_call(roster, roster.teams[TEAM], roster.window) == {A: 1, B: 1, C: 0}


def test_a_shift_of_two_weeks_is_two_weeks_on_call():
    both = span("2026-11-23 09:00", "2026-12-07 09:00")
    roster = make_roster([shift(A, at=both)], window=both)
    assert weeks_on_call(roster, roster.teams[TEAM], both) == {A: 2}


def test_holidays_served_are_those_of_whoever_has_duty_at_noon_company_days_among_them():
    thanksgiving, friday = dt.date(2026, 11, 26), dt.date(2026, 11, 27)
    stands_in = cover(1, 1, B, A, span("2026-11-26 00:00", "2026-11-27 00:00"))
    roster = make_roster([shift(A)], [stands_in])
    team = roster.teams[TEAM]
    calendar = Calendar(zone=team.calendar.zone, company_days={friday: "Bridge day"})
    people = {key: replace(one, holiday_calendar="US") for key, one in roster.people.items()}
    roster = replace(
        roster,
        people=people,
        teams={TEAM: replace(team, calendar=calendar)},
        holidays={"US": {thanksgiving: "Thanksgiving", dt.date(2026, 11, 30): "Later"}},
    )
    assert holidays_served(roster, roster.window) == {A: (friday,), B: (thanksgiving,)}
    assert utc("2026-11-30 12:00") >= roster.window.end
