"""Tags and filters that every template has: times, people, marks, icons and Markdown."""

from __future__ import annotations

import datetime as dt
from functools import cache

from django import template
from django.conf import settings
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from pipelines.markdown import render_markdown
from pipelines.models import Engineer

register = template.Library()

SEVERITY_SHAPES = {"critical": "diamond", "high": "triangle", "medium": "circle"}


@register.filter
def markdown(text: str) -> SafeString:
    """A Markdown text as safe HTML."""
    return render_markdown(text)


@register.filter
def moment(at: dt.datetime | None) -> str:
    """An instant in the reader's zone: Tue 24 Nov, 09:00."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    year = "" if local.year == timezone.localtime().year else f" {local.year}"
    return format_html(
        '<time datetime="{}">{} {} {}{}, {}</time>',
        at.isoformat(),
        f"{local:%a}",
        local.day,
        f"{local:%b}",
        year,
        f"{local:%H:%M}",
    )


@register.filter
def person(engineer: Engineer | None) -> str:
    """An engineer as a coloured chip of letters with the whole name beside it."""
    if engineer is None:
        return ""
    return format_html(
        '<span class="person"><span class="chip hue-{}" aria-hidden="true">{}</span> {}</span>',
        engineer.hue,
        engineer.letters,
        engineer,
    )


@register.filter
def letters(engineer: Engineer | None) -> str:
    """An engineer as a chip of letters alone; the whole name on hover and for readers."""
    if engineer is None:
        return ""
    return format_html(
        '<span class="chip hue-{}" title="{}"><span aria-hidden="true">{}</span>'
        '<span class="visually-hidden">{}</span></span>',
        engineer.hue,
        engineer,
        engineer.letters,
        engineer,
    )


@register.filter
def severity_mark(severity: str) -> str:
    """A severity as its shape and its word."""
    return format_html(
        '<span class="severity severity-{0}"><span class="shape shape-{1}" aria-hidden="true"></span> {0}</span>',
        severity,
        SEVERITY_SHAPES[severity],
    )


@register.simple_tag
def zone_name() -> str:
    """The zone in which this page shows times."""
    return timezone.get_current_timezone_name()


@register.simple_tag
@cache
def icon(name: str) -> str:
    """A vendored drawing beside words that say the same: it carries no meaning of its own."""
    drawing = (settings.ROOT / "static" / "vendor" / "bootstrap-icons" / f"{name}.svg").read_text()
    paths = drawing[drawing.index(">") + 1 : drawing.rindex("</svg>")].strip()
    return mark_safe(f'<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{paths}</svg>')  # noqa: S308  (our own file)


@register.simple_tag(takes_context=True)
def here(context: Context, link: str, *, exact: bool = False) -> str:
    """Marks the nav entry of the page one is on, or above the page one is on."""
    request = context.get("request")
    if request is None:
        return ""
    on = request.path == link if exact else request.path.startswith(link)
    return mark_safe(' aria-current="page"') if on else ""
