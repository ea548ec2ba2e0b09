"""Interruption: work by plan that stops services for a while, and who was told of it when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from sdflow.domain.agreement import PersonReference
from sdflow.domain.done_day import DayDone, MomentDone
from sdflow.domain.interruption import Interrupting, PlannedWork
from sdflow.domain.kind import Content, Description, Key, Line, Reference, RefersTo, Strict, Text
from sdflow.domain.structure import ComponentReference
from sdflow.domain.trait import Party, Structured


class Told(Strict):
    """Who was told of it, when and how."""

    to: Annotated[Reference, RefersTo((Party,))] | None = Field(None, description="Who; every customer unless given")
    on: DayDone
    channel: Line | None = Field(None, description="How, such as by mail or on the status page")


class Interruption(Content, Interrupting):
    """One planned interruption, from the plan until it is over or called off."""

    description = Description("interruption", "Planned interruption", "Planned interruptions", "INT")

    owner: PersonReference = Field(description="Who answers for the work")
    services: Annotated[list[Annotated[Reference, RefersTo((Structured,))]], Field(max_length=60)] = Field(
        default_factory=list,
        description="Services that stop; those that cannot do without its components need no mention",
    )
    components: Annotated[list[ComponentReference], Field(max_length=60)] = Field(
        default_factory=list, description="Components that are worked on"
    )
    from_at: AwareDatetime = Field(description="When it begins")
    until_at: AwareDatetime = Field(description="When everything works again at the latest")
    reason: Text = Field(description="Why, and what is done")
    effect: Line | None = Field(None, description="What users notice of it")
    change_request: Line | None = Field(None, description="The change request that it belongs to")
    announce_by: date | None = Field(None, description="The last day on which it is announced in time")
    announced: Annotated[dict[Key, Told], Field(max_length=60)] = Field(
        default_factory=dict, description="Who was told of it"
    )
    report_by: date | None = Field(None, description="By when it is written down how it went")
    began_at: MomentDone | None = Field(None, description="When it really began")
    ended_at: MomentDone | None = Field(None, description="When everything really worked again")
    cancelled_because: Text | None = Field(None, description="Why it does not take place")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until_at <= self.from_at:
            raise ValueError(f"until_at: {self.until_at} is not after {self.from_at}, when it begins")
        if (self.began_at is None) != (self.ended_at is None):
            raise ValueError("began_at and ended_at belong together")
        if self.began_at and self.ended_at and self.ended_at <= self.began_at:
            raise ValueError(f"ended_at: {self.ended_at} is not after {self.began_at}, when it really began")
        return self

    @model_validator(mode="after")
    def _interrupts_something(self) -> Self:
        if not self.services and not self.components:
            raise ValueError("give the services that stop, or the components that are worked on")
        return self

    def planned_work(self) -> PlannedWork:
        """What is interrupted, from when until when, as it was announced."""
        told = tuple((one.to, one.on) for _, one in sorted(self.announced.items()))
        return PlannedWork(tuple(self.services), tuple(self.components), self.from_at, self.until_at, told, self.reason)

    def took_place(self) -> tuple[datetime, datetime] | None:
        """When it really began and ended; none where that is not written down."""
        return (self.began_at, self.ended_at) if self.began_at and self.ended_at else None

    def owner_reference(self) -> str:
        """Who answers for the work."""
        return self.owner
