"""Somebody's duty as an iCalendar feed: a plain value, and its bytes."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneStandard, vText

from .columns import day_words
from .duty import Duty, duties
from .roster import Roster
from .spans import DAY, Span

PRODID = "-//On-call portal//Duty feed//EN"
BACK, AHEAD = 60 * DAY, 400 * DAY
REFRESH = "PT1H"


@dataclass(frozen=True, slots=True)
class Link:
    """A pipeline and the absolute address of its page."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of duty as calendars are told of it; `sequence` and `changed_at` rise when its shift changes."""

    uid: str
    span: Span
    summary: str
    description: str
    url: str
    sequence: int
    changed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed says: its name, the zone of who reads it, and its entries in order of time."""

    name: str
    zone: str
    entries: tuple[Entry, ...] = ()


def window(at: dt.datetime) -> Span:
    """What a feed covers, from a UTC midnight so that it moves once a day: 60 days back, 400 ahead."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return Span(midnight - BACK, midnight + AHEAD)


def feed_of(roster: Roster, engineer: int, zone: ZoneInfo, links: Mapping[int, tuple[Link, ...]]) -> Feed:
    """The duty of one engineer in a roster's window, for a reader in a zone; links of pipelines by unit."""
    changes = _changes(roster)
    own = sorted(
        (duty for duty in duties(roster) if duty.engineer == engineer), key=lambda duty: (duty.span, duty.unit)
    )
    entries = (_entry(roster, duty, zone, links.get(duty.unit, ()), changes[duty.shift.id]) for duty in own)
    return Feed(f"On call: {roster.name(engineer)}", zone.key, tuple(entries))


def empty_feed(name: str, zone: ZoneInfo) -> Feed:
    """A feed without duty, for somebody whose link no longer holds."""
    return Feed(f"On call: {name}", zone.key)


def uid(duty: Duty) -> str:
    """The lasting name of a piece of duty: covers that split a shift leave its first piece the name of the whole."""
    return f"shift-{duty.shift.id}-{duty.span.start:%Y%m%dT%H%M%SZ}@oncall-portal"


def render(feed: Feed) -> bytes:
    """RFC 5545 bytes. Equal feeds give equal bytes: nothing here knows what time it is.

    No METHOD, VALARM, RRULE or attendees: clients either reject, strip or misread them. A feed without duty holds a
    time zone, as an empty calendar is not valid.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    # unknown names are written down as they are, so text is escaped by hand
    calendar["x-wr-calname"] = vText(_clean(feed.name))
    calendar["x-wr-timezone"] = vText(feed.zone)
    calendar["x-published-ttl"] = vText(REFRESH)
    calendar["refresh-interval"] = vText(REFRESH, params={"VALUE": "DURATION"})
    for entry in feed.entries:
        calendar.add_component(_event(entry))
    if not feed.entries:
        calendar.add_component(_utc())
    text: bytes = calendar.to_ical()
    return text


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.sequence)
    event.add("dtstart", entry.span.start)
    event.add("dtend", entry.span.end)
    event.add("summary", _clean(entry.summary))
    event.add("description", _clean(entry.description))
    event.add("transp", "TRANSPARENT")
    if entry.url:
        event.add("url", entry.url)
    return event


def _utc() -> Timezone:
    standard = TimezoneStandard()
    standard.add("dtstart", dt.datetime(1970, 1, 1))  # noqa: DTZ001  (local to the zone it defines, by RFC 5545)
    standard.add("tzoffsetfrom", dt.timedelta())
    standard.add("tzoffsetto", dt.timedelta())
    standard.add("tzname", "UTC")
    zone = Timezone()
    zone.add("tzid", "UTC")
    zone.add_component(standard)
    return zone


def _clean(text: str) -> str:
    """Text that iCalendar can carry: control characters go, but for line breaks; exotic line breaks become plain."""
    plain = "\n".join(text.splitlines())
    return "".join(sign for sign in plain if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs"))


def _changes(roster: Roster) -> dict[int, tuple[int, dt.datetime]]:
    """How often each shift was changed, and when last: by itself, by covers decided, and by covers ended."""
    counts = {shift.id: shift.version - 1 for shift in roster.shifts}
    moments = {shift.id: [shift.changed_at or shift.span.start] for shift in roster.shifts}
    for cover in roster.covers:
        if cover.shift in counts:
            counts[cover.shift] += 1 if cover.ended_at is None else 2
            moments[cover.shift] += [cover.decided_at, cover.ended_at or cover.decided_at]
    return {shift: (counts[shift], max(moments[shift])) for shift in counts}


def _entry(
    roster: Roster, duty: Duty, zone: ZoneInfo, links: tuple[Link, ...], change: tuple[int, dt.datetime]
) -> Entry:
    unit = roster.units[duty.unit].name
    covers = f" (covers for {roster.name(duty.shift.engineer)})" if duty.cover else ""
    sequence, changed_at = change
    return Entry(
        uid=uid(duty),
        span=duty.span,
        summary=f"{duty.role.capitalize()}: {unit}{covers}",
        description="\n".join(_description(roster, duty, zone, links)),
        url=links[0].url if links else "",
        sequence=sequence,
        changed_at=changed_at,
    )


def _description(roster: Roster, duty: Duty, zone: ZoneInfo, links: tuple[Link, ...]) -> Iterator[str]:
    yield _times(duty.span, zone)
    own = roster.team_of(roster.units[duty.unit]).calendar.zone
    if own.key != zone.key:
        yield _times(duty.span, own)
    if duty.cover:
        yield f"Covers for {roster.name(duty.shift.engineer)} ({duty.cover.cause})."
    for link in links:
        yield f"{link.name}: {link.url}"


def _times(span: Span, zone: ZoneInfo) -> str:
    start, end = (at.astimezone(zone) for at in (span.start, span.end))
    words = (f"{day_words(local.date())} {local.year}, {local:%H:%M}" for local in (start, end))
    return f"{' to '.join(words)} ({zone.key})"
