"""The standing audit by a real worker and a real mail server: told once, also when the worker is killed."""

import datetime as dt
import signal

import pytest
from django.utils import timezone

from rotations.models import AuditRun, Message, Shift
from rotations.verbs.auditing import claim_audits
from tests.test_pager import Sink, running_pager, sink  # noqa: F401  (sink is a fixture)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
PATIENCE = 120


@pytest.fixture
def due(team) -> AuditRun:
    """A rotation in which nobody has duty now, whose audit is due."""
    Shift.objects.all().delete()
    today = timezone.now().date()
    return AuditRun.objects.create(
        rotation=team.rotation, next_at=timezone.now(), told_week=today + dt.timedelta(days=7)
    )


def once(sink: Sink) -> None:  # noqa: F811
    with running_pager(sink, "--once", "--no-jobs") as pager:
        pager.wait(PATIENCE)
    assert pager.returncode == 0


def test_managers_get_one_mail_of_a_gap_and_one_a_week_however_often_the_worker_runs(due, sink):  # noqa: F811
    AuditRun.objects.update(told_week=None)
    once(sink)
    once(sink)
    AuditRun.objects.update(next_at=timezone.now())
    once(sink)
    subjects = sorted(line for mail in sink.mails for line in mail.splitlines() if line.startswith("Subject:"))
    assert [subject.split(":")[1].strip().split(" of Data")[0] for subject in subjects] == [
        "A gap within 72 hours",
        "Audit",
    ]


@pytest.mark.long
def test_a_worker_that_is_killed_while_it_mails_repeats_no_message(due, sink):  # noqa: F811
    sink.is_deaf = True
    with running_pager(sink, "--no-jobs") as victim:
        sink.victim = victim.pid
        victim.wait(PATIENCE)
    assert (victim.returncode, sink.mails) == (-signal.SIGKILL, [])
    assert Message.objects.count() == 1

    sink.is_deaf = False
    # a minute passes: the lease of the dead ends, and the audit is due again
    Message.objects.update(due_at=timezone.now(), lease_until=timezone.now())
    AuditRun.objects.update(next_at=timezone.now())
    once(sink)
    once(sink)
    assert (Message.objects.count(), len(sink.mails)) == (1, 1)


def test_one_that_dies_between_claim_and_audit_loses_nothing(due, sink):  # noqa: F811
    assert len(claim_audits(timezone.now(), 5)) == 1  # and dies
    once(sink)
    assert sink.mails == []
    AuditRun.objects.update(next_at=timezone.now())  # its lease ends
    once(sink)
    once(sink)
    assert len(sink.mails) == 1
