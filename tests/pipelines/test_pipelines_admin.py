"""The catalogue in the admin: pages open, rights hold, history stays."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group

from pipelines.models import Engineer, FailureMode, Invitation, KeyAction, Ownership, Runbook, Training
from tests.factories import at

MODELS = ["area", "audience", "engineer", "invitation", "ownership", "pipeline", "runbook", "training"]
TRACKED = ["engineer", "ownership", "pipeline", "runbook", "training"]


@pytest.fixture
def rows(team, cast):
    """One row of each model, by its name."""
    runbook = Runbook.objects.create(pipeline=team.profit, purpose="x", reviewed_by=cast.a)
    FailureMode.objects.create(runbook=runbook, name="Late")
    KeyAction.objects.create(runbook=runbook, text="Read the logs.")
    invitation = Invitation.objects.create(
        email="new@example.org",
        token_digest="0" * 64,
        invited_at=at("2026-11-23 10:00"),
        expires_at=at("2026-11-30 10:00"),
    )
    return {
        "area": team.profit.area,
        "audience": team.profit.audience,
        "engineer": cast.a,
        "invitation": invitation,
        "ownership": Ownership.objects.get(pipeline=team.profit),
        "pipeline": team.profit,
        "runbook": runbook,
        "training": Training.objects.first(),
    }


@pytest.mark.parametrize("who", ["administrator", "manager"])
@pytest.mark.parametrize("model", MODELS)
def test_lists_searches_forms_and_histories_open(rows, cast, sign_in, who, model):
    client = sign_in(getattr(cast, who))
    address = f"/admin/pipelines/{model}/"
    pages = [
        address,
        f"{address}?q=profit",
        f"{address}{rows[model].pk}/change/",
        f"{address}{rows[model].pk}/history/",
    ]
    assert [client.get(page).status_code for page in pages] == [200, 200, 200, 200]


@pytest.mark.parametrize("model", TRACKED)
def test_a_former_version_opens_and_no_history_page_breaks_the_policy(rows, cast, sign_in, model):
    row = rows[model]
    row.save()
    client = sign_in(cast.administrator)
    page = client.get(f"/admin/pipelines/{model}/{row.pk}/history/").content
    assert b"style=" not in page
    version = row.history.latest().pk
    assert client.get(f"/admin/pipelines/{model}/{row.pk}/history/{version}/").status_code == 200


def test_who_may_add_what(rows, cast, sign_in):
    allowed = {
        who: [m for m in MODELS if sign_in(getattr(cast, who)).get(f"/admin/pipelines/{m}/add/").status_code == 200]
        for who in ("administrator", "manager")
    }
    assert allowed == {"administrator": MODELS, "manager": ["ownership", "pipeline", "runbook", "training"]}


def test_somebody_without_business_there_finds_no_admin(cast, sign_in, client):
    assert [sign_in(cast.a).get(page).status_code for page in ("/admin/", "/admin/pipelines/engineer/")] == [404, 404]
    assert sign_in(cast.a).get("/admin/login/").status_code == 404
    assert client.get("/admin/", follow=True).redirect_chain[-1] == ("/accounts/login/?next=/admin/", 302)


def test_a_manager_can_neither_change_an_engineer_nor_their_rights(cast, sign_in):
    client = sign_in(cast.manager)
    data = {"username": "data-engineer-a", "name": "Mine", "is_superuser": "on", "is_active": "on"}
    assert client.post(f"/admin/pipelines/engineer/{cast.manager.pk}/change/", data).status_code == 403
    assert client.post(f"/admin/pipelines/engineer/{cast.a.pk}/password/", {"password1": "x"}).status_code == 403
    assert client.post("/admin/pipelines/engineer/add/", data).status_code == 403
    assert client.post(f"/admin/pipelines/engineer/{cast.a.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Engineer.objects.get(pk=cast.manager.pk).is_superuser is False


@pytest.mark.parametrize("who", ["manager", "administrator"])
def test_history_is_read_and_never_replayed(cast, sign_in, who):
    person = getattr(cast, who)
    address = f"/admin/pipelines/engineer/{person.pk}/history/{person.history.latest().pk}/"
    data = {"username": person.username, "name": "Changed", "time_zone": "UTC", "is_superuser": "on"}
    client = sign_in(person)
    assert b'name="_save"' not in client.get(address).content
    assert client.post(address, data).status_code == 403
    person.refresh_from_db()
    assert (person.name, person.is_superuser) == (who.title(), False)


def test_a_right_to_change_engineers_alone_changes_no_rights(cast, sign_in):
    helper = cast.stranger
    helper.is_staff = True
    helper.save()
    helper.user_permissions.add(*_permissions("change_engineer", "view_engineer"))
    data = {"username": "stranger", "name": "Helper", "email": "", "time_zone": "UTC", "is_superuser": "on"}
    data["groups"] = [Group.objects.get(name=Engineer.ADMINISTRATORS).pk]
    sign_in(helper).post(f"/admin/pipelines/engineer/{helper.pk}/change/", data)
    helper.refresh_from_db()
    assert (helper.name, helper.is_superuser, helper.groups.count()) == ("Helper", False, 0)


def _permissions(*names):
    from_app = Group.objects.get(name=Engineer.ADMINISTRATORS).permissions.filter(content_type__app_label="pipelines")
    return from_app.filter(codename__in=names)


def test_an_administrator_adds_an_engineer_with_a_password(cast, sign_in):
    data = {"username": "ada", "name": "Ada", "email": "ada@example.org", "time_zone": "Europe/Berlin"}
    data |= {"usable_password": "true", "password1": "violet-tram-9", "password2": "violet-tram-9"}
    answer = sign_in(cast.administrator).post("/admin/pipelines/engineer/add/", data)
    ada = Engineer.objects.get(username="ada")
    assert answer["Location"] == f"/admin/pipelines/engineer/{ada.pk}/change/"
    assert (ada.name, str(ada.time_zone), ada.check_password("violet-tram-9")) == ("Ada", "Europe/Berlin", True)


def test_new_owners_in_the_admin_end_the_former_ownership(team, cast, sign_in):
    data = {"pipeline": team.profit.pk, "primary": cast.c.pk, "secondary": cast.d.pk, "starts_on": "2099-01-01"}
    assert sign_in(cast.manager).post("/admin/pipelines/ownership/add/", data).status_code == 302
    rows = Ownership.objects.filter(pipeline=team.profit).order_by("starts_on")
    assert [(row.primary, row.ends_on) for row in rows] == [(cast.a, dt.date(2099, 1, 1)), (cast.c, None)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"secondary": "same"}, b"two different people"),
        ({"starts_on": "2019-01-01"}, b"end that first"),
        ({"starts_on": "soon"}, b"Enter a valid date."),
    ],
)
def test_owners_that_cannot_be_are_refused_in_the_admin(team, cast, sign_in, change, words):
    data = {"pipeline": team.profit.pk, "primary": cast.c.pk, "secondary": cast.d.pk, "starts_on": "2099-01-01"}
    data |= {"secondary": cast.c.pk} if change == {"secondary": "same"} else change
    answer = sign_in(cast.manager).post("/admin/pipelines/ownership/add/", data)
    assert answer.status_code == 200
    assert words in answer.content
    assert Ownership.objects.filter(pipeline=team.profit).count() == 1


def test_an_ownership_that_began_stays_and_one_that_ended_is_not_rewritten(team, cast, sign_in):
    client = sign_in(cast.administrator)
    row = Ownership.objects.get(pipeline=team.profit)
    address = f"/admin/pipelines/ownership/{row.pk}/"
    assert client.post(f"{address}delete/", {"post": "yes"}).status_code == 403
    row.ends_on = dt.date(2021, 1, 1)
    row.save()
    assert client.post(f"{address}change/", {"starts_on": "2020-06-01"}).status_code == 403


@pytest.mark.parametrize("model", ["engineer", "ownership", "pipeline", "training"])
def test_lists_take_the_same_queries_at_any_length(rows, cast, sign_in, django_assert_max_num_queries, model):
    client = sign_in(cast.administrator)
    with django_assert_max_num_queries(14):
        client.get(f"/admin/pipelines/{model}/")
