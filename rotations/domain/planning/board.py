"""The CP-SAT model of who holds what: one boolean per free cell and candidate, and the hard rules.

Everything that is not a boolean of a cell follows from the plan, so it is registered with the function that
computes it: a hint is always complete, and CP-SAT drops incomplete ones (planner.md, section 3).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from .parts import PRIMARY, ROLES, Cell
from .staffing import Plan, Staffing, other_role

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, CpSolver, IntVar, LinearExpr

    Term: TypeAlias = LinearExpr | IntVar | int

SEED = 1


class OutOfStepsError(RuntimeError):
    """CP-SAT had too few steps even to take up the plan it was given."""


@dataclass
class Board:
    """A model over some weeks of the horizon. `opens` are the free cells that may stay without anybody."""

    staffing: Staffing
    model: "CpModel"
    taken: "dict[tuple[Cell, str], IntVar]" = field(default_factory=dict)
    opens: "dict[Cell, IntVar]" = field(default_factory=dict)
    derived: "list[tuple[IntVar, Callable[[Plan], int]]]" = field(default_factory=list)
    counts: "dict[tuple[str, str], IntVar]" = field(default_factory=dict)
    duties: "dict[tuple[str, date, tuple[str, ...]], Term]" = field(default_factory=dict)
    fair: Mapping[str, Fraction] = field(default_factory=dict)  # certified tokens
    open_cells: Mapping[date, Mapping[str, int]] = field(default_factory=dict)

    def holds(self, cell: Cell, engineer: str) -> "Term":
        """Whether the engineer holds the cell: a boolean, or what is already settled."""
        if cell in self.staffing.problem.locked:
            return int(self.staffing.problem.locked[cell] == engineer)
        return self.taken.get((cell, engineer), 0)

    def held_by(self, cell: Cell, holder: str | None) -> "Term":
        """As `holds`, where nobody may be the holder too."""
        return self.opens.get(cell, 0) if holder is None else self.holds(cell, holder)

    def on_duty(self, engineer: str, week: date, roles: tuple[str, ...] = ROLES) -> "Term":
        """Whether the engineer holds any of the roles in any unit that week."""
        key = (engineer, week, roles)
        if key not in self.duties:
            self.duties[key] = self.any_of(
                engineer,
                [Cell(unit.id, week, role) for unit in self.staffing.problem.units for role in roles],
            )
        return self.duties[key]

    def any_of(self, engineer: str, cells: Sequence[Cell]) -> "Term":
        held = [self.holds(cell, engineer) for cell in cells]
        if any(term for term in held if isinstance(term, int)):
            return 1
        literals = [term for term in held if not isinstance(term, int)]
        if not literals:
            return 0
        found = self.derive(0, 1, lambda plan: int(any(plan[cell] == engineer for cell in cells)))
        self.model.add_max_equality(found, literals)
        return found

    def carried(self, engineer: str, role: str) -> "IntVar":
        """How many unit-weeks the engineer holds in this role."""
        if (engineer, role) not in self.counts:
            cells = [cell for cell in self.staffing.problem.cells if cell.role == role]
            held = [self.holds(cell, engineer) for cell in cells]
            count = self.derive(0, len(cells), lambda plan: sum(plan[cell] == engineer for cell in cells))
            self.model.add(count == sum(held))
            self.counts[engineer, role] = count
        return self.counts[engineer, role]

    def derive(self, low: int, high: int, follows: "Callable[[Plan], int]") -> "IntVar":
        """A whole number that the plan determines."""
        variable = self.model.new_int_var(low, high, "")
        self.derived.append((variable, follows))
        return variable

    def hint(self, plan: Plan) -> None:
        """Start the next solve from this plan, with a value for every variable."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        for (cell, engineer), variable in self.taken.items():
            self.model.add_hint(variable, int(plan[cell] == engineer))
        for cell, variable in self.opens.items():
            self.model.add_hint(variable, int(plan[cell] is None))
        for variable, follows in self.derived:
            self.model.add_hint(variable, follows(plan))


def lay_board(staffing: Staffing, weeks: Sequence[date], open_cells: Mapping[date, Mapping[str, int]] | None) -> Board:
    """The cells of these weeks under the hard rules.

    `open_cells` says how many roles stay open per week; without it every free cell may.
    """
    from ortools.sat.python.cp_model import CpModel  # noqa: PLC0415  (tens of megabytes the web never needs)

    board = Board(staffing, CpModel(), open_cells=open_cells or {})
    for week in weeks:
        cells = staffing.free_cells[week]
        may_open = open_cells is None or any(open_cells[week].values())
        lay_week(board, cells, may_open)
        if open_cells is not None and may_open:
            for role in ROLES:
                opens = [board.opens[cell] for cell in cells if cell.role == role]
                board.model.add(sum(opens) == open_cells[week][role])
    return board


def lay_week(board: Board, cells: Sequence[Cell], may_open: bool) -> None:
    """The cells of one week and the hard rules among them, none of which crosses weeks."""
    for cell in cells:
        lay_cell(board, cell, may_open)
    for cell in cells:
        if cell.role == PRIMARY:
            forbid_clash(board, cell)
            ask_for_full_secondary(board, cell)
    limit_roles(board, cells)


def lay_cell(board: Board, cell: Cell, may_open: bool) -> None:
    """Exactly one candidate holds a cell; nobody may too, where it may stay open."""
    choices = []
    for engineer in board.staffing.candidates[cell]:
        board.taken[cell, engineer] = board.model.new_bool_var("")
        choices.append(board.taken[cell, engineer])
    if may_open:
        board.opens[cell] = board.model.new_bool_var("")
        choices.append(board.opens[cell])
    board.model.add_exactly_one(choices)


def forbid_clash(board: Board, primary: Cell) -> None:
    """Nobody holds both roles of a unit in one week."""
    secondary = other_role(primary)
    for engineer in board.staffing.candidates[primary]:
        if (secondary, engineer) in board.taken:
            board.model.add_at_most_one([board.taken[primary, engineer], board.taken[secondary, engineer]])


def ask_for_full_secondary(board: Board, primary: Cell) -> None:
    """A partly absent primary needs a secondary, who by the candidates is there all week."""
    alone = board.opens.get(other_role(primary))
    for engineer in board.staffing.candidates[primary]:
        if alone is not None and board.staffing.partly_there(engineer, primary.week):
            board.model.add_at_most_one([board.taken[primary, engineer], alone])


def limit_roles(board: Board, cells: Sequence[Cell]) -> None:
    """Nobody gets more new roles in a week than the limit leaves room for."""
    by_engineer: dict[str, list[Cell]] = {}
    for cell in cells:
        for engineer in board.staffing.candidates[cell]:
            by_engineer.setdefault(engineer, []).append(cell)
    for engineer, choices in by_engineer.items():
        room = board.staffing.room(engineer, cells[0].week)
        if room is not None and room < len({cell.unit for cell in choices}):
            board.model.add(sum(board.taken[cell, engineer] for cell in choices) <= room)


def solve(board: Board, effort: float) -> "tuple[CpSolver, bool]":
    """One solve by deterministic steps; returns the solver and whether its answer is proven best.

    One worker at full linear relaxation: several workers, interleaved, took five to twenty times longer on the
    reference team, and a wall clock would give another plan on another machine.
    """
    from ortools.sat.python import cp_model  # noqa: PLC0415

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = SEED
    solver.parameters.linearization_level = 2
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.max_presolve_iterations = 1
    solver.parameters.max_deterministic_time = effort
    status = solver.solve(board.model)
    if status == cp_model.UNKNOWN:
        raise OutOfStepsError("the steps ended before any plan was found")
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise RuntimeError(f"the planner lost its own plan: {solver.status_name(status)}")
    return solver, status == cp_model.OPTIMAL


def read_plan(board: Board, solver: "CpSolver") -> dict[Cell, str | None]:
    """Who holds each free cell of the board in the solver's answer."""
    plan: dict[Cell, str | None] = dict.fromkeys(cell for cell, _ in board.taken)
    plan |= dict.fromkeys(board.opens)
    plan |= {cell: engineer for (cell, engineer), variable in board.taken.items() if solver.value(variable)}
    return plan
