"""Lists of rotations."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html

from pipelines.models import Engineer

from .loads.time_off import Waiting
from .models import Plan, Rotation, TimeOffRequest

MANAGERS = (
    "{% for manager in record.managers.all %}{{ manager|person }}{% if not forloop.last %}, {% endif %}{% endfor %}"
)
# one element, as the cell of a card sets its label beside it
BY = "<span>{{{{ record.{0}_at|moment }}}}{{% if record.{0}_by %}} by {{{{ record.{0}_by }}}}{{% endif %}}</span>"


class RotationTable(tables.Table):
    name = tables.Column(verbose_name="Rotation", linkify=True)
    time_zone = tables.Column(verbose_name="Zone")
    handoff = tables.Column(
        verbose_name="Hand-off", accessor="get_handoff_weekday_display", order_by=("handoff_weekday", "handoff_time")
    )
    unit_count = tables.Column(verbose_name="Units", attrs={"th": {"class": "number"}, "td": {"class": "number"}})
    member_count = tables.Column(verbose_name="Members", attrs={"th": {"class": "number"}, "td": {"class": "number"}})
    managers = tables.TemplateColumn(MANAGERS, verbose_name="Managers", orderable=False)

    class Meta:
        model = Rotation
        fields = ()
        attrs = {"caption": "Rotations by name"}
        empty_text = "There is no rotation yet; administrators make them in the admin."

    def render_time_zone(self, value: object, record: Rotation) -> str:
        # the field's own display drops the underscore of America/New_York
        return str(record.time_zone)

    def render_handoff(self, value: str, record: Rotation) -> str:
        return f"{value}, {record.handoff_time:%H:%M}"


class PlanTable(tables.Table):
    name = tables.Column(verbose_name="Plan", accessor="pk", linkify=True, order_by="pk")
    first_week = tables.DateColumn(verbose_name="First week", format="D j M Y")
    weeks = tables.Column(verbose_name="Weeks", attrs={"th": {"class": "number"}, "td": {"class": "number"}})
    state = tables.Column(accessor="get_state_display", verbose_name="State", order_by="state")
    asked = tables.TemplateColumn(
        BY.format("asked"),
        verbose_name="Asked",
        order_by="asked_at",
    )
    published = tables.TemplateColumn(
        BY.format("published"),
        verbose_name="Published",
        order_by="published_at",
    )

    class Meta:
        model = Plan
        fields = ()
        attrs = {"caption": "Plans, newest first"}
        empty_text = "There is no plan yet; a manager of the rotation makes the first one."

    def render_name(self, value: int) -> str:
        return f"Plan {value}"


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


class WaitingTable(tables.Table):
    engineer = tables.TemplateColumn(
        "{{ record.request.engineer|person }}", verbose_name="Engineer", order_by="request__engineer__name"
    )
    days = tables.Column(accessor="request__days_text", verbose_name="Days", order_by="request__starts_at")
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
