"""What a manager types to put somebody in the place of whoever holds it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from pipelines.models import Engineer

from ..domain.spans import Span
from ..models import ROLES, Unit
from .wall import WallTimeField, ends, starts


class OverrideForm(forms.Form):
    """Who takes over which role, where and from when until when; clean, `span`, `chosen` and `who` are finished."""

    engineer = forms.ChoiceField(
        label="Who", error_messages={"invalid_choice": "Choose somebody active.", "required": "Choose who."}
    )
    role = forms.ChoiceField(label="Takes over as", choices=ROLES, widget=forms.RadioSelect)
    units = forms.ChoiceField(
        label="Of", required=False, error_messages={"invalid_choice": "Choose a unit of this rotation."}
    )
    starts = WallTimeField(label="From")
    ends = WallTimeField(label="Until")
    reason = forms.CharField(
        label="Reason", max_length=300, help_text="Read by whoever is replaced, and shown on the rotation's page."
    )

    def __init__(
        self, *args: Any, units: Sequence[Unit], people: Sequence[Engineer], zone: ZoneInfo, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.units_by_key = {str(unit.pk): unit for unit in units}
        self.people = {str(person.pk): person for person in people}
        names = [(key, unit.name) for key, unit in self.units_by_key.items()]
        self.fields["units"].choices = [("", "every unit"), *names]
        self.fields["engineer"].choices = [("", "Choose"), *((key, str(who)) for key, who in self.people.items())]

    def ask_to_confirm(self) -> None:
        """Show the box that says: I read this, do it all the same."""
        self.fields["confirmed"] = forms.BooleanField(label="Do it all the same", required=False)

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if self.errors:
            return data
        start, end = starts(data["starts"], self.zone), ends(data["ends"], self.zone)
        if start >= end:
            self.add_error("ends", "Until: use a later time than from.")
            return data
        data["span"] = Span(start, end)
        chosen = data["units"]
        data["chosen"] = [self.units_by_key[chosen]] if chosen else list(self.units_by_key.values())
        data["who"] = self.people[data["engineer"]]
        return data
