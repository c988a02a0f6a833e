"""Pages of the ledger: what they show to whom, which address is refused, files for pay, and how many queries."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from decimal import Decimal

import pytest

from rotations.models import Cover, LedgerEntry, Shift
from rotations.verbs.ledger import add_ledger_entry
from tests.factories import at, make_cover, make_engineer, make_pipeline, make_rotation, make_shift

NOW = at("2026-12-07 12:00")
LEDGER = "/rotations/data/ledger/"
WEEK = "?since=2026-11-23&until=2026-11-30"


@pytest.fixture(autouse=True)
def _two_weeks_later(monkeypatch):
    """The views ask what time it is; here the team's week is over."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def rows_of(answer) -> dict[str, list[str]]:
    """The cells of each engineer's row, in words."""
    found = {}
    for row in re.findall(r"<tr role=\"row\".*?</tr>", answer.content.decode(), re.DOTALL):
        cells = [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)]
        if cells:
            found[cells[0].split()[-1]] = cells[1:]
    return found


def book(team, cast, **fields) -> LedgerEntry:
    given = {
        "day": at("2026-11-24 00:00").date(),
        "account": "weekend days",
        "amount": Decimal(2),
        "reason": "On call at the fair",
        "by": cast.manager,
        "at": NOW,
        **fields,
    }
    return add_ledger_entry(team.rotation, given.pop("engineer", cast.a), **given)


@pytest.mark.parametrize("who", ["stranger", "a", "manager", "administrator"])
def test_everybody_in_the_portal_sees_what_everybody_carried(team, cast, sign_in, who):
    make_cover(team.shifts.profit_primary, cast.d, "2026-11-28 00:00", "2026-11-30 00:00")
    answer = sign_in(getattr(cast, who)).get(LEDGER + WEEK)
    found = {who: " | ".join(cells) for who, cells in rows_of(answer).items()}
    none = "0 0 planned"
    assert found == {
        "A": f"0.71 1 planned | {none} | 0 2 planned | {none} | {none} | {none} | 1.43 | 1.5 | 0 | -0.07",
        "B": f"{none} | 1 1 planned | 2 2 planned | {none} | 128 128 planned | {none} | 1 | 1.5 | 0 | -0.5",
        "C": f"1 1 planned | {none} | 2 2 planned | {none} | {none} | {none} | 2 | 1.5 | 0 | +0.5",
        "D": f"0.29 0 planned | 1 1 planned | 2 2 planned | {none} | 128 128 planned | {none} | 1.57 | 1.5 | 0 | +0.07",
    }


def test_anonymous_people_are_sent_to_the_sign_in(client, team):
    for path in (LEDGER, "/ledger/", f"{LEDGER}entries/", f"{LEDGER}openings/"):
        assert client.get(path)["Location"].startswith("/accounts/login/")


def test_the_list_is_sorted_as_its_address_asks(team, cast, sign_in):
    answer = sign_in(cast.a).get(f"{LEDGER}{WEEK}&sort=-balance")
    assert list(rows_of(answer)) in (["A", "C", "B", "D"], ["C", "A", "B", "D"])
    answer = sign_in(cast.a).get(f"{LEDGER}{WEEK}&sort=secondary")
    assert [cells[1][0] for cells in rows_of(answer).values()] == ["0", "0", "1", "1"]


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("", "1 Oct 2026 through 31 Dec 2026"),
        ("?period=quarter", "1 Oct 2026 through 31 Dec 2026"),
        ("?period=year", "1 Jan 2026 through 31 Dec 2026"),
        ("?period=12-months", "8 Dec 2025 through 7 Dec 2026"),
        ("?period=all", "23 Nov 2026 through 7 Dec 2026"),
        ("?since=2026-11-01&until=2026-11-30", "1 Nov 2026 through 30 Nov 2026"),
    ],
)
def test_the_period_is_in_the_address(team, cast, sign_in, query, days):
    assert days in words(sign_in(cast.a).get(LEDGER + query))


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("?period=century", "Period: choose quarter, year, 12-months, all or days."),
        ("?since=yesterday&until=2026-11-30", "From: write a day as year-month-day, for example 2026-11-23."),
        ("?since=2026-11-30", "Through: choose a day."),
        ("?since=2026-11-30&until=2026-11-29", "Through: choose a day that is not before From."),
        ("?since=0001-01-01&until=2026-11-29", "From: choose a day in the years 2000 to 2100."),
        ("?format=pdf", "Format: choose csv or xlsx."),
        ("1/?account=gold", "Account: there is no account called gold."),
    ],
)
def test_an_address_that_asks_for_no_ledger_is_refused_by_name(team, cast, sign_in, query, complaint):
    path = f"{LEDGER}{cast.a.pk}/{query[2:]}" if query.startswith("1/") else LEDGER + query
    answer = sign_in(cast.a).get(path)
    assert (answer.status_code, complaint in words(answer)) == (400, True)


def test_an_empty_rotation_says_so(db, cast, sign_in):
    make_rotation("Empty")
    assert "Nobody is a member" in words(sign_in(cast.a).get("/rotations/empty/ledger/?period=all"))
    assert sign_in(cast.a).get("/rotations/nowhere/ledger/").status_code == 404


def test_all_rotations_together_add_up(team, cast, sign_in):
    other = make_pipeline("Other")
    second = make_rotation("Second", members=[cast.a, cast.b], pipelines=[other])
    make_shift(second.units.get(), cast.a)
    found = rows_of(sign_in(cast.a).get(f"/ledger/{WEEK}"))
    assert (found["A"][0], found["A"][-1]) == ("2 2 planned", "+1.5")
    assert found["A"][2] == "4 4 planned"  # a weekend in each rotation is paid by each


@pytest.mark.parametrize("page", [LEDGER, "/ledger/"])
def test_each_number_and_each_name_leads_to_the_duty_of_the_same_period(team, cast, sign_in, page):
    client = sign_in(cast.a)
    text = client.get(page + WEEK).content.decode()
    links = re.findall(rf'href="({page}{cast.b.pk}/[^"]*)"', text)
    assert len(links) == 7
    for link in links:
        answer = client.get(link.replace("&amp;", "&"))
        assert answer.status_code == 200
        assert "23 Nov 2026 through 30 Nov 2026" in words(answer)


def test_the_duty_behind_a_number_is_listed_and_adds_up(team, cast, sign_in):
    make_cover(team.shifts.profit_primary, cast.d, "2026-11-28 00:00", "2026-11-30 00:00")
    book(team, cast, engineer=cast.d)
    text = words(sign_in(cast.a).get(f"{LEDGER}{cast.d.pk}/{WEEK}"))
    assert "Primary weeks: 0.29" in text
    assert "Sat 28 Nov to Sun 29 Nov 2026 Profit for Data Engineer A (override) 0.29" in text
    assert "Weekend days: 4" in text
    assert "Tue 24 Nov 2026 booked by hand Correction by Manager: reason for the engineer and managers 2" in text
    assert "On call at the fair" not in text
    only = words(sign_in(cast.a).get(f"{LEDGER}{cast.d.pk}/{WEEK}&account=weekend+days"))
    assert "Primary weeks:" not in only
    assert "Weekend days: 2" in words(sign_in(cast.a).get(f"{LEDGER}{cast.d.pk}/{WEEK}&of=planned"))


@pytest.mark.parametrize(("who", "reads"), [("d", True), ("manager", True), ("administrator", True), ("b", False)])
def test_reasons_are_for_the_person_and_for_managers(team, cast, sign_in, who, reads):
    book(team, cast, engineer=cast.d)
    book(team, cast, engineer=cast.d, kind="opening", reason="From the old tool")
    client = sign_in(getattr(cast, who))
    for path in (f"{LEDGER}{cast.d.pk}/{WEEK}", f"{LEDGER}entries/"):
        text = words(client.get(path))
        assert [reason in text for reason in ("On call at the fair", "From the old tool")] == [reads, reads]


def test_a_manager_is_led_to_the_correction_of_others_alone(team, cast, sign_in):
    path = f"{LEDGER}shifts/{team.shifts.profit_primary.pk}/"
    assert path in sign_in(cast.manager).get(f"{LEDGER}{cast.a.pk}/{WEEK}").content.decode()
    assert path not in sign_in(cast.b).get(f"{LEDGER}{cast.a.pk}/{WEEK}").content.decode()
    team.rotation.managers.add(cast.a)
    assert path not in sign_in(cast.a).get(f"{LEDGER}{cast.a.pk}/{WEEK}").content.decode()


# --- files for pay


def test_the_csv_holds_planned_and_served_of_each_rotation_and_engineer(team, cast, sign_in):
    answer = sign_in(cast.b).get(f"/ledger/{WEEK}&format=csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="ledger-all-2026-11-23-2026-11-30.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["rotation"], row["engineer"]) for row in rows] == [("Data", f"Data Engineer {one}") for one in "ABCD"]
    assert (rows[0]["from"], rows[0]["to"]) == ("2026-11-23", "2026-11-30")
    assert (rows[0]["primary weeks planned"], rows[0]["primary hours served"]) == ("1.0", "168.0")
    assert (rows[1]["off-hours hours served"], rows[1]["balance"]) == ("128.0", "-0.5")


def test_names_that_a_spreadsheet_would_run_are_escaped_in_both_files(team, cast, sign_in):
    cast.a.name = "=HYPERLINK(1)"
    cast.a.save()
    client = sign_in(cast.b)
    assert "'=HYPERLINK(1)" in client.get(f"{LEDGER}{WEEK}&format=csv").content.decode()
    assert "'=HYPERLINK(1)" in strings(client.get(f"{LEDGER}{WEEK}&format=xlsx"))


def strings(answer) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        shared = book.read("xl/sharedStrings.xml").decode()
    return re.findall(r"<t[^>]*>(.*?)</t>", shared)


def test_the_sheet_holds_numbers_days_and_no_formula(team, cast, sign_in):
    answer = sign_in(cast.b).get(f"{LEDGER}{WEEK}&format=xlsx")
    assert answer["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert strings(answer)[:5] == ["rotation", "from", "to", "engineer", "username"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert len(re.findall(r"<row ", sheet)) == 5
    assert '<c r="F2" s="3"><v>1</v></c>' in sheet


# --- booking on pages


ENTRY = {"kind": "correction", "account": "primary weeks", "amount": "0.5", "day": "2026-11-24", "reason": "Stood in"}


def test_a_manager_books_an_entry_and_everybody_else_gets_404(team, cast, sign_in):
    entry = {**ENTRY, "engineer": cast.a.pk}
    for who in (cast.a, cast.stranger):
        assert sign_in(who).post(f"{LEDGER}entries/", entry).status_code == 404
    answer = sign_in(cast.manager).post(f"{LEDGER}entries/", entry, follow=True)
    assert "Booked; Data Engineer A is told." in words(answer)
    assert "+0.5" in words(answer)
    assert "Book an entry" not in words(sign_in(cast.a).get(f"{LEDGER}entries/"))


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"amount": "0"}, "Amount: zero changes nothing."),
        ({"day": "2027-01-01"}, "Day: use a day from 2000-01-01 to 2026-12-07."),
        ({"engineer": ""}, "This field is required."),
    ],
)
def test_a_refused_entry_is_shown_again_with_the_field(team, cast, sign_in, fields, complaint):
    answer = sign_in(cast.manager).post(f"{LEDGER}entries/", {**ENTRY, "engineer": cast.a.pk, **fields})
    assert (answer.status_code, complaint in words(answer)) == (422, True)
    assert not LedgerEntry.objects.exists()


def test_opening_balances_are_looked_at_first_and_then_booked(team, cast, sign_in):
    client = sign_in(cast.manager)
    sent = {"table": "engineer,day,primary weeks\nA,2026-01-05,1.5\nB,,-2", "reason": "From the old tool"}
    shown = client.post(f"{LEDGER}openings/", sent)
    assert shown.status_code == 200
    assert "To be booked: 2 opening balances" in words(shown)
    assert not LedgerEntry.objects.exists()
    answer = client.post(f"{LEDGER}openings/", {**sent, "book": "1"}, follow=True)
    assert "Booked: 2 opening balances." in words(answer)
    assert rows_of(client.get(LEDGER + WEEK))["A"][-2] == "+3"
    again = client.post(f"{LEDGER}openings/", {**sent, "book": "1"})
    assert again.status_code == 422
    assert "Line 2, primary weeks: Data Engineer A has an opening balance of 2026-01-05 already." in words(again)
    assert LedgerEntry.objects.count() == 2


def test_a_table_that_cannot_be_read_names_line_and_column(team, cast, sign_in):
    sent = {"table": "engineer,primary weeks\nA,much", "reason": "From the old tool"}
    answer = sign_in(cast.manager).post(f"{LEDGER}openings/", sent)
    assert answer.status_code == 422
    assert "Line 2, column primary weeks:" in words(answer)
    assert sign_in(cast.a).get(f"{LEDGER}openings/").status_code == 404


SERVED = {"starts": "2026-11-28T00:00", "ends": "2026-11-30T00:00", "reason": "A was in hospital"}


def test_a_manager_says_who_really_was_there(team, cast, sign_in):
    path = f"{LEDGER}shifts/{team.shifts.profit_primary.pk}/"
    for who in (cast.b, cast.stranger):
        assert sign_in(who).get(path).status_code == 404
    answer = sign_in(cast.manager).post(path, {**SERVED, "engineer": cast.d.pk}, follow=True)
    assert "Sat 28 Nov to Sun 29 Nov 2026 correction: A was in hospital" in words(answer)
    cover = Cover.objects.get()
    assert (cover.engineer, cover.decided_by, cover.cause) == (cast.d, cast.manager, "correction")
    assert rows_of(sign_in(cast.a).get(LEDGER + WEEK))["D"][0] == "0.29 0 planned"


def test_every_page_tells_of_a_correction_and_only_managers_why(team, cast, sign_in):
    shift = team.shifts.profit_primary
    sign_in(cast.manager).post(f"{LEDGER}shifts/{shift.pk}/", {**SERVED, "engineer": cast.d.pk})
    others = sign_in(cast.b)
    text = words(others.get(f"/shifts/{shift.pk}/"))
    assert "a correction afterwards, decided by Manager" in text
    pages = [
        f"/shifts/{shift.pk}/",
        "/calendar/?view=week&date=2026-11-28",
        "/rotations/data/",
        f"{LEDGER}{cast.d.pk}/",
    ]
    answers = [others.get(page) for page in pages]
    assert [(answer.status_code, "in hospital" in words(answer)) for answer in answers] == [(200, False)] * 4
    assert "for Data Engineer A" in words(answers[1])
    assert sign_in(cast.manager).get(f"/admin/rotations/cover/{Cover.objects.get().pk}/change/").status_code == 200


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"ends": "2026-11-27T00:00"}, "Until: must be later than from."),
        ({"ends": "2026-12-01T00:00"}, "From: stay inside the shift."),
        ({"starts": "soon"}, "Write a day and a time"),
        ({"reason": " "}, "This field is required."),
    ],
)
def test_a_correction_that_cannot_be_is_refused_by_field(team, cast, sign_in, fields, complaint):
    path = f"{LEDGER}shifts/{team.shifts.profit_primary.pk}/"
    answer = sign_in(cast.manager).post(path, {**SERVED, "engineer": cast.d.pk, **fields})
    assert (answer.status_code, complaint in words(answer)) == (422, True)
    assert not Cover.objects.exists()


def test_a_shift_to_come_is_not_corrected(team, cast, sign_in):
    shift = make_shift(team.on_profit, cast.a, week="2026-12-14")
    text = words(sign_in(cast.manager).get(f"{LEDGER}shifts/{shift.pk}/"))
    assert "This shift has not begun" in text


# --- the admin


def test_the_admin_books_by_the_same_verb_and_never_changes_an_entry(team, cast, sign_in):
    client, entry = sign_in(cast.manager), {**ENTRY, "engineer": cast.a.pk, "rotation": team.rotation.pk}
    room = "/admin/rotations/ledgerentry/"
    assert client.post(f"{room}add/", entry).status_code == 302
    booked = LedgerEntry.objects.get()
    assert (booked.by, booked.at) == (cast.manager, NOW)
    assert client.post(f"{room}{booked.pk}/change/", {**entry, "amount": "9"}).status_code == 403
    assert client.post(f"{room}{booked.pk}/delete/", {"post": "yes"}).status_code == 403
    refused = client.post(f"{room}add/", {**entry, "day": "2027-01-01"})
    assert "Day: use a day from" in words(refused)
    assert LedgerEntry.objects.count() == 1


def test_a_manager_sees_and_books_entries_of_their_own_rotations_alone(team, cast, sign_in):
    other = make_rotation("Other", members=[cast.b])
    LedgerEntry.objects.create(
        rotation=other, engineer=cast.b, day="2026-11-23", account="primary weeks", amount=1, reason="Quiet", at=NOW
    )
    client = sign_in(cast.manager)
    assert "Quiet" not in words(client.get("/admin/rotations/ledgerentry/?q=Quiet"))
    assert "0 ledger entries" in words(client.get("/admin/rotations/ledgerentry/"))
    entry = {**ENTRY, "engineer": cast.b.pk, "rotation": other.pk}
    assert "Select a valid choice" in words(client.post("/admin/rotations/ledgerentry/add/", entry))


def test_a_shift_that_has_begun_is_only_read_in_the_admin(team, cast, sign_in):
    ahead = make_shift(team.on_profit, cast.a, week="2026-12-14")
    client = sign_in(cast.administrator)
    for shift, can_be_pinned in ((team.shifts.profit_primary, False), (ahead, True)):
        client.post(f"/admin/rotations/shift/{shift.pk}/change/", {"is_pinned": "on"})
        assert Shift.objects.get(pk=shift.pk).is_pinned is can_be_pinned


# --- my own, and how many queries


def test_my_own_ledger_is_on_my_page(team, cast, sign_in):
    text = words(sign_in(cast.a).get("/me/"))
    assert "+0.5 tokens from your fair share" in text
    assert "Primary weeks 1 of 1 Secondary weeks 0 of 0 Weekend days 2 of 2" in text
    assert "You are in no rotation." in words(sign_in(cast.stranger).get("/me/"))


@pytest.mark.parametrize(
    ("path", "queries"), [(LEDGER, 17), ("/ledger/", 15), (f"{LEDGER}?format=xlsx", 15), (f"{LEDGER}entries/", 6)]
)
def test_a_ledger_takes_as_many_queries_for_one_as_for_many(
    team, cast, sign_in, path, queries, django_assert_num_queries
):
    client = sign_in(cast.a)
    with django_assert_num_queries(queries):
        client.get(path)
    for number in range(12):
        engineer = make_engineer()
        team.rotation.memberships.create(engineer=engineer, joins_on="2026-01-01")
        shift = make_shift(team.on_profit, engineer, week=f"2026-{1 + number // 4:02}-{5 + number % 4 * 7:02}")
        make_cover(shift, cast.a, "2026-01-06 00:00", "2026-01-07 00:00")
        book(team, cast, engineer=engineer)
    with django_assert_num_queries(queries):
        client.get(path)
