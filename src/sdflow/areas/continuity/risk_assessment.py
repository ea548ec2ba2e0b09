"""Risk assessment: what may happen to what is worth protecting, how large that is, what is done about it, and who bears the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from sdflow.areas.continuity.risk_inventory import Assets, CounterMeasures, Threats, Vulnerabilities
from sdflow.areas.continuity.risk_scale import DeclaredRiskScale
from sdflow.areas.continuity.risk_treatment import Recoveries, Risk, Risks
from sdflow.domain.agreement import PersonReference
from sdflow.domain.continuity import Analysing
from sdflow.domain.kind import Description, Reference, RefersTo, Text
from sdflow.domain.risk import AssessedRisk, Levels, RiskAssessing, RiskScale, Spent, on_map, ranked, spent
from sdflow.domain.signed_document import SignedDocument
from sdflow.domain.trait import Party


class RiskAssessment(SignedDocument, RiskAssessing):
    """What may happen to assets and what is done about it, accepted by those who own the risks."""

    description = Description("risk_assessment", "Risk assessment", "Risk assessments", "RSK", document=True)

    organisation: Annotated[Reference, RefersTo((Party,))] = Field(description="Whose risks are assessed")
    scope: Text | None = Field(None, description="What is assessed, and what is not")
    method: Text | None = Field(None, description="How the steps were found, and what they assume")
    participants: Annotated[list[PersonReference], Field(max_length=60)] = Field(
        default_factory=list, description="Who was asked"
    )
    analyses: Annotated[list[Annotated[Reference, RefersTo((Analysing,))]], Field(max_length=20)] = Field(
        default_factory=list, description="Analyses of business impact from which values follow"
    )
    scale: DeclaredRiskScale
    assets: Assets = Field(default_factory=dict, description="What is worth protecting")
    threats: Threats = Field(default_factory=dict, description="What may happen to it")
    vulnerabilities: Vulnerabilities = Field(default_factory=dict, description="How it lies open")
    counter_measures: CounterMeasures = Field(default_factory=dict, description="What protects it already")
    risks: Risks = Field(default_factory=dict, description="The risks, each an asset, a threat and a vulnerability")
    recovery: Recoveries = Field(default_factory=dict, description="How services are recovered if they are lost")

    @model_validator(mode="after")
    def _by_steps_of_the_scale(self) -> Self:
        for name, held, field, steps in (
            ("assets", self.assets, "value", self.scale.ordered_values()),
            ("threats", self.threats, "likelihood", self.scale.ordered_likelihoods()),
            ("vulnerabilities", self.vulnerabilities, "level", self.scale.ordered_vulnerabilities()),
        ):
            for key, one in held.items():
                if getattr(one, field) not in steps:
                    raise ValueError(f"{name}.{key}.{field}: {getattr(one, field)} is none of {', '.join(steps)}")
        return self

    @model_validator(mode="after")
    def _risks_stand_on_what_there_is(self) -> Self:
        seen: dict[tuple[str, str, str], str] = {}
        for key, risk in self.risks.items():
            for field, name, held in (
                (risk.asset, "asset", self.assets),
                (risk.threat, "threat", self.threats),
                (risk.vulnerability, "vulnerability", self.vulnerabilities),
            ):
                if field not in held:
                    raise ValueError(f"risks.{key}.{name}: {field} is none of those of the assessment")
            unknown = [one for one in risk.counter_measures if one not in self.counter_measures]
            if unknown:
                raise ValueError(f"risks.{key}.counter_measures: {unknown[0]} is none of those of the assessment")
            before = seen.setdefault((risk.asset, risk.threat, risk.vulnerability), key)
            if before != key:
                raise ValueError(
                    f"risks.{key}: the same asset, threat and vulnerability as {before}; state a risk once"
                )
        return self

    @model_validator(mode="after")
    def _options_lower_what_they_say(self) -> Self:
        for key, risk in self.risks.items():
            for name, option in risk.options.items():
                try:
                    option.leaves(self.before(risk), self.scale)
                except ValueError as error:
                    raise ValueError(f"risks.{key}.options.{name}.{error}") from error
        return self

    @model_validator(mode="after")
    def _accepted_as_long_as_the_class_allows(self) -> Self:
        scale = self.scale.reckoned()
        for one in self.assessed_risks():
            acceptance, left = self.risks[one.key].acceptance, one.residual()
            if acceptance is None or left is None:
                continue
            found = scale.class_at(left)
            limit = found.longest_acceptance_days
            if limit is not None and acceptance.days > limit:
                raise ValueError(
                    f"risks.{one.key}.acceptance.until: what remains is {found.title} (measure {scale.measure(left)}) and is "
                    f"accepted for {acceptance.days} days, where the class allows {limit}; treat it further, or accept it "
                    "for less long"
                )
        return self

    @model_validator(mode="after")
    def _signed_by_those_who_own_risks(self) -> Self:
        signing = {one.person for one in self.signatories}
        for key, risk in self.risks.items() if signing else ():
            if risk.owner not in signing:
                raise ValueError(f"risks.{key}.owner: {risk.owner} owns the risk and is not among the signatories")
            if risk.acceptance and risk.acceptance.by not in signing:
                raise ValueError(
                    f"risks.{key}.acceptance.by: {risk.acceptance.by} bears what remains and is not among the signatories"
                )
        return self

    @model_validator(mode="after")
    def _one_recovery_for_each_service(self) -> Self:
        services = [one.service for one in self.recovery.values()]
        twice = sorted({one for one in services if services.count(one) > 1})
        if twice:
            raise ValueError(f"recovery: {twice[0]} stands there twice")
        return self

    def before(self, risk: Risk) -> Levels:
        """The ranks of a risk before any treatment."""
        return self.scale.levels(
            self.assets[risk.asset].value,
            self.threats[risk.threat].likelihood,
            self.vulnerabilities[risk.vulnerability].level,
        )

    def risk_scale(self) -> RiskScale:
        """The declared scale as it can be reckoned with."""
        return self.scale.reckoned()

    def assessed_risks(self) -> tuple[AssessedRisk, ...]:
        """The risks, the largest before treatment first."""
        return ranked(self._assessed(), self.scale.reckoned())

    def _assessed(self) -> Iterator[AssessedRisk]:
        for key, risk in self.risks.items():
            before = self.before(risk)
            yield AssessedRisk(
                key=key,
                title=risk.title,
                asset=self.assets[risk.asset].title,
                threat=self.threats[risk.threat].title,
                vulnerability=self.vulnerabilities[risk.vulnerability].title,
                owner=risk.owner,
                before=before,
                treatments=tuple(risk.options[name].chosen(name, before, self.scale) for name in risk.chosen),
                acceptance=risk.acceptance.reckoned() if risk.acceptance else None,
            )

    def places(self, *, treated: bool = False) -> Mapping[Levels, tuple[int, ...]]:
        """The risks by their numbers in the order of the assessment, where they stand on the map before or after treatment."""
        risks = self.assessed_risks()
        return on_map(one.residual() if treated else one.before for one in risks)

    def costs(self) -> tuple[Spent, ...]:
        """What the chosen treatments cost."""
        return spent(self.assessed_risks())

    def review_due_on(self) -> date | None:
        """By when the assessment is looked at again."""
        return self.next_review_on
