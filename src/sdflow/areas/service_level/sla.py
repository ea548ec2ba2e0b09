"""SLA: what a provider promises a customer for a service."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from sdflow.domain.agreement import Promise
from sdflow.domain.clauses import Agreement, ClausePath, CriticalPeriods, Lines, refuse_unknown_periods
from sdflow.domain.kind import Description, Reference, RefersTo
from sdflow.domain.target import Targets, Workload, WorkloadLimit
from sdflow.domain.trait import Answering, Inheritance, Inheriting, Promising


class Level(StrEnum):
    """For what an agreement holds: one service, everything for one customer, or every customer and service."""

    service = "service"
    customer = "customer"
    corporate = "corporate"


class Sla(Agreement, Promising, Inheriting, Answering):
    """The agreement between a provider and a customer on the level of a service.

    An agreement on one service may inherit clauses from one that holds for the customer or for all.
    """

    description = Description("sla", "Service level agreement", "Service level agreements", "SLA", document=True)

    level: Level = Field(Level.service, description="For what the agreement holds")
    service: Annotated[Reference, RefersTo(("service",))] | None = None
    provider: Annotated[Reference, RefersTo(("team",))]
    customer: Annotated[Reference, RefersTo(("business_unit",))] | None = None
    within: Annotated[Reference, RefersTo(("sla",))] | None = Field(
        None, description="The wider agreement from which clauses are inherited"
    )
    inherited: Annotated[list[ClausePath], Field(max_length=60)] = Field(
        default_factory=list, description="Clauses that are inherited, such as security or targets.response"
    )
    answers: Annotated[Reference, RefersTo(("slr",))] | None = Field(
        None, description="The service level requirement that this agreement answers"
    )
    targets: Targets = Field(default_factory=Targets)
    critical_periods: CriticalPeriods = Field(
        default_factory=dict, description="Times that matter most to the customer"
    )
    workload: Workload = Field(default_factory=dict, description="Limits within which the targets hold")
    relies_on: list[Annotated[Reference, RefersTo(("ola", "contract"))]] = Field(
        default_factory=list, max_length=200, description="Supporting agreements"
    )
    assumptions: Lines = Field(default_factory=list)

    @model_validator(mode="after")
    def _names_what_it_holds_for(self) -> Self:
        wanted = {
            Level.service: (self.service is not None, "names its service"),
            Level.customer: (self.customer is not None and self.service is None, "names its customer and no service"),
            Level.corporate: (self.customer is None and self.service is None, "names neither customer nor service"),
        }
        holds, sentence = wanted[self.level]
        if not holds:
            raise ValueError(f"an agreement of level {self.level} {sentence}")
        return self

    @model_validator(mode="after")
    def _inherits_from_somebody(self) -> Self:
        if bool(self.inherited) != (self.within is not None):
            raise ValueError("within and inherited belong together")
        return self

    @model_validator(mode="after")
    def _known_critical_periods(self) -> Self:
        if "critical_periods" not in self.inherited:
            refuse_unknown_periods(self.targets, self.critical_periods)
        return self

    def workload_limits(self) -> Mapping[str, WorkloadLimit]:
        """Up to which workload the targets hold."""
        return self.workload

    def promise(self) -> Promise | None:
        """What the customer is promised of a service; none for an agreement that others inherit from."""
        if self.service is None:
            return None
        return Promise(
            self.service,
            self.customer,
            self.term,
            self.hours,
            self.targets,
            self.critical_periods,
            self.planned_interruptions,
        )

    def inherits(self) -> Inheritance | None:
        """The clauses that come from a wider agreement."""
        return Inheritance(self.within, tuple(self.inherited)) if self.within else None

    def answered_requirement(self) -> str | None:
        """The requirements that it answers."""
        return self.answers

    def service_reference(self) -> str | None:
        """The service that is promised."""
        return self.service
