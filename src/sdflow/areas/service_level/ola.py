"""OLA: what an internal team promises, so that a service level agreement can be kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated

from pydantic import Field

from sdflow.domain.agreement import SupportedComponent, SupportPromise
from sdflow.domain.clauses import Agreement, Lines
from sdflow.domain.kind import Description, Key, Reference, RefersTo, Text
from sdflow.domain.target import SupportTargets, Workload, WorkloadLimit
from sdflow.domain.trait import Supporting


class Ola(Agreement, Supporting):
    """The agreement with an internal team that carries part of a service."""

    description = Description(
        "ola", "Operational level agreement", "Operational level agreements", "OLA", document=True
    )

    provider: Annotated[Reference, RefersTo(("team",))] = Field(description="The team that promises")
    receiver: Annotated[Reference, RefersTo(("team",))] = Field(description="The team that relies on it")
    supports: list[Annotated[Reference, RefersTo(("service",))]] = Field(
        default_factory=list, max_length=200, description="Services that rest on this agreement"
    )
    components: Annotated[dict[Key, SupportedComponent], Field(min_length=1, max_length=200)]
    targets: SupportTargets
    hand_over_rules: Text | None = Field(None, description="How work is passed on")
    on_call: Lines = Field(default_factory=list, description="On-call arrangements")
    workload: Workload = Field(default_factory=dict, description="Limits within which the targets hold")

    def supported_keys(self) -> Collection[str]:
        """The keys of the components that it supports."""
        return self.components.keys()

    def workload_limits(self) -> Mapping[str, WorkloadLimit]:
        """Up to which workload the targets hold."""
        return self.workload

    def support(self) -> SupportPromise:
        """What the team promises."""
        return SupportPromise(
            self.term,
            self.hours,
            self.components,
            self.targets,
            services=tuple(self.supports),
            by=self.provider,
            planned_interruptions=self.planned_interruptions,
        )
