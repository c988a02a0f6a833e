"""Rolling a published plan back: what returns, what stays, and who is told."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from rotations.loads.rolling_back import COVERED, FROZEN, MOVED, PINNED, rollback_listing
from rotations.models import Cover, Message, Plan, Shift
from rotations.verbs.drafts import edit_cell
from rotations.verbs.planning import ask_plan, solve_plan
from rotations.verbs.publishing import publish_plan
from rotations.verbs.rolling_back import roll_back_plan
from tests.factories import at, make_cover
from tests.rotations.test_drafts import cell, free, row_of, take_off

FIRST = dt.date(2026, 11, 30)
PLACE_WEEK = "2026-12-21"


@pytest.fixture
def first(team, cast, monday):
    plan = solve_plan(ask_plan(team.rotation, FIRST, 4, by=cast.manager, at=monday))
    publish_plan(plan, by=cast.manager, at=monday)
    return plan


@pytest.fixture
def second(team, cast, monday, first):
    """A repair that gives the primary week of 21 December to somebody else, by hand."""
    plan = solve_plan(ask_plan(team.rotation, FIRST, 4, by=cast.manager, at=monday))
    place = cell(team, PLACE_WEEK)
    plan = edit_cell(plan, place, free(plan, place), by=cast.manager, at=monday)
    publish_plan(plan, by=cast.manager, at=monday)
    return Plan.objects.get(pk=plan.pk)


def shift_of(team):
    return Shift.objects.get(unit=team.on_profit, role="primary", starts_at=at(f"{PLACE_WEEK} 09:00"))


def test_what_moved_returns_to_who_had_it_and_the_plan_before_is_in_force_again(team, cast, monday, first, second):
    was = row_of(first, cell(team, PLACE_WEEK))["primary"]
    cover = make_cover(shift_of(team), cast.administrator, "2026-12-22 00:00", "2026-12-23 00:00")
    done = roll_back_plan(second, by=cast.manager, at=monday)
    shift = shift_of(team)
    assert (len(done.changes), done.removed, done.kept) == (1, (), ())
    assert (str(shift.engineer_id), shift.plan_id, shift.version) == (was, first.pk, 3)
    assert shift.history.latest().history_user == cast.manager
    assert Cover.objects.get(pk=cover.pk).ended_at == monday
    states = dict(Plan.objects.values_list("pk", "state"))
    assert states == {first.pk: "published", second.pk: "rolled back"}
    told = Message.objects.filter(key=f"plan-{second.pk}-back")
    assert set(told.values_list("engineer", flat=True)) == {
        int(was),
        int(second.edits[0]["after"]),
        cast.administrator.pk,
    }


def test_the_plan_before_can_be_rolled_back_as_well(team, cast, monday, first, second):
    roll_back_plan(second, by=cast.manager, at=monday)
    done = roll_back_plan(Plan.objects.get(pk=first.pk), by=cast.manager, at=monday)
    frozen = 8  # two weeks of two units lie in the freeze
    assert (len(done.removed), done.kept) == (16 - frozen, ((FROZEN, frozen),))
    assert Shift.objects.filter(starts_at__gte=at("2026-12-14 00:00")).count() == 0
    removed = Shift.history.filter(history_type="-")
    assert set(removed.values_list("history_user", flat=True)) == {cast.manager.pk}


def test_what_is_pinned_changed_again_or_covered_stays_and_is_listed(team, cast, monday, first):
    kept = Shift.objects.filter(plan=first, starts_at__gte=at("2026-12-14 00:00")).order_by("pk")
    pinned, moved, covered = kept[:3]
    Shift.objects.filter(pk=pinned.pk).update(is_pinned=True)
    Shift.objects.filter(pk=moved.pk).update(engineer=cast.administrator)
    make_cover(covered, cast.stranger, "2026-12-15 00:00", "2026-12-16 00:00", ended_at=monday)
    listing = rollback_listing(Plan.objects.get(pk=first.pk), monday)
    assert set(listing.kept) == {(PINNED, 1), (MOVED, 1), (COVERED, 1), (FROZEN, 8)}
    assert {pinned.pk, moved.pk, covered.pk}.isdisjoint(shift.pk for shift in listing.removed)


def test_who_gets_duty_back_while_away_is_covered(team, cast, monday, first, second):
    was = shift_of(team).history.last().engineer
    request = take_off(was, "2026-12-22 00:00", "2026-12-23 00:00")
    roll_back_plan(second, by=cast.manager, at=monday)
    assert Cover.objects.filter(shift=shift_of(team), replaces=was, time_off=request, ended_at=None).count() == 1


def test_only_the_plan_in_force_rolls_back_and_only_once(cast, monday, first, second):
    with pytest.raises(ValidationError, match="Only the plan in force can be rolled back; this one is superseded"):
        roll_back_plan(first, by=cast.manager, at=monday)
    roll_back_plan(second, by=cast.manager, at=monday)
    with pytest.raises(ValidationError, match="this one is rolled back"):
        roll_back_plan(second, by=cast.manager, at=monday)


def test_what_changed_since_the_list_was_drawn_is_shown_again(team, cast, monday, first, second):
    seen = rollback_listing(second, monday).digest
    make_cover(shift_of(team), cast.administrator, "2026-12-22 00:00", "2026-12-23 00:00")
    with pytest.raises(ValidationError, match="changed while you looked"):
        roll_back_plan(second, by=cast.manager, at=monday, seen=seen)
    with pytest.raises(ValidationError, match="Nothing of this plan can be rolled back any more"):
        roll_back_plan(second, by=cast.manager, at=at("2027-01-01 00:00"))
