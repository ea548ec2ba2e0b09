"""Improvement programme: goals, term and budget within which services are made better."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from sdflow.domain import improvement as domain
from sdflow.domain.agreement import PersonReference
from sdflow.domain.improvement import Steering, Worth
from sdflow.domain.kind import Content, Description, Key, Line, Strict, Text


class Goal(Strict):
    """What the programme wants to reach."""

    statement: Line
    by: date | None = Field(None, description="By when")


class ServiceImprovementProgramme(Content, Steering):
    """A service improvement programme, to which items belong."""

    description = Description(
        "improvement_programme", "Service improvement programme", "Service improvement programmes", "PRG"
    )

    sponsor: PersonReference = Field(description="Who provides for it and approves its goals")
    owner: PersonReference = Field(description="Who keeps it")
    scope: Text | None = Field(None, description="Which services it is about, and which not")
    goals: Annotated[dict[Key, Goal], Field(max_length=50)] = Field(default_factory=dict)
    starts: date = Field(description="Its first day")
    ends: date | None = Field(None, description="Its last day, if it has one")
    budget: Worth | None = None
    next_review_on: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends is not None and self.ends < self.starts:
            raise ValueError(f"ends: {self.ends} is before {self.starts}, the first day")
        return self

    def programme(self) -> domain.ImprovementProgramme:
        """What it says."""
        return domain.ImprovementProgramme(
            sponsor=self.sponsor,
            owner=self.owner,
            scope=self.scope,
            goals={key: domain.ImprovementGoal(one.statement, one.by) for key, one in self.goals.items()},
            starts_on=self.starts,
            ends_on=self.ends,
            budget=self.budget,
            next_review_on=self.next_review_on,
        )

    def starts_on(self) -> date:
        """Its first day."""
        return self.starts

    def ends_on(self) -> date | None:
        """Its last day, if it has one."""
        return self.ends

    def owner_reference(self) -> str:
        """Who keeps it."""
        return self.owner
