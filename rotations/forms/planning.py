"""What people type about plans."""

from __future__ import annotations

import datetime as dt

from django import forms

from ..models import Rotation
from ..verbs.planning import MAX_WEEKS


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
