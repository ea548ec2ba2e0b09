"""Person: somebody who acts, with roles and certificates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from sdflow.domain.kind import HOUSEKEEPING, Content, Description, Key, Line, Reference, RefersTo, Strict
from sdflow.domain.trait import Acting, HeldCertificate, HeldRole, Party, Reachable, Timed

Fingerprint = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class RolePeriod(Strict):
    """From and until when a role is held; until none, it goes on."""

    since: date
    until: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until < self.since:
            raise ValueError(f"ends on {self.until}, before it starts on {self.since}")
        return self


class Certificate(Strict):
    """A certificate with which a person signs."""

    fingerprint: Fingerprint = Field(description="SHA-256 of the certificate, in hexadecimal")
    valid_from: datetime
    valid_until: datetime
    revoked_on: date | None = Field(None, description="From which day on nothing is signed with it")
    revocation_reason: Line | None = Field(None, description="Why it was revoked")


class Person(Content, Acting, Reachable):
    """Somebody who acts; the title is the person's name."""

    description = Description("person", "Person", "People", "PER")

    organisation: Annotated[Reference, RefersTo((Party,))] | None = Field(
        None, description="The unit, team or supplier for which the person acts"
    )
    position: Line | None = Field(None, description="Position in the organisation")
    login: Line | None = Field(None, description="Operating-system login that stands for this person")
    roles: dict[Key, RolePeriod] = Field(default_factory=dict, description="Roles with from and until")
    certificates: dict[Key, Certificate] = Field(default_factory=dict, description="Certificates for signing")
    email: Line | None = Field(None, json_schema_extra=HOUSEKEEPING)
    telephone: Line | None = Field(None, json_schema_extra=HOUSEKEEPING)
    calendar: Annotated[Reference, RefersTo((Timed,))] | None = Field(
        None,
        description="The calendar by which the person works; reminders reach the person on its working days",
        json_schema_extra=HOUSEKEEPING,
    )

    def login_name(self) -> str | None:
        """The operating-system login that stands for this person."""
        return self.login

    def mail_address(self) -> str | None:
        """The mail address."""
        return self.email

    def working_calendar(self) -> str | None:
        """The calendar by which the person works."""
        return self.calendar

    def acts_for(self) -> str | None:
        """The party for which the person acts."""
        return self.organisation

    def certified(self, fingerprint: str, valid_from: datetime, valid_until: datetime) -> Person:
        """The content with a further certificate."""
        key = f"k{len(self.certificates) + 1}"
        added = Certificate(fingerprint=fingerprint, valid_from=valid_from, valid_until=valid_until)
        return self.model_copy(update={"certificates": {**self.certificates, key: added}})

    def held_roles(self) -> tuple[HeldRole, ...]:
        """The roles, past and present."""
        return tuple(HeldRole(role, period.since, period.until) for role, period in self.roles.items())

    def revoked(self, fingerprint: str, day: date, reason: str) -> Person:
        """The content with a certificate that signs nothing from that day on."""
        revocation = {"revoked_on": day, "revocation_reason": reason}
        certificates = {
            key: one.model_copy(update=revocation) if one.fingerprint == fingerprint else one
            for key, one in self.certificates.items()
        }
        return self.model_copy(update={"certificates": certificates})

    def held_certificates(self) -> tuple[HeldCertificate, ...]:
        """The certificates, in the order in which they were registered."""
        return tuple(
            HeldCertificate(one.fingerprint, one.valid_from, one.valid_until, one.revoked_on, one.revocation_reason)
            for one in self.certificates.values()
        )

    def fingerprint(self, day: date) -> str | None:
        """SHA-256 fingerprint of the newest certificate with which the person may sign on that day."""
        valid = [one for one in self.held_certificates() if one.signs_on(day)]
        return max(valid, key=lambda one: one.valid_from).fingerprint if valid else None
