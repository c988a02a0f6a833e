"""A rotation whose shifts last two weeks, from the plan to the calendar, the feed, time off and the terminal."""

import datetime as dt
import json
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone

from rotations.domain.coverage import edges, stand
from rotations.domain.ledger import ledger
from rotations.domain.planning import Problem
from rotations.domain.spans import WEEK, Span
from rotations.loads.planning import default_weeks, next_unplanned_week, planning_problem
from rotations.loads.roster import load_roster
from rotations.models import FeedLink, Shift, TimeOffRequest
from rotations.verbs.feeds import make_feed_link
from rotations.verbs.planning import ask_plan, solve_plan
from rotations.verbs.publishing import publish_plan
from rotations.verbs.time_off import approve, request_time_off
from tests.factories import at

FIRST = dt.date(2026, 11, 30)


@pytest.fixture(autouse=True)
def now(monkeypatch, monday):
    monkeypatch.setattr(timezone, "now", lambda: monday)


@pytest.fixture
def two_weeks(team, cast, monday):
    """Eight weeks published in shifts of two, behind the week of one that there is."""
    team.rotation.shift_weeks = 2
    team.rotation.save()
    plan = solve_plan(ask_plan(team.rotation, FIRST, 8, by=cast.manager, at=monday))
    publish_plan(plan, by=cast.manager, at=monday)
    return plan


def ahead(team):
    return Shift.objects.filter(unit__rotation=team.rotation, starts_at__gte=at("2026-11-30 09:00"))


def test_it_is_planned_and_published_in_whole_shifts(team, two_weeks):
    assert Problem.from_json(two_weeks.problem).shift_weeks == 2
    assert [row["week"] for row in two_weeks.answer["assignments"]] == [
        week for week in ("2026-11-30", "2026-12-14", "2026-12-28", "2027-01-11") for _ in range(2)
    ]
    assert {shift.ends_at - shift.starts_at for shift in ahead(team)} == {2 * WEEK}
    assert ahead(team).count() == 4 * 2 * 2
    window = Span(at("2026-11-30 09:00"), at("2027-01-25 09:00"))
    roster = load_roster(window)
    stands = [stand(roster, unit, piece) for unit in roster.units for piece in window.cut(edges(roster, unit))]
    assert not [one for one in stands if one.is_gap or one.is_thin or one.is_clash]


def test_loads_count_every_week_of_a_shift(team, two_weeks):
    loads = ledger(load_roster(Span(at("2026-11-30 09:00"), at("2027-01-25 09:00"))))
    assert sum(load.primary_weeks for load in loads.values()) == 2 * 8
    assert {load.tokens for load in loads.values()} == {12.0}


def test_the_next_week_to_plan_lies_behind_the_last_shift(team, two_weeks, monday):
    assert next_unplanned_week(team.rotation, monday) == dt.date(2027, 1, 25)
    assert default_weeks(team.rotation) == 14


def test_weeks_that_are_no_whole_shifts_are_refused(team, cast, two_weeks, monday):
    with pytest.raises(ValidationError, match="a shift lasts 2 weeks"):
        ask_plan(team.rotation, dt.date(2027, 1, 25), 3, by=cast.manager, at=monday)


def test_planning_again_keeps_what_is_published(team, cast, two_weeks, monday):
    problem = planning_problem(team.rotation, FIRST, 8, monday)
    assert len(problem["published"]) == 4 * 2
    before = list(ahead(team).order_by("pk").values_list("pk", "engineer", "version"))
    again = solve_plan(ask_plan(team.rotation, FIRST, 8, by=cast.manager, at=monday))
    assert publish_plan(again, by=cast.manager, at=monday) == []
    assert list(ahead(team).order_by("pk").values_list("pk", "engineer", "version")) == before


def test_shifts_of_another_length_are_no_part_of_the_problem_and_never_written_over(team, cast, two_weeks, monday):
    type(team.rotation).objects.update(shift_weeks=1)
    team.rotation.refresh_from_db()
    assert planning_problem(team.rotation, FIRST, 2, monday)["published"] == []
    plan = solve_plan(ask_plan(team.rotation, FIRST, 2, by=cast.manager, at=monday))
    before = list(Shift.objects.order_by("pk").values_list("pk", "engineer", "ends_at"))
    with pytest.raises(ValidationError):
        publish_plan(plan, by=cast.manager, at=monday)
    assert list(Shift.objects.order_by("pk").values_list("pk", "engineer", "ends_at")) == before


def test_the_calendar_shows_both_weeks(team, cast, two_weeks, sign_in):
    shift = ahead(team).filter(unit=team.on_profit, role="primary").earliest("starts_at")
    for day in ("2026-12-02", "2026-12-09"):
        grid = sign_in(cast.a).get(f"/calendar/?view=week&date={day}").context["grid"]
        profit = next(row for row in grid.rows if row.name == "Profit")
        assert {block.card.who for cell in profit.lines[0].cells for block in cell.blocks} == {str(shift.engineer)}
    rows = sign_in(cast.a).get("/calendar/?date=2026-12-02").context["grid"].rows
    assert "" not in {
        block.card.who for row in rows for line in row.lines for cell in line.cells for block in cell.blocks
    }


def test_the_feed_has_one_entry_for_a_shift(team, cast, two_weeks, client):
    token = make_feed_link(cast.a, by=cast.a, at=timezone.now())
    text = client.get(f"/feeds/{token}.ics").content.decode()
    mine = ahead(team).filter(engineer=cast.a)
    assert text.count("BEGIN:VEVENT") == mine.count() + 1
    first = mine.earliest("starts_at")
    assert f"DTSTART:{first.starts_at:%Y%m%dT%H%M%SZ}" in text
    assert f"DTEND:{first.ends_at:%Y%m%dT%H%M%SZ}" in text
    assert FeedLink.objects.count() == 1


def test_time_off_in_its_second_week_is_covered(team, cast, two_weeks, monday):
    shift = ahead(team).filter(role="primary", starts_at=at("2026-12-14 09:00")).first()
    request = request_time_off(
        shift.engineer,
        dt.date(2026, 12, 23),
        dt.date(2026, 12, 23),
        TimeOffRequest.Kind.VACATION,
        "",
        by=shift.engineer,
        at=monday,
    )
    approve(request, by=cast.manager, at=monday)
    day = Span(at("2026-12-23 00:00"), at("2026-12-24 00:00"))
    roster = load_roster(day)
    assert not [
        unit for unit in roster.units for piece in day.cut(edges(roster, unit)) if stand(roster, unit, piece).is_gap
    ]
    assert {cover.shift_id for cover in request.covers.all()} >= {shift.pk}


def test_time_off_in_either_week_keeps_somebody_out_of_the_whole_shift(team, cast, two_weeks, monday):
    TimeOffRequest.objects.create(
        engineer=cast.a,
        starts_at=at("2027-02-03 00:00"),
        ends_at=at("2027-02-04 00:00"),
        time_zone="UTC",
        state="approved",
        requested_at=monday,
    )
    plan = solve_plan(ask_plan(team.rotation, dt.date(2027, 1, 25), 2, by=cast.manager, at=monday))
    held = {row[role] for row in plan.answer["assignments"] for role in ("primary", "secondary")}
    assert str(cast.a.pk) not in held


def test_the_terminal_answers_in_its_second_week(team, two_weeks):
    shift = ahead(team).filter(unit=team.on_profit, role="primary").earliest("starts_at")
    out = StringIO()
    call_command("oncall", "--at", "2026-12-09T12:00:00+00:00", "--json", stdout=out)
    assert shift.engineer.username in json.dumps(json.loads(out.getvalue()))
