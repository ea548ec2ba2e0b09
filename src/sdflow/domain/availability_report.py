"""Availability report: how available services and their components were, how seldom they broke and how quickly they came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sdflow.domain.attainment.result import Attainment
from sdflow.domain.availability_planning import AvailabilityAspect, ImpactRow, LifeCycleStage
from sdflow.domain.period import Period
from sdflow.domain.service_report import CauseCount, InterruptionLine, SupplierLine, Told

BREAK_MINUTES = (5, 30, 60, 240, 1440)
"""At which lengths breaks are told apart, in minutes of agreed time."""


@dataclass(frozen=True)
class AvailabilityNumbers:
    """Availability, reliability and maintainability of something in a period; none throughout where nobody watched it.

    `percent` is rounded down. Lengths are in minutes of agreed time: `mean_down` is the mean length of a break (MTRS, in
    ITIL v2 MTTR), `between_failures` how long it ran between two (MTBF), `between_incidents` from one beginning to the next
    (MTBSI); none where nothing broke. `by_length` counts the breaks between the edges of `BREAK_MINUTES`.
    """

    percent: Decimal | None
    agreed: Decimal
    down: Decimal | None
    unwatched: Decimal
    breaks: int | None
    by_length: tuple[int, ...]
    longest: str
    mean_down: Decimal | None
    between_failures: Decimal | None
    between_incidents: Decimal | None
    note: str


@dataclass(frozen=True)
class PlannedFigures:
    """Availability under each of the four ways in which announced windows may count (R13), in per cent."""

    minutes: Decimal
    percents: Mapping[str, Decimal | None]


@dataclass(frozen=True)
class ComponentNumbers:
    """A component of a service with its figures in the hours of that service, and what its failures cost users there.

    `lost_minutes` is for how long the component and the service were down together; none where that is not known.
    """

    component: Told
    alone: bool
    numbers: AvailabilityNumbers
    user_minutes: Decimal | None
    lost_minutes: Decimal | None = None


@dataclass(frozen=True)
class VitalFunction:
    """A business process that needs the service; `vital` says that its impact is above the threshold of its analysis.

    `approved` says that the analysis is; a draft tells of it only where none is.
    """

    process: str
    analysis: Told
    vital: bool
    tolerable_minutes: int | None
    approved: bool = True


@dataclass(frozen=True)
class LifeCycleTable:
    """The stages of incidents from the fault until users work again, of how many incidents in all.

    `complete` are those of which every stage is known; `whole_minutes` is the mean from the fault until users work again,
    of the `whole` incidents of which both are known. In `impossible` ones users worked again before the fault. For
    `by_resolution` ones that was taken to be when they were resolved, as nothing else is recorded.
    """

    stages: tuple[LifeCycleStage, ...]
    incidents: int
    complete: int
    whole: int
    whole_minutes: Decimal | None
    impossible: int = 0
    by_resolution: int = 0

    @property
    def conventions(self) -> tuple[str, ...]:
        """How it was counted where the moment at which users worked again is not recorded."""
        if not self.by_resolution:
            return ()
        which = "1 incident" if self.by_resolution == 1 else f"{self.by_resolution:,} incidents"
        return (f"users are taken to work again when an incident was resolved where nothing else is recorded: {which}",)

    @property
    def left_out(self) -> tuple[tuple[str, int], ...]:
        """Each stage, and the whole, of which moments of incidents lie in the wrong order, with how many these are."""
        found = [(one.title.lower(), one.impossible) for one in self.stages]
        return tuple((name, count) for name, count in (*found, ("the whole", self.impossible)) if count)


@dataclass(frozen=True)
class ServiceAvailability:
    """One service in the hours that were agreed for it, every minute where none were; `agreements` are those with these hours.

    `trend` gives its availability in per cent in each period, `security_incidents` how many incidents hurt security; none
    where nobody records incidents. `users_unknown` counts the stretches of downtime of which nobody knows whom they hit:
    `user_minutes` is at least what users lost then, and none where it is known of no stretch. `lost_minutes` is for how long
    they were without it in agreed time, announced windows counted. `unsigned` are those of its agreements and of its suppliers'
    that are measured by their drafts.
    """

    service: Told
    hours: str
    zone: str
    agreements: tuple[Told, ...]
    numbers: AvailabilityNumbers
    planned: PlannedFigures | None
    periods: tuple[Period, ...]
    trend: tuple[Decimal | None, ...]
    attainments: Mapping[AvailabilityAspect, tuple[Attainment, ...]]
    components: tuple[ComponentNumbers, ...]
    causes: tuple[CauseCount, ...]
    unexplained: int
    life_cycle: LifeCycleTable | None
    user_minutes: Decimal | None
    users_unknown: int
    security_incidents: int | None
    vital: tuple[VitalFunction, ...]
    suppliers: tuple[SupplierLine, ...]
    interruptions: tuple[InterruptionLine, ...]
    conventions: tuple[str, ...]
    lost_minutes: Decimal | None = None
    unsigned: tuple[str, ...] = ()

    @property
    def measured(self) -> bool:
        """Whether anything is known of when it was up."""
        return self.numbers.percent is not None


@dataclass(frozen=True)
class AvailabilityReport:
    """A report on the availability of services in a period, with what is known at the end of a day."""

    about: Told
    period: Period
    as_of: date
    over: bool
    services: tuple[ServiceAvailability, ...]
    impact: tuple[ImpactRow, ...]

    @property
    def measured(self) -> bool:
        """Whether anything is known of any service."""
        return any(one.measured for one in self.services)
