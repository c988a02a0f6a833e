"""Overrides: at once in force everywhere, confirmed where they leave somebody missing, ended early."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from rotations.domain.roster import Role
from rotations.domain.spans import Span
from rotations.forms.wall import ends, starts
from rotations.loads.on_call import on_call_now
from rotations.models import Cover, Message
from rotations.verbs.overrides import end_override, override
from tests.factories import at, make_cover
from tests.rotations.test_swaps import holders, refused, told

NOW = at("2026-11-23 10:00")
TWO_HOURS = Span(NOW, at("2026-11-23 12:00"))


@pytest.fixture
def take_over(team, cast):
    def verb(engineer=None, role="primary", units=None, span=TWO_HOURS, reason="The warehouse is down", **fields):
        fields = {"by": cast.manager, "at": NOW, **fields}
        return override(team.rotation, role, units or [team.on_profit], span, engineer or cast.d, reason, **fields)

    return verb


def test_an_override_holds_at_once_and_says_why(team, cast, take_over):
    (cover,) = take_over()
    assert (cover.cause, cover.replaces, cover.reason) == ("override", None, "The warehouse is down")
    profit = next(row for row in on_call_now(NOW) if row.pipeline == team.profit)
    assert (profit.first.engineer, profit.first.because, profit.until) == (
        cast.d,
        "on duty as primary; covers for Data Engineer A (override)",
        TWO_HOURS.end,
    )
    assert holders(team.shifts.profit_primary) == [("A", "23 09:00"), ("D", "23 10:00"), ("A", "23 12:00")]


def test_it_replaces_whoever_holds_the_role_and_tells_both(team, cast, take_over):
    make_cover(team.shifts.profit_primary, cast.c, "2026-11-23 09:00", "2026-11-24 09:00")
    take_over()
    assert {message.engineer for message in Message.objects.all()} == {cast.c, cast.d}
    assert told(cast.d)[0].text.splitlines()[:4] == [
        "Manager overrides: Data Engineer D is primary now.",
        "",
        "Reason: The warehouse is down",
        "- yours now: primary of Profit, Mon 23 Nov 2026, 10:00 to 12:00, instead of Data Engineer C",
    ]
    assert "no longer yours: primary of Profit" in told(cast.c)[0].text


def test_one_takes_over_every_unit(team, cast, take_over):
    """D is the secondary of Growth, which a manager has to confirm."""
    covers = take_over(units=[team.on_profit, team.on_growth], confirmed=True)
    assert {cover.shift for cover in covers} == {team.shifts.profit_primary, team.shifts.growth_primary}
    assert len({cover.decided_at for cover in covers}) == 1
    ended = end_override(covers[0], by=cast.manager, at=NOW + dt.timedelta(minutes=30))
    assert {cover.pk for cover in ended} == {cover.pk for cover in covers}


def test_what_leaves_somebody_missing_is_confirmed_first(team, cast, take_over):
    words = refused(take_over, cast.b)
    assert words == "Profit would have one person in both roles (Mon 23 Nov 2026, 10:00 to 12:00)."
    assert Cover.objects.count() == 0
    assert len(take_over(cast.b, confirmed=True)) == 1
    assert refused(take_over, cast.stranger) == "Stranger is not qualified for Profit."


def test_ending_it_early_gives_back_what_was_and_keeps_what_was_served(team, cast, take_over):
    (cover,) = take_over()
    later = NOW + dt.timedelta(hours=1)
    assert refused(end_override, cover, by=cast.a, at=later) == "Only the managers of Data end its overrides."
    end_override(cover, by=cast.manager, at=later)
    assert holders(team.shifts.profit_primary) == [("A", "23 09:00"), ("D", "23 10:00"), ("A", "23 11:00")]
    assert [message.subject for message in told(cast.a, "ended")] == ["Manager ended the override by Data Engineer D"]
    assert refused(end_override, cover, by=cast.manager, at=later) == "It is over or was ended already."


TOO_LONG = "Until: at most 14 days; what lasts longer is time off or a new plan."
NO_SHIFT = "Units: no primary shift is published there then; nothing can be taken over."


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"by": "a"}, "Only the managers of Data override its duty."),
        ({"reason": " "}, "Reason: say why; everybody who is replaced reads it."),
        ({"reason": "x" * 301}, "Reason: use at most 300 characters."),
        ({"span": ("2026-11-23 08:00", "2026-11-23 09:30")}, "Until: use a time that is still to come."),
        ({"span": ("2026-11-23 08:00", "2026-12-08 09:30")}, TOO_LONG),
        ({"span": ("2026-12-01 08:00", "2026-12-01 09:30")}, NO_SHIFT),
        ({"engineer": "a"}, "Who: Data Engineer A is primary there all that time already."),
    ],
)  # fmt: skip
def test_what_cannot_be_overridden_is_refused_in_words(take_over, cast, fields, words):
    people = {key: getattr(cast, value) for key, value in fields.items() if key in ("by", "engineer")}
    rest = {key: value for key, value in fields.items() if key == "reason"}
    spans = {key: Span(*map(at, value)) for key, value in fields.items() if key == "span"}
    assert refused(take_over, **people, **rest, **spans) == words
    assert (Cover.objects.count(), Message.objects.count()) == (0, 0)


def test_it_needs_a_shift_for_all_of_the_time_or_a_word(team, cast, take_over):
    span = Span(at("2026-11-30 08:00"), at("2026-11-30 11:00"))
    words = "Profit has no primary shift for some of this time: nothing is overridden there then."
    assert refused(take_over, span=span) == words
    (cover,) = take_over(span=span, confirmed=True)
    assert cover.ends_at == at("2026-11-30 09:00")


def test_times_that_come_twice_begin_at_the_first_and_end_at_the_last():
    berlin = ZoneInfo("Europe/Berlin")
    twice, never = dt.datetime(2026, 10, 25, 2, 30), dt.datetime(2026, 3, 29, 2, 30)  # noqa: DTZ001
    assert (starts(twice, berlin), ends(twice, berlin)) == (at("2026-10-25 00:30"), at("2026-10-25 01:30"))
    assert starts(never, berlin) == ends(never, berlin) == at("2026-03-29 01:00")


def page(rotation):
    return f"/rotations/{rotation.slug}/override/"


def typed(cast, **fields):
    return {
        "engineer": cast.d.pk,
        "role": Role.PRIMARY,
        "units": "",
        "starts": "2026-11-23T10:00",
        "ends": "2026-11-23T12:00",
        "reason": "The warehouse is down",
        **fields,
    }


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def test_a_manager_overrides_on_the_page_and_ends_it_there(team, cast, sign_in, clock):
    client = sign_in(cast.manager)
    asked = client.post(page(team.rotation), typed(cast))
    assert asked.status_code == 422
    assert "Growth would have one person in both roles" in asked.content.decode()
    assert "Do it all the same" in asked.content.decode()
    assert client.post(page(team.rotation), typed(cast, confirmed="on")).status_code == 302
    shown = client.get(page(team.rotation)).content.decode()
    assert "The warehouse is down" in shown
    assert "The warehouse is down" in client.get(team.rotation.get_absolute_url()).content.decode()
    cover = Cover.objects.first()
    assert client.post(f"{page(team.rotation)}{cover.pk}/end/").status_code == 302
    assert Cover.objects.filter(ended_at=None, ends_at__gt=NOW).count() == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"ends": "2026-11-23T09:00"}, "Until: use a later time than from."),
        ({"starts": "soon"}, "Write a day and a time as 2026-11-26T14:30."),
        ({"starts": ""}, "Choose a day and a time."),
        ({"engineer": "999"}, "Choose somebody active."),
        ({"units": "999"}, "Choose a unit of this rotation."),
        ({"ends": "2026-12-23T09:00"}, "Until: at most 14 days"),
    ],
)
def test_the_page_names_what_is_wrong(team, cast, sign_in, clock, fields, words):
    answer = sign_in(cast.manager).post(page(team.rotation), typed(cast, **fields))
    assert (answer.status_code, words in answer.content.decode()) == (422, True)


def test_the_next_hand_off_is_one_click_away(team, cast, sign_in, clock):
    shown = sign_in(cast.manager).get(page(team.rotation), {"until": "handoff"}).content.decode()
    assert 'value="2026-11-30T09:00"' in shown
    assert 'value="2026-11-23T12:00"' in sign_in(cast.manager).get(page(team.rotation)).content.decode()


def test_only_managers_find_the_page(team, cast, sign_in, clock):
    found = [sign_in(one).get(page(team.rotation)).status_code for one in (cast.a, cast.stranger, cast.administrator)]
    assert found == [404, 404, 200]


def test_the_page_asks_as_much_of_one_override_as_of_many(
    team, cast, sign_in, clock, take_over, django_assert_num_queries
):
    client = sign_in(cast.manager)
    take_over()
    for count in (1, 4):
        for number in range(1, count):
            start = NOW + dt.timedelta(days=number)
            take_over(span=Span(start, start + dt.timedelta(hours=2)))
        with django_assert_num_queries(8):
            client.get(page(team.rotation))


def test_the_verb_refuses_before_it_writes_anything(team, cast, take_over):
    with pytest.raises(ValidationError) as refusal:
        take_over(cast.b)
    assert [error.code for error in refusal.value.error_list] == ["confirm"]
