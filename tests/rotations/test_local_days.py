"""Members and owners by the local day of their rotation, and membership that begins or ends inside an absence."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from incidents.verbs.told import owners_of
from pipelines.models import Ownership
from rotations.domain.resolver import on_call
from rotations.domain.spans import Span
from rotations.loads.roster import load_roster
from rotations.models import Cover, Membership
from rotations.verbs.time_off import approve, request_time_off
from tests.factories import at, make_incident, make_pipeline, make_shift, make_sla

TOKYO, NEW_YORK = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")
HOUR = dt.timedelta(hours=1)


def roster_at(text):
    return load_roster(Span(at(text), at(text) + HOUR))


@pytest.mark.parametrize(
    ("zone", "instant", "is_new"),
    [
        (TOKYO, "2026-11-22 14:59", False),
        (TOKYO, "2026-11-22 15:00", True),
        (NEW_YORK, "2026-11-23 04:59", False),
        (NEW_YORK, "2026-11-23 05:00", True),
    ],
)
def test_owners_and_members_change_at_midnight_of_their_rotation(team, cast, zone, instant, is_new):
    team.rotation.time_zone = zone
    team.rotation.save()
    monday = dt.date(2026, 11, 23)
    Ownership.objects.filter(pipeline=team.profit).update(ends_on=monday)
    Ownership.objects.create(pipeline=team.profit, primary=cast.c, secondary=cast.d, starts_on=monday)
    Membership.objects.filter(engineer=cast.a).update(leaves_on=monday)
    roster = roster_at(instant)
    behind = [row.engineer for row in on_call(roster, team.profit.pk, at(instant)).responders if "owner" in row.role]
    owners = (cast.c, cast.d) if is_new else (cast.a, cast.b)
    assert roster.owners[team.profit.pk].primary == owners[0].pk
    assert set(behind) <= {owner.pk for owner in owners}
    assert (cast.a.pk in roster.teams[team.rotation.pk].members) is not is_new
    make_sla()
    assert owners_of(make_incident(team.profit, at(instant)), at(instant)) == list(owners)


def test_a_pipeline_in_no_rotation_has_the_owners_of_the_teams_own_day(team, cast, settings):
    settings.TEAM_TIME_ZONE = "Asia/Tokyo"
    lonely = make_pipeline("Lonely", owners=(cast.a, cast.b))
    Ownership.objects.filter(pipeline=lonely).update(ends_on=dt.date(2026, 11, 23))
    assert lonely.pk in roster_at("2026-11-22 14:59").owners
    assert lonely.pk not in roster_at("2026-11-22 15:00").owners


def test_nobody_covers_after_they_left_nor_before_they_joined(team, cast):
    """D has carried least, but leaves on Thursday; then it is C. As in plans, the hand-off begins and ends a day."""
    Membership.objects.filter(engineer=cast.d).update(leaves_on=dt.date(2026, 11, 26))
    Membership.objects.filter(engineer=cast.c).update(joins_on=dt.date(2026, 11, 25))
    asked = dt.date(2026, 11, 24), dt.date(2026, 11, 27)
    request = request_time_off(cast.a, *asked, "vacation", by=cast.a, at=at("2026-11-02 10:00"))
    approve(request, by=cast.manager, at=at("2026-11-02 10:00"))
    covers = Cover.objects.filter(shift=team.shifts.profit_secondary).order_by("starts_at")
    assert [(cover.engineer, cover.starts_at, cover.ends_at) for cover in covers] == [
        (cast.d, at("2026-11-24 00:00"), at("2026-11-26 09:00")),
        (cast.c, at("2026-11-26 09:00"), at("2026-11-28 00:00")),
    ]


def test_who_joins_only_on_the_last_day_may_fill_a_gap_of_that_day(team, cast):
    team.shifts.profit_secondary.delete()
    make_shift(team.on_profit, cast.a, week="2026-11-30")
    Membership.objects.filter(engineer__in=[cast.c, cast.d]).update(joins_on=dt.date(2026, 11, 30))
    Membership.objects.filter(engineer=cast.b).update(leaves_on=dt.date(2026, 11, 30))
    days = dt.date(2026, 11, 29), dt.date(2026, 11, 30)
    request = request_time_off(cast.a, *days, "vacation", by=cast.a, at=at("2026-11-02 10:00"))
    approve(request, by=cast.manager, at=at("2026-11-02 10:00"))
    covers = Cover.objects.order_by("starts_at").values_list("engineer__short_name", "starts_at", "ends_at")
    assert list(covers) == [
        ("B", at("2026-11-29 00:00"), at("2026-11-30 09:00")),
        ("D", at("2026-11-30 09:00"), at("2026-12-01 00:00")),
    ]
