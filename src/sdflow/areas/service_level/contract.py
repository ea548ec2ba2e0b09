"""Contract: what a supplier promises in an underpinning contract."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from sdflow.domain.agreement import SupportedComponent, SupportPromise
from sdflow.domain.clauses import Agreement, Lines
from sdflow.domain.kind import Description, Key, Line, Reference, RefersTo, Text
from sdflow.domain.target import SupportTargets, Workload, WorkloadLimit
from sdflow.domain.trait import Supporting


class Contract(Agreement, Supporting):
    """The contract with a supplier that underpins a service."""

    description = Description("contract", "Underpinning contract", "Underpinning contracts", "UC", document=True)

    supplier: Annotated[Reference, RefersTo(("supplier",))]
    receiver: Annotated[Reference, RefersTo(("team",))]
    legal_reference: Line | None = Field(None, description="Number of the contract in the legal register")
    supports: list[Annotated[Reference, RefersTo(("service",))]] = Field(default_factory=list, max_length=200)
    components: Annotated[dict[Key, SupportedComponent], Field(min_length=1, max_length=200)]
    targets: SupportTargets = Field(description="Targets by the supplier's own severities")
    severities: dict[Key, Key] = Field(description="Which of the supplier's severities serves each of our priorities")
    workload: Workload = Field(default_factory=dict, description="Limits within which the targets hold")
    subcontractors: Lines = Field(default_factory=list)
    audit_right: Text | None = None
    indexation: Text | None = Field(None, description="How prices change")
    termination: Text | None = Field(None, description="Termination, exit help, return of data")

    @model_validator(mode="after")
    def _known_severities(self) -> Self:
        known = {*self.targets.response, *self.targets.hand_over, *self.targets.restore}
        unknown = sorted(set(self.severities.values()) - known)
        if unknown:
            raise ValueError(f"no target is given for the severity {', '.join(unknown)}")
        return self

    def supported_keys(self) -> Collection[str]:
        """The keys of the components that it supports."""
        return self.components.keys()

    def workload_limits(self) -> Mapping[str, WorkloadLimit]:
        """Up to which workload the targets hold."""
        return self.workload

    def support(self) -> SupportPromise:
        """What the supplier promises."""
        return SupportPromise(
            self.term,
            self.hours,
            self.components,
            self.targets,
            self.severities,
            services=tuple(self.supports),
            bought=True,
            by=self.supplier,
            planned_interruptions=self.planned_interruptions,
        )
