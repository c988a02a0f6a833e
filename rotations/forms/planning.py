"""What people type about plans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from ..loads.horizon import Horizon
from ..models import Plan, Rotation
from ..verbs.planning import MAX_WEEKS

Mode = Plan.Mode
DAY = {"invalid": "Enter a valid date: year-month-day, for example 2026-11-30."}


def day_field(label: str, **options: Any) -> forms.DateField:
    """A day, typed or picked."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, error_messages=DAY, **options)


class PlanForm(forms.Form):
    """From which hand-off, for how many weeks and in which mode to plan."""

    mode = forms.ChoiceField(
        required=False,
        choices=Mode.choices,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": "Mode: use first, repair or rebalance."},
    )
    first_week = day_field("First week")
    weeks = forms.IntegerField(label="Weeks", min_value=1, max_value=MAX_WEEKS)
    rebalance_from = day_field("Rebalance from", required=False)
    both = forms.BooleanField(
        label="Also ask for a repair, to compare the two",
        required=False,
        help_text="Two drafts of the same weeks, shown side by side.",
    )

    def __init__(self, *args: object, mode: str, rotation: Rotation, horizon: Horizon, **kwargs: object) -> None:
        initial = {
            "mode": mode,
            "first_week": horizon.first_week,
            "weeks": horizon.weeks,
            "rebalance_from": horizon.thaws,
        }
        super().__init__(*args, initial=initial, auto_id=f"id_{mode}_%s", **kwargs)
        day = rotation.get_handoff_weekday_display()
        self.fields["first_week"].help_text = f"The {day} of its hand-off."
        if mode == Mode.REBALANCE:
            self.fields["rebalance_from"].required = True
            self.fields["rebalance_from"].help_text = f"A {day}; before it as little moves as must."
        else:
            del self.fields["rebalance_from"], self.fields["both"]

    def clean(self) -> dict[str, object]:
        # nobody sees what stands at a hidden field
        if "mode" in self.errors:
            self.add_error(None, self.errors.pop("mode").as_data())
        return self.cleaned_data


class EditForm(forms.Form):
    """Who shall hold a cell of a draft; the choices say how things are with each of them that week."""

    engineer = forms.ChoiceField(
        label="Who", required=False, error_messages={"invalid_choice": "Choose somebody who is qualified for the unit."}
    )

    def __init__(self, *args: object, choices: Iterable[tuple[str, str]], holder: str | None, **kwargs: object) -> None:
        super().__init__(*args, initial={"engineer": holder or ""}, **kwargs)
        self.fields["engineer"].choices = [("", "nobody"), *choices]


class PublishForm(forms.Form):
    """That somebody has seen what publishing does; each gap is confirmed on its own, thin weeks all at once."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(
        self, data: QueryDict | None, *, seen: str, thin: int = 0, gaps: Sequence[tuple[str, str]] = ()
    ) -> None:
        super().__init__(data, initial={"seen": seen})
        self.gaps = {f"gap-{key}": key for key, _ in gaps}
        if thin:
            self.fields["thin"] = forms.BooleanField(
                label=f"I know that {thin} week{'s' if thin > 1 else ''} of a unit will have no secondary.",
                error_messages={"required": "Confirm that you know of the weeks without a secondary."},
            )
        for key, words in gaps:
            self.fields[f"gap-{key}"] = forms.BooleanField(
                label=f"I confirm the gap: {words}.",
                error_messages={"required": "Confirm this gap, or change it and plan again."},
            )
        if gaps:
            self.fields["reason"] = forms.CharField(
                label="Why the gaps are accepted",
                max_length=300,
                widget=forms.Textarea(attrs={"rows": 2}),
                error_messages={"required": "Say why; the audit shows it until the gaps are filled."},
            )

    @property
    def confirmed(self) -> list[str]:
        """The keys of the gaps that were confirmed."""
        return [key for name, key in self.gaps.items() if self.cleaned_data.get(name)]


class CompareForm(forms.Form):
    """Which drafts are shown side by side; the plan in force always stands beside them."""

    WRONG = {"invalid_choice": "There is no such plan here.", "required": "Choose a plan."}
    EMPTY = {"a": "choose a plan", "b": "what is published", "c": "no other"}

    a = forms.ChoiceField(label="Plan", error_messages=WRONG)
    b = forms.ChoiceField(label="Beside", required=False, error_messages=WRONG)
    c = forms.ChoiceField(label="And", required=False, error_messages=WRONG)

    def __init__(self, *args: object, plans: Iterable[Plan], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(plan.pk), plan_label(plan)) for plan in plans]
        for name, field in self.fields.items():
            field.choices = [("", self.EMPTY[name]), *named]
            field.widget.attrs["class"] = "form-select"

    @property
    def offers(self) -> bool:
        """Whether there is anything to compare."""
        return len(self.fields["a"].choices) > 1

    @property
    def chosen(self) -> list[int]:
        """The keys of the plans that were chosen, each once."""
        found = (self.cleaned_data.get(name) for name in "abc")
        return list(dict.fromkeys(int(key) for key in found if key))


def plan_label(plan: Plan) -> str:
    """A plan as a list to choose from names it."""
    first: dt.date = plan.first_week
    what_if = ", what if" if plan.what_if else ""
    return f"Plan {plan.pk}: {plan.get_mode_display()}{what_if}, {plan.weeks} weeks from {first:%d %b %Y}"
