"""The ledger as a list, and what was booked in it by hand."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pipelines.templatetags.portal import moment, person

from ..domain.counts import Account
from ..loads.ledger_rows import LedgerRow
from ..models import LedgerEntry

NUMBER = {"th": {"class": "number"}, "td": {"class": "number"}}


def number(amount: float, *, signed: bool = False) -> str:
    """An amount with as many decimals as it takes, at most two: 3, 0.5, -1.25."""
    text = f"{round(amount, 2) + 0.0:{'+' if signed else ''}.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("+0", "-0") else text


class AccountColumn(tables.Column):
    """What was served, and below it what was planned; leads to the duty behind the number."""

    def __init__(self, account: Account) -> None:
        super().__init__(verbose_name=account.value.capitalize(), attrs=NUMBER)
        self.account = account

    def render(self, record: LedgerRow, table: LedgerTable) -> SafeString:
        return format_html(
            '<span><a href="{}">{}</a> <small class="planned">{} planned</small></span>',
            table.link(record, self.account),
            number(record.served(self.account)),
            number(record.planned(self.account)),
        )


class LedgerTable(tables.Table):
    """Everybody's accounts over a period, and how far they are from their fair share."""

    name = tables.Column(verbose_name="Engineer", attrs={"td": {"class": "first"}})
    primary = AccountColumn(Account.PRIMARY)
    secondary = AccountColumn(Account.SECONDARY)
    weekend = AccountColumn(Account.WEEKEND)
    holiday = AccountColumn(Account.HOLIDAY)
    off_hours = AccountColumn(Account.OFF_HOURS)
    short_notice = AccountColumn(Account.SHORT_NOTICE)
    tokens = tables.Column(verbose_name="Tokens served", accessor="line__carried__tokens", attrs=NUMBER)
    share = tables.Column(verbose_name="Fair share", accessor="line__share__tokens", attrs=NUMBER)
    brought = tables.Column(verbose_name="Brought forward", accessor="line__brought_forward", attrs=NUMBER)
    balance = tables.Column(verbose_name="Balance", accessor="balance", attrs={"td": {"class": "balance"}})

    class Meta:
        attrs = {"caption": "Served and planned by engineer and account, fair share and balance", "class": "ledger"}
        empty_text = "Nobody is a member, and nobody carried anything in this period."

    def __init__(self, rows: Any, *, address: str, query: QueryDict, **kwargs: Any) -> None:
        """`address` is that of the ledger, below which everybody has a page of their own."""
        super().__init__(rows, **kwargs)
        self.address, self.query = address, query

    def link(self, record: LedgerRow, account: Account | None = None) -> str:
        """Whose duty, in the period that is shown."""
        query = self.query.copy()
        if account:
            query["account"] = account.value
        return f"{self.address}{record.engineer.pk}/{'?' if query else ''}{query.urlencode()}"

    def render_name(self, record: LedgerRow) -> SafeString:
        left = "" if record.is_member else format_html(' <small class="quiet">{}</small>', "no member now")
        return format_html('<a href="{}">{}</a>{}', self.link(record), person(record.engineer), left)

    def render_tokens(self, value: float) -> str:
        return number(value)

    def render_share(self, value: float) -> str:
        return number(value)

    def render_brought(self, value: float) -> str:
        return number(value, signed=True)

    def render_balance(self, record: LedgerRow) -> SafeString:
        return format_html(
            '<span class="balance-cell"><span>{}</span>'
            '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
            '<rect class="{}" x="{}" y="1" width="{}" height="8"></rect>'
            '<line class="fair" x1="50" y1="0" x2="50" y2="10"></line></svg></span>',
            number(record.balance, signed=True),
            "above" if record.balance > 0 else "below",
            record.bar_x,
            record.bar_width,
        )


class EntryTable(tables.Table):
    """What was booked by hand. The reason is for the person and for who books: `may_read` says so of a row."""

    day = tables.DateColumn(format="D j M Y", verbose_name="Day")
    engineer = tables.Column(order_by="engineer__name")
    kind = tables.Column(accessor="get_kind_display", verbose_name="Kind", order_by="kind")
    account = tables.Column()
    amount = tables.Column(attrs=NUMBER)
    by = tables.Column(verbose_name="Booked", default="the portal")
    reason = tables.Column(orderable=False)

    class Meta:
        model = LedgerEntry
        fields = ()
        attrs = {"caption": "Opening balances and corrections, newest day first"}
        empty_text = "Nothing is booked by hand."

    def __init__(self, rows: Any, *, reader: int, may_read: bool, **kwargs: Any) -> None:
        super().__init__(rows, **kwargs)
        self.reader, self.may_read = reader, may_read

    def render_engineer(self, value: Any) -> str:
        return person(value)

    def render_amount(self, value: Any) -> str:
        return number(float(value), signed=True)

    def render_by(self, record: LedgerEntry) -> SafeString:
        return format_html("<span>{} by {}</span>", moment(record.at), record.by or "the portal")

    def render_reason(self, value: str, record: LedgerEntry) -> str:
        return value if self.may_read or record.engineer_id == self.reader else "for the engineer and managers"
