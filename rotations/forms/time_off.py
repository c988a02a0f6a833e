"""What people type about time off."""

from __future__ import annotations

from django import forms

from ..models import TimeOffRequest


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
