"""Supplier performance: what a supplier reached in a period against its contract, and what is done where it fell short."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from sdflow.domain.agreement import PersonReference
from sdflow.domain.done_day import DayDone
from sdflow.domain.follow_up import FollowUp, refuse_early_deadlines
from sdflow.domain.improvement import Correcting, CorrectiveAction
from sdflow.domain.kind import Content, Description, Key, Line, Reference, RefersTo, Text
from sdflow.domain.looking_back import PeriodFigures, SupplierMeasuring
from sdflow.domain.looking_back import SupplierPerformance as Performance
from sdflow.domain.period import Period
from sdflow.domain.period_name import PeriodName
from sdflow.domain.trait import Concluding, Sole


class SupplierAction(FollowUp):
    """What is done about a figure, or about the supplier as a whole."""

    figure: Key | None = Field(None, description="The figure that it is to make better, by its key")


class SupplierPerformance(Content, SupplierMeasuring, Concluding, Correcting, Sole):
    """One period of one contract: figures with target and what was reached, and what the supplier says of them."""

    description = Description("supplier_performance", "Supplier performance", "Supplier performances", "SPR")

    supplier: Annotated[Reference, RefersTo(("supplier",))]
    contract: Annotated[Reference, RefersTo(("contract",))] = Field(description="Against which contract it is held")
    period: PeriodName = Field(description="The period, such as 2026-10")
    owner: PersonReference = Field(description="Who looks after the supplier")
    measured_by: Line | None = Field(None, description="Where the figures come from")
    figures: PeriodFigures = Field(default_factory=dict, description="Target and achieved, figure by figure")
    remarks: Text | None = Field(None, description="What is to be said of the period")
    cause: Text | None = Field(None, description="Why targets were missed")
    credits_claimed: Text | None = Field(None, description="What is claimed back by the contract")
    agreed_with: PersonReference | None = Field(None, description="Who agreed to the figures for the supplier")
    agreed_on: DayDone | None = Field(None, description="When the supplier agreed to them")
    actions: Annotated[dict[Key, SupplierAction], Field(max_length=100)] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _figures_are_there(self) -> Self:
        for key, one in self.actions.items():
            if one.figure is not None and one.figure not in self.figures:
                known = ", ".join(sorted(self.figures)) or "none at all"
                raise ValueError(f"actions.{key}.figure: there is no figure {one.figure}; there is {known}")
        return self

    @model_validator(mode="after")
    def _after_the_period(self) -> Self:
        last = Period.parsed(self.period).last
        if self.agreed_on is not None and self.agreed_on <= last:
            raise ValueError(f"agreed_on: {self.agreed_on} is not after {last}, the last day of {self.period}")
        refuse_early_deadlines(self.actions, Period.parsed(self.period).first, f"the first day of {self.period}")
        return self

    @model_validator(mode="after")
    def _agreed_by_the_other_side(self) -> Self:
        if (self.agreed_with is None) != (self.agreed_on is None):
            raise ValueError("agreed_with and agreed_on belong together")
        if self.agreed_with is not None and self.agreed_with == self.owner:
            raise ValueError(f"agreed_with: {self.owner} is the owner; the supplier is spoken for by somebody else")
        return self

    def supplier_performance(self) -> Performance:
        """What the supplier reached."""
        return Performance(
            supplier=self.supplier,
            contract=self.contract,
            period=self.period,
            figures=self.figures,
            owner=self.owner,
            cause=self.cause,
            remarks=self.remarks,
            agreed_on=self.agreed_on,
            open_actions=sum(one.done_on is None for one in self.actions.values()),
        )

    def sole_for(self) -> dict[str, str]:
        """The contract and the period."""
        return {"contract": self.contract, "period": Period.parsed(self.period).name}

    def conclusion(self) -> str:
        """Missed where any figure misses its target, kept where all reach it, unmeasured where one has no value; else empty."""
        found = self.supplier_performance()
        if not self.figures:
            return ""
        if found.missed:
            return "missed"
        return "unmeasured" if found.unmeasured else "kept"

    def corrective_actions(self) -> Mapping[str, CorrectiveAction]:
        """What is done about the contract, and about the clause of the figure where one is named."""
        return {key: self._corrective(one) for key, one in self.actions.items()}

    def _corrective(self, action: SupplierAction) -> CorrectiveAction:
        figure = self.figures[action.figure] if action.figure else None
        why = [figure.cause if figure else None, self.cause, figure.title if figure else None, self.title]
        return action.owed(self.contract, next(one for one in why if one), target=figure.clause if figure else None)

    def owner_reference(self) -> str:
        """Who looks after the supplier."""
        return self.owner
