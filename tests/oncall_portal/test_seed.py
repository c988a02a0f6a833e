"""The reference team: its facts, that it is lived in, that nothing pages, and that a second run changes nothing."""

import datetime as dt
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import TestCase
from django.utils import timezone

from incidents.due import DUE_WORK as INCIDENT_WORK
from incidents.models import Clock, Entry, Incident, SlaPolicy
from oncall_portal.seed.team import make_reference_team
from pipelines.models import Engineer, Ownership, Pipeline, Runbook
from rotations.domain.coverage import edges, stand
from rotations.domain.duty import duty_at
from rotations.domain.ledger import ledger
from rotations.domain.roster import Role
from rotations.domain.spans import DAY, WEEK, Span
from rotations.due import DUE_WORK as ROTATION_WORK
from rotations.loads.roster import load_roster
from rotations.models import Message, Plan, PublicHoliday, Rotation, Shift, TimeOffRequest, Unit
from rotations.verbs.time_off import approve
from tests.factories import at

# Friday of the week before Thanksgiving, in the afternoon of New York
NOW = at("2026-11-20 19:00")


class ReferenceTeamTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        make_reference_team(NOW, "sesame-engineer", "sesame-manager")

    def test_people_pipelines_owners_and_sla_are_those_of_the_portfolio(self):
        owners = {
            row.pipeline.name: (
                row.pipeline.area.name,
                row.pipeline.audience.name,
                row.primary.letters,
                row.secondary.letters,
            )
            for row in Ownership.objects.all()
        }
        assert owners == {
            "Unit-level profit": ("Profit", "experiments", "A", "B"),
            "Aggregate profit": ("Profit", "investors", "C", "D"),
            "Aggregate growth": ("Growth", "investors", "A", "D"),
            "Daily growth": ("Growth", "experiments", "B", "C"),
            "Aggregate engagement": ("Engagement", "investors", "C", "B"),
        }
        assert Runbook.objects.count() == 3
        figures = {
            (row.audience.name, row.severity): (row.respond_minutes, row.resolve_minutes, row.is_promise)
            for row in SlaPolicy.objects.all()
        }
        for audience, promised in (("investors", True), ("experiments", False)):
            assert figures[audience, "critical"] == (30, 240, promised)
            assert figures[audience, "high"] == (120, 720, promised)
            assert figures[audience, "medium"] == (360, 1440, promised)

    def test_everybody_is_trained_on_everything_and_pipelines_are_staffed_alone(self):
        roster = load_roster(Span(NOW, NOW + WEEK))
        engineers = set(Engineer.objects.filter(username__startswith="engineer-").values_list("pk", flat=True))
        assert {unit.qualified for unit in roster.units.values()} == {frozenset(engineers)}
        assert [len(unit.pipelines) for unit in roster.units.values()] == [1] * 5
        assert Rotation.objects.get().max_roles_per_week == 4

    def test_served_and_planned_weeks_have_no_gap_clash_or_thin_week_and_are_even(self):
        first, last = Shift.objects.earliest("starts_at").starts_at, Shift.objects.latest("starts_at").ends_at
        assert (first, last) == (at("2026-10-19 13:00"), at("2027-02-15 14:00"))
        roster = load_roster(Span(first, last))
        stands = [
            stand(roster, unit, piece) for unit in roster.units for piece in roster.window.cut(edges(roster, unit))
        ]
        assert [row for row in stands if row.is_gap or row.is_clash or row.is_thin] == []
        planned = Plan.objects.get()
        assert planned.answer["fairness"]["optimal"]
        tokens = [load["tokens"] for load in planned.answer["loads"].values()]
        assert max(tokens) - min(tokens) <= 1
        assert sum(load.tokens for load in ledger(roster).values()) == pytest.approx(17 * 15)

    def test_the_worked_example_holds(self):
        """A takes the holiday off: B steps up on unit-level profit, and nothing of A's is left uncovered."""
        request = TimeOffRequest.objects.get(engineer__username="engineer-a")
        assert (request.days_text, request.state) == ("Thu 26 Nov 2026", "requested")
        assert PublicHoliday.objects.get(calendar="US", day=dt.date(2026, 11, 26)).name == "Thanksgiving Day"
        unit, noon = Unit.objects.get(name="Unit-level profit").pk, at("2026-11-26 17:00")
        a, b = (Engineer.objects.get(username=f"engineer-{letter}").pk for letter in "ab")
        before = load_roster(Span(noon, noon + DAY))
        assert duty_at(before, unit, Role.PRIMARY, noon).engineer == a
        assert duty_at(before, unit, Role.SECONDARY, noon).engineer == b
        approve(request, by=Engineer.objects.get(username="manager"), at=NOW)
        after = load_roster(Span(request.starts_at, request.ends_at))
        assert duty_at(after, unit, Role.PRIMARY, noon).engineer == b
        assert duty_at(after, unit, Role.SECONDARY, noon).engineer not in (a, b)
        for touched in after.units:
            for piece in after.window.cut(edges(after, touched)):
                assert not stand(after, touched, piece).is_gap
                assert a not in (stand(after, touched, piece).primary, stand(after, touched, piece).secondary)

    def test_one_request_waits_and_one_is_approved_with_its_covers(self):
        assert sorted(TimeOffRequest.objects.values_list("state", flat=True)) == ["approved", "requested"]
        assert TimeOffRequest.objects.get(state="approved").covers.exists()

    def test_there_is_an_incident_of_each_severity_in_each_state(self):
        found = set(Incident.objects.values_list("severity", "state"))
        assert found == {
            (severity, state)
            for severity in ("critical", "high", "medium")
            for state in ("open", "acknowledged", "mitigated", "resolved")
        }
        late = Clock.objects.exclude(breached_at=None)
        assert all(clock.breached_at >= clock.due_at for clock in late)
        assert late.exists()

    def test_nothing_pages_at_start(self):
        for work in (*INCIDENT_WORK, *ROTATION_WORK):
            assert list(work.claim(NOW + dt.timedelta(seconds=30), 100)) == [], work.name
        assert not Message.objects.exclude(state=Message.State.SENT).exists()

    def test_a_second_run_is_refused_or_does_nothing(self):
        before = {model: model.objects.count() for model in apps.get_models()}
        with pytest.raises(CommandError, match="There are users already") as refused:
            call_command("seed")
        assert refused.value.returncode == 2
        with self.settings(SEED="1"):
            call_command("seed", "--if-fresh")
        assert {model: model.objects.count() for model in apps.get_models()} == before


@pytest.mark.long
@pytest.mark.parametrize("moment", ["2026-02-17 03:00", "2026-12-31 23:30"])
def test_any_day_of_the_year_will_do(db, moment):
    """The longest stretch without a public holiday, and the last hour of a year."""
    make_reference_team(at(moment), "sesame-engineer", "sesame-manager")
    request = TimeOffRequest.objects.get(state="requested")
    noon = request.starts_at + DAY / 2
    duty = Shift.objects.get(unit__name="Unit-level profit", role="primary", starts_at__lte=noon, ends_at__gt=noon)
    assert duty.engineer == request.engineer
    assert Shift.objects.latest("starts_at").ends_at > request.ends_at


def test_the_same_instant_makes_the_same_team(db):
    """Rolled back and made again, row by row; only keys, digests of passwords and the like may differ."""

    def seeded():
        with transaction.atomic():
            make_reference_team(NOW, "sesame-engineer", "sesame-manager")
            shifts = list(Shift.objects.values_list("unit__name", "role", "starts_at", "engineer__username"))
            entries = sorted(Entry.objects.values_list("incident__title", "at", "kind", "by__username"), key=str)
            transaction.set_rollback(True)
        return shifts, entries

    assert seeded() == seeded()


def test_passwords_that_nobody_gave_are_made_up_and_printed(db, settings):
    settings.SEED_ENGINEER_PASSWORD = settings.SEED_MANAGER_PASSWORD = ""
    out = StringIO()
    call_command("seed", stdout=out)
    lines = dict(line.split("=", 1) for line in out.getvalue().splitlines() if "=" in line)
    assert Engineer.objects.get(username="engineer-c").check_password(lines["SEED_ENGINEER_PASSWORD"])
    assert Engineer.objects.get(username="manager").check_password(lines["SEED_MANAGER_PASSWORD"])


@pytest.mark.parametrize(("wish", "loads"), [("0", False), ("auto", False)])
def test_it_is_not_loaded_where_it_is_not_wanted(db, settings, wish, loads):
    settings.SEED = wish
    call_command("seed", "--if-fresh")
    assert Pipeline.objects.exists() == loads


def test_an_error_on_the_way_leaves_nothing_behind(db, monkeypatch):
    monkeypatch.setattr("oncall_portal.seed.catalogue.make_rotation", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make_reference_team(timezone.now(), "sesame-engineer", "sesame-manager")
    assert not Engineer.objects.exists()
