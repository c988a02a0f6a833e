"""What the planner strives for, in order: one table.

Each goal is a number to make small. It is built on the board when its turn comes, as a term for CP-SAT and as a
function of a plan that gives the same number.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from .board import Board
from .certificate import band
from .evenness import WHOLE, EvenSharing, Share
from .parts import PRIMARY, SECONDARY, Cell
from .rules import rule_breaches
from .shares import holiday_shares, least_holidays, least_weeks, role_shares, token_shares, week_shares
from .staffing import Plan, Staffing, on_duty

if TYPE_CHECKING:
    from .board import Term


def never(plan: Plan) -> bool:
    """Of a goal without a known bound."""
    return False


@dataclass(frozen=True)
class Aim:
    """A goal on a board. `most` bounds its value; `hold` tells the board what else a reached value implies; `settled`
    says whether a plan is known to be best without any search.

    Where the term is not `exact` it may be a little less than the measure, and nothing is proven by it."""

    term: "Term"
    measure: Callable[[Plan], int]
    most: int
    hold: Callable[[int], object] = int
    exact: bool = True
    settled: Callable[[Plan], bool] = never


@dataclass(frozen=True)
class Goal:
    """`build` gets the plan in hand, and whether that plan bounds the goal: it does where the goal leads its solve."""

    name: str
    build: Callable[[Board, Plan, bool], Aim]


@dataclass(frozen=True)
class Stage:
    """Goals solved in one go, weighted so that an earlier one always wins, within so much deterministic time."""

    goals: tuple[Goal, ...]
    effort: float


def in_band(board: Board, plan: Plan, leads: bool) -> Aim:
    """Grains by which loads lie outside what is near enough to the certified vector."""
    excesses = [excess_of(board, id, share) for id, share in token_shares(board).items() if id in board.fair]
    return Aim(
        sum(term for term, _ in excesses),
        lambda plan: sum(follows(plan) for _, follows in excesses),
        sum(len(board.staffing.candidates) for _ in excesses),
    )


def excess_of(board: Board, engineer: str, share: Share) -> "tuple[Term, Callable[[Plan], int]]":
    """By how many grains somebody's load lies outside the band."""
    near = band(board.staffing, board.fair[engineer])

    def follows(plan: Plan) -> int:
        amount = share.count(plan)
        return max(near[0] - amount, amount - near[-1], 0)

    excess = board.derive(0, max(share.high, near[-1]), follows)
    board.model.add(excess >= share.amount - near[-1])
    board.model.add(excess >= near[0] - share.amount)
    return excess, follows


def few_exceptions(board: Board, plan: Plan, leads: bool) -> Aim:
    """Primary weeks too close together and weeks too many in a row."""
    breaches = rule_breaches(board)
    return Aim(
        sum(term for term, _ in breaches),
        lambda plan: sum(follows(plan) for _, follows in breaches),
        len(breaches),
    )


def even_load(board: Board, plan: Plan, leads: bool) -> Aim:
    """Tokens, the ledger's included, over capacity."""
    shares = token_shares(board)
    fixed = board.staffing.alike or None not in plan.values()
    total = fix_total(board, shares, plan) if fixed else None
    aim = even_aim(board, shares, total, plan, leads, board.staffing.problem.grain)
    grain = board.staffing.problem.grain

    def settled(plan: Plan) -> bool:
        return is_fairest(board.staffing, {id: share.count(plan) * grain for id, share in shares.items()}, board.fair)

    return replace(aim, settled=settled)


def is_fairest(staffing: Staffing, tokens: Mapping[str, Fraction], fair: Mapping[str, Fraction]) -> bool:
    """Whether loads are as even as the certified ones, by the sum of squares over capacity: no plan can do better."""
    before, capacity = staffing.before, staffing.capacity
    ours = sum((before[id] + tokens[id]) ** 2 / capacity[id] for id in fair)
    return ours <= sum((before[id] + fair[id]) ** 2 / capacity[id] for id in fair)


def even_primaries(board: Board, plan: Plan, leads: bool) -> Aim:
    """Primary weeks of this horizon, over capacity."""
    return even_roles(board, PRIMARY, plan, leads)


def even_secondaries(board: Board, plan: Plan, leads: bool) -> Aim:
    """Secondary weeks of this horizon, over capacity."""
    return even_roles(board, SECONDARY, plan, leads)


def even_roles(board: Board, role: str, plan: Plan, leads: bool) -> Aim:
    shares = role_shares(board, role)
    total = fix_total(board, shares, plan)
    return even_aim(board, shares, total, plan, leads, least=total)


def even_weeks(board: Board, plan: Plan, leads: bool) -> Aim:
    """Shifts on call in any role, the ledger's included, over capacity."""
    return even_aim(board, week_shares(board), None, plan, leads, least=least_weeks(board))


def even_holidays(board: Board, plan: Plan, leads: bool) -> Aim:
    """Public-holiday days on call, the ledger's included, over capacity."""
    return even_aim(board, holiday_shares(board), None, plan, leads, least=least_holidays(board))


def holiday_roles(board: Board, plan: Plan, leads: bool) -> Aim:
    """Roles held on public holidays, each by the days."""
    problem = board.staffing.problem
    days = {
        (cell, engineer): count
        for cell, engineer in board.taken
        if (count := problem.holiday_days(engineer, cell.week))
    }
    return Aim(
        sum(count * board.taken[key] for key, count in days.items()),
        lambda plan: sum(count for (cell, engineer), count in days.items() if plan[cell] == engineer),
        sum(days.values()),
    )


def fix_total(board: Board, shares: Mapping[str, Share], plan: Plan) -> int:
    """The sum is the same in every plan; said aloud, it lets CP-SAT reason without the cells."""
    total = sum(share.count(plan) for share in shares.values())
    board.model.add(sum(share.amount for share in shares.values()) == total)
    return total


def even_aim(
    board: Board,
    shares: Mapping[str, Share],
    total: int | None,
    plan: Plan,
    leads: bool,
    grain: Fraction = WHOLE,
    least: int | None = None,
) -> Aim:
    """Shares as even as can be, by the sum of squares; `total` is their sum where every plan has the same, `least` what
    no plan's sum is below."""
    sharing = EvenSharing(board, shares, total, grain)
    most = sharing.measure(plan) if leads else sharing.most()
    terms = sharing.terms(sharing.keep_within(most))
    floor = None if least is None else sharing.floor(least)
    if floor is not None:
        board.model.add(sum(terms) >= floor)
    return Aim(
        sum(terms),
        sharing.measure,
        most,
        sharing.keep_within,
        sharing.exact,
        lambda plan: floor is not None and sharing.measure(plan) <= floor,
    )


def wishes(board: Board, plan: Plan, leads: bool) -> Aim:
    """Unwanted weeks on call and wanted weeks that are not."""
    problem = board.staffing.problem
    unwanted = [(engineer.id, week) for engineer in problem.engineers for week in engineer.unwanted]
    wanted = [(engineer.id, week) for engineer in problem.engineers for week in engineer.wanted]
    against = sum(board.on_duty(*wish) for wish in unwanted)
    granted = sum(board.on_duty(*wish) for wish in wanted)

    def measure(plan: Plan) -> int:
        against = sum(on_duty(problem, plan, *wish) for wish in unwanted)
        return against + len(wanted) - sum(on_duty(problem, plan, *wish) for wish in wanted)

    return Aim(against + len(wanted) - granted, measure, len(unwanted) + len(wanted))


def owners_in_role(board: Board, plan: Plan, leads: bool) -> Aim:
    """Cells held by somebody else than the owner in that role."""
    units = board.staffing.problem.unit_by_id
    return cells_aim(board, {cell: (units[cell.unit].owner(cell.role),) for cell in board.staffing.candidates})


def owners_at_all(board: Board, plan: Plan, leads: bool) -> Aim:
    """Cells held by neither owner."""
    units = board.staffing.problem.unit_by_id
    return cells_aim(board, {cell: units[cell.unit].owners for cell in board.staffing.candidates})


def few_changes(board: Board, plan: Plan, leads: bool) -> Aim:
    """Published cells that change hands, or that somebody now takes or leaves."""
    published = board.staffing.problem.published_holder
    free = [cell for cell in board.staffing.candidates if cell in published]
    kept = [board.held_by(cell, published[cell]) for cell in free]
    return Aim(len(free) - sum(kept), lambda plan: sum(plan[cell] != published[cell] for cell in free), len(free))


def cells_aim(board: Board, liked: Mapping[Cell, Collection[str | None]]) -> Aim:
    """The number of cells that nobody of those liked there holds."""
    kept = [board.holds(cell, who) for cell, names in liked.items() for who in names if who is not None]

    def measure(plan: Plan) -> int:
        return sum(plan[cell] is None or plan[cell] not in names for cell, names in liked.items())

    return Aim(len(liked) - sum(kept), measure, len(liked))


BAND = Goal("outside the band", in_band)
EXCEPTIONS = Goal("exceptions", few_exceptions)
LOAD = Goal("load", even_load)

# Open roles come before all of these, week by week (coverage.py).
STAGES = (
    Stage((BAND,), 2.0),
    Stage((EXCEPTIONS,), 4.0),
    Stage((LOAD,), 4.0),
    Stage((Goal("public holidays", even_holidays), Goal("roles on public holidays", holiday_roles)), 1.0),
    Stage((Goal("primary weeks", even_primaries), Goal("secondary weeks", even_secondaries)), 1.0),
    Stage((Goal("weeks on call", even_weeks),), 1.0),
    Stage(
        (
            Goal("wishes", wishes),
            Goal("owners in their role", owners_in_role),
            Goal("owners", owners_at_all),
            Goal("changes", few_changes),
        ),
        0.5,
    ),
)
