"""Pages of drafts: compared, changed by hand, published knowingly, rolled back, and asked why."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from rotations.models import ConfirmedGap, Plan, Shift, TimeOffRequest
from rotations.tasks import make_plan
from rotations.verbs.drafts import edit_cell
from rotations.verbs.planning import ask_plan, solve_plan
from rotations.verbs.publishing import publish_plan
from tests.factories import at, make_cover, make_engineer

PLANS = "/rotations/data/plan/"
FIRST = dt.date(2099, 1, 5)


@pytest.fixture
def draft(team, cast):
    return solve_plan(ask_plan(team.rotation, FIRST, 2, by=cast.manager, at=timezone.now()))


@pytest.fixture
def published(draft, cast):
    publish_plan(draft, by=cast.manager, at=timezone.now())
    return Plan.objects.get(pk=draft.pk)


@pytest.fixture
def manager(cast, sign_in):
    return sign_in(cast.manager)


def text(answer) -> str:
    """What a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def path_of(plan, row, role="primary") -> str:
    return f"{PLANS}{plan.pk}/{row['unit']}/{row['week']}/{role}/"


def first_row(plan):
    return plan.answer["assignments"][0]


def everybody_away(cast):
    for engineer in (cast.a, cast.b, cast.c):
        TimeOffRequest.objects.create(
            engineer=engineer,
            starts_at=at("2099-01-05 09:00"),
            ends_at=at("2099-01-11 12:00"),
            time_zone="UTC",
            state=TimeOffRequest.State.APPROVED,
            requested_at=at("2026-11-01 00:00"),
        )


# --- asking


def test_two_modes_are_asked_side_by_side_and_compared(manager, published):
    fields = {"mode": "rebalance", "first_week": "2099-01-05", "weeks": "2", "rebalance_from": "2099-01-12"}
    answer = manager.post(PLANS, {**fields, "both": "on"})
    rebalance, repair = Plan.objects.order_by("pk")[1:]
    assert (rebalance.mode, repair.mode) == ("rebalance", "repair")
    assert answer["Location"] == f"{PLANS}compare/?a={repair.pk}&b={rebalance.pk}"
    waiting = manager.get(answer["Location"]).content.decode()
    assert 'http-equiv="refresh"' in waiting
    for job in DBTaskResult.objects.all():
        make_plan.call(*job.args_kwargs["args"])
    page = text(manager.get(answer["Location"]))
    assert f"Published now in force Plan {repair.pk} repair Plan {rebalance.pk} rebalance" in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"mode": "repair", "weeks": "200"}, "less than or equal to 104"),
        ({"mode": "rebalance", "rebalance_from": ""}, "This field is required"),
        ({"mode": "rebalance", "rebalance_from": "2099-01-06"}, "weeks begin on a Monday"),
        ({"mode": "rebalance", "rebalance_from": "2100-01-04"}, "inside the plan"),
        ({"mode": "sideways"}, "Mode: use first, repair or rebalance."),
    ],
)
def test_a_wrong_wish_is_answered_422_in_its_own_form(manager, published, fields, words):
    answer = manager.post(PLANS, {"first_week": "2099-01-05", "weeks": "2", **fields})
    assert (answer.status_code, words in text(answer)) == (422, True)
    assert Plan.objects.count() == 1


def test_the_offer_of_a_repair_stands_on_the_plans_and_on_the_rotation(team, manager, published, sign_in, cast):
    assert "A repair may be worth it" not in text(manager.get(PLANS))
    team.rotation.memberships.create(engineer=cast.stranger, joins_on=FIRST)
    for page in (PLANS, "/rotations/data/"):
        assert "Stranger joins on Mon 5 Jan 2099" in text(manager.get(page))
    assert "Stranger joins" not in text(sign_in(cast.a).get("/rotations/data/"))


# --- progress and cancelling


def test_a_plan_that_is_made_shows_how_far_it_is_and_can_be_cancelled(team, cast, manager):
    plan = ask_plan(team.rotation, FIRST, 2, by=cast.manager, at=timezone.now())
    page = f"{PLANS}{plan.pk}/"
    assert "It waits for its turn." in text(manager.get(page))
    Plan.objects.filter(pk=plan.pk).update(progress={"stage": "load", "done": 2, "total": 6})
    answer = manager.get(page)
    assert "Step 3 of 6: load" in text(answer)
    assert '<progress id="progress" value="2" max="6">' in answer.content.decode()
    assert "Manager cancelled it before it was made." in text(manager.post(f"{page}cancel/", follow=True))
    assert "this one is cancelled" in text(manager.post(f"{page}cancel/", follow=True))


# --- by hand


def test_a_cell_is_changed_by_hand_and_the_page_shows_at_once_what_that_breaks(cast, manager, draft):
    row = first_row(draft)
    answer = manager.post(path_of(draft, row), {"engineer": row["secondary"]})
    assert (answer.status_code, answer["Location"]) == (302, f"{PLANS}{draft.pk}/#by-hand")
    page = manager.get(f"{PLANS}{draft.pk}/")
    assert "Not allowed. Week of Mon 5 Jan 2099" in text(page)
    assert "Publish this plan" not in text(page)
    refused = manager.get(f"{PLANS}{draft.pk}/publish/", follow=True)
    assert "By hand this plan breaks what always holds" in text(refused)
    undone = manager.post(f"{PLANS}{draft.pk}/undo/", {"number": "1"}, follow=True)
    assert "Publish this plan" in text(undone)
    assert "Changed by hand" not in text(undone)


def test_the_choices_say_how_things_are_that_week(cast, manager, draft):
    page = manager.get(path_of(draft, first_row(draft))).content.decode()
    options = re.findall(r'<option value="(\d*)"[^>]*>([^<]+)</option>', page)
    assert options[0] == ("", "nobody")
    assert len(options) == 5
    assert any(": secondary of it" in words for _, words in options)


def test_a_wrong_edit_is_answered_422_and_a_wrong_cell_404(cast, manager, draft):
    row = first_row(draft)
    answer = manager.post(path_of(draft, row), {"engineer": str(cast.stranger.pk)})
    assert (answer.status_code, "Choose somebody who is qualified" in text(answer)) == (422, True)
    assert manager.post(path_of(draft, row), {"engineer": row["primary"]}).status_code == 422
    for wrong in ({"week": "2099-03-02"}, {"week": "soon"}, {"unit": "99999"}):
        assert manager.get(path_of(draft, {**row, **wrong})).status_code == 404
    assert manager.get(path_of(draft, row, "third")).status_code == 404
    draft.refresh_from_db()
    assert draft.edits == []


def test_an_engineer_reads_why_and_changes_nothing(cast, sign_in, draft):
    client, row = sign_in(cast.a), first_row(draft)
    page = text(client.get(path_of(draft, row)))
    assert "Who else was possible" in page
    assert "Change by hand" not in page
    for where in (path_of(draft, row), f"{path_of(draft, row)}pin/", f"{PLANS}{draft.pk}/undo/"):
        assert client.post(where, {"engineer": "", "number": "1"}).status_code == 404


def test_a_cell_is_pinned_and_planned_again(manager, draft):
    row = first_row(draft)
    assert "Pinned." in text(manager.post(f"{path_of(draft, row)}pin/", {"pinned": "yes"}, follow=True))
    assert "1 pinned cell; planning again keeps it" in text(manager.get(f"{PLANS}{draft.pk}/"))
    again = manager.post(f"{PLANS}{draft.pk}/again/")
    plan = Plan.objects.get(made_from=draft)
    assert again["Location"] == f"{PLANS}{plan.pk}/"
    assert plan.problem["pins"] == [
        {"unit": row["unit"], "week": row["week"], "role": "primary", "engineer": row["primary"]}
    ]
    assert "Unpinned." in text(manager.post(f"{path_of(draft, row)}pin/", {"pinned": "no"}, follow=True))


# --- publishing knowingly


def test_the_list_before_publishing_names_moves_covers_and_who_is_told(cast, manager, published):
    plan = solve_plan(ask_plan(published.rotation, FIRST, 2, by=cast.manager, at=timezone.now()))
    row = first_row(plan)
    other = next(str(one.pk) for one in (cast.a, cast.b, cast.c, cast.d) if str(one.pk) not in row.values())
    place = {"unit": row["unit"], "week": row["week"], "role": "primary"}
    edit_cell(plan, place, other, by=cast.manager, at=timezone.now())
    shift = Shift.objects.get(unit=row["unit"], role="primary", starts_at=at("2099-01-05 09:00"))
    make_cover(shift, cast.administrator, "2099-01-06 00:00", "2099-01-07 00:00")
    page = text(manager.get(f"{PLANS}{plan.pk}/publish/"))
    assert "0 shifts are new, 1 published one moves, 1 cover ends. 3 people are told, each in one notice." in page
    assert "Administrator no longer covers primary" in page
    assert f"Told: Administrator, {shift.engineer}" in page


def test_a_gap_is_published_by_confirming_it_with_a_reason(team, cast, manager):
    everybody_away(cast)
    team.rotation.max_roles_per_week = 1
    team.rotation.save()
    plan = solve_plan(ask_plan(team.rotation, FIRST, 2, by=cast.manager, at=timezone.now()))
    path = f"{PLANS}{plan.pk}/publish/"
    page = manager.get(path).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    gap = re.search(r'name="(gap-[\w-]+)"', page)[1]
    refused = manager.post(path, {"seen": seen})
    assert refused.status_code == 422
    for words in ("Confirm this gap", "Say why; the audit shows it", "Confirm that you know of the weeks without"):
        assert words in text(refused)
    done = manager.post(path, {"seen": seen, gap: "on", "thin": "on", "reason": "Holidays."}, follow=True)
    assert "Published: " in text(done)
    assert (ConfirmedGap.objects.get().by, ConfirmedGap.objects.get().reason) == (cast.manager, "Holidays.")


def test_what_changed_since_the_list_was_drawn_is_shown_again_instead_of_published(manager, draft):
    answer = manager.post(f"{PLANS}{draft.pk}/publish/", {"seen": "0123456789abcdef"})
    assert (answer.status_code, "changed while you looked" in text(answer)) == (422, True)
    assert not Shift.objects.filter(plan=draft).exists()


def test_a_stale_draft_says_what_changed(team, cast, manager, draft):
    team.rotation.memberships.create(engineer=make_engineer("Newcomer"), joins_on=FIRST)
    path = f"{PLANS}{draft.pk}/publish/"
    seen = re.search(r'name="seen" value="(\w+)"', manager.get(path).content.decode())[1]
    answer = manager.post(path, {"seen": seen})
    assert answer.status_code == 422
    assert "changed since this plan was made: plan again. Newcomer joins on Mon 5 Jan 2099." in text(answer)


def test_a_way_out_is_one_click_to_try(team, cast, manager):
    everybody_away(cast)
    plan = solve_plan(ask_plan(team.rotation, FIRST, 2, by=cast.manager, at=timezone.now()))
    page = manager.get(f"{PLANS}{plan.pk}/")
    assert "Data Engineer A is away in the week of Mon 5 Jan 2099" in text(page)
    step = re.search(r'name="step" value="(refuse\|[^"]+)"', page.content.decode())[1]
    answer = manager.post(f"{PLANS}{plan.pk}/what-if/", {"step": step})
    supposed = Plan.objects.get(made_from=plan)
    assert answer["Location"] == f"{PLANS}{supposed.pk}/"
    make_plan.call(supposed.pk)
    page = text(manager.get(answer["Location"]))
    assert "This draft supposes what is not so" in page
    assert "decide on the request first." in page
    assert "Publish this plan" not in page
    assert "supposes what is not so" in text(manager.get(f"{answer['Location']}publish/", follow=True))
    for wrong in ("explode|||", "", f"refuse|2099-01-05|{cast.d.pk}||", "raise||\0|||", "raise||\0||"):
        manager.post(f"{PLANS}{plan.pk}/what-if/", {"step": wrong})
    assert Plan.objects.filter(made_from=plan).count() == 1


# --- rolling back


def test_rolling_back_lists_and_then_returns(cast, manager, published):
    path = f"{PLANS}{published.pk}/roll-back/"
    page = manager.get(path)
    assert "0 shifts go back to who had them, 8 are not planned any more, 0 covers end." in text(page)
    seen = re.search(r'name="seen" value="(\w+)"', page.content.decode())[1]
    assert manager.post(path, {"seen": "0123456789abcdef"}).status_code == 422
    assert "Rolled back: 8 shifts." in text(manager.post(path, {"seen": seen}, follow=True))
    assert not Shift.objects.filter(starts_at__year=2099).exists()
    assert "Only the plan in force can be rolled back" in text(manager.get(path, follow=True))


# --- compare


def test_a_draft_is_compared_with_what_is_published(cast, manager, published):
    plan = solve_plan(ask_plan(published.rotation, FIRST, 2, by=cast.manager, at=timezone.now()))
    row = first_row(plan)
    other = next(str(one.pk) for one in (cast.a, cast.b, cast.c, cast.d) if str(one.pk) not in row.values())
    place = {"unit": row["unit"], "week": row["week"], "role": "primary"}
    edit_cell(plan, place, other, by=cast.manager, at=timezone.now())
    page = text(manager.get(f"{PLANS}compare/?a={plan.pk}"))
    assert "1 week of a role change hands" in page
    assert "changed by hand" in page
    assert "Published shifts that move 0 1" in page


def test_what_cannot_be_compared_is_named(manager, draft):
    for query in ("?a=999", "?a=nonsense", f"?a={draft.pk}&b=999", "?a="):
        answer = manager.get(f"{PLANS}compare/{query}")
        assert answer.status_code == 422, query
    assert "Choose a plan to see it beside what is published" in text(manager.get(f"{PLANS}compare/"))


# --- why me


def test_my_shift_says_why_me_and_who_covers(team, cast, sign_in, published):
    shift = published.shifts.earliest("pk")
    make_cover(shift, cast.administrator, "2099-01-06 00:00", "2099-01-07 00:00", decided_by=cast.manager)
    page = text(sign_in(cast.a).get(f"/shifts/{shift.pk}/"))
    assert f"Why {shift.engineer}?" in page
    assert "Who else was possible" in page
    assert "Administrator covers" in page
    assert "an override by a manager" in page or f"{shift.engineer} is away" in page


def test_a_shift_that_no_plan_set_says_so_and_is_pinned_by_managers_only(team, cast, sign_in, manager):
    shift = team.shifts.profit_primary
    Shift.objects.filter(pk=shift.pk).update(ends_at=at("2099-01-05 09:00"))
    page = f"/shifts/{shift.pk}/"
    assert "No plan set this shift" in text(manager.get(page))
    assert sign_in(cast.a).post(f"{page}pin/", {"pinned": "yes"}).status_code == 404
    assert "It is pinned: the planner keeps it." in text(manager.post(f"{page}pin/", {"pinned": "yes"}, follow=True))


def test_the_calendar_and_my_page_lead_to_why(team, cast, sign_in, monday, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: monday)
    link = f'href="/shifts/{team.shifts.profit_primary.pk}/"'
    client = sign_in(cast.a)
    assert link in client.get("/me/").content.decode()
    assert link in client.get("/calendar/?view=week").content.decode()


# --- budgets


def test_pages_take_as_many_queries_for_two_weeks_as_for_twelve(team, cast, manager, django_assert_num_queries):
    for weeks in (2, 12):
        plan = solve_plan(ask_plan(team.rotation, FIRST, weeks, by=cast.manager, at=timezone.now()))
        row = first_row(plan)
        for path, count in (
            (f"{PLANS}{plan.pk}/", 9),
            (f"{PLANS}compare/?a={plan.pk}", 8),
            (path_of(plan, row), 6),
            (f"{PLANS}{plan.pk}/publish/", 7),
        ):
            with django_assert_num_queries(count, info=path):
                manager.get(path)


def test_the_changes_of_a_shift_do_not_say_why_somebody_was_away(cast, sign_in, published):
    shift = published.shifts.earliest("pk")
    make_cover(shift, cast.administrator, "2099-01-06 00:00", "2099-01-07 00:00", reason="At the doctor's")
    page = text(sign_in(cast.stranger).get(f"/shifts/{shift.pk}/"))
    assert "Cover Administrator added" in page
    assert "doctor" not in page


def test_a_number_of_a_change_that_is_absurd_is_not_found(draft, manager):
    assert manager.post(f"{PLANS}{draft.pk}/undo/", {"number": "9" * 5000}).status_code == 404
