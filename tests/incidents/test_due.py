"""Due work of incidents: warnings and breaches once each, whoever comes first; paging step by step."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents import verbs
from incidents.due import DUE_WORK
from incidents.models import Clock, Entry, Incident
from pipelines.models import Engineer, KeyAction, Runbook
from rotations.due import DUE_WORK as ROTATION_WORK
from rotations.models import Message
from rotations.pager import run_cycle
from tests.factories import make_cover, make_incident, make_sla


@pytest.fixture
def incident(team, monday) -> Incident:
    make_sla()
    return make_incident(team.profit, monday)


def after(start: dt.datetime, minutes: float) -> dt.datetime:
    return start + dt.timedelta(minutes=minutes)


def cycle(at: dt.datetime, works=DUE_WORK) -> int:
    done = run_cycle(works, lambda: at)
    assert done.failed == 0
    return done.done


def entries(incident: Incident, *kinds: str) -> list[tuple[str, str]]:
    return list(incident.entries.filter(kind__in=kinds).values_list("kind", "text"))


def paged(incident: Incident) -> list[tuple[str, dt.datetime]]:
    pages = Message.objects.filter(kind="page", thread=f"incident-{incident.pk}").order_by("created_at", "pk")
    return [(page.engineer.letters, page.created_at) for page in pages]


def told(subject: str) -> list[str]:
    notices = Message.objects.filter(kind="notice", subject__startswith=subject).order_by("engineer__name")
    return [notice.engineer.letters for notice in notices]


def test_unanswered_it_pages_the_responder_the_next_and_the_managers_again_and_again(incident, monday):
    for minute in range(61):
        cycle(after(monday, minute))
    steps = [("A", 0), ("B", 15), ("M", 30), ("M", 45), ("M", 60)]
    assert paged(incident) == [(who, after(monday, minute)) for who, minute in steps]


def test_nobody_is_paged_before_a_step_is_due_nor_after_an_answer(incident, cast, monday):
    cycle(monday)
    cycle(after(monday, 14))
    verbs.acknowledge(incident, by=cast.a, at=after(monday, 14.5))
    cycle(after(monday, 60))
    assert paged(incident) == [("A", monday)]


def test_off_hours_the_secondary_is_paged_first_and_the_timeline_says_why(team, monday):
    make_sla()
    night = monday.replace(hour=2) + dt.timedelta(days=1)
    incident = make_incident(team.profit, night)
    cycle(night)
    assert entries(incident, "paged") == [("paged", "Data Engineer B (secondary): off-hours: the secondary goes first")]


def test_a_cover_is_paged_and_nobody_twice_when_the_chain_turns(team, cast, monday):
    make_sla()
    make_cover(team.shifts.profit_primary, cast.d, "2026-11-23 10:00", "2026-11-23 10:10")
    incident = make_incident(team.profit, monday)
    for minute in (0, 15, 30):
        cycle(after(monday, minute))
    assert [who for who, _ in paged(incident)] == ["D", "A", "M"]


def test_a_pager_that_was_down_for_a_day_calls_everybody_once(incident, monday):
    tomorrow = after(monday, 24 * 60)
    for second in range(5):
        cycle(tomorrow + dt.timedelta(seconds=second))
    assert [who for who, _ in paged(incident)] == ["B", "A", "M"] or [who for who, _ in paged(incident)] == [
        "A", "B", "M",
    ]  # fmt: skip


def test_a_page_says_what_how_long_who_else_what_first_and_where(incident, team, monday):
    book = Runbook.objects.create(pipeline=team.profit, purpose="Profit")
    for place, text in enumerate(["read the logs", "check the sources", "validate", "never shown"]):
        KeyAction.objects.create(runbook=book, text=text, position=place)
    cycle(monday)
    cycle(after(monday, 15))
    page = Message.objects.get(kind="page", engineer__short_name="B")
    assert page.subject == f"PAGE: critical #{incident.pk} Profit: Row count 0"
    assert page.text == (
        "Row count 0\ncritical, Profit\n\n"
        "Answer: 15 min left\nData right: 3 h 45 min left\n\n"
        "You are called: behind the primary.\nAlso called: Data Engineer A.\n\n"
        "First from the runbook:\n- read the logs\n- check the sources\n- validate\n\n"
        f"Acknowledge it here:\nhttp://testserver/incidents/{incident.pk}/\n"
    )


def test_a_warning_and_a_breach_are_recorded_and_told_once_each_though_nobody_looks(incident, monday):
    for minute in range(250):
        cycle(after(monday, minute))
    assert entries(incident, "at risk", "breached") == [
        ("at risk", "Answer: 6 min left."),
        ("breached", "Answer was due within 30 min."),
        ("at risk", "Data right: 48 min left."),
        ("breached", "Data right was due within 4 h."),
    ]
    assert told("At risk") == ["A", "A", "B", "B", "M"]  # the manager was paged before the second warning
    assert told("Breached") == ["A", "A", "B", "B", "M", "M"]


def test_two_workers_that_claimed_the_same_record_it_once(incident, monday):
    for at, works in ((monday, DUE_WORK), (after(monday, 31), DUE_WORK[1:])):
        claims = [(work, claimed) for work in works for claimed in work.claim(at, 50)]
        for work, claimed in [*claims, *claims]:
            work.act(claimed, at)
    assert [kind for kind, _ in entries(incident, "paged", "at risk", "breached")] == ["paged", "at risk", "breached"]


def test_a_breach_of_one_clock_leaves_the_other_its_own(incident, cast, monday):
    cycle(after(monday, 31))
    verbs.acknowledge(incident, by=cast.a, at=after(monday, 32))
    cycle(after(monday, 241))
    cycle(after(monday, 242))
    assert [text for _, text in entries(incident, "breached")] == [
        "Answer was due within 30 min, recorded 1 min after.",
        "Data right was due within 4 h, recorded 1 min after.",
    ]


def test_a_reopened_incident_does_not_breach_twice_for_one_due_instant(incident, cast, monday):
    cycle(after(monday, 241))
    verbs.resolve(incident, "loaded again", by=cast.a, at=after(monday, 250))
    verbs.reopen(incident, by=cast.a, at=after(monday, 260))
    cycle(after(monday, 300))
    assert len(entries(incident, "breached")) == 2


def test_a_page_given_up_makes_the_next_step_due_at_once(incident, cast, monday):
    Engineer.objects.filter(pk=cast.a.pk).update(email="")
    cycle(monday, [*DUE_WORK, *ROTATION_WORK[:1]])
    cycle(after(monday, 0.1))
    assert [who for who, _ in paged(incident)] == ["A", "B"]


def test_when_no_page_reaches_anybody_it_goes_round_once_and_then_every_fifteen_minutes(incident, monday):
    Engineer.objects.update(email="")
    works = [*DUE_WORK, *ROTATION_WORK[:1]]
    for second in range(60):
        cycle(monday + dt.timedelta(seconds=second), works)
    # A, B, the manager, and the administrator in their stead; then whoever is left, no more often than planned
    found = [who for who, _ in paged(incident)]
    assert found[:4] == ["A", "B", "M", "A"]
    assert len(found) == 5


def test_incidents_that_only_wait_for_their_next_step_keep_no_worker_busy(incident, monday):
    Engineer.objects.update(email="")
    for second in range(10):
        cycle(monday + dt.timedelta(seconds=second), [*DUE_WORK, *ROTATION_WORK[:1]])
    assert cycle(monday + dt.timedelta(seconds=10)) == 0


def test_with_nobody_to_call_the_timeline_says_so(incident, monday, caplog):
    Engineer.objects.update(is_active=False)
    Engineer.objects.filter(username="administrator").update(is_active=False)
    cycle(monday)
    assert entries(incident, "paged") == [("paged", "Nobody can be called: there is no administrator.")]
    incident.refresh_from_db()
    assert incident.next_page_at is not None


minute_of = st.integers(0, 300)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cycles=st.lists(minute_of, max_size=8),
    answered=st.none() | minute_of,
    resolved=st.none() | minute_of,
)
def test_the_clocks_come_to_the_same_whatever_the_order(team, cast, monday, cycles, answered, resolved):
    if not cast.__dict__.setdefault("sla", []):
        cast.sla = make_sla()
    incident = make_incident(team.profit, monday)
    if answered is not None and resolved is not None:
        answered = min(answered, resolved)
    deeds = [(minute, 0, "cycle") for minute in cycles] + [(301, 0, "cycle")]
    deeds += [(answered, 1, "answer")] if answered is not None else []
    deeds += [(resolved, 2, "resolve")] if resolved is not None else []
    for minute, _, deed in sorted(deeds):
        at = after(monday, minute)
        incident.refresh_from_db()
        if deed == "cycle":
            cycle(at)
        elif deed == "answer":
            verbs.acknowledge(incident, by=cast.a, at=at)
        else:
            verbs.resolve(incident, "mended", by=cast.a, at=at)
    ends = {"Answer": next((m for m in (answered, resolved) if m is not None), 301)}
    ends["Data right"] = 301 if resolved is None else resolved
    limits = {("Answer", "at risk"): 24, ("Answer", "breached"): 30}
    limits |= {("Data right", "at risk"): 192, ("Data right", "breached"): 240}
    expected = sorted(key for key, limit in limits.items() if ends[key[0]] >= limit)
    recorded = Entry.objects.filter(incident=incident, kind__in=["at risk", "breached"]).values_list("text", "kind")
    assert sorted((clock, kind) for text, kind in recorded for clock in ends if text.startswith(clock)) == expected
    breaches = Message.objects.filter(thread=f"incident-{incident.pk}", subject__startswith="Breached")
    keys = [(message.engineer_id, message.key) for message in breaches]
    assert len(set(keys)) == len(keys)
    assert len({key for _, key in keys}) == sum(1 for _, kind in expected if kind == "breached")
    # what this example left running is no work of the next one
    Incident.objects.update(next_page_at=None)
    Clock.objects.update(stopped_at=monday)
