"""Looking back: figures of a period against what was agreed, what suppliers reached, and reviews of both sides."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from sdflow.domain.clauses import ClausePath
from sdflow.domain.kind import Key, Line, Strict, Title
from sdflow.domain.target import Comparison, Quantity


class PeriodFigure(Strict):
    """A figure of a period: what was agreed and what was reached."""

    title: Title = Field(description="What is measured")
    clause: ClausePath | None = Field(None, description="The target in the agreement, such as targets.restore.P1")
    comparison: Comparison = Field(Comparison.at_least, description="On which side of the target it has to lie")
    target: Quantity
    achieved: Quantity | None = Field(None, description="What was reached; none where nothing was measured")
    unit: Line = Field(description="In what, such as per cent or minutes")
    remark: Line | None = None
    cause: Line | None = Field(None, description="Why the target was missed")

    @model_validator(mode="after")
    def _cause_of_something(self) -> Self:
        if self.cause is not None and self.missed is False:
            raise ValueError("cause: the target was reached; say it in remark")
        return self

    @property
    def missed(self) -> bool | None:
        """Whether the target was missed; none where nothing was measured, which is neither."""
        if self.achieved is None:
            return None
        at_least = self.comparison is Comparison.at_least
        return self.achieved < self.target if at_least else self.achieved > self.target


PeriodFigures = Annotated[dict[Key, PeriodFigure], Field(max_length=200)]


@dataclass(frozen=True)
class SupplierPerformance:
    """What a supplier reached in a period, against its contract.

    `period` is its name, such as 2026-10. `agreed_on` is the day on which the supplier agreed to the figures.
    """

    supplier: str
    contract: str
    period: str
    figures: Mapping[str, PeriodFigure]
    owner: str
    cause: str | None = None
    remarks: str | None = None
    agreed_on: date | None = None
    open_actions: int = 0

    @property
    def missed(self) -> tuple[str, ...]:
        """The keys of the figures that miss their targets."""
        return tuple(key for key, one in self.figures.items() if one.missed)

    @property
    def unmeasured(self) -> tuple[str, ...]:
        """The keys of the figures of which nothing was measured."""
        return tuple(key for key, one in self.figures.items() if one.missed is None)


class SupplierMeasuring(ABC):
    """Something that holds a supplier against its contract."""

    @abstractmethod
    def supplier_performance(self) -> SupplierPerformance:
        """What the supplier reached."""


@dataclass(frozen=True)
class Present:
    """Somebody who was there: a registered person, or somebody else with the party that is written down."""

    person: str | None
    party: str | None


class Attended(ABC):
    """Something at which people were present."""

    @abstractmethod
    def present(self) -> tuple[Present, ...]:
        """Who was there; not those who were excused."""


@dataclass(frozen=True)
class ReviewSummary:
    """A review in which provider and customer look at agreements together.

    `period` is the name of the one that they look back upon. `held_on` is none until it was held; `next_on` is the day of
    the one after it. `complaints` and `surveys` are the records that were spoken about, `pack_sha256` the hash of the
    report that was sent before it.
    """

    agreements: tuple[str, ...]
    customer: str
    service: str | None
    period: str
    planned_on: date
    held_on: date | None
    next_on: date | None
    owner: str
    pack_sha256: str | None = None
    complaints: tuple[str, ...] = ()
    surveys: tuple[str, ...] = ()
    actions: int = 0
    open_actions: int = 0


class Reviewed(ABC):
    """Something in which a period was looked back upon by both sides."""

    @abstractmethod
    def review(self) -> ReviewSummary:
        """When, about what, and what came of it."""
