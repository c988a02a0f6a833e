"""Which part of the ledger somebody wants to see, and what managers book in it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import capfirst

from pipelines.models import Engineer

from ..domain.audit_table import MAX_BYTES, Names, TableError
from ..domain.counts import Account
from ..domain.ledger_periods import Period, days_of_period
from ..domain.opening_table import parse_openings
from ..domain.spans import UTC, Span
from ..models import LedgerEntry
from .wall import WallTimeField, ends, starts

FIRST_YEAR, LAST_YEAR = 2000, 2100
DAY = {"invalid": "write a day as year-month-day, for example 2026-11-23."}
NOBODY = "nobody"


class LedgerForm(forms.Form):
    """Which days of the ledger an address asks for; clean, `first` and `last` are them. What it leaves out has a
    default, what it gets wrong is named. Days without a period mean from day to day."""

    period = forms.ChoiceField(
        choices=[(period.value, capfirst(period.words)) for period in Period],
        error_messages={"invalid_choice": "choose quarter, year, 12-months, all or days."},
    )
    since = forms.DateField(label="From", required=False, input_formats=["%Y-%m-%d"], error_messages=DAY)
    until = forms.DateField(label="Through", required=False, input_formats=["%Y-%m-%d"], error_messages=DAY)
    account = forms.ChoiceField(
        required=False,
        choices=[("", "every account"), *((account.value, account.value) for account in Account)],
        error_messages={"invalid_choice": "there is no account called %(value)s."},
    )
    of = forms.ChoiceField(
        required=False,
        choices=[("served", "served"), ("planned", "planned")],
        error_messages={"invalid_choice": "choose served or planned."},
    )
    format = forms.ChoiceField(
        required=False,
        choices=[("", "page"), ("csv", "CSV"), ("xlsx", "XLSX")],
        error_messages={"invalid_choice": "choose csv or xlsx."},
    )

    def __init__(self, query: QueryDict, *, today: dt.date, known: tuple[dt.date, dt.date]) -> None:
        given = {name: value for name, value in query.items() if value}
        usual = Period.DAYS if {"since", "until"} & {*given} else Period.QUARTER
        super().__init__({"period": usual.value, **given})
        self.today, self.known = today, known

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.errors:
            return data
        period = Period(data["period"])
        if period is not Period.DAYS:
            data["first"], data["last"] = days_of_period(period, self.today, self.known)
            return data
        for name in ("since", "until"):
            if not data[name]:
                self.add_error(name, "choose a day.")
            elif not FIRST_YEAR <= data[name].year <= LAST_YEAR:
                self.add_error(name, f"choose a day in the years {FIRST_YEAR} to {LAST_YEAR}.")
        if not self.errors and data["since"] > data["until"]:
            self.add_error("until", "choose a day that is not before From.")
        data["first"], data["last"] = data.get("since"), data.get("until")
        return data

    @property
    def refusals(self) -> list[str]:
        """Each wrong field with the mend: From: write a day as ..."""
        return [
            f"{self.fields[name].label or capfirst(name)}: {error}"
            for name, found in self.errors.items()
            for error in found
        ]


class EntryForm(forms.Form):
    """One entry of the ledger; what may be booked is the verb's business."""

    engineer = forms.ModelChoiceField(Engineer.objects.none(), empty_label="Choose")
    kind = forms.ChoiceField(
        choices=[(kind.value, capfirst(kind.label)) for kind in (LedgerEntry.Kind.CORRECTION, LedgerEntry.Kind.OPENING)]
    )
    account = forms.ChoiceField(choices=[(account.value, capfirst(account.value)) for account in Account])
    amount = forms.DecimalField(
        max_digits=8, decimal_places=2, help_text="Weeks, days, hours or changes; below zero takes away."
    )
    day = forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), help_text="In which period it counts."
    )
    reason = forms.CharField(
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Read by the engineer, the rotation's managers and administrators.",
    )

    def __init__(self, *args: Any, people: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"day": today}, **kwargs)
        self.fields["engineer"].queryset = people


class OpeningForm(forms.Form):
    """A table of opening balances; clean, `rows` are they."""

    table = forms.CharField(
        strip=False,
        max_length=MAX_BYTES,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
        help_text="Paste it from a spreadsheet or a CSV file, with its header.",
    )
    reason = forms.CharField(
        max_length=300,
        help_text="Where they come from. Read by each engineer, the rotation's managers and administrators.",
    )

    def __init__(self, *args: Any, names: Names, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names, self.today = names, today

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "table" in data:
            try:
                data["rows"] = parse_openings(data["table"], self.names, self.today)
            except TableError as error:
                self.add_error("table", f"{capfirst(str(error))}.")
        return data


class ServedForm(forms.Form):
    """Who really was on duty, and when; clean, `engineer` is somebody or None, and `span` when, in the rotation's
    zone."""

    engineer = forms.ChoiceField(label="Who was on duty")
    starts = WallTimeField(label="From")
    ends = WallTimeField(label="Until")
    reason = forms.CharField(
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Told to whoever gains or loses duty, and kept with the correction.",
    )

    def __init__(self, *args: Any, people: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.people = zone, {str(person.pk): person for person in people}
        named = [(key, str(person)) for key, person in self.people.items()]
        self.fields["engineer"].choices = [("", "Choose"), *named, (NOBODY, "Nobody was")]

    def clean_engineer(self) -> Engineer | None:
        return self.people.get(self.cleaned_data["engineer"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("starts") and data.get("ends"):
            start, end = starts(data["starts"], self.zone), ends(data["ends"], self.zone)
            if start < end:
                data["span"] = Span(start.astimezone(UTC), end.astimezone(UTC))
            else:
                self.add_error("ends", ValidationError("Until: must be later than from."))
        return data
