"""Continuity plan: how services come back after a disruption, who brings them back, and how the plan is kept true."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from sdflow.areas.continuity.impact_scale import Minutes
from sdflow.areas.continuity.recovery_means import (
    BackupRegime,
    Insurance,
    RecoverySupplier,
    Resource,
    Site,
)
from sdflow.areas.continuity.recovery_organisation import (
    Call,
    CalledPerson,
    Decision,
    Invoker,
    RecoveryTeam,
    call_tree,
    refuse_lonely_invokers,
    refuse_tangled_calls,
)
from sdflow.areas.continuity.recovery_work import (
    Announcement,
    Interface,
    Maintenance,
    PlannedStep,
    RecoveredService,
    ScheduledTest,
)
from sdflow.domain.agreement import Contact
from sdflow.domain.clauses import Lines
from sdflow.domain.continuity import PlannedService, Recovering, RecoveryPlan, RecoveryStep
from sdflow.domain.invocation import Authorised, Invocable, ZoneName
from sdflow.domain.kind import HOUSEKEEPING, Description, Key, Line, Text
from sdflow.domain.recovery import step_order
from sdflow.domain.signed_document import SignedDocument


class ContinuityPlan(SignedDocument, Recovering, Invocable):
    """How services are recovered, approved by those who answer for them."""

    description = Description("continuity_plan", "Continuity plan", "Continuity plans", "BCP", document=True)

    objectives: Text | None = Field(None, description="What the plan is to achieve")
    scope: Text | None = Field(None, description="For which disruptions it is, and for which it is not")
    exclusions: Lines = Field(default_factory=list, description="What it does not deal with, and what does")
    distribution: Lines = Field(default_factory=list, description="Who has it, and where it is found in a disruption")
    zone: ZoneName = Field("UTC", description="Time zone in which it tells the time")
    services: Annotated[dict[Key, RecoveredService], Field(min_length=1, max_length=60)]
    activation_after_minutes: Minutes | None = Field(
        None, description="Disruptions shorter than so many minutes are dealt with otherwise"
    )
    criteria: Annotated[dict[Key, Line], Field(max_length=40)] = Field(
        default_factory=dict, description="When it is invoked"
    )
    decisions: Annotated[list[Decision], Field(max_length=40)] = Field(
        default_factory=list, description="Questions on the way to the invocation, in order"
    )
    invokers: Annotated[list[Invoker], Field(max_length=40)] = Field(
        default_factory=list, description="Who may invoke it, the first before the others, who are deputies"
    )
    detection_minutes: Minutes = Field(description="Minutes until a disruption is noticed")
    decision_minutes: Minutes = Field(description="Minutes from then until the plan is invoked")
    longest_shift_minutes: Minutes | None = Field(
        None, description="Longest time for which somebody works on a recovery at a stretch"
    )
    interfaces: Annotated[dict[Key, Interface], Field(max_length=40)] = Field(default_factory=dict)
    teams: Annotated[dict[Key, RecoveryTeam], Field(max_length=60)] = Field(default_factory=dict)
    calls: Annotated[dict[Key, Call], Field(max_length=60)] = Field(default_factory=dict, description="The call tree")
    contacts: Annotated[dict[Key, Contact], Field(max_length=200)] = Field(default_factory=dict)
    contacts_checked_on: date | None = Field(
        None, description="When the contacts were last checked", json_schema_extra=HOUSEKEEPING
    )
    sites: Annotated[dict[Key, Site], Field(max_length=60)] = Field(default_factory=dict)
    resources: Annotated[dict[Key, Resource], Field(max_length=200)] = Field(default_factory=dict)
    suppliers: Annotated[dict[Key, RecoverySupplier], Field(max_length=60)] = Field(default_factory=dict)
    insurance: Annotated[dict[Key, Insurance], Field(max_length=40)] = Field(default_factory=dict)
    steps: Annotated[dict[Key, PlannedStep], Field(max_length=300)] = Field(default_factory=dict)
    backups: Annotated[dict[Key, BackupRegime], Field(max_length=60)] = Field(default_factory=dict)
    validation: Lines = Field(default_factory=list, description="How it is found out that services work")
    announcements: Annotated[dict[Key, Announcement], Field(max_length=60)] = Field(default_factory=dict)
    return_to_normal: Lines = Field(default_factory=list, description="How one returns to normal, in order")
    rollback: Text | None = Field(None, description="What is done if a recovery fails")
    maintenance: Maintenance | None = None
    tests: Annotated[dict[Key, ScheduledTest], Field(max_length=40)] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_stand_for_something(self) -> Self:
        for key, step in self.steps.items():
            place = f"steps.{key}"
            _refuse_unknown(f"{place}.after", step.after, self.steps)
            _refuse_unknown(f"{place}.restores", step.restores, self.services)
            _refuse_unknown(f"{place}.team", [step.team], self.teams)
            _refuse_unknown(f"{place}.supplier", [step.supplier], self.suppliers)
            _refuse_unknown(f"{place}.backup", [step.backup], self.backups)
        for key, backup in self.backups.items():
            _refuse_unknown(f"backups.{key}.services", backup.services, self.services)
        for key, announcement in self.announcements.items():
            _refuse_unknown(f"announcements.{key}.team", [announcement.team], self.teams)
        return self

    @model_validator(mode="after")
    def _steps_can_be_taken(self) -> Self:
        by_number: dict[int, str] = {}
        for key, step in self.steps.items():
            if step.number in by_number:
                raise ValueError(f"steps: {by_number[step.number]} and {key} both have the number {step.number}")
            by_number[step.number] = key
        step_order(self._reckoned_steps())
        return self

    @model_validator(mode="after")
    def _each_service_once(self) -> Self:
        named = [one.service for one in self.services.values()]
        twice = sorted({one for one in named if named.count(one) > 1})
        if twice:
            raise ValueError(f"services: {twice[0]} stands there twice")
        return self

    @model_validator(mode="after")
    def _people_can_be_reached(self) -> Self:
        refuse_lonely_invokers(self.invokers)
        refuse_tangled_calls(self.calls)
        return self

    def service_reference(self) -> str | None:
        """The service, where it is only one."""
        return next(iter(self.services.values())).service if len(self.services) == 1 else None

    def ordered_steps(self) -> Mapping[str, PlannedStep]:
        """The steps by their numbers."""
        return dict(sorted(self.steps.items(), key=lambda one: one[1].number))

    def hours_of(self, step: PlannedStep) -> str | None:
        """The calendar on which a step runs; none for elapsed time."""
        return step.hours or (self.teams[step.team].hours if step.team else None)

    def recovery_plan(self) -> RecoveryPlan:
        """What the plan says, as it can be reckoned with."""
        return RecoveryPlan(
            owner=self.owner,
            services=tuple(
                PlannedService(
                    f"services.{key}",
                    one.service,
                    one.minimum_percent,
                    one.minimum_level or "",
                    one.time_minutes,
                    one.point_minutes,
                )
                for key, one in self.services.items()
            ),
            detection_minutes=self.detection_minutes,
            decision_minutes=self.decision_minutes,
            steps=self._reckoned_steps(),
            backups={key: one.reckoned(key, self._references(one.services)) for key, one in self.backups.items()},
            invokers=tuple(one.person for one in self.invokers),
            contacts_checked_on=self.contacts_checked_on,
            exercises=tuple(one.scheduled() for one in self.tests.values()),
        )

    def _reckoned_steps(self) -> dict[str, RecoveryStep]:
        return {key: self._reckoned(key, step) for key, step in self.ordered_steps().items()}

    def _reckoned(self, key: str, step: PlannedStep) -> RecoveryStep:
        return RecoveryStep(
            key=key,
            title=step.title,
            team=self.teams[step.team].party if step.team else None,
            minutes=step.minutes,
            hours=self.hours_of(step),
            after=tuple(step.after),
            restores=self._references(step.restores),
            supplier=self.suppliers[step.supplier].contract if step.supplier else None,
            backup=step.backup,
            helped_by=self.suppliers[step.supplier].supplier if step.supplier else None,
        )

    def _references(self, keys: Iterable[str]) -> tuple[str, ...]:
        return tuple(self.services[key].service for key in keys)

    def call_tree(self) -> tuple[CalledPerson, ...]:
        """Everybody in the call tree, in the order in which it is drawn."""
        return call_tree(self.calls)

    def authorised(self) -> tuple[Authorised, ...]:
        """Who may invoke it."""
        return tuple(Authorised(one.person, one.jointly) for one in self.invokers)

    def told_in(self) -> str:
        """The time zone in which it tells the time."""
        return self.zone


def _refuse_unknown(place: str, keys: Iterable[str | None], known: Mapping[str, object]) -> None:
    """Raises ValueError where a key stands for nothing in the plan."""
    unknown = sorted(key for key in keys if key is not None and key not in known)
    if unknown:
        raise ValueError(f"{place}: the plan has no {unknown[0]}; it has {', '.join(sorted(known)) or 'none at all'}")
