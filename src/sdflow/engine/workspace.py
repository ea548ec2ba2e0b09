"""Workspace: the parts that an operation works with, wired by bootstrap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from sdflow.adapters.pages import Pages
from sdflow.adapters.rule_engine import RuleEngine
from sdflow.adapters.storage import Storage
from sdflow.domain.calendar_entry import CalendarWriter
from sdflow.domain.document import Manuscript
from sdflow.domain.message import Post
from sdflow.domain.signature import TimestampAuthority, Trust
from sdflow.engine.definitions import Definitions
from sdflow.engine.letterhead import Organisation, letterhead
from sdflow.engine.printing import Order, Printing

AUTHORITY = "authority"
HolidaySource = Callable[[str, str | None, date, date], dict[date, str]]


@dataclass(frozen=True)
class Workspace:
    """Storage, definitions and tools of one workspace.

    `versions` names the versions of sdflow and of the zone and holiday data, for envelopes. `timestamps` is asked for
    the time of each signature, if the settings name one; `trust` says whose stamps and revocations are believed. `post` is how
    people are told something.
    """

    folder: Path
    organisation: Organisation
    storage: Storage
    definitions: Definitions
    rules: RuleEngine
    holidays: HolidaySource
    pages: Pages
    printing: Printing
    calendar_file: CalendarWriter
    versions: Mapping[str, str]
    own_login_only: bool = False
    accessible: bool = False
    timestamps: TimestampAuthority | None = None
    trust: Trust = field(default_factory=Trust)
    post: Post = field(default_factory=Post)

    @property
    def authority_folder(self) -> Path:
        """The folder with the certificates and the list of the workspace's own authority, if it has one."""
        return self.folder / AUTHORITY

    @property
    def generator(self) -> str:
        """The program with its version, as documents name what made them."""
        return f"sdflow {self.versions['sdflow']}"

    def manuscript(self, title: str, day: date, *, accessible: bool = False) -> Manuscript:
        """The manuscript of a document of the organisation, dated on a day and still without its page.

        It is accessible where that is asked for, or where the settings have every document so.
        """
        return Manuscript(
            html="",
            title=title,
            author=self.organisation.name,
            dated_at=datetime.combine(day, time(0), tzinfo=UTC),
            identifier="",
            accessible=accessible or self.accessible,
        )

    def letterhead(self, day: date) -> dict[str, Any]:
        """What the templates of documents of a day are given of the organisation."""
        return letterhead(self.organisation, day, self.generator)

    def order(
        self, template: str, title: str, day: date, view: Mapping[str, Any], *, accessible: bool = False
    ) -> Order:
        """The order of a document of a day that belongs to no version: its template with its view, under the letterhead."""
        manuscript = self.manuscript(title, day, accessible=accessible)
        return Order(template, {**self.letterhead(day), **view}, manuscript)


@dataclass(frozen=True)
class Occasion:
    """When and by whom something is done: the actor, the login behind it, the instant and the business date."""

    actor: str
    name: str
    login: str
    recorded_at: datetime
    today: date
