"""An engineer: letters, hue and history."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from pipelines.domain.faces import initials
from pipelines.models import Engineer
from tests.factories import make_engineer


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Data Engineer A", "DA"), ("Ana", "A"), ("  ana  maria ", "AM"), ("", ""), ("Émile Ödön", "ÉÖ")],
)
def test_initials_are_the_first_letters_of_the_first_and_the_last_word(name, letters):
    assert initials(name) == letters


def test_signing_in_leaves_no_history_and_a_change_does(db, client):
    engineer = make_engineer("Ana")
    engineer.save()
    before = engineer.history.count()
    assert client.login(username=engineer.username, password="sesame")
    engineer.refresh_from_db()
    assert engineer.last_login is not None
    engineer.save(update_fields=["last_login"])
    assert engineer.history.count() == before
    engineer.name = "Ana Maria"
    engineer.save()
    assert engineer.history.count() == before + 1


@pytest.mark.parametrize(
    "twin",
    [{"username": "ADA", "email": ""}, {"username": "other", "email": "ADA@Example.org"}],
    ids=["name", "address"],
)
def test_no_second_account_differs_by_case_alone(db, twin):
    make_engineer("Ada")
    with pytest.raises(IntegrityError), transaction.atomic():
        Engineer.objects.create_user(**twin, password="sesame", name="Eve")


def test_a_second_account_that_differs_by_case_alone_is_refused_in_words(db):
    make_engineer("Ada")
    with pytest.raises(ValidationError) as refused:
        Engineer(username="ADA", email="ADA@example.org", name="Eve", password="x").full_clean()
    assert refused.value.messages == [
        "Somebody has this username already; upper and lower case are the same.",
        "This e-mail belongs to somebody else already.",
    ]


@pytest.mark.parametrize("login", ["Ada@Example.org", "ada@example.org", "ada", "ADA"])
def test_people_sign_in_however_their_name_or_address_was_written(db, client, login):
    ada = make_engineer("Ada", email="Ada@Example.org")
    assert ada.email == "ada@example.org"
    assert client.post("/accounts/login/", {"login": login, "password": "sesame"}).status_code == 302


@pytest.mark.parametrize(("username", "email"), [("ADA", "new@example.org"), ("new", "ADA@example.org")])
def test_the_first_administrator_too_is_refused_in_words(db, username, email):
    make_engineer("Ada")
    with pytest.raises(
        CommandError, match=r"^(Somebody has this username|This e-mail belongs to somebody else) already"
    ):
        call_command("createsuperuser", interactive=False, username=username, email=email, name="Boss")
