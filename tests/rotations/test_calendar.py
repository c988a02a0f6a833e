"""The calendar page: who sees it, what it costs, what it says, and what it refuses."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest

from rotations.models import TimeOffRequest
from tests.factories import at, make_cover, make_engineer, make_holiday, make_pipeline, make_rotation, make_shift

WEEK = {"view": "week", "date": "2026-11-24"}


@pytest.fixture(autouse=True)
def _on_monday(monkeypatch, monday):
    """The view asks what day it is; here it is the Monday of the team's week."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: monday)


def words(answer):
    """The page as a reader hears it."""
    text = re.sub(r"<(script|style).*?</\1>", " ", answer.content.decode(), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def get(client, **query):
    return client.get("/calendar/", query)


def test_anonymous_people_are_sent_to_the_sign_in(client, team):
    assert get(client).headers["Location"] == "/accounts/login/?next=/calendar/"


@pytest.mark.parametrize("who", ["a", "manager", "administrator", "stranger"])
def test_everybody_signed_in_sees_it(sign_in, team, cast, who):
    answer = get(sign_in(getattr(cast, who)), **WEEK)
    assert answer.status_code == 200
    assert "Mon 23 Nov today" in words(answer)
    assert "Profit primary Mon 23 to Sun 29 Nov, today A Data Engineer A" in words(answer)


def test_only_reading_is_served(sign_in, team, cast):
    assert sign_in(cast.a).post("/calendar/").status_code == 405


@pytest.mark.parametrize("view", ["week", "month", "quarter"])
@pytest.mark.parametrize("by", ["pipeline", "engineer"])
def test_every_view_shows_duty_and_cover(sign_in, team, cast, view, by):
    make_cover(team.shifts.profit_primary, cast.b, "2026-11-26 00:00", "2026-11-27 00:00")
    text = words(get(sign_in(cast.a), view=view, by=by, date="2026-11-24"))
    assert {"pipeline": "B Data Engineer B for A", "engineer": "Profit primary for A"}[by] in text
    assert "covers for Data Engineer A (override)" in text
    assert "Days and times in UTC" in text


def test_a_manager_in_another_zone_sees_their_own_days(sign_in, team, cast):
    cast.manager.time_zone = ZoneInfo("Asia/Tokyo")
    cast.manager.save()
    text = words(get(sign_in(cast.manager), **WEEK))
    assert "Days and times in Asia/Tokyo" in text
    assert "From Mon 23 Nov 2026, 18:00 To Mon 30 Nov 2026, 18:00" in text


def test_holidays_and_who_is_away_are_told_without_a_reason(sign_in, team, cast):
    make_holiday("2026-11-26", "Thanksgiving Day")
    TimeOffRequest.objects.create(
        engineer=cast.c,
        starts_at=at("2026-11-26 00:00"),
        ends_at=at("2026-11-27 00:00"),
        time_zone=ZoneInfo("UTC"),
        kind="sick",
        reason="broken leg",
        state="approved",
        requested_at=at("2026-11-01 00:00"),
    )
    answer = get(sign_in(cast.a), **WEEK)
    assert "Public holidays Thu 26 Nov US Thanksgiving Day Away Thu 26 Nov C Data Engineer C" in words(answer)
    assert "broken leg" not in words(answer)
    assert "sick" not in words(answer)
    assert "away" in words(get(sign_in(cast.a), by="engineer", **WEEK))


def test_gaps_are_shown_inside_what_is_published(sign_in, team, cast):
    make_shift(team.on_profit, cast.a, week="2026-12-07")
    text = words(get(sign_in(cast.a), view="week", date="2026-12-01"))
    assert "Profit primary Mon 30 Nov to Sun 6 Dec gap secondary Mon 30 Nov to Sun 6 Dec no secondary" in text
    assert "gap" not in words(get(sign_in(cast.a), view="week", date="2026-12-16")).split("A primary, solid")[0]


def test_the_table_is_one_for_readers_and_for_phones(sign_in, team, cast):
    page = get(sign_in(cast.a), view="quarter", date="2026-11-24").content.decode()
    assert "style=" not in page
    assert page.count("<table") == 1
    assert page.count("<tr") == page.count('<tr role="row"')
    assert page.count("<td") == page.count('<td role="cell"')
    assert page.count("<th ") == page.count('role="columnheader"') + page.count('role="rowheader"')
    assert 'tabindex="0" role="region" aria-label="Calendar, Q4 2026"' in page


def test_it_leads_on_and_back_and_keeps_what_was_asked(sign_in, team, cast):
    page = get(sign_in(cast.a), by="engineer", rotation="data", **WEEK).content.decode()
    links = re.findall(r'<a class="btn" rel="(prev|next)" href="([^"]+)"', page)
    kept = "/calendar/?view=week&amp;by=engineer&amp;date={}&amp;rotation=data"
    assert links == [("prev", kept.format("2026-11-16")), ("next", kept.format("2026-11-30"))]


def test_weeks_begin_on_the_rotations_hand_off_day(sign_in, team, cast):
    team.rotation.handoff_weekday = 3
    team.rotation.save()
    assert "Thu 19 to Wed 25 Nov 2026" in words(get(sign_in(cast.a), **WEEK))


REFUSED = [
    ({"date": "yesterday"}, "Day: write a day as year-month-day, for example 2026-11-23."),
    ({"date": "2026-02-30"}, "Day: write a day as year-month-day, for example 2026-11-23."),
    ({"date": "1999-12-31"}, "Day: choose a day in the years 2000 to 2100."),
    ({"date": "2101-01-01"}, "Day: choose a day in the years 2000 to 2100."),
    ({"date": "9999-12-31"}, "Day: choose a day in the years 2000 to 2100."),
    ({"date": "2026-11-23\x00"}, "date: take the NUL character (%00) out."),
    ({"view": "year"}, "View: choose week, month or quarter."),
    ({"by": "cake"}, "By: choose pipeline or engineer."),
    ({"rotation": "nobody"}, "Rotation: there is no rotation called nobody; choose one from the list."),
    ({"page": "0"}, "Page: pages begin at 1."),
    ({"page": "two"}, "Page: write a whole number."),
]


@pytest.mark.parametrize(("query", "refusal"), REFUSED)
def test_an_absurd_address_is_refused_with_the_field_and_the_mend(sign_in, team, cast, query, refusal):
    answer = get(sign_in(cast.a), **query)
    assert answer.status_code == 400
    assert refusal in words(answer)


@pytest.mark.parametrize("day", ["2000-01-01", "2100-12-31"])
@pytest.mark.parametrize("view", ["week", "month", "quarter"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_first_and_the_last_day_that_are_served(sign_in, team, cast, day, view, zone):
    cast.a.time_zone = ZoneInfo(zone)
    cast.a.save()
    assert get(sign_in(cast.a), date=day, view=view).status_code == 200


def test_without_a_rotation_it_says_so(sign_in, cast):
    assert "There is no rotation yet." in words(get(sign_in(cast.a)))


def test_before_anything_is_published_it_leads_to_the_plans(sign_in, cast):
    make_rotation("Data", pipelines=[make_pipeline("Profit")])
    answer = get(sign_in(cast.a))
    assert "Nothing is published yet." in words(answer)
    assert '<a href="/rotations/data/plan/">' in answer.content.decode()


def test_a_rotation_can_be_shown_alone(sign_in, team, cast):
    make_shift(make_rotation("Other", pipelines=[make_pipeline("Elsewhere")]).units.get(), cast.stranger)
    both = words(get(sign_in(cast.a), **WEEK))
    assert "Elsewhere" in both
    assert "Data Profit primary" in both, "the rotation heads its units where there are several"
    assert "Elsewhere" not in words(get(sign_in(cast.a), rotation="data", **WEEK))
    assert "Stranger" in words(get(sign_in(cast.a), by="engineer", **WEEK))
    assert "Stranger" not in words(get(sign_in(cast.a), by="engineer", rotation="data", **WEEK))


def test_somebody_who_covers_without_being_a_member_has_a_row(sign_in, team, cast):
    make_cover(team.shifts.profit_primary, cast.stranger, "2026-11-26 00:00", "2026-11-27 00:00")
    assert "Stranger Thu 26 Nov Profit primary for A" in words(get(sign_in(cast.a), by="engineer", **WEEK))


@pytest.fixture
def company(cast):
    """Sixty units of one rotation, thirty engineers, a quarter published."""
    people = [make_engineer(f"Person {n:02}") for n in range(30)]
    rotation = make_rotation("Data", members=people, pipelines=[make_pipeline(f"Metric {n:02}") for n in range(60)])
    for n, unit in enumerate(rotation.units.order_by("pk")):
        shift = make_shift(unit, people[n % 30], week="2026-11-23")
        make_shift(unit, people[(n + 1) % 30], "secondary", week="2026-11-23")
        make_cover(shift, people[(n + 2) % 30], "2026-11-26 00:00", "2026-11-27 00:00")
    return rotation


QUERIES = [("pipeline", 9), ("engineer", 10)]


@pytest.mark.parametrize(("by", "queries"), QUERIES)
def test_a_calendar_of_two_units_costs_ten_queries_at_most(sign_in, team, cast, by, queries, django_assert_num_queries):
    client = sign_in(cast.a)
    with django_assert_num_queries(queries):
        get(client, by=by, date="2026-11-24")


@pytest.mark.parametrize(("by", "queries"), QUERIES)
def test_and_so_does_one_of_sixty(sign_in, company, cast, by, queries, django_assert_num_queries):
    client = sign_in(cast.a)
    with django_assert_num_queries(queries):
        get(client, by=by, date="2026-11-24")


def test_many_rows_come_in_leaves(sign_in, company, cast):
    client = sign_in(cast.a)
    first = words(get(client, **WEEK))
    assert "Rows 1 to 25 of 60" in first
    assert ("Metric 24 primary" in first, "Metric 25" in first) == (True, False)
    last = words(get(client, page="7", **WEEK))
    assert "Rows 51 to 60 of 60" in last
    assert "Metric 50 primary" in last


def test_a_quarter_of_five_pipelines_is_small(sign_in, cast):
    people = [cast.a, cast.b, cast.c, cast.d]
    pipelines = [make_pipeline(f"Unit-level metric {n}") for n in range(5)]
    rotation = make_rotation("Data", members=people, pipelines=pipelines)
    for week in ("09-28", "10-05", "10-12", "10-19", "10-26", "11-02", "11-09", "11-16", "11-23", "11-30", "12-07"):
        for n, unit in enumerate(rotation.units.order_by("pk")):
            shift = make_shift(unit, people[n % 4], week=f"2026-{week}")
            make_shift(unit, people[(n + 1) % 4], "secondary", week=f"2026-{week}")
            if week == "11-23":
                make_cover(shift, people[(n + 2) % 4], "2026-11-26 00:00", "2026-11-27 00:00")
    client = sign_in(cast.a)
    for by in ("pipeline", "engineer"):
        assert len(get(client, by=by, date="2026-11-24").content) < 150_000
