"""What people type about time off."""

from __future__ import annotations

from django import forms
from django.db.models import QuerySet

from pipelines.models import Engineer

from ..domain.asked import Shape
from ..models import TimeOffRequest
from ..verbs.asking import Asked

SHAPES = {
    Shape.DAYS: "Whole days",
    Shape.MORNING: "A morning, until noon",
    Shape.AFTERNOON: "An afternoon, from noon",
    Shape.HOURS: "Hours of a day",
}
CLOCK = {"invalid": "Write a time as hours:minutes, for example 09:30."}


class TimeOffForm(forms.Form):
    """Whole days, half a day or hours off, and why; what makes sense of it is the verb's business."""

    DAY = {"invalid": "Write a day as year-month-day, for example 2026-11-26.", "required": "Choose a day."}

    engineer = forms.ModelChoiceField(
        label="For",
        queryset=Engineer.objects.none(),
        required=False,
        empty_label="Myself",
        help_text="Managers enter time off for members of their rotations; the person is told.",
        error_messages={"invalid_choice": "Choose yourself or a member of a rotation that you manage."},
    )
    shape = forms.ChoiceField(
        label="How much",
        required=False,
        choices=[(shape.value, words) for shape, words in SHAPES.items()],
        initial=Shape.DAYS.value,
    )
    first_day = forms.DateField(
        label="First day", error_messages=DAY, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last_day = forms.DateField(
        label="Last day",
        required=False,
        error_messages=DAY,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Empty for a single day.",
    )
    from_time = forms.TimeField(
        label="From",
        required=False,
        error_messages=CLOCK,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="Only for hours of a day.",
    )
    until_time = forms.TimeField(
        label="Until",
        required=False,
        error_messages=CLOCK,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="Only for hours of a day; 00:00 ends the day.",
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

    def __init__(self, *args: object, askable: QuerySet[Engineer] | None = None, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if askable is None or not (offered := list(askable)):
            del self.fields["engineer"]
            return
        field = self.fields["engineer"]
        field.queryset = askable
        # asked once: the field itself would ask again for each of its names
        field.choices = [("", field.empty_label), *((engineer.pk, str(engineer)) for engineer in offered)]

    @property
    def asked(self) -> Asked:
        """What a clean form asks for; times that belong to no hours are left out."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "engineer"}
        data["shape"] = data["shape"] or Shape.DAYS.value
        if data["shape"] != Shape.HOURS:
            data["from_time"] = data["until_time"] = None
        return Asked(**{**data, "last_day": data["last_day"] or data["first_day"]})


def initial_of(request: TimeOffRequest) -> dict[str, object]:
    """What a form shows of a request that is to be changed."""
    start, end = request.starts_at.astimezone(request.time_zone), request.ends_at.astimezone(request.time_zone)
    is_hours = request.shape == Shape.HOURS
    return {
        "shape": request.shape,
        "first_day": request.first_day,
        "last_day": request.last_day,
        "from_time": start.time() if is_hours else None,
        "until_time": end.time() if is_hours else None,
        "kind": request.kind,
        "reason": request.reason,
    }
