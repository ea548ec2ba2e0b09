"""Public holidays: the dates on which a country or a part of it rests."""

from __future__ import annotations

from datetime import date
from importlib import metadata

from sdflow.domain.errors import Unreadable


def version() -> str:
    """The version of the data, recorded with everything computed from it."""
    import holidays

    return metadata.version(holidays.__name__)


def public_holidays(country: str, subdivision: str | None, first: date, last: date) -> dict[date, str]:
    """The public holidays between two days, inclusive, with their English names.

    Raises `Unreadable` for a country or subdivision that is not known.
    """
    import holidays

    try:
        found = holidays.country_holidays(
            country, subdiv=subdivision, years=range(first.year, last.year + 1), language=_english(country)
        )
    except NotImplementedError:
        known = holidays.list_supported_countries().get(country)
        reason = (
            f"{country} has no subdivision {subdivision}; known: {', '.join(known)}"
            if known
            else f"no public holidays are known for the country {country}"
        )
        raise Unreadable.because("public holidays", reason, field="holidays") from None
    return {day: found[day] for day in sorted(found) if first <= day <= last}


def _english(country: str) -> str | None:
    import holidays

    languages = holidays.list_localized_countries().get(country, [])
    return next((language for language in languages if language.startswith("en")), None)
