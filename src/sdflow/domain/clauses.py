"""Clauses: what agreements of every kind say besides their targets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from sdflow.domain.agreement import (
    Contact,
    Hours,
    PersonReference,
    Signatories,
    Signatory,
    in_turn,
    repeated_signatories,
)
from sdflow.domain.kind import Content, Key, Line, Strict, Text, Title
from sdflow.domain.target import CalendarReference, MeasuringPeriod, Percent, Quantity, Targets, WorkloadLimit
from sdflow.domain.terms import Term
from sdflow.domain.trait import Adoptable, Lasting, Signable

Lines = Annotated[list[Line], Field(max_length=60)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Amount = Annotated[Decimal, Field(ge=0, le=10**12, max_digits=18, decimal_places=4)]
ClausePath = Annotated[str, StringConstraints(pattern=r"^[a-z_]+(\.[A-Za-z0-9_-]+)*$", max_length=200)]


class Priority(Strict):
    """A priority of incidents: its name, and when it applies."""

    title: Line
    applies: Line = Field(description="Impact and urgency for which it is used")


Priorities = Annotated[dict[Key, Priority], Field(max_length=20)]


class PriorityMatrix(Strict):
    """Which priority an incident has: a row for each impact, and in it a priority for each urgency."""

    rows_are: Line = Field("Impact", description="What the rows stand for")
    columns_are: Line = Field("Urgency", description="What the columns stand for")
    priorities: Annotated[dict[Key, dict[Key, Key]], Field(min_length=1, max_length=10)]

    @model_validator(mode="after")
    def _same_columns(self) -> Self:
        first = next(iter(self.priorities.values())).keys()
        for row, cells in self.priorities.items():
            if not cells or cells.keys() != first:
                raise ValueError(f"the row {row} has other columns than the first one")
        return self


class CriticalPeriod(Strict):
    """A time that matters more to the customer than others."""

    title: Title
    first_on: date | None = Field(None, description="Its first day")
    last_on: date | None = Field(None, description="Its last day")
    yearly: bool = Field(False, description="Whether it comes back each year")
    hours: CalendarReference | None = Field(None, description="Hours of the day in which it holds; all unless given")
    remark: Line | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if (self.first_on is None) != (self.last_on is None):
            raise ValueError("first_on and last_on belong together")
        if self.first_on and self.last_on and self.last_on < self.first_on:
            raise ValueError(f"ends on {self.last_on}, before it starts on {self.first_on}")
        return self


CriticalPeriods = Annotated[dict[Key, CriticalPeriod], Field(max_length=40)]


def refuse_unknown_periods(targets: Targets, periods: Mapping[str, CriticalPeriod]) -> None:
    """Raises ValueError where availability is promised in critical periods that are not stated."""
    named = [key for target in targets.further_availability.values() for key in target.critical_periods or ()]
    unknown = sorted(set(named) - periods.keys())
    if unknown:
        raise ValueError(f"availability is promised in {', '.join(unknown)}, which is not among the critical periods")


class PlannedInterruption(Strict):
    """When the service may be interrupted by plan."""

    window: CalendarReference = Field(description="Hours in which it may be interrupted")
    notice_days: Annotated[int, Field(ge=0, le=365)] = Field(description="Days of notice")
    most: Annotated[int, Field(ge=1, le=1000)] | None = Field(None, description="Most interruptions in a period")
    period: MeasuringPeriod = MeasuringPeriod.month
    longest_minutes: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        None, description="Longest single interruption, in minutes"
    )
    components: Annotated[list[Key], Field(min_length=1, max_length=200)] | None = Field(
        None, description="Supported components that it stops, by their keys; all of them unless given"
    )
    remark: Line | None = None


class Charge(Strict):
    """A price: an amount for a unit, or a markup on what something costs."""

    title: Title
    amount: Amount | None = None
    markup_percent: Annotated[Decimal, Field(ge=0, le=1000, max_digits=9, decimal_places=4)] | None = Field(
        None, description="Share that is added to what the provider pays, in per cent"
    )
    currency: Currency
    per: Line = Field(description="For what: a month, a user and month, a call")
    above: Quantity | None = Field(
        None, description="Quantity from which this price holds; from the first unless given"
    )
    remark: Line | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.amount is None) == (self.markup_percent is None):
            raise ValueError("give either an amount or a markup_percent")
        return self


class CreditBand(Strict):
    """What is credited where a target is missed by so much."""

    clause: ClausePath = Field(description="The target, such as targets.availability")
    below: Quantity = Field(description="The measured figure lies below this")
    at_least: Quantity | None = Field(None, description="And not below this")
    percent: Percent = Field(description="Share of the charge that is credited, in per cent")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.at_least is not None and self.at_least >= self.below:
            raise ValueError(f"at least {self.at_least} and below {self.below} leave nothing between")
        return self


class Credits(Strict):
    """What the receiver gets back when targets are missed, and how much at most."""

    of: Line = Field(description="Charge of which credits are a share")
    bands: Annotated[dict[Key, CreditBand], Field(max_length=40)] = Field(default_factory=dict)
    most_percent_a_month: Percent | None = Field(None, description="Most that is credited of a month's charge")
    most_percent_a_year: Percent | None = Field(None, description="Most that is credited of a year's charge")
    least: Amount | None = Field(None, description="Amount from which credits are paid out")
    more_than: Amount | None = Field(None, description="Amount that credits exceed when they are paid out")
    currency: Currency | None = None
    remark: Line | None = None

    @model_validator(mode="after")
    def _least_in_money(self) -> Self:
        given = [amount for amount in (self.least, self.more_than) if amount is not None]
        if len(given) > 1:
            raise ValueError("give the least that is paid out, or what it must be more_than, one of the two")
        if bool(given) != (self.currency is not None):
            raise ValueError("least or more_than and its currency belong together")
        return self


class Consequence(Strict):
    """What follows when a target is missed in several periods on end."""

    clause: ClausePath = Field(description="The target")
    below: Quantity | None = Field(
        None, description="The measured figure lies below this; unless given, the target itself is missed"
    )
    periods: Annotated[int, Field(ge=1, le=24)] = Field(1, description="In how many periods on end")
    what: Line = Field(description="What follows")


class Cadence(StrEnum):
    """How often something comes back."""

    week = "week"
    month = "month"
    quarter = "quarter"
    semester = "semester"
    year = "year"


class Reviewing(Strict):
    """What is reported, and when both sides meet."""

    content: Text = Field(description="What reports contain, and by when they come")
    reports: Cadence | None = Field(None, description="How often a report is given")
    meetings: Cadence | None = Field(None, description="How often both sides meet")


class AdoptedSignatory(Strict):
    """Who signed a paper elsewhere."""

    name: Line
    party: Line
    capacity: Line | None = None


class Adoption(Strict):
    """Where an agreement comes from that was signed elsewhere: its file stays the original."""

    signed_on: date = Field(description="When it was signed")
    signatories: Annotated[list[AdoptedSignatory], Field(min_length=1, max_length=20)]
    file_name: Line | None = Field(None, description="Name of the file; filled in when it is taken in")
    file_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        None, description="SHA-256 of the file; filled in when it is taken in"
    )


class Agreement(Content, Signable, Lasting, Adoptable):
    """What agreements of every kind contain."""

    owner: PersonReference = Field(description="Who keeps the agreement")
    term: Term
    hours: Hours
    purpose: Text | None = Field(None, description="Why the agreement exists")
    scope: Text = Field(description="What is agreed, in words")
    exclusions: Lines = Field(default_factory=list, description="What is not part of it")
    provider_responsibilities: Lines = Field(default_factory=list)
    receiver_responsibilities: Lines = Field(default_factory=list)
    priorities: Priorities = Field(default_factory=dict, description="Priorities or severities of incidents")
    priority_matrix: PriorityMatrix | None = Field(None, description="How a priority is found")
    planned_interruptions: dict[Key, PlannedInterruption] = Field(default_factory=dict)
    continuity: Text | None = None
    security: Text | None = None
    reporting: Reviewing | None = Field(None, description="Content and cadence of reports and reviews")
    escalation: Lines = Field(default_factory=list, description="Steps of escalation, in order")
    consequences: Annotated[dict[Key, Consequence], Field(max_length=20)] = Field(default_factory=dict)
    changes: Text | None = Field(None, description="How the agreement is changed")
    effective_on: date | None = Field(None, description="From when this version holds, if later than the term's start")
    change_request: Line | None = Field(None, description="The change request that caused this version")
    charges: Annotated[dict[Key, Charge], Field(max_length=200)] = Field(
        default_factory=dict, description="What is paid"
    )
    credits: Credits | None = Field(None, description="What is credited when a target is missed")
    contacts: dict[Key, Contact] = Field(default_factory=dict, description="Whom to reach how")
    last_reviewed_on: date | None = Field(None, description="When the agreement was last reviewed")
    next_review_on: date | None = Field(None, description="When the agreement is next reviewed")
    signatories: Signatories = Field(default_factory=list, description="Who signs, in order")
    adopted: Adoption | None = Field(None, description="Where it was signed, if not here")

    @model_validator(mode="after")
    def _signed_by_different_people(self) -> Self:
        twice = repeated_signatories(self.signatories)
        if twice:
            raise ValueError(f"{', '.join(twice)} stands twice among the signatories; nobody signs for two parties")
        if len(self.signatories) == 1:
            raise ValueError("an agreement has at least two signatories")
        return self

    @model_validator(mode="after")
    def _holds_some_day(self) -> Self:
        last = self.term.ends_by_itself()
        if self.effective_on and last and self.effective_on > last:
            raise ValueError(f"a version from {self.effective_on} never holds: the term ends on {last}")
        return self

    @model_validator(mode="after")
    def _interrupts_what_it_supports(self) -> Self:
        named = {key for one in self.planned_interruptions.values() for key in one.components or ()}
        unknown = sorted(named - set(self.supported_keys()))
        if unknown:
            raise ValueError(f"it interrupts {', '.join(unknown)}, which is not among the components that it supports")
        return self

    @model_validator(mode="after")
    def _known_priorities(self) -> Self:
        if self.priority_matrix is None:
            return self
        used = {one for row in self.priority_matrix.priorities.values() for one in row.values()}
        unknown = sorted(used - self.priorities.keys())
        if unknown:
            raise ValueError(f"the matrix leads to {', '.join(unknown)}, which is not among the priorities")
        return self

    def supported_keys(self) -> Collection[str]:
        """The keys of the components that it supports; none where it supports nothing."""
        return ()

    def starts_on(self) -> date:
        """The first day on which this version holds."""
        return max(self.term.start_on, self.effective_on or self.term.start_on)

    def ends_on(self) -> date | None:
        """The last day of the first term."""
        return self.term.last_day()

    def owner_reference(self) -> str:
        """Who keeps the agreement."""
        return self.owner

    def workload_limits(self) -> Mapping[str, WorkloadLimit]:
        """Up to which workload the targets hold, by keys; nothing where there is no limit."""
        return {}

    def agreed_term(self) -> Term:
        """The term as it was agreed."""
        return self.term

    def signing_order(self) -> tuple[Signatory, ...]:
        """Who signs, by turns; nobody where it was signed elsewhere."""
        return () if self.adopted else in_turn(self.signatories)

    def signed_elsewhere_on(self) -> date | None:
        """When it was signed elsewhere."""
        return self.adopted.signed_on if self.adopted else None

    def with_paper(self, file_name: str, sha256: str) -> Self:
        """The content with the paper on which it was signed."""
        if self.adopted is None:
            raise ValueError("a paper belongs to what was signed elsewhere")
        paper = {"file_name": file_name, "file_sha256": sha256}
        return self.model_copy(update={"adopted": self.adopted.model_copy(update=paper)})
