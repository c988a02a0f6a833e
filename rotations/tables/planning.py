"""Lists of plans."""

import django_tables2 as tables

from ..models import Plan

# one element, as the cell of a card sets its label beside it
BY = "<span>{{{{ record.{0}_at|moment }}}}{{% if record.{0}_by %}} by {{{{ record.{0}_by }}}}{{% endif %}}</span>"


class PlanTable(tables.Table):
    name = tables.Column(verbose_name="Plan", accessor="pk", linkify=True, order_by="pk")
    first_week = tables.DateColumn(verbose_name="First week", format="D j M Y")
    weeks = tables.Column(verbose_name="Weeks", attrs={"th": {"class": "number"}, "td": {"class": "number"}})
    state = tables.Column(accessor="get_state_display", verbose_name="State", order_by="state")
    mode = tables.TemplateColumn(
        "{{ record.get_mode_display }}{% if record.what_if %}, what if{% endif %}"
        "{% if record.edits %}, by hand{% endif %}",
        verbose_name="Mode",
        order_by="mode",
    )
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
