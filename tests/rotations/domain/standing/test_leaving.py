"""Gaps left so knowingly: what stays acknowledged, what opens again, and when the managers hear of it."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from rotations.domain.roster import Absence, Calendar, Role
from rotations.domain.spans import DAY, Span
from rotations.domain.standing import Confirmed, Kind, standing_audit, whole_weeks
from rotations.domain.standing.news import counts, mail_week, near_gaps, unheard
from tests.rotations.domain.rosters import UNIT, A, C, cover, span, utc
from tests.rotations.domain.standing.watched import MONDAY, NOW, planned, watched, weeks

AWAY = span("2026-12-01 00:00", "2026-12-03 00:00")
SEEN = utc("2026-11-20 12:00")


def confirmed(at=AWAY, *, role=Role.PRIMARY, decided=SEEN, id=1):
    return Confirmed(id, UNIT, role, at, decided)


def audited(facts, *rows):
    return [(one.span, one.confirmed) for one in standing_audit(replace(facts, confirmed=rows))]


GAP = watched(absences=[(A, AWAY)])


def test_a_confirmed_gap_stays_listed_and_is_not_open():
    [left] = standing_audit(replace(GAP, confirmed=(confirmed(),)))
    assert (left.span, left.confirmed, left.is_open) == (AWAY, 1, False)
    assert counts([left])[Kind.GAP] == 0


def test_it_is_gone_when_it_is_filled():
    filled = watched(covers=[cover(1, 11, C, A, AWAY)], absences=[(A, AWAY)])
    assert audited(filled, confirmed()) == []


def test_what_is_left_of_a_gap_that_is_filled_in_part_stays_confirmed():
    half = span("2026-12-01 00:00", "2026-12-02 00:00")
    rest = span("2026-12-02 00:00", "2026-12-03 00:00")
    filled = watched(covers=[cover(1, 11, C, A, half, decided="2026-11-21")], absences=[(A, AWAY)])
    assert audited(filled, confirmed()) == [(rest, 1)]


def test_what_grows_out_of_it_is_open():
    longer = watched(absences=[(A, span("2026-12-01 00:00", "2026-12-05 00:00"))])
    assert audited(longer, confirmed()) == [(AWAY, 1), (span("2026-12-03 00:00", "2026-12-05 00:00"), None)]


def test_each_part_is_confirmed_by_its_own_row():
    both = watched(planned(w2=[], w3=[]), absences=())
    found = standing_audit(replace(both, confirmed=(confirmed(weeks(2, 3)), confirmed(weeks(3, 4), id=2))))
    assert [(one.kind, one.span) for one in found] == [(Kind.UNPLANNED, weeks(2, 4))]  # nothing at all was planned
    thin = watched(planned(w2=[(A, "primary")], w3=[(A, "primary")]))
    rows = (confirmed(weeks(2, 3), role=Role.SECONDARY), confirmed(weeks(3, 4), role=Role.SECONDARY, id=2))
    assert audited(thin, *rows) == [(weeks(2, 3), 1), (weeks(3, 4), 2)]


@pytest.mark.parametrize("wrong", [confirmed(role=Role.SECONDARY), replace(confirmed(), unit=UNIT + 1)])
def test_a_confirmation_is_for_its_own_role_and_unit(wrong):
    assert audited(GAP, wrong) == [(AWAY, None)]


def test_a_gap_that_was_filled_and_opens_again_is_open():
    ended = replace(cover(1, 11, C, A, AWAY, decided="2026-11-21"), ended_at=utc("2026-11-22"))
    assert audited(watched(covers=[ended], absences=[(A, AWAY)]), confirmed()) == [(AWAY, None)]


def test_a_shift_that_changed_since_opens_it():
    shifts = [replace(one, changed_at=utc("2026-11-21")) if one.id == 11 else one for one in planned()]
    assert audited(watched(shifts, absences=[(A, AWAY)]), confirmed()) == [(AWAY, None)]


def test_an_absence_that_was_approved_since_opens_it():
    since = replace(GAP, decided={Absence(A, AWAY): utc("2026-11-21")})
    before = replace(GAP, decided={Absence(A, AWAY): utc("2026-11-19")})
    assert audited(since, confirmed()) == [(AWAY, None)]
    assert audited(before, confirmed()) == [(AWAY, 1)]


def test_the_newest_of_two_confirmations_counts():
    assert audited(GAP, confirmed(), confirmed(id=2, decided=utc("2026-11-21"))) == [(AWAY, 2)]


def test_a_gap_that_reaches_out_of_sight_is_confirmed_to_the_end_of_its_week():
    facts = replace(GAP, roster=replace(GAP.roster, window=Span(MONDAY, utc("2026-12-02 12:00"))))
    [gap] = standing_audit(facts)
    assert (gap.goes_on, whole_weeks(facts, gap)) == (True, span("2026-12-01 00:00", "2026-12-07 09:00"))


def test_managers_hear_of_near_gaps_once_and_again_when_they_change():
    soon = span("2026-11-25 00:00", "2026-11-27 00:00")
    [gap] = near_gaps(standing_audit(watched(absences=[(A, soon)])), NOW)
    assert unheard([gap], []) == (gap,)
    assert unheard([gap], [gap.identity]) == ()
    longer = near_gaps(standing_audit(watched(absences=[(A, Span(soon.start, soon.end + DAY))])), NOW)
    assert unheard(longer, [gap.identity]) == longer


def test_a_near_gap_that_is_left_knowingly_is_not_told():
    soon = span("2026-11-25 00:00", "2026-11-27 00:00")
    facts = watched(absences=[(A, soon)])
    assert near_gaps(standing_audit(replace(facts, confirmed=(confirmed(soon),))), NOW) == ()


@pytest.mark.parametrize(
    ("at", "week"),
    [
        ("2026-11-23 07:59", "2026-11-16"),
        ("2026-11-23 08:00", "2026-11-23"),
        ("2026-11-29 23:00", "2026-11-23"),
        ("2026-11-30 08:00", "2026-11-30"),
    ],
)
def test_the_weekly_mail_is_due_on_the_morning_of_the_hand_off(at, week):
    berlin = Calendar(ZoneInfo("Europe/Berlin"), handoff_time=dt.time(17))
    assert mail_week(berlin, utc(at)) == dt.date.fromisoformat(week)


def test_a_hand_off_before_the_working_day_is_the_morning_itself():
    early = Calendar(ZoneInfo("UTC"), handoff_weekday=4, handoff_time=dt.time(6))
    assert mail_week(early, utc("2026-11-27 06:00")) == dt.date(2026, 11, 27)
    assert mail_week(early, utc("2026-11-27 05:59")) == dt.date(2026, 11, 20)


def test_a_gap_that_was_confirmed_as_its_week_was_published_stays_confirmed():
    shifts = [replace(one, changed_at=SEEN) for one in planned()]
    assert audited(watched(shifts, absences=[(A, AWAY)]), confirmed()) == [(AWAY, 1)]
