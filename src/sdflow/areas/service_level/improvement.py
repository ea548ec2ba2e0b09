"""Improvement: an item of the service improvement programme, which closes only on a measured value."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from sdflow.domain import improvement as domain
from sdflow.domain.agreement import PersonReference
from sdflow.domain.done_day import DayDone
from sdflow.domain.improvement import (
    Figure,
    ImprovementAction,
    Improving,
    Kpi,
    MeasuredResult,
    Origin,
    Priority,
    Seen,
    Shortcoming,
    Size,
    Worth,
)
from sdflow.domain.kind import Content, Description, Key, Line, Reference, RefersTo, Strict, Text
from sdflow.domain.trait import Catalogued, Concluding, Sole

LONGEST_TITLE = 200
RecordReference = Annotated[Reference, RefersTo((Content,))]


class Occurrence(Strict):
    """One time that the cause was seen."""

    on: DayDone
    statement: Text = Field(description="What was found")
    source: RecordReference | None = Field(None, description="The record in which it was found")
    value: Figure | None = Field(None, description="The figure that was measured")
    measured_on: DayDone | None = Field(None, description="The last day of the period in which it was measured")
    cases: Annotated[int, Field(ge=0)] | None = Field(None, description="How many cases stand behind the figure")
    missed: Annotated[int, Field(ge=0)] | None = Field(None, description="How many of them missed the target")
    missed_on_end: Annotated[int, Field(ge=0)] | None = Field(
        None, description="In how many periods on end, up to this one, the target was missed"
    )

    @classmethod
    def of(cls, seen: Seen) -> Self:
        """What was found, with the figure that was measured."""
        figure = seen.figure
        measured = {"value": figure.value, "measured_on": figure.on} if figure else {}
        counted = {word: getattr(figure, word) for word in ("cases", "missed", "missed_on_end")} if figure else {}
        return cls(on=seen.on, statement=seen.statement, source=seen.source, **measured, **counted)


class ImprovementItem(Content, Improving, Concluding, Sole):
    """What has to become better, how that is measured, who does what, and what came of it."""

    description = Description("improvement", "Improvement item", "Improvement items", "SIP", document=True)

    origin: Origin = Field(description="What gave the reason")
    raised_on: DayDone
    raised_by: PersonReference | None = None
    programme: Annotated[Reference, RefersTo(("improvement_programme",))] | None = Field(
        None, description="The programme of which it is a part"
    )
    record: RecordReference | None = Field(None, description="The record that it is about")
    target: Line | None = Field(None, description="The clause that it is about, such as targets.restore.P1")
    cause: Text | None = Field(None, description="Why it falls short: the rule, or what a test has shown")
    service: Annotated[Reference, RefersTo((Catalogued,))] | None = Field(None, description="The service that gains")
    statement: Text = Field(description="What must become better")
    justification: Text | None = Field(None, description="Why it is worth the work")
    size: Size | None = None
    priority: Priority | None = None
    kpi: Kpi | None = Field(None, description="By which figure it is judged")
    due_on: date | None = Field(None, description="The last day on which it is in time")
    cost: Worth | None = None
    benefit: Worth | None = None
    owner: PersonReference | None = Field(None, description="Who answers for it")
    verifier: PersonReference | None = Field(None, description="Who verifies the measured value; never the owner")
    actions: Annotated[dict[Key, ImprovementAction], Field(max_length=100)] = Field(default_factory=dict)
    occurrences: Annotated[dict[Key, Occurrence], Field(max_length=1000)] = Field(
        default_factory=dict, description="Each time that the cause was seen, the first one first"
    )
    closure_reason: Text | None = Field(None, description="What is to be said of how it ended")

    @model_validator(mode="after")
    def _verified_by_somebody_else(self) -> Self:
        if self.owner is not None and self.owner == self.verifier:
            raise ValueError(f"verifier: {self.owner} is the owner; what was reached is verified by somebody else")
        return self

    @model_validator(mode="after")
    def _a_clause_of_something(self) -> Self:
        if self.target is not None and self.record is None:
            raise ValueError("target: names a clause of no record; give the record too")
        return self

    @model_validator(mode="after")
    def _in_the_order_of_days(self) -> Self:
        days = [one.on for one in self.occurrences.values()]
        early = next((later for earlier, later in pairwise(days) if later < earlier), None)
        if early is not None:
            raise ValueError(f"occurrences: the one of {early} stands after a later one; put them in the order of days")
        return self

    @classmethod
    def raising(cls, found: Shortcoming, on: date, by: str) -> Self:
        """The item that takes up what was found."""
        about = f"{found.concern.record}: {found.wanted}"
        return cls(
            title=about if len(about) <= LONGEST_TITLE else f"{about[: LONGEST_TITLE - 1]}…",
            origin=found.origin,
            raised_on=on,
            raised_by=by,
            record=found.concern.record,
            target=found.concern.target or None,
            cause=found.concern.cause,
            service=found.service,
            statement=f"{found.wanted[:1].upper()}{found.wanted[1:]}",
            due_on=found.due_on,
            owner=found.owner,
            kpi=found.figure.kpi() if found.figure else None,
            actions={"a1": found.action} if found.action else {},
            occurrences={"o1": Occurrence.of(found.seen(on))},
        )

    def seen_again(self, found: Seen) -> Self:
        """The item with a further occurrence, and with its action unless an open one says the same."""
        seen = {_next_key("o", self.occurrences): Occurrence.of(found)}
        new = found.action is not None and found.action not in self.actions.values()
        owed = {_next_key("a", self.actions): found.action} if new else {}
        return self.model_copy(update={"occurrences": self.occurrences | seen, "actions": self.actions | owed})

    def measured(self, result: MeasuredResult) -> Self:
        """The item with what was measured of its figure, which has a baseline."""
        kpi = self.kpi.model_dump() | {"measured": result.model_dump()} if self.kpi else None
        return type(self).model_validate(self.model_dump() | {"kpi": kpi})

    def sole_for(self) -> dict[str, str]:
        """The record, the clause and the cause, where it says a cause."""
        if self.record is None or self.cause is None:
            return {}
        return {"record": self.record, "target": self.target or "", "cause": self.cause}

    def improvement(self) -> domain.Improvement:
        """What it says, as far as others ask."""
        concern = domain.Concern(self.record, self.target or "", self.cause) if self.record and self.cause else None
        return domain.Improvement(
            concern=concern,
            origin=self.origin,
            wanted=self.statement,
            record=self.record,
            kpi=self.kpi,
            owner=self.owner,
            verifier=self.verifier,
            service=self.service,
            programme=self.programme,
            justification=self.justification,
            size=self.size,
            priority=self.priority,
            raised_on=self.raised_on,
            raised_by=self.raised_by,
            due_on=self.due_on,
            cost=self.cost,
            benefit=self.benefit,
            actions=self.actions,
            seen=tuple(Seen(one.on, one.statement, one.source) for one in self.occurrences.values()),
            closure_reason=self.closure_reason,
        )

    def conclusion(self) -> str:
        """Whether the measured value reaches the target; empty while that is open."""
        found = self.kpi.conclusion() if self.kpi else None
        return found.value if found else ""

    def ends_on(self) -> date | None:
        """The last day on which it is in time."""
        return self.due_on

    def owner_reference(self) -> str | None:
        """Who answers for it."""
        return self.owner

    def service_reference(self) -> str | None:
        """The service that gains."""
        return self.service


def _next_key(letter: str, taken: Iterable[str]) -> str:
    """The key behind all of its kind, such as o3 behind o1 and o2."""
    numbers = [int(key[1:]) for key in taken if key.startswith(letter) and key[1:].isdigit()]
    return f"{letter}{max(numbers, default=0) + 1}"
