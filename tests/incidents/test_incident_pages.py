"""Pages of incidents: who sees them, what they say, what they refuse, and how many queries they cost."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from incidents import verbs
from incidents.loads import incidents_of_pipeline, open_incidents
from incidents.models import Incident
from incidents.verbs.paging import take_paging_step
from pipelines.models import Engineer, Runbook
from tests.factories import make_incident, make_sla

PAGES = ["/incidents/", "/incidents/new/", "/incidents/{number}/"]
VERBS = ["acknowledge", "note", "severity", "mitigate", "resolve", "reopen"]


@pytest.fixture(autouse=True)
def now(monday, monkeypatch):
    """Every page is read ten minutes after the incident was opened."""
    monkeypatch.setattr(timezone, "now", lambda: monday + dt.timedelta(minutes=10))


@pytest.fixture
def incident(team, monday) -> Incident:
    make_sla()
    return make_incident(team.profit, monday, description="Since **nine**. <script>alert(1)</script>")


def test_strangers_to_the_portal_are_sent_to_the_sign_in(client, incident):
    for path in PAGES + [f"/incidents/{{number}}/{verb}/" for verb in VERBS]:
        answer = client.post(path.format(number=incident.pk))
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/accounts/login/")
    assert incident.entries.count() == 1


@pytest.mark.parametrize("who", ["a", "stranger", "manager", "administrator"])
def test_everybody_signed_in_sees_every_page(who, cast, incident, sign_in):
    client = sign_in(getattr(cast, who))
    statuses = [client.get(path.format(number=incident.pk)).status_code for path in PAGES]
    assert statuses == [200, 200, 200]


def test_the_page_says_what_how_long_who_and_why(incident, team, cast, sign_in):
    Runbook.objects.create(pipeline=team.profit, purpose="Rolls **profit** up")
    take_paging_step(incident.pk, incident.opened_at)
    page = sign_in(cast.a).get(f"/incidents/{incident.pk}/").content.decode()
    for text in (
        "Row count 0",
        "20 min left",
        "3 h 50 min left",
        "on duty as primary",
        "mail is waiting",
        "Unless somebody answers, <strong>the next in the chain</strong>",
        "Rolls <strong>profit</strong> up",
        "Since <strong>nine</strong>.",
    ):
        assert text in page
    assert "<script>alert" not in page


def test_an_internal_target_is_marked_so(team, cast, monday, sign_in):
    make_sla(is_promise=False)
    incident = make_incident(team.profit, monday)
    client = sign_in(cast.a)
    assert "internal target of investors" in client.get(f"/incidents/{incident.pk}/").content.decode()
    assert "internal target" in client.get("/incidents/").content.decode()


def test_an_incident_goes_through_its_life_on_its_page(incident, cast, sign_in):
    client, page = sign_in(cast.stranger), incident.get_absolute_url()
    for verb, fields, state in (
        ("acknowledge", {}, "acknowledged"),
        ("note", {"text": "looking"}, "acknowledged"),
        ("severity", {"severity": "high"}, "acknowledged"),
        ("mitigate", {"text": ""}, "mitigated"),
        ("resolve", {"text": "loaded again"}, "resolved"),
        ("reopen", {"text": "empty again"}, "open"),
    ):
        answer = client.post(f"{page}{verb}/", fields)
        assert (answer.status_code, answer["Location"]) == (302, page)
        incident.refresh_from_db()
        assert incident.state == state
    kinds = list(incident.entries.values_list("kind", flat=True))
    assert kinds == ["opened", "acknowledged", "note", "severity", "mitigated", "resolved", "reopened"]
    assert set(incident.entries.exclude(kind="opened").values_list("by", flat=True)) == {cast.stranger.pk}


def test_who_comes_second_is_told_who_acknowledged(incident, cast, sign_in):
    verbs.acknowledge(incident, by=cast.b, at=incident.opened_at + dt.timedelta(minutes=3))
    answer = sign_in(cast.a).post(f"/incidents/{incident.pk}/acknowledge/")
    assert answer.status_code == 422
    assert "Data Engineer B acknowledged it at 10:03." in answer.content.decode()


@pytest.mark.parametrize(
    ("verb", "fields", "says"),
    [
        ("note", {"text": " "}, "This field is required."),
        ("note", {"text": "x" * 5001}, "at most 5000 characters"),
        ("severity", {"severity": "fatal"}, "fatal is not one of the available choices"),
        ("severity", {"severity": "critical"}, "It is critical already."),
        ("resolve", {}, "This field is required."),
        ("reopen", {}, "It is open: it cannot be opened again now."),
    ],
)
def test_bad_input_shows_the_page_again_with_the_reason_and_changes_nothing(
    verb, fields, says, incident, cast, sign_in
):
    answer = sign_in(cast.a).post(f"/incidents/{incident.pk}/{verb}/", fields)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert list(incident.entries.values_list("kind", flat=True)) == ["opened"]


def test_verbs_are_only_posted(incident, cast, sign_in):
    client = sign_in(cast.a)
    assert [client.get(f"/incidents/{incident.pk}/{verb}/").status_code for verb in VERBS] == [405] * len(VERBS)


@pytest.mark.parametrize("number", [4711, 10**30])
def test_an_incident_that_is_not_there_is_not_found(number, cast, sign_in):
    client = sign_in(cast.a)
    assert client.get(f"/incidents/{number}/").status_code == 404
    assert client.post(f"/incidents/{number}/acknowledge/").status_code == 404


def test_a_report_opens_an_incident_and_shows_it(team, cast, sign_in):
    make_sla()
    fields = {"pipeline": team.profit.pk, "severity": "high", "title": "Late", "description": "by an hour"}
    answer = sign_in(cast.d).post("/incidents/new/", fields)
    incident = Incident.objects.get()
    assert answer["Location"] == incident.get_absolute_url()
    assert (incident.pipeline, incident.severity, incident.title, incident.opened_by) == (
        team.profit, "high", "Late", cast.d,
    )  # fmt: skip


def test_the_form_chooses_the_pipeline_of_the_address_and_shows_its_sla(team, cast, sign_in):
    make_sla()
    make_sla("experiments", is_promise=False)
    client = sign_in(cast.a)
    chosen = client.get("/incidents/new/?pipeline=profit").content.decode()
    assert f'<option value="{team.profit.pk}" selected>' in chosen
    assert "critical: answer within 30 min, resolved within 4 h" in chosen
    assert "internal target" not in chosen
    assert "resolved within 24 h (internal target for experiments)" in client.get("/incidents/new/").content.decode()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"pipeline": 4711}, "Pipeline: choose one that is in service."),
        ({"pipeline": "x"}, "Pipeline: choose one that is in service."),
        ({"severity": "fatal"}, "fatal is not one of the available choices"),
        ({"title": ""}, "This field is required."),
        ({"title": "x" * 151}, "at most 150 characters"),
        ({"severity": "medium"}, "There is no SLA policy for medium incidents of the audience investors."),
    ],
)
def test_a_report_that_says_too_little_is_refused_with_the_field_named(fields, says, team, cast, sign_in):
    make_sla()[2].delete()
    whole = {"pipeline": team.profit.pk, "severity": "high", "title": "Late", "description": ""}
    answer = sign_in(cast.a).post("/incidents/new/", {**whole, **fields})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert Incident.objects.count() == 0


def test_reporting_on_an_unknown_pipeline_is_not_found(cast, sign_in):
    assert sign_in(cast.a).get("/incidents/new/?pipeline=nowhere").status_code == 404


def test_the_list_puts_first_what_waits_for_an_answer_the_worst_first(team, cast, monday, sign_in):
    make_sla()
    made = {title: make_incident(team.profit, monday, severity, title=title) for title, severity in (
        ("done", "critical"), ("answered", "critical"), ("lesser", "high"), ("worst", "critical"),
    )}  # fmt: skip
    verbs.resolve(made["done"], "mended", by=cast.a, at=monday)
    verbs.acknowledge(made["answered"], by=cast.a, at=monday)
    page = sign_in(cast.a).get("/incidents/").content.decode()
    places = sorted(made, key=lambda title: page.index(f"#{made[title].pk} {title}"))
    assert places == ["worst", "lesser", "answered", "done"]
    assert [row.title for row in open_incidents(monday)] == ["worst", "lesser", "answered"]
    assert [row.title for row in incidents_of_pipeline(team.profit, monday)] == places


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("state=open", {"one"}),
        ("severity=high", {"two"}),
        ("pipeline=growth", {"two"}),
        ("state=open&severity=high", set()),
        ("", {"one", "two"}),
    ],
)
def test_the_list_is_narrowed(query, shown, team, cast, monday, sign_in):
    make_sla()
    make_incident(team.profit, monday, title="one")
    verbs.acknowledge(make_incident(team.growth, monday, "high", title="two"), by=cast.a, at=monday)
    page = sign_in(cast.a).get(f"/incidents/?{query}").content.decode()
    assert {title for title in ("one", "two") if f" {title}</a>" in page} == shown


@pytest.mark.parametrize("query", ["state=gone", "severity=fatal", "pipeline=nowhere"])
def test_a_list_narrowed_to_what_does_not_exist_is_refused(query, incident, cast, sign_in):
    assert sign_in(cast.a).get(f"/incidents/?{query}").status_code == 422


def test_a_row_says_who_was_paged_and_offers_to_acknowledge(incident, cast, monday):
    take_paging_step(incident.pk, monday)
    [row] = open_incidents(monday + dt.timedelta(minutes=1))
    assert (row.number, row.may_acknowledge, row.url) == (incident.pk, True, f"/incidents/{incident.pk}/")
    assert [(page.engineer, page.at, page.delivery) for page in row.paged] == [(cast.a, monday, "mail is waiting")]
    assert [(clock.kind, clock.words, clock.mark, clock.is_running) for clock in row.clocks] == [
        ("response", "29 min left", "on-track", True),
        ("resolution", "3 h 59 min left", "on-track", True),
    ]


def test_who_is_paged_again_and_again_stands_in_a_row_once_with_the_count_and_the_last_time(incident, cast, monday):
    steps = [monday + dt.timedelta(minutes=minutes) for minutes in (0, 15, 30, 45, 60)]
    for at in steps:
        take_paging_step(incident.pk, at)
    [row] = open_incidents(steps[-1])
    assert [(page.engineer, page.times) for page in row.paged] == [(cast.a, 1), (cast.b, 1), (cast.manager, 3)]
    assert (row.pages, row.last_paged_at) == (5, steps[-1])


@pytest.mark.parametrize("count", [1, 20])
def test_lists_cost_the_same_few_queries_for_one_and_for_twenty(
    count, team, cast, monday, sign_in, django_assert_num_queries
):
    make_sla()
    for _ in range(count):
        take_paging_step(make_incident(team.profit, monday).pk, monday)
    client = sign_in(cast.a)
    with django_assert_num_queries(3):
        open_incidents(monday)
    with django_assert_num_queries(LIST_QUERIES):
        client.get("/incidents/")
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(reverse("incidents:incident", args=[Incident.objects.first().pk]))


# session, user, choices of the filter, count, incidents, clocks
LIST_QUERIES = 6
# session, user, incident, clocks, pages, roster (12), people of the chain, timeline, runbook (3)
PAGE_QUERIES = 21


def test_the_admin_shows_incidents_and_edits_only_words(incident, cast, sign_in):
    client, address = sign_in(cast.administrator), f"/admin/incidents/incident/{incident.pk}/change/"
    page = client.get(address).content.decode()
    assert 'name="title"' in page
    assert 'name="state"' not in page
    inline = {f"{name}-{part}_FORMS": 0 for name in ("clocks", "entries") for part in ("TOTAL", "INITIAL")}
    client.post(address, {"title": "Row count 1", "description": "", "state": "resolved", **inline})
    incident.refresh_from_db()
    assert (incident.title, incident.state) == ("Row count 1", "open")
    assert incident.history.first().history_user == cast.administrator


def test_the_admin_writes_instants_in_the_readers_zone_by_the_24_hour_clock(incident, cast, sign_in):
    Engineer.objects.filter(pk=cast.administrator.pk).update(time_zone="America/New_York")
    page = sign_in(cast.administrator).get(reverse("admin:incidents_incident_changelist")).content.decode()
    assert "Mon 23 Nov 2026, 05:00" in page


def test_nobody_removes_incidents_or_lines_of_a_timeline_in_the_admin(incident, cast, sign_in):
    client, entry = sign_in(cast.administrator), incident.entries.get()
    for address in (f"incident/{incident.pk}/delete", f"entry/{entry.pk}/delete", "entry/add", "incident/add"):
        assert client.post(f"/admin/incidents/{address}/", {"post": "yes"}).status_code == 403
    client.post("/admin/incidents/entry/", {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"})
    client.post(f"/admin/incidents/entry/{entry.pk}/change/", {"text": "never happened"})
    assert [line.text for line in incident.entries.all()] == ["critical: Row count 0"]


@pytest.mark.parametrize("model", ["incident", "slapolicy", "entry", "clock"])
def test_every_list_of_the_admin_opens_and_searches(model, incident, cast, sign_in):
    assert sign_in(cast.manager).get(f"/admin/incidents/{model}/?q=row").status_code == 200


def test_an_administrator_changes_an_sla_and_history_keeps_it(incident, cast, sign_in):
    policy = incident.pipeline.audience.sla_policies.get(severity="critical")
    fields = {"audience": policy.audience_id, "severity": "critical", "respond_minutes": 20, "resolve_minutes": 240}
    address = f"/admin/incidents/slapolicy/{policy.pk}/change/"
    assert sign_in(cast.administrator).post(address, {**fields, "is_promise": "on"}).status_code == 302
    assert [row.respond_minutes for row in policy.history.all()] == [20, 30]
    assert sign_in(cast.manager).post(address, fields).status_code == 403
