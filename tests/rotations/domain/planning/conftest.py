from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

OWNERS = {
    "ProfitUnit": ["A", "B"],
    "ProfitAgg": ["C", "D"],
    "GrowthAgg": ["A", "D"],
    "GrowthDaily": ["B", "C"],
    "Engagement": ["C", "B"],
}


def reference_team(weeks: int = 13, trained: bool = False) -> dict[str, Any]:
    """The reference team: four engineers, five pipelines, four roles a week at most."""
    start = date(2026, 1, 5)
    holidays = [date(2026, 1, 19), date(2026, 2, 16), date(2026, 5, 25), date(2026, 6, 15)]
    return {
        "name": "reference team",
        "start": start.isoformat(),
        "weeks": weeks,
        "weights": {"primary": 2, "secondary": 1},
        "rules": {
            "max_roles_per_engineer_week": 4,
            "min_weeks_between_primary": 0,
            "max_consecutive_weeks": None,
            "scope": "pipeline",
        },
        "engineers": [engineer(id) for id in "ABCD"],
        "units": [
            {"id": unit, "qualified": list("ABCD") if trained else owners, "owners": owners}
            for unit, owners in OWNERS.items()
        ],
        "pins": [],
        "holidays": {"US": {day.isoformat(): 1 for day in holidays if day < start + timedelta(weeks=weeks)}},
    }


def engineer(id: str) -> dict[str, Any]:
    return {
        "id": id,
        "country": "US",
        "capacity_percent": 100,
        "joins": None,
        "leaves": None,
        "weeks_off": [],
        "weeks_partial": [],
        "wanted": [],
        "unwanted": [],
        "ledger": {"weighted_load": 0, "capacity_weeks": 0.0},
    }


@pytest.fixture
def team() -> Callable[..., dict[str, Any]]:
    return reference_team
