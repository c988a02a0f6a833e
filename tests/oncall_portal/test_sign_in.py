"""One door, in our look: every page of the accounts that can be reached, and the error pages."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client, override_settings
from django.urls import path

from oncall_portal.urls import urlpatterns as portal_urls

OUTSIDE = ["login/", "signup/", "inactive/", "password/reset/", "password/reset/done/", "password/reset/key/done/"]
OUTSIDE += ["password/reset/key/1-nonsense/"]
INSIDE = ["logout/", "password/change/", "reauthenticate/", "password/reset/"]
CLOSED = ["email/", "confirm-email/", "confirm-email/nonsense/"]


def in_our_look(page: bytes) -> bool:
    return page.count(b'class="wordmark"') == 1 and page.count(b"<h1") == 1 and b"css/base.css" in page


@pytest.mark.parametrize("address", OUTSIDE)
def test_every_page_outside_is_in_our_look(db, client, address):
    answer = client.get(f"/accounts/{address}")
    assert (answer.status_code, in_our_look(answer.content)) == (200, True)


@pytest.mark.parametrize("address", INSIDE)
def test_every_page_inside_is_in_our_look(cast, sign_in, address):
    answer = sign_in(cast.a).get(f"/accounts/{address}", follow=True)
    assert (answer.status_code, in_our_look(answer.content)) == (200, True)


@pytest.mark.parametrize("address", ["/", "/me/", "/time-off/", "/calendar/", "/nowhere/"])
def test_no_cache_keeps_a_page_for_somebody_else(team, cast, sign_in, address):
    assert sign_in(cast.a).get(address)["Cache-Control"] == "no-cache, private"


@pytest.mark.parametrize("address", CLOSED)
def test_lists_of_addresses_are_closed_and_lead_to_ones_own_page(cast, sign_in, client, address):
    assert sign_in(cast.a).get(f"/accounts/{address}")["Location"] == "/me/"
    assert client.get(f"/accounts/{address}")["Location"] == f"/accounts/login/?next=/accounts/{address}"


def test_somebody_without_a_password_sets_one(cast, sign_in):
    cast.a.set_unusable_password()
    cast.a.save()
    assert in_our_look(sign_in(cast.a).get("/accounts/password/set/").content)


def test_a_wrong_password_is_told_and_next_is_kept(cast, client):
    wrong = client.post("/accounts/login/?next=/pipelines/", {"login": "data-engineer-a", "password": "no"})
    assert b"The username and/or password you specified are not correct." in wrong.content
    assert re.search(rb'name="next"[^>]*value="/pipelines/"|value="/pipelines/"[^>]*name="next"', wrong.content)
    data = {"login": "data-engineer-a@example.org", "password": "sesame", "next": "/pipelines/"}
    assert client.post("/accounts/login/", data)["Location"] == "/pipelines/"


def test_next_leads_nowhere_else(cast, client):
    data = {"login": "data-engineer-a", "password": "sesame", "next": "https://evil.example/"}
    assert client.post("/accounts/login/", data)["Location"] == "/"


def test_sign_out_is_a_post(cast, sign_in):
    client = sign_in(cast.a)
    client.get("/accounts/logout/")
    assert "_auth_user_id" in client.session
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("what", ["action_add", "action_primary", "action_send", "action_remove"])
def test_an_address_is_changed_on_ones_own_page_alone(cast, sign_in, what):
    client = sign_in(cast.a)
    for address in ("", "evil@example.org", cast.b.email, cast.a.email):
        answer = client.post("/accounts/email/", {what: "1", "email": address})
        assert (answer.status_code, answer["Location"]) == (302, "/me/")
    cast.a.refresh_from_db()
    assert (cast.a.email, EmailAddress.objects.count(), len(mail.outbox)) == ("data-engineer-a@example.org", 0, 0)


def test_a_former_address_opens_nothing(cast, sign_in, client):
    sign_in(cast.a).get("/accounts/email/")
    former, cast.a.email = cast.a.email, "new@example.org"
    cast.a.save()
    assert client.post("/accounts/login/", {"login": former, "password": "sesame"}).status_code == 200
    client.post("/accounts/password/reset/", {"email": former})
    assert [letter.subject for letter in mail.outbox] == ["On-call portal: No account with this address"]


def test_the_way_to_a_new_password_is_on_ones_own_page(cast, sign_in):
    assert b'href="/accounts/password/change/"' in sign_in(cast.a).get("/me/").content


def test_signing_up_is_closed(db, client):
    data = {"username": "x", "email": "x@example.org", "password1": "violet-tram-9", "password2": "violet-tram-9"}
    answer = client.post("/accounts/signup/", data)
    assert b"Accounts are made by invitation" in answer.content


@override_settings(PUBLIC_URL="https://oncall.example.org")
def test_a_forgotten_password_is_mended_by_mail_whose_link_is_ours(cast, client):
    client.post("/accounts/password/reset/", {"email": cast.a.email}, headers={"host": "localhost"})
    letter = mail.outbox[0]
    assert letter.subject == "On-call portal: Choose a new password"
    link = re.search(r"https://oncall\.example\.org(/accounts/password/reset/key/\S+)", letter.body)[1]
    page = client.get(link, follow=True)
    assert in_our_look(page.content)
    answer = client.post(page.request["PATH_INFO"], {"password1": "violet-tram-9", "password2": "violet-tram-9"})
    assert in_our_look(client.get(answer["Location"], follow=True).content)
    cast.a.refresh_from_db()
    assert cast.a.check_password("violet-tram-9")


def test_an_unknown_address_learns_nothing_on_the_page(db, client):
    answer = client.post("/accounts/password/reset/", {"email": "nobody@example.org"}, follow=True)
    assert b"If somebody here has that address" in answer.content
    assert "No account has this address" in mail.outbox[0].body


# --- error pages


def broken(request):
    raise RuntimeError("on purpose")


urlpatterns = [*portal_urls, path("broken/", broken)]


def test_a_missing_page_shows_the_way_back(cast, sign_in):
    answer = sign_in(cast.a).get("/nowhere/")
    assert (answer.status_code, in_our_look(answer.content)) == (404, True)
    assert b'href="/">Who is on call now' in answer.content


@override_settings(ROOT_URLCONF=__name__)
def test_a_failure_shows_a_page_that_needs_nothing(cast, sign_in):
    client = sign_in(cast.a)
    client.raise_request_exception = False
    answer = client.get("/broken/")
    assert (answer.status_code, in_our_look(answer.content)) == (500, True)


def test_a_form_without_its_token_is_told_in_our_look(cast):
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x"})
    assert (answer.status_code, in_our_look(answer.content)) == (403, True)
    assert b"This form is too old" in answer.content


def test_a_broken_request_is_told(cast, sign_in):
    answer = sign_in(cast.a).get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400
