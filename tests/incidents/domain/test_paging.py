"""The escalation as a table, and whom it calls."""

import datetime as dt

import pytest

from incidents.domain.paging import called_at_step, next_called, next_due_at, step_due_at, step_words
from rotations.domain.resolver import ADMINISTRATOR, MANAGER, Chain, Responder
from tests.factories import at

STARTED = at("2026-11-23 02:00")
HALF_AN_HOUR = dt.timedelta(minutes=30)


def chain(*places: tuple[int, str]) -> Chain:
    return Chain(1, STARTED, tuple(Responder(engineer, role, "because") for engineer, role in places))


def people(responders) -> list[int]:
    return [responder.engineer for responder in responders]


FULL = chain((1, "primary"), (2, "secondary"), (3, MANAGER), (4, MANAGER), (9, ADMINISTRATOR))


@pytest.mark.parametrize(("step", "minutes"), [(1, 0), (2, 15), (3, 30), (4, 45), (5, 60), (10, 135)])
def test_steps_of_a_critical_incident_fall_due(step, minutes):
    assert step_due_at(STARTED, HALF_AN_HOUR, step) == STARTED + dt.timedelta(minutes=minutes)


def test_repeats_never_come_faster_than_every_fifteen_minutes():
    day_later = STARTED + dt.timedelta(days=1)
    assert next_due_at(STARTED, HALF_AN_HOUR, 2, day_later) == STARTED + HALF_AN_HOUR
    assert next_due_at(STARTED, HALF_AN_HOUR, 3, day_later) == day_later + dt.timedelta(minutes=15)


@pytest.mark.parametrize(
    ("step", "called", "expected"),
    [(1, set(), [1]), (2, {1}, [2]), (3, {1, 2}, [3, 4]), (4, {1, 2, 3, 4}, [3, 4])],
)
def test_each_step_calls_its_people(step, called, expected):
    assert people(called_at_step(FULL, step, called)) == expected


def test_a_chain_that_turned_between_two_steps_calls_nobody_twice():
    turned = chain((2, "secondary"), (1, "primary"), (3, MANAGER))
    assert people(called_at_step(turned, 2, {1})) == [2]
    assert people(called_at_step(turned, 2, {2})) == [1]


def test_without_managers_the_administrators_are_called():
    assert people(called_at_step(chain((1, "primary"), (8, ADMINISTRATOR), (9, ADMINISTRATOR)), 3, {1})) == [8, 9]


def test_whom_no_page_reaches_is_passed_over_as_long_as_somebody_is_left():
    assert people(called_at_step(FULL, 4, {1, 2, 3, 4}, {3})) == [4]
    assert people(called_at_step(FULL, 4, {1, 2, 3, 4}, {3, 4})) == [9]
    assert people(called_at_step(FULL, 4, {1, 2, 3, 4}, {3, 4, 9})) == [1]
    assert people(called_at_step(FULL, 4, {1, 2, 3, 4}, {1, 2, 3, 4, 9})) == [1]


def test_an_empty_step_does_not_wait_its_delay():
    alone = chain((1, "primary"))
    step, responders = next_called(alone, 1, {1})
    assert (step, people(responders)) == (3, [1])


def test_a_chain_without_anybody_calls_nobody():
    assert next_called(chain(), 0) == (3, ())


def test_steps_have_words():
    assert [step_words(step) for step in (1, 2, 3, 7)] == [
        "the responder", "the next in the chain", "the managers", "the managers",
    ]  # fmt: skip
