"""Which day shows which piece, as a table of cases; a calendar is written down as text, a line a row."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from rotations.domain.cards import Labels, Page
from rotations.domain.columns import Column, View, period
from rotations.domain.duty import duties
from rotations.domain.grid import Sheet, grid_by_engineer, grid_by_pipeline
from rotations.domain.pieces import day_span, frame, places, shows
from rotations.domain.roster import Calendar, Role
from rotations.domain.spans import DAY, UTC, WEEK, Span, instant
from tests.rotations.domain.duty_rosters import (
    MONDAY,
    NAMES,
    TEAM,
    UNIT,
    UTC_ZONE,
    A,
    B,
    C,
    D,
    cover,
    roster_of,
    span,
)

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
TOKYO, AUCKLAND, LORD_HOWE = ZoneInfo("Asia/Tokyo"), ZoneInfo("Pacific/Auckland"), ZoneInfo("Australia/Lord_Howe")
WEEKS = [MONDAY + n * WEEK for n in range(-9, 7)]


def sheet_of(roster, view=View.WEEK, on=MONDAY, zone=UTC_ZONE, *, reader=None, horizon=None, today=MONDAY):
    starts, ends = ([getattr(one.span, end) for one in roster.shifts] for end in ("start", "end"))
    horizon = horizon or Span(min(starts), max(ends))
    labels = Labels(NAMES, {UNIT: (Page("Profit", "profit"),)})
    return Sheet(roster, period(view, on, today), zone, labels, {TEAM: horizon}, reader)


def said(block):
    """A block as somebody reads it, in one breath."""
    words = (block.part, block.card.letters or block.card.title, block.card.cover)
    return " ".join(filter(None, words))


def written(line):
    """A line as text: a cell for each run of columns, how wide it is, and what it says."""
    return [(cell.width, [said(block) for block in cell.blocks]) for cell in line.cells]


def primary(roster, **how):
    return written(grid_by_pipeline(sheet_of(roster, **how), [UNIT]).rows[0].lines[0])


def secondary(roster, **how):
    return written(grid_by_pipeline(sheet_of(roster, **how), [UNIT]).rows[0].lines[1])


def test_a_week_of_one_person_is_one_cell():
    roster = roster_of([A, B])
    assert (primary(roster), secondary(roster)) == ([(7, ["A"])], [(7, ["B"])])


def test_the_day_of_a_hand_off_shows_who_takes_over():
    roster = roster_of([A, B], weeks=(MONDAY - WEEK, MONDAY))
    assert primary(roster) == [(7, ["B"])]
    assert primary(roster, on=MONDAY - WEEK) == [(7, ["A"])]


COVERS = [
    # cover of the primary's shift: what the primary's line shows from Monday to Sunday
    ("whole shift", "2026-11-23 09:00", "2026-11-30 09:00", [(7, ["B for A"])]),
    ("a day", "2026-11-26 00:00", "2026-11-27 00:00", [(3, ["A"]), (1, ["B for A"]), (3, ["A"])]),
    ("its first hours", "2026-11-23 09:00", "2026-11-24 00:00", [(1, ["B for A"]), (6, ["A"])]),
    (
        "hours inside a day",
        "2026-11-26 12:00",
        "2026-11-26 14:00",
        [(3, ["A"]), (1, ["until 12:00 A", "12:00–14:00 B for A", "from 14:00 A"]), (3, ["A"])],
    ),
    (
        "before the hand-off time of a day",
        "2026-11-26 00:00",
        "2026-11-26 08:00",
        [(3, ["A"]), (1, ["until 08:00 B for A", "from 08:00 A"]), (3, ["A"])],
    ),
    (
        "over midnight",
        "2026-11-26 20:00",
        "2026-11-27 10:00",
        [
            (3, ["A"]),
            (1, ["until 20:00 A", "from 20:00 B for A"]),
            (1, ["until 10:00 B for A", "from 10:00 A"]),
            (2, ["A"]),
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "start", "end", "expected"), COVERS, ids=[case[0] for case in COVERS])
def test_a_cover_is_shown_on_every_day_it_touches(name, start, end, expected):
    assert primary(roster_of([A, B], covers=[cover(1, 1, B, A, span(start, end))])) == expected


def test_a_cover_that_only_reaches_into_the_morning_of_the_hand_off_is_shown_if_it_began_that_day():
    early = cover(1, 1, B, A, span("2026-11-30 00:00", "2026-11-30 09:00"))
    roster = roster_of([A, C], weeks=(MONDAY, MONDAY + WEEK), covers=[early])
    assert primary(roster, on=MONDAY + WEEK) == [(1, ["until 09:00 B for A", "C"]), (6, ["C"])]


def test_a_cover_that_merely_ends_at_the_hand_off_is_not_shown_on_that_day():
    whole = cover(1, 1, B, A, span("2026-11-28 00:00", "2026-11-30 09:00"))
    roster = roster_of([A, C], weeks=(MONDAY, MONDAY + WEEK), covers=[whole])
    assert primary(roster, on=MONDAY + WEEK) == [(7, ["C"])]


ZONES = [
    # rotation's zone, reader's zone, day the reader's calendar is asked for: the primary's line in that week
    (BERLIN, BERLIN, [(7, ["B"])]),
    (BERLIN, NEW_YORK, [(7, ["B"])]),
    (NEW_YORK, BERLIN, [(7, ["B"])]),
    (TOKYO, NEW_YORK, [(6, ["B"]), (1, ["C"])]),  # Monday 09:00 in Tokyo is Sunday 19:00 in New York
    (NEW_YORK, AUCKLAND, [(1, ["A"]), (6, ["B"])]),  # Monday 09:00 in New York is Tuesday 03:00 in Auckland
]


@pytest.mark.parametrize(("own", "readers", "expected"), ZONES)
def test_days_are_the_readers_and_hand_offs_the_rotations(own, readers, expected):
    roster = roster_of([A, B, C], own, weeks=(MONDAY - WEEK, MONDAY, MONDAY + WEEK))
    assert primary(roster, zone=readers) == expected


QUARTER_HOUR = dt.timedelta(minutes=15)
AROUND_CHANGES = [
    first + n * DAY for first, days in ((dt.date(2026, 3, 23), 16), (dt.date(2026, 9, 24), 46)) for n in range(days)
]


def held_from_hand_off_to_midnight(held, day, readers, zone, clock):
    """Brute force: walk the reader's day by quarters of an hour, from the first at which the rotation hands over."""
    at, end = (instant(one, dt.time(), readers) for one in (day, day + DAY))
    quarters = [at + n * QUARTER_HOUR for n in range(int((end - at) / QUARTER_HOUR))]
    handed_over = [at for at in quarters if at.astimezone(zone).time() == clock]
    start = handed_over[0] if handed_over else quarters[0]
    return {duty for at in quarters if at >= start for duty in held if at in duty.span}


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, LORD_HOWE])
@pytest.mark.parametrize("readers", [UTC_ZONE, BERLIN, NEW_YORK, AUCKLAND])
@pytest.mark.parametrize("clock", [dt.time(9), dt.time(0), dt.time(23, 45)])
def test_across_changes_of_the_clock_a_day_shows_who_is_in_force_from_the_hand_off_to_midnight(zone, readers, clock):
    weeks = [dt.date(2026, 3, 9) + n * WEEK for n in range(37)]
    roster = roster_of([A, B, C], zone, weeks=weeks, clock=clock)
    held = [duty for duty in duties(roster) if duty.role is Role.PRIMARY]
    for day in AROUND_CHANGES:
        on = frame(Column(day, day + DAY), readers, roster.teams[TEAM].calendar)
        near = [duty for duty in held if duty.span.meets(Span(on.span.start - DAY, on.span.end + DAY))]
        shown = {duty for duty in near if shows(on, duty)}
        assert shown == held_from_hand_off_to_midnight(near, day, readers, zone, clock), day


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-23", 24)], ids=["spring", "autumn", "plain"]
)
def test_a_local_day_is_as_long_as_its_clock_says(day, hours):
    first = dt.date.fromisoformat(day)
    assert day_span(first, first + DAY, BERLIN).length == dt.timedelta(hours=hours)


def test_a_cover_on_the_day_of_a_change_of_the_clock_fills_that_day():
    sunday = dt.date(2026, 10, 25)
    whole_day = cover(1, 1, B, A, day_span(sunday, sunday + DAY, BERLIN))
    roster = roster_of([A, B], BERLIN, weeks=(dt.date(2026, 10, 19),), covers=[whole_day])
    assert primary(roster, on=sunday, zone=BERLIN) == [(6, ["A"]), (1, ["B for A"])]


def test_a_quarter_lists_the_pieces_of_a_week_in_order_with_their_days():
    covers = [cover(1, 1, B, A, span("2026-11-26 00:00", "2026-11-27 00:00"))]
    roster = roster_of([A, B], weeks=(MONDAY, MONDAY + WEEK), covers=covers)
    cells = [cell for cell in primary(roster, view=View.QUARTER) if cell[1]]
    assert cells == [(1, ["23–25 A", "Thu 26 B for A", "27–29 A"]), (1, ["B"])]


def test_a_quarter_shows_a_week_by_the_rotations_own_hand_off():
    roster = roster_of([A, B, C], TOKYO, weeks=(MONDAY - WEEK, MONDAY, MONDAY + WEEK))
    cells = [cell for cell in primary(roster, view=View.QUARTER, zone=NEW_YORK) if cell[1]]
    assert cells == [(1, ["A"]), (1, ["B"]), (1, ["C"])]


def test_gaps_and_thin_stretches_are_blocks_inside_the_horizon_only():
    roster = roster_of(
        [A, B, C], weeks=WEEKS[8:12], missing={(1, Role.PRIMARY), (2, Role.PRIMARY), (2, Role.SECONDARY)}
    )
    assert [cell for cell in primary(roster, view=View.QUARTER) if cell[1]] == [(1, ["A"]), (2, ["gap"]), (1, ["A"])]
    thin = [cell for cell in secondary(roster, view=View.QUARTER) if cell[1]]
    assert thin == [(1, ["B"]), (1, ["C"]), (1, ["no secondary"]), (1, ["B"])]


def test_a_place_left_empty_by_a_cover_is_thin_and_says_so():
    nobody = cover(1, 2, None, B, span("2026-11-26 00:00", "2026-11-27 00:00"))
    grid = grid_by_pipeline(sheet_of(roster_of([A, B], covers=[nobody])), [UNIT])
    assert written(grid.rows[0].lines[1]) == [(3, ["B"]), (1, ["no secondary"]), (3, ["B"])]
    thin = next(card for card in grid.cards if card.title == "no secondary")
    assert (thin.because, thin.classes, thin.starts) == ("nobody is free to cover", "is-thin", "Thu 26 Nov 2026, 00:00")


def test_a_gap_that_reaches_out_of_sight_has_no_false_end():
    roster = roster_of([A, B])
    found = grid_by_pipeline(sheet_of(replace(roster, shifts=()), horizon=roster.window), [UNIT])
    assert [(card.title, card.starts, card.ends) for card in found.cards] == [
        ("gap", "earlier", "later"),
        ("no secondary", "earlier", "later"),
    ]


def test_a_card_says_who_when_and_why_in_local_time():
    covers = [cover(1, 1, B, A, span("2026-11-26 00:00", "2026-11-27 00:00"))]
    grid = grid_by_pipeline(sheet_of(roster_of([A, C], covers=covers), zone=NEW_YORK, reader=B), [UNIT])
    card = next(card for card in grid.cards if card.cover)
    assert (card.title, card.who, card.letters, card.unit, card.short) == ("primary", "B", "B", "Profit", "P")
    assert (card.starts, card.ends) == ("Wed 25 Nov 2026, 19:00", "Thu 26 Nov 2026, 19:00")
    assert (card.cover, card.because) == ("for A", "covers for A (time off)")
    assert (card.is_mine, card.classes) == (True, "block-primary is-cover is-mine hue-2")
    assert card.pages == (Page("Profit", "profit"),)
    assert [card.is_mine for card in grid.cards] == [False, True, False, False]


def test_a_piece_in_two_cells_has_one_card():
    covers = [cover(1, 1, B, A, span("2026-11-26 12:00", "2026-11-27 12:00"))]
    grid = grid_by_pipeline(sheet_of(roster_of([A, C], covers=covers)), [UNIT])
    assert [card.key for card in grid.cards] == ["card-1", "card-2", "card-3", "card-4"]


def test_an_engineers_line_has_duty_and_absence():
    covers = [cover(1, 1, B, A, span("2026-11-26 00:00", "2026-11-27 00:00"))]
    roster = roster_of([A, B], covers=covers, absences=[(A, span("2026-11-26 00:00", "2026-11-27 00:00"))])
    rows = grid_by_engineer(sheet_of(roster, reader=A), [A, B, D]).rows
    assert [(row.name, row.letters, row.hue, row.is_mine) for row in rows] == [
        ("A", "A", 1, True),
        ("B", "B", 2, False),
        ("D", "D", 4, False),
    ]
    titles = [
        [(cell.width, [block.card.title for block in cell.blocks]) for cell in row.lines[0].cells] for row in rows
    ]
    assert titles == [
        [(3, ["primary"]), (1, ["away"]), (3, ["primary"])],
        [(3, ["secondary"]), (1, ["primary", "secondary"]), (3, ["secondary"])],
        [(7, [])],
    ]


def test_who_is_away_is_said_with_days_and_without_a_reason():
    away = span("2026-11-26 00:00", "2026-11-28 00:00")
    grid = grid_by_pipeline(sheet_of(roster_of([A, B], absences=[(C, away)]), view=View.QUARTER), [UNIT])
    notes = [(note.label, note.text, note.days, note.hue) for cell in grid.notes[1].cells for note in cell.notes]
    assert (grid.notes[1].name, notes) == ("Away", [("C", "C", "26–27", 3)])


def test_public_holidays_are_named_by_calendar_and_day():
    holidays = {"US": {dt.date(2026, 11, 26): "Thanksgiving Day"}, "DE": {dt.date(2026, 11, 26): "Test"}}
    roster = replace(roster_of([A, B]), holidays=holidays)
    by_day = grid_by_pipeline(sheet_of(roster), [UNIT]).notes[0]
    assert [(cell.width, [(note.label, note.text, note.days) for note in cell.notes]) for cell in by_day.cells] == [
        (3, []),
        (1, [("DE", "Test", ""), ("US", "Thanksgiving Day", "")]),
        (3, []),
    ]
    by_week = grid_by_engineer(sheet_of(roster, view=View.QUARTER), [A]).notes[0]
    assert [note.days for cell in by_week.cells for note in cell.notes] == ["Thu 26", "Thu 26"]


def test_a_cell_names_its_days_and_today():
    cells = grid_by_pipeline(
        sheet_of(roster_of([A, B], covers=[cover(1, 1, B, A, span("2026-11-26", "2026-11-27"))])), [UNIT]
    )
    line = cells.rows[0].lines[0]
    assert [(cell.words, cell.is_today) for cell in line.cells] == [
        ("Mon 23 to Wed 25 Nov", True),
        ("Thu 26 Nov", False),
        ("Fri 27 to Sun 29 Nov", False),
    ]


def test_places_cover_the_horizon_without_overlap():
    """Duty and holes of each place lie end to end, whatever covers do."""
    covers = [
        cover(1, 1, B, A, span("2026-11-24", "2026-11-26")),
        cover(2, 1, None, A, span("2026-11-25", "2026-11-27"), decided="2026-11-02"),
    ]
    roster = roster_of([A, B], weeks=(MONDAY, MONDAY + 2 * WEEK), covers=covers)
    horizon = Span(roster.shifts[0].span.start, roster.shifts[-1].span.end)
    for pieces in places(roster, {TEAM: horizon}).values():
        assert (pieces[0].span.start, pieces[-1].span.end) == (horizon.start, horizon.end)
        assert all(one.span.end == after.span.start for one, after in pairwise(pieces))


def test_a_calendar_without_a_hand_off_in_a_day_counts_from_midnight():
    """A day of 23 hours can miss the hand-off time; it still shows who is in force."""
    spring = dt.date(2026, 3, 29)
    column = period(View.WEEK, spring, MONDAY).columns[6]
    calendar = Calendar(UTC_ZONE, handoff_time=dt.time(22, 30))
    on = frame(column, BERLIN, calendar)
    assert on.span == Span(dt.datetime(2026, 3, 28, 23, tzinfo=UTC), dt.datetime(2026, 3, 29, 22, tzinfo=UTC))
    assert on.cut == on.span.start
