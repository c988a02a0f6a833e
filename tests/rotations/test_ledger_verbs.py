"""Booking in the ledger by hand, and saying afterwards who really was on duty: by whom, and what is refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from rotations.domain.counts import Account
from rotations.domain.opening_table import OpeningRow
from rotations.domain.spans import Span
from rotations.loads.ledger import Days, ledger_for_planning, load_ledgers
from rotations.loads.planning import planning_problem
from rotations.models import Cover, LedgerEntry, Message
from rotations.verbs.ledger import add_ledger_entry, add_openings, correct_served
from tests.factories import at, make_cover

MONDAY = dt.date(2026, 11, 23)
BOOKED = {"day": MONDAY, "account": "primary weeks", "amount": Decimal("1.5"), "reason": "Carried elsewhere"}
NEXT_WEEK = at("2026-12-01 12:00")


def book(team, cast, monday, **fields):
    given = {"rotation": team.rotation, "engineer": cast.a, "by": cast.manager, "at": monday, **BOOKED, **fields}
    return add_ledger_entry(given.pop("rotation"), given.pop("engineer"), **given)


def served(team, when=NEXT_WEEK):
    days = Days(MONDAY, dt.date(2026, 11, 30))
    return load_ledgers([team.rotation], days.last, when).statement_of(team.rotation.pk, days, when).lines


def test_an_entry_is_booked_with_author_and_reason_and_the_engineer_is_told(team, cast, monday):
    entry = book(team, cast, monday)
    assert (entry.by, entry.at, entry.kind, entry.reason) == (cast.manager, monday, "correction", "Carried elsewhere")
    message = Message.objects.get()
    assert (message.engineer, message.subject) == (cast.a, "Your ledger in Data changed")
    assert "+1.5 primary weeks on 2026-11-23, booked by Manager" in message.text
    assert served(team)[cast.a.pk].booked.primary_weeks == 1.5


def test_an_administrator_books_too(team, cast, monday):
    assert book(team, cast, monday, by=cast.administrator).by == cast.administrator


@pytest.mark.parametrize("who", ["a", "b", "stranger"])
def test_nobody_else_books(team, cast, monday, who):
    with pytest.raises(ValidationError):
        book(team, cast, monday, by=getattr(cast, who))
    assert not LedgerEntry.objects.exists()


def test_a_manager_does_not_book_for_themselves(team, cast, monday):
    team.rotation.memberships.create(engineer=cast.manager, joins_on=MONDAY)
    with pytest.raises(ValidationError, match="Nobody books for themselves"):
        book(team, cast, monday, engineer=cast.manager)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 301}, "reason"),
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal("1.005")}, "amount"),
        ({"amount": Decimal(100_001)}, "amount"),
        ({"account": "tokens"}, "account"),
        ({"kind": "gift"}, "kind"),
        ({"day": dt.date(2026, 11, 24)}, "day"),
        ({"day": dt.date(1999, 12, 31)}, "day"),
    ],
)
def test_what_cannot_be_booked_is_refused_by_field(team, cast, monday, fields, field):
    with pytest.raises(ValidationError) as refusal:
        book(team, cast, monday, **fields)
    assert list(refusal.value.message_dict) == [field]
    assert not LedgerEntry.objects.exists()


def test_who_never_was_a_member_has_no_ledger_there(team, cast, monday):
    with pytest.raises(ValidationError, match="Stranger never was a member of Data"):
        book(team, cast, monday, engineer=cast.stranger)


def test_an_account_is_opened_once_a_day(team, cast, monday):
    book(team, cast, monday, kind="opening")
    with pytest.raises(ValidationError, match="There is an opening balance in this account on this day already"):
        book(team, cast, monday, kind="opening")
    book(team, cast, monday)


def rows(cast, **fields):
    first = OpeningRow(2, cast.a.pk, MONDAY, Account.PRIMARY, Decimal(2))
    second = OpeningRow(3, cast.b.pk, MONDAY, Account.SECONDARY, Decimal(-1))
    return [first, second]


def test_a_table_of_openings_is_booked_at_once_and_each_is_told_once(team, cast, monday):
    add_openings(team.rotation, rows(cast), reason="From the old tool", by=cast.manager, at=monday)
    lines = served(team)
    assert [lines[who.pk].opening.tokens for who in (cast.a, cast.b, cast.c)] == [4, -1, 0]
    assert list(Message.objects.order_by("engineer__name").values_list("engineer__short_name", flat=True)) == ["A", "B"]


def test_a_table_is_booked_wholly_or_not_at_all(team, cast, monday):
    add_openings(team.rotation, rows(cast)[1:], reason="From the old tool", by=cast.manager, at=monday)
    with pytest.raises(ValidationError, match="Line 3, secondary weeks: Data Engineer B has an opening balance"):
        add_openings(team.rotation, rows(cast), reason="Again", by=cast.manager, at=monday)
    stranger = OpeningRow(4, cast.stranger.pk, MONDAY, Account.PRIMARY, Decimal(2))
    with pytest.raises(ValidationError, match="Line 4, engineer: Stranger never was a member"):
        add_openings(team.rotation, [rows(cast)[0], stranger], reason="More", by=cast.manager, at=monday)
    with pytest.raises(ValidationError, match="Reason"):
        add_openings(team.rotation, rows(cast), reason=" ", by=cast.manager, at=monday)
    assert LedgerEntry.objects.count() == 1


TUESDAY = Span(at("2026-11-24 00:00"), at("2026-11-25 00:00"))


def correct(team, cast, **fields):
    given = {"engineer": cast.d, "span": TUESDAY, "by": cast.manager, "reason": "A's laptop broke", "at": NEXT_WEEK}
    given |= fields
    shift = given.pop("shift", team.shifts.profit_primary)
    return correct_served(shift, given.pop("engineer"), given.pop("span"), **given)


def test_who_was_there_is_said_afterwards_and_calendar_and_ledger_tell_the_same(team, cast):
    before = served(team)
    cover = correct(team, cast)
    lines = served(team)
    assert (cover.cause, cover.reason, cover.decided_by) == ("correction", "A's laptop broke", cast.manager)
    assert before[cast.a.pk].served.primary_weeks == 1
    assert lines[cast.a.pk].served.primary_weeks == pytest.approx(6 / 7)
    assert lines[cast.d.pk].served.primary_weeks == pytest.approx(1 / 7)
    assert lines[cast.a.pk].planned == before[cast.a.pk].planned
    assert sum(line.balance for line in lines.values()) == pytest.approx(0)
    assert {message.engineer for message in Message.objects.all()} == {cast.a, cast.d}
    assert "A's laptop broke" in Message.objects.first().text


def test_a_correction_goes_before_covers_and_earlier_corrections(team, cast):
    make_cover(team.shifts.profit_primary, cast.c, "2026-11-24 00:00", "2026-11-26 00:00")
    correct(team, cast)
    correct(team, cast, engineer=cast.b, reason="It was B after all")
    lines = served(team)
    days = {who: lines[getattr(cast, who).pk].served.primary_weeks * 7 for who in "abcd"}
    assert days == pytest.approx({"a": 5, "b": 1, "c": 8, "d": 0})


def test_nobody_may_have_been_there(team, cast):
    correct(team, cast, engineer=None)
    assert served(team)[cast.a.pk].served.primary_weeks == pytest.approx(6 / 7)
    with pytest.raises(ValidationError, match="nobody is on record"):
        correct(team, cast, engineer=None)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": ""}, "Reason: say why"),
        ({"at": at("2026-11-24 12:00")}, "only what is over"),
        ({"span": Span(at("2026-11-22 00:00"), at("2026-11-24 00:00"))}, "stay inside the shift"),
        ({"span": Span(at("2026-11-29 00:00"), at("2026-11-30 10:00"))}, "stay inside the shift"),
    ],
)
def test_what_cannot_be_corrected_is_refused(team, cast, fields, words):
    with pytest.raises(ValidationError, match=words):
        correct(team, cast, **fields)
    assert not Cover.objects.exists()


def test_who_is_on_record_already_is_no_correction(team, cast):
    with pytest.raises(ValidationError, match="Data Engineer A is on record for all of that time"):
        correct(team, cast, engineer=cast.a)


def test_nobody_corrects_their_own_duty_and_only_managers_do(team, cast):
    team.rotation.managers.add(cast.d, cast.a)
    for who in (cast.d, cast.a):
        with pytest.raises(ValidationError, match="Nobody books for themselves"):
            correct(team, cast, by=who)
    with pytest.raises(ValidationError, match="Only the rotation's managers"):
        correct(team, cast, by=cast.b)


def test_planning_knows_what_was_booked_and_what_is_older_than_its_own_window(team, cast, monday):
    book(team, cast, monday, amount=Decimal(2), kind="opening")
    book(team, cast, monday, account="public-holiday days", amount=Decimal(3), kind="opening")
    found = ledger_for_planning(team.rotation, at("2026-11-26 21:00"), NEXT_WEEK)
    # half of the week is older: A carried 1 of 3 tokens, which four share
    assert found[cast.a.pk].tokens == pytest.approx(2 * 2 + 1 - 3 / 4)
    assert found[cast.a.pk].holiday_days == 3
    assert found[cast.b.pk].tokens == pytest.approx(0.5 - 3 / 4)


def test_a_plan_begins_with_the_opening_balances(team, cast, monday):
    """Who brings 6 tokens too many is planned for less than who brings nothing."""
    book(team, cast, monday, amount=Decimal(3), kind="opening")
    book(team, cast, monday, engineer=cast.b, amount=Decimal(-3), kind="opening")
    problem = planning_problem(team.rotation, dt.date(2026, 11, 30), 4, monday)
    brought = {row["id"]: row["ledger"] for row in problem["engineers"]}
    a, b, c = (brought[str(one.pk)] for one in (cast.a, cast.b, cast.c))
    assert a["weighted_load"] == c["weighted_load"] + 6
    assert (b["weighted_load"], a["capacity_weeks"]) == (0, c["capacity_weeks"])
    # a full-time week is 6 tokens shared by 4: 5 tokens below zero, beside the 1 that was served, are 3 1/3 weeks
    assert b["capacity_weeks"] == pytest.approx(c["capacity_weeks"] + 5 / 1.5, abs=0.01)
