"""Attainments: what was reached of each target of an agreement in one period, from what was observed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from sdflow.domain.alignment.clauses import availability_targets
from sdflow.domain.alignment.times import ClockHours
from sdflow.domain.attainment.availability import attained_availability, counted
from sdflow.domain.attainment.measures import Measurable, attained_measure
from sdflow.domain.attainment.outages import Observed, joined, length_text, seconds_of
from sdflow.domain.attainment.reliability import attained_reliability
from sdflow.domain.attainment.result import Attainment
from sdflow.domain.attainment.time_targets import TimeMetric, TimePromise, attained_time, missed_incidents
from sdflow.domain.delivered import parts_of, together
from sdflow.domain.measured import UNKNOWN, Incidents, Measurements, Outages
from sdflow.domain.period import Period
from sdflow.domain.scene import Scene, Supporter
from sdflow.domain.service_time import Clock, intersection, intervals, local_days
from sdflow.domain.target import (
    AvailabilityTarget,
    MeasuringPeriod,
    PlannedDowntime,
    ReliabilityTarget,
    SupportTargets,
    Targets,
    TimeTarget,
)
from sdflow.engine.measured_words import Words
from sdflow.engine.observations import Announced, Observations

Part = Callable[[Period], Attainment]
"""Computes what was reached in one measuring period."""

NOT_RECORDED = "no data: no file tells of its incidents"
_TITLES = {
    TimeMetric.response: "First response",
    TimeMetric.hand_over: "Hand-over",
    TimeMetric.restore: "Restoration",
}
_OF_SERVICE = ("targets.availability", "targets.further_availability", "targets.reliability")


@dataclass(frozen=True)
class Attaining:
    """One agreement in its words of a period, beside what was observed of one service.

    `only` leaves out what is measured over another period.
    """

    words: Words
    seen: Observations
    only: MeasuringPeriod | None = None

    def of(self, report: Period) -> Iterator[Attainment]:
        """Everything that is promised, in the order of the agreement, as a report on a period tells it."""
        party = self.words.party
        if isinstance(party, Scene):
            yield from self._of_service(party, report)
            yield from self._of_times(party, party.promise.targets, report)
        else:
            yield from self._of_components(party, report)
            yield from self._of_times(party, party.support.targets, report)
        yield from self._of_measures(report)

    @property
    def _reference(self) -> str:
        return self.words.record.reference

    def _of_service(self, scene: Scene, report: Period) -> Iterator[Attainment]:
        targets = scene.promise.targets
        for clause, target in availability_targets(scene):
            yield from self._joined(report, target.period, partial(self._available, scene, clause, target))
        if targets.reliability:
            planned = targets.availability.planned_downtime if targets.availability else PlannedDowntime.left_out
            yield from self._reliable(
                "targets.reliability",
                targets.reliability,
                planned,
                report,
                lambda period: self.seen.of_service(
                    scene.service_hours, period, (), self._first_use(scene), self._announced(scene)
                ),
            )

    def _available(self, scene: Scene, clause: str, target: AvailabilityTarget, period: Period) -> Attainment:
        hours = scene.hours_of(target)
        critical = self.seen.critical_time(scene, target, hours)
        observed = self.seen.of_service(hours, period, critical, self._first_use(scene), self._announced(scene))
        return attained_availability(self._reference, clause, target, period, observed)

    def _announced(self, scene: Scene) -> Announced:
        """Work by plan is planned downtime for those alone to whom it was announced."""
        return lambda work: work.announced_to(scene.promise.customer)

    def _first_use(self, scene: Scene) -> int:
        """A customer uses a service from the first day of the agreement."""
        first, _ = local_days(self.seen.stretch.zone, scene.promise.term.start_on, scene.promise.term.start_on)
        return first * 60

    def _of_components(self, supporter: Supporter, report: Period) -> Iterator[Attainment]:
        for key, one in supporter.support.components.items():
            if one.component not in self.seen.dependencies:
                continue
            stated = {f"components.{key}.availability": one.availability} if one.availability else {}
            further = {
                f"components.{key}.further_availability.{name}": t for name, t in one.further_availability.items()
            }
            for clause, target in {**stated, **further}.items():
                part = partial(self._component_available, supporter, clause, target, one.component)
                yield from self._joined(report, target.period, part)
            if one.reliability:
                planned = one.availability.planned_downtime if one.availability else PlannedDowntime.left_out
                observed = partial(self.seen.of_component, one.component, supporter.service_hours)
                yield from self._reliable(f"components.{key}.reliability", one.reliability, planned, report, observed)

    def _component_available(
        self, supporter: Supporter, clause: str, target: AvailabilityTarget, component: str, period: Period
    ) -> Attainment:
        observed = self.seen.of_component(component, supporter.hours_of(target), period)
        title = f"Availability of {component}"
        return attained_availability(self._reference, clause, target, period, observed, title)

    def _reliable(
        self,
        clause: str,
        target: ReliabilityTarget,
        planned: PlannedDowntime,
        report: Period,
        observed: Callable[[Period], Observed],
    ) -> Iterator[Attainment]:
        if self.only not in (None, target.period):
            return
        each = [
            attained_reliability(self._reference, clause, target, period, observed(period), planned)
            for period in parts_of(report, target.period)
        ]
        for parts in zip(*each, strict=True):
            yield together(parts, report)

    def _of_times(
        self, party: Scene | Supporter, targets: Targets | SupportTargets, report: Period
    ) -> Iterator[Attainment]:
        """Times have no measuring period of their own; where only those of one are asked for, they count by the month."""
        if self.only not in (None, MeasuringPeriod.month):
            return
        stretch = self.seen.stretch
        for key, promise in self._time_promises(party, targets):
            found = attained_time(promise, self.incidents(key), report, stretch.zone, stretch.as_of)
            yield self._as_recorded(found, report)

    def _time_promises(
        self, party: Scene | Supporter, targets: Targets | SupportTargets
    ) -> Iterator[tuple[str, TimePromise]]:
        for metric in TimeMetric:
            promised: Mapping[str, TimeTarget] = getattr(targets, metric.value, {})
            for key, target in promised.items():
                clause, title = f"targets.{metric.value}.{key}", f"{_TITLES[metric]}, {key}"
                hours = ClockHours.of(party, target.clock)
                yield key, TimePromise(self._reference, clause, title, metric, target, hours)

    def missed_incidents(self, clause: str, period: Period) -> Incidents | None:
        """The incidents that missed a time in a period; none where the clause promises no time."""
        party, stretch = self.words.party, self.seen.stretch
        targets = party.promise.targets if isinstance(party, Scene) else party.support.targets
        for key, promise in self._time_promises(party, targets):
            if promise.clause == clause:
                return missed_incidents(promise, self.incidents(key), period, stretch.zone, stretch.as_of)
        return None

    def breaking_outages(self, clause: str, period: Period) -> Outages | None:
        """The outages that took agreed time in a period; none where the clause promises neither availability nor reliability."""
        party, since, until = self.words.party, *self.seen.stretch.bounds(period)
        if isinstance(party, Scene):
            if not clause.startswith(_OF_SERVICE):
                return None
            promised = party.promise.targets.availability
            observed = self.seen.of_service(
                party.service_hours, period, (), self._first_use(party), self._announced(party)
            )
            outages = self.seen.outages
        else:
            component = party.support.components.get(clause.split(".")[1]) if clause.startswith("components.") else None
            if component is None or component.component not in self.seen.dependencies:
                return None
            promised = component.availability
            observed = self.seen.of_component(component.component, party.service_hours, period)
            outages = self.seen.component_outages(component.component)
        down = counted(observed, promised.planned_downtime if promised else PlannedDowntime.left_out).down
        ends = np.where(outages.until == UNKNOWN, until, np.clip(outages.until, since, until))
        return outages.chosen(Clock(down).elapsed(np.clip(outages.since, since, until), ends) > 0)

    def _as_recorded(self, attained: Attainment, period: Period) -> Attainment:
        """What the incidents make of a target, if a file tells of them: no file is no data, and never no case."""
        since, until = self.seen.stretch.bounds(period)
        whole = intervals((since, until))
        known = seconds_of(intersection(self.seen.incidents_watched, whole))
        if not known:
            return replace(attained, achieved=None, met=None, cases=0, missed=0, worst="", note=NOT_RECORDED)
        if known == seconds_of(whole):
            return attained
        told = f"incidents of {length_text(known)} of {length_text(seconds_of(whole))} were recorded"
        return replace(attained, note=joined((told, attained.note)))

    def incidents(self, key: str) -> Incidents:
        """The incidents that count for a priority: the customer's own and those of nobody in particular."""
        party = self.words.party
        supplier = party.support.by if isinstance(party, Supporter) else None
        return self.seen.incidents_of(tuple(self._priorities(key)), self.words.customer, supplier)

    def _priorities(self, key: str) -> list[str]:
        party = self.words.party
        mapped = party.support.severities if isinstance(party, Supporter) else None
        return [key] if mapped is None else [ours for ours, theirs in mapped.items() if theirs == key]

    def _of_measures(self, report: Period) -> Iterator[Attainment]:
        for clause, target, kind in self._measurables():
            yield from self._joined(report, kind, partial(self._measured, clause, target))

    def workload(self, report: Period) -> Iterator[Attainment]:
        """What was asked of the service, against the limits within which its targets hold."""
        agreement = self.words.agreement
        for key, limit in (agreement.workload_limits() if agreement else {}).items():
            yield from self._joined(report, MeasuringPeriod.month, partial(self._measured, f"workload.{key}", limit))

    def _measurables(self) -> Iterator[tuple[str, Measurable, MeasuringPeriod]]:
        month = MeasuringPeriod.month
        party = self.words.party
        targets = party.promise.targets if isinstance(party, Scene) else party.support.targets
        if isinstance(targets, Targets):
            for name in ("transactions", "throughput", "batches"):
                for key, target in getattr(targets, name).items():
                    yield f"targets.{name}.{key}", target, month
        for key, measure in targets.measures.items():
            yield f"targets.measures.{key}", measure, measure.period

    def _measured(self, clause: str, target: Measurable, period: Period) -> Attainment:
        found = self.measurements(clause, period)
        return attained_measure(self._reference, clause, target, period, found, self.seen.stretch.zone)

    def measurements(self, clause: str, period: Period) -> Measurements:
        """What was measured for a clause in a period: under its path, or under its last part alone."""
        found = self.seen.measurements
        since, until = self.seen.stretch.bounds(period)
        names = [clause, clause.rsplit(".", 1)[-1]]
        return found.chosen(np.isin(found.measure, names) & (found.at >= since) & (found.at < until))

    def _joined(self, report: Period, kind: MeasuringPeriod, part: Part) -> Iterator[Attainment]:
        if self.only in (None, kind):
            yield together([part(period) for period in parts_of(report, kind)], report)
