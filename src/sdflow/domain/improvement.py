"""Improvement: what has to become better, how that is measured, and what has shown that it is.

Two traits: what keeps an item of the service improvement programme, and what owes corrective actions.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from sdflow.domain.agreement import PersonReference
from sdflow.domain.clauses import Amount, Currency
from sdflow.domain.done_day import DayDone
from sdflow.domain.kind import Line, Strict, Title

if TYPE_CHECKING:
    from sdflow.domain.kind import Content

Figure = Annotated[Decimal, Field(ge=-(10**12), le=10**12, max_digits=18, decimal_places=6)]


class Origin(StrEnum):
    """What gave the reason for an item."""

    breach = "breach"
    review = "review"
    audit = "audit"
    test = "test"
    idea = "idea"


class Size(StrEnum):
    """How much work an item is."""

    small = "small"
    medium = "medium"
    large = "large"


class Priority(StrEnum):
    """How urgent an item is; the first is the most urgent."""

    high = "high"
    medium = "medium"
    low = "low"

    @property
    def rank(self) -> int:
        """0 for the most urgent."""
        return list(Priority).index(self)


class Direction(StrEnum):
    """Where a figure has to go."""

    more = "more"
    less = "less"


class Conclusion(StrEnum):
    """Whether what was measured reaches what was aimed at."""

    met = "met"
    not_met = "not_met"


class Baseline(Strict):
    """The figure as it was before anything was done."""

    value: Figure
    on: DayDone
    how: Line | None = Field(None, description="How it was measured, on how many cases")


class MeasuredResult(Strict):
    """The figure as it was measured afterwards."""

    value: Figure
    on: DayDone
    how: Line = Field(description="How it was measured, on how many cases")


class Kpi(Strict):
    """The figure by which an improvement is judged (KPI), with where it begins, where it has to go, and what was reached."""

    title: Title = Field(description="What is measured")
    unit: Line = Field(description="In what, such as minutes or per cent")
    direction: Direction = Field(description="Whether more or less of it is better")
    baseline: Baseline | None = None
    target: Figure | None = Field(None, description="What has to be reached at least, or at most where less is better")
    review_on: date | None = Field(None, description="When it is looked at whether the target is reached")
    measured: MeasuredResult | None = None

    @model_validator(mode="after")
    def _asks_for_something_better(self) -> Self:
        if self.baseline and self.target is not None and not self._is_better(self.target, self.baseline.value):
            raise ValueError(
                f"target: {self.target} is no better than the baseline of {self.baseline.value}, where {self.direction} is better"
            )
        return self

    @model_validator(mode="after")
    def _measured_against_a_baseline(self) -> Self:
        if self.measured and not self.baseline:
            raise ValueError("measured: there is no baseline against which the value could stand; give baseline first")
        if self.measured and self.baseline and self.measured.on <= self.baseline.on:
            raise ValueError(
                f"measured.on: {self.measured.on} is not after {self.baseline.on}, the day of the baseline; what was "
                "measured before anything was done shows nothing"
            )
        return self

    def conclusion(self) -> Conclusion | None:
        """Met where the measured value is the target or better; none while baseline, target or measured value is open."""
        if self.baseline is None or self.target is None or self.measured is None:
            return None
        reached = self.measured.value == self.target or self._is_better(self.measured.value, self.target)
        return Conclusion.met if reached else Conclusion.not_met

    def progress(self) -> Decimal | None:
        """The share of the way from the baseline to the target, (measured − baseline) / (target − baseline).

        Below 0 where it became worse, above 1 where more was reached; none while one of the three is open.
        """
        if self.baseline is None or self.target is None or self.measured is None:
            return None
        return (self.measured.value - self.baseline.value) / (self.target - self.baseline.value)

    def unreviewed(self, today: date) -> bool:
        """Whether the day of the review has passed and nothing was measured on it or since."""
        if self.review_on is None or self.review_on >= today:
            return False
        return self.measured is None or self.measured.on < self.review_on

    def _is_better(self, value: Decimal, other: Decimal) -> bool:
        return value > other if self.direction is Direction.more else value < other


class Frequency(StrEnum):
    """How often an amount is spent or gained."""

    once = "once"
    year = "year"


class Worth(Strict):
    """What an improvement costs, or what it is worth, in money."""

    amount: Amount
    currency: Currency
    per: Frequency = Field(Frequency.once, description="Once unless given")
    remark: Line | None = Field(None, description="Of what it is made")


class ImprovementAction(Strict):
    """Something that somebody does by a day, so that it becomes better."""

    what: Line
    who: PersonReference | None = Field(None, description="Who does it")
    due_on: date | None = Field(None, description="The last day on which it is in time")
    done_on: DayDone | None = None

    def overdue(self, today: date) -> bool:
        """Whether its day has passed and it is not done."""
        return self.done_on is None and self.due_on is not None and self.due_on < today


@dataclass(frozen=True)
class Concern:
    """What an item is about: a record, a clause of it (empty for the whole), and the cause.

    There is one open item for each concern; what is found again is added to it.
    """

    record: str
    target: str
    cause: str


@dataclass(frozen=True)
class MeasuredFigure:
    """A figure as it was measured up to the end of a day.

    `cases` is how many cases or breaks stand behind it, `missed` how many of them missed it by themselves, as `behind` says in
    words, and `missed_on_end` in how many periods on end, up to that one, the target was missed.
    """

    title: str
    unit: str
    direction: Direction
    value: Decimal
    target: Decimal
    on: date
    cases: int
    missed: int
    behind: str
    missed_on_end: int = 0

    def kpi(self) -> Kpi:
        """The figure by which it is judged whether it becomes better, with this value as its baseline.

        The target is left open where the value reaches it already.
        """
        short = self.value < self.target if self.direction is Direction.more else self.value > self.target
        baseline = Baseline(value=self.value, on=self.on, how=self.behind)
        target = self.target if short else None
        return Kpi(title=self.title, unit=self.unit, direction=self.direction, baseline=baseline, target=target)


@dataclass(frozen=True)
class Seen:
    """When something was found, in which record, what was found, and the figure that was measured; none where none was.

    `action` is what is to be done about it, where somebody has said that.
    """

    on: date
    statement: str
    source: str | None
    figure: MeasuredFigure | None = None
    action: ImprovementAction | None = None


@dataclass(frozen=True)
class Shortcoming:
    """Something that was found and has to become better.

    `wanted` says what must become better, `statement` what was found, in `source`. `once`: it was found on an occasion,
    such as a test, and is over; whatever took it up once has dealt with it. Otherwise it is found anew every day.
    `figure` is what was measured of it, `action` what is to be done, by whom and until when, where somebody has said that.
    """

    concern: Concern
    source: str
    statement: str
    wanted: str
    origin: Origin
    once: bool = False
    owner: str | None = None
    service: str | None = None
    due_on: date | None = None
    figure: MeasuredFigure | None = None
    action: ImprovementAction | None = None

    def seen(self, on: date) -> Seen:
        """What was found, as it is written down on a day."""
        return Seen(on, self.statement, self.source, self.figure, self.action)


@dataclass(frozen=True)
class Improvement:
    """What an item of the service improvement programme says, as far as others ask.

    `wanted` is what must become better; `record` the record that it is about, `concern` where it says a cause too;
    `service` the service that gains; `programme` the record of the programme of which it is a part.
    """

    concern: Concern | None
    origin: Origin
    wanted: str
    record: str | None
    kpi: Kpi | None
    owner: str | None
    verifier: str | None
    service: str | None = None
    programme: str | None = None
    justification: str | None = None
    size: Size | None = None
    priority: Priority | None = None
    raised_on: date | None = None
    raised_by: str | None = None
    due_on: date | None = None
    cost: Worth | None = None
    benefit: Worth | None = None
    actions: Mapping[str, ImprovementAction] = field(default_factory=dict)
    seen: Sequence[Seen] = ()
    closure_reason: str | None = None

    def measured_too_early(self) -> str | None:
        """Why what was measured shows nothing, where that was before the last action was done; none where it was not.

        It is asked where an item is written, and not where one is read that was written before this was asked.
        """
        done = max((one.done_on for one in self.actions.values() if one.done_on), default=None)
        measured = self.kpi.measured if self.kpi else None
        if measured is None or done is None or measured.on >= done:
            return None
        return (
            f"{measured.on} lies before {done}, the day on which the last action was done; what was measured before does not"
            " show what came of it: measure again, or remove kpi.measured until then"
        )


class Improving(ABC):
    """Something that says what has to become better: an item of the service improvement programme."""

    @abstractmethod
    def improvement(self) -> Improvement:
        """What it says."""

    @abstractmethod
    def seen_again(self, found: Seen) -> Content:
        """The content with a further occurrence, and with its action unless an open one says the same."""

    @abstractmethod
    def measured(self, result: MeasuredResult) -> Content:
        """The content with what was measured of its figure."""

    @classmethod
    @abstractmethod
    def raising(cls, found: Shortcoming, on: date, by: str) -> Content:
        """The content of a new item for what was found on a day by somebody."""


@dataclass(frozen=True)
class ImprovementGoal:
    """What a programme wants to reach, and by when."""

    statement: str
    by: date | None


@dataclass(frozen=True)
class ImprovementProgramme:
    """What a service improvement programme says: who sponsors and keeps it, its scope, goals, term and budget."""

    sponsor: str
    owner: str
    scope: str | None
    goals: Mapping[str, ImprovementGoal]
    starts_on: date
    ends_on: date | None
    budget: Worth | None
    next_review_on: date | None


class Steering(ABC):
    """Something that steers improvements towards goals within a budget: a service improvement programme."""

    @abstractmethod
    def programme(self) -> ImprovementProgramme:
        """What it says."""


@dataclass(frozen=True)
class CorrectiveAction:
    """What has to be mended after something was found, such as by a test.

    It is about `record` (and its clause `target`), because of `cause`: two tests that find the same cause of the same
    clause of the same plan concern one improvement. `what` is to be done by `owner` until the end of `due_on`;
    `done_on` says that it was. `origin` is on what occasion it was found.
    """

    record: str
    target: str
    cause: str
    what: str
    owner: str | None = None
    due_on: date | None = None
    done_on: date | None = None
    service: str | None = None
    origin: Origin = Origin.test


class Correcting(ABC):
    """Something that owes corrective actions: a test of a continuity plan, a complaint, a review."""

    @abstractmethod
    def corrective_actions(self) -> Mapping[str, CorrectiveAction]:
        """What has to be mended, by keys; it counts from the state on in which the result stands."""
