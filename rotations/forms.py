"""What people type about rotations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.text import capfirst

from .domain.audit import Portfolio
from .domain.audit_table import MAX_BYTES, TableError, decoded, parse_table
from .domain.columns import FIRST_YEAR, LAST_YEAR, View
from .domain.grid import By
from .models import Rotation, TimeOffRequest
from .verbs.planning import MAX_WEEKS


class PlanForm(forms.Form):
    """From which hand-off, and for how many weeks, to plan."""

    first_week = forms.DateField(
        label="First week",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The day of its hand-off.",
    )
    weeks = forms.IntegerField(label="Weeks", min_value=1, max_value=MAX_WEEKS, initial=13)

    def __init__(self, *args: object, rotation: Rotation, next_week: dt.date, **kwargs: object) -> None:
        super().__init__(*args, initial={"first_week": next_week, "weeks": 13}, **kwargs)
        day = rotation.get_handoff_weekday_display()
        self.fields["first_week"].help_text = f"The {day} of its hand-off; the first week without a plan is filled in."


class TimeOffForm(forms.Form):
    """Whole days off, and why; what the days must be is the verb's business."""

    DAY = {"invalid": "Write a day as year-month-day, for example 2026-11-26.", "required": "Choose a day."}

    first_day = forms.DateField(
        label="First day", error_messages=DAY, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last_day = forms.DateField(
        label="Last day",
        error_messages=DAY,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The same day for a single day.",
    )
    kind = forms.ChoiceField(
        label="Kind",
        choices=[(kind.value, kind.label.capitalize()) for kind in TimeOffRequest.Kind],
        help_text="Sick leave that begins by tomorrow takes effect at once; all else waits for a manager.",
    )
    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Seen by you and by who decides; others see that you are away, and the dates.",
    )


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


class AuditForm(forms.Form):
    """A table of assignments, pasted or as a file; clean, its `rows` are the assignments."""

    table = forms.CharField(
        label="Table",
        required=False,
        strip=False,
        max_length=MAX_BYTES,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "autocomplete": "off"}),
        help_text="Paste it from a spreadsheet or a CSV file, with its header.",
    )
    file = forms.FileField(
        label="Or a file",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv,text/plain"}),
        help_text="CSV in UTF-8, at most 1 MiB.",
    )

    def __init__(self, *args: object, portfolio: Portfolio, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.portfolio = portfolio

    def clean_file(self) -> object:
        file = self.cleaned_data["file"]
        if file and file.size > MAX_BYTES:
            raise forms.ValidationError("The file is larger than 1 MiB; a table has at most 10,000 rows.")
        return file

    def clean(self) -> dict[str, object]:
        if self.errors:
            return self.cleaned_data
        text, file = self.cleaned_data["table"], self.cleaned_data["file"]
        if bool(text.strip()) == bool(file):
            self.add_error("file", "Paste a table or choose a file, one of the two.")
            return self.cleaned_data
        try:
            text = decoded(file.read()) if file else text
            self.cleaned_data["rows"] = parse_table(
                text, self.portfolio.engineer_names(), self.portfolio.pipeline_names()
            )
        except TableError as error:
            self.add_error("file" if file else "table", f"{capfirst(str(error))}.")
        return self.cleaned_data
