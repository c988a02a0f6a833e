"""What people type to bring a table in: the table, then what its unknown names mean."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst

from ..domain.audit_table import MAX_BYTES, TableError, decoded
from ..domain.roster import Role
from ..loads.imports import SKIP, Book, Question, Reading

PASTED = "a pasted table"
# a page of hundreds of long lists would be larger than the table itself
MOST_CHOICES = 20_000


class TableForm(forms.Form):
    """A table, pasted or as a file; clean, it has its `text` and its `source`."""

    table = forms.CharField(
        label="Table",
        required=False,
        strip=False,
        max_length=MAX_BYTES,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "autocomplete": "off"}),
        help_text="Copy it from your spreadsheet, with its header.",
    )
    file = forms.FileField(
        label="Or a file",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv,text/plain"}),
        help_text="CSV in UTF-8, at most 1 MiB.",
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > MAX_BYTES:
            raise forms.ValidationError("The file is larger than 1 MiB; leave out years that are long over.")
        return file

    def clean(self) -> dict[str, Any]:
        if self.errors:
            return self.cleaned_data
        text, file = self.cleaned_data["table"], self.cleaned_data["file"]
        if bool(text.strip()) == bool(file):
            self.add_error("file", "Paste a table or choose a file, one of the two.")
            return self.cleaned_data
        try:
            self.cleaned_data["text"] = decoded(file.read()) if file else text
        except TableError as error:
            self.add_error("file", f"{capfirst(str(error))}.")
        self.cleaned_data["source"] = file.name if file else PASTED
        return self.cleaned_data

    def refuse(self, refusal: ValidationError) -> None:
        """Put a refusal where the table came from."""
        self.add_error("file" if self.cleaned_data.get("file") else "table", refusal.messages)


class NamesForm(forms.Form):
    """What the unknown names of a table mean, and the day of its first week; clean, `answers` are by name."""

    first_week = forms.DateField(
        label="First week begins on",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="The day of the hand-off with which the first week of the table begins.",
    )

    def __init__(self, *args: Any, reading: Reading, book: Book, first_week: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reading = reading
        if reading.asks_first_week:
            self.fields["first_week"].initial = first_week
        else:
            del self.fields["first_week"]
        choices = {kind: _choices(kind, book) for kind in ("engineer", "pipeline", "role")}
        if sum(len(choices[one.kind]) for one in reading.questions) > MOST_CHOICES:
            names = ", ".join(one.name for one in reading.questions[:5])
            raise ValidationError(
                f"{len(reading.questions)} names of the table are unknown here, such as {names}: is it for this "
                "rotation? Make these people members and these pipelines part of its units first."
            )
        for number, question in enumerate(reading.questions):
            self.fields[f"name_{number}"] = _field(question, choices[question.kind], reading)

    @property
    def answers(self) -> dict[str, str]:
        return {
            question.key: self.cleaned_data[f"name_{number}"] for number, question in enumerate(self.reading.questions)
        }


def _field(question: Question, choices: list[tuple[str, str]], reading: Reading) -> forms.ChoiceField:
    guessed = question.guess and question.key not in reading.answers
    return forms.ChoiceField(
        label=f"{question.kind.capitalize()} “{question.name[:80]}”",
        choices=[("", "Choose"), (SKIP, "Leave these lines out"), *choices],
        initial=reading.answers.get(question.key) or question.guess,
        help_text=f"Line {question.line}{'; a guess, look at it' if guessed else ''}.",
        error_messages={"required": f"Say what {question.kind} “{question.name[:80]}” is, or leave its lines out."},
    )


def _choices(kind: str, book: Book) -> list[tuple[str, str]]:
    if kind == "role":
        return [(role.value, role.value) for role in Role]
    things = book.engineers if kind == "engineer" else book.portfolio.pipelines
    return sorted(((str(one.id), one.name) for one in things.values()), key=lambda choice: choice[1])
