"""The cast: engineers A to D as in the reference team, a manager, an administrator and a stranger."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import hypothesis
import pytest
from django.contrib.auth.models import Group
from django.test import Client

from pipelines.models import Engineer
from tests.factories import make_engineer, make_pipeline, make_rotation, make_shift

# Monday 23 November 2026, 10:00 UTC: one hour into the week's shift of every rotation made by the factories.
MONDAY = dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC)

# `make test` draws the same examples every time; `make test-all` draws new ones, and many (--hypothesis-profile=long).
hypothesis.settings.register_profile("short", max_examples=15, deadline=None, derandomize=True)
hypothesis.settings.register_profile("long", max_examples=1000, deadline=None)
hypothesis.settings.load_profile("short")

ON_THE_DATABASE = {"db", "transactional_db", "live_server"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what touches the database, before `-m` chooses."""
    for item in items:
        if ON_THE_DATABASE & set(getattr(item, "fixturenames", ())) or item.get_closest_marker("django_db"):
            item.add_marker("database")


@pytest.fixture
def monday() -> dt.datetime:
    return MONDAY


@pytest.fixture
def cast(db) -> SimpleNamespace:
    """Engineers a to d, the manager of their rotation, an administrator, and somebody in no rotation at all."""
    people = {letter: make_engineer(f"Data Engineer {letter.upper()}", short_name=letter.upper()) for letter in "abcd"}
    manager = make_engineer("Manager", is_staff=True)
    manager.groups.add(Group.objects.get(name=Engineer.MANAGERS))
    administrator = make_engineer("Administrator", is_staff=True)
    administrator.groups.add(Group.objects.get(name=Engineer.ADMINISTRATORS))
    return SimpleNamespace(**people, manager=manager, administrator=administrator, stranger=make_engineer("Stranger"))


@pytest.fixture
def team(cast) -> SimpleNamespace:
    """One rotation of two pipelines, four members, week of 23 November 2026 planned: profit A/B, growth C/D."""
    profit = make_pipeline("Profit", owners=(cast.a, cast.b), trained=[cast.c, cast.d])
    growth = make_pipeline("Growth", owners=(cast.c, cast.d), trained=[cast.a, cast.b], area="Growth")
    members = [cast.a, cast.b, cast.c, cast.d]
    rotation = make_rotation("Data", members=members, managers=[cast.manager], pipelines=[profit, growth])
    on_profit, on_growth = rotation.units.order_by("pk")
    shifts = SimpleNamespace(
        profit_primary=make_shift(on_profit, cast.a),
        profit_secondary=make_shift(on_profit, cast.b, "secondary"),
        growth_primary=make_shift(on_growth, cast.c),
        growth_secondary=make_shift(on_growth, cast.d, "secondary"),
    )
    return SimpleNamespace(
        rotation=rotation,
        profit=profit,
        growth=growth,
        on_profit=on_profit,
        on_growth=on_growth,
        shifts=shifts,
    )


@pytest.fixture
def sign_in():
    """A browser-like client signed in as somebody: `sign_in(cast.a).get("/")`."""

    def client_of(engineer: Engineer) -> Client:
        client = Client()
        client.force_login(engineer, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return client_of
