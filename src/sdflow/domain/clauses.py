"""Clauses: wording that agreements of every kind share."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from sdflow.domain.agreement import Contact, Hours, PersonReference, Signatories, Signatory
from sdflow.domain.kind import Content, Key, Line, Strict, Text
from sdflow.domain.terms import Term
from sdflow.domain.trait import Lasting, Signable

Lines = Annotated[list[Line], Field(max_length=60)]


class Priority(Strict):
    """A priority of incidents: its name, and when it applies."""

    title: Line
    applies: Line = Field(description="Impact and urgency for which it is used")


class PlannedInterruption(Strict):
    """When the service may be interrupted by plan."""

    window: Line = Field(description="Day and time, such as Sunday 02:00-06:00")
    notice_days: Annotated[int, Field(ge=0, le=365)] = Field(description="Days of notice")
    per_period: Line | None = Field(None, description="How many, how long")


class Charge(Strict):
    """What is paid for the agreement."""

    amount: Annotated[Decimal, Field(ge=0, le=10**12, decimal_places=2)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    per: Line = Field(description="For what: a month, a user, a call")
    remark: Line | None = None


class Agreement(Content, Signable, Lasting):
    """What agreements of every kind contain."""

    owner: PersonReference = Field(description="Who keeps the agreement")
    term: Term
    hours: Hours
    purpose: Text | None = Field(None, description="Why the agreement exists")
    scope: Text = Field(description="What is agreed, in words")
    exclusions: Lines = Field(default_factory=list, description="What is not part of it")
    provider_responsibilities: Lines = Field(default_factory=list)
    receiver_responsibilities: Lines = Field(default_factory=list)
    planned_interruptions: dict[Key, PlannedInterruption] = Field(default_factory=dict)
    continuity: Text | None = None
    security: Text | None = None
    reporting: Text | None = Field(None, description="Content and cadence of reports and reviews")
    escalation: Lines = Field(default_factory=list, description="Steps of escalation, in order")
    changes: Text | None = Field(None, description="How the agreement is changed")
    charge: Charge | None = None
    contacts: dict[Key, Contact] = Field(default_factory=dict, description="Whom to reach how")
    next_review_on: date | None = Field(None, description="When the agreement is next reviewed")
    signatories: Signatories = Field(description="Who signs, in order")

    @model_validator(mode="after")
    def _signed_by_different_people(self) -> Self:
        people = [signatory.person for signatory in self.signatories]
        keys = [signatory.key for signatory in self.signatories]
        twice = sorted({name for name in (*people, *keys) if (people + keys).count(name) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} stands twice among the signatories; nobody signs for two parties")
        return self

    def starts_on(self) -> date:
        """The first day of the term."""
        return self.term.start_on

    def ends_on(self) -> date | None:
        """The last day of the first term."""
        return self.term.last_day()

    def owner_reference(self) -> str:
        """Who keeps the agreement."""
        return self.owner

    def agreed_term(self) -> Term:
        """The term as it was agreed."""
        return self.term

    def signing_order(self) -> tuple[Signatory, ...]:
        """Who signs, in order."""
        return tuple(self.signatories)
