"""SLR: what a customer requires of a service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from sdflow.domain.agreement import Hours, PersonReference
from sdflow.domain.clause_path import is_empty
from sdflow.domain.clauses import ClausePath, CriticalPeriods, Currency, Lines, refuse_unknown_periods
from sdflow.domain.kind import Content, Description, Key, Line, Reference, RefersTo, Strict, Text
from sdflow.domain.target import Targets, Workload
from sdflow.domain.trait import RequiredClause, Requiring


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
    clause: ClausePath | None = Field(None, description="Path of the clause, such as targets.restore.P1")
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
    measured_by: ClausePath | None = Field(
        None, description="Path of the wish that states it in numbers, such as targets.restore.P1"
    )
    source: Line = Field(description="Where the requirement comes from")
    answer: Answer | None = None


class Slr(Content, Requiring):
    """What a customer requires of a service, stated so that it can be measured and answered."""

    description = Description("slr", "Service level requirement", "Service level requirements", "SLR", document=True)

    service: Annotated[Reference, RefersTo(("service",))]
    customer: Annotated[Reference, RefersTo(("business_unit",))]
    representative: PersonReference = Field(description="Who speaks for the customer")
    stated_on: date = Field(description="When the requirement was stated")
    wanted_by: date = Field(description="From when the service is wanted in this way")
    background: Text = Field(description="Business background and the process served")
    users: Annotated[int, Field(ge=0, le=100_000_000)] | None = Field(None, description="Number of users")
    sites: Lines = Field(default_factory=list, description="Where the service is used")
    hours: Hours = Field(description="Hours wanted")
    extensions: Text | None = Field(None, description="How further hours are asked for")
    critical_periods: CriticalPeriods = Field(default_factory=dict, description="Times that matter most")
    workload: Workload = Field(default_factory=dict, description="Workload expected")
    targets: Targets = Field(description="Availability and times wanted")
    requirements: Annotated[dict[Key, Requirement], Field(min_length=1, max_length=200)]
    planned_interruptions: Text | None = Field(None, description="Which planned interruptions are acceptable")
    security: Text | None = None
    continuity: Text | None = Field(None, description="Tolerated outage and loss of data, minimum level")
    reporting: Text | None = Field(None, description="Reports wanted")
    ceiling: Annotated[Decimal, Field(ge=0, le=10**12, decimal_places=2)] | None = Field(
        None, description="What the service may cost per year"
    )
    currency: Currency | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.wanted_by < self.stated_on:
            raise ValueError(f"wanted by {self.wanted_by}, before it was stated on {self.stated_on}")
        if (self.ceiling is None) != (self.currency is None):
            raise ValueError("a ceiling and its currency belong together")
        refuse_unknown_periods(self.targets, self.critical_periods)
        return self

    @model_validator(mode="after")
    def _measured_by_own_wishes(self) -> Self:
        for key, one in self.requirements.items():
            if one.measured_by and is_empty(self, one.measured_by):
                raise ValueError(
                    f"requirement {key} is measured by {one.measured_by}, about which nothing is said here"
                )
        return self

    def required_clauses(self) -> Mapping[str, RequiredClause]:
        """The requirements by their keys, with their answers."""
        return {
            key: RequiredClause(
                weight=one.weight,
                statement=one.statement,
                measured_by=one.measured_by,
                reply=one.answer.reply if one.answer else None,
                agreement=one.answer.agreement if one.answer else None,
                clause=one.answer.clause if one.answer else None,
            )
            for key, one in self.requirements.items()
        }

    def starts_on(self) -> date:
        """The day from which the service is wanted."""
        return self.wanted_by

    def owner_reference(self) -> str:
        """The customer's representative."""
        return self.representative

    def service_reference(self) -> str:
        """The service that is wanted."""
        return self.service
