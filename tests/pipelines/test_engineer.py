"""An engineer: letters, hue and history."""

import pytest

from pipelines.domain.faces import initials
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
