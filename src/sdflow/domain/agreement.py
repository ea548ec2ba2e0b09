"""Agreement: the parts of which agreements are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from sdflow.domain.kind import HOUSEKEEPING, Key, Line, Reference, RefersTo, Strict, Title
from sdflow.domain.signature import SigningMethod
from sdflow.domain.structure import ComponentReference
from sdflow.domain.target import (
    AvailabilityTarget,
    AvailabilityTargets,
    CalendarReference,
    ReliabilityTarget,
    SupportTargets,
    Targets,
)
from sdflow.domain.terms import Term
from sdflow.domain.trait import Acting, Party

if TYPE_CHECKING:
    from sdflow.domain.clauses import CriticalPeriod, PlannedInterruption

PersonReference = Annotated[Reference, RefersTo((Acting,))]


class Hours(Strict):
    """The calendars of an agreement: when the service is to be there, and when faults are worked on."""

    service: CalendarReference = Field(description="Agreed service time")
    support: CalendarReference = Field(description="Support hours, on which response and restore clocks run")
    on_call: CalendarReference | None = Field(
        None, description="Further hours in which somebody can be called for the targets that say so"
    )
    contact: CalendarReference | None = Field(
        None, description="Hours in which faults can be reported to somebody; the support hours unless given"
    )


class SupportedComponent(Strict):
    """A component that an agreement supports, with what it promises for it."""

    component: ComponentReference
    availability: AvailabilityTarget | None = None
    further_availability: AvailabilityTargets = Field(
        default_factory=dict, description="Availability in other hours, or counted in another way"
    )
    reliability: ReliabilityTarget | None = None


class Signatory(Strict):
    """Who signs for which party, in the order of the list unless turns are given."""

    key: Key = Field(description="Short name of the signature field, such as provider")
    person: PersonReference
    party: Annotated[Reference, RefersTo((Party,))]
    capacity: Line = Field(description="In which capacity the person signs")
    turn: Annotated[int, Field(ge=1, le=12)] | None = Field(
        None, description="Those of the same turn sign in any order; after everybody above unless given"
    )
    method: SigningMethod | None = Field(
        None, description="With a key in the file unless given; on paper, no certificate is needed"
    )


def in_turn(signatories: Sequence[Signatory]) -> tuple[Signatory, ...]:
    """The signatories by their turns, each with its own written out."""
    turns: list[int] = []
    for one in signatories:
        turns.append(one.turn or max(turns, default=0) + 1)
    resolved = [one.model_copy(update={"turn": turn}) for one, turn in zip(signatories, turns, strict=True)]
    return tuple(sorted(resolved, key=lambda one: one.turn or 0))


def repeated_signatories(signatories: Sequence[Signatory]) -> list[str]:
    """The people and the keys that stand more than once among signatories."""
    named = [*(one.person for one in signatories), *(one.key for one in signatories)]
    return sorted({one for one in named if named.count(one) > 1})


def signature_fields(signatories: Sequence[Signatory]) -> Mapping[str, int]:
    """The signature fields of the file, each with its turn: of everybody who does not sign on paper."""
    return {one.key: one.turn or 0 for one in in_turn(signatories) if one.method is not SigningMethod.paper}


Signatories = Annotated[list[Signatory], Field(max_length=12)]


class Contact(Strict):
    """How to reach somebody; housekeeping, outside the signed content."""

    title: Title
    telephone: Line | None = Field(None, json_schema_extra=HOUSEKEEPING)
    email: Line | None = Field(None, json_schema_extra=HOUSEKEEPING)


@dataclass(frozen=True)
class Promise:
    """What an agreement promises to a customer; none for all customers of the service."""

    service: str
    customer: str | None
    term: Term
    hours: Hours
    targets: Targets
    critical_periods: Mapping[str, CriticalPeriod] = field(default_factory=dict)
    planned_interruptions: Mapping[str, PlannedInterruption] = field(default_factory=dict)

    def measuring_calendars(self) -> frozenset[str]:
        """The calendars that targets, critical periods and planned interruptions name for themselves."""
        main = [self.targets.availability] if self.targets.availability else []
        named = [one.hours for one in (*main, *self.targets.further_availability.values())]
        named += [one.hours for one in self.critical_periods.values()]
        named += [one.window for one in self.planned_interruptions.values()]
        named += [one.calendar for one in self.targets.batches.values()]
        return frozenset(one for one in named if one)


@dataclass(frozen=True)
class SupportPromise:
    """What an agreement promises to those who rely on it.

    `severities` maps the customer's priorities to the supporter's own; none where they are the same. `services` are those
    that it names as resting on it. `bought` says that it is paid for, to somebody outside, for as long as it binds. `by` is
    who promises.
    """

    term: Term
    hours: Hours
    components: Mapping[str, SupportedComponent]
    targets: SupportTargets
    severities: Mapping[str, str] | None = None
    services: tuple[str, ...] = ()
    bought: bool = False
    by: str | None = None
    planned_interruptions: Mapping[str, PlannedInterruption] = field(default_factory=dict)

    def measuring_calendars(self) -> frozenset[str]:
        """The calendars that the targets of components and planned interruptions name for themselves."""
        stated = [one.availability for one in self.components.values() if one.availability]
        windows = [one.window for one in self.planned_interruptions.values()]
        return frozenset([*(one.hours for one in stated if one.hours), *windows])
