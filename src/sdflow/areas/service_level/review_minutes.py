"""Review minutes: who was there, what was looked at, and what was agreed."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from sdflow.domain.agreement import PersonReference
from sdflow.domain.clauses import ClausePath
from sdflow.domain.done_day import DayDone
from sdflow.domain.follow_up import FollowUp
from sdflow.domain.kind import Key, Line, Reference, RefersTo, Strict, Text, Title
from sdflow.domain.looking_back import PeriodFigure, Present
from sdflow.domain.trait import Party

ReviewedAgreement = Annotated[Reference, RefersTo(("sla",))]


class ReviewPack(Strict):
    """The service report that was sent before the meeting, so that it can be known again."""

    file_name: Line
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(description="SHA-256 of the file")
    sent_on: DayDone
    sent_to: Annotated[dict[Key, PersonReference], Field(min_length=1, max_length=60)]
    measured_until: DayDone | None = Field(
        None, description="The last day that the report counts, where its period was not over"
    )
    unsigned: Annotated[list[ReviewedAgreement], Field(min_length=1, max_length=60)] | None = Field(
        None, description="Agreements of which nobody had signed a version"
    )


class Attendance(Strict):
    """Somebody who was invited."""

    person: PersonReference | None = Field(None, description="Who, where the person is registered")
    name: Line | None = Field(None, description="Who, where the person is not registered")
    capacity: Line | None = Field(None, description="In which capacity, or for whom")
    party: Annotated[Reference, RefersTo((Party,))] | None = Field(
        None, description="For whom, where the register of people does not say it"
    )
    excused: bool = Field(False, description="Whether the person could not come")

    @model_validator(mode="after")
    def _one_name(self) -> Self:
        if (self.person is None) == (self.name is None):
            raise ValueError("give either person, by reference, or name")
        return self

    def present(self) -> Present:
        """Who that is, and for whom."""
        return Present(self.person, self.party)


class Progress(StrEnum):
    """How an action of the review before stands."""

    done = "done"
    open = "open"
    dropped = "dropped"


class PreviousAction(Strict):
    """What had been agreed before."""

    what: Line
    owner: PersonReference | None = Field(None, description="Who does it")
    progress: Progress
    remark: Line | None = None


class ReviewedFigure(PeriodFigure):
    """A figure of the period, achieved against agreed."""

    agreement: ReviewedAgreement | None = Field(None, description="Of which agreement; the first unless given")


class ExceptionalSituation(Strict):
    """Something out of the ordinary that explains figures."""

    title: Title
    on: date | None = None
    what: Text = Field(description="What happened, and what it meant")


class ReviewAction(FollowUp):
    """An improvement that was agreed."""

    because: Line = Field(description="Why: the cause that it removes")
    agreement: ReviewedAgreement | None = Field(None, description="Of which agreement; the first unless given")
    clause: ClausePath | None = Field(None, description="The clause that it is about")


class TargetDecision(Strict):
    """What was decided on a target."""

    what: Line = Field(description="What was decided, such as that it stays")
    agreement: ReviewedAgreement | None = Field(None, description="Of which agreement; the first unless given")
    clause: ClausePath | None = Field(None, description="The target")
    change_request: Line | None = Field(None, description="The change request by which it is changed")
