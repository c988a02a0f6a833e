"""Drafts: asked in three modes, changed by hand, pinned, planned again, and supposed."""

import datetime as dt
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from pipelines.models import Engineer
from rotations.loads.offers import repair_offer
from rotations.models import Plan, Shift, TimeOffRequest
from rotations.tasks import make_plan
from rotations.verbs.drafts import ask_again, ask_what_if, edit_cell, pin_cell, pin_shift, undo_edit
from rotations.verbs.planning import ask_plan, cancel_plan, note_progress, solve_plan
from rotations.verbs.publishing import publish_plan
from tests.factories import at, make_engineer

FIRST = dt.date(2026, 11, 30)
LATER = dt.date(2026, 12, 21)


@pytest.fixture
def ask(team, cast, monday):
    def asked(weeks=4, when=monday, **fields):
        return ask_plan(team.rotation, FIRST, weeks, by=cast.manager, at=when, **fields)

    return asked


@pytest.fixture
def draft(ask):
    return solve_plan(ask())


def take_off(engineer, starts_at, ends_at):
    return TimeOffRequest.objects.create(
        engineer=engineer,
        starts_at=at(starts_at),
        ends_at=at(ends_at),
        time_zone="UTC",
        state=TimeOffRequest.State.APPROVED,
        requested_at=at("2026-11-01 00:00"),
    )


def cell(team, week="2026-12-07", role="primary"):
    return {"unit": str(team.on_profit.pk), "week": week, "role": role}


def row_of(plan, place):
    return next(
        row for row in plan.answer["assignments"] if (row["unit"], row["week"]) == (place["unit"], place["week"])
    )


def free(plan, place):
    """Somebody qualified who has neither role of the cell's unit that week."""
    row = row_of(plan, place)
    unit = next(one for one in plan.problem["units"] if one["id"] == place["unit"])
    return next(one for one in unit["qualified"] if one not in (row["primary"], row["secondary"]))


# --- modes


def test_weeks_that_nobody_has_are_planned_and_published_ones_repaired(ask, cast, monday, draft):
    assert (draft.mode, draft.problem["published"]) == (Plan.Mode.FIRST, [])
    publish_plan(draft, by=cast.manager, at=monday)
    again = ask()
    assert (again.mode, "rebalance_from" in again.problem) == (Plan.Mode.REPAIR, False)


def test_a_rebalance_names_its_day_and_reaches_the_planner(ask, cast, monday, draft):
    publish_plan(draft, by=cast.manager, at=monday)
    plan = ask(mode="rebalance", rebalance_from=LATER)
    assert (plan.mode, plan.rebalance_from, plan.problem["rebalance_from"]) == ("rebalance", LATER, "2026-12-21")
    assert solve_plan(plan).state == Plan.State.DRAFT


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"mode": "rebalance"}, "rebalance_from", "choose a day"),
        ({"mode": "rebalance", "rebalance_from": dt.date(2026, 12, 22)}, "rebalance_from", "weeks begin on a Monday"),
        ({"mode": "rebalance", "rebalance_from": dt.date(2027, 1, 4)}, "rebalance_from", "inside the plan"),
        ({"mode": "rebalance", "rebalance_from": FIRST}, "rebalance_from", "what lies before 2026-12-14 is frozen"),
        ({"mode": "backwards"}, "mode", "'backwards' is unknown"),
    ],
)
def test_a_mode_that_does_not_fit_is_refused_by_field(ask, cast, monday, draft, fields, field, words):
    publish_plan(draft, by=cast.manager, at=monday)
    with pytest.raises(ValidationError) as refused:
        ask(**fields)
    assert words in refused.value.message_dict[field][0]


def test_nothing_published_is_nothing_to_repair(ask):
    with pytest.raises(ValidationError, match="nothing to repair"):
        ask(mode="repair")


def test_a_repair_is_offered_when_somebody_is_away_joins_or_owns_something_else(team, ask, cast, monday, draft):
    assert repair_offer(team.rotation, monday) == ()
    publish_plan(draft, by=cast.manager, at=monday)
    assert repair_offer(team.rotation, monday) == ()
    take_off(cast.a, "2026-12-15 00:00", "2026-12-16 00:00")
    take_off(cast.b, "2026-11-20 00:00", "2026-11-21 00:00")
    team.rotation.memberships.create(engineer=cast.stranger, joins_on=dt.date(2026, 12, 7))
    assert repair_offer(team.rotation, monday) == (
        "Stranger joins on Mon 7 Dec 2026",
        "Data Engineer A has time off from Tue 15 Dec 2026",
    )
    publish_plan(solve_plan(ask()), by=cast.manager, at=monday)
    assert repair_offer(team.rotation, monday) == ()


# --- by hand


def test_an_edit_is_kept_with_who_and_when_and_published(team, cast, monday, draft):
    place = cell(team)
    other = free(draft, place)
    plan = edit_cell(draft, place, other, by=cast.manager, at=monday)
    assert plan.edits == [
        {
            "number": 1,
            **place,
            "before": row_of(draft, place)["primary"],
            "after": other,
            "by": cast.manager.pk,
            "at": monday.isoformat(),
        }
    ]
    assert plan.history.latest().history_user == cast.manager
    publish_plan(plan, by=cast.manager, at=monday)
    shift = Shift.objects.get(unit=team.on_profit, role="primary", starts_at=at("2026-12-07 09:00"))
    assert str(shift.engineer_id) == other


def test_an_edit_that_breaks_a_rule_is_kept_and_blocks_publishing_until_it_is_undone(team, cast, monday, draft):
    place = cell(team)
    plan = edit_cell(draft, place, row_of(draft, place)["secondary"], by=cast.manager, at=monday)
    with pytest.raises(ValidationError, match="would be primary and secondary of Profit at once"):
        publish_plan(plan, by=cast.manager, at=monday)
    assert not Shift.objects.filter(plan=plan).exists()
    plan = undo_edit(plan, 1, by=cast.manager, at=monday)
    assert plan.edits == []
    with pytest.raises(ValidationError, match="undone already"):
        undo_edit(plan, 1, by=cast.manager, at=monday)
    assert len(publish_plan(plan, by=cast.manager, at=monday)) == 16


def test_a_role_emptied_by_hand_is_a_gap_that_must_be_confirmed(team, cast, monday, draft):
    plan = edit_cell(draft, cell(team), None, by=cast.manager, at=monday)
    with pytest.raises(ValidationError, match="Nobody can be primary in the week of 2026-12-07"):
        publish_plan(plan, by=cast.manager, at=monday)


def test_edits_that_cannot_be_are_refused(team, cast, monday, draft):
    place = cell(team)
    with pytest.raises(ValidationError, match="choose somebody who is qualified"):
        edit_cell(draft, place, str(cast.stranger.pk), by=cast.manager, at=monday)
    with pytest.raises(ValidationError, match="they hold it already"):
        edit_cell(draft, place, row_of(draft, place)["primary"], by=cast.manager, at=monday)
    for wrong in ({"week": "2027-12-06"}, {"role": "third"}, {"unit": "0"}):
        with pytest.raises(ValidationError, match="no such cell"):
            edit_cell(draft, {**place, **wrong}, None, by=cast.manager, at=monday)
    publish_plan(draft, by=cast.manager, at=monday)
    with pytest.raises(ValidationError, match="Only a draft can be changed; this plan is published"):
        edit_cell(draft, place, None, by=cast.manager, at=monday)


# --- pins and planning again


def test_planning_again_keeps_what_is_pinned(team, cast, monday, draft):
    place = cell(team)
    other = free(draft, place)
    plan = pin_cell(edit_cell(draft, place, other, by=cast.manager, at=monday), place, True, by=cast.manager, at=monday)
    again = solve_plan(ask_again(plan, by=cast.manager, at=monday))
    assert (again.made_from, again.edits, row_of(again, place)["primary"]) == (plan, [], other)
    assert plan.pins == [{**place, "engineer": other}]
    assert pin_cell(plan, place, False, by=cast.manager, at=monday).pins == []


def test_a_pin_follows_its_cell(team, cast, monday, draft):
    place = cell(team)
    plan = pin_cell(draft, place, True, by=cast.manager, at=monday)
    other = free(draft, place)
    assert edit_cell(plan, place, other, by=cast.manager, at=monday).pins == [{**place, "engineer": other}]
    emptied = edit_cell(plan, place, None, by=cast.manager, at=monday)
    assert emptied.pins == []
    with pytest.raises(ValidationError, match="nobody to pin"):
        pin_cell(emptied, place, True, by=cast.manager, at=monday)


def test_weeks_that_began_since_are_left_out_when_planning_again(cast, draft):
    later = at("2026-12-02 12:00")
    again = ask_again(draft, by=cast.manager, at=later)
    assert (again.first_week, again.weeks) == (dt.date(2026, 12, 7), 3)
    with pytest.raises(ValidationError, match="All weeks of this plan have begun"):
        ask_again(draft, by=cast.manager, at=at("2027-02-01 12:00"))


def test_a_published_shift_is_pinned_for_the_planner_and_let_go(team, cast, monday):
    shift = pin_shift(team.shifts.profit_primary, True, by=cast.manager, at=monday)
    assert (shift.is_pinned, shift.history.latest().history_user) == (True, cast.manager)
    assert pin_shift(shift, False, by=cast.manager, at=monday).is_pinned is False
    with pytest.raises(ValidationError, match="the past never moves"):
        pin_shift(shift, True, by=cast.manager, at=at("2026-12-30 00:00"))


# --- what if


def test_a_what_if_draft_shows_what_refusing_is_worth_and_is_never_published(team, cast, ask, monday):
    for engineer in (cast.a, cast.b, cast.c):
        take_off(engineer, "2026-12-07 09:00", "2026-12-13 12:00")
    plan = solve_plan(ask())
    assert len(plan.answer["open"]) > 0
    step = {"kind": "absence", "engineer": str(cast.a.pk), "week": "2026-12-07", "unit": None}
    supposed = solve_plan(ask_what_if(plan, [step], by=cast.manager, at=monday))
    assert len(supposed.answer["open"]) < len(plan.answer["open"])
    assert (supposed.made_from, supposed.what_if[0]["kind"]) == (plan, "refuse")
    with pytest.raises(ValidationError, match="supposes what is not so"):
        publish_plan(supposed, by=cast.manager, at=monday)


def test_supposing_what_is_so_is_refused_and_leaves_nothing(cast, monday, draft):
    step = {"kind": "absence", "engineer": str(cast.a.pk), "week": "2026-12-07", "unit": None}
    with pytest.raises(ValidationError, match="is so already"):
        ask_what_if(draft, [step], by=cast.manager, at=monday)
    with pytest.raises(ValidationError, match="is so already"):
        ask_what_if(draft, [], by=cast.manager, at=monday)
    assert Plan.objects.count() == 1


# --- progress and cancelling


def test_the_planner_says_how_far_it_is(ask):
    plan = ask()
    heard = []

    def listen(stage, done, total):
        note_progress(plan, stage, done, total)
        heard.append(Plan.objects.get(pk=plan.pk).progress)

    solve_plan(plan, listen)
    assert heard[0]["done"] == 0
    assert all(one["done"] < one["total"] for one in heard)


def test_a_cancelled_plan_is_never_answered(ask, cast, monday):
    plan = ask()
    cancelled = cancel_plan(plan, by=cast.manager, at=monday)
    assert (cancelled.state, cancelled.ended_by, cancelled.ended_at) == (Plan.State.CANCELLED, cast.manager, monday)
    make_plan.call(plan.pk)
    assert solve_plan(plan).state == Plan.State.CANCELLED
    with pytest.raises(ValidationError, match="this one is cancelled"):
        cancel_plan(plan, by=cast.manager, at=monday)


def test_a_job_whose_plan_is_cancelled_meanwhile_ends_without_a_word(ask, cast, monday, caplog, monkeypatch):
    plan = ask()

    def cancelled_while_it_is_made(problem, progress, **options):
        cancel_plan(plan, by=cast.manager, at=monday)
        progress("late", 0, 1)

    monkeypatch.setattr("rotations.verbs.planning.planning.solve", cancelled_while_it_is_made)
    make_plan.call(plan.pk)
    plan.refresh_from_db()
    assert (plan.state, plan.failure) == (Plan.State.CANCELLED, "")
    assert "could not be made" not in caplog.text


# --- the admin and the command


def test_in_the_admin_plans_are_made_again_repaired_and_cancelled(cast, sign_in, ask, draft, monday):
    client, where = sign_in(cast.manager), "/admin/rotations/plan/"

    def act(action, plan, client=client):
        answer = client.post(where, {"action": action, "_selected_action": [plan.pk]}, follow=True)
        return " ".join(str(message) for message in answer.context["messages"])

    future = solve_plan(ask_plan(draft.rotation, dt.date(2099, 1, 5), 2, by=cast.manager, at=monday))
    assert "is being planned" in act("plan_again", future)
    again = Plan.objects.get(made_from=future)
    assert "is cancelled" in act("cancel", again)
    assert "nothing to repair" in act("repair", future)
    publish_plan(future, by=cast.manager, at=monday)
    assert "is being planned" in act("repair", future)
    assert Plan.objects.latest("pk").mode == Plan.Mode.REPAIR
    other = make_engineer("Other manager", is_staff=True)
    other.groups.add(Group.objects.get(name=Engineer.MANAGERS))
    assert "Only its managers and administrators plan it." in act("repair", future, sign_in(other))


def test_the_command_repairs_and_rebalances_all_that_is_published(cast, draft, monday):
    future = solve_plan(ask_plan(draft.rotation, dt.date(2099, 1, 5), 4, by=cast.manager, at=monday))
    publish_plan(future, by=cast.manager, at=monday)
    call_command("plan", "--mode", "repair", stdout=StringIO())
    call_command("plan", "--rebalance-from", "2099-01-12", stdout=StringIO())
    repair, rebalance = Plan.objects.order_by("pk")[2:]
    assert (repair.mode, repair.first_week, repair.weeks) == ("repair", dt.date(2099, 1, 5), 4)
    assert (rebalance.mode, rebalance.rebalance_from) == ("rebalance", dt.date(2099, 1, 12))
    for wrong in (["--mode", "rebalance"], ["--rebalance-from", "soon"], ["--rebalance-from", "2099-01-13"]):
        with pytest.raises(CommandError) as refused:
            call_command("plan", *wrong, stdout=StringIO())
        assert refused.value.returncode == 2
