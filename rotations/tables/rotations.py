"""Lists of rotations."""

import django_tables2 as tables

from ..models import Rotation

MANAGERS = (
    "{% for manager in record.managers.all %}{{ manager|person }}{% if not forloop.last %}, {% endif %}{% endfor %}"
)


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
