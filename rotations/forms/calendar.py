"""Which part of the calendar somebody wants to see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict

from ..domain.columns import FIRST_YEAR, LAST_YEAR, View
from ..domain.grid import By
from ..models import Rotation


class CalendarForm(forms.Form):
    """Which calendar an address asks for; what it leaves out has a default, what it gets wrong is named."""

    WRONG_DAY = "write a day as year-month-day, for example 2026-11-23."
    OUT_OF_RANGE = f"choose a day in the years {FIRST_YEAR} to {LAST_YEAR}."

    view = forms.ChoiceField(
        choices=[(view.value, view.value) for view in View],
        error_messages={"invalid_choice": "choose week, month or quarter."},
    )
    by = forms.ChoiceField(
        choices=[(by.value, by.value) for by in By],
        error_messages={"invalid_choice": "choose pipeline or engineer."},
    )
    date = forms.DateField(
        label="Day",
        input_formats=["%Y-%m-%d"],
        validators=[
            MinValueValidator(dt.date(FIRST_YEAR, 1, 1), OUT_OF_RANGE),
            MaxValueValidator(dt.date(LAST_YEAR, 12, 31), OUT_OF_RANGE),
        ],
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
        error_messages={"invalid": WRONG_DAY},
    )
    rotation = forms.ChoiceField(
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": "there is no rotation called %(value)s; choose one from the list."},
    )
    page = forms.IntegerField(
        min_value=1,
        error_messages={"invalid": "write a whole number.", "min_value": "pages begin at 1."},
    )

    def __init__(self, query: QueryDict, *, rotations: Iterable[Rotation], today: dt.date) -> None:
        defaults = {"view": View.QUARTER, "by": By.PIPELINE, "date": today.isoformat(), "page": "1"}
        given = {name: value for name, value in query.items() if value}
        super().__init__({**defaults, **given})
        self.fields["rotation"].choices = [("", "all"), *((row.slug, row.name) for row in rotations)]

    @property
    def offers_rotations(self) -> bool:
        """Whether there is more than one rotation to choose from."""
        return len(self.fields["rotation"].choices) > 2

    @property
    def refusals(self) -> list[str]:
        """Each wrong field with the mend: Day: write a day as ..."""
        return [
            f"{self.fields[name].label or name.capitalize()}: {error}"
            for name, found in self.errors.items()
            for error in found
        ]
