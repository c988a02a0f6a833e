"""The feed: its whole text once, then that independent parsers read what we meant."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from rotations.domain.duty import duties
from rotations.domain.ical import Link, empty_feed, feed_of, render, window
from rotations.domain.spans import DAY, WEEK, Span
from tests.rotations.domain.duty_rosters import MONDAY, NAMES, UNIT, UTC_ZONE, A, B, C, cover, roster_of, span, utc

BERLIN = ZoneInfo("Europe/Berlin")
LINKS = {UNIT: (Link("Profit", "https://portal.example/pipelines/profit/"),)}
THURSDAY = span("2026-11-26 00:00", "2026-11-27 00:00")
B_FOR_A = cover(1, 1, B, A, THURSDAY, decided="2026-11-24 10:00")

WHOLE_TEXT = r"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//On-call portal//Duty feed//EN
X-WR-CALNAME:On call: B
REFRESH-INTERVAL;VALUE=DURATION:PT1H
X-PUBLISHED-TTL:PT1H
X-WR-TIMEZONE:Europe/Berlin
BEGIN:VEVENT
SUMMARY:Secondary: Profit
DTSTART:20261123T090000Z
DTEND:20261130T090000Z
DTSTAMP:20261123T090000Z
UID:shift-2-20261123T090000Z@oncall-portal
SEQUENCE:0
DESCRIPTION:Mon 23 Nov 2026\, 10:00 to Mon 30 Nov 2026\, 10:00 (Europe/Ber
 lin)\nMon 23 Nov 2026\, 09:00 to Mon 30 Nov 2026\, 09:00 (UTC)\nProfit: ht
 tps://portal.example/pipelines/profit/
LAST-MODIFIED:20261123T090000Z
TRANSP:TRANSPARENT
URL:https://portal.example/pipelines/profit/
END:VEVENT
BEGIN:VEVENT
SUMMARY:Primary: Profit (covers for A)
DTSTART:20261126T000000Z
DTEND:20261127T000000Z
DTSTAMP:20261124T100000Z
UID:shift-1-20261126T000000Z@oncall-portal
SEQUENCE:1
DESCRIPTION:Thu 26 Nov 2026\, 01:00 to Fri 27 Nov 2026\, 01:00 (Europe/Ber
 lin)\nThu 26 Nov 2026\, 00:00 to Fri 27 Nov 2026\, 00:00 (UTC)\nCovers for
  A (time off).\nProfit: https://portal.example/pipelines/profit/
LAST-MODIFIED:20261124T100000Z
TRANSP:TRANSPARENT
URL:https://portal.example/pipelines/profit/
END:VEVENT
END:VCALENDAR
"""

EMPTY_TEXT = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//On-call portal//Duty feed//EN
X-WR-CALNAME:On call: D
REFRESH-INTERVAL;VALUE=DURATION:PT1H
X-PUBLISHED-TTL:PT1H
X-WR-TIMEZONE:UTC
BEGIN:VTIMEZONE
TZID:UTC
BEGIN:STANDARD
DTSTART:19700101T000000
TZNAME:UTC
TZOFFSETFROM:+0000
TZOFFSETTO:+0000
END:STANDARD
END:VTIMEZONE
END:VCALENDAR
"""


def feed(roster, engineer, zone=UTC_ZONE, links=LINKS):
    return feed_of(roster, engineer, zone, links)


def entries(roster, engineer):
    """What changed by when, by the lasting name of each piece."""
    return {entry.uid.partition("@")[0]: (entry.sequence, entry.changed_at) for entry in feed(roster, engineer).entries}


def unfolded(text):
    return text.replace(b"\r\n ", b"")


def events(text):
    """Each event's own lines, by UID."""
    blocks = unfolded(text).split(b"BEGIN:VEVENT\r\n")[1:]
    return {next(line for line in block.split(b"\r\n") if line.startswith(b"UID:")): block for block in blocks}


def test_the_whole_text():
    assert render(feed(roster_of([A, B], covers=[B_FOR_A]), B, BERLIN)).decode() == WHOLE_TEXT.replace("\n", "\r\n")


def test_a_feed_without_duty_holds_a_time_zone_and_parses():
    text = render(empty_feed("D", UTC_ZONE))
    assert text.decode() == EMPTY_TEXT.replace("\n", "\r\n")
    assert vobject.readOne(text.decode()).vtimezone.tzid.value == "UTC"
    assert render(feed(roster_of([A, B]), C)) == text.replace(b"On call: D", b"On call: C")


def test_a_cover_changes_both_feeds_and_leaves_other_events_as_they_were():
    before = roster_of([A, B], weeks=(MONDAY, MONDAY + WEEK))
    after = replace(before, covers=(B_FOR_A,))
    old, new = (events(render(feed(roster, A))) for roster in (before, after))
    assert entries(before, A) == {
        "shift-1-20261123T090000Z": (0, utc("2026-11-23 09:00")),
        "shift-4-20261130T090000Z": (0, utc("2026-11-30 09:00")),
    }
    assert entries(after, A) == {
        "shift-1-20261123T090000Z": (1, utc("2026-11-24 10:00")),
        "shift-1-20261127T000000Z": (1, utc("2026-11-24 10:00")),
        "shift-4-20261130T090000Z": (0, utc("2026-11-30 09:00")),
    }
    untouched = b"UID:shift-4-20261130T090000Z@oncall-portal"
    assert old[untouched].partition(b"END:VEVENT")[0] == new[untouched].partition(b"END:VEVENT")[0]
    assert set(entries(after, B)) - set(entries(before, B)) == {"shift-1-20261126T000000Z"}


def test_ending_a_cover_counts_as_one_more_change():
    roster = roster_of([A, B], covers=[replace(B_FOR_A, ended_at=utc("2026-11-25 08:00"))])
    assert entries(roster, A) == {"shift-1-20261123T090000Z": (2, utc("2026-11-25 08:00"))}
    assert entries(roster, B) == {"shift-2-20261123T090000Z": (0, utc("2026-11-23 09:00"))}


def test_a_shift_that_was_published_anew_counts_its_versions():
    roster = roster_of([A, B])
    changed = replace(roster.shifts[0], version=3, changed_at=utc("2026-11-20 12:00"))
    assert entries(replace(roster, shifts=(changed, roster.shifts[1])), A) == {
        "shift-1-20261123T090000Z": (2, utc("2026-11-20 12:00"))
    }


def test_the_window_moves_once_a_day():
    morning, night = window(utc("2026-11-23 00:00")), window(utc("2026-11-23 23:59"))
    assert morning == night == Span(utc("2026-09-24 00:00"), utc("2027-12-28 00:00"))
    assert window(utc("2026-11-24 00:00")).start == morning.start + DAY


@pytest.mark.parametrize("forbidden", [b"METHOD", b"RRULE", b"VALARM", b"ATTENDEE", b"ORGANIZER", b"TZID"])
def test_nothing_that_clients_misread(forbidden):
    assert forbidden not in render(feed(roster_of([A, B], covers=[B_FOR_A]), B, BERLIN))


def test_control_characters_are_left_out_and_strange_line_breaks_made_plain():
    names = {**NAMES, A: "A\x00\x07\x1b\x7f\x9b", B: "x\u2028y\x85z\x0bw\rv"}
    text = render(feed(roster_of([A, B], covers=[B_FOR_A], names=names), B)).decode()
    assert "SUMMARY:Primary: Profit (covers for A)\r\n" in text
    assert "X-WR-CALNAME:On call: x\\ny\\nz\\nw\\nv\r\n" in text


NAME = st.text(
    st.one_of(st.sampled_from(",;\\'&\"\n: 😀é"), st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])),
    min_size=1,
).filter(lambda text: text.strip() == text)
INSTANTS = st.integers(-24, 200).map(lambda hours: utc("2026-11-23 09:00") + dt.timedelta(hours=hours))
COVERS = st.lists(
    st.tuples(INSTANTS, st.integers(1, 90), st.sampled_from([1, 2]), st.sampled_from([A, B, C, None]), st.booleans()),
    max_size=4,
)


def made(covers):
    return [
        replace(
            cover(n, shift, who, None, Span(start, start + dt.timedelta(hours=hours))),
            ended_at=utc("2026-11-25") if ended else None,
        )
        for n, (start, hours, shift, who, ended) in enumerate(covers, 1)
    ]


@given(person=NAME, unit=NAME, covers=COVERS)
@settings(deadline=None, max_examples=60)
def test_independent_parsers_read_the_duty_back(person, unit, covers):
    roster = roster_of([A, B], covers=made(covers), names={**NAMES, A: person}, unit=unit)
    for engineer in (A, B, C):
        text = render(feed(roster, engineer))
        own = sorted((duty.span.start, duty.span.end) for duty in duties(roster) if duty.engineer == engineer)
        strict = vobject.readOne(text.decode()).contents.get("vevent", [])
        lenient = icalendar.Calendar.from_ical(text).walk("VEVENT")
        assert sorted((event.dtstart.value, event.dtend.value) for event in strict) == own
        assert sorted((event.start, event.end) for event in lenient) == own
        assert len({event.uid.value for event in strict}) == len(own)
        said = {str(event["summary"]) for event in lenient}
        assert said == {event.summary.value for event in strict}
        assert said <= {
            f"{role}: {unit}{words}"
            for role in ("Primary", "Secondary")
            for words in ("", f" (covers for {person})", " (covers for B)")
        }


@given(person=NAME, unit=NAME, covers=COVERS)
@settings(deadline=None, max_examples=60)
def test_lines_are_short_and_end_as_the_standard_says_and_rendering_twice_is_equal(person, unit, covers):
    roster = roster_of([A, B], covers=made(covers), names={**NAMES, A: person}, unit=unit)
    text = render(feed(roster, A))
    lines = text.split(b"\r\n")
    assert lines[-1] == b""
    assert max(map(len, lines)) <= 75
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    for line in lines:
        line.decode()  # folding never cuts a letter in two
    assert render(feed(roster, A)) == text
