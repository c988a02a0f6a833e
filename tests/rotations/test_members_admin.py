"""Members in the admin: managers change those of the rotations that name them, administrators all."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from pipelines.models import Engineer
from rotations.models import Membership
from tests.factories import make_engineer, make_rotation

ADD = reverse("admin:rotations_membership_add")


@pytest.fixture
def elsewhere(team):
    """A manager of another rotation."""
    manager = make_engineer("Manager elsewhere", is_staff=True)
    manager.groups.add(Group.objects.get(name=Engineer.MANAGERS))
    make_rotation("Elsewhere", managers=[manager])
    return manager


def page(membership: Membership, name: str) -> str:
    return reverse(f"admin:rotations_membership_{name}", args=[membership.pk])


def row(engineer: Engineer, rotation) -> dict[str, object]:
    return {
        "engineer": engineer.pk,
        "rotation": rotation.pk,
        "joins_on": "2026-12-01",
        "leaves_on": "2027-12-01",
        "capacity_percent": 100,
    }


@pytest.mark.parametrize("who", ["manager", "administrator"])
def test_the_rotations_manager_and_administrators_change_its_members(team, cast, sign_in, who):
    client = sign_in(getattr(cast, who))
    assert client.post(ADD, row(cast.stranger, team.rotation)).status_code == 302
    made = Membership.objects.get(engineer=cast.stranger)
    assert client.post(page(made, "change"), row(cast.stranger, team.rotation) | {"leaves_on": ""}).status_code == 302
    made.refresh_from_db()
    assert (made.rotation, made.joins_on, made.leaves_on) == (team.rotation, dt.date(2026, 12, 1), None)
    assert client.post(page(made, "delete"), {"post": "yes"}).status_code == 302
    assert not Membership.objects.filter(engineer=cast.stranger).exists()


def test_a_manager_of_another_rotation_reads_them_alone(team, cast, sign_in, elsewhere):
    client = sign_in(elsewhere)
    theirs = Membership.objects.get(engineer=cast.a)
    assert client.get(page(theirs, "change")).status_code == 200
    assert client.post(page(theirs, "change"), row(cast.a, team.rotation)).status_code == 403
    assert client.post(page(theirs, "delete"), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [theirs.pk], "post": "yes"}
    assert client.post(reverse("admin:rotations_membership_changelist"), chosen).status_code == 403
    refused = client.post(ADD, row(cast.stranger, team.rotation))
    assert (refused.status_code, list(refused.context["adminform"].form.errors)) == (200, ["rotation"])
    assert list(Membership.objects.filter(rotation=team.rotation).values_list("engineer", "joins_on")) == [
        (engineer.pk, dt.date(2020, 1, 1)) for engineer in (cast.a, cast.b, cast.c, cast.d)
    ]


def test_nobody_moves_a_member_into_a_rotation_that_is_not_theirs(team, cast, sign_in, elsewhere):
    theirs = Membership.objects.get(engineer=cast.a)
    other = elsewhere.managed_rotations.get()
    refused = sign_in(cast.manager).post(page(theirs, "change"), row(cast.a, other))
    assert list(refused.context["adminform"].form.errors) == ["rotation"]
