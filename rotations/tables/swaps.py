"""Lists of swaps."""

from zoneinfo import ZoneInfo

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from pipelines.models import Engineer

from ..loads.swaps import SwapRow, duty_words
from ..models import Swap


class SwapTable(tables.Table):
    """Swaps of one's own that are over."""

    pk = tables.Column(verbose_name="Swap", linkify=True, orderable=False)
    kind = tables.Column(accessor="get_kind_display", verbose_name="Kind", order_by="kind")
    duty = tables.Column(empty_values=(), verbose_name="Duty", orderable=False)
    offered_by = tables.TemplateColumn("{{ record.offered_by|person }}", verbose_name="From", orderable=False)
    other = tables.TemplateColumn(
        "{% if record.taker %}{{ record.taker|person }}{% elif record.asked %}{{ record.asked|person }}"
        "{% else %}everybody{% endif %}",
        verbose_name="To",
        orderable=False,
    )
    state = tables.Column(accessor="get_state_display", verbose_name="State", order_by="state")
    offered_at = tables.TemplateColumn("{{ record.offered_at|moment }}", verbose_name="Offered", order_by="offered_at")

    class Meta:
        model = Swap
        fields = ()
        empty_text = "None of your swaps is over yet."

    def __init__(self, *args: object, zone: ZoneInfo, caption: str, **kwargs: object) -> None:
        super().__init__(*args, attrs={"caption": caption}, **kwargs)
        self.zone = zone

    def render_pk(self, value: int) -> str:
        return f"Swap {value}"

    def render_duty(self, record: Swap) -> str:
        return lines(duty_words(record, self.zone))


class WaitingSwapTable(tables.Table):
    """Swaps that wait for the reader's decision, with what each does."""

    who = tables.TemplateColumn(
        "{{ record.swap.offered_by|person }} {{ record.swap.taker|person }}", verbose_name="Who", orderable=False
    )
    duty = tables.Column(verbose_name="Duty", orderable=False)
    line = tables.Column(verbose_name="What approving it does", orderable=False)
    decide = tables.Column(accessor="swap__pk", verbose_name="Decide", orderable=False)

    class Meta:
        attrs = {"caption": "Swaps that wait for your decision, soonest first"}

    def __init__(self, *args: object, viewer: Engineer, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer

    def render_duty(self, value: tuple[str, ...]) -> str:
        return lines(value)

    def render_decide(self, record: SwapRow) -> str:
        """The admin is where managers decide; who cannot enter it decides on the swap's own page."""
        here = reverse("admin:rotations_swap_change", args=[record.swap.pk])
        link = here if self.viewer.is_staff else record.swap.get_absolute_url()
        return format_html('<a href="{}">Decide<span class="visually-hidden"> on {}</span></a>', link, record.swap)


def lines(words: tuple[str, ...]) -> str:
    """One piece of duty a line."""
    found = format_html_join("", '<span class="duty-line">{}</span>', ((word,) for word in words))
    return format_html("<span>{}</span>", found)
