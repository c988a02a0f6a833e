"""The standing audit on the database: what it loads, what is acknowledged, and whom the pager tells when."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from pipelines.models import Engineer, Ownership, Runbook, Training
from rotations.domain.roster import Role
from rotations.domain.spans import DAY, WEEK, Span
from rotations.domain.standing import standing_audit
from rotations.loads.standing import load_watched
from rotations.models import AuditRun, ConfirmedGap, Message, Shift, TimeOffRequest, Unit
from rotations.verbs.auditing import (
    EVERY,
    FIRST,
    LEASE,
    Lease,
    acknowledge_gap,
    audit_soon,
    claim_audits,
    reopen_gap,
    run_audit,
)
from rotations.verbs.messages import queue_message
from rotations.verbs.overrides import end_override, override
from rotations.verbs.time_off import approve, cancel, request_time_off
from tests.factories import at, make_cover, make_engineer, make_pipeline, make_shift

WEEKS = 18


@pytest.fixture
def staffed(team, cast):
    """The team planned for as long as is looked, each runbook reviewed: nothing is wrong."""
    first = dt.date(2026, 11, 23)
    for week in range(1, WEEKS):
        day = (first + week * WEEK).isoformat()
        make_shift(team.on_profit, cast.a, week=day)
        make_shift(team.on_profit, cast.b, "secondary", week=day)
        make_shift(team.on_growth, cast.c, week=day)
        make_shift(team.on_growth, cast.d, "secondary", week=day)
    Shift.objects.update(changed_at=at("2026-11-01 12:00"))  # when they were published
    for pipeline in (team.profit, team.growth):
        Runbook.objects.create(pipeline=pipeline, purpose="x", reviewed_on=first)
    return team


def off(engineer, first, last, state="approved", **fields):
    return TimeOffRequest.objects.create(
        engineer=engineer,
        starts_at=at(f"{first} 00:00"),
        ends_at=at(f"{last} 00:00"),
        time_zone="UTC",
        state=state,
        requested_at=at("2026-11-01 08:00"),
        **fields,
    )


def found(team, now):
    return [(one.kind.value, one.text) for one in standing_audit(load_watched(team.rotation, now))]


def test_a_team_that_is_staffed_has_no_finding(staffed, monday):
    assert found(staffed, monday) == []


def test_each_kind_is_found_from_the_rows_it_comes_from(staffed, cast, monday):
    Shift.objects.filter(unit=staffed.on_profit, role="primary", starts_at=at("2026-12-14 09:00")).delete()
    Shift.objects.filter(unit=staffed.on_profit, role="secondary", starts_at=at("2026-12-21 09:00")).delete()
    Shift.objects.filter(unit=staffed.on_growth, starts_at=at("2026-12-28 09:00")).update(engineer=cast.c)
    off(cast.a, "2027-01-05", "2027-01-06")
    make_cover(staffed.shifts.growth_primary, cast.a, "2026-11-25 00:00", "2026-11-26 00:00", replaces=cast.b)
    Engineer.objects.filter(pk=cast.d.pk).update(email="")
    Ownership.objects.filter(pipeline=staffed.growth).update(ends_on=dt.date(2026, 12, 1))
    Runbook.objects.filter(pipeline=staffed.profit).update(reviewed_on=dt.date(2026, 1, 1))
    Runbook.objects.filter(pipeline=staffed.growth).delete()
    make_pipeline("Churn", owners=(cast.a, cast.b))
    assert found(staffed, monday) == [
        ("gap", "Profit has no primary: nobody is planned"),
        ("gap", "Profit has no primary: Data Engineer A is away and nobody covers"),
        ("clash", "Growth: Data Engineer C is both primary and secondary"),
        ("thin", "Profit has no secondary: nobody is planned"),
        ("no_contact", "Data Engineer D has no e-mail address, and is secondary of Growth"),
        ("owners", "Growth has no owners from Tue 1 Dec 2026 on"),
        ("no_runbook", "Growth has no runbook"),
        (
            "idle_cover",
            "Data Engineer A is to cover as primary of Growth, but Data Engineer B does not hold it: it has no effect",
        ),
        ("no_unit", "Churn stands in no unit: nobody carries its pager"),
        ("old_runbook", "the runbook of Profit was not reviewed since Thu 1 Jan 2026"),
        ("owner_away", "Data Engineer A, an owner of Profit, is away"),
    ]


def test_a_request_that_would_leave_a_gap_is_found(staffed, cast, monday):
    Training.objects.all().delete()
    off(cast.b, "2026-12-01", "2026-12-02")
    off(cast.a, "2026-12-01", "2026-12-02", state="requested")
    assert ("request", "approving the time off that Data Engineer A asks for would leave Profit without a primary") in (
        found(staffed, monday)
    )


def test_who_does_not_get_their_mails_has_no_working_contact(staffed, cast, monday):
    lost = queue_message(cast.a, "notice", "k", "s", "t", monday - DAY)
    Message.objects.filter(pk=lost.pk).update(state="gave up", outcome="SMTPException: no", due_at=None)
    assert found(staffed, monday) == [
        (
            "no_contact",
            "Data Engineer A could not be reached: the last message was given up, and is primary of Profit",
        )
    ]
    reached = queue_message(cast.a, "notice", "k2", "s", "t", monday)
    Message.objects.filter(pk=reached.pk).update(state="sent", due_at=None)
    assert found(staffed, monday) == []


def test_a_message_given_up_for_want_of_an_address_says_nothing_against_the_one_there_is_now(staffed, cast, monday):
    lost = queue_message(cast.a, "notice", "k", "s", "t", monday - DAY)
    Message.objects.filter(pk=lost.pk).update(state="gave up", outcome="A has no e-mail address", due_at=None)
    assert found(staffed, monday) == []


def test_pipelines_and_units_of_other_rotations_are_not_its_business(staffed, cast, monday):
    other = make_pipeline("Other", owners=(make_engineer("X"), make_engineer("Y")))
    unit = Unit.objects.create(rotation=staffed.rotation, name="Retired")
    unit.places.create(pipeline=other, ends_on=dt.date(2026, 11, 1))
    other.is_active = False
    other.save()
    assert found(staffed, monday) == []


@pytest.mark.parametrize("more", [0, 3])
def test_everything_is_loaded_in_a_fixed_number_of_queries(staffed, cast, monday, more, django_assert_num_queries):
    for n in range(more):
        pipeline = make_pipeline(owners=(make_engineer(), make_engineer()))
        staffed.rotation.units.create(name=f"u{n}").places.create(pipeline=pipeline)
        off(cast.a, f"2026-12-0{n + 1}", f"2026-12-0{n + 2}", state="requested")
    with django_assert_num_queries(QUERIES):
        load_watched(staffed.rotation, monday)


QUERIES = 18

# --- left knowingly

AWAY = Span(at("2026-12-01 00:00"), at("2026-12-03 00:00"))


@pytest.fixture
def gap(staffed, cast):
    off(cast.a, "2026-12-01", "2026-12-03", decided_at=at("2026-11-20 08:00"))
    return staffed


def leave(team, cast, now, reason="Year end, nothing runs", span=AWAY, role=Role.PRIMARY):
    return acknowledge_gap(team.rotation, team.on_profit.pk, role, span, reason, by=cast.manager, at=now)


def states(team, now):
    return [(one.kind.value, one.is_open) for one in standing_audit(load_watched(team.rotation, now))]


def test_a_gap_that_is_left_knowingly_stays_on_the_audit_until_it_is_filled(gap, cast, monday):
    row = leave(gap, cast, monday)
    assert (row.by, row.at, row.reason) == (cast.manager, monday, "Year end, nothing runs")
    assert states(gap, monday)[0] == ("gap", False)
    shift = Shift.objects.get(unit=gap.on_profit, role="primary", starts_at=at("2026-11-30 09:00"))
    cover = make_cover(shift, cast.c, "2026-12-01 00:00", "2026-12-03 00:00", decided_at=monday + DAY)
    assert [kind for kind, _ in states(gap, monday + DAY)] == ["owner_away"]
    cover.ended_at = monday + 2 * DAY
    cover.save()
    assert states(gap, monday + 2 * DAY)[0] == ("gap", True)


def test_taking_back_opens_it_again_and_its_history_stays(gap, cast, monday):
    row = leave(gap, cast, monday)
    reopen_gap(row, by=cast.administrator, at=monday)
    assert states(gap, monday)[0] == ("gap", True)
    assert [(one.history_type, one.history_user) for one in ConfirmedGap.history.order_by("history_id")] == [
        ("+", cast.manager),
        ("-", cast.administrator),
    ]
    with pytest.raises(ValidationError, match="changed since"):
        reopen_gap(row, by=cast.manager, at=monday)


def test_without_a_reason_nothing_is_left(gap, cast, monday):
    with pytest.raises(ValidationError) as refusal:
        leave(gap, cast, monday, reason="  ")
    assert refusal.value.message_dict == {"reason": ["Reason: say why it is left so."]}
    assert ConfirmedGap.objects.count() == 0


@pytest.mark.parametrize(
    "seen",
    [
        {"span": Span(AWAY.start, AWAY.end + DAY)},
        {"role": Role.SECONDARY},
    ],
)
def test_what_changed_since_it_was_seen_is_not_left(gap, cast, monday, seen):
    with pytest.raises(ValidationError, match="changed since"):
        leave(gap, cast, monday, **seen)


def test_a_gap_is_left_once(gap, cast, monday):
    leave(gap, cast, monday)
    with pytest.raises(ValidationError, match="changed since"):
        leave(gap, cast, monday)
    assert ConfirmedGap.objects.count() == 1


# --- what the pager does


def due(team, now, **fields):
    """A run of the team's rotation that is due, as if its managers had had this week's mail."""
    fields = {"next_at": now, "told_week": dt.date(2026, 11, 23), **fields}
    return AuditRun.objects.update_or_create(rotation=team.rotation, defaults=fields)[0]


def audit(now):
    leases = claim_audits(now, 5)
    return [run_audit(lease, now) for lease in leases]


def subjects():
    return list(Message.objects.order_by("pk").values_list("engineer__name", "subject"))


def test_a_new_rotation_is_audited_in_an_hour_and_mails_on_its_next_hand_off(team, monday):
    assert claim_audits(monday, 5) == []
    run = AuditRun.objects.get()
    assert (run.rotation, run.next_at, run.told_week) == (team.rotation, monday + FIRST, dt.date(2026, 11, 23))
    assert audit(monday + FIRST) == [True]


def test_what_was_found_is_noted_and_looked_at_again_soon(gap, monday):
    due(gap, monday)
    assert audit(monday) == [True]
    run = AuditRun.objects.get()
    assert (run.ran_at, run.next_at) == (monday, monday + EVERY)
    assert (run.open_count, run.urgent_count, run.confirmed_count, run.told) == (1, 0, 0, [])
    assert subjects() == []


def test_managers_are_told_at_once_of_a_gap_within_72_hours_and_once(gap, cast, monday):
    now = at("2026-11-28 00:01")
    due(gap, now)
    audit(now)
    assert subjects() == [("Manager", "A gap within 72 hours: Data")]
    text = Message.objects.get().text
    assert "- Profit has no primary: Data Engineer A is away and nobody covers, Tue 1 Dec to Wed 2 Dec 2026. " in text
    assert "/rotations/data/audit/" in text
    audit(now + EVERY)
    assert Message.objects.count() == 1


def test_a_gap_that_changes_is_told_again_and_so_is_one_that_comes_back(gap, cast, monday):
    now = at("2026-11-28 00:01")
    due(gap, now)
    audit(now)
    request = TimeOffRequest.objects.get()
    TimeOffRequest.objects.update(ends_at=at("2026-12-04 00:00"))
    audit(now + EVERY)
    assert Message.objects.count() == 2
    request.delete()
    audit(now + 2 * EVERY)
    off(cast.a, "2026-12-01", "2026-12-04")
    audit(now + 3 * EVERY)
    assert Message.objects.count() == 3


def test_a_gap_that_is_left_knowingly_is_told_to_nobody(gap, cast):
    now = at("2026-11-28 00:01")
    leave(gap, cast, now)
    due(gap, now)
    audit(now)
    assert (subjects(), AuditRun.objects.get().confirmed_count) == ([], 1)


def test_the_weekly_mail_goes_out_on_the_morning_of_the_hand_off_once(gap, cast):
    morning = at("2026-11-30 09:00")
    due(gap, morning - EVERY, told=["told already"])
    AuditRun.objects.update(told=[one.identity for one in standing_audit(load_watched(gap.rotation, morning))])
    audit(morning - EVERY)
    assert subjects() == []
    audit(morning)
    audit(morning + EVERY)
    assert subjects() == [("Manager", "Audit of Data, week of Mon 30 Nov 2026: 1 finding")]
    text = Message.objects.get().text
    assert "Gap: no primary\n- Profit has no primary: Data Engineer A is away and nobody covers" in text
    assert "Owner away" not in text


def test_there_is_no_weekly_mail_where_nothing_is_wrong(staffed):
    morning = at("2026-11-30 09:00")
    due(staffed, morning)
    audit(morning)
    assert (subjects(), AuditRun.objects.get().told_week) == ([], dt.date(2026, 11, 30))


def test_after_weeks_without_a_worker_only_this_weeks_mail_goes_out(gap):
    late = at("2026-12-16 12:00")
    due(gap, at("2026-11-24 00:00"))
    Shift.objects.filter(unit=gap.on_profit, role="secondary", starts_at=at("2026-12-28 09:00")).delete()
    audit(late)
    assert subjects() == [("Manager", "Audit of Data, week of Mon 14 Dec 2026: 1 finding")]


def test_without_managers_the_administrators_are_told(gap, cast):
    gap.rotation.managers.clear()
    now = at("2026-11-28 00:01")
    due(gap, now)
    audit(now)
    assert subjects() == [("Administrator", "A gap within 72 hours: Data")]


def test_who_lost_the_lease_tells_nobody(gap, monday):
    now = at("2026-11-28 00:01")
    due(gap, now)
    [lost] = claim_audits(now, 5)
    assert claim_audits(now + LEASE - EVERY / 90, 5) == []
    [held] = claim_audits(now + LEASE, 5)
    assert run_audit(lost, now + LEASE) is False
    assert subjects() == []
    assert run_audit(held, now + LEASE) is True
    assert run_audit(held, now + LEASE) is False
    assert len(subjects()) == 1


def test_a_rotation_that_was_removed_meanwhile_is_passed_over(team, monday):
    assert run_audit(Lease(0, monday), monday) is False


def test_a_change_of_duty_can_have_it_audited_at_once(team, monday):
    due(team, monday + EVERY)
    audit_soon(team.rotation, monday)
    assert AuditRun.objects.get().next_at == monday
    audit_soon(team.rotation, monday + DAY)
    assert AuditRun.objects.get().next_at == monday


def test_time_off_and_overrides_have_it_audited_at_once(team, cast, monday):
    def is_due():
        return AuditRun.objects.get().next_at == monday

    due(team, monday + EVERY)
    day = dt.date(2026, 11, 25)
    request = request_time_off(cast.a, day, day, "vacation", by=cast.a, at=monday)
    assert not is_due()
    approve(request, by=cast.manager, at=monday)
    assert is_due()
    due(team, monday + EVERY)
    cancel(request, by=cast.manager, at=monday, note="Not any more")
    assert is_due()
    due(team, monday + EVERY)
    span = Span(monday, monday + DAY)
    args = (team.rotation, "primary", [team.on_profit], span, cast.d, "On fire")
    covers = override(*args, by=cast.manager, at=monday, confirmed=True)
    assert is_due()
    due(team, monday + EVERY)
    end_override(covers[0], by=cast.manager, at=monday)
    assert is_due()
