"""The planner's answer: the plan, what it means, and how it was found; in the contract's output shape."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .alternatives import Alternative
from .certificate import Certificate
from .conflicts import Conflict
from .explain import Explained
from .fields import plain
from .parts import PRIMARY, SECONDARY, Cell, Pair
from .quality import Change, Load, RuleException, Wish
from .repair import Repaired
from .search import Step
from .words import advice_words, move_words


@dataclass(frozen=True)
class Fairness:
    """Levels are tokens per full-time week, the ledger included; None where nobody has any capacity.

    `optimal` is true only if it is proven that no plan with as few open roles and exceptions shares the load more
    evenly, by the sum of squares.
    """

    levels: Mapping[str, Fraction]
    certificate: Certificate | None
    optimal: bool

    @property
    def highest(self) -> Fraction | None:
        return max(self.levels.values(), default=None)

    @property
    def lowest(self) -> Fraction | None:
        return min(self.levels.values(), default=None)

    def to_json(self) -> dict[str, object]:
        high, low, proof = self.highest, self.lowest, self.certificate
        return {
            "max": rounded(high),
            "min": rounded(low),
            "spread": rounded(None if high is None or low is None else high - low),
            "ratio": rounded(ratio(high, low)),
            "bound_max": rounded(proof.bound_max if proof else None),
            "bound_ratio": rounded(ratio(proof.bound_max, proof.bound_min) if proof else None),
            "certified": {id: plain(tokens) for id, tokens in proof.tokens.items()} if proof else {},
            "bottleneck": list(proof.bottleneck) if proof else [],
            "optimal": self.optimal,
        }


@dataclass(frozen=True)
class Answer:
    """A checked plan. `assignments` are by week and unit; only `steps[].seconds` differs from run to run."""

    assignments: tuple[Pair, ...]
    loads: Mapping[str, Load]
    fairness: Fairness
    exceptions: tuple[RuleException, ...]
    conflicts: tuple[Conflict, ...]
    changed: tuple[Change, ...]
    wishes: tuple[Wish, ...]
    versions: Mapping[str, str]
    seed: int
    steps: tuple[Step, ...]
    repaired: Repaired | None = None
    explained: Explained | None = None

    @property
    def open(self) -> tuple[Cell, ...]:
        """The roles nobody can take."""
        return tuple(
            Cell(pair.unit, pair.week, role)
            for pair in self.assignments
            for role in (PRIMARY, SECONDARY)
            if pair.of(role) is None
        )

    @property
    def complete(self) -> bool:
        return not self.open

    def to_json(self) -> dict[str, object]:
        """The contract's output; a repair and what was explained say more than it asks for."""
        return self.plan_json() | self.repair_json() | self.explained_json()

    def repair_json(self) -> dict[str, object]:
        if self.repaired is None:
            return {}
        found = self.repaired
        return {"repair": {"forced": found.forced, "changes": found.changes, "proven": found.proven}}

    def explained_json(self) -> dict[str, object]:
        if self.explained is None:
            return {}
        reasons = [move.to_json() for move in self.explained.moves]
        moves = zip(self.changed, reasons, strict=True)
        return {
            "changed": [change_json(one) | {"reason": reason | words_of(one, reason)} for one, reason in moves],
            "conflicts": [
                conflict_json(one) | {"options": [option.to_json() for option in one.options]} for one in self.conflicts
            ],
            "alternatives": [alternative_json(alternative) for alternative in self.explained.alternatives],
            "advice": [row | {"words": advice_words(row)} for row in (one.to_json() for one in self.explained.advice)],
        }

    def plan_json(self) -> dict[str, object]:
        return {
            "assignments": [pair.to_json() for pair in self.assignments],
            "open": [cell_json(cell) for cell in self.open],
            "loads": {engineer: load_json(load) for engineer, load in self.loads.items()},
            "fairness": self.fairness.to_json(),
            "exceptions": [exception_json(exception) for exception in self.exceptions],
            "conflicts": [conflict_json(conflict) for conflict in self.conflicts],
            "wishes": [wish_json(wish) for wish in self.wishes],
            "changed": [change_json(change) for change in self.changed],
            "solver": {
                "versions": dict(self.versions),
                "seed": self.seed,
                "steps": {step.goal: step.branches for step in self.steps},
                "proven": {step.goal: step.proven for step in self.steps},
                "seconds": {step.goal: round(step.seconds, 3) for step in self.steps},
            },
        }


def fairness_words(answer: Answer) -> str:
    """Finished sentences: what is proven, and from how little to how much anybody carries."""
    loads = [answer.loads[id] for id in answer.fairness.levels]
    if not loads:
        return "Nobody is there to share the load."
    spans = (
        f"Load {span(loads, lambda load: load.tokens)} tokens",
        f"primary weeks {span(loads, lambda load: load.primary_weeks)}",
        f"secondary weeks {span(loads, lambda load: load.secondary_weeks)}",
        f"public-holiday weeks {span(loads, lambda load: load.holiday_weeks)}",
    )
    return f"{proof_words(answer)} {', '.join(spans)}."


def proof_words(answer: Answer) -> str:
    """What is proven of the fairness, or by how many tokens at most anybody's load may lie above a fairer one."""
    fairness = answer.fairness
    if fairness.optimal:
        return "Proven: no fairer plan exists."
    proof = fairness.certificate
    if proof is None:
        return "Not proven to be the fairest plan."
    above = max((answer.loads[id].tokens - tokens for id, tokens in proof.tokens.items()), default=Fraction(0))
    if above <= 0:
        return "Nobody carries more than in the fairest plan."
    tokens = "token" if above == 1 else "tokens"
    return f"Nobody carries more than {float(above):g} {tokens} above the fairest possible."


def span(loads: Sequence[Load], measure: Callable[[Load], Fraction | int]) -> str:
    """The least and the most of a measure: 4 to 6, or 5 where all are alike."""
    low, high = min(map(measure, loads)), max(map(measure, loads))
    return f"{float(low):g}" if low == high else f"{float(low):g} to {float(high):g}"


def rounded(value: Fraction | None) -> float | None:
    """A number as JSON writes it, to six decimals."""
    return None if value is None else round(float(value), 6)


def ratio(high: Fraction | None, low: Fraction | None) -> Fraction | None:
    """None where somebody carries nothing at all."""
    return high / low if high is not None and low else None


def cell_json(cell: Cell) -> dict[str, object]:
    """A cell as the contract writes it."""
    return {"unit": cell.unit, "week": cell.week.isoformat(), "role": cell.role}


def change_json(change: Change) -> dict[str, object]:
    """A change as the contract writes it."""
    return {**cell_json(change.cell), "before": change.before, "after": change.after}


def words_of(change: Change, reason: Mapping[str, object]) -> dict[str, object]:
    """The reason of a change in words, by id."""
    return {"words": move_words(reason, change.before, change.after)}


def alternative_json(alternative: Alternative) -> dict[str, object]:
    """A repair to choose, with what it changes."""
    return {
        "mode": alternative.mode,
        "changes": len(alternative.changed),
        "new_exceptions": alternative.new_exceptions,
        "spread": rounded(alternative.spread),
        "changed": [change_json(change) for change in alternative.changed],
    }


def load_json(load: Load) -> dict[str, object]:
    """A load as the contract writes it."""
    return {
        "tokens": plain(load.tokens),
        "primary_weeks": load.primary_weeks,
        "secondary_weeks": load.secondary_weeks,
        "weeks": load.weeks,
        "holiday_days": load.holiday_days,
    }


def exception_json(exception: RuleException) -> dict[str, object]:
    """An exception to a rule as the contract writes it."""
    return {
        "rule": exception.rule,
        "engineer": exception.engineer,
        "unit": exception.unit,
        "week": exception.week.isoformat(),
    }


def wish_json(wish: Wish) -> dict[str, object]:
    """A wish as the contract writes it."""
    return {
        "engineer": wish.engineer,
        "week": wish.week.isoformat(),
        "wish": "wanted" if wish.wanted else "unwanted",
        "met": wish.met,
    }


def conflict_json(conflict: Conflict) -> dict[str, object]:
    """A conflict as the contract writes it."""
    return {
        "week": conflict.week.isoformat(),
        "units": list(conflict.units),
        "core": [reason.to_json() for reason in conflict.core],
        "relax": [reason.to_json() for reason in conflict.relax],
    }
