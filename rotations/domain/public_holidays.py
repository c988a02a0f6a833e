"""Public holidays from the holidays library; imported where it is used, as it is heavy for a web process."""

from __future__ import annotations

import datetime as dt


def public_holidays(calendar: str, year: int) -> dict[dt.date, str]:
    """English names of the public holidays of a country (US) or region (DE-BE) by local day, observed days included."""
    import holidays  # noqa: PLC0415  (a third of a second and 21 MB)

    country, _, region = calendar.partition("-")
    table = holidays.country_holidays(country, subdiv=region or None, years=year, language="en_US")
    return {day: table[day] for day in sorted(table)}
