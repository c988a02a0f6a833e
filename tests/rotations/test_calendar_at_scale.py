"""The quarter of a large company: 200 engineers, 500 pipelines, in fewer than 12 queries."""

import datetime as dt

import pytest

from pipelines.models import Area, Audience, Engineer, Pipeline
from rotations.models import Membership, Shift, Unit, UnitPipeline
from tests.factories import LONG_AGO, at, make_rotation

START = at("2026-09-28 09:00")


@pytest.fixture
def large_company(cast):
    """One rotation of 500 units, each with both roles for a whole quarter."""
    Engineer.objects.bulk_create(
        Engineer(username=f"e{n}", name=f"Engineer {n:03}", email=f"e{n}@example.org", time_zone="UTC", password="!")
        for n in range(200)
    )
    people = list(Engineer.objects.filter(username__startswith="e").order_by("pk"))
    area, audience = Area.objects.create(name="Area"), Audience.objects.create(name="investors")
    Pipeline.objects.bulk_create(
        Pipeline(name=f"Metric {n:03}", slug=f"metric-{n}", area=area, audience=audience) for n in range(500)
    )
    rotation = make_rotation("Data")
    Membership.objects.bulk_create(
        Membership(rotation=rotation, engineer=person, joins_on=LONG_AGO) for person in people
    )
    pipelines = list(Pipeline.objects.order_by("pk"))
    units = Unit.objects.bulk_create(Unit(rotation=rotation, name=one.name) for one in pipelines)
    UnitPipeline.objects.bulk_create(
        UnitPipeline(unit=unit, pipeline=one) for unit, one in zip(units, pipelines, strict=True)
    )
    week = dt.timedelta(weeks=1)
    Shift.objects.bulk_create(
        Shift(
            unit=unit,
            engineer=people[(number + shift + beside) % 200],
            role=role,
            starts_at=START + number * week,
            ends_at=START + (number + 1) * week,
            changed_at=START,
        )
        for number in range(14)
        for shift, unit in enumerate(units)
        for beside, role in enumerate(("primary", "secondary"))
    )
    return rotation


@pytest.mark.timeout(300)
@pytest.mark.parametrize("by", ["pipeline", "engineer"])
def test_the_quarter_of_a_large_company_takes_fewer_than_twelve_queries(
    sign_in, large_company, cast, by, django_assert_max_num_queries
):
    client = sign_in(cast.manager)
    with django_assert_max_num_queries(11):
        answer = client.get("/calendar/", {"by": by, "view": "quarter", "date": "2026-11-24"})
    assert answer.status_code == 200
    assert b"Metric 000" in answer.content
    assert b"Engineer 000" in answer.content
