"""Availability report: what is known of how available services and components were in a period, and what that cost users."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from sdflow.domain.attainment.impact import failure_impact
from sdflow.domain.attainment.outages import seconds_of
from sdflow.domain.attainment.reliability import MEAN_DOWNTIME
from sdflow.domain.attainment.result import Attainment
from sdflow.domain.availability_planning import AvailabilityAspect, ImpactRow
from sdflow.domain.availability_report import (
    AvailabilityReport,
    ComponentNumbers,
    LifeCycleTable,
    ServiceAvailability,
    VitalFunction,
)
from sdflow.domain.composition import needed_components, serial_components
from sdflow.domain.delivered import Delivered
from sdflow.domain.errors import Refused
from sdflow.domain.measured import UNKNOWN, Incidents, Moment
from sdflow.domain.period import Period
from sdflow.domain.scene import Scene
from sdflow.domain.service_report import CauseCount, SupplierLine
from sdflow.domain.service_time import EVERY_MINUTE, CalendarHours, intersection, intervals
from sdflow.domain.structure import Structure
from sdflow.domain.target import MeasuringPeriod
from sdflow.domain.trait import Catalogued, Structured
from sdflow.engine.availability_figures import (
    component_user_minutes,
    exact,
    life_cycle_table,
    lost_minutes,
    numbers_of,
    planned_figures,
    service_user_minutes,
    share_of,
)
from sdflow.engine.delivered_facts import end_of
from sdflow.engine.deliveries import PERIODS, Deliveries
from sdflow.engine.measured_words import Wording
from sdflow.engine.observations import Observations, conventions_of
from sdflow.engine.planned_time import coming_after
from sdflow.engine.proof import Prover
from sdflow.engine.report_changes import unsigned_of
from sdflow.engine.report_records import Promised, ReportRecords
from sdflow.engine.report_subjects import ReportSubjects

Progress = Callable[[int, int], None]
"""Hears how many of how many services are reported on."""

_CHARTED = frozenset({MeasuringPeriod.month, MeasuringPeriod.week})
_ASPECTS: tuple[tuple[str, AvailabilityAspect], ...] = (
    ("targets.reliability.longest_minutes", AvailabilityAspect.maintainability),
    ("targets.reliability.down_minutes", AvailabilityAspect.availability),
    ("targets.reliability", AvailabilityAspect.reliability),
    ("targets.availability", AvailabilityAspect.availability),
    ("targets.further_availability", AvailabilityAspect.availability),
    ("targets.restore", AvailabilityAspect.maintainability),
    ("targets.response", AvailabilityAspect.maintainability),
    ("targets.security", AvailabilityAspect.security),
)
"""Which aspect of availability a target belongs to, by the beginning of its path; the first that fits counts."""

CONVENTIONS = (
    "announced windows are left out of agreed time, those that are over for as long as the work really took",
    "an agreed window in which no work was announced counts as any other time",
    "a break is an unbroken run of downtime that meets agreed time; its length is the agreed time that it takes",
    f"the mean length of a break is the {MEAN_DOWNTIME}",
    "mean time between failures (MTBF) is agreed time without downtime, and mean time between system incidents (MTBSI) all "
    "agreed time, by the number of breaks: MTBSI = MTBF + MTRS",
    "a service is down of itself, or through its components by its structure: outages of redundant parts count where they "
    "overlap",
    "what users lost is counted inside announced windows too",
    "the stages of incidents are told in agreed time, of incidents that were reported in the period, whenever they ended; "
    "their shares are rounded down",
)
"""How the figures of every availability report are counted."""


@dataclass(frozen=True)
class _Frame:
    """The hours in which a service is looked at, and the agreements for which they are those of service."""

    hours: CalendarHours
    agreements: tuple[str, ...]


class AvailabilityReporter:
    """Reports on the availability of services in one period, with what a prover knows at the end of its day."""

    def __init__(self, prover: Prover, period: Period, records: ReportRecords | None = None) -> None:
        if period.first > prover.today:
            raise Refused(f"{period} has not begun on {prover.today}", advice="name a period that has, or another day")
        self.prover = prover
        self.period = period
        self.deliveries = Deliveries(prover, end_of(prover.today))
        self.records = records or ReportRecords(prover)
        self.periods = _charted(period)

    def report(
        self, about: str | None, customer: str | None = None, progress: Progress | None = None
    ) -> AvailabilityReport:
        """The report on a service, on that of an agreement, or on those of a customer."""
        asked = self._asked(about, customer)
        found: list[ServiceAvailability] = []
        for number, (service, agreements) in enumerate(asked.items(), start=1):
            found += self.service(service, agreements)
            if progress:
                progress(number, len(asked))
        return AvailabilityReport(
            about=self.records.told(about or customer or ""),
            period=self.period,
            as_of=self.prover.today,
            over=self.period.last < self.prover.today,
            services=tuple(found),
            impact=self.impact(found),
        )

    def service(self, service: str, agreements: Sequence[str]) -> list[ServiceAvailability]:
        """A service in the hours of each of its agreements, once for those that share them."""
        return [self._in_hours(service, frame) for frame in self._frames(agreements)]

    def service_as_agreed(self, service: str) -> list[ServiceAvailability]:
        """A service in the hours of every agreement with a customer that held in the period."""
        return self.service(service, self._agreements(service, None))

    def impact(self, found: Sequence[ServiceAvailability]) -> tuple[ImpactRow, ...]:
        """What the failure of each component does to services, and what it cost their users, in the first hours of each."""
        services = {one.service.reference: one for one in reversed(found)}
        structures, dependencies = dict[str, Structure](), dict[str, tuple[str, ...]]()
        for one in services:
            structures[one] = self._structured(one).built_of()
            dependencies |= self.prover.dependencies(self._structured(one))
        users = {one: count for one in services if (count := self._users(one)) is not None}
        table = failure_impact(structures, dependencies, users)
        return tuple(
            ImpactRow(
                component=self.records.told(row.component),
                effects=row.effects,
                single=bool(row.stopped),
                users=row.users,
                user_minutes=_lost_through(row.component, [services[one] for one in row.effects]),
            )
            for row in table.rows
        )

    def observations(self, service: str, zone: str) -> Observations:
        """What was observed of a service."""
        return self.deliveries.observations(service, (*self.periods, self.period), zone)

    def _asked(self, about: str | None, customer: str | None) -> dict[str, tuple[str, ...]]:
        """The services that are asked for, each with its agreements."""
        if about and self.prover.evidence.is_a(self.prover.reading.required(about), Structured):
            return {about: self._agreements(about, customer)}
        subjects = ReportSubjects(self.prover, self.period)
        named = subjects.both(about, customer)
        found: dict[str, tuple[str, ...]] = {}
        for reference in named:
            service = self.prover.evidence.record(reference).service
            if service is None:
                raise Refused(f"{reference} is about no single service", advice="name the service")
            found[service] = (*found.get(service, ()), reference)
        return found

    def _agreements(self, service: str, customer: str | None) -> tuple[str, ...]:
        subjects = ReportSubjects(self.prover, self.period)
        found = subjects.holding(service)
        theirs = subjects.of_customer(customer) if customer else found
        return tuple(one for one in found if one in theirs)

    def _frames(self, agreements: Sequence[str]) -> list[_Frame]:
        found: dict[str, _Frame] = {}
        for reference in agreements:
            words = Wording(self.prover, reference, self.periods[0].first).on(self.period.last)
            if isinstance(words.party, Scene):
                hours = words.party.service_hours
                earlier = found[hours.reference].agreements if hours.reference in found else ()
                found[hours.reference] = _Frame(hours, (*earlier, reference))
        return list(found.values()) or [_Frame(EVERY_MINUTE, ())]

    def _in_hours(self, service: str, frame: _Frame) -> ServiceAvailability:
        hours = frame.hours
        seen = self.observations(service, hours.zone)
        observed = seen.of_service(hours, self.period)
        delivered = [self.deliveries.of(one, self.period, 1) for one in frame.agreements]
        causes, unexplained = self._causes(seen)
        lost = service_user_minutes(
            seen.own_outages,
            {one: seen.component_outages(one) for one in seen.dependencies},
            observed,
            self._users(service),
        )
        about = Promised(None, (service,), tuple(seen.dependencies), None, hours.zone)
        incidents = self._incidents(seen)
        life_cycle = None if incidents is None else life_cycle_table(incidents, hours, self.deliveries.as_of)
        return ServiceAvailability(
            service=self.records.told(service),
            hours=hours.title,
            zone=hours.zone,
            agreements=tuple(self.records.told(one) for one in frame.agreements),
            numbers=numbers_of(observed),
            planned=planned_figures(observed),
            periods=self.periods,
            trend=tuple(share_of(seen.of_service(hours, one)) for one in self.periods),
            attainments=_by_aspect(delivered),
            components=tuple(self._components(service, seen, hours)),
            causes=causes,
            unexplained=unexplained,
            life_cycle=life_cycle,
            lost_minutes=lost_minutes(observed) if lost is not None else None,
            unsigned=self._unsigned(delivered),
            user_minutes=exact(lost.minutes) if lost is not None and lost.known else None,
            users_unknown=0 if lost is None else lost.unknown,
            security_incidents=self._security(seen, incidents),
            vital=tuple(self._vital(service)),
            suppliers=self._suppliers(delivered),
            interruptions=self.records.interruptions_to_come(about, coming_after(hours.zone, self.prover.today)),
            conventions=self._conventions((service, *seen.dependencies), life_cycle),
        )

    def _conventions(self, measured: Sequence[str], life_cycle: LifeCycleTable | None) -> tuple[str, ...]:
        of_stages = life_cycle.conventions if life_cycle else ()
        return (*CONVENTIONS, *of_stages, *conventions_of(self.prover.reading, measured))

    def _components(self, service: str, seen: Observations, hours: CalendarHours) -> Iterator[ComponentNumbers]:
        observed = seen.of_service(hours, self.period)
        alone = set(serial_components(seen.structure, seen.dependencies))
        users = self._users(service)
        for one in needed_components(seen.structure, seen.dependencies):
            numbers = numbers_of(seen.of_component(one, hours, self.period))
            known = numbers.percent is not None
            down = seen.component_downtime[one].time
            lost = component_user_minutes(down, observed, users) if known else None
            minutes = lost_minutes(observed, down) if known else None
            yield ComponentNumbers(self.records.told(one), one in alone, numbers, lost, minutes)

    def _causes(self, seen: Observations) -> tuple[tuple[CauseCount, ...], int]:
        """The causes of outages that lie in the period, the most frequent first."""
        since, until = seen.stretch.bounds(self.period)
        found = seen.outages
        inside = found.chosen((found.since < until) & ((found.until == UNKNOWN) | (found.until > since)))
        counted = Counter(inside.cause.tolist())
        unexplained = counted.pop("", 0)
        ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
        return tuple(CauseCount(*one) for one in ordered), unexplained

    def _incidents(self, seen: Observations) -> Incidents | None:
        """The incidents that were reported in the period; none where nobody recorded any."""
        since, until = seen.stretch.bounds(self.period)
        if not seconds_of(intersection(seen.incidents_watched, intervals((since, until)))):
            return None
        reported = seen.incidents.at(Moment.reported)
        return seen.incidents.chosen(np.asarray((reported >= since) & (reported < until), dtype=np.bool_))

    def _security(self, seen: Observations, incidents: Incidents | None) -> int | None:
        """How many of the incidents hurt security; none where not every file says which do."""
        known = seen.marks_security(intervals(seen.stretch.bounds(self.period)))
        return int(incidents.security.sum()) if incidents is not None and known else None

    def _vital(self, service: str) -> Iterator[VitalFunction]:
        for one in self.prover.continuity.needs_of(service):
            analysis = self.records.told(one.source.reference)
            need = one.need
            yield VitalFunction(need.process, analysis, need.plan_owed, need.tolerable_minutes, one.source.approved)

    def _suppliers(self, delivered: Sequence[Delivered]) -> tuple[SupplierLine, ...]:
        attained: dict[str, tuple[Attainment, ...]] = {}
        for one in delivered:
            attained |= one.suppliers
        return self.records.suppliers(attained, self.period)

    def _unsigned(self, delivered: Sequence[Delivered]) -> tuple[str, ...]:
        """The agreements, and those of their suppliers, that are measured by their drafts."""
        supporters = (each for one in delivered for each in one.suppliers)
        return unsigned_of(self.prover, (*(one.agreement for one in delivered), *supporters))

    def _users(self, service: str) -> int | None:
        _, content = self.prover.cited(service)
        return content.catalogue_entry().users if isinstance(content, Catalogued) else None

    def _structured(self, service: str) -> Structured:
        _, content = self.prover.cited(service)
        if not isinstance(content, Structured):
            raise Refused(f"{service} is no service")
        return content


def _charted(period: Period) -> tuple[Period, ...]:
    last = period if period.kind in _CHARTED else Period.containing(period.last, MeasuringPeriod.month)
    return last.back(PERIODS)


def _lost_through(component: str, services: Sequence[ServiceAvailability]) -> Decimal | None:
    """What users of some services lost through a component; none where that is not known of one of them."""
    lost = [each.user_minutes for one in services for each in one.components if each.component.reference == component]
    return None if None in lost else sum((one for one in lost if one is not None), Decimal(0))


def _by_aspect(delivered: Sequence[Delivered]) -> Mapping[AvailabilityAspect, tuple[Attainment, ...]]:
    found: dict[AvailabilityAspect, tuple[Attainment, ...]] = {}
    for one in (series.now for each in delivered for series in each.targets):
        aspect = next((name for path, name in _ASPECTS if one.clause.startswith(path)), None)
        if aspect:
            found[aspect] = (*found.get(aspect, ()), one)
    return {aspect: found[aspect] for aspect in AvailabilityAspect if aspect in found}
