"""Term: from when until when an agreement holds, and how it goes on."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from sdflow.domain.kind import Strict

Months = Annotated[int, Field(ge=1, le=600)]


class EndCounts(StrEnum):
    """How an agreement's end is to be read."""

    last_day = "last_day"
    first_day_after = "first_day_after"


class Renewal(StrEnum):
    """What happens at the end of the term when nobody does anything."""

    ends = "ends"
    automatic = "automatic"


class Notice(Strict):
    """How long before the end notice must be given: months (clipped to the month's end) or days."""

    months: Months | None = None
    days: Annotated[int, Field(ge=1, le=3660)] | None = None

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        if (self.months is None) == (self.days is None):
            raise ValueError("give the notice in months or in days, one of the two")
        return self


class Term(Strict):
    """Start, end, renewal and notice of an agreement; without an end it is open-ended."""

    start_on: date = Field(description="The first day on which the agreement holds")
    end_on: date | None = Field(None, description="The end of the first term; none for an open-ended agreement")
    end_counts: EndCounts = Field(
        EndCounts.last_day, description="Whether the end is the last day or the first day after"
    )
    renewal: Renewal = Field(Renewal.ends, description="What happens at the end if nobody gives notice")
    renewal_months: Months | None = Field(None, description="Length of each further term, in months")
    notice: Notice | None = Field(None, description="How long before the end notice must be given")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end_on is not None and self.end_on <= self.start_on:
            raise ValueError(f"ends on {self.end_on}, which is not after its start on {self.start_on}")
        if self.renewal is Renewal.automatic and (self.end_on is None or self.renewal_months is None):
            raise ValueError("an automatic renewal needs an end_on and renewal_months")
        return self

    def last_day(self) -> date | None:
        """The last day of the first term, whichever way its end is written; none where it is open-ended."""
        if self.end_on is None or self.end_counts is EndCounts.last_day:
            return self.end_on
        return self.end_on - timedelta(days=1)
