"""Parts of a problem that have nothing to do with each other: nobody in one may hold, or holds, a unit of another."""

from dataclasses import replace

from .problem import Problem


def components(problem: Problem) -> tuple[Problem, ...]:
    """The problem in parts that can be planned one by one; engineers without any unit are in none."""
    holders: dict[str, set[str]] = {unit.id: set(unit.qualified) for unit in problem.units}
    for cell, holder in problem.locked.items():
        if holder is not None:
            holders[cell.unit].add(holder)
    found: list[tuple[set[str], set[str]]] = []  # engineers and units
    for unit, engineers in holders.items():
        units = {unit}
        for touched in [each for each in found if each[0] & engineers]:
            engineers = engineers | touched[0]
            units |= touched[1]
            found.remove(touched)
        found.append((engineers, units))
    if len(found) == 1:
        return (problem,)
    return tuple(part_of(problem, *each) for each in sorted(found, key=lambda each: min(each[1])))


def part_of(problem: Problem, engineers: set[str], units: set[str]) -> Problem:
    """These engineers and units alone."""
    return replace(
        problem,
        engineers=tuple(each for each in problem.engineers if each.id in engineers),
        units=tuple(each for each in problem.units if each.id in units),
        pins=tuple(pin for pin in problem.pins if pin.unit in units),
        published=problem.published and tuple(pair for pair in problem.published if pair.unit in units),
    )
