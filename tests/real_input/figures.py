"""Figures: what published terms say in a few words, as the texts that record files want."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

Entry = Mapping[str, Any]
"""One published agreement; every figure is still the text that was published."""

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MINUTES = {"min": 1, "h": 60, "d": 24 * 60}


def minutes(published: str) -> str:
    """Minutes of a length such as "4 h"; what comes before or after it is left to the reader."""
    found = re.search(r"(\d+) ?(?:support hours|(min|h|d))\b", published)
    assert found, f"{published!r} is no length of time"
    return str(int(found[1]) * _MINUTES[found[2] or "h"])


def hours(published: str) -> str:
    """The hours of a length such as "30+ days" or "2 h"."""
    found = re.search(r"(\d+)\+? (h|days)\b", published)
    assert found, f"{published!r} is no length in hours or days"
    return str(int(found[1]) * {"h": 1, "days": 24}[found[2]])


def days(published: str) -> str | None:
    """The days of a length such as "3 d"; none where it is not in days."""
    found = re.fullmatch(r"(\d+) d", published)
    return found[1] if found else None


def windows(published: str) -> list[str]:
    """The windows that a text names, such as 07:30-17:30; 24x7 is the whole day."""
    return ["00:00-24:00"] if published.startswith("24x7") else re.findall(r"\d\d:\d\d-\d\d:\d\d", published)


def week(published: str) -> dict[str, list[str]]:
    """The week of a text such as "Mon-Fri 07:30-17:30", "24x7" or "06:00-18:00 x5"."""
    five = "Mon-Fri" in published or "x5" in published
    assert five or "x7" in published, f"{published!r} does not say on which days"
    return every(DAYS[:5] if five else DAYS, *windows(published))


def every(days: Iterable[str], *opens: str) -> dict[str, list[str]]:
    """A week in which the same windows open on each of the days."""
    return {day: list(opens) for day in days}


def price(published: str) -> dict[str, str]:
    """Amount, currency and unit of a price such as "40.00 USD/FTE/month"."""
    found = re.fullmatch(r"([\d.]+) ([A-Z]{3})/(.+)", published)
    assert found, f"{published!r} is no price"
    return {"amount": found[1], "currency": found[2], "per": found[3]}
