"""The rules of a rotation in the admin: who may change them, what is refused, what is warned of."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from pipelines.models import Engineer
from rotations.models import CompanyDay, Rotation
from tests.factories import make_engineer, make_rotation


def page(rotation: Rotation) -> str:
    return reverse("admin:rotations_rotation_change", args=[rotation.pk])


def form_of(client, rotation: Rotation, **values: object) -> dict[str, object]:
    """What the page would post unchanged, with some values of our own."""
    context = client.get(page(rotation)).context
    posted = {}
    for form in (context["adminform"].form, *(one.formset.management_form for one in context["inline_admin_formsets"])):
        for bound in form:
            value = bound.value()
            posted[bound.html_name] = "" if value is None else value
    for inline in context["inline_admin_formsets"]:
        for form in inline.formset.forms:
            posted.update({bound.html_name: bound.value() or "" for bound in form})
    posted = {name: value for name, value in posted.items() if value is not False}
    return posted | values


def said(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


@pytest.fixture
def elsewhere(team):
    """A manager of another rotation."""
    manager = make_engineer("Manager elsewhere", is_staff=True)
    manager.groups.add(Group.objects.get(name=Engineer.MANAGERS))
    make_rotation("Elsewhere", managers=[manager])
    return manager


@pytest.mark.parametrize("who", ["manager", "administrator"])
def test_whoever_runs_a_rotation_changes_its_rules_with_history(team, cast, sign_in, who):
    client = sign_in(getattr(cast, who))
    posted = form_of(client, team.rotation, horizon_weeks=26, max_consecutive_weeks=6, rest_weeks=1)
    answer = client.post(page(team.rotation), posted, follow=True)
    assert answer.redirect_chain, answer.context["errors"]
    team.rotation.refresh_from_db()
    assert (team.rotation.horizon_weeks, team.rotation.max_consecutive_weeks) == (26, 6)
    assert team.rotation.history.first().history_user == getattr(cast, who)


def test_a_manager_changes_neither_name_nor_managers(team, cast, sign_in, elsewhere):
    client = sign_in(cast.manager)
    fields = client.get(page(team.rotation)).context["adminform"].form.fields
    assert {"name", "slug", "managers"} & set(fields) == set()
    client.post(page(team.rotation), form_of(client, team.rotation, name="Mine", managers=[elsewhere.pk]))
    team.rotation.refresh_from_db()
    assert (team.rotation.name, list(team.rotation.managers.all())) == ("Data", [cast.manager])


def test_a_manager_of_another_rotation_looks_alone(team, sign_in, elsewhere):
    client = sign_in(elsewhere)
    assert client.get(page(team.rotation)).status_code == 200
    assert client.post(page(team.rotation), {"horizon_weeks": 3}).status_code == 403


def test_rules_that_cannot_hold_are_saved_and_warned_of(team, cast, sign_in):
    client = sign_in(cast.administrator)
    posted = form_of(client, team.rotation, rest_weeks=4, rules_scope="engineer", secondary_weight=3)
    answer = client.post(page(team.rotation), posted, follow=True)
    assert said(answer)[1:] == [
        "A rest of 4 weeks needs at least 5 people; there are 4.",
        "A secondary week counts 3 tokens and a primary week only 2: plans will spare secondaries.",
    ] or said(answer)[:-1] == [
        "A rest of 4 weeks needs at least 5 people; there are 4.",
        "A secondary week counts 3 tokens and a primary week only 2: plans will spare secondaries.",
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("shift_weeks", 0),
        ("shift_weeks", 9),
        ("horizon_weeks", 105),
        ("rest_weeks", 13),
        ("max_consecutive_weeks", 0),
        ("holiday_calendar", "XX"),
        ("workday_end", "08:00"),
        ("time_zone", "Mars/Olympus"),
        ("rules_scope", "team"),
    ],
)
def test_an_absurd_rule_is_refused_by_its_field(team, cast, sign_in, field, value):
    client = sign_in(cast.administrator)
    answer = client.post(page(team.rotation), form_of(client, team.rotation, **{field: value}))
    assert list(answer.context["adminform"].form.errors) == [field]


def test_moving_the_hand_off_says_what_becomes_of_published_shifts(team, cast, sign_in, monkeypatch, monday):
    monkeypatch.setattr("django.utils.timezone.now", lambda: monday)
    client = sign_in(cast.administrator)
    posted = form_of(client, team.rotation, handoff_weekday=2, handoff_time="10:00")
    words = " ".join(said(client.post(page(team.rotation), posted, follow=True)))
    assert "Published shifts stay as they are, up to Mon 30 Nov 2026, 09:00 (UTC)." in words
    assert "The change holds for weeks planned from Wed 2 Dec 2026 on." in words
    assert "Between the two nobody is planned until Wed 2 Dec 2026, 10:00 (UTC)" in words


def test_members_and_company_days_are_kept_on_the_page_of_the_rotation(team, cast, sign_in):
    client = sign_in(cast.manager)
    posted = form_of(client, team.rotation)
    posted |= {
        "memberships-TOTAL_FORMS": 5,
        "memberships-4-rotation": team.rotation.pk,
        "memberships-4-engineer": cast.stranger.pk,
        "memberships-4-joins_on": "2026-12-07",
        "memberships-4-capacity_percent": 50,
        "company_days-TOTAL_FORMS": 1,
        "company_days-0-rotation": team.rotation.pk,
        "company_days-0-day": "2026-12-24",
        "company_days-0-name": "Christmas Eve",
    }
    assert client.post(page(team.rotation), posted).status_code == 302
    made = team.rotation.memberships.get(engineer=cast.stranger)
    assert (made.joins_on, made.capacity_percent) == (dt.date(2026, 12, 7), 50)
    assert [day.name for day in team.rotation.company_days.all()] == ["Christmas Eve"]


def test_two_memberships_of_somebody_never_overlap(team, cast, sign_in):
    posted = {"engineer": cast.a.pk, "rotation": team.rotation.pk, "joins_on": "2026-12-01", "capacity_percent": 50}
    answer = sign_in(cast.manager).post(reverse("admin:rotations_membership_add"), posted)
    assert answer.context["adminform"].form.errors == {
        "joins_on": ["From: they are a member from 2020-01-01 without an end already; end that first."]
    }


def test_a_manager_adds_company_days_of_their_own_rotation_alone(team, cast, sign_in, elsewhere):
    address = reverse("admin:rotations_companyday_add")
    client = sign_in(cast.manager)
    day = {"day": "2026-12-24", "name": "Christmas Eve"}
    for wrong in ({}, {"rotation": elsewhere.managed_rotations.get().pk}):
        refused = client.post(address, day | wrong)
        assert list(refused.context["adminform"].form.errors) == ["rotation"]
    assert client.post(address, day | {"rotation": team.rotation.pk}).status_code == 302
    made = CompanyDay.objects.get()
    assert made.history.get().history_user == cast.manager
    assert (
        sign_in(elsewhere)
        .post(reverse("admin:rotations_companyday_delete", args=[made.pk]), {"post": "yes"})
        .status_code
        == 403
    )
    assert sign_in(cast.administrator).post(address, day).status_code == 302
    of_all = CompanyDay.objects.get(rotation=None)
    assert client.post(reverse("admin:rotations_companyday_change", args=[of_all.pk]), day).status_code == 403
