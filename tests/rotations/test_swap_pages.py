"""Pages of swaps and their room in the admin: what each shows to whom, and that nothing is decided blindly."""

import datetime as dt

import pytest

from rotations.models import Cover, Membership, Swap
from rotations.verbs.swap_making import offer
from rotations.verbs.swaps import accept, approve_swap, undo
from rotations.verbs.time_off import request_time_off
from tests.factories import at, make_shift
from tests.rotations.test_swaps import BEFORE, holders, whole

KEY = "20261123T0900"


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: BEFORE)


@pytest.fixture
def offered(team, cast):
    return offer(cast.a, [whole(team.shifts.profit_primary)], asked=cast.c, note="At a wedding", by=cast.a, at=BEFORE)


@pytest.fixture
def agreed(offered, cast):
    return accept(offered, by=cast.c, at=BEFORE)


def seen_on(client, path):
    page = client.get(path).context["page"]
    return page.effect.seen


def test_without_swaps_the_page_says_what_could_be_done(team, cast, sign_in):
    shown = sign_in(cast.a).get("/swaps/").content.decode()
    assert "Nobody offers you duty at the moment." in shown
    assert "You have no swap under way." in shown
    assert "None of your swaps is over yet." in shown


def test_an_offer_stands_with_whom_it_concerns(offered, cast, sign_in):
    words = "primary of Profit, Mon 23 Nov, 09:00 to Mon 30 Nov 2026, 09:00"
    lists = {name: sign_in(getattr(cast, name)).get("/swaps/").context for name in ("a", "c", "d", "manager")}
    assert {name: [row.duty for row in page["offered"]] for name, page in lists.items()} == {
        "a": [],
        "c": [(words,)],
        "d": [],
        "manager": [],
    }
    assert {name: len(page["mine"]) for name, page in lists.items()} == {"a": 1, "c": 0, "d": 0, "manager": 0}


def test_an_offer_to_everybody_is_shown_to_the_qualified_alone(team, cast, sign_in):
    team.profit.trainings.filter(engineer=cast.d).delete()
    offer(cast.a, [whole(team.shifts.profit_primary)], by=cast.a, at=BEFORE)
    found = {name: len(sign_in(getattr(cast, name)).get("/swaps/").context["offered"]) for name in ("b", "c", "d")}
    assert found == {"b": 1, "c": 1, "d": 0}


def test_duty_is_offered_from_the_page(team, cast, sign_in):
    client, shift = sign_in(cast.a), team.shifts.profit_primary
    assert "Week of Mon 23 Nov 2026" in client.get("/swaps/new/").content.decode()
    assert "Offer it" in client.get("/swaps/new/", {"shift": shift.pk}).content.decode()
    typed = {"pieces": f"{shift.pk}-{KEY}", "starts": "2026-11-25T00:00", "ends": "2026-11-26T00:00", "to": cast.d.pk}
    assert client.post(f"/swaps/new/?shift={shift.pk}", typed).status_code == 302
    part = Swap.objects.get().parts.get()
    assert (part.starts_at, part.ends_at, part.taker) == (at("2026-11-25 00:00"), at("2026-11-26 00:00"), cast.d)


def test_an_exchange_shows_their_duty_first(team, cast, sign_in):
    client = sign_in(cast.a)
    mine, theirs = team.shifts.profit_primary, make_shift(team.on_growth, cast.c, week="2026-11-30")
    typed = {"pieces": f"{mine.pk}-{KEY}", "to": cast.c.pk, "note": "For the wedding"}
    shown = client.post("/swaps/new/", {**typed, "show": "theirs"})
    assert shown.status_code == 200
    assert "primary of Growth, Mon 30 Nov, 09:00" in shown.content.decode()
    assert "For the wedding" in shown.content.decode()
    assert client.post("/swaps/new/", {**typed, "theirs": f"{theirs.pk}-20261130T0900"}).status_code == 302
    assert Swap.objects.get().kind == Swap.Kind.EXCHANGE


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"pieces": []}, "Choose at least one."),
        ({"pieces": ["1-19990101T0000"]}, "This duty is no longer yours."),
        ({"to": "999"}, "Choose somebody of this rotation."),
        ({"starts": "x"}, "Write a day and a time as 2026-11-26T14:30."),
        ({"starts": "2026-11-26T00:00", "ends": "2026-11-25T00:00"}, "Only until: use a later time than from."),
        ({"starts": "2026-12-26T00:00"}, "some of the chosen duty lies outside of that."),
        ({"to": "b"}, "Profit would have one person in both roles"),
        ({"note": "x" * 301}, "at most 300 characters"),
    ],
)
def test_what_is_wrong_is_named_on_the_page(team, cast, sign_in, fields, words):
    shift = team.shifts.profit_primary
    fields = {key: cast.b.pk if value == "b" else value for key, value in fields.items()}
    answer = sign_in(cast.a).post("/swaps/new/", {"pieces": [f"{shift.pk}-{KEY}"], "to": "", **fields})
    assert (answer.status_code, words in answer.content.decode(), Swap.objects.count()) == (422, True, 0)


def test_who_has_no_duty_reads_so(team, cast, sign_in):
    assert "there is nothing to swap" in sign_in(cast.stranger).get("/swaps/new/").content.decode()
    assert sign_in(cast.a).get("/swaps/new/", {"for": cast.b.pk}).status_code == 404
    assert sign_in(cast.manager).get("/swaps/new/", {"for": "x"}).status_code == 404


def test_a_manager_swaps_for_others_and_approves_on_the_next_page(team, cast, sign_in):
    client, shift = sign_in(cast.manager), team.shifts.profit_primary
    typed = {"pieces": f"{shift.pk}-{KEY}", "to": cast.c.pk}
    answer = client.post(f"/swaps/new/?for={cast.a.pk}&shift={shift.pk}", typed)
    swap = Swap.objects.get()
    assert (answer.status_code, swap.state, swap.made_by) == (302, "accepted", cast.manager)
    seen = seen_on(client, answer["Location"])
    assert client.post(f"/swaps/{swap.pk}/approve/", {"seen": seen}).status_code == 302
    assert holders(shift) == [("C", "23 09:00")]


def test_one_swap_from_offer_to_undoing_on_its_page(offered, team, cast, sign_in):
    path = f"/swaps/{offered.pk}/"
    a, c, manager = (sign_in(one) for one in (cast.a, cast.c, cast.manager))
    assert "At a wedding" in c.get(path).content.decode()
    assert c.post(f"{path}accept/", {"seen": seen_on(c, path)}).status_code == 302
    assert "waits for a manager" in a.get(path).content.decode()
    assert manager.post(f"{path}approve/", {"seen": seen_on(manager, path)}).status_code == 302
    assert "Covered by" in a.get(path).content.decode()
    assert c.post(f"{path}undo/", {"seen": seen_on(c, path)}).status_code == 302
    assert "You asked to undo it" in c.get(path).content.decode()
    assert a.post(f"{path}undo/", {"seen": seen_on(a, path)}).status_code == 302
    assert "undone" in a.get(path).content.decode()
    assert holders(team.shifts.profit_primary) == [("A", "23 09:00")]


def test_steps_that_need_no_agreement(offered, team, cast, sign_in):
    path, a, c = f"/swaps/{offered.pk}/", sign_in(cast.a), sign_in(cast.c)
    c.post(f"{path}accept/")
    assert c.post(f"{path}hand-back/").status_code == 302
    assert c.post(f"{path}turn-down/", {"note": "On a boat"}).status_code == 302
    assert "On a boat" in a.get(path).content.decode()
    again = offer(cast.a, [whole(team.shifts.profit_primary)], by=cast.a, at=BEFORE)
    assert a.post(f"/swaps/{again.pk}/withdraw/").status_code == 302
    assert [row["state"] for row in Swap.objects.order_by("pk").values("state")] == ["declined", "withdrawn"]


def test_what_changed_since_the_page_was_drawn_is_shown_again(agreed, team, cast, sign_in):
    manager, path = sign_in(cast.manager), f"/swaps/{agreed.pk}/"
    seen = seen_on(manager, path)
    make_shift(team.on_growth, cast.a, week="2026-11-16")
    team.shifts.profit_secondary.delete()
    answer = manager.post(f"{path}approve/", {"seen": seen})
    assert answer.status_code == 302  # a place that was empty before is no change that the swap makes
    assert Cover.objects.filter(swap=agreed).count() == 1


def test_what_cannot_land_any_more_is_refused_on_the_page(agreed, cast, sign_in):
    Membership.objects.filter(engineer=cast.c).update(leaves_on=dt.date(2026, 11, 24))
    manager, path = sign_in(cast.manager), f"/swaps/{agreed.pk}/"
    assert "As things are, it cannot be" in manager.get(path).content.decode()
    answer = manager.post(f"{path}approve/")
    assert answer.status_code == 422
    assert "Data Engineer C is not in Data for all of this time." in answer.content.decode()


def test_others_see_nothing_of_a_swap(agreed, cast, sign_in):
    people = (cast.a, cast.c, cast.manager, cast.administrator, cast.b, cast.stranger)
    assert [sign_in(one).get(f"/swaps/{agreed.pk}/").status_code for one in people] == [200, 200, 200, 200, 404, 404]


def test_only_who_may_know_of_the_time_off_sees_it(team, cast, sign_in):
    day = dt.date(2026, 11, 25)
    request = request_time_off(cast.a, day, day, "vacation", by=cast.a, at=BEFORE)
    pieces = [whole(team.shifts.profit_primary)]
    swap = offer(cast.a, pieces, asked=cast.c, time_off=request, by=cast.a, at=BEFORE)
    people = (cast.a, cast.c, cast.manager)
    assert ["For time off" in sign_in(one).get(f"/swaps/{swap.pk}/").content.decode() for one in people] == [
        *(True, False, True)
    ]


# --- the managers' room


def test_the_room_lists_what_waits_with_what_it_does(agreed, cast, sign_in):
    shown = sign_in(cast.manager).get("/admin/rotations/swap/").content.decode()
    assert "Data Engineer A to Data Engineer C" in shown
    assert "Data Engineer C covers. Nobody is left uncovered." in shown


def test_a_manager_decides_in_the_room(agreed, team, cast, sign_in):
    manager, path = sign_in(cast.manager), f"/admin/rotations/swap/{agreed.pk}"
    assert manager.post(f"{path}/decline/", {"note": ""}).status_code == 422
    assert manager.post(f"{path}/approve/", {"seen": "0" * 16}).status_code == 422
    assert manager.post(f"{path}/approve/", {"seen": seen_on(manager, f"{path}/change/")}).status_code == 302
    assert "Undo it" in manager.get(f"{path}/change/").content.decode()
    assert manager.post(f"{path}/undo/", {"seen": seen_on(manager, f"{path}/change/")}).status_code == 302
    assert manager.post(f"{path}/undo/").status_code == 422
    assert holders(team.shifts.profit_primary) == [("A", "23 09:00")]


def test_many_are_approved_one_after_the_other(agreed, team, cast, sign_in):
    """Each against what those before it have done."""
    second = offer(cast.b, [whole(team.shifts.profit_secondary)], asked=cast.d, by=cast.b, at=BEFORE)
    second = accept(second, by=cast.d, at=BEFORE)
    manager = sign_in(cast.manager)
    chosen = {"action": "approve_selected", "_selected_action": [agreed.pk, second.pk]}
    shown = manager.post("/admin/rotations/swap/", chosen)
    previews = shown.context["previews"]
    assert [preview.request for preview in previews] == [agreed, second]
    seen = {f"seen-{preview.request.pk}": preview.seen for preview in previews}
    assert manager.post("/admin/rotations/swap/", {**chosen, **seen, "confirm": "yes"}).status_code == 302
    assert {swap.state for swap in Swap.objects.all()} == {"approved"}


# --- what waits, and how much is asked


def test_now_says_what_waits_for_whom(agreed, team, cast, sign_in):
    offer(cast.b, [whole(team.shifts.profit_secondary)], by=cast.b, at=BEFORE)
    waiting = {
        name: [item.words for item in sign_in(getattr(cast, name)).get("/").context["page"].waiting]
        for name in ("manager", "d")
    }
    week = "Mon 23 Nov, 09:00 to Mon 30 Nov 2026, 09:00"
    assert waiting == {
        "manager": [f"Data Engineer A and Data Engineer C want to swap duty, primary of Profit, {week}"],
        "d": [f"Data Engineer B offers secondary of Profit, {week}"],
    }
    approve_swap(agreed, by=cast.manager, at=BEFORE)
    undo(agreed, by=cast.c, at=BEFORE)
    (asked,) = sign_in(cast.a).get("/").context["page"].waiting[:1]
    assert asked.words.startswith("Data Engineer B offers")
    assert "Data Engineer C asks you to undo a swap, primary of Profit" in str(
        sign_in(cast.a).get("/").context["page"].waiting
    )


def test_the_list_asks_as_much_of_one_swap_as_of_many(team, cast, sign_in, django_assert_num_queries):
    client = sign_in(cast.manager)
    for week in ("2026-11-30", "2026-12-07", "2026-12-14"):
        shift = make_shift(team.on_profit, cast.a, week=week)
        accept(offer(cast.a, [whole(shift)], asked=cast.c, by=cast.a, at=BEFORE), by=cast.c, at=BEFORE)
        with django_assert_num_queries(20):
            client.get("/swaps/")


def test_one_swap_asks_as_much_with_one_part_as_with_many(team, cast, sign_in, django_assert_num_queries):
    client = sign_in(cast.manager)
    first = make_shift(team.on_profit, cast.a, week="2026-11-30")
    second = make_shift(team.on_growth, cast.a, week="2026-11-30")
    few = accept(
        offer(cast.a, [whole(team.shifts.profit_primary)], asked=cast.c, by=cast.a, at=BEFORE), by=cast.c, at=BEFORE
    )
    many = accept(
        offer(cast.a, [whole(first), whole(second)], asked=cast.d, by=cast.a, at=BEFORE), by=cast.d, at=BEFORE
    )
    for swap in (few, many):
        with django_assert_num_queries(28):
            client.get(f"/swaps/{swap.pk}/")
