"""Coming in by invitation: once, in time, and into no more rights than it gives."""

import datetime as dt
import html
import io
import logging
import re
import threading

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import connection

from pipelines.models import Engineer, Invitation
from pipelines.verbs import InvitationGoneError, accept_invitation, invite, open_invitation, token_digest

NEW = {"username": "ada", "name": "Ada", "password": "violet-tram-9", "password_again": "violet-tram-9"}


@pytest.fixture
def now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC)


@pytest.fixture
def invited(cast, now):
    """Makes an invitation and gives its token: `invited("Managers")`."""

    def make(group: str | None = None, at: dt.datetime = now) -> str:
        into = Group.objects.get(name=group) if group else None
        return invite(email="ada@example.org", group=into, by=cast.administrator, at=at)[1]

    return make


def test_only_the_digest_of_the_token_is_kept(invited):
    token = invited()
    row = Invitation.objects.get()
    assert len(token) >= 22  # 128 bits take 22 letters of base64
    assert row.token_digest == token_digest(token)
    assert token not in str(vars(row))


def test_whoever_has_the_link_makes_an_account_and_is_signed_in(invited, client):
    address = f"/invitations/{invited()}/"
    page = client.get(address)
    assert (page.status_code, page["Referrer-Policy"]) == (200, "same-origin")
    answer = client.post(address, NEW)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    ada = Engineer.objects.get(username="ada")
    assert (ada.name, ada.email, ada.is_staff, ada.is_superuser, ada.groups.count()) == (
        "Ada",
        "ada@example.org",
        False,
        False,
        0,
    )
    assert ada.check_password("violet-tram-9")
    assert client.session["_auth_user_id"] == str(ada.pk)
    used = Invitation.objects.get()
    assert (used.accepted_by, used.accepted_at is not None) == (ada, True)


@pytest.mark.parametrize(("group", "staff"), [("Managers", True), ("Administrators", True), (None, False)])
def test_the_account_joins_the_group_of_the_invitation(invited, now, group, staff):
    ada = accept_invitation(invited(group), username="ada", name="Ada", password="violet-tram-9", at=now)
    assert (list(ada.groups.values_list("name", flat=True)), ada.is_staff) == ([group] if group else [], staff)
    assert ada.is_superuser is False


def test_a_link_works_once(invited, client, now):
    token = invited()
    accept_invitation(token, username="ada", name="Ada", password="violet-tram-9", at=now)
    for answer in (client.get(f"/invitations/{token}/"), client.post(f"/invitations/{token}/", NEW)):
        assert answer.status_code == 404
        assert b"ask whoever invited you for a new link" in answer.content


def test_a_link_ends_after_seven_days(invited, client, now):
    assert client.get(f"/invitations/{invited(at=now - dt.timedelta(days=7))}/").status_code == 404
    assert client.get(f"/invitations/{invited(at=now - dt.timedelta(days=6, hours=23))}/").status_code == 200


def test_an_unknown_or_revoked_link_says_what_to_do(invited, client):
    token = invited()
    Invitation.objects.all().delete()
    for address in (f"/invitations/{token}/", "/invitations/nonsense/"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert b"This invitation is not open" in answer.content


def test_inviting_again_ends_the_earlier_link(invited, now):
    first, second = invited(), invited()
    with pytest.raises(InvitationGoneError):
        open_invitation(first, now)
    assert open_invitation(second, now).email == "ada@example.org"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"username": "data-engineer-a"}, "A user with that username already exists."),
        ({"username": "a b"}, "Enter a valid username."),
        ({"name": ""}, "This field is required."),
        ({"password": "12345678", "password_again": "12345678"}, "This password is entirely numeric."),
        ({"password": "short", "password_again": "short"}, "This password is too short."),
        ({"password": "ada@example.org", "password_again": "ada@example.org"}, "too similar to the e-mail"),
        ({"password_again": "another-tram-9"}, "The two passwords are not the same."),
    ],
)
def test_bad_input_is_told_by_field_and_the_link_still_works(invited, client, change, words):
    address = f"/invitations/{invited()}/"
    answer = client.post(address, NEW | change)
    assert answer.status_code == 422
    assert words in html.unescape(answer.content.decode())
    assert not Engineer.objects.filter(email="ada@example.org").exists()
    assert client.post(address, NEW).status_code == 302


def test_an_address_that_got_an_account_meanwhile_is_told(invited, client, cast):
    address = f"/invitations/{invited()}/"
    Engineer.objects.filter(pk=cast.stranger.pk).update(email="ADA@example.org")
    answer = client.post(address, NEW)
    assert answer.status_code == 422
    assert b"sign in with it instead" in answer.content


def test_a_username_taken_between_look_and_write_is_told(invited, now):
    with pytest.raises(ValidationError) as refused:
        accept_invitation(invited(), username="data-engineer-a", name="Ada", password="violet-tram-9", at=now)
    assert list(refused.value.message_dict) == ["username"]
    assert Invitation.objects.get().accepted_at is None


def test_somebody_with_an_account_is_not_invited(cast, now):
    with pytest.raises(ValidationError, match="has an account already"):
        invite(email=cast.a.email.upper(), group=None, by=cast.administrator, at=now)


def test_only_an_administrator_makes_administrators(cast, now):
    group = Group.objects.get(name=Engineer.ADMINISTRATORS)
    with pytest.raises(ValidationError, match="Only an administrator"):
        invite(email="x@example.org", group=group, by=cast.manager, at=now)
    assert not Invitation.objects.exists()


def test_the_admin_shows_the_link_once(cast, sign_in):
    client = sign_in(cast.administrator)
    answer = client.post("/admin/pipelines/invitation/add/", {"email": "ada@example.org", "group": ""})
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)
    link = re.search(r"http://testserver(/invitations/[\w-]+/)", answer.content.decode())
    token = link[1].split("/")[2]
    assert client.get(link[1]).status_code == 200
    pk = Invitation.objects.get().pk
    for page in ("", f"{pk}/change/", f"{pk}/history/", f"{pk}/delete/"):
        later = client.get(f"/admin/pipelines/invitation/{page}")
        assert (later.status_code, token in later.content.decode()) == (200, False)


def test_the_admin_refuses_an_address_that_has_an_account(cast, sign_in):
    data = {"email": cast.a.email, "group": ""}
    answer = sign_in(cast.administrator).post("/admin/pipelines/invitation/add/", data)
    assert b"Somebody with this address has an account already." in answer.content
    assert not Invitation.objects.exists()


def test_taking_back_an_invitation_is_deleting_it_and_a_used_one_stays(cast, sign_in, invited, client, now):
    token = invited()
    address = f"/admin/pipelines/invitation/{Invitation.objects.get().pk}/delete/"
    assert sign_in(cast.administrator).post(address, {"post": "yes"}).status_code == 302
    assert client.get(f"/invitations/{token}/").status_code == 404
    accept_invitation(invited(), username="ada", name="Ada", password="violet-tram-9", at=now)
    address = f"/admin/pipelines/invitation/{Invitation.objects.get().pk}/delete/"
    assert sign_in(cast.administrator).post(address, {"post": "yes"}).status_code == 403


def test_the_token_stays_out_of_the_logs(invited, client, monkeypatch):
    console = next(handler for handler in logging.getLogger().handlers if handler.name == "console")
    written = io.StringIO()
    monkeypatch.setattr(console, "stream", written)
    address = f"/invitations/{invited()}/"
    Invitation.objects.all().delete()
    assert client.get(address).status_code == 404
    assert written.getvalue().endswith("WARNING django.request: Not Found: /invitations/.../\n")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_at_once_one_gets_the_account(invited, now):
    token, start, refused = invited(), threading.Barrier(2), []

    def accept(username: str) -> None:
        start.wait()
        try:
            accept_invitation(token, username=username, name="Ada", password="violet-tram-9", at=now)
        except InvitationGoneError as refusal:
            refused.extend(refusal.messages)
        finally:
            connection.close()

    threads = [threading.Thread(target=accept, args=[username]) for username in ("ada", "ada-again")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["This invitation is not open."]
    assert Engineer.objects.filter(email="ada@example.org").count() == 1
