"""Accounts in the admin: nobody changes, or takes over, the account of somebody with more rights than their own."""

import pytest
from django.contrib.auth.models import Group

from pipelines.models import Engineer
from tests.factories import make_engineer

NEW = "violet-tram-9"


@pytest.fixture
def superuser(db) -> Engineer:
    return make_engineer("Superuser", is_staff=True, is_superuser=True)


@pytest.fixture
def helper(cast) -> Engineer:
    """Somebody who may change engineers and nothing else."""
    cast.stranger.is_staff = True
    cast.stranger.save()
    may = Group.objects.get(name=Engineer.ADMINISTRATORS).permissions
    cast.stranger.user_permissions.set(may.filter(codename__in=["change_engineer", "delete_engineer", "view_engineer"]))
    return cast.stranger


def address(engineer: Engineer, page: str) -> str:
    return f"/admin/pipelines/engineer/{engineer.pk}/{page}/"


def try_everything(client, engineer: Engineer) -> list[int]:
    """The answers to a new password, another address and removal."""
    password = {"usable_password": "true", "password1": NEW, "password2": NEW}
    person = {"username": engineer.username, "name": "Changed", "email": "mine@example.org", "time_zone": "UTC"}
    person |= {"is_active": "on", "is_staff": "on"}
    posts = {"password": password, "change": person, "delete": {"post": "yes"}}
    return [client.post(address(engineer, page), data).status_code for page, data in posts.items()]


def test_an_administrator_cannot_take_over_a_superuser(cast, superuser, sign_in):
    client = sign_in(cast.administrator)
    assert try_everything(client, superuser) == [403, 403, 403]
    data = {"action": "delete_selected", "_selected_action": [superuser.pk], "post": "yes"}
    client.post("/admin/pipelines/engineer/", data)
    superuser.refresh_from_db()
    assert (superuser.check_password(NEW), superuser.email) == (False, "superuser@example.org")


def test_an_administrator_makes_nobody_a_superuser(cast, sign_in):
    administrator = cast.administrator
    data = {"username": "administrator", "name": "Boss", "email": "", "time_zone": "UTC", "is_superuser": "on"}
    data |= {"is_active": "on", "is_staff": "on", "groups": [administrator.groups.get().pk]}
    assert sign_in(administrator).post(address(administrator, "change"), data).status_code == 302
    administrator.refresh_from_db()
    assert (administrator.name, administrator.is_superuser) == ("Boss", False)


def test_a_superuser_makes_superusers(cast, superuser, sign_in):
    data = {"username": "manager", "name": "M", "email": "", "time_zone": "UTC", "is_superuser": "on"}
    assert sign_in(superuser).post(address(cast.manager, "change"), data).status_code == 302
    assert Engineer.objects.get(username="manager").is_superuser is True


def test_an_administrator_changes_everybody_else(cast, sign_in):
    assert try_everything(sign_in(cast.administrator), cast.stranger) == [302, 302, 302]


@pytest.mark.parametrize("who", ["manager", "administrator"])
def test_a_right_to_change_engineers_reaches_nobody_with_more_rights(cast, helper, sign_in, who):
    assert try_everything(sign_in(helper), getattr(cast, who)) == [403, 403, 403]


def test_who_may_only_look_sees_nothing_of_a_password(cast, sign_in):
    hers, his = (
        sign_in(getattr(cast, who)).get(address(cast.a, "change")).content for who in ("administrator", "manager")
    )
    assert (b"<strong>algorithm</strong>" in hers, b"<strong>algorithm</strong>" in his) == (True, False)
