"""The drawing of balances over time, and the days a period of the ledger has."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotations.domain.ledger_chart import BOTTOM, HEIGHT, LABEL, LEFT, RIGHT, TOP, WIDTH, chart
from rotations.domain.ledger_periods import MOST_MARKS, Period, days_of_period, marks_of

MONDAY = dt.date(2026, 11, 23)
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2035, 12, 31))
AMOUNTS = st.floats(-500, 500)


def weeks(*balances: dict[int, float]) -> dict[dt.date, dict[int, float]]:
    return {MONDAY + n * dt.timedelta(days=7): one for n, one in enumerate(balances)}


def points(curve) -> list[tuple[float, float]]:
    return [tuple(map(float, point.split(","))) for point in curve.points.split()]


def test_a_line_goes_from_the_first_day_to_the_last_and_up_is_more():
    drawing = chart(weeks({1: 0, 2: 0}, {1: 2, 2: -2}), named={1, 2})
    up, down = (points(curve) for curve in drawing.curves)
    assert (up[0], up[1][0]) == ((LEFT, drawing.zero), WIDTH - RIGHT)
    assert up[1][1] < drawing.zero < down[1][1]
    assert [tick.text for tick in drawing.heights] == ["-2", "-1", "0", "+1", "+2"]
    assert (drawing.heights[0].at, drawing.heights[-1].at) == (down[1][1], up[1][1])
    assert [tick.text for tick in drawing.days] == ["23 Nov 2026", "30 Nov"]


def test_faint_lines_lie_below_named_ones():
    drawing = chart(weeks({1: 0, 2: 0, 3: 0}, {1: 1, 2: 2, 3: 3}), named={1})
    assert [(curve.engineer, curve.label_y is not None) for curve in drawing.curves] == [
        (2, False),
        (3, False),
        (1, True),
    ]


@pytest.mark.parametrize("course", [{}, weeks({1: 1}), weeks({}, {})])
def test_there_is_nothing_to_draw_before_two_days(course):
    assert chart(course, named=()) is None


@given(st.dictionaries(DAYS, st.fixed_dictionaries(dict.fromkeys(range(1, 7), AMOUNTS)), min_size=2, max_size=20))
def test_every_line_and_label_stays_inside_and_no_label_hides_another(course):
    drawing = chart(course, named={1, 2, 3, 4, 5, 6})
    for curve in drawing.curves:
        assert all(LEFT <= x <= WIDTH - RIGHT and TOP - 0.1 <= y <= HEIGHT - BOTTOM + 0.1 for x, y in points(curve))
    heights = sorted(curve.label_y for curve in drawing.curves)
    assert all(TOP <= y <= HEIGHT for y in heights)
    assert all(below - above >= LABEL - 0.2 for above, below in itertools.pairwise(heights))
    assert 2 <= len(drawing.heights) <= 9


@pytest.mark.parametrize(
    ("period", "today", "first", "last"),
    [
        (Period.QUARTER, "2026-11-23", "2026-10-01", "2026-12-31"),
        (Period.QUARTER, "2026-01-01", "2026-01-01", "2026-03-31"),
        (Period.YEAR, "2026-11-23", "2026-01-01", "2026-12-31"),
        (Period.TWELVE_MONTHS, "2026-11-23", "2025-11-24", "2026-11-23"),
        (Period.TWELVE_MONTHS, "2028-02-29", "2027-03-01", "2028-02-29"),
        (Period.ALL, "2026-11-23", "2020-01-01", "2027-01-01"),
    ],
)
def test_named_periods(period, today, first, last):
    known = dt.date(2020, 1, 1), dt.date(2027, 1, 1)
    found = days_of_period(period, dt.date.fromisoformat(today), known)
    assert found == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))


@given(DAYS, st.integers(0, 6000))
def test_marks_begin_with_the_first_day_stay_inside_and_are_not_too_many(first, length):
    last = first + dt.timedelta(days=length)
    marks = marks_of(first, last)
    assert marks[0] == first
    assert list(marks) == sorted({*marks})
    assert marks[-1] <= last
    assert len(marks) <= MOST_MARKS + 1
