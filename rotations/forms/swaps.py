"""What people type to swap duty."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from pipelines.models import Engineer

from ..domain.spans import Span
from ..loads.swap_offers import Piece
from ..models import TimeOffRequest
from .wall import WallTimeField, ends, starts


class SwapForm(forms.Form):
    """Which duty changes hands, and with whom; clean, `given` and `taken` are shifts with spans.

    What may be swapped is the verb's business.
    """

    pieces = forms.MultipleChoiceField(
        label="Duty to give away",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one.", "invalid_choice": "This duty is no longer yours."},
    )
    starts = WallTimeField(label="Only from", required=False, help_text="Empty for all of it.")
    ends = WallTimeField(label="Only until", required=False)
    to = forms.ChoiceField(
        label="To", required=False, error_messages={"invalid_choice": "Choose somebody of this rotation."}
    )
    theirs = forms.MultipleChoiceField(
        label="In exchange for",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Choose none to give yours away for nothing.",
        error_messages={"invalid_choice": "This duty is no longer theirs."},
    )
    time_off = forms.ChoiceField(
        label="For time off",
        required=False,
        help_text="Approving that request then approves the swap too, once somebody has agreed to it.",
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Read by whoever is asked and by who decides.",
    )

    def __init__(
        self,
        *args: Any,
        pieces: Sequence[Piece],
        people: Sequence[Engineer],
        theirs: Sequence[Piece] = (),
        requests: Sequence[TimeOffRequest] = (),
        zone: ZoneInfo,
        for_others: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.known = zone, {piece.key: piece for piece in (*pieces, *theirs)}
        self.people = {str(person.pk): person for person in people}
        self.requests = {str(request.pk): request for request in requests}
        self.fields["pieces"].choices = [(piece.key, piece.words) for piece in pieces]
        everybody = [] if for_others else [("", "Everybody who is qualified")]
        self.fields["to"].choices = [*everybody, *((key, str(person)) for key, person in self.people.items())]
        self.fields["to"].required = for_others
        self.fields["time_off"].choices = [("", "none"), *((key, row.days_text) for key, row in self.requests.items())]
        self.fields["theirs"].choices = [(piece.key, piece.words) for piece in theirs]
        if not theirs:
            del self.fields["theirs"]
        if not requests:
            del self.fields["time_off"]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if self.errors:
            return data
        first = starts(data["starts"], self.zone) if data["starts"] else None
        last = ends(data["ends"], self.zone) if data["ends"] else None
        if first and last and first >= last:
            self.add_error("ends", "Only until: use a later time than from.")
            return data
        data["given"] = [self._part(self.known[key], first, last) for key in data["pieces"]]
        if None in data["given"]:
            self.add_error("starts", "Only from, only until: some of the chosen duty lies outside of that.")
        data["taken"] = [(self.known[key].shift, self.known[key].span) for key in data.get("theirs", ())]
        data["asked"] = self.people.get(data["to"])
        data["request"] = self.requests.get(data.get("time_off", ""))
        return data

    def _part(self, piece: Piece, first: dt.datetime | None, last: dt.datetime | None) -> tuple[int, Span] | None:
        start, end = max(piece.span.start, first or piece.span.start), min(piece.span.end, last or piece.span.end)
        return (piece.shift, Span(start, end)) if start < end else None
