"""The list of pipelines."""

import datetime as dt

import pytest

from pipelines.loads import catalogue
from pipelines.models import Area, Pipeline, Runbook
from tests.factories import make_engineer, make_pipeline

DAY = dt.date(2026, 11, 23)


def test_everybody_signed_in_sees_the_pipelines_and_their_owners(team, cast, sign_in):
    for person in (cast.a, cast.manager, cast.administrator, cast.stranger):
        page = sign_in(person).get("/pipelines/")
        assert page.status_code == 200
        assert page.content.count(b'data-label="Primary owner"') == 2
        assert b"Data Engineer C" in page.content


def test_a_stranger_from_outside_signs_in_first(team, client):
    answer = client.get("/pipelines/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/pipelines/")


def test_a_row_says_owners_audience_and_review(team, cast):
    Runbook.objects.create(pipeline=team.profit, purpose="Figures", reviewed_on=DAY)
    rows = [(row.area, row.name, row.audience, row.primary, row.secondary, row.reviewed_on) for row in catalogue(DAY)]
    assert rows == [
        ("Growth", "Growth", "investors", cast.c, cast.d, None),
        ("Profit", "Profit", "investors", cast.a, cast.b, DAY),
    ]


def test_areas_stand_in_their_own_order_and_retired_pipelines_are_left_out(team):
    Area.objects.filter(name="Profit").update(position=1)
    Area.objects.filter(name="Growth").update(position=2)
    make_pipeline("Old", is_active=False)
    assert [row.name for row in catalogue(DAY)] == ["Profit", "Growth"]


def test_a_pipeline_without_owners_says_so(cast, sign_in):
    make_pipeline("Orphan")
    page = sign_in(cast.a).get("/pipelines/").content
    assert page.count(b">nobody<") == 2
    assert page.count(b"none yet") == 1


def test_an_empty_catalogue_says_what_to_do(cast, sign_in):
    page = sign_in(cast.a).get("/pipelines/").content
    assert b"No pipelines yet. An administrator adds the first one in the admin." in page


@pytest.mark.parametrize("number", [1, 12])
def test_the_list_takes_the_same_queries_at_any_length(cast, sign_in, django_assert_num_queries, number):
    for _ in range(number):
        make_pipeline(owners=(make_engineer(), make_engineer()))
    client = sign_in(cast.a)
    with django_assert_num_queries(4):  # session, engineer, pipelines, owners
        assert client.get("/pipelines/").content.count(b'data-label="Runbook"') == number


@pytest.mark.parametrize(
    "column", ["name", "-name", "area", "audience", "primary", "secondary", "-runbook", "nonsense"]
)
def test_every_column_sorts_and_nonsense_does_nothing(team, cast, sign_in, column):
    make_pipeline("Orphan")
    page = sign_in(cast.a).get("/pipelines/", {"sort": column})
    assert page.status_code == 200
    assert page.content.count(b'data-label="Runbook"') == Pipeline.objects.count()
