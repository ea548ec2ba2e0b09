"""Availability plan: how available services are and have to be, what makes them fail, and what is done about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from sdflow.domain.agreement import PersonReference
from sdflow.domain.availability_planning import AvailabilityAspect, AvailabilityRequest, PlanningAvailability
from sdflow.domain.clauses import Lines
from sdflow.domain.follow_up import FollowUp
from sdflow.domain.improvement import Correcting, CorrectiveAction, Worth
from sdflow.domain.kind import Content, Description, Key, Line, Reference, RefersTo, Strict, Text, Title
from sdflow.domain.period_name import PeriodName
from sdflow.domain.structure import ComponentReference
from sdflow.domain.target import Percent
from sdflow.domain.trait import Party, Structured, Supporting

ServiceKeys = Annotated[list[Key], Field(max_length=60)]


class PlannedService(Strict):
    """A service whose availability is planned."""

    service: Annotated[Reference, RefersTo((Structured,))]
    vital_functions: Lines = Field(default_factory=list, description="What of it the business cannot do without")
    remark: Line | None = Field(None, description="What its figures do not say")


class UnavailabilityCause(Strict):
    """Something that made services unavailable, or would."""

    title: Title
    component: ComponentReference | None = Field(None, description="The component in which it lies")
    services: ServiceKeys = Field(default_factory=list, description="The services that it hits, by their keys")
    aspect: AvailabilityAspect = Field(AvailabilityAspect.availability, description="What it makes worse")
    percent: Percent | None = Field(None, description="Its share of the time lost, in per cent")
    remark: Line | None = None


class PointOfFailure(Strict):
    """A single component whose failure stops a service."""

    component: ComponentReference
    services: ServiceKeys = Field(default_factory=list, description="The services that stop, by their keys")
    answer: Line = Field(description="What is done about it, or why it stays")


class OptionDecision(StrEnum):
    """What was decided about an option."""

    chosen = "chosen"
    declined = "declined"


class AvailabilityOption(Strict):
    """Something that would make services more available, with what it costs and what it gains."""

    title: Title
    what: Text
    services: ServiceKeys = Field(default_factory=list, description="The services that gain, by their keys")
    causes: Annotated[list[Key], Field(max_length=60)] = Field(
        default_factory=list, description="The causes that it removes, by their keys"
    )
    cost: Worth | None = None
    benefit: Worth | None = Field(None, description="What it is worth in money")
    gain: Line | None = Field(None, description="What becomes better by how much")
    percent_after: Percent | None = Field(None, description="Availability that is expected with it, in per cent")
    decision: OptionDecision | None = Field(None, description="What was decided; open until then")
    because: Line | None = Field(None, description="Why it was decided so")

    @model_validator(mode="after")
    def _declined_for_a_reason(self) -> Self:
        if self.decision is OptionDecision.declined and self.because is None:
            raise ValueError("because: say why it was declined")
        return self


class PlannedReview(Strict):
    """A day on which something of the plan is looked at."""

    title: Title
    on: date
    remark: Line | None = None


class PlannedOutage(Strict):
    """An interruption that is expected and not announced yet."""

    title: Title
    services: ServiceKeys = Field(default_factory=list, description="The services that it hits, by their keys")
    expected: Line = Field(description="When, as far as that is known")
    minutes: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(None, description="How long, in minutes")
    reason: Line


class SupplierServiceability(Strict):
    """What a supplier contributes, and whether its contract is enough."""

    supplier: Annotated[Reference, RefersTo((Party,))]
    contract: Annotated[Reference, RefersTo((Supporting,))] | None = None
    assessment: Line = Field(description="What was found")


class PlanAction(FollowUp):
    """What is done, and about which service or cause."""

    service: Key | None = Field(None, description="The service that gains, by its key; all of them unless given")
    cause: Key | None = Field(None, description="The cause that it removes, by its key")
    option: Key | None = Field(None, description="The option of which it is a part, by its key")


class AvailabilityPlan(Content, PlanningAvailability, Correcting):
    """The plan that keeps services as available as they were promised, looked at each quarter."""

    description = Description("availability_plan", "Availability plan", "Availability plans", "AVP", document=True)

    owner: PersonReference = Field(description="Who keeps the plan")
    period: PeriodName = Field(description="The period whose figures it rests on, such as 2026-10 or 2026-Q3")
    effective_on: date | None = Field(None, description="From when it holds, if not from its agreement")
    replaces: Annotated[Reference, RefersTo(("availability_plan",))] | None = Field(
        None, description="The plan whose place it takes"
    )
    purpose: Text | None = Field(None, description="Why there is the plan, and for whom")
    scope: Text | None = Field(None, description="What it deals with, and what it leaves out")
    summary: Text | None = Field(None, description="What matters most, in a few sentences")
    services: Annotated[dict[Key, PlannedService], Field(min_length=1, max_length=60)]
    security: Text | None = Field(
        None, description="Confidentiality and integrity: what is required and what was found"
    )
    causes: Annotated[dict[Key, UnavailabilityCause], Field(max_length=100)] = Field(default_factory=dict)
    points_of_failure: Annotated[dict[Key, PointOfFailure], Field(max_length=100)] = Field(
        default_factory=dict, description="Single points of failure"
    )
    life_cycle: Text | None = Field(None, description="What the expanded life cycle of incidents shows")
    changed_requirements: Lines = Field(default_factory=list, description="What customers will need")
    technology: Text | None = Field(None, description="What technology will bring")
    options: Annotated[dict[Key, AvailabilityOption], Field(max_length=60)] = Field(default_factory=dict)
    reviews: Annotated[dict[Key, PlannedReview], Field(max_length=60)] = Field(default_factory=dict)
    outages: Annotated[dict[Key, PlannedOutage], Field(max_length=100)] = Field(
        default_factory=dict, description="Interruptions that are expected and not announced yet"
    )
    suppliers: Annotated[dict[Key, SupplierServiceability], Field(max_length=60)] = Field(default_factory=dict)
    actions: Annotated[dict[Key, PlanAction], Field(max_length=200)] = Field(default_factory=dict)
    next_review_on: date | None = Field(None, description="When the plan is next looked at")

    @model_validator(mode="after")
    def _each_service_once(self) -> Self:
        named = [one.service for one in self.services.values()]
        twice = sorted({one for one in named if named.count(one) > 1})
        if twice:
            raise ValueError(f"services: {twice[0]} stands there twice")
        return self

    @model_validator(mode="after")
    def _names_stand_for_something(self) -> Self:
        for name in ("causes", "points_of_failure", "options", "outages"):
            for key, one in getattr(self, name).items():
                _refuse_unknown(f"{name}.{key}.services", one.services, self.services)
        for key, option in self.options.items():
            _refuse_unknown(f"options.{key}.causes", option.causes, self.causes)
        for key, action in self.actions.items():
            _refuse_unknown(f"actions.{key}.service", [action.service], self.services)
            _refuse_unknown(f"actions.{key}.cause", [action.cause], self.causes)
            _refuse_unknown(f"actions.{key}.option", [action.option], self.options)
        return self

    @model_validator(mode="after")
    def _shares_of_one_whole(self) -> Self:
        whole = sum(one.percent for one in self.causes.values() if one.percent is not None)
        if whole > 100:
            raise ValueError(f"causes: their shares of the time lost add up to {whole} per cent")
        return self

    def availability_request(self) -> AvailabilityRequest:
        """The services, and the components and suppliers that it names."""
        single = [one.component for one in self.points_of_failure.values()]
        named = dict.fromkeys([one.component for one in self.causes.values() if one.component] + single)
        return AvailabilityRequest(
            services=tuple(one.service for one in self.services.values()),
            components=tuple(named),
            suppliers=tuple(dict.fromkeys(one.supplier for one in self.suppliers.values())),
            period=self.period,
        )

    def corrective_actions(self) -> Mapping[str, CorrectiveAction]:
        """What is done: about the service that gains, or the first where all do; its cause is the one that it removes."""
        return {key: self._corrective(one) for key, one in self.actions.items()}

    def _corrective(self, action: PlanAction) -> CorrectiveAction:
        planned = self.services[action.service] if action.service else next(iter(self.services.values()))
        option = self.options[action.option].title if action.option else None
        cause = self.causes[action.cause].title if action.cause else option
        return action.owed(planned.service, cause or self.title, service=planned.service)

    def starts_on(self) -> date | None:
        """From when it holds, where it says so."""
        return self.effective_on

    def owner_reference(self) -> str:
        """Who keeps it."""
        return self.owner

    def service_reference(self) -> str | None:
        """The service, where it is about one alone."""
        return next(iter(self.services.values())).service if len(self.services) == 1 else None


def _refuse_unknown(place: str, keys: Iterable[str | None], known: Mapping[str, object]) -> None:
    """Raises ValueError where a key stands for nothing in the plan."""
    unknown = sorted(key for key in keys if key is not None and key not in known)
    if unknown:
        raise ValueError(f"{place}: there is no {unknown[0]}; there is {', '.join(sorted(known)) or 'none at all'}")
