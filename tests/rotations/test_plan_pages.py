"""Pages of plans: who may ask and publish, what is refused, and the job between asking and the draft."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from rotations.models import Plan, Shift
from rotations.tasks import make_plan
from rotations.verbs.planning import ask_plan, solve_plan

PLANS = "/rotations/data/plan/"
FIRST = dt.date(2099, 1, 5)


@pytest.fixture
def draft(team, cast):
    return solve_plan(ask_plan(team.rotation, FIRST, 2, by=cast.manager, at=timezone.now()))


def ask(client, **fields):
    return client.post(PLANS, {"first_week": "2099-01-05", "weeks": "2", **fields})


def test_a_manager_asks_the_job_plans_and_the_page_shows_weeks_and_loads(team, cast, sign_in):
    client = sign_in(cast.manager)
    answer = ask(client)
    plan = Plan.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{PLANS}{plan.pk}/")
    waiting = client.get(answer["Location"]).content.decode()
    assert "The plan is being made." in waiting
    assert '<meta http-equiv="refresh" content="2">' in waiting
    job = DBTaskResult.objects.get()
    make_plan.call(*job.args_kwargs["args"])
    page = client.get(answer["Location"]).content.decode()
    assert "Publish this plan" in page
    assert "Mon 5 Jan" in page
    assert "http-equiv" not in page


def test_an_engineer_sees_plans_but_neither_asks_nor_publishes(team, cast, sign_in, draft):
    client = sign_in(cast.a)
    assert "Make a plan" not in client.get(PLANS).content.decode()
    assert "Publish this plan" not in client.get(f"{PLANS}{draft.pk}/").content.decode()
    assert ask(client).status_code == 404
    assert client.post(f"{PLANS}{draft.pk}/publish/").status_code == 404
    assert not Shift.objects.filter(plan=draft).exists()
    assert Plan.objects.count() == 1


def publish(client, plan, **fields):
    """Confirm the list that the page shows."""
    path = f"{PLANS}{plan.pk}/publish/"
    seen = re.search(r'name="seen" value="(\w+)"', client.get(path).content.decode())
    return client.post(path, {"seen": seen[1], **fields}, follow=True)


def test_publishing_sets_the_shifts_and_says_so(team, cast, sign_in, draft):
    page = publish(sign_in(cast.manager), draft).content.decode()
    assert "Published: 8 shifts set." in page
    assert Shift.objects.filter(plan=draft).count() == 8


def test_publishing_twice_is_refused_politely(team, cast, sign_in, draft):
    client = sign_in(cast.manager)
    publish(client, draft)
    page = client.post(f"{PLANS}{draft.pk}/publish/", follow=True).content.decode()
    assert "Only a draft can be published; this plan is published." in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"first_week": "2099-01-06"}, "weeks begin on a Monday"),
        ({"first_week": "2001-01-01"}, "that week has begun already"),
        ({"first_week": "soon"}, "Enter a valid date"),
        ({"first_week": "2199-01-07"}, "use a year from 2000 to 2100"),
        ({"weeks": "0"}, "greater than or equal to 1"),
        ({"weeks": "1000"}, "less than or equal to 104"),
        ({"weeks": ""}, "This field is required"),
    ],
)
def test_a_wrong_wish_is_answered_422_by_field_and_nothing_is_kept(team, cast, sign_in, fields, words):
    answer = ask(sign_in(cast.manager), **fields)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Plan.objects.exists()
    assert not DBTaskResult.objects.exists()


def test_a_plan_that_could_not_be_made_says_why(team, cast, sign_in, caplog):
    plan = ask_plan(team.rotation, FIRST, 2, by=cast.manager, at=timezone.now())
    plan.problem["weeks"] = -1
    plan.save()
    make_plan.call(plan.pk)
    assert "The planner failed: weeks" in sign_in(cast.a).get(f"{PLANS}{plan.pk}/").content.decode()
    assert f"plan {plan.pk} could not be made" in caplog.text


def test_a_job_that_runs_twice_changes_nothing_the_second_time(team, draft):
    answer = draft.answer
    make_plan.call(draft.pk)
    draft.refresh_from_db()
    assert (draft.answer, draft.state) == (answer, Plan.State.DRAFT)


def test_unknown_rotations_and_plans_are_404(team, cast, sign_in, draft):
    client = sign_in(cast.manager)
    for path in ("/rotations/lost/plan/", f"{PLANS}999999/", f"/rotations/lost/plan/{draft.pk}/"):
        assert client.get(path).status_code == 404


def test_the_list_takes_as_many_queries_at_one_plan_as_at_many(team, cast, sign_in, django_assert_num_queries, draft):
    client = sign_in(cast.manager)
    with django_assert_num_queries(10):
        client.get(PLANS)
    for _ in range(9):
        draft.pk = None
        draft.save()
    with django_assert_num_queries(10):
        client.get(PLANS)
