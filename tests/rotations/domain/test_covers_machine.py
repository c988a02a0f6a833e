"""Covers of every cause, decided and undone in any order.

Whatever is approved, swapped, overridden, cancelled and undone: no gap and no clash that was not there before, unless
sick leave or a confirmed override says so; undoing restores; and the ledger adds up to the hours of the calendar.
"""

import datetime as dt
import itertools
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotations.domain.coverage import compared
from rotations.domain.covering import consequence, ending
from rotations.domain.duty import duties, idle_covers
from rotations.domain.ledger import ledger
from rotations.domain.roster import Absence, Cover, Role
from rotations.domain.spans import WEEK, Span
from rotations.domain.swapping import Part, obstacles, overridden, swapped, taken_back
from tests.rotations.domain.covering_rosters import START, A, B, C, D, pair, roster

NOW = START - WEEK
E = 5
TEAM = (A, B, C, D, E)
UNITS = (1, 2)
HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Decision:
    """Something that was decided: its covers, and the absence that caused them, if any."""

    name: str
    engineer: int
    covers: tuple[int, ...]
    absence: Absence | None = None


class Machine:
    """The roster as decisions leave it; `allowed` says whether the last one may leave somebody missing."""

    def __init__(self):
        self.roster = replace(
            roster(pair(A, B), pair(C, D, week=1), pair(C, A, unit=2), pair(B, E, unit=2, week=1), members=TEAM),
            window=Span(START - 2 * WEEK, START + 3 * WEEK),
        )
        self.plan = duties(self.roster)
        self.decisions = []
        self.numbers = itertools.count(1)

    def decide(self, name, engineer, proposed, absence=None):
        covers = tuple(
            Cover(n, cover.shift, cover.engineer, cover.replaces, cover.span, NOW + n * HOUR / 3600)
            for cover, n in zip(proposed, self.numbers, strict=False)
        )
        absences = (*self.roster.absences, absence) if absence else self.roster.absences
        self.roster = replace(self.roster, covers=(*self.roster.covers, *covers), absences=absences)
        self.decisions.append(Decision(name, engineer, tuple(cover.id for cover in covers), absence))

    def without(self, decision):
        covers = tuple(cover for cover in self.roster.covers if cover.id not in decision.covers)
        absences = list(self.roster.absences)
        if decision.absence:
            absences.remove(decision.absence)
        return replace(self.roster, covers=covers, absences=tuple(absences))

    # --- what people do; each says whether it was done

    def time_off(self, who, start, hours, is_sick):
        span = Span(START + start * HOUR, START + (start + hours) * HOUR)
        engineer = TEAM[who]
        if self.roster.is_away_in(engineer, span):
            return False
        found = consequence(self.roster, engineer, span, NOW)
        if found.gaps and not is_sick:
            return False
        self.decide("sick" if is_sick else "time off", engineer, found.covers, Absence(engineer, span))
        return True

    def swap(self, which, who, start, hours):
        held = duties(self.roster)
        duty = held[which % len(held)]
        part = Span(START + start * HOUR, START + (start + hours) * HOUR).overlap(duty.span) or duty.span
        taker = TEAM[who]
        if taker == duty.engineer:
            return False
        parts = [Part(duty.shift.id, duty.engineer, taker, part)]
        theirs = [one for one in held if one.engineer == taker and one.shift.id != duty.shift.id]
        if hours % 2 and theirs:  # every other one is an exchange
            parts.append(Part(theirs[0].shift.id, taker, duty.engineer, theirs[0].span))
        found = swapped(self.roster, parts, NOW)
        if obstacles(self.roster, parts, NOW) or found.gaps or found.clashes:
            return False
        self.decide("swap", duty.engineer, found.covers)
        return True

    def override(self, who, start, hours, is_confirmed):
        span = Span(START + start * HOUR, START + (start + hours) * HOUR)
        found = overridden(self.roster, TEAM[who], list(Role)[start % 2], UNITS, span, NOW)
        if not found.covers or ((found.gaps or found.clashes) and not is_confirmed):
            return False
        self.decide("confirmed" if is_confirmed else "override", TEAM[who], found.covers)
        return True

    def undo(self, which):
        if not self.decisions:
            return False
        decision = self.decisions[which % len(self.decisions)]
        if decision.absence:
            found = ending(self.roster, decision.engineer, decision.absence.span, decision.covers, NOW)
        else:
            found = taken_back(self.roster, decision.engineer, decision.covers, NOW)
        if found.gaps or found.clashes:
            return False
        self.roster = self.without(decision)
        self.decisions.remove(decision)
        return True


def new_faults(before, after):
    """Spans of units without a primary, or with one person twice, that were not so before; by brute force."""
    pairs = [pair for unit in UNITS for pair in compared(before, after, before.window, unit)]
    gaps = [new.span for old, new in pairs if new.is_gap and not old.is_gap]
    return gaps, [new.span for old, new in pairs if new.is_clash and not old.is_clash]


def hours_of(held, role):
    return sum(((duty.span.length / HOUR) for duty in held if duty.role is role), 0.0)


WHO, START_HOUR, HOURS = st.integers(0, 4), st.integers(0, 13 * 24), st.sampled_from([3, 12, 24, 48, 100])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("time_off"), WHO, START_HOUR, HOURS, st.booleans()),
        st.tuples(st.just("swap"), st.integers(0, 30), WHO, START_HOUR, HOURS),
        st.tuples(st.just("override"), WHO, START_HOUR, HOURS, st.booleans()),
        st.tuples(st.just("undo"), st.integers(0, 30)),
    ),
    max_size=9,
)


@given(STEPS)
def test_covers_decided_and_undone_in_any_order(steps):
    machine = Machine()
    for name, *facts in steps:
        before, last = machine.roster, machine.decisions[-1:]
        if not getattr(machine, name)(*facts):
            assert (machine.roster, machine.decisions[-1:]) == (before, last)
            continue
        may_leave_faults = name != "undo" and machine.decisions[-1].name in ("sick", "confirmed")
        if not may_leave_faults:
            assert new_faults(before, machine.roster) == ([], [])
        if name != "undo":
            assert duties(machine.without(machine.decisions[-1])) == duties(before)
        check_ledger(machine.roster)
    undo_all(machine)


def check_ledger(found):
    """Hours carried are those of the calendar: every hour of a role is somebody's, or nobody's where it is empty."""
    held, loads = duties(found), ledger(found).values()
    assert sum(load.primary_hours for load in loads) == pytest.approx(hours_of(held, Role.PRIMARY))
    assert sum(load.secondary_hours for load in loads) == pytest.approx(hours_of(held, Role.SECONDARY))
    tokens = 2 * sum(load.primary_weeks for load in loads) + sum(load.secondary_weeks for load in loads)
    assert sum(load.tokens for load in loads) == pytest.approx(tokens)
    empty = sum(cover.engineer is None for cover in found.covers)
    assert empty or hours_of(held, Role.PRIMARY) == 4 * WEEK / HOUR


def undo_all(machine):
    """Once everything is taken back, whatever the order, the plan is as it was."""
    for decision in machine.decisions[1::2] + machine.decisions[::2][::-1]:
        machine.roster = machine.without(decision)
    assert duties(machine.roster) == machine.plan
    assert idle_covers(machine.roster) == ()


def test_the_machine_does_all_it_can():
    """What the property tests rests on: each step is possible in a fresh roster."""
    done = {
        "time off": Machine().time_off(0, 24, 24, False),
        "sick": Machine().time_off(0, 24, 24, True),
        "swap": Machine().swap(0, 2, 24, 24),
        "exchange": Machine().swap(0, 2, 24, 3),
        "override": Machine().override(3, 24, 12, False),
    }
    assert done == dict.fromkeys(done, True)
