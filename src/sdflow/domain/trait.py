"""Trait: what a kind of content can be to the engine, which never asks for a kind by name.

A content model takes a trait by inheriting from it; references are declared to traits ("somebody who
acts") and the proof, the signing and the guards find what they need by them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from sdflow.domain.agreement import Contact, Promise, Signatory, SupportPromise
    from sdflow.domain.kind import Content
    from sdflow.domain.service_time import CalendarHours
    from sdflow.domain.structure import Route, Structure
    from sdflow.domain.terms import Term
    from sdflow.domain.waiver import Acceptance


@dataclass(frozen=True)
class HeldRole:
    """A role that a person holds, from and until when."""

    role: str
    since: date
    until: date | None

    def held_on(self, day: date) -> bool:
        """Whether the person holds the role on that day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class HeldCertificate:
    """A certificate with which a person signs; once revoked, it signs nothing from that day on."""

    fingerprint: str
    valid_from: datetime
    valid_until: datetime
    revoked_on: date | None = None
    reason: str | None = None

    def signs_on(self, day: date) -> bool:
        """Whether the person may sign with it on that day."""
        in_time = self.valid_from.date() <= day <= self.valid_until.date()
        return in_time and (self.revoked_on is None or day < self.revoked_on)


class Party:
    """Somebody for whom people act and sign: a unit, a team, a supplier."""

    ours: ClassVar[bool] = False
    """Whether it belongs to the organisation whose workspace it is, and writes under its name."""


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
    def revoked(self, fingerprint: str, day: date, reason: str) -> Content:
        """The content with a certificate that signs nothing from that day on."""

    @abstractmethod
    def held_certificates(self) -> tuple[HeldCertificate, ...]:
        """The certificates, in the order in which they were registered."""

    @abstractmethod
    def fingerprint(self, day: date) -> str | None:
        """SHA-256 fingerprint of the certificate with which the person signs on that day."""


class Reachable(ABC):
    """Somebody who can be told something."""

    @abstractmethod
    def mail_address(self) -> str | None:
        """The mail address; none where there is none."""

    @abstractmethod
    def working_calendar(self) -> str | None:
        """The calendar by which the person works, by reference; none where nobody has said."""


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

    @abstractmethod
    def needed_services(self) -> tuple[str, ...]:
        """Other services without which it does not work."""


@dataclass(frozen=True)
class CatalogueEntry:
    """What is said of something that is offered: what it does for the business, for whom, and what its failure means.

    `users` counts people. `customers` are those who use it, by reference. `next_review_on` is the day of the entry's
    own review, whatever is agreed of others.
    """

    purpose: str
    users: int | None
    customers: tuple[str, ...]
    criticality: str | None
    criticality_class: str | None
    support_contact: Contact | None
    next_review_on: date | None


class Catalogued(ABC):
    """Something that stands in the service catalogue."""

    @abstractmethod
    def catalogue_entry(self) -> CatalogueEntry:
        """What the catalogue says of it."""


class Provable:
    """Something that is held against what it rests on and what rests on it: it has a proof, and findings of it are waived."""


class Promising(Provable, ABC):
    """An agreement that promises a service to a customer."""

    @abstractmethod
    def promise(self) -> Promise | None:
        """What is promised; none where it only states clauses that others inherit."""


@dataclass(frozen=True)
class Inheritance:
    """Clauses, by their paths, that come from a wider agreement."""

    wider: str
    paths: tuple[str, ...]


class Inheriting(ABC):
    """Something that may take clauses over from a wider agreement."""

    @abstractmethod
    def inherits(self) -> Inheritance | None:
        """Which clauses come from where."""


@dataclass(frozen=True)
class RequiredClause:
    """One requirement: how much it matters, what it says, and by which clause of which agreement it is answered."""

    weight: str
    statement: str
    measured_by: str | None
    reply: str | None
    agreement: str | None
    clause: str | None


class Requiring(ABC):
    """Something that states requirements, which agreements answer."""

    @abstractmethod
    def required_clauses(self) -> Mapping[str, RequiredClause]:
        """The requirements by their keys."""


class Answering(ABC):
    """An agreement that answers a statement of requirements."""

    @abstractmethod
    def answered_requirement(self) -> str | None:
        """The record whose requirements it answers."""


class Supporting(Provable, ABC):
    """An agreement on which promises to customers may rest."""

    @abstractmethod
    def support(self) -> SupportPromise:
        """What is promised."""


class Lasting(ABC):
    """Something that holds for a term."""

    @abstractmethod
    def agreed_term(self) -> Term:
        """The term as it was agreed, before any notice."""


class Waiving(ABC):
    """Something by which a finding about an agreement is accepted for a time."""

    @abstractmethod
    def accepted(self) -> Acceptance:
        """What is accepted, up to which gap and until when."""

    @classmethod
    @abstractmethod
    def proposing(cls, acceptance: Acceptance, reason: str, owner: str) -> Content:
        """A content that accepts this; the owner is the person who answers for it."""


class Adoptable(ABC):
    """Something that may have been signed elsewhere and is taken in with its paper."""

    @abstractmethod
    def signed_elsewhere_on(self) -> date | None:
        """When it was signed elsewhere; none where it is signed here."""

    @abstractmethod
    def with_paper(self, file_name: str, sha256: str) -> Content:
        """The content with the paper on which it was signed."""


class Concluding(ABC):
    """Something from whose content a conclusion follows by rule, such as that a test was passed."""

    @abstractmethod
    def conclusion(self) -> str:
        """The conclusion as one word of its life cycle, such as passed; empty while it cannot be drawn."""


class Sole(ABC):
    """Something of which there is one at a time for what it is about, as long as it is open or what it found stands."""

    @abstractmethod
    def sole_for(self) -> Mapping[str, str]:
        """What it is about, as fields with their values; empty where others may be about the same."""


class Signable(ABC):
    """Something that parties sign."""

    @abstractmethod
    def signing_order(self) -> tuple[Signatory, ...]:
        """Who signs, by turns, each with its turn."""
