"""What people type to group pipelines into units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django import forms

from ..domain.units import Choice
from ..models import Rotation


class UnitsForm(forms.Form):
    """Which choice of units, and from which hand-off on."""

    choice = forms.ChoiceField(
        label="Units", error_messages={"invalid_choice": "Choose one of the ways that are not in force already."}
    )
    from_day = forms.DateField(
        label="From",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Write a day as year-month-day, for example 2026-12-14."},
    )

    def __init__(
        self, *args: object, rotation: Rotation, choices: Iterable[Choice], first: dt.date, **kwargs: object
    ) -> None:
        super().__init__(*args, initial={"from_day": first}, **kwargs)
        self.fields["choice"].choices = [(choice.value, choice.words.capitalize()) for choice in choices]
        day = rotation.get_handoff_weekday_display()
        self.fields["from_day"].help_text = f"A {day}, the day of a hand-off; the first behind the freeze is filled in."
