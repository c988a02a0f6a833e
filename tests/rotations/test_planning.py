"""Asking for a plan, solving it, and publishing it as a difference."""

import datetime as dt
import json
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rotations.domain.coverage import edges, stand
from rotations.domain.spans import WEEK, Span
from rotations.loads.planning import next_unplanned_week, planning_problem
from rotations.loads.roster import load_roster
from rotations.models import Message, Plan, Shift, TimeOffRequest
from rotations.verbs.planning import ask_plan, solve_plan
from rotations.verbs.publishing import publish_plan
from tests.factories import at, make_cover, make_engineer, make_holiday, make_pipeline, make_rotation, make_shift

FIRST = dt.date(2026, 11, 30)


def make_draft(team, cast, monday, weeks=4, first=FIRST, **fields):
    return solve_plan(ask_plan(team.rotation, first, weeks, by=cast.manager, at=monday, **fields))


def take_off(engineer, starts_at, ends_at, monday):
    return TimeOffRequest.objects.create(
        engineer=engineer,
        starts_at=at(starts_at),
        ends_at=at(ends_at),
        time_zone="UTC",
        state=TimeOffRequest.State.APPROVED,
        requested_at=monday,
    )


def faults(span):
    """Every piece of a span in which a unit has a gap, a clash or no secondary."""
    roster = load_roster(span)
    stands = [stand(roster, unit, piece) for unit in roster.units for piece in span.cut(edges(roster, unit))]
    return {
        "gap": [row for row in stands if row.is_gap],
        "clash": [row for row in stands if row.is_clash],
        "thin": [row for row in stands if row.is_thin],
    }


def duty(rotation):
    rows = Shift.objects.filter(unit__rotation=rotation, starts_at__date__gte=FIRST)
    return {(row.unit.name, row.role, row.starts_at): row.engineer.letters for row in rows}


def test_the_next_week_to_plan_is_the_one_behind_what_is_published(team, monday):
    assert next_unplanned_week(team.rotation, monday) == FIRST
    assert next_unplanned_week(make_rotation("Other"), monday) == FIRST
    assert next_unplanned_week(make_rotation("Third"), monday - dt.timedelta(hours=1)) == dt.date(2026, 11, 23)


def test_the_problem_names_members_units_absences_and_holidays(team, cast, monday):
    cast.a.holiday_calendar = "US"
    cast.a.save()
    make_holiday("2026-12-25", "Christmas Day")
    take_off(cast.a, "2026-12-09 00:00", "2026-12-10 00:00", monday)
    problem = planning_problem(team.rotation, FIRST, 4, monday)
    a = next(row for row in problem["engineers"] if row["id"] == str(cast.a.pk))
    assert (a["country"], a["weeks_off"]) == ("US", ["2026-12-07"])
    assert problem["holidays"] == {"US": {"2026-12-21": 1}}
    assert [len(unit["qualified"]) for unit in problem["units"]] == [4, 4]
    assert (problem["published"], problem["locked_before"]) == ([], None)


def test_a_plan_is_complete_fair_and_says_so(team, cast, monday):
    plan = make_draft(team, cast, monday)
    assert (plan.state, plan.answer["open"]) == (Plan.State.DRAFT, [])
    loads = [load["tokens"] for load in plan.answer["loads"].values()]
    assert sum(loads) == 4 * 2 * 3
    assert not Shift.objects.filter(plan=plan).exists()


@pytest.mark.parametrize(
    ("first", "weeks", "field"),
    [
        (dt.date(2026, 12, 1), 4, "first_week"),
        (dt.date(2026, 11, 23), 4, "first_week"),
        (dt.date(9999, 12, 27), 4, "first_week"),
        (FIRST, 0, "weeks"),
        (FIRST, 105, "weeks"),
        (FIRST, -1, "weeks"),
    ],
)
def test_an_absurd_wish_is_refused_by_field_and_nothing_is_kept(team, cast, monday, first, weeks, field):
    with pytest.raises(ValidationError) as refused:
        ask_plan(team.rotation, first, weeks, by=cast.manager, at=monday)
    assert list(refused.value.message_dict) == [field]
    assert not Plan.objects.exists()


def test_a_rotation_without_members_or_pipelines_cannot_be_planned(cast, team, monday):
    with pytest.raises(ValidationError, match="no unit with a pipeline"):
        ask_plan(make_rotation("Empty"), FIRST, 4, by=None, at=monday)
    team.rotation.memberships.all().delete()
    with pytest.raises(ValidationError, match="no active member"):
        ask_plan(team.rotation, FIRST, 4, by=None, at=monday)


def test_publishing_sets_every_shift_and_tells_each_person_once(team, cast, monday):
    plan = make_draft(team, cast, monday)
    changes = publish_plan(plan, by=cast.manager, at=monday)
    assert len(changes) == 4 * 2 * 2
    window = Span(at("2026-11-30 09:00"), at("2026-12-28 09:00"))
    assert faults(window) == {"gap": [], "clash": [], "thin": []}
    people = set(Shift.objects.filter(plan=plan).values_list("engineer", flat=True))
    assert sorted(Message.objects.values_list("engineer", flat=True)) == sorted(people)
    plan.refresh_from_db()
    assert (plan.state, plan.published_by, plan.published_at) == (Plan.State.PUBLISHED, cast.manager, monday)


def test_publishing_again_keeps_the_rows_and_covers_of_what_did_not_change(team, cast, monday):
    publish_plan(make_draft(team, cast, monday), by=cast.manager, at=monday)
    before = list(Shift.objects.order_by("pk").values_list("pk", "engineer", "version"))
    kept = Shift.objects.get(unit=team.on_profit, role="primary", starts_at=at("2026-11-30 09:00"))
    cover = make_cover(kept, cast.administrator, "2026-12-01 00:00", "2026-12-02 00:00")
    again = make_draft(team, cast, monday)
    assert publish_plan(again, by=cast.manager, at=monday) == []
    assert list(Shift.objects.order_by("pk").values_list("pk", "engineer", "version")) == before
    cover.refresh_from_db()
    assert cover.ended_at is None


def test_a_changed_shift_keeps_its_row_and_ends_its_covers(team, cast, monday):
    publish_plan(make_draft(team, cast, monday), by=cast.manager, at=monday)
    shift = Shift.objects.get(unit=team.on_profit, role="primary", starts_at=at("2026-12-21 09:00"))
    was = shift.engineer
    cover = make_cover(shift, cast.administrator, "2026-12-22 00:00", "2026-12-23 00:00")
    take_off(was, "2026-12-21 00:00", "2026-12-28 00:00", monday)
    later = monday + dt.timedelta(days=1)
    publish_plan(make_draft(team, cast, later), by=cast.manager, at=later)
    shift.refresh_from_db()
    cover.refresh_from_db()
    assert shift.engineer != was
    assert (shift.version, shift.changed_at) == (2, later)
    assert (cover.ended_at, cover.ended_by) == (later, cast.manager)
    assert (
        "no longer yours: Mon 21 Dec 2026 primary of Profit" in Message.objects.filter(engineer=was).latest("pk").text
    )


def test_what_lies_in_the_freeze_never_moves(team, cast, monday):
    publish_plan(make_draft(team, cast, monday), by=cast.manager, at=monday)
    frozen = {key: who for key, who in duty(team.rotation).items() if key[2] < at("2026-12-14 00:00")}
    take_off(Shift.objects.get(unit=team.on_profit, role="primary", starts_at=at("2026-11-30 09:00")).engineer,
             "2026-11-30 00:00", "2026-12-07 12:00", monday)  # fmt: skip
    plan = make_draft(team, cast, monday)
    publish_plan(plan, by=cast.manager, at=monday)
    assert frozen.items() <= duty(team.rotation).items()


def test_a_plan_that_somebody_overtook_is_refused_and_changes_nothing(team, cast, monday):
    stale, other = make_draft(team, cast, monday), make_draft(team, cast, monday)
    publish_plan(other, by=cast.manager, at=monday)
    before = duty(team.rotation)
    with pytest.raises(ValidationError, match="plan again"):
        publish_plan(stale, by=cast.manager, at=monday)
    with pytest.raises(ValidationError, match="Only a draft can be published; this plan is published"):
        publish_plan(other, by=cast.manager, at=monday)
    assert duty(team.rotation) == before


def test_time_off_approved_meanwhile_makes_a_draft_stale(team, cast, monday):
    plan = make_draft(team, cast, monday)
    take_off(cast.a, "2026-12-09 00:00", "2026-12-10 00:00", monday)
    with pytest.raises(ValidationError, match="time off changed"):
        publish_plan(plan, by=cast.manager, at=monday)
    assert not Shift.objects.filter(plan=plan).exists()


def test_a_draft_that_time_overtook_is_refused_and_changes_nothing(team, cast, monday):
    first = make_draft(team, cast, monday)
    with pytest.raises(ValidationError, match="A week of this plan has begun since it was made"):
        publish_plan(first, by=cast.manager, at=at("2026-11-30 09:01"))
    publish_plan(first, by=cast.manager, at=monday)
    shift = Shift.objects.get(unit=team.on_profit, role="primary", starts_at=at("2026-12-21 09:00"))
    take_off(shift.engineer, "2026-12-21 00:00", "2026-12-28 00:00", monday)
    moving = make_draft(team, cast, monday)
    before = duty(team.rotation)
    with pytest.raises(ValidationError, match="frozen by now"):
        publish_plan(moving, by=cast.manager, at=at("2026-12-10 12:00"))
    assert duty(team.rotation) == before


def test_a_plan_with_a_gap_is_not_published(team, cast, monday):
    for engineer in (cast.a, cast.b, cast.c, cast.d):
        take_off(engineer, "2026-12-07 09:00", "2026-12-13 12:00", monday)
    plan = make_draft(team, cast, monday)
    with pytest.raises(ValidationError, match="Nobody can be primary in the week of 2026-12-07:"):
        publish_plan(plan, by=cast.manager, at=monday)


def test_a_primary_who_is_away_for_the_hours_before_the_handoff_is_covered_by_the_secondary(team, cast, monday):
    pins = ({"unit": str(team.on_profit.pk), "week": "2026-12-07", "role": "primary", "engineer": str(cast.a.pk)},)
    request = take_off(cast.a, "2026-12-14 00:00", "2026-12-15 00:00", monday)
    publish_plan(make_draft(team, cast, monday, pins=pins), by=cast.manager, at=monday)
    shift = Shift.objects.get(unit=team.on_profit, role="primary", starts_at=at("2026-12-07 09:00"))
    secondary = Shift.objects.get(unit=team.on_profit, role="secondary", starts_at=at("2026-12-07 09:00"))
    assert [(row.replaces, row.engineer, row.starts_at, row.ends_at) for row in shift.covers.all()] == [
        (cast.a, secondary.engineer, at("2026-12-14 00:00"), at("2026-12-14 09:00"))
    ]
    here = request.covers.filter(shift__unit=team.on_profit)
    assert set(here.values_list("shift", flat=True)) == {shift.pk, secondary.pk}
    assert faults(shift.span)["gap"] == []


def test_pins_are_kept(team, cast, monday):
    pins = ({"unit": str(team.on_growth.pk), "week": "2026-12-14", "role": "secondary", "engineer": str(cast.b.pk)},)
    plan = make_draft(team, cast, monday, pins=pins)
    publish_plan(plan, by=cast.manager, at=monday)
    assert duty(team.rotation)["Growth", "secondary", at("2026-12-14 09:00")] == "B"


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 27), st.integers(1, 9)), max_size=3))
def test_a_published_plan_never_gaps_or_clashes(team, cast, monday, absences):
    """Whatever time off there is; with four people of whom at most three are away somebody is always left."""
    TimeOffRequest.objects.all().delete()
    Shift.objects.filter(starts_at__date__gte=FIRST).delete()
    for who, day, length in absences:
        start = at("2026-11-30 00:00") + dt.timedelta(days=day)
        end = start + dt.timedelta(days=length)
        take_off(getattr(cast, who), f"{start:%Y-%m-%d %H:%M}", f"{end:%Y-%m-%d %H:%M}", monday)
    publish_plan(make_draft(team, cast, monday), by=cast.manager, at=monday)
    window = Span(at("2026-11-30 09:00"), at("2026-11-30 09:00") + 4 * WEEK)
    found = faults(window)
    assert (found["gap"], found["clash"]) == ([], [])


# --- the command -----------------------------------------------------------------------------------------------------


def plan_command(*args):
    out = StringIO()
    call_command("plan", *args, stdout=out)
    return out.getvalue()


def test_the_command_makes_a_draft_and_prints_weeks_and_loads(team):
    text = plan_command("--from", "2099-01-05", "--weeks", "2")
    assert "Mon 2099-01-05" in text
    assert "tokens  primary  secondary  holidays  engineer" in text
    assert Plan.objects.get().state == Plan.State.DRAFT


def test_the_command_publishes_and_prints_json(team, cast):
    answer = json.loads(plan_command("--from", "2099-01-05", "--weeks", "2", "--publish", "--by", "manager", "--json"))
    assert answer["state"] == "published"
    assert Shift.objects.filter(plan=answer["plan"]).count() == 8
    assert Plan.objects.get().published_by == cast.manager


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--rotation", "lost"], "--rotation 'lost': there is no such rotation; known: data."),
        (["--from", "soon"], "--from 'soon' is no day; use for example 2026-11-30."),
        (["--from", "2099-01-06"], "First week: weeks begin on a Monday."),
        (["--from", "2001-01-01"], "First week: that week has begun already"),
        (["--weeks", "0"], "Weeks: use 1 to 104."),
        (["--weeks", "100000"], "Weeks: use 1 to 104."),
        (["--by", "nobody"], "--by 'nobody': there is no such active engineer."),
        (["--problem", "/nonexistent.json"], "--problem /nonexistent.json"),
    ],
)
def test_bad_input_is_one_clear_line_and_status_2_and_nothing_is_kept(team, args, words):
    with pytest.raises(CommandError) as refused:
        plan_command(*args)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.returncode == 2
    assert not Plan.objects.exists()


def test_several_rotations_must_be_told_apart(team, cast):
    make_rotation("Other", members=[make_engineer()])
    with pytest.raises(CommandError, match="--rotation: say which; known: data, other"):
        plan_command()


@pytest.mark.parametrize("text", ["{", "[]", '{"name": 1}', '{"start": "2026-01-05", "surprise": 1}'])
def test_a_bad_problem_file_is_refused_with_the_place(tmp_path, text):
    file = tmp_path / "problem.json"
    file.write_text(text)
    with pytest.raises(CommandError) as refused:
        plan_command("--problem", str(file))
    assert refused.value.returncode == 2
    assert str(file) in str(refused.value)


def test_the_ledger_of_a_problem_counts_what_members_carried_in_other_rotations_too(team, cast, monday):
    pipeline = make_pipeline("Elsewhere", owners=(cast.a, cast.stranger))
    other = make_rotation("Other", members=[cast.a, cast.stranger], pipelines=[pipeline])
    make_shift(other.units.get(), cast.a)
    covered = make_shift(other.units.get(), cast.stranger, week="2026-11-16")
    make_cover(covered, cast.b, "2026-11-16 09:00", "2026-11-23 09:00")
    rows = planning_problem(team.rotation, FIRST, 2, monday)["engineers"]
    loads = {int(row["id"]): row["ledger"]["weighted_load"] for row in rows}
    assert loads == {cast.a.pk: 4, cast.b.pk: 3, cast.c.pk: 2, cast.d.pk: 1}
