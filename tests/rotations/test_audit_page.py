"""The page that audits a table: who sees it, what it finds, and what it refuses."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from pipelines.models import Ownership, Runbook, Training
from rotations.domain.spans import DAY
from rotations.models import ConfirmedGap, Rotation, Shift, TimeOffRequest
from tests.factories import LONG_AGO, make_engineer, make_pipeline, make_rotation
from tests.rotations.test_audit_rotation import TABLE, reference_team  # noqa: F401  (a fixture)

HEADER = "week,engineer,role,pipeline\n"
PAGE = "/rotations/data/audit/"
BAD = f"{HEADER}1,A,primary,Profit\n1,B,secondry,Profit\n"


def file(content, name="table.csv"):
    return SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode(), "text/csv")


@pytest.mark.parametrize(("who", "status"), [("a", 200), ("manager", 200), ("administrator", 200), ("stranger", 200)])
def test_everybody_who_signs_in_may_audit(team, cast, sign_in, who, status):
    assert sign_in(getattr(cast, who)).get(PAGE).status_code == status


def test_nobody_else_may(team, client):
    answer = client.get(PAGE)
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={PAGE}")


def test_an_unknown_rotation_is_not_found(cast, sign_in):
    assert sign_in(cast.a).get("/rotations/none/audit/").status_code == 404


def test_the_page_shows_a_table_in_the_rotations_own_words(team, cast, sign_in):
    answer = sign_in(cast.a).get(PAGE)
    assert answer.context["example"] == (
        f"{HEADER}1,C,primary,Growth\n1,D,secondary,Growth\n1,A,primary,Profit\n1,B,secondary,Profit\n"
    )
    assert answer.context["found"] is None


def test_a_pasted_reference_table_is_audited(reference_team, sign_in):  # noqa: F811
    member = reference_team.memberships.first().engineer
    answer = sign_in(member).post("/rotations/data-pipelines/audit/", {"table": TABLE.read_text()})
    assert answer.status_code == 200
    assert [number for number, _words in answer.context["counts"]] == [13, 13, 3, 0, 2, 0, 4, 0]
    assert answer.context["found"].covered == 2
    page = answer.content.decode()
    assert "2 of 25 pipeline-weeks are fully covered, by one primary and one secondary." in page
    assert page.count('<tr role="row" class="group">') == 5
    assert [(str(engineer), load.tokens) for engineer, load in answer.context["loads"]] == [
        ("Data Engineer A", 11),
        ("Data Engineer B", 9),
        ("Data Engineer C", 12),
        ("Data Engineer D", 6),
    ]


def test_an_uploaded_table_is_audited(team, cast, sign_in):
    content = b"\xef\xbb\xbfWeek;Engineer;Role;Pipeline\r\n1;A;Primary;Profit\r\n"
    answer = sign_in(cast.a).post(PAGE, {"table": "", "file": file(content)})
    assert answer.status_code == 200
    assert [number for number, _words in answer.context["counts"]] == [1, 2, 1, 0, 0, 0, 0, 0]


def test_a_table_without_findings_says_so(team, cast, sign_in):
    rows = "1,A,primary,Profit\n1,B,secondary,Profit\n1,C,primary,Growth\n1,D,secondary,Growth\n"
    answer = sign_in(cast.a).post(PAGE, {"table": HEADER + rows})
    assert "Nothing found" in answer.content.decode()


def test_auditing_stores_nothing(team, cast, sign_in):
    before = list(Shift.objects.values())
    sign_in(cast.manager).post(PAGE, {"table": f"{HEADER}1,A,primary,Profit\n"})
    assert list(Shift.objects.values()) == before


@pytest.mark.parametrize(
    ("sent", "field", "message"),
    [
        ({"table": BAD}, "table", "Line 3, column role: 'secondry' is neither primary nor secondary."),
        ({"file": BAD}, "file", "Line 3, column role: 'secondry' is neither primary nor secondary."),
        ({"file": b"week\xe9"}, "file", "Line 1: is not UTF-8 text; save the table as CSV in UTF-8."),
        ({"file": b"x" * (1024 * 1024 + 1)}, "file", "The file is larger than 1 MiB; a table has at most 10,000 rows."),
        ({"file": b""}, "file", "The submitted file is empty."),
        ({}, "file", "Paste a table or choose a file, one of the two."),
        ({"table": " \n"}, "file", "Paste a table or choose a file, one of the two."),
        ({"table": BAD, "file": BAD}, "file", "Paste a table or choose a file, one of the two."),
        ({"table": "week\0"}, "table", "Null characters are not allowed."),
        (
            {"table": f"{HEADER}1,Stranger,primary,Profit"},
            "table",
            "Line 2, column engineer: 'Stranger' is unknown; known: A, B, C, D.",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(team, cast, sign_in, sent, field, message):
    data = {name: file(value) if name == "file" else value for name, value in sent.items()}
    answer = sign_in(cast.a).post(PAGE, data)
    assert (answer.status_code, answer.context["form"].errors) == (422, {field: [message]})
    assert answer.context["found"] is None


def test_a_refused_text_is_kept(team, cast, sign_in):
    page = sign_in(cast.a).post(PAGE, {"table": BAD}).content.decode()
    assert "1,B,secondry,Profit" in page
    assert "Line 3, column role: &#x27;secondry&#x27; is neither primary nor secondary." in page


def test_text_of_a_table_is_escaped(team, cast, sign_in):
    page = sign_in(cast.a).post(PAGE, {"table": f"{HEADER}1,<script>x</script>,primary,Profit"}).content.decode()
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page


def test_a_rotation_without_pipelines_has_nothing_to_audit(cast, sign_in):
    make_rotation("Empty")
    answer = sign_in(cast.a).get("/rotations/empty/audit/")
    assert "Empty has no pipelines yet" in answer.content.decode()


def test_a_very_long_list_of_findings_is_cut(team, cast, sign_in):
    rows = "".join(f"{week},A,primary,Profit\n" for week in range(300))
    answer = sign_in(cast.a).post(PAGE, {"table": HEADER + rows})
    assert sum(len(wrong) for _week, wrong in answer.context["weeks"]) == 500
    assert "100 more are left out here" in answer.content.decode()


def more_of(rotation, number):
    for _ in range(number):
        ada, bo = make_engineer(), make_engineer()
        pipeline = make_pipeline(owners=(ada, bo), trained=[make_engineer()])
        rotation.memberships.create(engineer=ada, joins_on=LONG_AGO)
        rotation.units.create(name=pipeline.name).places.create(pipeline=pipeline)


@pytest.mark.parametrize("more", [0, 5])
def test_the_page_takes_a_fixed_number_of_queries_and_a_table_eight(
    team, cast, sign_in, django_assert_num_queries, more
):
    more_of(team.rotation, more)
    browser = sign_in(cast.manager)
    with django_assert_num_queries(PAGE_QUERIES):
        browser.get(PAGE)
    with django_assert_num_queries(8):
        browser.post(PAGE, {"table": f"{HEADER}1,A,primary,Profit\n1,B,primary,Profit\n"})


PAGE_QUERIES = 28

# --- what is wrong from now on


@pytest.fixture
def now(monkeypatch, monday):
    monkeypatch.setattr(timezone, "now", lambda: monday)
    return monday


def shown(answer):
    rows = [row for group in answer.context["view"].groups for row in group.rows]
    return [(row.kind.value, row.text, row.mend.words) for row in rows]


@pytest.fixture
def half(team, now):
    """Planned for this week alone, and growth without a secondary."""
    team.shifts.growth_secondary.delete()
    for pipeline in (team.profit, team.growth):
        Runbook.objects.create(pipeline=pipeline, purpose="x", reviewed_on=now.date())
    return team


def test_what_is_wrong_is_shown_with_a_link_that_mends_it(half, cast, sign_in):
    answer = sign_in(cast.manager).get(PAGE)
    assert shown(answer) == [
        ("thin", "Growth has no secondary: nobody is planned", "Plan"),
        ("unplanned", "Nothing is planned for 12 weeks: nobody has duty", "Plan"),
    ]
    near = answer.context["view"].groups[0]
    assert (near.words, near.rows[0].when, near.rows[0].mend.url) == (
        "Now and within 72 hours",
        "Mon 23 Nov, 09:00 to Mon 30 Nov 2026, 09:00",
        "/rotations/data/plan/",
    )
    page = answer.content.decode()
    assert "2 findings from now until" in page
    assert "Times are in UTC" in page


def test_one_kind_can_be_looked_at_alone(half, cast, sign_in):
    answer = sign_in(cast.a).get(f"{PAGE}?kind=unplanned")
    assert [kind for kind, *_ in shown(answer)] == ["unplanned"]
    assert [(one.kind.value, one.number) for one in answer.context["view"].counts] == [("thin", 1), ("unplanned", 1)]
    assert len(shown(sign_in(cast.a).get(f"{PAGE}?kind=nonsense"))) == 2


def test_a_rotation_that_is_in_order_says_so(team, cast, sign_in, now):
    Rotation.objects.update(horizon_weeks=1)
    for pipeline in (team.profit, team.growth):
        Runbook.objects.create(pipeline=pipeline, purpose="x", reviewed_on=now.date())
    page = sign_in(cast.a).get(PAGE).content.decode()
    assert "Nothing is open: every unit has a primary and a secondary" in page


def test_that_somebody_asks_for_time_off_is_shown_only_to_who_decides(half, cast, sign_in, now):
    half.shifts.growth_primary.delete()
    Training.objects.all().delete()
    half.shifts.profit_secondary.delete()
    Ownership.objects.filter(pipeline=half.profit).update(secondary=cast.c)
    TimeOffRequest.objects.create(
        engineer=cast.c, starts_at=now, ends_at=now + 2 * DAY, time_zone="UTC", state="approved", requested_at=now
    )
    TimeOffRequest.objects.create(
        engineer=cast.a, starts_at=now + DAY, ends_at=now + 2 * DAY, time_zone="UTC", requested_at=now
    )
    words = "Approving the time off that Data Engineer A asks for would leave Profit without a primary"
    assert ("request", words, "Decide") in shown(sign_in(cast.manager).get(PAGE))
    assert "asks for" not in sign_in(cast.b).get(PAGE).content.decode()


def seen(answer, kind="thin"):
    """What the form of a row sends."""
    row = next(row for group in answer.context["view"].groups for row in group.rows if row.kind == kind)
    return {
        "unit": row.finding.unit,
        "role": row.finding.role.value,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
    }


def test_a_manager_acknowledges_thin_time_and_takes_it_back(half, cast, sign_in):
    browser = sign_in(cast.manager)
    sent = seen(browser.get(PAGE))
    answer = browser.post(f"{PAGE}acknowledge/", {**sent, "reason": "D is in training"}, follow=True)
    assert (answer.status_code, [kind for kind, *_ in shown(answer)]) == (200, ["unplanned"])
    [group] = answer.context["view"].confirmed
    [row] = group.rows
    assert (row.kind.value, row.confirmed.by, row.confirmed.reason) == ("thin", cast.manager, "D is in training")
    assert "Manager acknowledged it on" in answer.content.decode()
    answer = browser.post(f"{PAGE}{row.confirmed.pk}/reopen/", follow=True)
    assert [kind for kind, *_ in shown(answer)] == ["thin", "unplanned"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"reason": ""}, "Reason: say why it is left so."),
        ({"ends_at": "2026-11-29T09:00:00+00:00"}, "This changed since you looked; it is shown as it is now."),
        ({"ends_at": "2026-11-20T09:00:00+00:00"}, "This changed since you looked; it is shown as it is now."),
        ({"ends_at": "soon"}, "Not an instant; open the page again."),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, "Not an instant; open the page again."),
        ({"unit": 0}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_acknowledged_is_refused_in_words(half, cast, sign_in, changed, words):
    browser = sign_in(cast.manager)
    sent = {**seen(browser.get(PAGE)), "reason": "x", **changed}
    answer = browser.post(f"{PAGE}acknowledge/", sent)
    assert answer.status_code == 422
    assert words in answer.context["refused"]
    assert ConfirmedGap.objects.count() == 0


def test_who_is_away_now_is_mended_by_an_override_and_later_by_a_repair(half, cast, sign_in, now):
    TimeOffRequest.objects.create(
        engineer=cast.a, starts_at=now, ends_at=now + DAY, time_zone="UTC", state="approved", requested_at=now
    )
    gap = sign_in(cast.manager).get(PAGE).context["view"].groups[0].rows[0]
    assert (gap.text, gap.mend.words) == (
        "Profit has no primary: Data Engineer A is away and nobody covers",
        "Override",
    )
    assert gap.mend.url == f"/rotations/data/override/?unit={half.on_profit.pk}"
    assert sign_in(cast.b).get(PAGE).context["view"].groups[0].rows[0].mend.words == "Repair"


@pytest.mark.parametrize(("who", "status"), [("a", 404), ("stranger", 404), ("administrator", 302)])
def test_only_who_decides_acknowledges(half, cast, sign_in, who, status):
    sent = seen(sign_in(cast.manager).get(PAGE))
    browser = sign_in(getattr(cast, who))
    assert browser.post(f"{PAGE}acknowledge/", {**sent, "reason": "x"}).status_code == status
    assert "Leave it so" not in sign_in(cast.a).get(PAGE).content.decode()
