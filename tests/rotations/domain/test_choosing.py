"""Who is chosen to cover, what takes the place of approved time off, and who else could: cases, and a property."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from rotations.domain.alternatives import openings
from rotations.domain.covering import Choice, Instead, consequence, with_covers, without
from rotations.domain.difference import Consequence
from rotations.domain.duty import duties
from rotations.domain.roster import Absence, Role
from rotations.domain.spans import WEEK, Span
from rotations.domain.summary import one_line
from tests.rotations.domain.covering_rosters import LONG_AGO, START, A, B, C, D, cover, days, pair, roster
from tests.rotations.domain.test_covering import rows

UTC = ZoneInfo("UTC")
THURSDAY = days(26, 27)
PRIMARY, SECONDARY = Role.PRIMARY, Role.SECONDARY


def decided(team, found, engineer, span, instead=None, now=LONG_AGO):
    """The roster once a decision is taken."""
    if instead:
        team = without(team, engineer, instead.span, instead.covers, now)
    team = replace(team, absences=(*team.absences, Absence(engineer, span)))
    return with_covers(team, found.covers, now)


def held(team):
    return [(duty.unit, duty.role, duty.span, duty.engineer) for duty in duties(team)]


def test_who_is_chosen_fills_the_vacated_place_instead():
    found = consequence(roster(pair(A, B)), A, THURSDAY, LONG_AGO, choices=[Choice(1, SECONDARY, THURSDAY, D)])
    assert rows(found) == [
        (1, "primary", "26 00-27 00", "A>B", "steps up"),
        (1, "secondary", "26 00-27 00", "B>D", "chosen, balance -0.8"),
    ]


def test_who_is_chosen_as_primary_leaves_the_secondary_where_they_are():
    found = consequence(roster(pair(A, B)), A, THURSDAY, LONG_AGO, choices=[Choice(1, PRIMARY, THURSDAY, C)])
    assert rows(found) == [(1, "primary", "26 00-27 00", "A>C", "chosen, balance -0.8")]


def test_the_secondary_chosen_as_primary_steps_up_as_they_would_anyway():
    chosen = consequence(roster(pair(A, B)), A, THURSDAY, LONG_AGO, choices=[Choice(1, PRIMARY, THURSDAY, B)])
    assert rows(chosen) == rows(consequence(roster(pair(A, B)), A, THURSDAY, LONG_AGO))


def test_a_choice_for_a_part_leaves_the_rest_to_the_rule():
    found = consequence(roster(pair(A, B)), B, days(25, 28), LONG_AGO, choices=[Choice(1, SECONDARY, THURSDAY, D)])
    assert [row[2:4] for row in rows(found)] == [("25 00-26 00", "B>C"), ("26 00-27 00", "B>D"), ("27 00-28 00", "B>C")]


def test_who_cannot_cover_is_refused_with_the_reason_and_the_rule_holds():
    team = roster(pair(A, B), away=[(D, THURSDAY)], qualified=[A, B, C, D])
    for engineer, reason in (
        (D, "D cannot take secondary of Unit 1: away in that time."),
        (B, "B cannot take secondary of Unit 1: primary there already."),
        (A, "A cannot take secondary of Unit 1: it is their time off."),
        (7, "G cannot take secondary of Unit 1: not trained for it."),
        (99, "Somebody cannot take secondary of Unit 1: not trained for it."),
    ):
        found = consequence(team, A, THURSDAY, LONG_AGO, choices=[Choice(1, SECONDARY, THURSDAY, engineer)])
        assert (found.refusals, rows(found)[1][3]) == ((reason,), "B>C")


def test_a_change_keeps_who_covers_and_gives_back_what_is_no_longer_asked():
    old = Instead(days(25, 27), frozenset({1, 2}))
    team = roster(
        pair(A, B),
        covers=[cover(101, A, B, old.span, 1), cover(102, B, D, old.span, 2)],
        away=[(A, old.span)],
    )
    found = consequence(team, A, days(26, 28), LONG_AGO, instead=old)
    assert rows(found) == [
        (1, "primary", "25 00-26 00", "B>A", ""),
        (1, "primary", "27 00-28 00", "A>B", "steps up"),
        (1, "secondary", "25 00-26 00", "D>B", ""),
        (1, "secondary", "27 00-28 00", "B>C", "fills in, balance -0.8"),
    ]
    after = decided(team, found, A, days(26, 28), old)
    assert [row for row in held(after) if row[2] == days(26, 27) and row[1] is SECONDARY] == [
        (1, SECONDARY, days(26, 27), D)
    ]


def test_a_change_of_what_has_begun_leaves_the_past():
    old, noon = Instead(days(25, 28), frozenset({1, 2})), dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)
    team = roster(
        pair(A, B), covers=[cover(101, A, B, old.span, 1), cover(102, B, D, old.span, 2)], away=[(A, old.span)]
    )
    shorter = Span(old.span.start, days(27, 28).start)
    found = consequence(team, A, shorter, noon, instead=old)
    after = decided(team, found, A, shorter, old, noon)
    assert [(span, engineer) for _, role, span, engineer in held(after) if role is PRIMARY] == [
        (Span(START, days(25, 26).start), A),
        (Span(shorter.start, noon), B),
        (Span(noon, shorter.end), B),
        (Span(shorter.end, START + WEEK), A),
    ]


def test_each_place_has_up_to_five_others_the_possible_first_with_what_speaks_against_them():
    members = (A, B, C, D, 5, 6, 7, 8)
    team = roster(
        pair(A, B),
        pair(D, 5, unit=2),
        pair(D, 5, unit=3),
        members=members,
        away=[(6, days(26, 27)), (7, Span(days(26, 27).start, days(26, 27).start + dt.timedelta(hours=2)))],
        max_roles_per_week=2,
    )
    found = consequence(team, A, THURSDAY, LONG_AGO)
    primary, secondary = openings(found, UTC)
    assert (primary.taken_by, secondary.taken_by) == (B, C)
    assert [(one.engineer, one.conflicts, one.can_take) for one in secondary.alternatives] == [
        (8, (), True),
        (5, ("3 roles in the week of Mon 23 Nov 2026, at most 2 wanted",), True),
        (D, ("3 roles in the week of Mon 23 Nov 2026, at most 2 wanted",), True),
        (6, ("away Thu 26 Nov 2026",), False),
        (7, ("away Thu 26 Nov 2026, 00:00 to 02:00",), False),
    ]
    # who takes the vacated place may as well be primary, and then it is not vacated
    assert (C, True) in [(one.engineer, one.can_take) for one in primary.alternatives]


def test_rest_between_primary_weeks_speaks_against_somebody():
    team = roster(pair(C, D, week=-1), pair(A, B), rest_weeks=1)
    primary = openings(consequence(team, A, THURSDAY, LONG_AGO), UTC)[0]
    assert {one.engineer: one.conflicts for one in primary.alternatives} == {
        C: ("primary in the week of Mon 16 Nov 2026, 1 week of rest wanted",),
        D: (),
    }


def test_a_consequence_in_one_line():
    team = roster(pair(A, B), pair(C, D, unit=2), pair(C, B, week=-1))
    found = consequence(team, A, THURSDAY, LONG_AGO)
    assert one_line(found) == "B and D cover. Nobody is left uncovered. Ledger: A -0.3, B +0.1, D +0.1."
    assert one_line(consequence(team, A, days(20, 21), LONG_AGO)) == "No duty is touched."
    assert one_line(Consequence(A, None)) == "These days are over: duty stays as it was."


def test_more_away_than_a_rotation_wants_is_said_by_day():
    team = roster(pair(A, B), away=[(C, days(26, 28)), (D, days(27, 28))], max_away=1)
    assert consequence(team, A, days(25, 29), LONG_AGO).over == (
        "Over the limit of Data: 3 away on Fri 27 Nov 2026 and on 1 other day, at most 1 wanted.",
    )
    assert consequence(team, A, days(25, 26), LONG_AGO).over == ()


ROLES, ENGINEERS, DAYS = st.sampled_from(Role), st.sampled_from([A, B, C, D]), st.integers(23, 29)


@given(
    st.lists(st.tuples(ROLES, ENGINEERS, DAYS), max_size=3),
    st.lists(st.tuples(ENGINEERS, DAYS, st.integers(1, 3)), max_size=3),
    ENGINEERS,
    DAYS,
)
def test_whoever_is_chosen_nobody_stands_twice_and_cancelling_restores_the_roster(choices, away, absent, day):
    team = roster(pair(A, B), pair(C, D, unit=2), away=[(who, days(at, at + n)) for who, at, n in away])
    span = days(day, day + 2)
    chosen = [Choice(unit, role, days(at, at + 1), who) for role, who, at in choices for unit in (1, 2)]
    found = consequence(team, absent, span, LONG_AGO, choices=chosen)
    after = decided(team, found, absent, span)
    assert found.clashes == ()
    for cover_ in found.covers:
        assert cover_.engineer is None or not after.is_away_in(cover_.engineer, cover_.span)
    added = {one.id for one in after.covers} - {one.id for one in team.covers}
    restored = without(after, absent, span, added, LONG_AGO)
    assert held(restored) == held(team)
    # at most one absence of the same time is taken away with it: somebody may have been away already
    assert set(restored.absences) | {Absence(absent, span)} == set(team.absences) | {Absence(absent, span)}
