"""The page that audits a table: who sees it, what it finds, and what it refuses."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from rotations.models import Shift
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
def test_the_page_takes_seven_queries_and_a_result_one_more(team, cast, sign_in, django_assert_num_queries, more):
    more_of(team.rotation, more)
    browser = sign_in(cast.a)
    with django_assert_num_queries(7):
        browser.get(PAGE)
    with django_assert_num_queries(8):
        browser.post(PAGE, {"table": f"{HEADER}1,A,primary,Profit\n1,B,primary,Profit\n"})
