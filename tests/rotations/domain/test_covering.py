"""Who covers an absence: cases, and what holds for every roster."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rotations.domain.coverage import compared
from rotations.domain.covering import consequence, ending, with_covers
from rotations.domain.duty import duties
from rotations.domain.ledger import ledger
from rotations.domain.roster import Absence, Role
from rotations.domain.spans import WEEK, Span
from tests.rotations.domain.covering_rosters import LONG_AGO, START, A, B, C, D, cover, days, pair, roster

EARLY = LONG_AGO
THURSDAY = days(26, 27)


def rows(found):
    """Changes as short facts: unit, role, first and last instant, before > after, why."""
    names = {None: "-", **dict(zip(range(1, 9), "ABCDEFGH", strict=True))}
    return [
        (
            change.unit,
            change.role.value,
            f"{change.span.start:%d %H}-{change.span.end:%d %H}",
            f"{names[change.before]}>{names[change.after]}",
            change.why,
        )
        for change in found.changes
    ]


def test_the_secondary_steps_up_and_the_vacated_place_goes_to_the_lowest_balance():
    team = roster(pair(A, B), pair(C, D, unit=2), pair(C, B, week=-1))
    found = consequence(team, A, THURSDAY, EARLY)
    assert rows(found) == [
        (1, "primary", "26 00-27 00", "A>B", "steps up"),
        (1, "secondary", "26 00-27 00", "B>D", "fills in, balance -1.2"),
    ]
    assert (found.gaps, found.thin, found.clashes, found.warnings) == ((), (), (), ())
    assert found.told == (B, D)
    assert found.sentences == ("Nobody is left uncovered.", "2 other people will be told.")


def test_equal_balances_go_to_the_smaller_id():
    assert rows(consequence(roster(pair(A, B)), A, THURSDAY, EARLY))[1][3] == "B>C"


def test_an_absent_secondary_is_filled_likewise():
    assert rows(consequence(roster(pair(A, B)), B, THURSDAY, EARLY)) == [
        (1, "secondary", "26 00-27 00", "B>C", "fills in, balance -0.8")
    ]


def test_with_the_secondary_away_too_the_lowest_balance_becomes_primary():
    found = consequence(roster(pair(A, B), away=[(B, days(25, 28))]), A, THURSDAY, EARLY)
    assert rows(found) == [(1, "primary", "26 00-27 00", "A>C", "fills in, balance -0.8")]
    assert found.thin == ()  # it was thin before


def test_an_inactive_secondary_does_not_step_up():
    found = consequence(roster(pair(A, B), inactive=[B]), A, THURSDAY, EARLY)
    assert rows(found) == [(1, "primary", "26 00-27 00", "A>C", "fills in, balance -0.8")]


def test_a_secondary_away_for_a_part_steps_up_for_the_rest():
    team = roster(pair(A, B), away=[(B, THURSDAY)])
    assert [row[:4] for row in rows(consequence(team, A, days(25, 28), EARLY))] == [
        (1, "primary", "25 00-26 00", "A>B"),
        (1, "primary", "26 00-27 00", "A>C"),
        (1, "primary", "27 00-28 00", "A>B"),
        (1, "secondary", "25 00-26 00", "B>D"),
        (1, "secondary", "27 00-28 00", "B>D"),
    ]


def test_nobody_left_is_a_gap():
    found = consequence(roster(pair(A, None), members=[A]), A, THURSDAY, EARLY)
    assert rows(found) == [(1, "primary", "26 00-27 00", "A>-", "nobody is free")]
    assert [stretch.span for stretch in found.gaps] == [THURSDAY]
    assert found.covers == ()
    assert found.sentences[0] == "Without a primary for 1 day."


def test_nobody_to_fill_the_vacated_place_is_thin_and_leaves_it_empty():
    found = consequence(roster(pair(A, B), members=[A, B]), A, THURSDAY, EARLY)
    assert rows(found) == [
        (1, "primary", "26 00-27 00", "A>B", "steps up"),
        (1, "secondary", "26 00-27 00", "B>-", "nobody is free"),
    ]
    assert ([stretch.span for stretch in found.thin], found.gaps, found.clashes) == ([THURSDAY], (), ())
    assert [(row.shift, row.engineer, row.replaces) for row in found.covers] == [(101, B, A), (102, None, B)]
    assert found.sentences == (
        "Nobody is left uncovered.",
        "Without a secondary for 1 day.",
        "1 other person will be told.",
    )


def test_a_gap_that_was_there_before_is_not_counted():
    found = consequence(roster(pair(A, None), members=[A], away=[(A, days(26, 28))]), A, THURSDAY, EARLY)
    assert (found.changes, found.gaps) == ((), ())


def test_who_covers_and_goes_away_is_covered_on_that_shift():
    covers = [cover(101, A, B, days(25, 28)), cover(102, B, C, days(25, 28), 2)]
    team = roster(pair(A, B), covers=covers, away=[(A, days(25, 28))])
    found = consequence(team, B, THURSDAY, EARLY)
    assert [row[:4] for row in rows(found)] == [
        (1, "primary", "26 00-27 00", "B>C"),
        (1, "secondary", "26 00-27 00", "C>D"),
    ]
    assert [(row.shift, row.replaces, row.engineer) for row in found.covers] == [(101, B, C), (102, C, D)]


def test_when_the_first_absence_is_cancelled_the_cover_of_its_cover_does_nothing():
    covers = [cover(101, A, B, days(25, 28)), cover(102, B, C, days(25, 28), 2)]
    team = roster(pair(A, B), covers=covers, away=[(A, days(25, 28))])
    both_away = replace(team, absences=(*team.absences, Absence(B, THURSDAY)))
    later = with_covers(both_away, consequence(team, B, THURSDAY, EARLY).covers, EARLY)
    found = ending(later, A, days(25, 28), [1, 2], EARLY)
    assert [row[:4] for row in rows(found)] == [
        (1, "primary", "25 00-26 00", "B>A"),
        (1, "primary", "26 00-27 00", "C>A"),
        (1, "primary", "27 00-28 00", "B>A"),
        (1, "secondary", "25 00-26 00", "C>B"),
        (1, "secondary", "26 00-27 00", "D>-"),
        (1, "secondary", "27 00-28 00", "C>B"),
    ]
    assert found.gaps == ()


def test_one_person_fills_in_over_a_hand_off():
    team = roster(pair(C, B), pair(D, B, week=1))
    found = consequence(team, B, Span(START + WEEK - dt.timedelta(days=1), START + WEEK + dt.timedelta(days=1)), EARLY)
    assert [row[3] for row in rows(found)] == ["B>A"]
    assert [(row.shift, row.engineer) for row in found.covers] == [(102, A), (112, A)]


def test_somebody_free_for_the_whole_goes_before_a_lower_balance():
    team = roster(pair(A, B), pair(C, C, unit=2), away=[(D, days(27, 28))])
    assert [row[3] for row in rows(consequence(team, B, days(26, 28), EARLY))] == ["B>C"]


def test_several_units_spread_as_balances_change_with_every_piece():
    team = roster(*(pair(A, B, unit=unit) for unit in (1, 2, 3, 4)), max_roles_per_week=9)
    found = consequence(team, B, days(24, 30), EARLY)
    assert [row[3] for row in rows(found)] == ["B>C", "B>D", "B>C", "B>D"]


def test_who_has_enough_roles_that_week_comes_last():
    busy = [pair(A, B), pair(None, C, unit=2), pair(None, C, unit=3), pair(D, B, unit=2, week=-1), pair(D, B, 2, -2)]
    assert rows(consequence(roster(*busy, max_roles_per_week=3), A, THURSDAY, EARLY))[1][3] == "B>C"
    assert rows(consequence(roster(*busy, max_roles_per_week=2), A, THURSDAY, EARLY))[1][3] == "B>D"


def test_more_roles_a_week_than_wanted_is_a_warning():
    team = roster(pair(A, B), pair(None, C, unit=2), members=[A, B, C], max_roles_per_week=1)
    # B, who steps up, has one place as before
    assert consequence(team, A, THURSDAY, EARLY).warnings == (
        "C has 2 roles in the week of Mon 23 Nov 2026; at most 1 is wanted.",
    )


def test_the_past_is_never_covered():
    now = days(26, 27).start + dt.timedelta(hours=12)
    found = consequence(roster(pair(A, B)), A, days(25, 28), now)
    assert {row[2] for row in rows(found)} == {"26 12-28 00"}
    assert consequence(roster(pair(A, B)), A, days(24, 25), now).sentences == (
        "These days are over: duty stays as it was.",
    )


def test_an_absence_without_duty_changes_nothing():
    assert consequence(roster(pair(A, B)), C, THURSDAY, EARLY).sentences == ("No duty is touched.",)


def test_somebody_in_both_roles_of_different_units_is_covered_in_each():
    found = consequence(roster(pair(A, B), pair(C, A, unit=2)), A, THURSDAY, EARLY)
    assert [row[:4] for row in rows(found)] == [
        (1, "primary", "26 00-27 00", "A>B"),
        (1, "secondary", "26 00-27 00", "B>D"),
        (2, "secondary", "26 00-27 00", "A>D"),
    ]


def test_only_qualified_members_fill_in():
    found = consequence(roster(pair(A, B), qualified=[A, B, D, 7]), A, THURSDAY, EARLY)
    assert rows(found)[1][3] == "B>D"


def test_the_shares_tell_what_everybody_carries_before_and_after():
    found = consequence(roster(pair(A, B)), A, THURSDAY, EARLY)
    assert [(row.engineer, round(row.before.tokens, 3), round(row.after.tokens, 3)) for row in found.shares] == [
        (A, 2, 1.714),
        (B, 1, 1.143),
        (C, 0, 0.143),
    ]


def test_the_digest_changes_with_the_facts_and_not_with_time():
    team, span = roster(pair(A, B)), days(25, 28)
    seen = consequence(team, A, span, days(26, 27).start).digest
    assert consequence(team, A, span, days(26, 27).start + dt.timedelta(seconds=5)).digest == seen
    changed = replace(team, absences=(Absence(C, span),))
    assert consequence(changed, A, span, days(26, 27).start).digest != seen


@st.composite
def rosters(draw):
    """Two units over three weeks, staffed without clashes, with absences approved one after the other."""
    people = [A, B, C, D]
    pairs = []
    for unit in (1, 2):
        for week in range(3):
            primary, secondary = draw(st.permutations(people))[:2]
            pairs.append(pair(primary, draw(st.sampled_from([secondary, None])), unit, week))
    return roster(*pairs, inactive=draw(st.sets(st.sampled_from(people), max_size=1)))


HOURS = st.integers(-48, 24 * 23)
ABSENCES = st.lists(st.tuples(st.sampled_from([A, B, C, D]), HOURS, st.integers(6, 24 * 8)), min_size=1, max_size=4)


def approved(team, engineer, span):
    """The roster after a request was approved; as it was where approval is refused or the engineer is away already."""
    if team.is_away_in(engineer, span):
        return team
    found = consequence(team, engineer, span, EARLY)
    assert found.clashes == ()
    if found.gaps:
        return team
    return with_covers(replace(team, absences=(*team.absences, Absence(engineer, span))), found.covers, EARLY)


def holders(team):
    return [(duty.unit, duty.role, duty.span, duty.engineer) for duty in duties(team)]


def asked(absences):
    for engineer, hours, length in absences:
        start = START + dt.timedelta(hours=hours)
        yield engineer, Span(start, start + dt.timedelta(hours=length))


@settings(max_examples=150, deadline=None)
@given(rosters(), ABSENCES)
def test_approvals_make_no_gap_and_no_clash(team, absences):
    after = team
    for engineer, span in asked(absences):
        after = approved(after, engineer, span)
    for unit in team.units:
        for old, new in compared(team, after, team.window, unit):
            assert old.is_gap or not new.is_gap
            assert not new.is_clash
    for role in Role:
        # whoever is away has no duty: they were replaced, or the place was left empty
        held = [duty for duty in duties(after) if duty.role is role and after.people[duty.engineer].is_active]
        assert not [duty for duty in held if after.is_away_in(duty.engineer, duty.span)]


@settings(max_examples=100, deadline=None)
@given(rosters(), ABSENCES)
def test_cancelling_gives_back_exactly_the_former_duty(team, absences):
    for engineer, span in asked(absences):
        before, after = team, approved(team, engineer, span)
        if after is before or not team.people[engineer].is_active:
            continue
        made = {row.id for row in after.covers} - {row.id for row in before.covers}
        kept = tuple(row for row in after.covers if row.id not in made)
        absences_kept = tuple(row for row in after.absences if row != Absence(engineer, span))
        assert holders(replace(after, covers=kept, absences=absences_kept)) == holders(before)
        assert ending(after, engineer, span, made, EARLY).gaps == ()
        team = after


@settings(max_examples=60, deadline=None)
@given(rosters(), ABSENCES)
def test_the_ledger_adds_up_to_the_calendar(team, absences):
    for engineer, span in asked(absences):
        team = approved(team, engineer, span)
    total = sum(load.tokens for load in ledger(team).values())
    hours = sum(duty.span.length / WEEK * (2 if duty.role is Role.PRIMARY else 1) for duty in duties(team))
    assert total == pytest.approx(hours)
