"""The reference team's people, pipelines, runbooks and SLA, from portfolio.yaml."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils.text import slugify

from incidents.models import SlaPolicy
from pipelines.models import (
    Area,
    Audience,
    Engineer,
    FailureMode,
    KeyAction,
    Ownership,
    Pipeline,
    Runbook,
    Training,
)
from rotations.models import Membership, Rotation, Unit, UnitPipeline

PORTFOLIO = Path(__file__).parent / "portfolio.yaml"
ZONE = ZoneInfo("America/New_York")
HOLIDAYS = "US"
MANAGER = "manager"
# The portfolio promises its SLA to investors; experiments are held to the same figures among ourselves.
INTERNAL_AUDIENCE = "experiments"


def read_portfolio() -> dict[str, Any]:
    return yaml.safe_load(PORTFOLIO.read_text())


def make_people(letters: list[str], engineer_password: str, manager_password: str) -> dict[str, Engineer]:
    """Data Engineer A to D by letter, and their manager by the word."""
    # hashed once, as hashing is slow on purpose
    password = make_password(engineer_password)
    people = {
        letter: _person(f"engineer-{letter.lower()}", f"Data Engineer {letter}", letter, password) for letter in letters
    }
    people[MANAGER] = _person(MANAGER, "Data Manager", "M", make_password(manager_password), is_staff=True)
    people[MANAGER].groups.add(Group.objects.get(name=Engineer.MANAGERS))
    return people


def _person(username: str, name: str, short_name: str, password: str, **fields: Any) -> Engineer:
    return Engineer.objects.create(
        username=username,
        email=f"{username}@example.org",
        password=password,
        name=name,
        short_name=short_name,
        time_zone=ZONE,
        holiday_calendar=HOLIDAYS,
        **fields,
    )


def make_pipelines(portfolio: dict[str, Any], people: dict[str, Engineer], since: dt.date) -> list[Pipeline]:
    """The five pipelines with their owners; everybody is trained on all of them."""
    engineers = [people[letter] for letter in portfolio["engineers"]]
    areas = list(dict.fromkeys(row["area"] for row in portfolio["pipelines"]))
    made = []
    for row in portfolio["pipelines"]:
        area, _ = Area.objects.get_or_create(name=row["area"], defaults={"position": areas.index(row["area"])})
        audience, _ = Audience.objects.get_or_create(name=row["audience"])
        pipeline = Pipeline.objects.create(
            name=row["metric"], slug=slugify(row["metric"]), area=area, audience=audience
        )
        owners = people[row["primary_owner"]], people[row["secondary_owner"]]
        Ownership.objects.create(pipeline=pipeline, primary=owners[0], secondary=owners[1], starts_on=since)
        for engineer in engineers:
            if engineer not in owners:
                Training.objects.create(pipeline=pipeline, engineer=engineer, trained_on=since)
        made.append(pipeline)
    return made


def make_runbooks(portfolio: dict[str, Any], pipelines: list[Pipeline], reviewed_on: dt.date) -> None:
    """The three runbooks there are, reviewed by the primary owner."""
    by_name = {pipeline.name: pipeline for pipeline in pipelines}
    for name, facts in portfolio["runbooks"].items():
        pipeline = by_name[name]
        runbook = Runbook.objects.create(
            pipeline=pipeline,
            purpose=_sentence(facts["purpose"]),
            reviewed_on=reviewed_on,
            reviewed_by=pipeline.ownerships.get().primary,
        )
        for position, (mode, description) in enumerate(facts["failure_modes"].items(), 1):
            FailureMode.objects.create(
                runbook=runbook, name=_capital(mode), description=_sentence(description), position=position
            )
        for position, text in enumerate(facts["key_actions"], 1):
            KeyAction.objects.create(runbook=runbook, text=_sentence(text), position=position)


def make_sla(portfolio: dict[str, Any]) -> None:
    for audience in Audience.objects.all():
        for severity, facts in portfolio["sla"].items():
            SlaPolicy.objects.create(
                audience=audience,
                severity=severity,
                respond_minutes=_minutes(facts["respond_within"]),
                resolve_minutes=_minutes(facts["resolve_within"]),
                is_promise=audience.name != INTERNAL_AUDIENCE,
            )


def make_rotation(people: dict[str, Engineer], pipelines: list[Pipeline], since: dt.date) -> Rotation:
    """Weekly shifts, four roles a week at most, each pipeline staffed on its own."""
    rotation = Rotation.objects.create(
        name="Data pipelines", slug="data-pipelines", time_zone=ZONE, holiday_calendar=HOLIDAYS, max_roles_per_week=4
    )
    rotation.managers.add(people[MANAGER])
    for name, engineer in people.items():
        if name != MANAGER:
            Membership.objects.create(rotation=rotation, engineer=engineer, joins_on=since)
    for pipeline in pipelines:
        UnitPipeline.objects.create(unit=Unit.objects.create(rotation=rotation, name=pipeline.name), pipeline=pipeline)
    return rotation


def _minutes(text: str) -> int:
    """Minutes of a duration such as 30 min or 4 h."""
    number, unit = re.fullmatch(r"(\d+) (min|h)", text).groups()
    return int(number) * (60 if unit == "h" else 1)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sentence(text: str) -> str:
    return f"{_capital(text)}."
