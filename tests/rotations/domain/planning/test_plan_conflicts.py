from collections import Counter
from itertools import chain, combinations, product

from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from rotations.domain.planning import Problem, solve
from rotations.domain.planning.words import Names, conflict_words, option_words

WEEK = "2026-01-05"


def answer_to(given):
    return solve(Problem.from_json(given))


def fewest_open(given, reasons):
    """By trying everything: (open primaries, open roles) of a week in which only these reasons hold."""
    away = {who for kind, who, _ in reasons if kind == "absence"}
    pinned = {unit for kind, _, unit in reasons if kind == "pin"}
    cap = given["rules"]["max_roles_per_engineer_week"] if ("rule", None, None) in reasons else None
    off = {row["id"] for row in given["engineers"] if row["weeks_off"]} & away
    partly = {row["id"] for row in given["engineers"] if row["weeks_partial"]} & away
    pins = {(pin["unit"], pin["role"]): pin["engineer"] for pin in given["pins"] if pin["unit"] in pinned}
    best = (99, 99)
    for staffing in product(*(list(pairs(unit, off, partly, pins)) for unit in given["units"])):
        held = Counter(name for pair in staffing for name in pair if name)
        if not held or cap is None or max(held.values()) <= cap:
            roles = list(chain(*staffing))
            best = min(best, (sum(primary is None for primary, _ in staffing), roles.count(None)))
    return best


def pairs(unit, off, partly, pins):
    for primary, secondary in product([None, *unit["qualified"]], repeat=2):
        kept = all(
            who in (None, pins.get((unit["id"], role), who))
            for role, who in (("primary", primary), ("secondary", secondary))
        )
        apart = primary is None or primary != secondary
        there = not {primary, secondary} & off and secondary not in partly
        if kept and apart and there and not (primary in partly and secondary is None):
            yield primary, secondary


def every_reason(given):
    reasons = [("absence", row["id"], None) for row in given["engineers"] if row["weeks_off"] or row["weeks_partial"]]
    reasons += [("pin", pin["engineer"], pin["unit"]) for pin in given["pins"]]
    return reasons + ([("rule", None, None)] if given["rules"]["max_roles_per_engineer_week"] else [])


def named(reasons):
    return [(reason["kind"], reason["engineer"], reason["unit"]) for reason in reasons]


def subsets(items):
    return chain.from_iterable(combinations(items, size) for size in range(len(items) + 1))


@st.composite
def weeks(draw):
    people = "ABCDE"[: draw(st.integers(2, 5))]
    units = [
        {"id": f"U{n}", "qualified": draw(st.lists(st.sampled_from(people), unique=True, min_size=1, max_size=4))}
        for n in range(draw(st.integers(1, 3)))
    ]
    pins = [
        {"unit": unit["id"], "week": WEEK, "role": draw(st.sampled_from(["primary", "secondary"])), "engineer": who}
        for unit in units
        for who in draw(st.lists(st.sampled_from(unit["qualified"]), max_size=1))
    ]
    kinds = st.sampled_from(["there", "there", "weeks_off", "weeks_off", "weeks_partial"])
    states = [draw(kinds) for _ in people]
    return {
        "start": WEEK,
        "weeks": 1,
        "rules": {"max_roles_per_engineer_week": draw(st.sampled_from([None, 1, 2]))},
        "engineers": [
            {"id": who, "weeks_off": [], "weeks_partial": []} | ({} if state == "there" else {state: [WEEK]})
            for who, state in zip(people, states, strict=True)
        ],
        "units": units,
        "pins": pins,
    }


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@drawn(weeks())
def test_cores_are_irreducible_and_all_found_and_the_smallest_set_to_refuse_suffices(given):
    answer = answer_to(given).to_json()
    reasons, floor = every_reason(given), fewest_open(given, [])
    lost = Counter(cell["role"] for cell in answer["open"])
    assert (lost["primary"], lost.total()) == fewest_open(given, reasons)
    assert {cell["unit"] for cell in answer["open"]} <= {
        unit for conflict in answer["conflicts"] for unit in conflict["units"]
    }
    cores = [named(conflict["core"]) for conflict in answer["conflicts"] if conflict["core"]]
    for core in cores:
        assert fewest_open(given, core) > floor
        assert all(fewest_open(given, [other for other in core if other != one]) == floor for one in core)
    listed = set(chain(*cores))
    assert fewest_open(given, [reason for reason in reasons if reason not in listed]) == floor
    for conflict in answer["conflicts"]:
        relax = named(conflict["relax"])
        if conflict["core"]:
            enough = [
                len(gone)
                for gone in subsets(reasons)
                if fewest_open(given, [one for one in reasons if one not in gone]) == floor
            ]
            assert len(relax) == min(enough)
            assert fewest_open(given, [one for one in reasons if one not in relax]) == floor


def conflicts(given):
    return solve(Problem.from_json(given), explained=True).to_json()["conflicts"]


def people(*ids, off=()):
    return [{"id": who, "weeks_off": [WEEK] if who in off else []} for who in ids]


def unit(id, pool):
    return {"id": id, "qualified": list(pool)}


def test_two_conflicts_of_a_week_are_both_listed_with_one_smallest_set(team):
    given = {
        "start": WEEK,
        "weeks": 1,
        "engineers": people(*"ABCDEF", off="ABDE"),
        "units": [unit("Loss", "ABC"), unit("Profit", "DEF")],
    }

    found = conflicts(given)

    assert [(row["units"], [reason["engineer"] for reason in row["core"]]) for row in found] == [
        (["Loss"], ["A", "B"]),
        (["Profit"], ["D", "E"]),
    ]
    assert {tuple(reason["engineer"] for reason in row["relax"]) for row in found} == {("A", "D")}


def test_where_nobody_else_is_qualified_a_training_is_named(team):
    given = {"start": WEEK, "weeks": 1, "engineers": people(*"AB"), "units": [unit("Loss", "A")]}

    (found,) = conflicts(given)

    assert (found["core"], found["relax"]) == ([], [])
    assert found["options"] == [
        {"kind": "train", "week": WEEK, "engineer": "B", "unit": "Loss", "role": None, "closes": 1}
    ]
    assert conflict_words(found) == (
        "Week of 5 Jan 2026: Loss can't be fully staffed, as too few people are qualified and members then: train "
        "somebody."
    )


def test_the_freeze_is_in_the_way_where_it_keeps_somebody_from_a_new_unit(team):
    given = {
        "start": WEEK,
        "weeks": 1,
        "rules": {"max_roles_per_engineer_week": 1},
        "engineers": people(*"ABCD"),
        "units": [unit("Loss", "AB"), unit("Profit", "ABCD")],
        "published": [{"unit": "Profit", "week": WEEK, "primary": "A", "secondary": "C"}],
        "locked_before": "2026-01-12",
    }

    (found,) = conflicts(given)

    assert found["units"] == ["Loss"]
    assert [reason["kind"] for reason in found["core"]] == ["rule", "freeze"]
    assert len(found["relax"]) == 1
    assert [(option["kind"], option["engineer"]) for option in found["options"]] == [("raise", "A"), ("train", "D")]


def test_a_conflict_is_said_with_names_and_dates(team):
    given = {
        "start": WEEK,
        "weeks": 1,
        "engineers": people(*"AB", off="A"),
        "units": [unit("Loss", "AB")],
        "pins": [{"unit": "Loss", "week": WEEK, "role": "primary", "engineer": "A"}],
    }

    (found,) = conflicts(given)

    names = Names({"A": "Ann", "B": "Bob"}, {"Loss": "Losses"})
    assert conflict_words(found, names) == (
        "Week of 5 Jan 2026: Losses can't be fully staffed, as Ann is away. The least that mends the week: Ann stays."
    )
    assert [option_words(option, names) for option in found["options"]] == [
        "refuse the time off of Ann (closes 1 open role)"
    ]


def test_other_weeks_are_planned_all_the_same(team):
    given = team(3)
    given["engineers"][0]["weeks_off"] = ["2026-01-12"]

    answer = answer_to(given)

    assert {cell.week.isoformat() for cell in answer.open} == {"2026-01-12"}
    assert {conflict.week.isoformat() for conflict in answer.conflicts} == {"2026-01-12"}
