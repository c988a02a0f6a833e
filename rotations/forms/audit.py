"""What people type to have a table checked."""

from __future__ import annotations

from django import forms
from django.utils.text import capfirst

from ..domain.audit import Portfolio
from ..domain.audit_table import MAX_BYTES, TableError, decoded, parse_table


class AuditForm(forms.Form):
    """A table of assignments, pasted or as a file; clean, its `rows` are the assignments."""

    table = forms.CharField(
        label="Table",
        required=False,
        strip=False,
        max_length=MAX_BYTES,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "autocomplete": "off"}),
        help_text="Paste it from a spreadsheet or a CSV file, with its header.",
    )
    file = forms.FileField(
        label="Or a file",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv,text/plain"}),
        help_text="CSV in UTF-8, at most 1 MiB.",
    )

    def __init__(self, *args: object, portfolio: Portfolio, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.portfolio = portfolio

    def clean_file(self) -> object:
        file = self.cleaned_data["file"]
        if file and file.size > MAX_BYTES:
            raise forms.ValidationError("The file is larger than 1 MiB; a table has at most 10,000 rows.")
        return file

    def clean(self) -> dict[str, object]:
        if self.errors:
            return self.cleaned_data
        text, file = self.cleaned_data["table"], self.cleaned_data["file"]
        if bool(text.strip()) == bool(file):
            self.add_error("file", "Paste a table or choose a file, one of the two.")
            return self.cleaned_data
        try:
            text = decoded(file.read()) if file else text
            self.cleaned_data["rows"] = parse_table(
                text, self.portfolio.engineer_names(), self.portfolio.pipeline_names()
            )
        except TableError as error:
            self.add_error("file" if file else "table", f"{capfirst(str(error))}.")
        return self.cleaned_data
