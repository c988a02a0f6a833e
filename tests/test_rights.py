"""Every address by everybody: what is not in the tables below is not let in.

Answers are those to a GET, or to an empty POST where an address takes nothing else. 302 to the sign-in is written
`in`, any other redirect 302. The colleague is an engineer of the same rotation whose the thing is not.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterator

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from incidents.models import Incident
from oncall_portal.mailbox import FILE_BACKEND
from oncall_portal.seed.team import make_reference_team
from pipelines.models import Engineer, Invitation, Pipeline
from rotations.domain.spans import Span
from rotations.loads.swap_offers import pieces_of
from rotations.models import (
    AuditRun,
    CompanyDay,
    ConfirmedGap,
    Cover,
    FeedLink,
    LedgerEntry,
    Plan,
    RotaImport,
    Rotation,
    Swap,
    TimeOffRequest,
    UnitsComparison,
    Wish,
    Worker,
)
from rotations.verbs.overrides import override
from rotations.verbs.swap_making import offer
from rotations.verbs.swaps import accept
from tests.factories import make_engineer

ROLES = ["anonymous", "stranger", "engineer", "colleague", "manager", "administrator"]
NOW = dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC)
APPS = ["auth", "account", "django_tasks_database", "pipelines", "rotations", "incidents"]
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NOBODY = "0" * 40
OF_OTHERS = {"key": "x", "uidb36": "1", "app_label": "pipelines", "content_type_id": 1, "object_id": 1}

ADDRESSES = {
    "now": "in 200 200 200 200 200",
    "pipeline": "in 200 200 200 200 200",
    "pipelines:pipelines": "in 200 200 200 200 200",
    "pipelines:runbook": "in 404 200 404 200 200",
    "pipelines:invitation": "404 404 404 404 404 404",
    "rotations:calendar": "in 200 200 200 200 200",
    "rotations:me": "in 200 200 200 200 200",
    "rotations:wishes": "in 200 200 200 200 200",
    "rotations:make_feed_link": "in 200 200 200 200 200",
    "rotations:revoke_feed_link": "in 404 302 404 404 404",
    "rotations:feed": "404 404 404 404 404 404",
    "rotations:robots": "200 200 200 200 200 200",
    "rotations:plans": "in 200 200 200 200 200",
    "rotations:plan": "in 200 200 200 200 200",
    "rotations:plan_cancel": "in 404 404 404 302 302",
    "rotations:plan_again": "in 404 404 404 302 302",
    "rotations:what_if": "in 404 404 404 302 302",
    "rotations:publish": "in 404 404 404 302 302",
    "rotations:roll_back": "in 404 404 404 200 200",
    "rotations:plan_undo": "in 404 404 404 404 404",
    "rotations:compare": "in 200 200 200 200 200",
    "rotations:plan_cell": "in 200 200 200 200 200",
    "rotations:plan_pin": "in 404 404 404 302 302",
    "rotations:shift": "in 200 200 200 200 200",
    "rotations:shift_pin": "in 404 404 404 302 302",
    "rotations:rotations": "in 200 200 200 200 200",
    "rotations:rotation": "in 200 200 200 200 200",
    "rotations:units": "in 404 404 404 200 200",
    "rotations:units_compare": "in 404 404 404 302 302",
    "rotations:units_choose": "in 404 404 404 422 422",
    "rotations:audit": "in 200 200 200 200 200",
    "rotations:acknowledge": "in 404 404 404 422 422",
    "rotations:reopen": "in 404 404 404 302 302",
    "rotations:imports": "in 404 404 404 200 200",
    "rotations:import": "in 404 404 404 200 200",
    "rotations:import_do": "in 404 404 404 302 302",
    "rotations:ledger_of_all": "in 200 200 200 200 200",
    "rotations:ledger_pieces_of_all": "in 200 200 200 200 200",
    "rotations:ledger": "in 200 200 200 200 200",
    "rotations:ledger_pieces": "in 200 200 200 200 200",
    "rotations:ledger_entries": "in 200 200 200 200 200",
    "rotations:ledger_openings": "in 404 404 404 200 200",
    "rotations:ledger_served": "in 404 404 404 200 200",
    "rotations:time_off": "in 200 200 200 200 200",
    "rotations:time_off_new": "in 200 200 200 200 200",
    "rotations:time_off_request": "in 404 200 404 200 404",
    "rotations:time_off_edit": "in 404 200 404 200 404",
    "rotations:time_off_approve_each": "in 200 200 200 200 200",
    "rotations:away": "in 200 200 200 200 200",
    "rotations:time_off_cancel": "in 404 302 404 422 404",
    "rotations:time_off_approve": "in 404 404 404 302 404",
    "rotations:time_off_decline": "in 404 404 404 422 404",
    "rotations:swaps": "in 200 200 200 200 200",
    "rotations:swap_new": "in 200 200 200 200 200",
    "rotations:swap": "in 404 200 404 200 200",
    "rotations:swap_accept": "in 404 404 404 404 404",
    "rotations:swap_turn_down": "in 404 404 404 404 404",
    "rotations:swap_withdraw": "in 404 302 404 404 404",
    "rotations:swap_hand_back": "in 404 404 404 404 404",
    "rotations:swap_approve": "in 404 404 404 302 404",
    "rotations:swap_decline": "in 404 404 404 422 404",
    "rotations:swap_undo": "in 404 422 404 422 404",
    "rotations:override": "in 404 404 404 200 200",
    "rotations:override_end": "in 404 404 404 302 302",
    "incidents:incidents": "in 200 200 200 200 200",
    "incidents:new": "in 200 200 200 200 200",
    "incidents:incident": "in 200 200 200 200 200",
    "incidents:acknowledge": "in 302 302 302 302 302",
    "incidents:note": "in 422 422 422 422 422",
    "incidents:severity": "in 422 422 422 422 422",
    "incidents:mitigate": "in 302 302 302 302 302",
    "incidents:resolve": "in 422 422 422 422 422",
    "incidents:reopen": "in 422 422 422 422 422",
    "mailbox": "in 404 404 404 200 200",
    "healthz": "200 200 200 200 200 200",
    "healthz_pager": "200 200 200 200 200 200",
    "readyz": "200 200 200 200 200 200",
    "admin:index": "in 404 404 404 200 200",
    "admin:login": "in 404 404 404 in in",
    "admin:logout": "in 404 404 404 200 200",
    "admin:password_change": "in 404 404 404 200 200",
    "admin:password_change_done": "in 404 404 404 200 200",
    "admin:autocomplete": "in 404 404 404 403 403",
    "admin:jsi18n": "in 404 404 404 200 200",
    "admin:view_on_site": "in 404 404 404 404 404",
    "admin:app_list": "in 404 404 404 200 200",
    "account_login": "200 302 302 302 302 302",
    "account_logout": "in 200 200 200 200 200",
    "account_inactive": "200 200 200 200 200 200",
    "account_signup": "200 302 302 302 302 302",
    "account_reauthenticate": "in 200 200 200 200 200",
    "account_email": "in 302 302 302 302 302",
    "account_email_verification_sent": "in 302 302 302 302 302",
    "account_change_password": "in 200 200 200 200 200",
    "account_set_password": "in 302 302 302 302 302",
    "account_reset_password": "200 200 200 200 200 200",
    "account_confirm_login_code": "in 302 302 302 302 302",
    "account_confirm_email": "in 302 302 302 302 302",
    "account_reset_password_from_key_done": "200 200 200 200 200 200",
    "account_reset_password_from_key": "200 200 200 200 200 200",
    "account_reset_password_done": "200 200 200 200 200 200",
}
# The pages of each model in the admin that answer a manager and an administrator; nobody else sees any.
READ = "changelist history change"  # a page to change is read-only for those who may only look
VERSIONS = f"simple_history {READ}"
ALL = "changelist add history delete change"
ALL_VERSIONS = f"simple_history {ALL}"
NO_DELETE = "simple_history changelist add history change"
ROOMS = {
    "auth.group": ("", READ),
    "account.emailaddress": ("", ""),
    "django_tasks_database.dbtaskresult": ("", ""),
    "pipelines.engineer": (VERSIONS, "simple_history password_change changelist add history delete change"),
    "pipelines.area": (READ, ALL),
    "pipelines.audience": (READ, ALL),
    "pipelines.pipeline": (ALL_VERSIONS, ALL_VERSIONS),
    "pipelines.ownership": (NO_DELETE, NO_DELETE),
    "pipelines.training": (ALL_VERSIONS, ALL_VERSIONS),
    "pipelines.runbook": (ALL_VERSIONS, ALL_VERSIONS),
    "pipelines.invitation": (READ, ALL),
    "rotations.plan": (VERSIONS, VERSIONS),
    "rotations.shift": (VERSIONS, VERSIONS),
    "rotations.cover": (VERSIONS, VERSIONS),
    "rotations.feedlink": (READ, READ),
    "rotations.auditrun": (READ, READ),
    "rotations.confirmedgap": (VERSIONS, VERSIONS),
    "rotations.rotaimport": (READ, READ),
    "rotations.ledgerentry": ("changelist add history change", "changelist add history change"),
    "rotations.message": (READ, READ),
    "rotations.worker": (READ, READ),
    "rotations.rotation": (VERSIONS, ALL_VERSIONS),
    "rotations.membership": (ALL_VERSIONS, ALL_VERSIONS),
    "rotations.unit": (VERSIONS, ALL_VERSIONS),
    "rotations.companyday": (NO_DELETE, ALL_VERSIONS),  # the first is of all rotations
    "rotations.wish": (VERSIONS, VERSIONS),
    "rotations.unitscomparison": (READ, READ),
    "rotations.publicholiday": (READ, ALL),
    "rotations.holidayyear": (READ, READ),
    "rotations.swap": (VERSIONS, VERSIONS),
    "rotations.swappart": (VERSIONS, VERSIONS),
    "rotations.timeoffrequest": (VERSIONS, "changelist change"),
    "incidents.slapolicy": (VERSIONS, ALL_VERSIONS),
    "incidents.incident": (VERSIONS, VERSIONS),
    "incidents.entry": (READ, READ),
    "incidents.clock": (READ, READ),
}


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker) -> Iterator[dict[str, Client]]:
    """The reference team, and a client for each role; made once, as planning it takes seconds, and taken back."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as clock, transaction.atomic():
        clock.setattr(timezone, "now", lambda: NOW)
        make_reference_team(NOW, "sesame", "sesame")
        make_the_rest()
        FeedLink.objects.create(engineer=pending().engineer, token_digest=NOBODY, made_at=NOW)
        yield clients()
        transaction.set_rollback(True)


def make_the_rest() -> None:
    """A row for each page of the admin that the reference team leaves empty."""
    Invitation.objects.create(email="new@example.org", token_digest=NOBODY, invited_at=NOW, expires_at=NOW)
    Worker.objects.create(name="pager", cycled_at=NOW)
    DBTaskResult.objects.create(
        task_path="rotations.tasks.solve", args_kwargs={"args": [], "kwargs": {}}, backend_name="default"
    )
    EmailAddress.objects.create(user=pending().engineer, email="other@example.org")
    make_agreed_swap()
    make_override()
    rotation = Rotation.objects.get()
    unit = rotation.units.first()
    AuditRun.objects.create(rotation=rotation, next_at=NOW)
    ConfirmedGap.objects.create(
        rotation=rotation, unit=unit, role="primary", starts_at=NOW, ends_at=NOW + dt.timedelta(days=3650), at=NOW
    )
    RotaImport.objects.create(rotation=rotation, text=f"Pipeline,2027-05-03\n{unit.name},A/B\n", made_at=NOW)
    LedgerEntry.objects.create(
        rotation=rotation,
        engineer=pending().engineer,
        day=NOW.date(),
        account="primary weeks",
        amount=1,
        reason="From the old tool",
        at=NOW,
    )
    UnitsComparison.objects.create(rotation=rotation, first_week=NOW.date(), weeks=1, asked_at=NOW)
    CompanyDay.objects.create(rotation=rotation, day=NOW.date(), name="Outing")
    Wish.objects.create(rotation=rotation, engineer=pending().engineer, week=NOW.date(), is_wanted=True)


def make_agreed_swap() -> None:
    """Two others of the engineer's rotation could agree; one does, and a manager has to decide."""
    engineer, colleague = pending().engineer, the_colleague()
    for piece in pieces_of(engineer, NOW, dt.UTC):
        for other in Engineer.objects.filter(memberships__isnull=False).exclude(pk__in=[engineer.pk, colleague.pk]):
            with contextlib.suppress(ValidationError):
                swap = offer(engineer, [(piece.shift, piece.span)], asked=other, by=engineer, at=NOW)
                accept(swap, by=other, at=NOW)
                return


def make_override() -> None:
    rotation, engineer = Rotation.objects.get(), pending().engineer
    manager, span = Engineer.objects.get(username="manager"), Span(NOW, NOW + dt.timedelta(hours=2))
    override(rotation, "primary", rotation.units.all(), span, engineer, "fire", by=manager, at=NOW, confirmed=True)


def the_colleague() -> Engineer:
    colleagues = Engineer.objects.filter(memberships__isnull=False).exclude(pk=pending().engineer_id)
    return colleagues.order_by("-pk").first()


def clients() -> dict[str, Client]:
    request = pending()
    administrator = make_engineer("Administrator", is_staff=True)
    administrator.groups.add(Group.objects.get(name=Engineer.ADMINISTRATORS))
    people = {
        "stranger": make_engineer("Stranger"),
        "engineer": request.engineer,
        "colleague": the_colleague(),
        "manager": Engineer.objects.get(username="manager"),
        "administrator": administrator,
    }
    found = {"anonymous": Client()}
    for role, person in people.items():
        found[role] = Client()
        found[role].force_login(person, backend=BACKEND)
    return found


def pending() -> TimeOffRequest:
    return TimeOffRequest.objects.filter(state=TimeOffRequest.State.REQUESTED).earliest("pk")


def addresses(patterns=None, prefix="", names="") -> Iterator[tuple[str, str]]:
    """Every address of the portal: its whole name, and its route."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{names}{pattern.namespace}:" if pattern.namespace else names
            yield from addresses(pattern.url_patterns, route, inner)
        elif isinstance(pattern, URLPattern):
            yield names + (pattern.name or ""), route


def ask(client: Client, path: str) -> str:
    """The answer to a GET, or to a POST where nothing else is taken; whatever it did is undone."""
    client.cookies, cookies = client.cookies.copy(), client.cookies
    with transaction.atomic():
        answer = client.get(path)
        if answer.status_code == 405:
            answer = client.post(path)
        transaction.set_rollback(True)
    client.cookies = cookies
    is_sign_in = answer.status_code == 302 and re.match(r"/(accounts|admin)/login/", answer["Location"])
    return "in" if is_sign_in else str(answer.status_code)


def of_requests(name: str) -> dict[str, object]:
    if name == "rotations:override_end":
        override = Cover.objects.filter(time_off=None, swap=None).earliest("pk")
        return {"slug": override.shift.unit.rotation.slug, "pk": override.pk}
    return {"pk": Swap.objects.get().pk if name.startswith("rotations:swap") else pending().pk}


ONLY_ONE = {"rotations:reopen": ConfirmedGap, "rotations:revoke_feed_link": FeedLink}
ONLY_ONE |= dict.fromkeys(["rotations:import", "rotations:import_do"], RotaImport)


def of_ours(name: str) -> dict[str, object]:
    """What an address of ours is asked with: things of the engineer."""
    if name in ("pipeline", "pipelines:runbook"):
        return {"slug": Pipeline.objects.first().slug}
    if name.startswith("incidents:"):
        return {"number": Incident.objects.unresolved().first().pk}
    if name.startswith(("rotations:swap", "rotations:override_", "rotations:time_off")):
        return of_requests(name)
    if name in ONLY_ONE:
        return {"slug": Rotation.objects.get().slug, "pk": ONLY_ONE[name].objects.get().pk}
    if name in ("rotations:feed", "pipelines:invitation"):
        return {"token": NOBODY}
    plan = Plan.objects.earliest("pk")
    if name.startswith("rotations:ledger_pieces"):
        return {"slug": Rotation.objects.get().slug, "pk": pending().engineer.pk}
    if name == "rotations:ledger_served":
        return {"slug": Rotation.objects.get().slug, "pk": plan.shifts.earliest("starts_at", "pk").pk}
    if name in ("rotations:shift", "rotations:shift_pin"):
        return {"pk": plan.shifts.latest("starts_at", "pk").pk}
    cell = {"unit": plan.problem["units"][0]["id"], "week": plan.problem["start"], "role": "primary"}
    return {"slug": Rotation.objects.get().slug, "pk": plan.pk, **cell}


def answers(clients: dict[str, Client], path: str) -> str:
    return " ".join(ask(client, path) for client in clients.values())


def test_every_address_is_in_the_table_and_answers_as_it_says(house, settings, tmp_path):
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = FILE_BACKEND, tmp_path  # else the mailbox is nobody's
    seen = {}
    for name, route in addresses():
        if name != "admin:" and not room_of(route):
            names = re.findall(r"<(?:\w+:)?(\w+)>", route)
            known = OF_OTHERS if route.startswith(("admin/", "accounts/")) else of_ours(name) if names else {}
            seen[name] = answers(house, reverse(name, kwargs={each: known[each] for each in names}))
    assert seen == ADDRESSES


def room_of(route: str) -> type[Model] | None:
    """The model whose pages of the admin an address belongs to."""
    found = re.match(rf"admin/({'|'.join(APPS)})/(\w+)/", route)
    return apps.get_model(*found.groups()) if found else None


def test_every_room_of_the_admin_lets_in_whom_the_table_says(house):
    managers, administrators = house["manager"], house["administrator"]
    seen = {}
    for name, route in addresses():
        model = room_of(route)
        if model and name != "admin:":
            page, path = name.split("_", 2)[2], path_in_room(name, route, model)
            let_in = seen.setdefault(model._meta.label_lower, ([], []))
            for found, client in zip(let_in, (managers, administrators), strict=True):
                found += [page] if ask(client, path) == "200" else []
    assert {room: tuple(map(" ".join, pages)) for room, pages in seen.items()} == ROOMS


def path_in_room(name: str, route: str, model: type[Model]) -> str:
    if not re.search(r"<|\(", route):
        return reverse(name)
    row = model.objects.order_by("pk").first()
    assert row, f"no row of {model._meta.label} to ask for"
    versions = [model.history.filter(**{model._meta.pk.name: row.pk}).first().pk] if "/history/(" in route else []
    return reverse(name, args=[row.pk, *versions])


def test_nobody_else_is_let_into_any_room_of_the_admin(house):
    others = {role: house[role] for role in ROLES if role not in ("manager", "administrator")}
    paths = {
        path_in_room(name, route, model) for name, route in addresses() if name != "admin:" if (model := room_of(route))
    }
    assert {path: seen for path in paths if (seen := answers(others, path)) != "in 404 404 404"} == {}
