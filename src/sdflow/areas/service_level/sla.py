"""SLA: what a provider promises a customer for a service."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sdflow.domain.agreement import Promise, Targets
from sdflow.domain.clauses import Agreement, Lines, Priority
from sdflow.domain.kind import Description, Key, Line, Reference, RefersTo, Text
from sdflow.domain.trait import Promising


class Sla(Agreement, Promising):
    """The agreement between a provider and a customer on the level of a service."""

    description = Description("sla", "Service level agreement", "Service level agreements", "SLA", document=True)

    service: Annotated[Reference, RefersTo(("service",))]
    provider: Annotated[Reference, RefersTo(("team",))]
    customer: Annotated[Reference, RefersTo(("business_unit",))]
    answers: Annotated[Reference, RefersTo(("slr",))] | None = Field(
        None, description="The service level requirement that this agreement answers"
    )
    targets: Targets
    priorities: dict[Key, Priority] = Field(default_factory=dict, description="Priorities of incidents")
    critical_periods: Lines = Field(default_factory=list, description="Times that matter most to the customer")
    workload: Lines = Field(default_factory=list, description="Workload limits within which the targets hold")
    credits: Text | None = Field(None, description="What the customer receives when a target is missed")
    credit_cap: Line | None = Field(None, description="The most that credits may amount to")
    relies_on: list[Annotated[Reference, RefersTo(("ola", "contract"))]] = Field(
        default_factory=list, max_length=200, description="Supporting agreements"
    )
    assumptions: Lines = Field(default_factory=list)

    def promise(self) -> Promise:
        """What the customer is promised."""
        return Promise(self.service, self.customer, self.term, self.hours, self.targets)

    def service_reference(self) -> str:
        """The service that is promised."""
        return self.service
