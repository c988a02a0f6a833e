"""Which moves are allowed in which state."""

import datetime as dt

import pytest

from incidents.domain.lifecycle import Move, State, after, allowed, may_reopen
from incidents.models import Incident
from tests.factories import at

RESOLVED = at("2026-11-23 06:00")


@pytest.mark.parametrize(
    ("state", "moves"),
    [
        ("open", {"acknowledge", "note", "severity", "mitigate", "resolve"}),
        ("acknowledged", {"note", "severity", "mitigate", "resolve"}),
        ("mitigated", {"note", "severity", "resolve"}),
        ("resolved", {"note", "reopen"}),
    ],
)
def test_each_state_offers_its_moves(state, moves):
    assert allowed(state, RESOLVED, RESOLVED) == moves


def test_a_note_changes_no_state():
    assert [after(Move.NOTE, state) for state in State] == list(State)


@pytest.mark.parametrize(("minutes", "may"), [(0, True), (29, True), (30, False), (600, False)])
def test_a_resolved_incident_may_be_opened_again_for_half_an_hour(minutes, may):
    instant = RESOLVED + dt.timedelta(minutes=minutes)
    assert may_reopen(RESOLVED, instant) == may
    assert (Move.REOPEN in allowed("resolved", RESOLVED, instant)) == may


def test_the_table_knows_every_state_of_the_rows():
    assert [state.value for state in State] == Incident.State.values
