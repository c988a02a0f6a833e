"""What people type into the catalogue."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.forms.models import construct_instance

from .models import Engineer, FailureMode, Invitation, Ownership, Runbook
from .verbs import Line, invitation_fault, owners_fault

SPARE_ROWS = 2
MOST_ROWS = 100
CONTINENTS = {
    *("Africa", "America", "Antarctica", "Arctic", "Asia"),
    *("Atlantic", "Australia", "Europe", "Indian", "Pacific"),
}


class RunbookForm(forms.Form):
    """The text above the lists, and the version that the writer saw."""

    purpose = forms.CharField(
        widget=forms.Textarea({"rows": 4}), help_text=Runbook._meta.get_field("purpose").help_text, max_length=20_000
    )
    reviewed = forms.BooleanField(
        required=False, label="Reviewed today", help_text="All of it was read and is right. Sets the last review."
    )
    seen = forms.CharField(widget=forms.HiddenInput)


class LineForm(forms.Form):
    """One row of a list: the row it was, its place, and whether it goes."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def line(self) -> Line:
        names = [name for name in self.fields if name not in ("pk", "ORDER", "DELETE")]
        return Line(self.cleaned_data["pk"], {name: self.cleaned_data[name] for name in names})


class FailureModeForm(LineForm):
    name = forms.CharField(label="What could go wrong", max_length=FailureMode._meta.get_field("name").max_length)
    description = forms.CharField(
        label="How it shows and what it does", required=False, widget=forms.Textarea({"rows": 2}), max_length=20_000
    )


class KeyActionForm(LineForm):
    text = forms.CharField(label="Step", widget=forms.Textarea({"rows": 2}), max_length=20_000)


class Lines(forms.BaseFormSet):
    """Rows that can be added, removed and put in order by number; empty spare rows are no rows."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].label = "Place"
        form.fields["DELETE"].label = "Remove"

    def lines(self) -> list[Line]:
        """What stays, in the order that the numbers say."""
        return [form.line() for form in self.ordered_forms if form.has_changed() or form.cleaned_data.get("pk")]


def _lines(form: type[LineForm]) -> type[Lines]:
    return forms.formset_factory(
        form, Lines, extra=SPARE_ROWS, can_order=True, can_delete=True, max_num=MOST_ROWS, validate_max=True
    )


FailureModeLines = _lines(FailureModeForm)
KeyActionLines = _lines(KeyActionForm)


def runbook_initial(runbook: Runbook | None) -> dict[str, Any]:
    """What the three parts of the form start with."""
    if runbook is None:
        return {"purpose": "", "failure_modes": [], "key_actions": []}
    modes = [{"pk": row.pk, "name": row.name, "description": row.description} for row in runbook.failure_modes.all()]
    actions = [{"pk": row.pk, "text": row.text} for row in runbook.key_actions.all()]
    return {"purpose": runbook.purpose, "failure_modes": modes, "key_actions": actions}


class ChangeOwnersForm(forms.ModelForm):
    """New owners from a day on. The verb ends the former ownership, so that it is no clash here."""

    class Meta:
        model = Ownership
        fields = ["pipeline", "primary", "secondary", "starts_on"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors:
            fault = owners_fault(*(cleaned[name] for name in self._meta.fields))
            for name, words in fault.items():
                self.add_error(name, words)
        return cleaned

    def _post_clean(self) -> None:
        self.instance = construct_instance(self, self.instance, self._meta.fields)


class InvitationForm(forms.ModelForm):
    """Whom to let in, and as what. `by` is set by the admin, as it knows who asks."""

    by: Engineer

    class Meta:
        model = Invitation
        fields = ["email", "group"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if group := self.fields.get("group"):  # there is none where the admin only shows the row
            group.queryset = Group.objects.filter(name__in=[Engineer.MANAGERS, Engineer.ADMINISTRATORS])
            group.empty_label = "engineer without further rights"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors:
            for name, words in invitation_fault(cleaned["email"], cleaned["group"], self.by).items():
                self.add_error(name, words)
        return cleaned


class AcceptInvitationForm(forms.ModelForm):
    """Who one is here. The address comes from the invitation."""

    password = forms.CharField(
        widget=forms.PasswordInput({"autocomplete": "new-password"}), strip=False, help_text="Eight characters or more."
    )
    password_again = forms.CharField(
        label="Password again", widget=forms.PasswordInput({"autocomplete": "new-password"}), strip=False
    )

    class Meta:
        model = Engineer
        fields = ["username", "name"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        password = cleaned.get("password")
        if password and cleaned.get("password_again") and password != cleaned["password_again"]:
            self.add_error("password_again", "The two passwords are not the same.")
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()
        if password := self.cleaned_data.get("password"):
            try:
                validate_password(password, self.instance)
            except ValidationError as error:
                self.add_error("password", error)


def zone_choices(current: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Time zones by continent, as a plain select lists them; the one in use is among them whatever it is."""
    names = {name for name in available_timezones() if name.split("/")[0] in CONTINENTS} | {"UTC", current}
    placed = sorted((name.split("/")[0] if "/" in name else "Everywhere", name) for name in names)
    return [
        (group, [(name, name.split("/", 1)[-1].replace("_", " ")) for _, name in found])
        for group, found in groupby(placed, key=itemgetter(0))
    ]


class ProfileForm(forms.Form):
    """What people set for themselves."""

    time_zone = forms.ChoiceField(help_text=Engineer._meta.get_field("time_zone").help_text)
    email = forms.EmailField(
        label="E-mail",
        help_text="Where pages and notices go.",
        error_messages={"required": "Pages go there: write one."},
    )
    short_name = forms.CharField(
        required=False, max_length=6, help_text=Engineer._meta.get_field("short_name").help_text
    )

    def __init__(self, *args: Any, engineer: Engineer, **kwargs: Any) -> None:
        current = str(engineer.time_zone)
        known = {"time_zone": current, "email": engineer.email, "short_name": engineer.short_name}
        super().__init__(*args, initial=known, **kwargs)
        self.fields["time_zone"].choices = zone_choices(current)

    def clean_time_zone(self) -> ZoneInfo:
        return ZoneInfo(self.cleaned_data["time_zone"])
