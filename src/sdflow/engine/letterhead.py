"""Letterhead: what every document of the organisation shows beside its own view: whose it is, of which day, and made by what."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Organisation:
    """Whose workspace it is, its colours, and its logo as the `data:` address of a picture, if it has one."""

    name: str
    primary: str = "#123a5f"
    accent: str = "#f0b429"
    logo: str | None = None


def letterhead(organisation: Organisation, day: date, generator: str) -> dict[str, Any]:
    """What the templates are given of an organisation, a day, and the program with its version."""
    return {"organisation": asdict(organisation), "effective_on": day, "generator": generator}
