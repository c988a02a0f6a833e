"""Escalation: who is paged at which step of an unanswered incident, and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Set
from dataclasses import dataclass

from rotations.domain.resolver import ADMINISTRATOR, MANAGER, Chain, Responder

REPEAT = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the reference escalation; `share` is of the time in which an incident must be answered."""

    number: int
    share: float
    who: str


# design.md, Incidents: the responder; at half of the response time the next in the chain; at its end the managers.
ESCALATION = (
    Step(1, 0.0, "the responder"),
    Step(2, 0.5, "the next in the chain"),
    Step(3, 1.0, "the managers"),
)
LAST = ESCALATION[-1]


def step_due_at(started: dt.datetime, respond_within: dt.timedelta, step: int) -> dt.datetime:
    """When a step (counted from 1) is due after paging started; behind the last step every 15 minutes another."""
    if step > LAST.number:
        return started + LAST.share * respond_within + (step - LAST.number) * REPEAT
    return started + ESCALATION[step - 1].share * respond_within


def next_due_at(started: dt.datetime, respond_within: dt.timedelta, taken: int, at: dt.datetime) -> dt.datetime:
    """When the step behind the last one taken is due; repeats never come faster than every 15 minutes.

    A pager that was down for a day thus calls everybody at once, but not the managers ninety times.
    """
    due = step_due_at(started, respond_within, taken + 1)
    return due if taken < LAST.number else max(due, at + REPEAT)


def step_words(step: int) -> str:
    """Who a step is for, in words."""
    return ESCALATION[min(step, LAST.number) - 1].who


def called_at_step(
    chain: Chain, step: int, called: Set[int] = frozenset(), unreachable: Set[int] = frozenset()
) -> tuple[Responder, ...]:
    """Who is paged at a step, given who was called in this round already and whom no page reaches.

    Steps 1 and 2 go to the first of the chain who was not called yet: a hand-off or the end of working hours between
    two steps turns the chain, and never calls the same person twice while another waits. From step 3 on the managers,
    where there are none the administrators, and where no page reaches those either whoever is left. Empty only at
    step 1 or 2, which then does not wait its delay, or for a chain without anybody.
    """
    reachable = tuple(responder for responder in chain.responders if responder.engineer not in unreachable)
    if step < LAST.number:
        return tuple(responder for responder in reachable if responder.engineer not in called)[:1]
    for role in (MANAGER, ADMINISTRATOR):
        if found := tuple(responder for responder in reachable if responder.role == role):
            return found
    return reachable[:1] or chain.responders[:1]


def next_called(
    chain: Chain, taken: int, called: Set[int] = frozenset(), unreachable: Set[int] = frozenset()
) -> tuple[int, tuple[Responder, ...]]:
    """The next step that calls somebody, behind the last one taken, and whom; empty steps are passed over."""
    step = taken + 1
    while step < LAST.number and not called_at_step(chain, step, called, unreachable):
        step += 1
    return step, called_at_step(chain, step, called, unreachable)
