"""Public holidays: stored from the library by the pager, and the table of calendars that forms accept."""

import datetime as dt

import holidays
import pytest
from django.core.exceptions import ValidationError

from pipelines.domain.holiday_calendars import REGIONS, holiday_calendar_error
from rotations.domain.public_holidays import public_holidays
from rotations.models import PublicHoliday
from rotations.verbs.holidays import claim_holidays, store_claimed_holidays, store_holidays
from tests.factories import make_engineer, make_holiday, make_rotation


def test_the_table_of_calendars_is_that_of_the_library():
    known = holidays.list_supported_countries(include_aliases=False)
    assert {country: set(regions) for country, regions in REGIONS.items()} == {
        country: {region for region in regions if " " not in region} for country, regions in known.items()
    }


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("US", ""),
        ("DE-BE", ""),
        ("XX", "'XX' is no known calendar of public holidays"),
        ("us", "'us' is no known calendar of public holidays"),
        ("DE-ZZ", "DE has no region 'ZZ'"),
        ("", "'' is no known calendar"),
    ],
)
def test_a_wrong_calendar_is_refused_in_words(key, words):
    assert holiday_calendar_error(key).startswith(words)
    assert bool(holiday_calendar_error(key)) == bool(words)


def test_days_come_with_their_names_and_regions_differ():
    berlin, germany = public_holidays("DE-BE", 2026), public_holidays("DE", 2026)
    assert germany[dt.date(2026, 12, 25)] == "Christmas Day"
    assert set(berlin) - set(germany) == {dt.date(2026, 3, 8)}


def test_storing_twice_changes_nothing_and_a_day_that_is_gone_goes(db, monday):
    make_holiday("2026-02-27", "Abolished")
    store_holidays("US", 2026, monday)
    once = list(PublicHoliday.objects.values_list("pk", "calendar", "day", "name"))
    store_holidays("US", 2026, monday)
    assert list(PublicHoliday.objects.values_list("pk", "calendar", "day", "name")) == once
    assert dt.date(2026, 2, 27) not in [row[2] for row in once]
    assert (dt.date(2026, 11, 26), "Thanksgiving Day") in [row[2:] for row in once]


def test_the_pager_stores_what_somebody_uses_and_then_has_nothing_left_to_do(db, monday):
    make_engineer(holiday_calendar="US")
    make_rotation(holiday_calendar="DE-BE")
    claimed = claim_holidays(monday, 10)
    assert claimed == [(key, year) for key in ("DE-BE", "US") for year in (2026, 2027, 2028)]
    for claim in claimed:
        store_claimed_holidays(claim, monday)
    assert claim_holidays(monday, 10) == []
    assert claim_holidays(monday + dt.timedelta(days=91), 10)[-1] == ("US", 2029)


def test_a_year_without_any_holiday_is_not_asked_for_again(db, monday):
    make_engineer(holiday_calendar="UA")
    store_holidays("UA", 2026, monday)
    assert not PublicHoliday.objects.exists()
    assert ("UA", 2026) not in claim_holidays(monday, 10)


def test_an_engineer_with_an_unknown_calendar_is_refused_by_field(db):
    engineer = make_engineer(holiday_calendar="ATLANTIS")
    with pytest.raises(ValidationError) as refused:
        engineer.full_clean()
    assert list(refused.value.message_dict) == ["holiday_calendar"]
