"""The first page and the page of a pipeline."""

import datetime as dt

import pytest
from django.utils import timezone

from incidents.verbs import acknowledge
from oncall_portal.now import now_page
from oncall_portal.pipeline import pipeline_page
from pipelines.models import Ownership
from rotations.models import AuditRun, Membership, TimeOffRequest, Unit, UnitPipeline
from rotations.verbs.time_off import request_time_off
from tests.factories import at, make_cover, make_incident, make_pipeline, make_shift, make_sla


@pytest.fixture
def _it_is_monday(monkeypatch, monday):
    """The one thing a test may replace: what time it is."""
    monkeypatch.setattr(timezone, "now", lambda: monday)


def make_busy(team, cast, count):
    for _ in range(count):
        pipeline = make_pipeline(owners=(cast.a, cast.b))
        unit = Unit.objects.create(rotation=team.rotation, name=pipeline.name)
        UnitPipeline.objects.create(unit=unit, pipeline=pipeline)
        make_shift(unit, cast.a)
        make_shift(unit, cast.b, "secondary")


@pytest.mark.usefixtures("_it_is_monday")
def test_it_says_first_whether_i_am_called_first(team, cast, sign_in):
    assert b"You are called first</strong> for Profit" in sign_in(cast.a).get("/").content
    assert b"You are not called first for anything now." in sign_in(cast.stranger).get("/").content


def test_my_duty_is_what_remains_after_covers(team, cast, monday):
    make_cover(team.shifts.profit_primary, cast.d, "2026-11-24 00:00", "2026-11-25 00:00")
    assert [(row.role, row.starts_at, row.is_now) for row in now_page(cast.a, monday).duties] == [
        ("primary", monday - dt.timedelta(hours=1), True),
        ("primary", dt.datetime(2026, 11, 25, tzinfo=dt.UTC), False),
    ]
    assert [(row.role, row.unit, row.covers_for) for row in now_page(cast.d, monday).duties] == [
        ("secondary", "Growth", ""),
        ("primary", "Profit", "Data Engineer A"),
    ]


def test_what_waits_for_a_manager_and_for_the_requester(team, cast, monday):
    request = TimeOffRequest.objects.create(
        engineer=cast.a,
        starts_at=monday,
        ends_at=monday + dt.timedelta(days=1),
        time_zone=cast.a.time_zone,
        requested_at=monday,
    )
    words = [item.words for item in now_page(cast.manager, monday).waiting]
    assert words == [f"Data Engineer A asks for time off, {request.days_text}"]
    assert [item.url for item in now_page(cast.a, monday).waiting] == [f"/time-off/{request.pk}/"]
    assert now_page(cast.b, monday).waiting == ()


def test_what_nobody_else_decides_waits_for_an_administrator(team, cast, monday):
    team.rotation.managers.clear()
    day = monday.date() + dt.timedelta(days=30)
    request_time_off(cast.a, day, day, "vacation", by=cast.a, at=monday)
    [waiting] = now_page(cast.administrator, monday).waiting
    assert waiting.words.startswith("Data Engineer A asks for time off")
    assert now_page(cast.manager, monday).waiting == ()


def test_who_cannot_enter_the_admin_decides_on_the_requests_own_page(team, cast, monday):
    team.rotation.managers.set([cast.stranger])
    day = monday.date() + dt.timedelta(days=30)
    request = request_time_off(cast.a, day, day, "vacation", by=cast.a, at=monday)
    assert [item.url for item in now_page(cast.stranger, monday).waiting] == [f"/time-off/{request.pk}/"]


def test_the_page_of_a_pipeline_names_the_owners_of_its_rotations_day(team, cast):
    team.rotation.time_zone = "Asia/Tokyo"
    team.rotation.save()
    Ownership.objects.filter(pipeline=team.profit).update(ends_on=dt.date(2026, 11, 23))
    Ownership.objects.create(pipeline=team.profit, primary=cast.c, secondary=cast.d, starts_on=dt.date(2026, 11, 23))
    before, after = (pipeline_page(team.profit, at(f"2026-11-22 {clock}")) for clock in ("14:59", "15:00"))
    assert (before.ownership.primary, after.ownership.primary) == (cast.a, cast.c)


def test_weeks_of_the_same_duty_in_a_row_are_one_row(team, cast, monday):
    week = dt.timedelta(weeks=1)
    shift = team.shifts.profit_primary
    make_shift(shift.unit, cast.a, week="2026-11-30")
    assert [(row.starts_at, row.ends_at) for row in now_page(cast.a, monday).duties if row.role == "primary"] == [
        (shift.starts_at, shift.ends_at + week)
    ]


def test_turns_of_the_same_pair_in_a_row_are_one_turn(team, cast, monday):
    primary, secondary = team.shifts.profit_primary, team.shifts.profit_secondary
    for shift in (primary, secondary):
        make_shift(shift.unit, shift.engineer, shift.role, "2026-11-30")
    [turn] = pipeline_page(team.profit, monday).turns
    assert (turn.span.end, turn.is_now) == (primary.ends_at + dt.timedelta(weeks=1), True)


def test_incidents_that_nobody_answered_stand_before_those_in_hand(team, cast, monday):
    make_sla()
    late, answered = make_incident(team.profit, monday), make_incident(team.growth, monday)
    acknowledge(answered, by=cast.a, at=monday)
    page = now_page(cast.a, monday)
    assert [[row.number for row in rows] for rows in (page.unanswered, page.in_hand)] == [[late.pk], [answered.pk]]


@pytest.mark.usefixtures("_it_is_monday")
def test_an_answer_is_asked_for_above_the_list_of_who_is_called_and_my_duty_leads_on(team, cast, monday, sign_in):
    make_sla()
    incident = make_incident(team.profit, monday)
    page = sign_in(cast.a).get("/").content.decode()
    assert page.index(f"/incidents/{incident.pk}/acknowledge/") < page.index("Who is called</h2>")
    my_duty = page[page.index("My duty") :]
    assert 'href="/pipelines/profit/"' in my_duty
    assert 'href="/me/"' in my_duty


@pytest.mark.usefixtures("_it_is_monday")
def test_the_first_page_takes_as_many_queries_at_two_pipelines_as_at_twenty(
    team, cast, sign_in, django_assert_max_num_queries, django_assert_num_queries
):
    client = sign_in(cast.a)
    with django_assert_max_num_queries(30) as few:
        client.get("/")
    make_busy(team, cast, 18)
    with django_assert_num_queries(len(few)):
        client.get("/")


def test_without_any_pipeline_it_says_what_to_do(cast, sign_in):
    assert b"There are no pipelines yet." in sign_in(cast.a).get("/").content


@pytest.mark.usefixtures("_it_is_monday")
def test_the_page_of_a_pipeline_shows_owners_duty_and_a_way_to_report(team, cast, sign_in):
    page = sign_in(cast.stranger).get("/pipelines/profit/").content.decode()
    for words in ("Primary owner", "Data Engineer A", "Duty now and next", "/incidents/new/?pipeline=profit"):
        assert words in page


def test_an_unknown_pipeline_is_404(team, cast, sign_in):
    assert sign_in(cast.a).get("/pipelines/losses/").status_code == 404


def test_a_pipeline_without_owners_or_rotation_still_has_its_page(cast, sign_in):
    make_pipeline("Lonely")
    page = sign_in(cast.a).get("/pipelines/lonely/").content.decode()
    assert "nobody yet" in page
    assert "the pipeline stands in no rotation" in page
    assert not Membership.objects.exists()


def test_what_the_last_audit_found_waits_for_who_manages_the_rotation(team, cast, monday):
    run = AuditRun.objects.create(rotation=team.rotation, next_at=monday, open_count=3, urgent_count=1)
    assert [(row.words, row.url) for row in now_page(cast.manager, monday).waiting] == [
        ("Audit of Data: 3 findings, of them 1 gap within 72 hours", "/rotations/data/audit/")
    ]
    assert now_page(cast.a, monday).waiting == ()
    run.open_count = run.urgent_count = 0
    run.save()
    assert now_page(cast.manager, monday).waiting == ()
