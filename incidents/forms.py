"""Forms of incidents."""

from __future__ import annotations

from typing import Any

from django import forms

from pipelines.models import Pipeline

from .models import SEVERITIES, Incident


class ReportForm(forms.ModelForm):
    """Report an incident; beside each severity stands what the SLA says of it."""

    class Meta:
        model = Incident
        fields = ["pipeline", "severity", "title", "description"]
        labels = {"title": "What is wrong", "description": "What you see"}
        help_texts = {"title": "A few words, as they shall stand in the page that wakes somebody."}
        widgets = {"severity": forms.RadioSelect, "description": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, sla: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pipelines = self.fields["pipeline"]
        pipelines.queryset = Pipeline.objects.for_pages()
        pipelines.empty_label = "Choose a pipeline"
        pipelines.error_messages["invalid_choice"] = "Pipeline: choose one that is in service."
        self.fields["severity"].choices = [(value, _with_sla(word, sla.get(value, ""))) for value, word in SEVERITIES]

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())


def _with_sla(word: str, sla: str) -> str:
    return f"{word}: {sla}" if sla else word


class TextForm(forms.Form):
    """A verb that may say something."""

    text = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), required=False, max_length=5000)


class NoteForm(TextForm):
    text = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 2}), max_length=5000)


class MitigateForm(TextForm):
    text = forms.CharField(
        label="What stopped the harm", widget=forms.Textarea(attrs={"rows": 2}), required=False, max_length=5000
    )


class ResolveForm(TextForm):
    text = forms.CharField(
        label="How it was mended",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=5000,
        help_text="The data is right again. The next person will look for this.",
    )


class ReopenForm(TextForm):
    text = forms.CharField(
        label="What came back", widget=forms.Textarea(attrs={"rows": 2}), required=False, max_length=5000
    )


class SeverityForm(forms.Form):
    severity = forms.ChoiceField(choices=SEVERITIES)


class AcknowledgeForm(forms.Form):
    """Nothing to say: the button is enough."""
