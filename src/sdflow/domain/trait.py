"""Trait: what a kind of content can be to the engine, which never asks for a kind by name.

A content model takes a trait by inheriting from it; references are declared to traits ("somebody who
acts") and the proof, the signing and the guards find what they need by them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sdflow.domain.agreement import Promise, Signatory, SupportPromise
    from sdflow.domain.kind import Content
    from sdflow.domain.service_time import CalendarHours
    from sdflow.domain.structure import Route, Structure
    from sdflow.domain.terms import Term


@dataclass(frozen=True)
class HeldRole:
    """A role that a person holds, from and until when."""

    role: str
    since: date
    until: date | None

    def held_on(self, day: date) -> bool:
        """Whether the person holds the role on that day."""
        return self.since <= day and (self.until is None or day <= self.until)


class Party:
    """Somebody for whom people act and sign: a unit, a team, a supplier."""


class Acting(ABC):
    """Somebody who acts: a person."""

    @abstractmethod
    def login_name(self) -> str | None:
        """The operating-system login that stands for this person."""

    @abstractmethod
    def held_roles(self) -> tuple[HeldRole, ...]:
        """The roles, past and present."""

    @abstractmethod
    def acts_for(self) -> str | None:
        """The party for which the person acts."""

    @abstractmethod
    def certified(self, fingerprint: str, valid_from: datetime, valid_until: datetime) -> Content:
        """The content with a further certificate."""

    @abstractmethod
    def fingerprint(self, day: date) -> str | None:
        """SHA-256 fingerprint of the certificate with which the person signs on that day."""


class Timed(ABC):
    """Something that says when it is open."""

    @abstractmethod
    def holiday_region(self) -> tuple[str, str | None] | None:
        """Country and subdivision whose public holidays it keeps."""

    @abstractmethod
    def open_hours(self, holidays: Mapping[date, str]) -> CalendarHours:
        """The calendar, with the public holidays of its region given by date and name."""


class Dependent(ABC):
    """A part that may need other parts."""

    @abstractmethod
    def needs(self) -> tuple[str, ...]:
        """References of the parts without which this one stands still."""


class Structured(ABC):
    """Something made of parts and reached by support routes."""

    @abstractmethod
    def built_of(self) -> Structure:
        """How it is made of parts."""

    @abstractmethod
    def support_routes(self) -> Mapping[str, Route]:
        """The support routes by their keys."""


class Promising(ABC):
    """An agreement that promises a service to a customer."""

    @abstractmethod
    def promise(self) -> Promise:
        """What is promised."""


class Supporting(ABC):
    """An agreement on which promises to customers may rest."""

    @abstractmethod
    def support(self) -> SupportPromise:
        """What is promised."""


class Lasting(ABC):
    """Something that holds for a term."""

    @abstractmethod
    def agreed_term(self) -> Term:
        """The term as it was agreed, before any notice."""


class Signable(ABC):
    """Something that parties sign."""

    @abstractmethod
    def signing_order(self) -> tuple[Signatory, ...]:
        """Who signs, in order."""
