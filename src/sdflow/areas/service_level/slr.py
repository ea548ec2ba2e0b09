"""SLR: what a customer requires of a service."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from sdflow.domain.agreement import Hours, PersonReference, Targets
from sdflow.domain.kind import Content, Description, Key, Line, Reference, RefersTo, Strict, Text


class Weight(StrEnum):
    """How much a requirement matters to the customer."""

    must = "must"
    should = "should"
    could = "could"


class Reply(StrEnum):
    """How the provider answers a requirement."""

    accepted = "accepted"
    countered = "countered"
    declined = "declined"


class Answer(Strict):
    """The answer to a requirement, and the clause of the agreement that gives it."""

    reply: Reply
    agreement: Annotated[Reference, RefersTo(("sla",))] | None = None
    clause: Line | None = Field(None, description="Path of the clause, such as targets.restore.P1")
    remark: Line | None = None

    @model_validator(mode="after")
    def _traced(self) -> Self:
        if self.reply is not Reply.declined and (self.agreement is None or self.clause is None):
            raise ValueError(f"a requirement that is {self.reply} names the agreement and the clause that answer it")
        return self


class Requirement(Strict):
    """One measurable requirement."""

    weight: Weight
    statement: Line = Field(description="What is required, so that it can be measured")
    source: Line = Field(description="Where the requirement comes from")
    answer: Answer | None = None


class Slr(Content):
    """What a customer requires of a service, stated so that it can be measured and answered."""

    description = Description("slr", "Service level requirement", "Service level requirements", "SLR", document=True)

    service: Annotated[Reference, RefersTo(("service",))]
    customer: Annotated[Reference, RefersTo(("business_unit",))]
    representative: PersonReference = Field(description="Who speaks for the customer")
    stated_on: date = Field(description="When the requirement was stated")
    wanted_by: date = Field(description="From when the service is wanted in this way")
    background: Text = Field(description="Business background and the process served")
    hours: Hours = Field(description="Hours wanted")
    targets: Targets = Field(description="Availability and times wanted")
    requirements: Annotated[dict[Key, Requirement], Field(min_length=1, max_length=200)]
    planned_interruptions: Text | None = Field(None, description="Which planned interruptions are acceptable")
    security: Text | None = None
    continuity: Text | None = Field(None, description="Tolerated outage and loss of data, minimum level")
    reporting: Text | None = Field(None, description="Reports wanted")
    ceiling: Annotated[Decimal, Field(ge=0, le=10**12, decimal_places=2)] | None = Field(
        None, description="What the service may cost per year"
    )
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.wanted_by < self.stated_on:
            raise ValueError(f"wanted by {self.wanted_by}, before it was stated on {self.stated_on}")
        if (self.ceiling is None) != (self.currency is None):
            raise ValueError("a ceiling and its currency belong together")
        return self

    def starts_on(self) -> date:
        """The day from which the service is wanted."""
        return self.wanted_by

    def owner_reference(self) -> str:
        """The customer's representative."""
        return self.representative

    def service_reference(self) -> str:
        """The service that is wanted."""
        return self.service
