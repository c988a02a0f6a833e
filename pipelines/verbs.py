"""What changes in the catalogue: runbooks, owners, invitations. One transaction each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from .domain.tokens import new_token, token_digest
from .loads import runbook_of, runbook_version
from .models import Engineer, FailureMode, Invitation, KeyAction, Ownership, Pipeline, Runbook
from .rights import is_administrator

EMAIL_TAKEN = "This e-mail belongs to somebody else already."
INVITATION_HOLDS = dt.timedelta(days=7)


# --- runbooks


@dataclass(frozen=True)
class Line:
    """A failure mode or a key action as it shall be; `pk` of the row it was, if it was one."""

    pk: int | None = None
    fields: dict[str, str] = field(default_factory=dict)


class RunbookChangedError(ValidationError):
    """Somebody else saved the runbook after its form was opened."""


@transaction.atomic
def edit_runbook(
    pipeline: Pipeline,
    *,
    purpose: str,
    failure_modes: Sequence[Line],
    key_actions: Sequence[Line],
    reviewed: bool,
    seen: str,
    by: Engineer,
    at: dt.datetime,
) -> Runbook:
    """Make the runbook say exactly this, in this order; refused when it is no longer the version that was `seen`."""
    Pipeline.objects.select_for_update().get(pk=pipeline.pk)  # stands for a runbook that may not exist yet
    runbook = runbook_of(pipeline)
    if runbook_version(runbook) != seen:
        raise RunbookChangedError("The runbook changed while you were writing. Nothing of yours is lost, or saved yet.")
    runbook = runbook or Runbook(pipeline=pipeline)
    before = (runbook.pk, runbook.purpose, runbook.reviewed_on, runbook.reviewed_by)
    runbook.purpose = purpose
    if reviewed:
        runbook.reviewed_on, runbook.reviewed_by = at.astimezone(by.time_zone).date(), by
    if before != (runbook.pk, runbook.purpose, runbook.reviewed_on, runbook.reviewed_by) or runbook.pk is None:
        runbook.save()
    _write_lines(FailureMode, runbook, failure_modes)
    _write_lines(KeyAction, runbook, key_actions)
    return runbook


def _write_lines(model: type[FailureMode | KeyAction], runbook: Runbook, lines: Sequence[Line]) -> None:
    """Rows one by one, and only those that differ: each leaves a line in the history."""
    rows = {row.pk: row for row in model.objects.filter(runbook=runbook)}
    for position, line in enumerate(lines, start=1):
        row = rows.pop(line.pk, None)
        wanted = {**line.fields, "position": position}
        if row is None:
            model.objects.create(runbook=runbook, **wanted)
        elif wanted != {name: getattr(row, name) for name in wanted}:
            for name, value in wanted.items():
                setattr(row, name, value)
            row.save()
    for row in rows.values():
        row.delete()


# --- owners


def owners_fault(pipeline: Pipeline, primary: Engineer, secondary: Engineer, from_day: dt.date) -> dict[str, str]:
    """Why these two can't own the pipeline from that day, by field; empty if they can."""
    if primary == secondary:
        return {"secondary": "The primary and the secondary owner are two different people."}
    for name, engineer in (("primary", primary), ("secondary", secondary)):
        if not engineer.is_active:
            return {name: f"{engineer} is switched off; choose somebody who is active."}
    later = Ownership.objects.filter(pipeline=pipeline, starts_on__gte=from_day).order_by("starts_on").first()
    if later:
        return {"starts_on": f"{later.primary} and {later.secondary} own it from {later.starts_on} on; end that first."}
    return {}


@transaction.atomic
def change_owners(
    pipeline: Pipeline, primary: Engineer, secondary: Engineer, from_day: dt.date, by: Engineer
) -> Ownership:
    """Hand a pipeline to two people from a local day on; who owned it until then stops the day before."""
    Pipeline.objects.select_for_update().get(pk=pipeline.pk)
    if fault := owners_fault(pipeline, primary, secondary, from_day):
        raise ValidationError(fault)
    for former in Ownership.objects.filter(pipeline=pipeline).on(from_day):
        former.ends_on = from_day
        former._history_user = by
        former.save()
    ownership = Ownership(pipeline=pipeline, primary=primary, secondary=secondary, starts_on=from_day)
    ownership._history_user = by
    ownership.save()
    return ownership


# --- invitations


class InvitationGoneError(ValidationError):
    """The link was used, revoked, has expired, or never was one."""


def invitation_fault(email: str, group: Group | None, by: Engineer) -> dict[str, str]:
    """Why `by` can't invite that address into that group, by field; empty if they can."""
    if Engineer.objects.filter(email__iexact=email).exists():
        return {"email": "Somebody with this address has an account already."}
    if group and group.name == Engineer.ADMINISTRATORS and not is_administrator(by):
        return {"group": "Only an administrator makes administrators."}
    return {}


@transaction.atomic
def invite(*, email: str, group: Group | None, by: Engineer, at: dt.datetime) -> tuple[Invitation, str]:
    """An invitation and its token, which is nowhere else; earlier unused ones to the same address end."""
    if fault := invitation_fault(email, group, by):
        raise ValidationError(fault)
    Invitation.objects.filter(email__iexact=email, accepted_at=None).delete()
    token = new_token()
    invitation = Invitation.objects.create(
        email=email,
        group=group,
        token_digest=token_digest(token),
        invited_by=by,
        invited_at=at,
        expires_at=at + INVITATION_HOLDS,
    )
    return invitation, token


def open_invitation(token: str, at: dt.datetime, *, lock: bool = False) -> Invitation:
    """The invitation that a link still opens."""
    rows = Invitation.objects.select_for_update() if lock else Invitation.objects
    found = rows.filter(token_digest=token_digest(token)).first()
    if found is None or found.accepted_at or found.expires_at <= at:
        raise InvitationGoneError("This invitation is not open.")
    return found


@transaction.atomic
def accept_invitation(token: str, *, username: str, name: str, password: str, at: dt.datetime) -> Engineer:
    """Make the account that the invitation is for; of two who try at once one gets it."""
    invitation = open_invitation(token, at, lock=True)
    if Engineer.objects.filter(email__iexact=invitation.email).exists():
        raise ValidationError("Somebody with this e-mail address has an account already; sign in with it instead.")
    validate_password(password, Engineer(username=username, name=name, email=invitation.email))
    trusted = invitation.group is not None and invitation.group.name in (Engineer.MANAGERS, Engineer.ADMINISTRATORS)
    try:
        with transaction.atomic():
            engineer = Engineer.objects.create_user(username, invitation.email, password, name=name, is_staff=trusted)
    except IntegrityError as error:
        raise ValidationError({"username": "Somebody took this username a moment ago; choose another."}) from error
    if invitation.group:
        engineer.groups.add(invitation.group)
    invitation.accepted_at, invitation.accepted_by = at, engineer
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    return engineer


# --- one's own profile


@transaction.atomic
def change_profile(engineer: Engineer, *, time_zone: ZoneInfo, email: str, short_name: str, by: Engineer) -> Engineer:
    """What people set for themselves; refused, by field, where the address is somebody else's or a value is wrong."""
    if by.pk != engineer.pk:
        raise ValidationError("Only the person themselves can change their profile.")
    engineer = Engineer.objects.select_for_update(no_key=True).get(pk=engineer.pk)
    before = (engineer.time_zone, engineer.email, engineer.short_name)
    engineer.time_zone, engineer.email, engineer.short_name = time_zone, email, short_name
    if before == (time_zone, email, short_name):
        return engineer
    if Engineer.objects.filter(email__iexact=email).exclude(pk=engineer.pk).exists():
        raise ValidationError({"email": EMAIL_TAKEN})
    engineer.clean_fields(exclude=["password"])
    try:
        with transaction.atomic():
            engineer.save(update_fields=["time_zone", "email", "short_name"])
    except IntegrityError as error:
        raise ValidationError({"email": EMAIL_TAKEN}) from error
    return engineer
