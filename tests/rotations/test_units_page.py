"""Choosing units: compared beside the web, changed from a hand-off on in one transaction."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from rotations.domain.resolver import on_call
from rotations.domain.spans import Span
from rotations.domain.units import Choice
from rotations.loads.roster import load_roster
from rotations.loads.units import first_free_day, groups_for, meanings, units_choices
from rotations.models import Cover, Message, Plan, Shift, Swap, SwapPart, UnitsComparison
from rotations.tasks import compare_units
from rotations.verbs.planning import ask_plan, solve_plan
from rotations.verbs.publishing import publish_plan
from rotations.verbs.units import ask_comparison, change_units
from tests.factories import at, make_cover, make_engineer, make_pipeline, make_rotation, make_shift

PAGE, COMPARE, CHOOSE = "/rotations/data/units/", "/rotations/data/units/compare/", "/rotations/data/units/choose/"
DAY = dt.date(2026, 12, 14)


@pytest.fixture(autouse=True)
def now(monkeypatch, monday):
    monkeypatch.setattr(timezone, "now", lambda: monday)


def change(team, cast, monday, choice=Choice.ONE, day=DAY):
    return change_units(team.rotation, groups_for(team.rotation, choice, day), day, by=cast.manager, at=monday)


def test_only_who_runs_the_rotation_sees_and_asks(team, cast, sign_in):
    for who, page in ((cast.a, 404), (cast.stranger, 404), (cast.manager, 200), (cast.administrator, 200)):
        client = sign_in(who)
        assert client.get(PAGE).status_code == page
        assert client.post(COMPARE).status_code == {200: 302, 404: 404}[page]
        assert client.post(CHOOSE, {}).status_code == {200: 422, 404: 404}[page]


def test_a_comparison_is_asked_on_the_page_and_made_beside_the_web(team, cast, sign_in):
    client = sign_in(cast.manager)
    client.post(COMPARE)
    comparison = UnitsComparison.objects.get()
    assert (comparison.state, comparison.first_week, comparison.weeks) == ("asked", DAY, 13)
    assert DBTaskResult.objects.get().task_path == "rotations.tasks.compare_units"
    assert "The choices are being planned." in client.get(PAGE).content.decode()
    compare_units.func(comparison.pk)
    comparison.refresh_from_db()
    assert (comparison.state, set(comparison.answer)) == ("ready", {"each", "one"})
    assert [one.choice for one in meanings(comparison)] == [Choice.EACH, Choice.ONE]
    assert [str(share.engineer) for share in meanings(comparison)[0].shares] == [f"Data Engineer {x}" for x in "ABCD"]
    shared = comparison.answer["one"]
    assert sum(one["weeks"] for one in shared["engineers"].values()) == 2 * 13
    assert {one["roles"] for one in shared["engineers"].values()} == {1}
    page = client.get(PAGE).content.decode()
    assert "All pipelines share one pair: 1 unit" in page
    assert not Shift.objects.exclude(unit__name__in=["Profit", "Growth"]).exists()


def test_a_planner_that_fails_is_said_on_the_page(team, cast, sign_in, monday):
    comparison = ask_comparison(team.rotation, by=cast.manager, at=monday)
    UnitsComparison.objects.filter(pk=comparison.pk).update(problems={"each": {"start": "never"}})
    compare_units.func(comparison.pk)
    assert "The planner failed" in sign_in(cast.manager).get(PAGE).content.decode()


def test_there_is_nothing_to_compare_with_one_pipeline(cast, monday):
    rotation = make_rotation("One", members=[cast.a], pipelines=[make_pipeline("Only", owners=(cast.a, cast.b))])
    with pytest.raises(ValidationError, match="fewer than two pipelines"):
        ask_comparison(rotation, by=cast.manager, at=monday)


def test_pipelines_move_at_the_hand_off_and_not_before(team, cast, monday):
    plan = change(team, cast, monday)
    publish_plan(solve_plan(plan), by=cast.manager, at=monday)
    together = team.rotation.units.get(name="Data")
    roster = load_roster(Span(monday, at("2027-03-01 09:00")))
    before, after = at("2026-12-14 08:59"), at("2026-12-14 09:00")
    assert [roster.unit_at(one.pk, before).name for one in (team.profit, team.growth)] == ["Profit", "Growth"]
    assert {roster.unit_at(one.pk, after).id for one in (team.profit, team.growth)} == {together.pk}
    assert on_call(roster, team.profit.pk, monday).first.engineer == cast.a.pk
    pair = {on_call(roster, one.pk, after + dt.timedelta(hours=1)).first.engineer for one in (team.profit, team.growth)}
    assert len(pair) == 1


def test_what_is_published_stays_up_to_the_day_and_ends_behind_it_with_its_covers(team, cast, monday):
    publish_plan(
        solve_plan(ask_plan(team.rotation, dt.date(2026, 11, 30), 4, by=cast.manager, at=monday)),
        by=cast.manager,
        at=monday,
    )
    Message.objects.all().delete()
    kept = set(Shift.objects.filter(starts_at__lt=at("2026-12-14 09:00")).values_list("pk", flat=True))
    late = Shift.objects.filter(starts_at__gte=at("2026-12-14 09:00")).first()
    make_cover(late, cast.stranger, "2026-12-15 00:00", "2026-12-16 00:00")
    losers = set(Shift.objects.filter(starts_at__gte=at("2026-12-14 09:00")).values_list("engineer", flat=True))
    plan = change(team, cast, monday)
    assert set(Shift.objects.values_list("pk", flat=True)) == kept
    assert not Cover.objects.exists()
    assert (
        Shift.history.filter(history_type="-").values_list("history_user", flat=True).distinct().get()
        == cast.manager.pk
    )
    assert Cover.history.filter(history_type="-").get().history_user == cast.manager
    assert set(Message.objects.values_list("engineer", flat=True)) == losers | {cast.stranger.pk}
    assert (plan.first_week, [unit["id"] for unit in plan.problem["units"]]) == (
        DAY,
        [str(team.rotation.units.get(name="Data").pk)],
    )


def test_units_that_stay_the_same_keep_their_shifts(team, cast, monday):
    third = make_pipeline("Margin", owners=(cast.a, cast.b), trained=[cast.c, cast.d])
    team.rotation.units.create(name="Margin").places.create(pipeline=third)
    stays = make_shift(team.on_growth, cast.c, week="2026-12-14")
    goes = make_shift(team.on_profit, cast.a, week="2026-12-14")
    change(team, cast, monday, Choice.AREA)
    assert list(Shift.objects.filter(pk__in=[stays.pk, goes.pk])) == [stays]
    assert [place.pipeline for place in team.on_growth.places.filter(ends_on=None)] == [team.growth]


def test_going_back_takes_the_former_units_again(team, cast, monday):
    change(team, cast, monday)
    later = monday + dt.timedelta(weeks=3)
    change_units(
        team.rotation,
        groups_for(team.rotation, Choice.EACH, dt.date(2027, 1, 4)),
        dt.date(2027, 1, 4),
        by=cast.manager,
        at=later,
    )
    assert sorted(unit.name for unit in team.rotation.units.all()) == ["Data", "Growth", "Profit"]
    assert [one.choice for one in units_choices(team.rotation, later) if one.is_current] == [Choice.EACH]


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (dt.date(2026, 12, 8), "weeks begin on a Monday"),
        (dt.date(2026, 11, 30), "what lies before is frozen; use Mon 14 Dec 2026 or a later hand-off"),
        (dt.date(1, 1, 1), "weeks begin on a Monday"),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_the_mend(team, cast, monday, day, words):
    with pytest.raises(ValidationError, match=words):
        change(team, cast, monday, day=day)
    assert team.rotation.units.count() == 2


def test_a_day_in_the_middle_of_a_shift_is_refused(team, cast, monday):
    make_shift(team.on_profit, cast.a, week="2026-12-07", ends_at=at("2026-12-21 09:00"))
    assert first_free_day(team.rotation, monday) == dt.date(2026, 12, 21)
    with pytest.raises(ValidationError, match="a shift lasts across that hand-off; use Mon 21 Dec 2026"):
        change(team, cast, monday)


def test_the_units_there_are_and_a_second_change_before_the_first_are_refused(team, cast, monday):
    with pytest.raises(ValidationError, match="grouped so already"):
        change(team, cast, monday, Choice.EACH)
    change(team, cast, monday)
    with pytest.raises(ValidationError, match="units change on Mon 14 Dec 2026 already"):
        change(team, cast, monday, Choice.EACH)


def test_duty_that_was_swapped_is_never_removed(team, cast, monday):
    shift = make_shift(team.on_profit, cast.a, week="2026-12-14")
    swap = Swap.objects.create(
        rotation=team.rotation, offered_by=cast.a, state="offered", offered_at=monday, expires_at=shift.starts_at
    )
    SwapPart.objects.create(swap=swap, shift=shift, giver=cast.a, starts_at=shift.starts_at, ends_at=shift.ends_at)
    with pytest.raises(ValidationError, match="swaps were made of duty from that day on"):
        change(team, cast, monday)
    assert (Shift.objects.filter(pk=shift.pk).count(), Plan.objects.count(), team.rotation.units.count()) == (1, 0, 2)


def test_choosing_on_the_page_leads_to_the_plan_of_the_new_units(team, cast, sign_in):
    client = sign_in(cast.manager)
    answer = client.post(CHOOSE, {"choice": "one", "from_day": "2026-12-14"}, follow=True)
    assert answer.redirect_chain == [(Plan.objects.get().get_absolute_url(), 302)]
    refused = client.post(CHOOSE, {"choice": "one", "from_day": "2026-12-08"})
    assert refused.status_code == 422


def test_a_plan_across_the_day_is_refused(team, cast, monday):
    change(team, cast, monday)
    with pytest.raises(ValidationError, match="units change on 2026-12-14; plan up to that day"):
        ask_plan(team.rotation, dt.date(2026, 11, 30), 4, by=cast.manager, at=monday)
    assert ask_plan(team.rotation, dt.date(2026, 11, 30), 2, by=cast.manager, at=monday).weeks == 2


def test_the_calendar_shows_each_unit_while_it_has_pipelines(team, cast, sign_in, monday):
    publish_plan(solve_plan(change(team, cast, monday)), by=cast.manager, at=monday)
    rows = sign_in(cast.a).get("/calendar/?view=week&date=2026-11-24").context["grid"].rows
    assert [row.name for row in rows] == ["Profit", "Growth"]
    rows = sign_in(cast.a).get("/calendar/?view=week&date=2026-12-15").context["grid"].rows
    assert [row.name for row in rows] == ["Data"]


@pytest.mark.parametrize("more", [0, 4])
def test_many_pipelines_take_as_many_queries_as_few(team, cast, sign_in, django_assert_num_queries, monday, more):
    for n in range(more):
        pipeline = make_pipeline(f"More {n}", owners=(make_engineer(), make_engineer()), area="More")
        team.rotation.units.create(name=pipeline.name).places.create(pipeline=pipeline)
    compare_units.func(ask_comparison(team.rotation, by=cast.manager, at=monday).pk)
    client = sign_in(cast.manager)
    with django_assert_num_queries(11):
        client.get(PAGE)
