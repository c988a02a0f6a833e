"""Lists of incidents."""

from __future__ import annotations

import datetime as dt
from typing import Any

import django_tables2 as tables
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pipelines.templatetags.portal import moment, severity_mark

from .loads import clock_rows
from .models import Incident


class IncidentTable(tables.Table):
    severity = tables.Column(orderable=False, attrs={"td": {"class": "first"}})
    title = tables.Column(verbose_name="Incident", orderable=False, attrs={"td": {"class": "first"}})
    pipeline = tables.Column(linkify=True, order_by=["pipeline__name"])
    state = tables.Column(orderable=False)
    clocks = tables.Column(verbose_name="Clocks", empty_values=(), orderable=False)
    opened_at = tables.Column(verbose_name="Opened", attrs={"td": {"class": "nowrap"}})

    class Meta:
        model = Incident
        fields = ["severity", "title", "pipeline", "state", "clocks", "opened_at"]
        empty_text = "No incidents here."
        attrs = {"caption": "Incidents"}

    def __init__(self, *args: Any, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at

    def render_severity(self, value: str, record: Incident) -> SafeString:
        return severity_mark(record.severity)

    def render_title(self, record: Incident) -> SafeString:
        return format_html('<a href="{}">#{} {}</a>', record.get_absolute_url(), record.pk, record.title)

    def render_state(self, record: Incident) -> SafeString:
        return render_to_string("incidents/_state.html", {"state": record.state})

    def render_clocks(self, record: Incident) -> SafeString:
        clocks = clock_rows(record, self.at)
        return render_to_string("incidents/_clocks.html", {"clocks": clocks, "is_promise": record.is_promise})

    def render_opened_at(self, value: dt.datetime) -> str:
        return moment(value)
