"""Workspace: the parts that an operation works with, wired by bootstrap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sdflow.adapters.pages import Pages
from sdflow.adapters.pdf import PdfPress
from sdflow.adapters.rule_engine import RuleEngine
from sdflow.adapters.storage import Storage
from sdflow.engine.definitions import Definitions

HolidaySource = Callable[[str, str | None, date, date], dict[date, str]]


@dataclass(frozen=True)
class Organisation:
    """Whose workspace it is, and its colours."""

    name: str
    primary: str = "#123a5f"
    accent: str = "#f0b429"


@dataclass(frozen=True)
class Workspace:
    """Storage, definitions and tools of one workspace.

    `versions` names the versions of sdflow and of the zone and holiday data, for envelopes.
    """

    folder: Path
    organisation: Organisation
    storage: Storage
    definitions: Definitions
    rules: RuleEngine
    holidays: HolidaySource
    pages: Pages
    press: PdfPress
    versions: Mapping[str, str]
    own_login_only: bool = False


@dataclass(frozen=True)
class Occasion:
    """When and by whom something is done: the actor, the login behind it, the instant and the business date."""

    actor: str
    name: str
    login: str
    recorded_at: datetime
    today: date
