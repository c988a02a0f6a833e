"""Bringing a table in: what its names mean, what is served, what becomes a draft; all of it or nothing."""

import datetime as dt
import io
import json

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from oncall_portal.seed import catalogue
from rotations.models import Message, Plan, RotaImport, Shift
from rotations.verbs.importing import answer_names, bring_in, keep_table, outcome_for
from rotations.verbs.publishing import publish_plan
from tests.factories import LONG_AGO, make_engineer, make_shift
from tests.rotations.test_audit_rotation import TABLE

PAGE = "/rotations/data/import/"
# the week of 23 November runs on monday; published are A and B on Profit, C and D on Growth
ROTA = "Pipeline;Week 1;Week 2;Week 3;Week 4\r\nProfit;B/A;C/A;A/B;B/C\r\nGrowth;C/D;D/B;C/D;D/A\r\n"
FIRST = dt.date(2026, 11, 16)  # so that week 2 is running


@pytest.fixture
def now(monkeypatch, monday):
    monkeypatch.setattr(timezone, "now", lambda: monday)
    return monday


@pytest.fixture
def bare(team):
    """The team without anything published."""
    Shift.objects.all().delete()
    return team


def kept(team, by, now, text=ROTA, first_week=FIRST, **names):
    table = keep_table(team.rotation, "rota.csv", text, by=by, at=now)
    return answer_names(table, names, first_week, by=by, at=now)


def served():
    rows = Shift.objects.order_by("starts_at", "unit", "role")
    return [(f"{row.starts_at:%m-%d %H}", row.unit.name, row.role, row.engineer.short_name) for row in rows]


def test_weeks_that_have_begun_are_served_and_the_rest_is_a_draft(bare, cast, monday):
    done = bring_in(kept(bare, cast.manager, monday), by=cast.manager, at=monday)
    assert served() == [
        ("11-16 09", "Profit", "primary", "B"), ("11-16 09", "Profit", "secondary", "A"),
        ("11-16 09", "Growth", "primary", "C"), ("11-16 09", "Growth", "secondary", "D"),
        ("11-23 09", "Profit", "primary", "C"), ("11-23 09", "Profit", "secondary", "A"),
        ("11-23 09", "Growth", "primary", "D"), ("11-23 09", "Growth", "secondary", "B"),
    ]  # fmt: skip
    plan = done.plan
    assert (plan.state, plan.first_week, plan.weeks, plan.asked_by) == ("draft", dt.date(2026, 11, 30), 2, cast.manager)
    pairs = [(row["unit"], row["week"], row["primary"], row["secondary"]) for row in plan.answer["assignments"]]
    profit, growth = str(bare.on_profit.pk), str(bare.on_growth.pk)
    a, b, c, d = (str(one.pk) for one in (cast.a, cast.b, cast.c, cast.d))
    assert sorted(pairs) == sorted(
        [
            (profit, "2026-11-30", a, b),
            (growth, "2026-11-30", c, d),
            (profit, "2026-12-07", b, c),
            (growth, "2026-12-07", d, a),
        ]
    )
    assert (plan.edits, len(plan.pins), plan.answer["open"]) == ([], 8, [])
    assert (done.done_by, done.done_at, done.served) == (cast.manager, monday, 8)


def test_served_shifts_carry_author_and_reason(bare, cast, monday):
    bring_in(kept(bare, cast.manager, monday), by=cast.manager, at=monday)
    written = Shift.history.filter(history_date=monday)
    histories = {(row.history_user, row.history_change_reason, row.history_type) for row in written}
    assert histories == {(cast.manager, "served, as in rota.csv", "+")}


def test_the_draft_can_be_published_as_it_is(bare, cast, monday):
    done = bring_in(kept(bare, cast.manager, monday), by=cast.manager, at=monday)
    changes = publish_plan(done.plan, by=cast.manager, at=monday)
    assert (len(changes), Shift.objects.count()) == (8, 16)


def test_what_is_published_in_the_past_stays_and_is_named(team, cast, monday):
    found = outcome_for(kept(team, cast.manager, monday), team.rotation, monday)
    assert (len(found.served), len(found.left_out)) == (4, 4)
    assert found.left_out[0].words == (
        "Data Engineer C, primary of Profit, week of Mon 23 Nov 2026: published already, and kept"
    )
    bring_in(kept(team, cast.manager, monday), by=cast.manager, at=monday)
    assert Shift.objects.get(pk=team.shifts.profit_primary.pk).engineer == cast.a


def test_who_has_duty_in_the_running_week_is_told_once(bare, cast, monday):
    bring_in(kept(bare, cast.manager, monday), by=cast.manager, at=monday)
    told = list(Message.objects.order_by("engineer__name").values_list("engineer__name", "subject"))
    assert told == [(f"Data Engineer {letter}", "Your duty in Data this week") for letter in "ABCD"]
    assert "- primary of Profit" in Message.objects.get(engineer=cast.c).text


def test_what_breaks_a_rule_is_marked_in_the_draft_and_keeps_it_from_being_published(bare, cast, monday):
    cast.c.trainings.all().delete()
    done = bring_in(kept(bare, cast.manager, monday), by=cast.manager, at=monday)
    [edit] = done.plan.edits
    assert (edit["role"], edit["week"], edit["after"], edit["by"]) == (
        "secondary", "2026-12-07", str(cast.c.pk), cast.manager.pk,
    )  # fmt: skip
    with pytest.raises(ValidationError, match="Data Engineer C is not qualified for Profit"):
        publish_plan(done.plan, by=cast.manager, at=monday)


def test_it_is_brought_in_once(bare, cast, monday):
    table = kept(bare, cast.manager, monday)
    bring_in(table, by=cast.manager, at=monday)
    for act in (
        lambda: bring_in(table, by=cast.manager, at=monday),
        lambda: answer_names(table, {}, None, by=None, at=monday),
    ):
        with pytest.raises(ValidationError, match="brought in already"):
            act()
    assert (Shift.objects.count(), Plan.objects.count()) == (8, 1)


def test_a_failure_half_way_writes_nothing(bare, cast, monday, monkeypatch):
    table = kept(bare, cast.manager, monday)
    monkeypatch.setattr(Plan, "save", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bring_in(table, by=cast.manager, at=monday)
    table.refresh_from_db()
    assert (Shift.objects.count(), Plan.objects.count(), table.done_at) == (0, 0, None)


def test_what_changed_since_it_was_seen_is_shown_again(bare, cast, monday):
    table = kept(bare, cast.manager, monday)
    seen = outcome_for(table, bare.rotation, monday).digest
    make_shift(bare.on_profit, cast.d, week="2026-11-23")
    with pytest.raises(ValidationError, match="changed while you looked"):
        bring_in(table, by=cast.manager, at=monday, seen=seen)
    assert Shift.objects.count() == 1


def test_whoever_sends_another_table_drops_their_last_that_was_not_brought_in(bare, cast, monday):
    first = kept(bare, cast.manager, monday)
    kept(bare, cast.administrator, monday)
    second = kept(bare, cast.manager, monday)
    assert set(RotaImport.objects.values_list("made_by__name", flat=True)) == {"Manager", "Administrator"}
    with pytest.raises(ValidationError, match="replaced by another"):
        bring_in(first, by=cast.manager, at=monday)
    assert RotaImport.objects.filter(pk=second.pk).exists()


def test_former_members_may_be_named_for_the_past(bare, cast, monday):
    left = make_engineer("Gone", short_name="X")
    bare.rotation.memberships.create(engineer=left, joins_on=LONG_AGO, leaves_on=dt.date(2026, 11, 20))
    rota = "Pipeline,2026-11-16,2026-11-30\nProfit,X/A,X/A\n"
    found = outcome_for(kept(bare, cast.manager, monday, rota), bare.rotation, monday)
    assert len(found.served) == 2
    assert [one.words for one in found.left_out] == [
        "Gone, primary of Profit, week of Mon 30 Nov 2026: no active member of the rotation then"
    ]


@pytest.fixture
def reference_team(db):
    portfolio = catalogue.read_portfolio()
    people = catalogue.make_people(portfolio["engineers"], "sesame", "sesame")
    return catalogue.make_rotation(people, catalogue.make_pipelines(portfolio, people, LONG_AGO), LONG_AGO)


def run(*args, **options):
    out = io.StringIO()
    try:
        call_command("import_rota", *args, stdout=out, **options)
    except SystemExit as end:
        return out.getvalue(), end.code
    return out.getvalue(), 0


def refusal(*args, **options):
    with pytest.raises(CommandError) as caught:
        call_command("import_rota", *args, **options)
    assert caught.value.returncode == 2
    return str(caught.value)


def test_the_teams_own_table_from_the_terminal(reference_team, now):
    text, status = run(str(TABLE), "--first-week", "2026-11-16", "--json")
    found = json.loads(text)
    assert (status, found["pipeline_weeks"], found["fully_covered"]) == (1, 25, 2)
    wanted = {"no_primary": 13, "no_secondary": 13, "two_secondaries": 2, "not_an_owner": 4}
    assert {kind: found["counts"][kind] for kind in wanted} == wanted
    # B and D are both secondary of Daily growth in weeks 1 and 4: D, who owns none of it, stands further down
    assert [one["line"] for one in found["left_out"]] == [7, 22]
    assert found["served"] + found["drafted"] + len(found["left_out"]) == 26
    assert (found["is_written"], Shift.objects.count()) == (True, found["served"])
    plan = Plan.objects.get(pk=found["plan"])
    assert (plan.state, plan.first_week, plan.weeks) == ("draft", dt.date(2026, 11, 23), 4)


def test_a_dry_run_writes_nothing(reference_team, now):
    text, status = run(str(TABLE), "--first-week", "2026-11-16", "--dry-run")
    assert (status, text.splitlines()[0]) == (
        1, "data-pipelines: 5 weeks read with one assignment a line; nothing is written.",
    )  # fmt: skip
    assert (Shift.objects.count(), Plan.objects.count(), RotaImport.objects.count()) == (0, 0, 0)


def file(tmp_path, text):
    path = tmp_path / "rota.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_unknown_names_are_asked_for_and_mapped(bare, now, tmp_path):
    path = file(tmp_path, "\ufeffPipeline\tW1\nProfit\tZoe/B\nOld one\tA/B\n")
    assert refusal(path, first_week="2026-11-30") == (
        "Say with --map NAME=MEANING what these mean: engineer 'Zoe' (line 2); pipeline 'Old one' (line 3)."
    )
    arguments = [
        "--first-week",
        "2026-11-30",
        "--map",
        "Zoe=data-engineer-a",
        "--map",
        "old one=skip",
        "--by",
        "manager",
    ]
    text, status = run(path, *arguments)
    assert status == 1
    assert "     2  assignments in a draft plan (plan" in text
    assert "     2  assignments left out by --map" in text
    assert RotaImport.objects.get().done_by.username == "manager"


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("hello", {}, "Line 1: begins with 'hello', but it is to begin with a line week,engineer,role,pipeline"),
        (b"week\xe9", {}, "rota.csv: line 1: is not UTF-8 text; save the table as CSV in UTF-8."),
        (b"x" * (1024 * 1024 + 1), {}, "rota.csv: a table has at most 1,024 KiB."),
        (ROTA, {}, "Weeks are numbers: say with --first-week on which day the first begins."),
        (ROTA, {"first_week": "soon"}, "--first-week 'soon': write a day such as 2026-11-23."),
        (ROTA, {"first_week": "2026-11-24"}, "First week: weeks begin on a Monday."),
        (ROTA, {"first_week": "2099-11-23"}, "The table ends more than 104 weeks from now."),
        (ROTA, {"by": "nobody"}, "--by 'nobody': nobody active has this username."),
        (ROTA, {"rotation": "x"}, "--rotation 'x': there is no such rotation; known: data."),
        (ROTA, {"map": ["Zoe"]}, "--map 'Zoe': write NAME=MEANING for a name that is asked: none."),
        ("Pipeline,W1\nProfit,Zoe\n", {"map": ["Zoe=yan"]}, "--map 'Zoe=yan': there is no engineer 'yan'; known: "),
        ("Pipeline,W1\nProfit,Zoe\n", {"map": ["Zoe=skip"], "first_week": "2026-11-23"}, "Every line is left out"),
    ],
)  # fmt: skip
def test_what_cannot_be_brought_in_is_one_line(bare, now, tmp_path, text, options, words):
    assert refusal(file(tmp_path, text), **options).startswith(words)
    assert (Shift.objects.count(), Plan.objects.count(), RotaImport.objects.count()) == (0, 0, 0)


def test_a_missing_file_is_one_line(bare, tmp_path):
    assert refusal(str(tmp_path / "none.csv")).endswith("none.csv' can't be read: No such file or directory.")


# --- the pages


def send(browser, text=ROTA, **more):
    return browser.post(PAGE, {"table": text, **more}, follow=True)


@pytest.mark.parametrize(("who", "status"), [("a", 404), ("stranger", 404), ("manager", 200), ("administrator", 200)])
def test_only_who_manages_the_rotation_brings_tables_in(team, cast, sign_in, who, status):
    assert sign_in(getattr(cast, who)).get(PAGE).status_code == status


def test_three_steps_from_paste_to_draft(bare, cast, sign_in, now):
    browser = sign_in(cast.manager)
    answer = send(browser)
    [table] = RotaImport.objects.all()
    assert answer.request["PATH_INFO"] == f"{PAGE}{table.pk}/"
    assert ("preview" in answer.context, list(answer.context["form"].fields)) == (False, ["first_week"])
    answer = browser.post(f"{PAGE}{table.pk}/", {"first_week": "2026-11-16"}, follow=True)
    preview = answer.context["preview"]
    assert (preview.served, preview.ahead, preview.open_roles, preview.left_out, preview.broken) == (8, 8, 0, (), ())
    assert [(week.day.isoformat(), week.is_served, week.is_running) for week in preview.weeks] == [
        ("2026-11-16", True, False),
        ("2026-11-23", True, True),
        ("2026-11-30", False, False),
        ("2026-12-07", False, False),
    ]
    assert answer.context["found"].covered == 8
    answer = browser.post(f"{PAGE}{table.pk}/do/", {"seen": preview.digest}, follow=True)
    plan = Plan.objects.get()
    assert answer.request["PATH_INFO"] == plan.get_absolute_url()
    assert answer.status_code == 200
    assert "Manager brought it in" in browser.get(f"{PAGE}{table.pk}/").content.decode()
    assert "rota" not in browser.get(PAGE).context["table"].rows[0].record.source


def test_a_file_is_taken_with_its_name(bare, cast, sign_in, now):
    content = b"\xef\xbb\xbf" + ROTA.encode()
    sign_in(cast.manager).post(PAGE, {"table": "", "file": SimpleUploadedFile("our rota.csv", content)})
    assert RotaImport.objects.get().source == "our rota.csv"


def test_unknown_names_are_asked_with_guesses(bare, cast, sign_in, now):
    browser = sign_in(cast.manager)
    answer = send(browser, "Pipeline,2026-11-30\nprofit,Engineer A/Zoe\n")
    form = answer.context["form"]
    assert [(field.label, field.initial, field.help_text) for field in form] == [
        ("Engineer “Engineer A”", str(cast.a.pk), "Line 2; a guess, look at it."),
        ("Engineer “Zoe”", "", "Line 2."),
    ]
    [table] = RotaImport.objects.all()
    answer = browser.post(f"{PAGE}{table.pk}/", {"name_0": cast.a.pk, "name_1": ""})
    assert (answer.status_code, answer.context["form"].errors) == (
        422, {"name_1": ["Say what engineer “Zoe” is, or leave its lines out."]},
    )  # fmt: skip
    answer = browser.post(f"{PAGE}{table.pk}/", {"name_0": cast.a.pk, "name_1": "skip"}, follow=True)
    preview = answer.context["preview"]
    assert (preview.ahead, answer.context["reading"].skipped) == (1, 1)


@pytest.mark.parametrize(
    ("sent", "field", "message"),
    [
        ({"table": "hello"}, "table", "Line 1: begins with 'hello', but it is to begin with a line week,engineer"),
        ({"table": ""}, "file", "Paste a table or choose a file, one of the two."),
        ({"file": b"week\xe9"}, "file", "Line 1: is not UTF-8 text; save the table as CSV in UTF-8."),
        ({"file": b"x" * (1024 * 1024 + 1)}, "file", "The file is larger than 1 MiB; leave out years"),
        ({"file": b"Pipeline,W1,later\nProfit,A,B\n"}, "file", "Line 1, column later: 'later' is no week; write"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_place(bare, cast, sign_in, sent, field, message):
    if "file" in sent:
        sent = {"file": SimpleUploadedFile("table.csv", sent["file"])}
    answer = sign_in(cast.manager).post(PAGE, sent)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field][0].startswith(message)
    assert RotaImport.objects.count() == 0


def test_a_table_with_many_unknown_names_is_for_another_rotation(bare, cast, sign_in, now, monkeypatch):
    monkeypatch.setattr("rotations.forms.imports.MOST_CHOICES", 10)
    answer = send(sign_in(cast.manager), "Pipeline,2026-11-30\nx,Yan/Zoe\ny,Wim/Vic\nprofit,A/B\n")
    assert answer.status_code == 422
    assert answer.context["refusal"].startswith("6 names of the table are unknown here, such as Yan, Zoe, Wim, Vic, x")


def test_what_changed_since_the_preview_is_shown_again(bare, cast, sign_in, now):
    browser = sign_in(cast.manager)
    send(browser, "Pipeline,2026-11-30\nProfit,A/B\n")
    [table] = RotaImport.objects.all()
    answer = browser.post(f"{PAGE}{table.pk}/do/", {"seen": "something else"}, follow=True)
    assert "What it would do changed while you looked" in answer.content.decode()
    assert Plan.objects.count() == 0


def test_another_rotations_table_is_not_found(bare, cast, sign_in, monday):
    table = kept(bare, cast.manager, monday)
    assert sign_in(cast.a).get(f"{PAGE}{table.pk}/").status_code == 404
    assert sign_in(cast.a).post(f"{PAGE}{table.pk}/do/").status_code == 404
    assert sign_in(cast.manager).get(f"/rotations/other/import/{table.pk}/").status_code == 404


def rota_of(weeks):
    days = [(dt.date(2026, 11, 16) + dt.timedelta(weeks=n)).isoformat() for n in range(weeks)]
    return f"Pipeline,{','.join(days)}\nProfit{',A/B' * weeks}\nGrowth{',C/D' * weeks}\n"


def test_a_long_table_takes_as_many_queries_as_a_short_one(
    bare, cast, sign_in, now, django_assert_max_num_queries, django_assert_num_queries
):
    browser = sign_in(cast.manager)

    def look(weeks):
        browser.get(f"{PAGE}{kept(bare, cast.manager, now, rota_of(weeks), None).pk}/")

    look(3)
    with django_assert_max_num_queries(MOST) as short:
        look(3)
    with django_assert_num_queries(len(short)):
        look(20)


def test_bringing_in_a_long_table_takes_as_many_queries_as_a_short_one(
    bare, cast, now, django_assert_max_num_queries, django_assert_num_queries
):
    table = kept(bare, cast.manager, now, rota_of(3), None)
    with django_assert_max_num_queries(MOST) as short:
        bring_in(table, by=cast.manager, at=now)
    Shift.objects.all().delete()
    Plan.objects.all().delete()
    Message.objects.all().delete()
    longer = kept(bare, cast.manager, now, rota_of(20), None)
    with django_assert_num_queries(len(short)):
        bring_in(longer, by=cast.manager, at=now)


MOST = 90
