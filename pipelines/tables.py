"""Lists of the catalogue."""

import django_tables2 as tables
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .loads import CatalogueRow
from .templatetags.portal import person


def paginate(table: tables.Table, request: HttpRequest, per_page: int = 25) -> None:
    """Sort a list and cut it into pages as its address asks; how long a page is, it does not say."""
    pages = {"per_page": per_page, "paginator_class": lambda rows, asked: Paginator(rows, per_page)}
    tables.RequestConfig(request, paginate=pages).configure(table)


class PipelineTable(tables.Table):
    """Pipelines by area, whose they are and whether somebody wrote down what to do."""

    name = tables.Column(verbose_name="Pipeline", attrs={"td": {"class": "first"}})
    area = tables.Column(order_by=("area_position", "area"))
    audience = tables.Column()
    primary = tables.Column(verbose_name="Primary owner", order_by="primary__name", default="nobody")
    secondary = tables.Column(verbose_name="Secondary owner", order_by="secondary__name", default="nobody")
    runbook = tables.Column(accessor="reviewed_on", verbose_name="Runbook", empty_values=())

    class Meta:
        attrs = {"caption": "Pipelines by area, with their audience and owners"}
        order_by = "area"
        empty_text = "No pipelines yet. An administrator adds the first one in the admin."

    def render_name(self, record: CatalogueRow) -> SafeString:
        return format_html('<a href="{}">{}</a>', record.url, record.name)

    def render_primary(self, value) -> str:
        return person(value)

    def render_secondary(self, value) -> str:
        return person(value)

    def render_runbook(self, record: CatalogueRow) -> str:
        if not record.has_runbook:
            return "none yet"
        return f"reviewed {record.reviewed_on:%d %b %Y}" if record.reviewed_on else "never reviewed"
