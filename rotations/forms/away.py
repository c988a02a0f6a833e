"""Which month of the calendar of absence somebody wants to see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django import forms
from django.http import QueryDict

from ..domain.columns import FIRST_YEAR, LAST_YEAR
from ..models import Rotation


class AwayForm(forms.Form):
    """What an address asks for; what it leaves out has a default, what it gets wrong is named."""

    month = forms.DateField(
        label="Month",
        input_formats=["%Y-%m"],
        widget=forms.DateInput(attrs={"type": "month", "class": "form-control"}, format="%Y-%m"),
        error_messages={"invalid": "Write a month as year-month, for example 2026-11."},
    )
    rotation = forms.ChoiceField(
        label="Rotation",
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": "There is no rotation called %(value)s here; choose one from the list."},
    )

    def __init__(self, query: QueryDict, *, rotations: Iterable[Rotation], today: dt.date) -> None:
        given = {name: value for name, value in query.items() if value}
        super().__init__({"month": f"{today:%Y-%m}", **given})
        self.rotations = {rotation.slug: rotation for rotation in rotations}
        self.fields["rotation"].choices = [("", "all"), *((slug, row.name) for slug, row in self.rotations.items())]

    def clean_month(self) -> dt.date:
        month = self.cleaned_data["month"]
        if not FIRST_YEAR <= month.year <= LAST_YEAR:
            raise forms.ValidationError(f"Choose a month in the years {FIRST_YEAR} to {LAST_YEAR}.")
        return month

    @property
    def chosen(self) -> Rotation | None:
        """The rotation that is asked for, of a clean form."""
        return self.rotations.get(self.cleaned_data["rotation"])

    @property
    def offers_rotations(self) -> bool:
        """Whether there is more than one rotation to choose from."""
        return len(self.rotations) > 1
