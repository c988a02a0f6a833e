"""Writing a runbook: who may, what is kept, and what happens when two people write at once."""

import datetime as dt
import html
import re

import pytest

from pipelines.loads import runbook_of, runbook_version
from pipelines.models import FailureMode, KeyAction, Runbook

ADDRESS = "/pipelines/profit/runbook/"


@pytest.fixture
def runbook(team) -> Runbook:
    made = Runbook.objects.create(pipeline=team.profit, purpose="Rolls profit up.")
    for position, name in enumerate(("Late data", "Wrong formula"), start=1):
        FailureMode.objects.create(runbook=made, name=name, description=f"{name}.", position=position)
    KeyAction.objects.create(runbook=made, text="Read the logs.", position=1)
    return made


def filled(pipeline, modes=(), actions=(), **more) -> dict[str, str]:
    """The form as a browser would send it: rows of (pk, place, remove, texts...)."""
    data = {"purpose": "Rolls profit up.", "seen": runbook_version(runbook_of(pipeline))}
    for prefix, rows, names in (("modes", modes, ("name", "description")), ("actions", actions, ("text",))):
        data |= {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": "0"}
        for index, (pk, place, remove, *texts) in enumerate(rows):
            row = {"pk": pk or "", "ORDER": place, **dict(zip(names, texts, strict=True))}
            row |= {"DELETE": "on"} if remove else {}
            data |= {f"{prefix}-{index}-{name}": value for name, value in row.items()}
    return data | more


def written(pipeline) -> tuple[str, list[str], list[str]]:
    book = runbook_of(pipeline)
    return book.purpose, [row.name for row in book.failure_modes.all()], [row.text for row in book.key_actions.all()]


def as_sent(page: bytes) -> dict[str, str]:
    """The fields of a page with what stands in them, as a browser would send them back."""
    text = page.decode()
    data = {}
    for tag in re.findall(r"<input [^>]*>", text):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") != "checkbox" and "name" in attributes:
            data[attributes["name"]] = html.unescape(attributes.get("value", ""))
    for name, value in re.findall(r'<textarea name="([^"]+)"[^>]*>\s?([^<]*)</textarea>', text):
        data[name] = html.unescape(value)
    return data


def test_owners_managers_and_administrators_may_write_and_others_find_nothing(team, cast, sign_in):
    answers = {
        name: sign_in(getattr(cast, name)).get(ADDRESS).status_code
        for name in ("a", "b", "c", "manager", "administrator", "stranger")
    }
    assert answers == {"a": 200, "b": 200, "c": 404, "manager": 200, "administrator": 200, "stranger": 404}
    assert sign_in(cast.stranger).post(ADDRESS, filled(team.profit)).status_code == 404
    assert not Runbook.objects.exists()


def test_anonymous_signs_in_first(team, client):
    assert client.get(ADDRESS)["Location"] == f"/accounts/login/?next={ADDRESS}"


def test_the_first_runbook_is_written(team, cast, sign_in):
    data = filled(
        team.profit,
        modes=[(None, "2", False, "Late data", ""), (None, "1", False, "Wrong formula", "Odd figures.")],
        actions=[(None, "", False, "Read the logs.")],
        purpose="Profit for investors.",
    )
    answer = sign_in(cast.a).post(ADDRESS, data)
    assert (answer.status_code, answer["Location"]) == (302, "/pipelines/profit/")
    assert written(team.profit) == ("Profit for investors.", ["Wrong formula", "Late data"], ["Read the logs."])


def test_rows_are_put_in_order_by_number_and_removed(team, cast, sign_in, runbook):
    late, wrong = runbook.failure_modes.all()
    data = filled(team.profit, modes=[(late.pk, "2", False, "Late data", "New words."), (wrong.pk, "1", True, "x", "")])
    assert sign_in(cast.a).post(ADDRESS, data).status_code == 302
    assert written(team.profit) == ("Rolls profit up.", ["Late data"], [])
    assert [(row.history_type, row.name) for row in FailureMode.history.order_by("history_id")] == [
        ("+", "Late data"),
        ("+", "Wrong formula"),
        ("~", "Late data"),
        ("-", "Wrong formula"),
    ]


def test_the_page_sent_back_untouched_changes_nothing_and_leaves_no_history(team, cast, sign_in, runbook):
    client = sign_in(cast.a)
    before = [Runbook.history.count(), FailureMode.history.count(), KeyAction.history.count()]
    assert client.post(ADDRESS, as_sent(client.get(ADDRESS).content)).status_code == 302
    assert written(team.profit) == ("Rolls profit up.", ["Late data", "Wrong formula"], ["Read the logs."])
    assert [Runbook.history.count(), FailureMode.history.count(), KeyAction.history.count()] == before


def test_reviewed_today_sets_the_last_review(team, cast, sign_in, runbook):
    sign_in(cast.a).post(ADDRESS, filled(team.profit))
    assert Runbook.objects.get().reviewed_on is None
    sign_in(cast.a).post(ADDRESS, filled(team.profit, reviewed="on"))
    book = Runbook.objects.get()
    assert (book.reviewed_on, book.reviewed_by) == (dt.datetime.now(tz=dt.UTC).date(), cast.a)


def test_of_two_writers_the_later_is_told_and_loses_nothing(team, cast, sign_in, runbook):
    late, wrong = runbook.failure_modes.all()
    mine = filled(
        team.profit, modes=[(late.pk, "1", False, "Late data", "Mine."), (None, "2", False, "My new row", "")]
    )
    theirs = filled(team.profit, modes=[(wrong.pk, "1", False, "Their words", "")], purpose="Theirs.")
    assert sign_in(cast.b).post(ADDRESS, theirs).status_code == 302
    refused = sign_in(cast.a).post(ADDRESS, mine)
    assert refused.status_code == 409
    assert written(team.profit) == ("Theirs.", ["Their words"], [])
    page = refused.content.decode()
    assert "The runbook changed while you were writing." in page
    assert ("Their words" in page, "My new row" in page, "Mine." in page) == (True, True, True)
    assert sign_in(cast.a).post(ADDRESS, as_sent(refused.content)).status_code == 302
    assert written(team.profit) == ("Rolls profit up.", ["Late data", "My new row"], [])


def test_a_change_in_the_admin_counts_as_a_change(team, cast, sign_in, runbook):
    data = filled(team.profit)
    KeyAction.objects.create(runbook=runbook, text="From the admin.")
    assert sign_in(cast.a).post(ADDRESS, data).status_code == 409


def test_more_rows_come_without_saving_and_without_losing_what_was_typed(team, cast, sign_in):
    data = filled(team.profit, actions=[(None, "1", False, "Half a step")], more="actions")
    page = sign_in(cast.a).post(ADDRESS, data)
    assert page.status_code == 200
    assert [f"actions-{index}-text".encode() in page.content for index in range(4)] == [True, True, True, False]
    assert b"Half a step" in page.content
    assert not Runbook.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"purpose": ""}, "This field is required."),
        ({"actions-0-text": "", "actions-0-ORDER": "3"}, "This field is required."),
        ({"modes-0-name": "x" * 101}, "at most 100 characters"),
        ({"modes-TOTAL_FORMS": "many"}, "ManagementForm data is missing or has been tampered with"),
        ({"modes-TOTAL_FORMS": "5000"}, "at most 100 forms"),
        ({"modes-0-pk": "nine"}, "Enter a whole number."),
        ({"purpose": "a\x00b"}, "Null characters are not allowed."),
    ],
)
def test_bad_input_is_told_and_nothing_is_written(team, cast, sign_in, change, words):
    data = filled(team.profit, modes=[(None, "1", False, "Late", "")], actions=[(None, "1", False, "Read the logs.")])
    answer = sign_in(cast.a).post(ADDRESS, data | change)
    assert answer.status_code == 422
    assert words in html.unescape(answer.content.decode())
    assert not Runbook.objects.exists()


def test_markdown_is_harmless_on_the_page_of_the_pipeline(team, cast, sign_in, runbook):
    Runbook.objects.update(purpose="<script>alert(1)</script> [x](javascript:alert(1)) **bold**")
    page = sign_in(cast.a).get("/pipelines/profit/").content
    assert b"<script>alert" not in page
    assert b'href="javascript' not in page
    assert b"<strong>bold</strong>" in page


@pytest.mark.parametrize("rows", [1, 8])
def test_the_form_takes_the_same_queries_at_any_length(team, cast, sign_in, django_assert_num_queries, rows):
    book = Runbook.objects.create(pipeline=team.profit, purpose="x")
    for position in range(rows):
        FailureMode.objects.create(runbook=book, name="Late", position=position)
    client = sign_in(cast.a)
    with django_assert_num_queries(7):  # session, engineer, pipeline, owners, runbook and its two lists
        assert client.get(ADDRESS).status_code == 200
