"""Reads: one request for time off as whoever decides sees it: its effect on duty, and who else could cover."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from ..domain.covering import Choice
from ..models import TimeOffRequest
from .covers_to_choose import Place, choices_in, places_to_choose, tokens_of
from .effect import CoverRow, Effect, Question, cover_rows, effect
from .idle import idle_among
from .time_off import consequence_of, request_roster, seen_of

State = TimeOffRequest.State


@dataclass(frozen=True, slots=True)
class Decision:
    """What is asked, what it does, who else could cover (`places`), and who was chosen, as fields to pass on."""

    question: Question
    effect: Effect
    places: tuple[Place, ...]
    chosen: tuple[tuple[str, str], ...]


def decision_on(request: TimeOffRequest, at: dt.datetime, zone: ZoneInfo, choices: Sequence[Choice] = ()) -> Decision:
    """A waiting request at an instant, with times in a reader's zone, as if `choices` covered."""
    roster = request_roster(request, at)
    found = consequence_of(request, roster, at, choices)
    question = question_of(request)
    if choices:
        question = replace(question, approve="Approve with another cover")
    return Decision(
        question=question,
        effect=effect(found, roster, zone, seen_of(request, found)),
        places=places_to_choose(found, roster, zone),
        chosen=tuple(tokens_of(choices)),
    )


def shown_to_decide(
    request: TimeOffRequest, at: dt.datetime, zone: ZoneInfo, data: Mapping[str, str]
) -> dict[str, object]:
    """What a page shows of a request, as if whom `data` chooses covered; of one that is decided, nothing to choose."""
    refusals: list[str] = []
    try:
        choices = choices_in(data)
    except ValidationError as refusal:
        choices, refusals = (), refusal.messages
    if not request.is_waiting:
        return {"question": question_of(request), "effect": None, "places": (), "chosen": (), "refusals": refusals}
    found = decision_on(request, at, zone, choices)
    places = found.places if request.state == State.REQUESTED else ()
    return {
        "question": found.question,
        "effect": found.effect,
        "places": places,
        "chosen": found.chosen,
        "refusals": refusals,
    }


def question_of(request: TimeOffRequest) -> Question:
    """What whoever decides is asked."""
    reader = str(request.engineer)
    if request.state == State.CANCELLING:
        return Question("If cancelling is approved", "Approve cancelling", "Keep the time off", reader)
    if request.replaces and request.replaces.is_in_force:
        words = f"If this takes the place of {request.replaces.days_text}"
        return Question(words, "Approve the change", "Decline with this reason", reader)
    return Question("If it is approved", "Approve", "Decline with this reason", reader)


def covers_in_force(request: TimeOffRequest, at: dt.datetime, zone: ZoneInfo) -> list[CoverRow]:
    """Who stands in because of a request, by time."""
    found = request.covers.filter(ended_at=None).select_related("engineer", "replaces", "shift__unit")
    covers = list(found.order_by("starts_at", "shift__unit", "shift__role"))
    return cover_rows(covers, zone, idle_among(covers, at) if covers else ())
