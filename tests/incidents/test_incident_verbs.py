"""Verbs of incidents: what they change, what they refuse, and that two people at once get one answer."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from incidents import verbs
from incidents.models import Entry, Incident, SlaPolicy
from incidents.verbs.paging import take_paging_step
from rotations.models import Message
from tests.factories import make_incident, make_pipeline, make_sla

NO_POLICY = (
    "There is no SLA policy for high incidents of the audience investors. "
    "An administrator must add one in the admin under SLA policies."
)


@pytest.fixture
def sla(team):
    return make_sla()


@pytest.fixture
def incident(team, sla, monday) -> Incident:
    return make_incident(team.profit, monday)


def after(start: dt.datetime, minutes: float) -> dt.datetime:
    return start + dt.timedelta(minutes=minutes)


def timeline(incident: Incident) -> list[tuple[str, str]]:
    return [(entry.kind, entry.text) for entry in incident.entries.all()]


def clock(incident: Incident, kind: str = "response"):
    return incident.clocks.get(kind=kind)


def test_a_report_starts_both_clocks_and_makes_the_first_page_due(team, sla, cast, monday):
    incident = verbs.report(team.profit, "critical", " Row\ncount 0 ", "since 9", by=cast.c, at=monday)
    assert (incident.state, incident.title, incident.opened_by) == ("open", "Row count 0", cast.c)
    assert (incident.next_page_at, incident.page_step, incident.is_promise) == (monday, 0, True)
    assert (clock(incident).warn_at, clock(incident).due_at) == (after(monday, 24), after(monday, 30))
    assert clock(incident, "resolution").due_at == after(monday, 240)
    assert timeline(incident) == [("opened", "critical: Row count 0")]


def test_a_report_without_an_sla_policy_says_what_an_administrator_must_add(team, cast, monday):
    with pytest.raises(ValidationError) as refusal:
        verbs.report(team.profit, "high", "Late", "", by=cast.a, at=monday)
    assert refusal.value.message_dict["severity"] == [NO_POLICY]
    assert Incident.objects.count() == 0


def test_a_report_on_a_pipeline_out_of_service_is_refused(sla, cast, monday):
    with pytest.raises(ValidationError, match="out of service"):
        verbs.report(make_pipeline("Old", is_active=False), "high", "Late", "", by=cast.a, at=monday)


def test_an_internal_target_is_copied_from_the_policy(team, cast, monday):
    make_sla(is_promise=False)
    assert make_incident(team.profit, monday).is_promise is False


def test_acknowledging_stops_the_response_clock_and_paging(incident, cast, monday):
    verbs.acknowledge(incident, by=cast.b, at=after(monday, 3))
    incident.refresh_from_db()
    assert (incident.state, incident.acknowledged_by, incident.next_page_at) == ("acknowledged", cast.b, None)
    assert (clock(incident).stopped_at, clock(incident, "resolution").stopped_at) == (after(monday, 3), None)
    assert timeline(incident)[-1] == ("acknowledged", "")


def test_the_second_to_acknowledge_is_told_who_was_first(incident, cast, monday):
    verbs.acknowledge(incident, by=cast.b, at=after(monday, 3))
    with pytest.raises(ValidationError) as refusal:
        verbs.acknowledge(incident, by=cast.a, at=after(monday, 4))
    assert refusal.value.messages == ["Data Engineer B acknowledged it at 10:03."]


def test_others_who_were_paged_are_told_that_it_is_answered_and_their_waiting_pages_are_dropped(incident, cast, monday):
    take_paging_step(incident.pk, monday)
    take_paging_step(incident.pk, after(monday, 15))
    verbs.acknowledge(incident, by=cast.b, at=after(monday, 16))
    told = Message.objects.order_by("pk").values_list("engineer__short_name", "kind", "state")
    assert list(told) == [("A", "page", "dropped"), ("B", "page", "dropped"), ("A", "notice", "queued")]


def test_an_answer_after_its_time_records_the_breach_itself(incident, cast, monday):
    verbs.acknowledge(incident, by=cast.b, at=after(monday, 33))
    assert timeline(incident)[1:] == [
        ("acknowledged", ""),
        ("at risk", "Answer: the warning was recorded late."),
        ("breached", "Answer was due within 30 min, recorded 3 min after."),
    ]
    assert Message.objects.filter(subject__startswith="Breached").count() == 3  # B (who is owner too), A, the manager


def test_mitigating_acknowledges_and_leaves_the_resolution_clock_running(incident, cast, monday):
    verbs.mitigate(incident, "rolled back", by=cast.a, at=after(monday, 5))
    incident.refresh_from_db()
    assert (incident.state, incident.acknowledged_by, incident.next_page_at) == ("mitigated", cast.a, None)
    assert clock(incident).stopped_at == after(monday, 5)
    assert clock(incident, "resolution").stopped_at is None
    assert timeline(incident)[1:] == [("acknowledged", ""), ("mitigated", "rolled back")]


def test_resolving_stops_both_clocks_and_asks_how_it_was_mended(incident, cast, monday):
    with pytest.raises(ValidationError) as refusal:
        verbs.resolve(incident, "  ", by=cast.a, at=after(monday, 9))
    assert list(refusal.value.message_dict) == ["text"]
    verbs.resolve(incident, "loaded again", by=cast.a, at=after(monday, 9))
    incident.refresh_from_db()
    assert (incident.state, incident.resolved_by, incident.resolved_at) == ("resolved", cast.a, after(monday, 9))
    assert [one.stopped_at for one in incident.clocks.all()] == [after(monday, 9)] * 2


def test_what_is_over_cannot_be_mitigated_or_given_another_severity(incident, cast, monday):
    verbs.resolve(incident, "loaded again", by=cast.a, at=monday)
    for verb, extra in ((verbs.mitigate, "x"), (verbs.change_severity, "high"), (verbs.resolve, "again")):
        with pytest.raises(ValidationError, match="It is resolved"):
            verb(incident, extra, by=cast.a, at=after(monday, 1))


def test_an_incident_opened_again_pages_anew_while_its_resolution_clock_runs_on(incident, cast, monday):
    take_paging_step(incident.pk, monday)
    verbs.resolve(incident, "loaded again", by=cast.a, at=after(monday, 9))
    verbs.reopen(incident, "empty again", by=cast.c, at=after(monday, 20))
    incident.refresh_from_db()
    assert (incident.state, incident.page_step, incident.next_page_at) == ("open", 0, after(monday, 20))
    assert (incident.acknowledged_by, incident.resolved_at) == (None, None)
    assert (clock(incident).stopped_at, clock(incident, "resolution").stopped_at) == (after(monday, 9), None)
    assert clock(incident, "resolution").due_at == after(monday, 240)
    take_paging_step(incident.pk, after(monday, 20))
    incident.refresh_from_db()
    assert incident.next_page_at == after(monday, 35)
    assert Message.objects.filter(kind="page", engineer=cast.a).count() == 2


def test_after_half_an_hour_it_is_a_new_incident(incident, cast, monday):
    verbs.resolve(incident, "loaded again", by=cast.a, at=monday)
    with pytest.raises(ValidationError, match="more than 30 minutes ago"):
        verbs.reopen(incident, by=cast.a, at=after(monday, 30))


def test_another_severity_counts_both_clocks_from_the_opening(incident, cast, monday):
    take_paging_step(incident.pk, monday)
    verbs.change_severity(incident, "high", by=cast.a, at=after(monday, 10))
    incident.refresh_from_db()
    assert (clock(incident).due_at, clock(incident, "resolution").due_at) == (after(monday, 120), after(monday, 720))
    assert incident.next_page_at == after(monday, 60)
    assert timeline(incident)[-1] == ("severity changed"[:8], "from critical to high")


def test_only_a_new_due_instant_warns_and_breaches_again(incident, cast, monday):
    SlaPolicy.objects.filter(severity="high").update(respond_minutes=30)
    response = clock(incident)
    response.warned_at = response.breached_at = after(monday, 31)
    response.save()
    verbs.change_severity(incident, "high", by=cast.a, at=after(monday, 40))
    assert clock(incident).breached_at == after(monday, 31)
    verbs.change_severity(incident, "medium", by=cast.a, at=after(monday, 41))
    assert (clock(incident).warned_at, clock(incident).breached_at) == (None, None)


def test_a_severity_changed_to_and_fro_breaches_each_due_instant_once(incident, cast, monday):
    """Critical is late at once, high is not, and back at critical nothing is said again of what was said."""
    verbs.change_severity(incident, "high", by=cast.a, at=after(monday, 10))
    verbs.change_severity(incident, "critical", by=cast.a, at=after(monday, 40))
    verbs.change_severity(incident, "high", by=cast.a, at=after(monday, 41))
    verbs.change_severity(incident, "critical", by=cast.a, at=after(monday, 42))
    breaches = [text for kind, text in timeline(incident) if kind == "breached"]
    assert len(breaches) == 1
    assert clock(incident).breached_at == after(monday, 42)


def test_the_severity_it_has_already_is_refused(incident, cast, monday):
    with pytest.raises(ValidationError, match="It is critical already"):
        verbs.change_severity(incident, "critical", by=cast.a, at=monday)


def test_a_note_is_a_line_with_who_and_when(incident, cast, monday):
    note = verbs.add_note(incident, " looking ", by=cast.d, at=after(monday, 1))
    assert (note.kind, note.text, note.by, note.at) == ("note", "looking", cast.d, after(monday, 1))
    with pytest.raises(ValidationError, match="Write what you want to note"):
        verbs.add_note(incident, "\n", by=cast.d, at=monday)


def test_the_timeline_refuses_every_change(incident):
    entry = incident.entries.get()
    entry.text = "never happened"
    attempts = [
        entry.save,
        entry.delete,
        Entry.objects.all().delete,
        incident.entries.all().delete,
        lambda: Entry.objects.update(text="never happened"),
        lambda: incident.entries.update(text="never happened"),
        lambda: Entry.objects.bulk_update([entry], ["text"]),
    ]
    for attempt in attempts:
        with pytest.raises(ValidationError, match="never"), transaction.atomic():
            attempt()
    assert timeline(incident) == [("opened", "critical: Row count 0")]


def test_history_says_who_changed_the_incident(incident, cast, monday):
    verbs.acknowledge(incident, by=cast.b, at=monday)
    assert incident.history.first().history_user == cast.b


@pytest.mark.django_db(transaction=True)
def test_of_two_who_acknowledge_at_once_exactly_one_wins(team, cast, monday):
    make_sla()
    incident = make_incident(team.profit, monday)
    start, refusals = threading.Barrier(2), []

    def answer(engineer) -> None:
        seen_open = Incident.objects.get(pk=incident.pk)
        start.wait()
        try:
            verbs.acknowledge(seen_open, by=engineer, at=monday)
        except ValidationError as refusal:
            refusals.extend(refusal.messages)
        finally:
            connection.close()

    threads = [threading.Thread(target=answer, args=[engineer]) for engineer in (cast.a, cast.b)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    incident.refresh_from_db()
    assert refusals == [f"{incident.acknowledged_by} acknowledged it at 10:00."]
    assert incident.entries.filter(kind="acknowledged").count() == 1
