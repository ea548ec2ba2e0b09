"""Rate cards: what universities charge for IT, as records."""

from __future__ import annotations

from typing import Any

from real_input.figures import Entry, price, week
from real_input.records import RecordText, calendar, corporate_sla


def _charge(key: str, published: str) -> dict[str, Any]:
    title = key.replace("_", " ").capitalize()
    if published.endswith("%"):
        return {"title": title, "markup_percent": published[:-1].strip(), "currency": "USD", "per": "purchase"}
    return {"title": title, **price(published)}


def _rate_card(entry: Entry, name: str, zone: str, term: dict[str, str]) -> list[RecordText]:
    """A corporate agreement on charges; rate cards name no hours, so office hours stand in for them."""
    office = calendar(f"CAL-{name}", "Office hours", zone, week("Mon-Fri 08:00-17:00"))
    charges = {key: _charge(key, published) for key, published in entry["rates"].items()}
    hours = {"service": f"CAL-{name}", "support": f"CAL-{name}"}
    return [office, *corporate_sla(name, "IT charging rates of a university", hours, term=term, charges=charges)]


def uni(entry: Entry) -> list[RecordText]:
    return _rate_card(entry, "UNI-FY23", "America/Chicago", {"start_on": "2022-07-01", "end_on": "2023-06-30"})


def uaf(entry: Entry) -> list[RecordText]:
    return _rate_card(entry, "UAF-FY24", "America/Anchorage", {"start_on": "2023-07-01", "end_on": "2024-06-30"})
