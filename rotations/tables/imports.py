"""Lists of tables that were brought in."""

import django_tables2 as tables

from ..models import RotaImport
from .planning import BY


class ImportTable(tables.Table):
    source = tables.Column(verbose_name="Table", linkify=True, orderable=False)
    made = tables.TemplateColumn(BY.format("made"), verbose_name="Sent", order_by="made_at")
    done = tables.TemplateColumn(
        f"{{% if record.done_at %}}{BY.format('done')}{{% else %}}not yet{{% endif %}}",
        verbose_name="Brought in",
        order_by="done_at",
    )
    served = tables.Column(attrs={"th": {"class": "number"}, "td": {"class": "number"}})
    plan = tables.TemplateColumn(
        '{% if record.plan %}<a href="{{ record.plan.get_absolute_url }}">Plan {{ record.plan.pk }}</a>{% endif %}',
        orderable=False,
    )

    class Meta:
        model = RotaImport
        fields = ()
        attrs = {"caption": "Tables, newest first"}
        empty_text = "No table was brought in yet."
