"""The whole reference team in one transaction, as it is at an instant."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from . import catalogue, history, wishes

LONG_BEFORE = dt.timedelta(days=400)


@transaction.atomic
def make_reference_team(at: dt.datetime, engineer_password: str, manager_password: str) -> None:
    """Everything, or nothing; the same rows for the same instant. Takes seconds, as the rotation is really planned."""
    portfolio = catalogue.read_portfolio()
    since = (at - LONG_BEFORE).date()
    people = catalogue.make_people(portfolio["engineers"], engineer_password, manager_password)
    pipelines = catalogue.make_pipelines(portfolio, people, since)
    catalogue.make_runbooks(portfolio, pipelines, reviewed_on=(at - dt.timedelta(days=30)).date())
    catalogue.make_sla(portfolio)
    rotation = catalogue.make_rotation(people, pipelines, since)
    holiday = history.holiday_ahead(at)
    wishes.give_company_day(at)
    wishes.wish_for_weeks(rotation, people, at)
    history.publish_rotation(rotation, people, holiday, at)
    history.ask_for_time_off(rotation, people, holiday, at)
    history.live_through_incidents(people, at)
