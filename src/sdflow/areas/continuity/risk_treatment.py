"""Risk treatment: what can be done about a risk, what was chosen, and who bears what remains."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from sdflow.areas.continuity.recovery_work import RecoveryOption
from sdflow.areas.continuity.risk_scale import DeclaredRiskScale
from sdflow.domain.agreement import PersonReference
from sdflow.domain.clauses import Lines
from sdflow.domain.improvement import Worth
from sdflow.domain.kind import HOUSEKEEPING, Key, Line, Reference, RefersTo, Strict, Title
from sdflow.domain.risk import Levels, RiskAcceptance, Treatment, TreatmentSort
from sdflow.domain.trait import Structured

LOWERED = {
    TreatmentSort.accept: frozenset[str](),
    TreatmentSort.avoid: frozenset[str](),
    TreatmentSort.reduce: frozenset({"value", "likelihood", "vulnerability"}),
    TreatmentSort.transfer: frozenset({"value"}),
}
"""Which ranks a treatment can lower: to transfer a risk changes what its event costs, not whether it happens."""


class RiskOption(Strict):
    """Something that can be done about a risk, what it costs, and what it leaves."""

    sort: TreatmentSort
    title: Title
    measures: Lines = Field(default_factory=list, description="What exactly is done")
    cost: Worth | None = Field(None, description="What it costs; nothing unless given")
    value: Key | None = Field(None, description="Step of value that is left; unchanged unless given")
    likelihood: Key | None = Field(None, description="Step of likelihood that is left; unchanged unless given")
    vulnerability: Key | None = Field(None, description="Step of vulnerability that is left; unchanged unless given")
    responsible: PersonReference | None = Field(None, description="Who sees to it, once it is chosen")
    due_on: date | None = Field(None, description="By when it is done, once it is chosen")
    done_on: date | None = Field(
        None,
        description="When it was done; may be recorded after the assessment is accepted",
        json_schema_extra=HOUSEKEEPING,
    )

    @model_validator(mode="after")
    def _lowers_what_it_can(self) -> Self:
        given = {name for name in ("value", "likelihood", "vulnerability") if getattr(self, name) is not None}
        admitted = LOWERED[self.sort]
        wrong = sorted(given - admitted)
        if wrong:
            what = f"lowers {', '.join(sorted(admitted))} alone" if admitted else "lowers nothing"
            raise ValueError(f"to {self.sort.value} a risk {what}; leave out {', '.join(wrong)}")
        if admitted and not given:
            raise ValueError(f"to {self.sort.value} a risk lowers {' or '.join(sorted(admitted))}; say to which step")
        return self

    def leaves(self, before: Levels, scale: DeclaredRiskScale) -> Levels | None:
        """The ranks that are left of a risk; none where it gives up what brings the risk.

        Raises ValueError where it names a step that the scale does not have, or one that is not lower than before.
        """
        if self.sort is TreatmentSort.avoid:
            return None
        left = before
        for name, steps in (
            ("value", scale.ordered_values()),
            ("likelihood", scale.ordered_likelihoods()),
            ("vulnerability", scale.ordered_vulnerabilities()),
        ):
            key = getattr(self, name)
            if key is None:
                continue
            if key not in steps:
                raise ValueError(f"{name}: {key} is none of {', '.join(steps)}")
            if steps[key].rank >= getattr(before, name):
                raise ValueError(
                    f"{name}: {steps[key].title} is no lower than before the treatment; say what it lowers"
                )
            left = left._replace(**{name: steps[key].rank})
        return left

    def chosen(self, key: str, before: Levels, scale: DeclaredRiskScale) -> Treatment:
        """The option as it can be reckoned with, once it is chosen. Raises as `leaves` does."""
        left = self.leaves(before, scale)
        return Treatment(key, self.title, self.sort, left, self.cost, self.responsible, self.due_on, self.done_on)


class Acceptance(Strict):
    """That somebody bears what remains of a risk, for a time."""

    by: PersonReference
    on: date = Field(description="From when")
    until: date = Field(description="Until when, that day included")
    reason: Line = Field(description="Why it can be borne")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until < self.on:
            raise ValueError(f"accepted until {self.until}, before it begins on {self.on}")
        return self

    @property
    def days(self) -> int:
        """For how many days it holds."""
        return (self.until - self.on).days + 1

    def reckoned(self) -> RiskAcceptance:
        """The acceptance as it can be reckoned with."""
        return RiskAcceptance(self.by, self.on, self.until)


class Risk(Strict):
    """What may happen to an asset, how large that is, and what is done about it."""

    title: Title
    asset: Key
    threat: Key
    vulnerability: Key
    consequence: Line | None = Field(None, description="What follows where it happens")
    owner: PersonReference = Field(description="Who answers for the risk, and signs for it")
    counter_measures: Annotated[list[Key], Field(max_length=40)] = Field(
        default_factory=list, description="What protects already, by its keys"
    )
    options: Annotated[dict[Key, RiskOption], Field(max_length=12)] = Field(
        default_factory=dict, description="What can be done about it"
    )
    chosen: Annotated[list[Key], Field(max_length=12)] = Field(
        default_factory=list, description="The options that are taken, by their keys"
    )
    decision: Line | None = Field(None, description="Why these options, and not others")
    acceptance: Acceptance | None = Field(None, description="Who bears what remains, until when")

    @model_validator(mode="after")
    def _choice_can_be_taken(self) -> Self:
        unknown = [key for key in self.chosen if key not in self.options]
        if unknown:
            raise ValueError(f"chosen: {unknown[0]} is none of the options")
        if len(set(self.chosen)) < len(self.chosen):
            raise ValueError("chosen: an option stands there twice")
        sorts = {self.options[key].sort for key in self.chosen}
        alone = sorted(sorts & {TreatmentSort.accept, TreatmentSort.avoid})
        if alone and len(self.chosen) > 1:
            raise ValueError(f"chosen: who chooses to {alone[0].value} a risk chooses nothing else beside it")
        for key in self.chosen:
            one = self.options[key]
            if one.sort is not TreatmentSort.accept and (one.responsible is None or one.due_on is None):
                raise ValueError(f"options.{key}: it is chosen; say who is responsible for it and by when it is due_on")
        return self


class ServiceRecovery(Strict):
    """How a service is recovered if it is lost all the same, and why so."""

    service: Annotated[Reference, RefersTo((Structured,))]
    option: RecoveryOption
    reason: Line = Field(description="Why this option, and not the one below or above it")
    cost: Worth | None = Field(None, description="What it costs to hold it ready; nothing unless given")


Risks = Annotated[dict[Key, Risk], Field(max_length=300)]
Recoveries = Annotated[dict[Key, ServiceRecovery], Field(max_length=60)]
