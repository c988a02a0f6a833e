"""What changed since a plan was made, in words."""

from rotations.domain.basis import Called, duty_changed, facts_changed, shortened

CALLED = Called({1: "Ada", 2: "Bo"}, {1: "Profit unit"}, {1: "Profit"})
BASIS = {
    "members": [[1, "2026-01-05", None, 100]],
    "absences": [[1, "2026-02-02T00:00:00+00:00", "2026-02-03T00:00:00+00:00"]],
    "places": [[1, 1, None, None]],
    "owners": [[1, 1, 2, "2020-01-01", None]],
    "trained": [[1, 2, None]],
    "shifts": {"1": "1/1", "2": "2/1"},
    "rules": {"zone": "UTC", "max_roles_per_week": 4},
}


def changed(**parts):
    return facts_changed(BASIS, {**BASIS, **parts}, CALLED)


def test_nothing_changed_is_nothing_to_say():
    assert changed() == ()


def test_each_change_is_told_with_name_and_day():
    assert changed(members=[*BASIS["members"], [2, "2026-03-02", "2026-06-01", 100]]) == (
        "Bo joins on Mon 2 Mar 2026 and leaves on Mon 1 Jun 2026",
    )
    assert changed(members=[]) == ("Ada is no member any more",)
    assert changed(members=[[1, "2026-01-05", "2026-03-02", 100]]) == (
        "Ada is now a member from Mon 5 Jan 2026 and leaves on Mon 2 Mar 2026",
    )
    assert changed(absences=[]) == ("Ada is no longer away from Mon 2 Feb 2026, or for other days",)
    assert changed(absences=[*BASIS["absences"], [2, "2026-02-09T00:00:00+00:00", "2026-02-10T00:00:00+00:00"]]) == (
        "Bo has time off from Mon 9 Feb 2026",
    )
    assert changed(places=[]) == ("Profit left the unit Profit unit",)
    assert changed(owners=[[1, 2, 1, "2020-01-01", None]]) == ("Profit has other owners",)
    assert changed(trained=[]) == ("Bo is not trained on Profit any more",)
    assert changed(rules={"zone": "UTC", "max_roles_per_week": 3}) == ("the rule max roles per week went from 4 to 3",)


def test_shifts_that_were_set_moved_or_removed_are_counted():
    assert duty_changed(BASIS, {**BASIS, "shifts": {"1": "2/2", "3": "1/1"}}) == 3


def test_many_words_are_cut():
    assert shortened(str(number) for number in range(10))[-1] == "and 2 more"
