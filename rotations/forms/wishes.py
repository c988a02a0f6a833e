"""What people type about the weeks they wish for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django import forms

WANTED, NONE, UNWANTED = "wanted", "none", "unwanted"
MEANING = {WANTED: True, NONE: None, UNWANTED: False}
WORDS = {True: WANTED, None: NONE, False: UNWANTED}


class WishesForm(forms.Form):
    """One choice a week, named by the day of its hand-off; a week that is left out keeps its wish."""

    def __init__(self, *args: object, days: Iterable[dt.date], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for day in days:
            self.fields[day.isoformat()] = forms.ChoiceField(
                choices=[(WANTED, "wanted"), (NONE, "no wish"), (UNWANTED, "unwanted")],
                required=False,
                error_messages={"invalid_choice": f"Week of {day}: choose wanted, no wish or unwanted."},
            )

    @property
    def wishes(self) -> dict[dt.date, bool | None]:
        """What was chosen, by week."""
        return {dt.date.fromisoformat(day): MEANING[choice] for day, choice in self.cleaned_data.items() if choice}
