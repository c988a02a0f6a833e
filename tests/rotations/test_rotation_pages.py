"""The list of rotations, and one rotation: rules in words, members, units and who is qualified."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from tests.factories import make_engineer, make_pipeline, make_rotation


def test_both_pages_are_for_who_signs_in(team, client, cast, sign_in):
    for page in ("/rotations/", "/rotations/data/"):
        assert client.get(page)["Location"] == f"/accounts/login/?next={page}"
        for who in (cast.a, cast.manager, cast.administrator, cast.stranger):
            assert sign_in(who).get(page).status_code == 200


def test_an_unknown_rotation_is_not_found(cast, sign_in):
    assert sign_in(cast.a).get("/rotations/none/").status_code == 404


def test_the_list_tells_zone_hand_off_units_members_and_managers(team, cast, sign_in):
    team.rotation.memberships.filter(engineer=cast.d).update(leaves_on=dt.date(2020, 1, 2))
    team.rotation.time_zone = ZoneInfo("America/New_York")
    team.rotation.save()
    (row,) = sign_in(cast.a).get("/rotations/").context["table"].rows
    assert [row.get_cell_value(name) for name in ("name", "unit_count", "member_count")] == ["Data", 2, 3]
    assert row.get_cell("handoff") == "Monday, 09:00"
    assert row.get_cell("time_zone") == "America/New_York"
    assert "Manager" in row.get_cell("managers")


def test_without_rotations_the_list_says_so(cast, sign_in):
    assert "There is no rotation yet" in sign_in(cast.a).get("/rotations/").content.decode()


def test_the_list_is_ordered_as_asked(team, cast, sign_in):
    make_rotation("Sunday", handoff_weekday=6)
    make_rotation("Early", handoff_time=dt.time(7))
    rows = sign_in(cast.a).get("/rotations/?sort=handoff").context["table"].rows
    assert [row.record.name for row in rows] == ["Early", "Data", "Sunday"]


def test_a_rotation_tells_its_rules_in_words(team, cast, sign_in):
    page = " ".join(sign_in(cast.a).get("/rotations/data/").content.decode().split())
    for rule in (
        "A shift is 1 week, from hand-off to hand-off: Monday, 09:00 UTC.",
        "Working hours are Monday to Friday, 09:00 to 17:00, except on company days.",
        "Outside working hours the secondary is called first for critical and high incidents, then the primary.",
        "Nobody has more than 4 roles in a week.",
        "A primary week counts 2 tokens, a secondary week 1.",
        "Planning never touches the next 14 days. A new plan looks 13 weeks ahead.",
        "A manager approves each swap.",
    ):
        assert f"<li>{rule}</li>" in page


def test_a_rotation_without_the_off_hours_rule_says_so(team, cast, sign_in):
    team.rotation.off_hours_rule = False
    team.rotation.save()
    page = sign_in(cast.a).get("/rotations/data/").content.decode()
    assert "<li>The primary is called first at any hour.</li>" in page


def test_a_unit_names_who_is_qualified_for_all_of_its_pipelines(team, cast, sign_in):
    churn = make_pipeline("Churn", owners=(cast.a, cast.b), trained=[cast.stranger])
    team.on_profit.places.create(pipeline=churn)
    team.rotation.memberships.filter(engineer=cast.d).delete()
    cast.b.is_active = False
    cast.b.save()
    units = sign_in(cast.a).get("/rotations/data/").context["units"]
    assert [(unit.name, [str(one) for one in unit.pipelines], list(unit.qualified)) for unit in units] == [
        ("Profit", ["Profit", "Churn"], [cast.a]),
        ("Growth", ["Growth"], [cast.a, cast.c, cast.d]),
    ]


def test_members_who_left_are_gone_and_who_joins_is_announced(team, cast, sign_in):
    team.rotation.memberships.filter(engineer=cast.d).update(leaves_on=dt.date(2020, 1, 2))
    team.rotation.memberships.create(engineer=cast.stranger, joins_on=dt.date(2999, 1, 1))
    answer = sign_in(cast.a).get("/rotations/data/")
    assert [row.engineer for row in answer.context["members"]] == [cast.a, cast.b, cast.c, cast.stranger]
    assert "from 1 Jan 2999" in answer.content.decode()


def test_a_rotation_leads_to_its_plan_and_its_audit(team, cast, sign_in):
    page = sign_in(cast.a).get("/rotations/data/").content.decode()
    assert 'href="/rotations/data/plan/"' in page
    assert 'href="/rotations/data/audit/"' in page


@pytest.mark.parametrize("more", [0, 5])
def test_both_pages_take_as_many_queries_for_many_as_for_one(team, cast, sign_in, django_assert_num_queries, more):
    for _ in range(more):
        ada, bo = make_engineer(), make_engineer()
        pipeline = make_pipeline(owners=(ada, bo))
        make_rotation(f"Other {pipeline.pk}", members=[ada, bo], managers=[ada, bo])
        team.rotation.memberships.create(engineer=ada, joins_on=dt.date(2020, 1, 1))
        team.rotation.managers.add(bo)
        team.rotation.units.create(name=pipeline.name).places.create(pipeline=pipeline)
    browser = sign_in(cast.a)
    with django_assert_num_queries(5):
        browser.get("/rotations/")
    with django_assert_num_queries(28):
        browser.get("/rotations/data/")
    browser = sign_in(cast.manager)
    with django_assert_num_queries(38):
        browser.get("/rotations/data/")


def test_rules_that_are_set_are_told_too(team, cast, sign_in):
    rules = {"shift_weeks": 2, "rest_weeks": 1, "max_consecutive_weeks": 4, "rules_scope": "engineer", "max_away": 2}
    type(team.rotation).objects.update(**rules, notice_days=7, swaps_by_rule=True)
    page = " ".join(sign_in(cast.a).get("/rotations/data/").content.decode().split())
    for rule in (
        "A shift is 2 weeks, from hand-off to hand-off: Monday, 09:00 UTC.",
        "Between two primary shifts lie 1 week of rest, per engineer; a plan names each exception.",
        "Nobody is on call more than 4 weeks in a row, per engineer; a plan names each exception.",
        "Time off is asked for 7 days before; sick leave at any time.",
        "At most 2 members may have time off on one day.",
    ):
        assert f"<li>{rule}</li>" in page


def test_who_runs_a_rotation_reads_what_was_changed_and_nobody_else(team, cast, sign_in):
    team.rotation.freeze_days = 7
    team.rotation._history_user = cast.administrator
    team.rotation.save()
    for who, shown in ((cast.manager, True), (cast.administrator, True), (cast.a, False), (cast.stranger, False)):
        answer = sign_in(who).get("/rotations/data/")
        rows = [(row.who, row.field, row.before, row.after) for row in answer.context["changes"]]
        assert (("Administrator", "freeze days", "14", "7") in rows) is shown
        assert ('<h2 id="changes">' in answer.content.decode()) is shown


def test_a_unit_that_pipelines_will_move_into_is_announced(team, cast, sign_in):
    together = team.rotation.units.create(name="All")
    for unit, pipeline in ((team.on_profit, team.profit), (team.on_growth, team.growth)):
        unit.places.update(ends_on=dt.date(2999, 1, 7))
        together.places.create(pipeline=pipeline, starts_on=dt.date(2999, 1, 7))
    answer = sign_in(cast.a).get("/rotations/data/")
    assert [unit.name for unit in answer.context["units"]] == ["Profit", "Growth"]
    assert "From Mon 7 Jan 2999: All with Profit, Growth" in " ".join(answer.content.decode().split())
