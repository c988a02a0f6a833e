"""The standing audit of duty: gaps and thin time with their causes, clashes, and weeks that nobody planned."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

from rotations.domain.roster import Calendar, Role
from rotations.domain.spans import DAY, WEEK, Span
from rotations.domain.standing import Kind, is_within, standing_audit
from tests.rotations.domain.rosters import PIPELINE, UNIT, A, B, C, D, cover, make_roster, shift, span
from tests.rotations.domain.standing.watched import MONDAY, NOW, planned, told, watched, weeks, with_spells

HOUR = DAY / 24


def test_a_rotation_that_is_staffed_has_no_finding():
    assert standing_audit(watched()) == ()


def test_a_week_without_a_primary_is_a_gap_of_its_unit():
    [gap] = standing_audit(watched(planned(w2=[(B, "secondary")])))
    assert (gap.kind, gap.unit, gap.role, gap.pipelines) == (Kind.GAP, UNIT, Role.PRIMARY, (PIPELINE,))
    assert (gap.text, gap.span) == ("Profit has no primary: nobody is planned", weeks(2, 3))


def test_a_week_without_a_secondary_is_thin():
    [thin] = standing_audit(watched(planned(w2=[(A, "primary")])))
    assert (thin.kind, thin.role, thin.text) == (
        Kind.THIN, Role.SECONDARY, "Profit has no secondary: nobody is planned",
    )  # fmt: skip


def test_one_person_in_both_roles_is_a_clash_and_not_thin_too():
    [clash] = standing_audit(watched(planned(w1=[(A, "primary"), (A, "secondary")])))
    assert (clash.kind, clash.text) == (Kind.CLASH, "Profit: A is both primary and secondary")


def test_gaps_of_neighbouring_weeks_with_one_cause_are_one_finding():
    found = standing_audit(watched(planned(w2=[(B, "secondary")], w3=[(B, "secondary")])))
    assert [one.span for one in found] == [weeks(2, 4)]


def test_who_is_away_while_primary_leaves_a_gap_that_names_them():
    away = span("2026-12-01 00:00", "2026-12-03 00:00")
    gap, *others = standing_audit(watched(absences=[(A, away)]))
    assert (gap.kind, gap.also, gap.engineers, gap.span) == (Kind.GAP, (Kind.AWAY,), (A,), away)
    assert gap.text == "Profit has no primary: A is away and nobody covers"
    assert others == []  # A owns nothing


def test_who_is_away_as_secondary_leaves_it_thin():
    away = span("2026-12-01 00:00", "2026-12-03 00:00")
    [thin] = standing_audit(watched(absences=[(B, away)]))
    assert (thin.kind, thin.also, thin.text) == (
        Kind.THIN, (Kind.AWAY,), "Profit has no secondary: B is away and nobody covers",
    )  # fmt: skip


def test_a_cover_who_is_away_is_named_as_such():
    away = span("2026-12-01 00:00", "2026-12-03 00:00")
    covers = [cover(1, 11, C, A, away)]
    gap, *_ = standing_audit(watched(covers=covers, absences=[(A, away), (C, away)]))
    assert (gap.also, gap.engineers) == ((Kind.COVER_AWAY,), (C,))
    assert gap.text == "Profit has no primary: C, who covers, is away"


def test_an_absence_that_is_covered_is_no_finding_of_duty():
    away = span("2026-12-01 00:00", "2026-12-03 00:00")
    assert standing_audit(watched(covers=[cover(1, 11, D, A, away)], absences=[(A, away)])) == ()


def test_a_place_left_empty_by_a_cover_says_so():
    away = span("2026-12-01 00:00", "2026-12-03 00:00")
    [thin] = standing_audit(watched(covers=[cover(1, 12, None, B, away)]))
    assert (thin.kind, thin.span) == (Kind.THIN, away)
    assert thin.text == "Profit has no secondary: its place was left empty, as nobody is free"


def test_somebody_inactive_on_duty_leaves_a_gap_that_says_why():
    found = standing_audit(watched(planned(w1=[(C, "primary"), (B, "secondary")]), inactive=[C]))
    assert told(found) == [
        ("gap", "Profit has no primary: C is no longer active"),
        ("owners", "Profit: its owner C is no longer active"),
    ]
    assert found[0].also == (Kind.INACTIVE,)


def test_nobody_at_all_is_said_once():
    both = [(A, weeks(1, 2)), (B, weeks(1, 2))]
    [gap] = standing_audit(watched(absences=both))
    assert gap.text == "Profit has no primary and no secondary: A is away and nobody covers"


def test_what_is_over_is_no_finding():
    assert standing_audit(watched(absences=[(A, Span(MONDAY, NOW))])) == ()


def test_what_is_wrong_already_keeps_its_beginning_as_time_goes_on():
    away = span("2026-11-23 09:30", "2026-11-24 00:00")
    facts = watched(absences=[(A, away)])
    [gap] = standing_audit(facts)
    [later] = standing_audit(replace(facts, now=NOW + DAY / 4))
    assert (gap.span, gap.identity) == (away, later.identity)


def test_weeks_that_nobody_planned_are_one_finding_for_the_rotation():
    shifts = [one for one in planned() if one.span.start < MONDAY + 6 * WEEK]
    [found] = standing_audit(watched(shifts))
    assert (found.kind, found.also, found.span) == (Kind.UNPLANNED, (), weeks(6, 9))
    assert found.text == "nothing is planned for 3 weeks: nobody has duty"


def test_unplanned_weeks_behind_the_horizon_are_no_finding():
    shifts = [one for one in planned() if one.span.start < MONDAY + 6 * WEEK]
    assert standing_audit(watched(shifts, planned_until=MONDAY + 6 * WEEK)) == ()
    [found] = standing_audit(watched(shifts, planned_until=MONDAY + 7 * WEEK))
    assert (found.span, found.goes_on) == (weeks(6, 7), True)


def test_a_rotation_without_any_shift_has_a_gap_now():
    [found] = standing_audit(watched([]))
    assert (found.kind, found.is_gap, is_within(found, NOW)) == (Kind.UNPLANNED, True, True)


def test_a_rotation_without_units_has_nothing_to_plan():
    assert standing_audit(watched([], pipelines={})) == ()


def test_the_worst_comes_first_then_the_soonest():
    shifts = planned(w1=[(A, "primary")], w2=[(B, "secondary")], w4=[(B, "secondary")])
    found = standing_audit(watched(shifts))
    assert [(one.kind, one.span) for one in found] == [
        (Kind.GAP, weeks(2, 3)), (Kind.GAP, weeks(4, 5)), (Kind.THIN, weeks(1, 2)),
    ]  # fmt: skip


def test_only_what_begins_within_72_hours_is_near():
    near, far = (span(day, "2026-11-29 00:00") for day in ("2026-11-26 09:59", "2026-11-26 10:00"))
    assert [is_within(standing_audit(watched(absences=[(A, at)]))[0], NOW) for at in (near, far)] == [True, False]


def test_a_shift_of_somebody_who_left_is_found():
    facts = watched()
    members = dict.fromkeys([A, B, C, D], (weeks(),))
    left = with_spells(facts.roster, {**members, B: (weeks(0, 7),)})
    [found] = standing_audit(watched(roster=left))
    assert (found.kind, found.engineers, found.span) == (Kind.NOT_MEMBER, (B,), weeks(7, 9))
    assert found.text == "B has 2 shifts of Profit without being a member then"


def test_every_kind_has_words_and_a_place_in_the_order():
    assert [kind.rank for kind in Kind] == list(range(len(Kind)))
    assert len({kind.words for kind in Kind}) == len(Kind)


def test_an_hour_of_a_changed_clock_opens_no_gap():
    # Berlin's clocks went back on 25 October 2026: the week is an hour longer, and still handed over whole
    berlin = Calendar(ZoneInfo("Europe/Berlin"))
    shifts = [
        shift(who, role, id=10 * week + n, at=berlin.week_span(dt.date(2026, 10, 12) + week * WEEK))
        for week in range(4)
        for n, (who, role) in enumerate([(A, "primary"), (B, "secondary")])
    ]
    window = Span(shifts[0].span.start, shifts[-1].span.end)
    roster = make_roster(shifts, window=window, zone=berlin.zone)
    assert standing_audit(replace(watched(roster=roster), now=window.start)) == ()
    hour_short = [
        replace(one, span=Span(one.span.start, one.span.end - HOUR)) if one.id == 10 else one for one in shifts
    ]
    [gap] = standing_audit(replace(watched(roster=replace(roster, shifts=tuple(hour_short))), now=window.start))
    assert (gap.kind, gap.span) == (Kind.GAP, Span(shifts[2].span.end - HOUR, shifts[2].span.end))


def test_a_unit_is_watched_only_while_a_pipeline_stands_in_it():
    facts = watched([one for one in planned() if one.span.start < MONDAY + 6 * WEEK])
    other = replace(facts.roster.units[UNIT], id=UNIT + 1, name="Growth")
    ended = replace(other, stands={PIPELINE: weeks(0, 1)})
    both = [*facts.roster.shifts, *(replace(one, id=one.id + 500, unit=UNIT + 1) for one in planned()[:2])]
    roster = replace(facts.roster, shifts=tuple(both), units={**facts.roster.units, UNIT + 1: ended})
    assert told(standing_audit(watched(roster=roster, planned_until=MONDAY + 6 * WEEK))) == []
    for_ever = replace(roster, units={**facts.roster.units, UNIT + 1: other})
    [gap] = standing_audit(watched(roster=for_ever, planned_until=MONDAY + 6 * WEEK))
    assert (gap.unit, gap.span) == (UNIT + 1, weeks(1, 6))
