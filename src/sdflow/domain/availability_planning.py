"""Availability planning: what a plan asks to be measured, and the figures with which its document is filled.

A plan names services and a period; what was measured of them is computed anew whenever its document is made.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sdflow.domain.attainment.impact import FailureEffect
    from sdflow.domain.attainment.result import Attainment
    from sdflow.domain.service_report import Told


class AvailabilityAspect(StrEnum):
    """What availability management plans and measures of a service.

    `availability`: how much of the agreed time it is there. `reliability`: how seldom it breaks. `maintainability`: how
    quickly it works again. `serviceability`: what suppliers keep of their contracts. `security`: that nobody gets at it
    who must not.
    """

    availability = "availability"
    reliability = "reliability"
    maintainability = "maintainability"
    serviceability = "serviceability"
    security = "security"


@dataclass(frozen=True)
class AvailabilityRequest:
    """What a plan is about: services and components by reference, and the name of the period that it looks back upon."""

    services: tuple[str, ...]
    components: tuple[str, ...]
    suppliers: tuple[str, ...]
    period: str


@dataclass(frozen=True)
class ServiceFigures:
    """What was reached of one service in the period, by aspect; an aspect without targets has no entry.

    `user_minutes` is the time that its users lost, `breaks` how often it broke; none where nothing was measured. Of
    `users_unknown` stretches of downtime nobody knows whom they hit, so that users lost more than that.
    """

    service: str
    attainments: Mapping[AvailabilityAspect, Sequence[Attainment]]
    breaks: int | None = None
    user_minutes: int | None = None
    users_unknown: int = 0


@dataclass(frozen=True)
class ComponentFigures:
    """What a component did in the period. Shares are in per cent, lengths in minutes of agreed time; none without data.

    `lost_percent` is its share of the time that users lost: for how long it was down with the services that need it, of all the
    time for which the services of the plan were down. Components that were down together each have that time in their share.
    """

    component: str
    percent: Decimal | None
    breaks: int | None
    down_minutes: Decimal | None
    mean_time_to_restore_minutes: Decimal | None = None
    mean_time_between_failures_minutes: Decimal | None = None
    lost_percent: Decimal | None = None


@dataclass(frozen=True)
class ImpactRow:
    """A row of the component failure impact table (CFIA), as reports and plans tell it.

    What the failure of a component does to each service that needs it, how many users it stops, and what it cost them.
    `single` says that it is a single point of failure of one of them. `users` and `user_minutes` are none where nobody
    knows them of one of the services.
    """

    component: Told
    effects: Mapping[str, FailureEffect]
    single: bool
    users: int | None
    user_minutes: Decimal | None


@dataclass(frozen=True)
class LifeCycleStage:
    """A stage of the expanded life cycle of incidents: its mean length in minutes, and its share of the whole in per cent.

    `cases` is how many incidents have both ends of it; without any, length and share are none. The share is rounded down, so
    that those of all stages are never more than a hundred. `impossible` counts the incidents whose ends lie in the wrong
    order; they are left out.
    """

    title: str
    cases: int
    mean_minutes: Decimal | None
    percent: Decimal | None
    impossible: int = 0


@dataclass(frozen=True)
class InterruptionToCome:
    """An interruption that is planned: of what, from when to when as the document tells time, and why."""

    subject: str
    begins: str
    ends: str
    reason: str
    record: str | None = None


@dataclass(frozen=True)
class AvailabilityFigures:
    """Everything that was measured for a plan; what is empty was not measured.

    `suppliers` are attainments against contracts by the reference of the contract, `conventions` how it was counted.
    `lost_minutes` is for how long users were without the services, each counted by itself; none where nobody knows that of
    any. `unsigned` are the agreements that are measured by their drafts.
    """

    period: str
    first: date
    last: date
    services: Mapping[str, ServiceFigures] = field(default_factory=dict)
    components: Sequence[ComponentFigures] = ()
    impacts: Sequence[ImpactRow] = ()
    stages: Sequence[LifeCycleStage] = ()
    suppliers: Mapping[str, Sequence[Attainment]] = field(default_factory=dict)
    interruptions: Sequence[InterruptionToCome] = ()
    conventions: tuple[str, ...] = ()
    lost_minutes: Decimal | None = None
    unsigned: tuple[str, ...] = ()


class PlanningAvailability(ABC):
    """Something that plans how available services are: an availability plan."""

    @abstractmethod
    def availability_request(self) -> AvailabilityRequest:
        """What is to be measured for it."""
