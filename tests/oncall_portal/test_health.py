"""Health: three questions, no sign-in, no cookies."""

import datetime as dt

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from rotations.pager import beat

ADDRESSES = ["/healthz", "/readyz", "/healthz/pager"]


def test_a_whole_portal_with_a_cycling_pager_is_well(client, db):
    beat("host-1", timezone.now())
    for address in ADDRESSES:
        answer = client.get(address)
        assert (answer.status_code, answer.content, answer.cookies) == (200, b"ok\n", {})
        assert answer["Content-Type"] == "text/plain; charset=utf-8"


def test_the_process_answers_without_the_database(client):
    assert client.get("/healthz").status_code == 200


def test_a_migration_that_is_not_applied_is_said(client, db):
    MigrationRecorder.Migration.objects.filter(app="sessions").delete()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"1 migrations are not applied: run manage.py migrate\n")


def test_a_pager_that_last_cycled_a_minute_ago_is_not_well(client, db):
    assert client.get("/healthz/pager").status_code == 503
    beat("host-1", timezone.now() - dt.timedelta(seconds=61))
    answer = client.get("/healthz/pager")
    assert answer.status_code == 503
    assert answer.content == b"no pager finished a cycle within 60 seconds: start manage.py pager\n"


@pytest.mark.parametrize("address", ADDRESSES)
def test_health_is_only_read(address, client, db):
    assert client.post(address).status_code == 405
    assert client.head(address).content == b""
