"""What people type about a standing audit."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from ..domain.roster import Role
from ..domain.spans import UTC
from ..models import Unit


class AcknowledgeForm(forms.Form):
    """Which gap is left so knowingly, as the page showed it, and why; instants are ISO in UTC."""

    unit = forms.ModelChoiceField(Unit.objects.none(), widget=forms.HiddenInput)
    role = forms.ChoiceField(choices=[(role.value, role.value) for role in Role], widget=forms.HiddenInput)
    starts_at = forms.CharField(max_length=40, widget=forms.HiddenInput)
    ends_at = forms.CharField(max_length=40, widget=forms.HiddenInput)
    reason = forms.CharField(max_length=300, error_messages={"required": "Reason: say why it is left so."})

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units

    def clean_starts_at(self) -> dt.datetime:
        return _instant(self.cleaned_data["starts_at"])

    def clean_ends_at(self) -> dt.datetime:
        return _instant(self.cleaned_data["ends_at"])


def _instant(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise forms.ValidationError("Not an instant; open the page again.") from None
