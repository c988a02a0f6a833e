"""Lists of time off."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html

from pipelines.models import Engineer

from ..loads.time_off import Waiting
from ..models import TimeOffRequest


class MyTimeOffTable(tables.Table):
    days_text = tables.Column(verbose_name="Days", linkify=True, order_by="starts_at")
    kind = tables.Column(accessor="get_kind_display", verbose_name="Kind", order_by="kind")
    reason = tables.Column(default="")
    state = tables.Column(accessor="get_state_display", verbose_name="State", order_by="state")
    decided_by = tables.Column(verbose_name="Decided by", default="")

    class Meta:
        model = TimeOffRequest
        fields = ()
        attrs = {"caption": "My time off, latest first"}
        empty_text = "You have not asked for time off yet."


class AwayTable(tables.Table):
    """Only who and when: kind and reason are nobody else's business."""

    engineer = tables.TemplateColumn("{{ record.engineer|person }}", verbose_name="Away", order_by="engineer__name")
    days_text = tables.Column(verbose_name="Days", order_by="starts_at")

    class Meta:
        model = TimeOffRequest
        fields = ()
        attrs = {"caption": "Colleagues who are away, soonest first"}
        empty_text = "Nobody you share a rotation with is away."


CHOOSE = (
    '<input type="checkbox" class="form-check-input" name="pk" value="{{ record.request.pk }}" '
    'aria-label="Choose {{ record.request }}">'
)


class WaitingTable(tables.Table):
    choose = tables.TemplateColumn(CHOOSE, verbose_name="Choose", orderable=False)
    engineer = tables.TemplateColumn(
        "{{ record.request.engineer|person }}",
        verbose_name="Engineer",
        order_by="request__engineer__name",
        attrs={"td": {"class": "nowrap"}},
    )
    days = tables.Column(accessor="request__days_text", verbose_name="Days", order_by="request__starts_at")
    asked = tables.TemplateColumn(
        "{{ record.request.requested_at|moment }}", verbose_name="Asked", order_by="request__requested_at"
    )
    wish = tables.Column(
        accessor="request__get_state_display", verbose_name="State", orderable=False, attrs={"td": {"class": "nowrap"}}
    )
    line = tables.Column(verbose_name="What deciding it does", orderable=False)
    decide = tables.Column(accessor="request__pk", verbose_name="Decide", orderable=False)

    class Meta:
        attrs = {"caption": "Requests that wait for your decision, soonest first"}

    def __init__(self, *args: object, viewer: Engineer, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer

    def render_decide(self, record: Waiting) -> str:
        """The admin is where managers decide; who cannot enter it decides on the request's own page."""
        request = record.request
        here = reverse("admin:rotations_timeoffrequest_change", args=[request.pk])
        link = here if self.viewer.is_staff else request.get_absolute_url()
        return format_html('<a href="{}">Decide<span class="visually-hidden"> on {}</span></a>', link, request)
