"""`make bench-planner`: companies of three sizes planned by the portal and by the rules of thumb of other tools.

Each company is planned in a process of its own, so that its memory is its own. Times are of one run on this machine,
CPU beside wall: a busy machine makes only the wall time longer.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from rotations.domain.planning import Answer, Problem, check, solve
from rotations.domain.planning.certificate import Certificate
from rotations.domain.planning.coverage import cover
from rotations.domain.planning.parts import ROLES, Cell, Event, Pair
from rotations.domain.planning.quality import exceptions_of, loads_of
from rotations.domain.planning.staffing import Staffing

from .companies import SIZES, Size, company
from .rivals import RIVALS

Row = dict[str, Any]

COLUMNS = {
    "plan": "{}",
    "gaps": "{}",
    "violations": "{}",
    "exceptions": "{}",
    "off by": "{:g}",
    "over bound": "{:.3f}",
    "ratio": "{:.2f}",
    "holiday tokens": "{:g}",
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Plan made-up companies and print a table of how well and how fast.")
    parser.add_argument("--only", choices=[size.name for size in SIZES], help="One company.")
    parser.add_argument("--seed", type=int, default=1, help="Which companies to make up (default: 1).")
    parser.add_argument("--json", action="store_true", help="Plan --only in this process and print one JSON object.")
    given = parser.parse_args()
    if given.json and given.only:
        sys.stdout.write(json.dumps(measured(next(size for size in SIZES if size.name == given.only), given.seed)))
        return
    for size in SIZES:
        if given.only in (None, size.name):
            command = [sys.executable, "-m", "tests.bench.planner", "--json", "--only", size.name]
            done = subprocess.run([*command, "--seed", str(given.seed)], stdout=subprocess.PIPE, check=True)
            sys.stdout.write("\n".join(lines(json.loads(done.stdout))) + "\n")
            sys.stdout.flush()


def measured(size: Size, seed: int) -> Row:
    """One company planned, an absence repaired, and the rivals on the same problem."""
    given = company(size, seed)
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    problem = Problem.from_json(given)
    answer = solve(problem)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024) / 1024
    staffing = Staffing(problem)
    covered = cover(staffing)
    proof = answer.fairness.certificate
    if proof is None:
        raise SystemExit("a company without any capacity")
    rows = [{"plan": "the portal", **quality(staffing, answer.assignments, proof)}]
    rows += [{"plan": name, **quality(staffing, rival(problem), proof)} for name, rival in RIVALS.items()]
    return {
        "name": size.name,
        "choices": sum(map(len, staffing.candidates.values())),
        "cpu": cpu,
        "wall": wall,
        "memory": memory,
        "fewest_gaps": covered.open_count,
        "optimal": answer.fairness.optimal,
        "proven": [step.goal for step in answer.steps if step.proven],
        "unproven": [step.goal for step in answer.steps if not step.proven],
        "rows": rows,
        "absence": absence(problem, answer, staffing),
    }


def quality(staffing: Staffing, pairs: Sequence[Pair], proof: Certificate) -> Row:
    """What a plan is worth, by whomever it was made."""
    problem = staffing.problem
    plan = {Cell(pair.unit, pair.week, role): pair.of(role) for pair in pairs for role in ROLES}
    loads = loads_of(staffing, plan)
    levels = {id: (staffing.before[id] + loads[id].tokens) / weeks for id, weeks in staffing.capacity.items() if weeks}
    held = [(cell, who) for cell, who in plan.items() if who is not None]
    bottom = min(levels.values())
    return {
        "gaps": sum(who is None for who in plan.values()),
        "violations": len(check(problem, pairs)),
        "exceptions": len(exceptions_of(problem, plan)),
        "off by": float(max(abs(loads[id].tokens - tokens) for id, tokens in proof.tokens.items())),
        "over bound": float(max(levels.values()) / proof.bound_max),
        "ratio": float(max(levels.values()) / bottom) if bottom else 0.0,
        "holiday tokens": float(
            sum((staffing.tokens(cell) * problem.holiday_days(who, cell.week) for cell, who in held), Fraction(0))
        ),
    }


def absence(problem: Problem, answer: Answer, staffing: Staffing) -> Row:
    """Somebody on duty in the middle of the plan is away for a week, and nobody's pool is too small for it."""
    week = problem.handoffs[len(problem.handoffs) // 2]
    there = staffing.presence[week, ROLES[1]]
    held = [(pair, who) for pair in answer.assignments if pair.week == week for who in (pair.primary, pair.secondary)]
    pools = {who: [unit for unit in problem.units if who in unit.qualified] for _, who in held if who is not None}
    who = next(id for id in sorted(pools) if all(len(there.intersection(unit.qualified)) > 3 for unit in pools[id]))
    engineers = tuple(
        replace(each, weeks_off=tuple(sorted({*each.weeks_off, week}))) if each.id == who else each
        for each in problem.engineers
    )
    asked = replace(problem, engineers=engineers, published=answer.assignments, event=Event(who, week))
    cpu = time.process_time()
    repaired = solve(asked)
    cpu = time.process_time() - cpu
    touched = [pair for pair, holder in held if holder == who]
    return {
        "cpu": cpu,
        "changes": len(repaired.changed),
        "forced": len(touched),
        "gaps": len(repaired.open) - len(answer.open),
        "violations": len(check(asked, repaired.assignments)),
    }


def lines(found: Row) -> list[str]:
    """One company as Markdown."""
    gone = found["absence"]
    unproven = ", ".join(found["unproven"]) or "nothing"
    return [
        f"### {found['name']}",
        "",
        (
            f"{found['choices']} choices; {found['cpu']:.1f} s CPU, {found['wall']:.1f} s, {found['memory']:.2f} GB; "
            f"fewest gaps by max-flow {found['fewest_gaps']}; fairness proven: {'yes' if found['optimal'] else 'no'}; "
            f"not proven: {unproven}."
        ),
        (
            f"One absence: {gone['changes']} changes, {gone['forced']} forced, {gone['gaps']} new gaps, "
            f"{gone['violations']} violations, {gone['cpu']:.2f} s CPU."
        ),
        "",
        "| " + " | ".join(COLUMNS) + " |",
        "|" + " --- |" * len(COLUMNS),
        *("| " + " | ".join(form.format(row[name]) for name, form in COLUMNS.items()) + " |" for row in found["rows"]),
        "",
    ]


if __name__ == "__main__":
    main()
