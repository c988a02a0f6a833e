"""Wishes for weeks: set on one's own page, heeded by the planner, shown on the plan."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from rotations.loads.planning import planning_problem
from rotations.loads.wishes import plan_wishes, wish_sheets
from rotations.models import CompanyDay, Plan, TimeOffRequest, Wish
from rotations.verbs.planning import ask_plan, solve_plan
from rotations.verbs.wishes import set_wishes
from tests.factories import at, make_holiday, make_rotation

PAGE = "/me/wishes/"
FIRST, SECOND = dt.date(2026, 11, 30), dt.date(2026, 12, 7)


@pytest.fixture(autouse=True)
def now(monkeypatch, monday):
    monkeypatch.setattr(timezone, "now", lambda: monday)


def wished():
    return {(wish.engineer.letters, wish.week): wish.is_wanted for wish in Wish.objects.all()}


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def test_a_member_marks_weeks_and_takes_marks_back(team, cast, sign_in):
    client = sign_in(cast.a)
    chosen = {"rotation": "data", "2026-11-30": "wanted", "2026-12-07": "unwanted", "2026-12-14": "none"}
    assert said(client.post(PAGE, chosen, follow=True)) == ["Saved for Data: 1 wanted, 1 unwanted."]
    assert wished() == {("A", FIRST): True, ("A", SECOND): False}
    client.post(PAGE, {"rotation": "data", "2026-11-30": "none", "2026-12-07": "wanted"}, follow=True)
    assert wished() == {("A", SECOND): True}
    kinds = Wish.history.order_by("history_id").values_list("history_type", "history_user__short_name")
    assert list(kinds) == [("+", "A"), ("+", "A"), ("-", "A"), ("~", "A")]
    assert said(client.post(PAGE, {"rotation": "data", "2026-12-07": "wanted"}, follow=True)) == [
        "Nothing was changed."
    ]


def test_marking_more_than_half_as_unwanted_is_kept_and_warned_of(team, cast, sign_in):
    type(team.rotation).objects.update(horizon_weeks=3)
    chosen = {"rotation": "data", "2026-11-30": "unwanted", "2026-12-07": "unwanted"}
    words = said(sign_in(cast.a).post(PAGE, chosen, follow=True))
    assert words[1].startswith("2 of 3 weeks are unwanted. Every week is somebody's")
    assert len(wished()) == 2


def test_the_page_shows_holidays_company_days_time_off_and_duty_beside_each_week(team, cast, sign_in):
    cast.a.holiday_calendar = "US"
    cast.a.save()
    make_holiday("2026-12-25", "Christmas Day")
    CompanyDay.objects.create(day=dt.date(2026, 12, 24), name="Christmas Eve")
    TimeOffRequest.objects.create(
        engineer=cast.a,
        starts_at=at("2026-12-21 00:00"),
        ends_at=at("2026-12-23 00:00"),
        time_zone="UTC",
        requested_at=timezone.now(),
    )
    weeks = {week.day: week for week in wish_sheets(cast.a, timezone.now())[0].weeks}
    christmas = weeks[dt.date(2026, 12, 21)]
    assert len(weeks) == 13
    assert christmas.holidays == ("Thu 24 Dec: Christmas Eve", "Fri 25 Dec: Christmas Day")
    assert christmas.time_off == ("Mon 21 Dec to Tue 22 Dec 2026 (waiting)",)
    page = sign_in(cast.a).get(PAGE).content.decode()
    assert "Christmas Eve" in page
    assert page.count('type="radio"') == 13 * 3


def test_only_weeks_of_ones_own_membership_are_offered(team, cast, sign_in):
    team.rotation.memberships.filter(engineer=cast.a).update(leaves_on=dt.date(2026, 12, 9))
    assert [week.day for week in wish_sheets(cast.a, timezone.now())[0].weeks] == [FIRST, SECOND]
    assert "member of no rotation" in sign_in(cast.stranger).get(PAGE).content.decode()


def test_a_wrong_choice_is_refused_and_nothing_is_kept(team, cast, sign_in):
    answer = sign_in(cast.a).post(PAGE, {"rotation": "data", "2026-11-30": "maybe", "2026-12-07": "wanted"})
    assert answer.status_code == 422
    assert "Week of 2026-11-30: choose wanted, no wish or unwanted." in answer.content.decode()
    assert wished() == {}


def test_a_rotation_of_others_is_not_found(team, cast, sign_in):
    make_rotation("Other")
    for rotation in ("other", "none", ""):
        assert sign_in(cast.a).post(PAGE, {"rotation": rotation}).status_code == 404


@pytest.mark.parametrize(
    ("week", "words"),
    [
        (dt.date(2026, 12, 1), "weeks begin on a Monday"),
        (dt.date(2026, 11, 23), "is to come within two years"),
        (dt.date(2029, 1, 1), "is to come within two years"),
        (dt.date(1, 1, 1), "weeks begin on a Monday"),
    ],
)
def test_a_week_that_cannot_be_wished_for_is_refused(team, cast, monday, week, words):
    with pytest.raises(ValidationError, match=words):
        set_wishes(team.rotation, cast.a, {week: True}, by=cast.a, at=monday)
    assert wished() == {}


def test_nobody_wishes_for_somebody_else_or_where_they_are_no_member(team, cast, monday):
    with pytest.raises(ValidationError, match="by the person themselves"):
        set_wishes(team.rotation, cast.a, {FIRST: True}, by=cast.manager, at=monday)
    with pytest.raises(ValidationError, match="no member of Data in that week"):
        set_wishes(team.rotation, cast.stranger, {FIRST: True}, by=cast.stranger, at=monday)


def test_a_plan_heeds_wishes_and_says_which_it_met(team, cast, sign_in, monday):
    set_wishes(team.rotation, cast.a, {FIRST: False, SECOND: True}, by=cast.a, at=monday)
    rows = {row["id"]: row for row in planning_problem(team.rotation, FIRST, 2, monday)["engineers"]}
    assert (rows[str(cast.a.pk)]["wanted"], rows[str(cast.a.pk)]["unwanted"]) == (["2026-12-07"], ["2026-11-30"])
    plan = solve_plan(ask_plan(team.rotation, FIRST, 2, by=cast.manager, at=monday))
    assert [(wish.engineer, wish.week, wish.is_wanted) for wish in plan_wishes(plan)] == [
        (cast.a, FIRST, False),
        (cast.a, SECOND, True),
    ]
    page = " ".join(sign_in(cast.b).get(plan.get_absolute_url()).content.decode().split())
    assert "would rather not have the week of Mon 30 Nov 2026" in page


def test_a_wish_by_an_older_hand_off_day_counts_for_its_week(team, cast, monday):
    Wish.objects.create(rotation=team.rotation, engineer=cast.a, week=dt.date(2026, 12, 9), is_wanted=True)
    rows = {row["id"]: row for row in planning_problem(team.rotation, FIRST, 2, monday)["engineers"]}
    assert rows[str(cast.a.pk)]["wanted"] == ["2026-12-07"]
    assert not Plan.objects.exists()


@pytest.mark.parametrize("more", [0, 3])
def test_many_weeks_and_rotations_take_as_many_queries_as_few(
    team, cast, sign_in, django_assert_num_queries, monday, more
):
    set_wishes(team.rotation, cast.a, {FIRST: True}, by=cast.a, at=monday)
    for n in range(more):
        other = make_rotation(f"Other {n}", members=[cast.a], horizon_weeks=26)
        set_wishes(other, cast.a, {FIRST: True, SECOND: False}, by=cast.a, at=monday)
    client = sign_in(cast.a)
    with django_assert_num_queries(7):
        client.get(PAGE)
