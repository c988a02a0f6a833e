"""Messages: queued once, leased, sent, retried, given up; whoever lost a lease records nothing."""

import datetime as dt

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from pipelines.models import Engineer
from rotations.models import Message
from rotations.verbs.messages import (
    LEASE,
    RETRIES,
    claim_messages,
    drop_waiting,
    queue_message,
    send_again,
    send_message,
)  # fmt: skip

BROKEN = "tests.rotations.test_messages.BrokenBackend"


class BrokenBackend(BaseEmailBackend):
    """A mail server that refuses everything."""

    def send_messages(self, email_messages) -> int:
        raise ConnectionRefusedError("nobody listens")


class Killed(BaseException):
    """As a kill: nothing behind it runs."""


class DeadlyBackend(BaseEmailBackend):
    def send_messages(self, email_messages) -> int:
        raise Killed


@pytest.fixture
def message(cast, monday) -> Message:
    return queue_message(cast.a, "page", "incident-1-page-1", "PAGE: it broke", "Look.", monday, thread="incident-1")


def deliver(now: dt.datetime) -> int:
    leases = claim_messages(now, 10)
    for lease in leases:
        send_message(lease, now)
    return len(leases)


def state(message: Message) -> tuple:
    message.refresh_from_db()
    return message.state, message.attempts, message.due_at, message.outcome


def test_the_same_key_is_never_told_twice_to_the_same_person(message, cast, monday):
    assert queue_message(cast.a, "page", message.key, "other", "other", monday) == message
    queue_message(cast.b, "page", message.key, "PAGE", "Look.", monday)
    assert Message.objects.count() == 2


def test_a_message_is_undone_with_what_caused_it(cast, monday):
    def cause() -> None:
        queue_message(cast.a, "notice", "k", "s", "t", monday)
        raise RuntimeError("what caused it failed after all")

    with pytest.raises(RuntimeError), transaction.atomic():
        cause()
    assert Message.objects.count() == 0


def test_a_line_break_in_a_subject_does_not_end_the_header(cast, monday):
    queue_message(cast.a, "notice", "k", "it\nbroke\r\nBcc: all@example.org", "t", monday)
    assert deliver(monday) == 1
    assert (mail.outbox[0].subject, mail.outbox[0].bcc) == ("it broke Bcc: all@example.org", [])


def test_a_message_is_sent_once_and_its_outcome_recorded(message, cast, monday):
    assert [deliver(monday), deliver(monday), deliver(monday + 2 * LEASE)] == [1, 0, 0]
    assert state(message) == ("sent", 1, None, "accepted by the mail server")
    assert message.sent_at == monday
    [sent] = mail.outbox
    assert (sent.subject, sent.body, sent.to) == ("PAGE: it broke", "Look.", [cast.a.email])


def test_mails_of_a_thread_are_shown_together_and_a_repeat_has_the_same_identity(message, monday):
    deliver(monday)
    send_again([message], at=monday)
    deliver(monday)
    first, second = (sent.extra_headers for sent in mail.outbox)
    assert first == second == {
        "Message-ID": f"<message-{message.pk}.20261123100000@testserver>",
        "In-Reply-To": "<incident-1@testserver>",
        "References": "<incident-1@testserver>",
    }  # fmt: skip


def test_what_is_leased_is_nobody_elses_until_the_lease_ends(message, monday):
    claim_messages(monday, 10)
    assert claim_messages(monday + LEASE - dt.timedelta(seconds=1), 10) == []
    assert state(message)[0] == "sending"
    assert deliver(monday + LEASE) == 1
    assert state(message)[:2] == ("sent", 1)


def test_who_lost_the_lease_neither_sends_nor_records(message, monday):
    [lost] = claim_messages(monday, 10)
    [held] = claim_messages(monday + LEASE, 10)
    send_message(lost, monday + LEASE)
    send_message(lost, monday + LEASE - dt.timedelta(seconds=1))  # its own clock is slow
    assert (len(mail.outbox), state(message)[0]) == (0, "sending")
    send_message(held, monday + LEASE)
    send_message(lost, monday)
    assert (len(mail.outbox), state(message)[0]) == (1, "sent")


def test_the_oldest_goes_first_and_no_more_than_asked_for(cast, monday):
    for minute in (2, 0, 1):
        queue_message(cast.a, "notice", f"k{minute}", "s", "t", monday + dt.timedelta(minutes=minute))
    later = monday + dt.timedelta(hours=1)
    first = [lease.message for lease in claim_messages(later, 2)]
    assert [Message.objects.get(pk=pk).key for pk in first] == ["k0", "k1"]


def test_a_refused_mail_is_tried_again_later_and_later_and_given_up_in_sight(message, monday, settings, caplog):
    settings.EMAIL_BACKEND = BROKEN
    now, waits = monday, []
    while state(message)[2] is not None:
        assert deliver(now) == 1
        if due_at := state(message)[2]:
            waits.append(due_at - now)
            now = due_at
    assert waits == list(RETRIES)
    assert state(message) == ("gave up", 5, None, "ConnectionRefusedError: nobody listens")
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 4 + ["ERROR"]


def test_a_person_without_an_address_is_given_up_at_once_and_the_outcome_says_so(message, cast, monday):
    Engineer.objects.filter(pk=cast.a.pk).update(email="")
    deliver(monday)
    assert state(message) == ("gave up", 1, None, "Data Engineer A has no e-mail address")


def test_pages_that_nobody_needs_any_more_are_dropped_and_notices_stay(message, cast, monday):
    queue_message(cast.b, "notice", "n", "s", "t", monday, thread="incident-1")
    [lease, _] = claim_messages(monday, 10)
    drop_waiting("incident-1")
    send_message(lease, monday)
    assert state(message) == ("dropped", 0, None, "not needed any more")
    assert mail.outbox == []
    assert Message.objects.get(key="n").state == "sending"


def test_sending_again_starts_anew_and_leaves_alone_what_waits(message, cast, monday):
    waiting = queue_message(cast.b, "notice", "n", "s", "t", monday)
    Message.objects.filter(pk=message.pk).update(state="gave up", attempts=5, due_at=None)
    later = monday + dt.timedelta(hours=3)
    assert send_again([message, waiting], at=later) == 1
    assert state(message) == ("queued", 0, later, "")


def test_an_administrator_sends_again_in_the_admin_and_a_manager_only_reads(message, cast, sign_in):
    Message.objects.filter(pk=message.pk).update(state="gave up", due_at=None)
    choice = {"action": "send_again", "_selected_action": [message.pk]}
    address = "/admin/rotations/message/"
    sign_in(cast.manager).post(address, choice)
    assert state(message)[0] == "gave up"
    answer = sign_in(cast.administrator).post(address, choice, follow=True)
    assert state(message)[0] == "queued"
    assert "1 queued; the pager sends them within seconds." in answer.content.decode()
    page = sign_in(cast.manager).get(f"{address}{message.pk}/change/")
    assert (page.status_code, b'name="_save"' in page.content) == (200, False)


def test_what_waited_too_long_in_its_batch_was_no_attempt(message, monday, settings):
    """A slow mail server lets leases of a batch run out; that must not use up the attempts of who was never tried."""
    for minute in range(5):
        [lease] = claim_messages(monday + minute * LEASE, 10)
        send_message(lease, lease.until)
    settings.EMAIL_BACKEND = BROKEN
    deliver(monday + 5 * LEASE)
    assert state(message)[:3] == ("queued", 1, monday + 5 * LEASE + RETRIES[0])


def test_a_message_that_ends_its_process_every_time_is_given_up_in_sight(message, monday, settings, caplog):
    settings.EMAIL_BACKEND = "tests.rotations.test_messages.DeadlyBackend"
    now = monday
    for _ in range(5):
        with pytest.raises(Killed):
            deliver(now)
        now += LEASE
    assert deliver(now) == 1
    assert state(message) == ("gave up", 5, None, "every attempt ended with the process that made it")
    assert [record.levelname for record in caplog.records] == ["ERROR"]
