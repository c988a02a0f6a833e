"""The mailbox: mails in files, for managers and administrators, as plain text."""

import os
import re

import pytest
from django.core.mail import EmailMessage

from oncall_portal.mailbox import FILE_BACKEND, mails


@pytest.fixture
def folder(settings, tmp_path):
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = FILE_BACKEND, tmp_path
    return tmp_path


def send(folder, subject: str, text: str = "Look.", age: int = 0) -> None:
    EmailMessage(subject, text, to=["a@example.org"]).send()
    # two mails of one second may get the same name, and then share a file
    [made] = folder.glob("20*.log")
    kept = made.rename(folder / f"kept-{age}.log")
    os.utime(kept, (10_000 - age, 10_000 - age))


@pytest.mark.parametrize(("who", "status"), [("a", 404), ("stranger", 404), ("manager", 200), ("administrator", 200)])
def test_managers_and_administrators_read_it_and_nobody_else_knows_of_it(who, status, folder, cast, sign_in):
    assert sign_in(getattr(cast, who)).get("/mailbox/").status_code == status


def test_where_mails_leave_by_a_server_there_is_no_mailbox(cast, sign_in):
    assert sign_in(cast.manager).get("/mailbox/").status_code == 404


def test_nobody_sees_it_without_signing_in(client, folder, db):
    assert client.get("/mailbox/").status_code == 302


def test_the_newest_mail_comes_first(folder):
    for subject, age in (("second", 5), ("first", 9), ("third", 1)):
        send(folder, subject, age=age)
    assert [mail.subject for mail in mails(folder)] == ["third", "second", "first"]
    assert [mail.subject for mail in mails(folder, limit=1)] == ["third"]


def test_a_mail_is_shown_as_text_and_never_as_a_page(folder, cast, sign_in):
    send(folder, "Größe <b>", "<script>alert(1)</script>\nhttp://testserver/incidents/1/")
    page = sign_in(cast.manager).get("/mailbox/").content.decode()
    assert "Größe &lt;b&gt;" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("who", ["manager", "administrator"])
def test_a_link_that_opens_an_account_is_shown_to_nobody(who, folder, cast, sign_in, client):
    client.post("/accounts/password/reset/", {"email": cast.a.email})
    page = sign_in(getattr(cast, who)).get("/mailbox/").content.decode()
    assert re.findall(r"/password/reset/key/\S+", page) == ["/password/reset/key/.../"]


def test_an_empty_mailbox_says_how_to_fill_it(folder, cast, sign_in):
    assert "No mail was sent yet." in sign_in(cast.manager).get("/mailbox/").content.decode()


def test_of_two_mails_in_one_file_the_later_comes_first(folder):
    EmailMessage("one", "1", to=["a@example.org"]).send()
    [made] = folder.iterdir()
    made.write_bytes(made.read_bytes() + made.read_bytes().replace(b"Subject: one", b"Subject: two"))
    assert [mail.subject for mail in mails(folder)] == ["two", "one"]
