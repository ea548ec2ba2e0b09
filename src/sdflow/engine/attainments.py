"""Attainments: what computes what was reached of each target of an agreement in its words, from what was observed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial

import numpy as np

from sdflow.domain.alignment.clauses import availability_targets
from sdflow.domain.alignment.times import ClockHours
from sdflow.domain.attainment.availability import attained_availability, counted
from sdflow.domain.attainment.breaks import breaks_of
from sdflow.domain.attainment.measures import Measurable, attained_measure
from sdflow.domain.attainment.outages import Observed, joined, length_text, seconds_of
from sdflow.domain.attainment.reliability import attained_reliability
from sdflow.domain.attainment.result import Attainment
from sdflow.domain.attainment.security import attained_security
from sdflow.domain.attainment.service_clock import Truths
from sdflow.domain.attainment.time_targets import TimeMetric, TimePart, TimePromise
from sdflow.domain.measured import UNKNOWN, Measurements, Moment, Outages, Seconds
from sdflow.domain.period import Period
from sdflow.domain.scene import Scene, Supporter, promised
from sdflow.domain.service_time import (
    NEVER,
    CalendarHours,
    Clock,
    Intervals,
    intersection,
    intervals,
    local_days,
    union,
    working_days,
)
from sdflow.domain.target import (
    AvailabilityTarget,
    BatchTarget,
    MeasuringPeriod,
    PlannedDowntime,
    ReliabilityTarget,
    SecurityTarget,
    Targets,
    TimeTarget,
)
from sdflow.engine.answering import Answering
from sdflow.engine.measured_words import Words
from sdflow.engine.observations import Announced, Observations

Part = Callable[[Period], Sequence[Attainment]]
"""Computes what was reached in one measuring period; of one promise there may be several figures."""

NOT_RECORDED = "no data: no file tells of its incidents"
_CRITICAL = "no data: the critical period {name} has no time"
_TITLES = {
    TimeMetric.response: "First response",
    TimeMetric.hand_over: "Hand-over",
    TimeMetric.restore: "Restoration",
}
_RELIABILITY = "targets.reliability"
_LONGEST = ".longest_minutes"


@dataclass(frozen=True)
class Promised:
    """One promise: its clause, the time over which it is measured, and what computes what was reached of it."""

    clause: str
    kind: MeasuringPeriod
    part: Part


@dataclass(frozen=True)
class Attaining:
    """One agreement in its words, beside what was observed of the services that it is about.

    `held` is when the agreement held, in seconds, in these words or in others; `begun` is the first day of its first term.
    """

    answering: Answering
    held: Intervals
    begun: date

    @property
    def words(self) -> Words:
        """The agreement in its words."""
        return self.answering.words

    @property
    def seen(self) -> tuple[Observations, ...]:
        """What was observed of every service that it is about."""
        return self.answering.seen

    @cached_property
    def promises(self) -> dict[str, Promised]:
        """What is promised of the service or its components over a measuring period, by its clause."""
        party = self.words.party
        found = self._of_service(party) if isinstance(party, Scene) else self._of_components(party)
        return {one.clause: one for one in found}

    @cached_property
    def measures(self) -> dict[str, Promised]:
        """What is promised of figures that are measured, by its clause."""
        return {one.clause: one for one in self._of_measures()}

    @cached_property
    def loads(self) -> dict[str, Promised]:
        """The limits to what is asked of the service within which its targets hold."""
        limits = self.words.agreement.workload_limits() if self.words.agreement else {}
        each = ((f"workload.{key}", limit) for key, limit in limits.items())
        return {
            clause: Promised(clause, MeasuringPeriod.month, partial(self._measured, clause, limit))
            for clause, limit in each
        }

    @cached_property
    def times(self) -> dict[str, tuple[str, TimePromise]]:
        """The promised times by their clauses, each with its priority; their cases count in any period."""
        return {promise.clause: (key, promise) for key, promise in self._time_promises()}

    @property
    def _reference(self) -> str:
        return self.words.record.reference

    @property
    def _zone(self) -> str:
        return self.answering.stretch.zone

    def _of_service(self, scene: Scene) -> Iterator[Promised]:
        targets = scene.promise.targets
        for clause, target in availability_targets(scene):
            yield Promised(clause, target.period, partial(self._available, scene, clause, target))
        if targets.reliability:
            planned = targets.availability.planned_downtime if targets.availability else PlannedDowntime.left_out
            observed = partial(self._observed, scene, scene.service_hours)
            part = partial(self._reliable, _RELIABILITY, targets.reliability, planned, observed)
            yield Promised(_RELIABILITY, targets.reliability.period, part)

    def _observed(self, scene: Scene, hours: CalendarHours, period: Period) -> Observed:
        """What is known of the service in some hours of a period, as far as the agreement held."""
        return self.seen[0].of_service(hours, period, (), self._first_use, self._announced(scene), self.held)

    def _available(
        self, scene: Scene, clause: str, target: AvailabilityTarget, period: Period
    ) -> tuple[Attainment, ...]:
        """Availability in a period; the days before the first use are left to the target's own convention."""
        hours = scene.hours_of(target)
        critical = self.seen[0].critical_time(scene, target, hours)
        untimed = critical if isinstance(critical, str) else ""
        times = [] if isinstance(critical, str) else critical
        announced, held = self._announced(scene), self._held_or_before
        observed = self.seen[0].of_service(hours, period, times, self._first_use, announced, held)
        found = attained_availability(self._reference, clause, target, period, observed)
        if untimed:
            return (replace(found, achieved=None, met=None, worst="", note=_CRITICAL.format(name=untimed)),)
        return (found,)

    def _announced(self, scene: Scene) -> Announced:
        """Work by plan is planned downtime for those alone to whom it was announced."""
        return lambda work: work.announced_to(scene.promise.customer, self._zone)

    @property
    def _held_or_before(self) -> Intervals:
        """When the agreement held, and all the time before: how days before the first use count is said by each target."""
        return union(self.held, intervals((-NEVER, self._first_use)))

    @property
    def _first_use(self) -> int:
        """A service or a component is used from the first day of the agreement."""
        first, _ = local_days(self._zone, self.begun, self.begun)
        return first * 60

    def _of_components(self, supporter: Supporter) -> Iterator[Promised]:
        for key, one in supporter.support.components.items():
            seen = next((each for each in self.seen if one.component in each.dependencies), None)
            if seen is None:
                continue
            stated = {f"components.{key}.availability": one.availability} if one.availability else {}
            further = {
                f"components.{key}.further_availability.{name}": t for name, t in one.further_availability.items()
            }
            for clause, target in {**stated, **further}.items():
                hours = supporter.hours_of(target)
                observed = partial(
                    seen.of_component, one.component, hours, held=self._held_or_before, first_use=self._first_use
                )
                part = partial(self._component_available, clause, target, one.component, observed)
                yield Promised(clause, target.period, part)
            if one.reliability:
                planned = one.availability.planned_downtime if one.availability else PlannedDowntime.left_out
                clause = f"components.{key}.reliability"
                observed = partial(seen.of_component, one.component, supporter.service_hours, held=self.held)
                part = partial(self._reliable, clause, one.reliability, planned, observed)
                yield Promised(clause, one.reliability.period, part)

    def _component_available(
        self,
        clause: str,
        target: AvailabilityTarget,
        component: str,
        observed: Callable[[Period], Observed],
        period: Period,
    ) -> tuple[Attainment, ...]:
        title = f"Availability of {component}"
        return (attained_availability(self._reference, clause, target, period, observed(period), title),)

    def _reliable(
        self,
        clause: str,
        target: ReliabilityTarget,
        planned: PlannedDowntime,
        observed: Callable[[Period], Observed],
        period: Period,
    ) -> tuple[Attainment, ...]:
        return tuple(attained_reliability(self._reference, clause, target, period, observed(period), planned))

    def _time_promises(self) -> Iterator[tuple[str, TimePromise]]:
        party = self.words.party
        targets = promised(party).targets
        for metric in TimeMetric:
            stated: Mapping[str, TimeTarget] = getattr(targets, metric.value, {})
            for key, target in stated.items():
                clause, title = f"targets.{metric.value}.{key}", f"{_TITLES[metric]}, {key}"
                hours = ClockHours.of(party, target.clock)
                yield key, TimePromise(self._reference, clause, title, metric, target, hours)

    def time_parts(self, clause: str, bounds: tuple[int, int], *, with_earlier: bool = True) -> list[TimePart]:
        """The cases of a promised time between two instants, those of each service; none where it is not promised."""
        if clause not in self.times:
            return []
        key, promise = self.times[clause]
        answering = self.answering
        return [TimePart(promise, answering.incidents(one, key), bounds, with_earlier) for one in answering.counting]

    def breaking_outages(self, clause: str, period: Period) -> Outages | None:
        """The outages that took agreed time in a period; none where the clause promises neither availability nor reliability."""
        found = self._broken(clause, period)
        if found is None:
            return None
        outages, observed, planned = found
        since, until = self.answering.stretch.bounds(period)
        down = counted(observed, planned).down
        if clause.endswith(_LONGEST):
            down = intersection(down, breaks_of(observed, planned).longest_spans)
        ends = np.where(outages.until == UNKNOWN, until, np.clip(outages.until, since, until))
        return outages.chosen(Clock(down).elapsed(np.clip(outages.since, since, until), ends) > 0)

    def _broken(self, clause: str, period: Period) -> tuple[Outages, Observed, PlannedDowntime] | None:
        """The outages of what a clause is about, what is known of it in the hours of its target, and how work by plan counts."""
        party = self.words.party
        if isinstance(party, Scene):
            stated = dict(availability_targets(party))
            main = party.promise.targets.availability
            target = stated.get(clause) or (main if clause.startswith(_RELIABILITY) else None)
            if target is None and not clause.startswith(_RELIABILITY):
                return None
            hours = party.hours_of(target) if clause in stated and target else party.service_hours
            return self.seen[0].outages, self._observed(party, hours, period), _planned(target)
        component = party.support.components.get(clause.split(".")[1]) if clause.startswith("components.") else None
        seen = next((one for one in self.seen if component and component.component in one.dependencies), None)
        if component is None or seen is None:
            return None
        further = component.further_availability.get(clause.rsplit(".", 1)[-1])
        target = further if ".further_availability." in clause else component.availability
        hours = party.hours_of(target) if target and ".reliability" not in clause else party.service_hours
        observed = seen.of_component(component.component, hours, period, self.held)
        return seen.component_outages(component.component), observed, _planned(target)

    def _of_measures(self) -> Iterator[Promised]:
        month = MeasuringPeriod.month
        party = self.words.party
        targets = promised(party).targets
        if isinstance(targets, Targets):
            for key, limit in targets.security.items():
                clause = f"targets.security.{key}"
                yield Promised(clause, limit.period, partial(self._secure, clause, limit))
            for name in ("transactions", "throughput", "batches"):
                for key, target in getattr(targets, name).items():
                    clause = f"targets.{name}.{key}"
                    yield Promised(clause, month, partial(self._measured, clause, target))
        for key, measure in targets.measures.items():
            clause = f"targets.measures.{key}"
            yield Promised(clause, measure.period, partial(self._measured, clause, measure))

    def _secure(self, clause: str, target: SecurityTarget, period: Period) -> tuple[Attainment, ...]:
        """Security incidents, where every file that tells of the period marks them."""
        within = self._within(period)
        told, telling = self.answering.marks_security(within), self.answering.telling(within)
        numbers = [name for one in telling for name in self._security_incidents(one, within)] if told else None
        found = attained_security(self._reference, clause, target, period, numbers)
        return (self.as_recorded(found, within) if told else found,)

    def _security_incidents(self, seen: Observations, within: Intervals) -> list[str]:
        found = self.answering.incidents(seen)
        numbers: list[str] = found.number[found.security & _lie_in(found.at(Moment.reported), within)].tolist()
        return numbers

    def _measured(self, clause: str, target: Measurable, period: Period) -> tuple[Attainment, ...]:
        found = self.measurements(clause, period)
        due = self._due(target, period)
        return (attained_measure(self._reference, clause, target, period, found, self._zone, due),)

    def _due(self, target: Measurable, period: Period) -> tuple[date, ...]:
        """The days of a period on which a batch was due, as far as they are over: those on which its calendar is open."""
        party = self.words.party
        if not isinstance(target, BatchTarget) or target.calendar is None or not isinstance(party, Scene):
            return ()
        within = self._within(period)
        days = working_days([party.measured_in[target.calendar]], period.first, period.last)
        return tuple(day for day in days if self._is_over(day, within))

    def _is_over(self, day: date, within: Intervals) -> bool:
        whole = intervals(local_days(self._zone, day, day)) * 60
        return seconds_of(intersection(within, whole)) == seconds_of(whole)

    def _within(self, period: Period) -> Intervals:
        """The time of a period in which the agreement held, as far as it is known."""
        return intersection(intervals(self.answering.stretch.bounds(period)), self.held)

    def measurements(self, clause: str, period: Period) -> Measurements:
        """What was measured for a clause in a period: under its path, or under its last part alone."""
        found = Measurements.together([one.measurements for one in self.answering.counting])
        names = [clause, clause.rsplit(".", 1)[-1]]
        return found.chosen(np.isin(found.measure, names) & _lie_in(found.at, self._within(period)))

    def as_recorded(self, attained: Attainment, within: Intervals) -> Attainment:
        """What the incidents make of a target, if a file tells of them: no file is no data, and never no case.

        `within` is the time of which they are told, as far as the agreement held.
        """
        counting = self.answering.counting
        whole = seconds_of(within) * len(counting)
        known = sum(seconds_of(intersection(one.incidents_watched, within)) for one in counting)
        if not known:
            note = NOT_RECORDED if seconds_of(within) else attained.note
            return replace(attained, achieved=None, met=None, cases=0, missed=0, worst="", note=note)
        if known == whole:
            return attained
        told = f"incidents of {length_text(known)} of {length_text(whole)} were recorded"
        return replace(attained, note=joined((told, attained.note)))


def _lie_in(at: Seconds, time: Intervals) -> Truths:
    """Which instants lie in some time."""
    rows = np.searchsorted(time[:, 0], at, "right") - 1
    found: Truths = (rows >= 0) & (at < np.append(time[:, 1], 0)[rows])
    return found


def _planned(target: AvailabilityTarget | None) -> PlannedDowntime:
    return target.planned_downtime if target else PlannedDowntime.left_out
