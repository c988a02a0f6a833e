"""Publishing where something happened between the asking and the publishing, and who is told of what it ends."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError

from rotations.loads.planning import next_unplanned_week
from rotations.models import Cover, Membership, Message, Plan, Shift, TimeOffRequest
from rotations.verbs.planning import ask_plan, fail_plan, solve_plan
from rotations.verbs.publishing import publish_plan
from rotations.verbs.time_off import request_time_off
from tests.factories import at, make_cover

FIRST = dt.date(2026, 11, 30)


def draft(team, by, when, weeks=4, first=FIRST, **fields):
    return solve_plan(ask_plan(team.rotation, first, weeks, by=by, at=when, **fields))


def take_off(engineer, starts_at, ends_at):
    return TimeOffRequest.objects.create(
        engineer=engineer,
        starts_at=at(starts_at),
        ends_at=at(ends_at),
        time_zone="UTC",
        state=TimeOffRequest.State.APPROVED,
        requested_at=at("2026-11-01 00:00"),
    )


def primary(team, week):
    return Shift.objects.get(unit=team.on_profit, role="primary", starts_at=at(f"{week} 09:00"))


def test_a_job_that_runs_twice_leaves_a_published_plan_alone(team, cast, monday):
    asked = ask_plan(team.rotation, FIRST, 2, by=cast.manager, at=monday)
    publish_plan(solve_plan(asked), by=cast.manager, at=monday)
    assert solve_plan(asked).state == Plan.State.PUBLISHED
    assert fail_plan(asked, "The planner failed.").state == Plan.State.PUBLISHED
    asked.refresh_from_db()
    assert (asked.state, asked.failure) == (Plan.State.PUBLISHED, "")


def test_a_member_who_is_to_leave_makes_a_draft_stale(team, cast, monday):
    plan = draft(team, cast.manager, monday)
    Membership.objects.filter(engineer=cast.a).update(leaves_on=dt.date(2026, 12, 7))
    with pytest.raises(ValidationError, match="members or time off changed"):
        publish_plan(plan, by=cast.manager, at=monday)
    assert not Shift.objects.filter(plan=plan).exists()


def test_duty_that_was_pinned_meanwhile_is_not_moved(team, cast, monday):
    publish_plan(draft(team, cast.manager, monday), by=cast.manager, at=monday)
    shift = primary(team, "2026-12-21")
    take_off(shift.engineer, "2026-12-21 00:00", "2026-12-28 00:00")
    moving = draft(team, cast.manager, monday)
    Shift.objects.filter(pk=shift.pk).update(is_pinned=True)
    with pytest.raises(ValidationError, match="pinned since it was made"):
        publish_plan(moving, by=cast.manager, at=monday)
    assert primary(team, "2026-12-21").engineer == shift.engineer


def test_weeks_by_a_new_hand_off_never_lie_across_duty_by_the_old_one(team, cast, monday):
    publish_plan(draft(team, cast.manager, monday), by=cast.manager, at=monday)
    team.rotation.handoff_time = dt.time(10)
    team.rotation.save()
    before = Shift.objects.count()
    with pytest.raises(ValidationError, match="published by another hand-off already: plan from a later week"):
        publish_plan(draft(team, cast.manager, monday), by=cast.manager, at=monday)
    assert Shift.objects.count() == before
    later = next_unplanned_week(team.rotation, monday)
    assert len(publish_plan(draft(team, cast.manager, monday, first=later), by=cast.manager, at=monday)) == 16


def test_who_covered_a_shift_that_moves_is_told(team, cast, monday):
    publish_plan(draft(team, cast.manager, monday), by=cast.manager, at=monday)
    shift = primary(team, "2026-12-21")
    make_cover(shift, cast.administrator, "2026-12-22 00:00", "2026-12-23 00:00")
    take_off(shift.engineer, "2026-12-21 00:00", "2026-12-28 00:00")
    later = monday + dt.timedelta(days=1)
    publish_plan(draft(team, cast.manager, later), by=cast.manager, at=later)
    assert Message.objects.get(engineer=cast.administrator).text == (
        "From the week of\nno longer yours: Mon 21 Dec 2026 primary of Profit, to cover from Tue 22 Dec 2026 on"
    )


def test_who_covers_what_was_just_planned_is_told(team, cast, monday):
    pins = ({"unit": str(team.on_profit.pk), "week": "2026-12-07", "role": "primary", "engineer": str(cast.a.pk)},)
    request = take_off(cast.a, "2026-12-14 00:00", "2026-12-15 00:00")
    publish_plan(draft(team, cast.manager, monday, pins=pins), by=cast.manager, at=monday)
    covering = set(request.covers.values_list("engineer", flat=True))
    told = Message.objects.filter(subject__startswith="Your duty changes: Data Engineer A is away")
    assert len(covering) == 2
    assert set(told.values_list("engineer", flat=True)) == covering


def test_a_gap_that_sick_leave_left_elsewhere_does_not_stop_a_plan(team, cast, monday):
    """This week has a gap that nobody can cover; the weeks ahead are planned all the same."""
    team.shifts.profit_secondary.delete()
    Membership.objects.exclude(engineer=cast.a).update(joins_on=FIRST)
    request_time_off(cast.a, monday.date(), dt.date(2026, 12, 1), "sick", by=cast.a, at=monday)
    assert Message.objects.filter(kind="page", subject__startswith="Nobody covers").count() == 1
    assert len(publish_plan(draft(team, cast.manager, monday), by=cast.manager, at=monday)) == 16


def test_a_gap_in_a_frozen_week_does_not_stop_a_plan_that_leaves_it_as_it_is(team, cast, monday):
    publish_plan(draft(team, cast.manager, monday), by=cast.manager, at=monday)
    shift = primary(team, "2026-11-30")
    Shift.objects.get(unit=team.on_profit, role="secondary", starts_at=shift.starts_at).delete()
    team.rotation.memberships.exclude(engineer=shift.engineer).update(joins_on=dt.date(2026, 12, 7))
    request_time_off(shift.engineer, dt.date(2026, 11, 24), FIRST, "sick", by=shift.engineer, at=monday)
    assert Message.objects.filter(kind="page", subject__startswith="Nobody covers").count() == 1
    again = draft(team, cast.manager, monday, weeks=6)
    assert publish_plan(again, by=cast.manager, at=monday) != []


def test_history_says_who_published_also_without_a_web_request(team, cast, monday):
    publish_plan(draft(team, cast.manager, monday), by=cast.manager, at=monday)
    make_cover(primary(team, "2026-12-21"), cast.administrator, "2026-12-22 00:00", "2026-12-23 00:00")
    take_off(primary(team, "2026-12-21").engineer, "2026-12-21 00:00", "2026-12-28 00:00")
    later = monday + dt.timedelta(days=1)
    plan = draft(team, cast.manager, later)
    publish_plan(plan, by=cast.administrator, at=later)
    last = primary(team, "2026-12-21").history.latest()
    ended = Cover.objects.exclude(ended_at=None).get().history.latest()
    assert {last.history_user, ended.history_user, plan.history.latest().history_user} == {cast.administrator}


def test_pinning_in_the_admin_takes_back_nothing_that_was_published_meanwhile(team, cast):
    shift = team.shifts.profit_primary
    page = admin.site.get_model_admin(Shift)
    stale = Shift.objects.get(pk=shift.pk)
    Shift.objects.filter(pk=shift.pk).update(engineer=cast.d, version=2)
    stale.is_pinned = True
    page.save_model(SimpleNamespace(user=cast.manager), stale, SimpleNamespace(changed_data=["is_pinned"]), change=True)
    shift.refresh_from_db()
    assert (shift.engineer, shift.version, shift.is_pinned) == (cast.d, 2, True)
    assert shift.history.latest().history_user == cast.manager
