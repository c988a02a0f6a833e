"""Requests that no page of ours sends: told as bad, never a failure, and nothing is read or shown that is too much."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from rotations.verbs.time_off import request_time_off
from tests.factories import make_incident, make_sla

MIB = 1024 * 1024
WITH_NUL = [
    "/incidents/new/?pipeline=%00",
    "/incidents/?state=%00",
    "/calendar/?rotation=%00",
    "/pipelines/profit/?x=a%00b",
    "/admin/rotations/timeoffrequest/?decision=%00",
    "/admin/incidents/incident/?state__exact=%00",
    "/admin/autocomplete/?app_label=pipelines&model_name=ownership&field_name=primary&term=%00",
    "/admin/incidents/incident/%00/change/",
    "/invitations/%00/",
]


@pytest.mark.parametrize("address", WITH_NUL)
def test_an_address_with_a_nul_is_bad(team, cast, sign_in, address):
    answer = sign_in(cast.administrator).get(address)
    assert (answer.status_code, b"This request makes no sense to us" in answer.content) == (400, True)


def test_a_reason_with_a_nul_is_refused_by_name(team, cast, sign_in):
    day = timezone.now().date() + dt.timedelta(days=3)
    request = request_time_off(cast.a, day, day, "other", by=cast.a, at=timezone.now())
    answer = sign_in(cast.manager).post(f"/time-off/{request.pk}/decline/", {"note": "a\0b"})
    assert (answer.status_code, b"Reason: null characters are not allowed." in answer.content) == (422, True)
    request.refresh_from_db()
    assert request.state == "requested"


@pytest.mark.parametrize("asked", ["-1", "0", "1000000"])
def test_the_length_of_a_list_is_not_the_readers_to_say(team, cast, sign_in, asked):
    make_sla()
    for _ in range(26):
        make_incident(team.profit, dt.datetime(2026, 11, 23, tzinfo=dt.UTC))
    answer = sign_in(cast.a).get(f"/incidents/?per_page={asked}")
    assert (answer.status_code, len(answer.context["table"].page.object_list)) == (200, 25)


@pytest.mark.parametrize("count", ["9" * 5000, "9" * 10, "-1", "x"])
def test_a_count_of_rows_that_nobody_typed_is_no_failure(team, cast, sign_in, count):
    address = "/pipelines/profit/runbook/"
    answer = sign_in(cast.manager).post(address, {"more": "modes", "modes-TOTAL_FORMS": count})
    assert answer.status_code == 200
    assert sign_in(cast.manager).post(address, {"modes-TOTAL_FORMS": count}).status_code == 422


@pytest.mark.parametrize("who", ["a", "manager", "administrator"])
def test_a_post_to_no_page_of_the_admin_finds_nothing(cast, sign_in, who):
    assert sign_in(getattr(cast, who)).post("/admin/nothing/").status_code == 404


def test_an_upload_larger_than_any_page_takes_is_not_even_read(team, cast, sign_in):
    """Else a stranger fills the disk: files are written down before a view, or the sign-in, looks at them."""
    address = "/rotations/data/audit/"
    too_much = sign_in(cast.a).post(address, {"file": SimpleUploadedFile("t.csv", b"x" * 3 * MIB)})
    too_long = sign_in(cast.a).post(address, {"file": SimpleUploadedFile("t.csv", b"x" * (MIB + 1))})
    assert (too_much.status_code, too_long.status_code) == (400, 422)
    assert b"The file is larger than 1 MiB" in too_long.content
