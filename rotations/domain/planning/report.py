"""An answer as lines for a terminal: the plan, its quality, what stays open and why, what moves, what would help."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from .answer import Answer, fairness_words
from .conflicts import Conflict
from .parts import Pair
from .words import NO_NAMES, Names, advice_words, conflict_words, day, listed, move_words, option_words

# Steps named below a conflict; the JSON form has all of them.
MOST_OPTIONS = 5


def report_lines(answer: Answer, names: Names = NO_NAMES) -> list[str]:
    """Everything a person needs to judge the plan, in the order they would ask."""
    sections = [
        plan_lines(answer.assignments, names),
        load_lines(answer, names),
        [fairness_words(answer)],
        list(repair_lines(answer, names)),
        list(exception_lines(answer, names)),
        list(open_lines(answer, names)),
        list(advice_lines(answer, names)),
    ]
    return [line for lines in sections if lines for line in ("", *lines)][1:]


def plan_lines(assignments: Sequence[Pair], names: Names) -> list[str]:
    """Week by week who is primary and secondary of each unit."""
    width = max((len(names.unit(pair.unit)) for pair in assignments), default=0)
    lines = []
    for week, pairs in groupby(assignments, key=lambda pair: pair.week):
        lines.append(f"week of {day(week.isoformat())}")
        for pair in pairs:
            primary = names.engineer(pair.primary) if pair.primary else "GAP"
            secondary = names.engineer(pair.secondary) if pair.secondary else "no secondary"
            lines.append(f"  {names.unit(pair.unit):<{width}}  {primary} / {secondary}")
    return lines


def load_lines(answer: Answer, names: Names) -> list[str]:
    """What each engineer carries."""
    rows = [
        f"{float(load.tokens):>6g}  {load.primary_weeks:>7}  {load.secondary_weeks:>9}  {load.holiday_days:>8}  "
        f"{names.engineer(id)}"
        for id, load in answer.loads.items()
    ]
    return ["tokens  primary  secondary  holidays  engineer", *rows] if rows else []


def repair_lines(answer: Answer, names: Names) -> Iterator[str]:
    """What changes of what is published, and what fewer exceptions would cost."""
    if answer.repaired is None:
        return
    proven = ", proven to be the fewest" if answer.repaired.proven else ""
    yield f"Changes {answer.repaired.changes} published roles ({answer.repaired.forced} had to change){proven}."
    if answer.explained is None:
        return
    for move in answer.explained.moves:
        change, cell = move.change, move.change.cell
        before, after = names.engineer(change.before), names.engineer(change.after)
        words = move_words(move.to_json(), change.before, change.after, names)
        yield f"  {day(cell.week.isoformat())} {names.unit(cell.unit)} {cell.role}: {before} to {after} ({words})"
    for other in answer.explained.alternatives[1:]:
        yield f"  with {len(other.changed)} changes: {other.new_exceptions} new exceptions instead of " + str(
            answer.explained.alternatives[0].new_exceptions
        )


def exception_lines(answer: Answer, names: Names) -> Iterator[str]:
    """Rules that had to give, each by name."""
    for found in answer.exceptions:
        where = f" on {names.unit(found.unit)}" if found.unit else ""
        rule = found.rule.replace("_", " ")
        yield f"exception: {rule}: {names.engineer(found.engineer)}{where}, week of {day(found.week.isoformat())}"


def open_lines(answer: Answer, names: Names) -> Iterator[str]:
    """Roles that stay open, and for each week why and what to do."""
    for cell in answer.open:
        yield f"open: {cell.role} of {names.unit(cell.unit)}, week of {day(cell.week.isoformat())}"
    for conflict in answer.conflicts:
        yield from conflict_lines(conflict, names)


def conflict_lines(conflict: Conflict, names: Names) -> Iterator[str]:
    """A conflict, and single steps that would help."""
    row = {
        "week": conflict.week.isoformat(),
        "units": conflict.units,
        "core": [reason.to_json() for reason in conflict.core],
        "relax": [reason.to_json() for reason in conflict.relax],
    }
    yield conflict_words(row, names)
    options = [option_words(option.to_json(), names) for option in conflict.options[:MOST_OPTIONS]]
    if options:
        yield f"  To try: {listed(options, 'or')}."


def advice_lines(answer: Answer, names: Names) -> Iterator[str]:
    """The trainings that would help most."""
    for advice in answer.explained.advice if answer.explained else ():
        yield f"advice: {advice_words(advice.to_json(), names)}"
