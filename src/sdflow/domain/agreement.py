"""Agreement: the parts of which agreements are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from sdflow.domain.kind import HOUSEKEEPING, Key, Line, Reference, RefersTo, Strict, Title
from sdflow.domain.structure import ComponentReference
from sdflow.domain.terms import Term
from sdflow.domain.trait import Acting, Party, Timed

PersonReference = Annotated[Reference, RefersTo((Acting,))]
CalendarReference = Annotated[Reference, RefersTo((Timed,))]
Percent = Annotated[Decimal, Field(gt=0, le=100, max_digits=9, decimal_places=6)]


class MeasuringPeriod(StrEnum):
    """Over which period a target is measured."""

    month = "month"
    quarter = "quarter"
    year = "year"


class Hours(Strict):
    """The calendars of an agreement: when the service is to be there, and when faults are worked on."""

    service: CalendarReference = Field(description="Agreed service time")
    support: CalendarReference = Field(description="Support hours, on which response and restore clocks run")


class AvailabilityTarget(Strict):
    """A share of agreed service time in which the service or component is up."""

    percent: Percent = Field(description="Share of agreed service time, in per cent")
    period: MeasuringPeriod = Field(MeasuringPeriod.month, description="Measuring period")


class TimeTarget(Strict):
    """A time within which something is done, in minutes of the agreement's support hours."""

    minutes: Annotated[int, Field(ge=1, le=525_600)] = Field(description="Minutes of support hours")
    percent: Percent = Field(Decimal(100), description="Share of cases in which it is kept, in per cent")


TimeTargets = Annotated[dict[Key, TimeTarget], Field(max_length=20)]


class Targets(Strict):
    """What an agreement with a customer promises, by metric and priority."""

    availability: AvailabilityTarget | None = None
    response: TimeTargets = Field(default_factory=dict, description="First response, by priority")
    restore: TimeTargets = Field(
        default_factory=dict, description="Restoration of service since the report, by priority"
    )


class SupportTargets(Strict):
    """What a supporting agreement promises, by the supporter's own priorities or severities."""

    response: TimeTargets = Field(default_factory=dict, description="First response")
    hand_over: TimeTargets = Field(default_factory=dict, description="Latest hand-over to the next tier")
    restore: TimeTargets = Field(default_factory=dict, description="Restoration since arrival at this supporter")


class SupportedComponent(Strict):
    """A component that an agreement supports, with what it promises for it."""

    component: ComponentReference
    availability: AvailabilityTarget | None = None


class Signatory(Strict):
    """Who signs for which party, in the order of the list."""

    key: Key = Field(description="Short name of the signature field, such as provider")
    person: PersonReference
    party: Annotated[Reference, RefersTo((Party,))]
    capacity: Line = Field(description="In which capacity the person signs")


Signatories = Annotated[list[Signatory], Field(min_length=2, max_length=12)]


class Contact(Strict):
    """How to reach somebody; housekeeping, outside the signed content."""

    title: Title
    telephone: Line | None = Field(None, json_schema_extra=HOUSEKEEPING)
    email: Line | None = Field(None, json_schema_extra=HOUSEKEEPING)


@dataclass(frozen=True)
class Promise:
    """What an agreement promises to a customer."""

    service: str
    customer: str
    term: Term
    hours: Hours
    targets: Targets


@dataclass(frozen=True)
class SupportPromise:
    """What an agreement promises to those who rely on it.

    `severities` maps the customer's priorities to the supporter's own; none where they are the same.
    """

    term: Term
    hours: Hours
    components: Mapping[str, SupportedComponent]
    targets: SupportTargets
    severities: Mapping[str, str] | None = None
