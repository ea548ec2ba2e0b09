"""Observations: what was measured of a service and of its components over a stretch of days, as time and as columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from sdflow.adapters.storage import Reading
from sdflow.domain.alignment.critical_time import critical_times
from sdflow.domain.attainment.composition import ServiceTime, joined_time, service_downtime, service_time
from sdflow.domain.attainment.outages import Downtime, Observed, agreed_seconds, downtime_of, seconds_of
from sdflow.domain.measured import Incidents, MeasuredKind, Measurements, Outages, Words
from sdflow.domain.measured_file import FileRead
from sdflow.domain.measured_form import MARKS_SECURITY
from sdflow.domain.period import Period
from sdflow.domain.scene import Scene
from sdflow.domain.service_time import (
    NOTHING,
    CalendarHours,
    Intervals,
    intersection,
    intervals,
    local_days,
    open_minutes,
)
from sdflow.domain.structure import Structure
from sdflow.domain.target import AvailabilityTarget, MeasuringPeriod
from sdflow.engine.planned_time import AnnouncedWork, time_of
from sdflow.engine.refused_rows import refused_rows

Announced = Callable[[AnnouncedWork], bool]
"""Whether work by plan counts as announced."""

NO_SERVICE = ""
"""Stands for the service of components that no service is made of."""

LONGEST_BREAK = timedelta(days=92)
"""How far before the first period outages are looked for, so that a break that began earlier is known whole."""


@dataclass(frozen=True)
class Stretch:
    """The days over which something is looked at, on the clocks of a zone, and the instant up to which things are known."""

    first: date
    last: date
    zone: str
    as_of: int

    @classmethod
    def of(cls, periods: Sequence[Period], zone: str, as_of: int) -> Stretch:
        """From well before the first period until the end of the last one."""
        first = min(one.first for one in periods) - LONGEST_BREAK
        return cls(first, max(one.last for one in periods), zone, as_of)

    @property
    def seconds(self) -> tuple[int, int]:
        """The instants between which it lies."""
        since, until = local_days(self.zone, self.first, self.last)
        return since * 60, until * 60

    def bounds(self, period: Period) -> tuple[int, int]:
        """The instants between which a period lies, as far as it is known."""
        since, until = period.seconds(self.zone)
        return since, max(since, min(until, self.as_of))


class Observations:
    """What was measured of one service and its components, each asked of the database once.

    `service` is `NO_SERVICE` where components are looked at that no service is made of.
    `works` are the planned interruptions that were announced to somebody.
    """

    def __init__(
        self,
        reading: Reading,
        service: str,
        structure: Structure,
        dependencies: Mapping[str, tuple[str, ...]],
        stretch: Stretch,
        works: Sequence[AnnouncedWork] = (),
    ) -> None:
        self._reading = reading
        self.service = service
        self.structure = structure
        self.dependencies = dependencies
        self.stretch = stretch
        self._works = works
        self._chosen: dict[tuple[tuple[str, ...] | None, str | None, str | None, frozenset[str]], Incidents] = {}
        self._planned: dict[tuple[bool, tuple[bool, ...]], dict[str, Intervals]] = {}
        self._spans: dict[tuple[MeasuredKind, str], Intervals] = {}

    @cached_property
    def incidents(self) -> Incidents:
        """Every incident of the service."""
        return self._reading.incidents([self.service], *self.stretch.seconds)

    def incidents_of(
        self,
        priorities: tuple[str, ...] | None,
        customer: str | None,
        supplier: str | None = None,
        elsewhere: frozenset[str] = frozenset(),
    ) -> Incidents:
        """Those of some priorities, or of all; of a customer and of nobody in particular, and those of a supplier, if named.

        Those of the components that stand `elsewhere` are left out.
        """
        place = priorities, customer, supplier, elsewhere
        if place not in self._chosen:
            found = self.incidents
            chosen = np.ones(len(found), np.bool_) if priorities is None else self._is_one_of("priority", priorities)
            if customer:
                chosen &= self._is_one_of("customer", ("", customer))
            if supplier:
                chosen &= self._is_one_of("supplier", (supplier,))
            if elsewhere:
                chosen &= ~self._is_one_of("component", tuple(sorted(elsewhere)))
            self._chosen[place] = found.chosen(chosen)
        return self._chosen[place]

    def _is_one_of(self, column: str, names: tuple[str, ...]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        words: Words = getattr(self.incidents, column)
        found = np.zeros(len(words), dtype=np.bool_)
        for name in names:
            found |= _is(words, name)
        return found

    @cached_property
    def incidents_watched(self) -> Intervals:
        """When incidents of the service were recorded."""
        return self._watched(MeasuredKind.incidents, self.service)

    @cached_property
    def security_watched(self) -> Intervals:
        """When files recorded its incidents that say which of them hurt security; without that none is known to be none."""
        marking = (one.watched for one in self._files[MeasuredKind.incidents] if MARKS_SECURITY in one.conventions)
        spans = [watched[self.service] for watched in marking if self.service in watched]
        return intersection(intervals(*spans), self.incidents_watched) if spans else NOTHING

    def marks_security(self, within: Intervals) -> bool:
        """Whether all incidents that were recorded in some time are of files that say which of them hurt security."""
        told = seconds_of(intersection(self.incidents_watched, within))
        return bool(told) and seconds_of(intersection(self.security_watched, within)) == told

    def refused(self, kinds: Sequence[MeasuredKind], period: Period) -> tuple[str, ...]:
        """Of which files rows were refused that may be of the service or its components in a period."""
        files = [one for kind in kinds for one in self._files[kind]]
        return refused_rows(files, period.seconds(self.stretch.zone))

    @cached_property
    def _files(self) -> dict[MeasuredKind, list[FileRead]]:
        references = [self.service, *self.dependencies]
        return {kind: self._reading.files_read(kind, references) for kind in MeasuredKind}

    @cached_property
    def measurements(self) -> Measurements:
        """Every value that was measured of the service."""
        return self._reading.measurements([self.service], *self.stretch.seconds)

    @cached_property
    def outages(self) -> Outages:
        """Every outage of the service and of its components."""
        return self._reading.outages([self.service], list(self.dependencies), *self.stretch.seconds)

    @cached_property
    def own_outages(self) -> Outages:
        """The outages that were recorded of the service itself."""
        return self.outages.chosen(_is(self.outages.service, self.service))

    def component_outages(self, component: str) -> Outages:
        """The outages of a component."""
        return self.outages.chosen(_is(self.outages.component, component))

    @cached_property
    def component_downtime(self) -> dict[str, Downtime]:
        """When each component was down."""
        return {one: self._down(self.component_outages(one)) for one in self.dependencies}

    @cached_property
    def service_downtime(self) -> ServiceTime:
        """When the service was down, of itself or through its components, and when that is known."""
        span = intervals(self.stretch.seconds)
        watched = {one: self._watched(MeasuredKind.outages, one) for one in self.dependencies}
        down = {one: found.time for one, found in self.component_downtime.items()}
        through = service_time(self.structure, self.dependencies, down, watched, span)
        own = ServiceTime(self._down(self.own_outages).time, self._watched(MeasuredKind.outages, self.service))
        return joined_time((through, own))

    @cached_property
    def still_since(self) -> int | None:
        """When the first of the outages began that have no end yet."""
        found = [self._down(self.own_outages), *self.component_downtime.values()]
        return min((one.still_since for one in found if one.still_since is not None), default=None)

    def of_service(
        self,
        hours: CalendarHours,
        period: Period,
        critical: Sequence[Intervals] = (),
        first_use: int | None = None,
        announced: Announced | None = None,
        held: Intervals | None = None,
    ) -> Observed:
        """What is known of the service around a period, in the hours of a calendar, as far as an agreement `held`.

        It is interrupted by plan where work on it was announced, or on components without which it does not run.
        """
        found = self.service_downtime
        down = Downtime(found.down, self.still_since)
        planned = self._planned_time(announced or self._to_anybody, self.service)
        agreed = _as_held(agreed_seconds(self._opened(hours), critical), held)
        return self._observed(agreed, period, down, found.watched, planned, first_use)

    def of_component(
        self,
        component: str,
        hours: CalendarHours,
        period: Period,
        held: Intervals | None = None,
        first_use: int | None = None,
    ) -> Observed:
        """What is known of a component around a period, in the hours of a calendar, as far as an agreement `held`."""
        watched = self._watched(MeasuredKind.outages, component)
        planned = self._planned_time(self._to_anybody, component)
        agreed = _as_held(agreed_seconds(self._opened(hours)), held)
        return self._observed(agreed, period, self.component_downtime[component], watched, planned, first_use)

    def _observed(
        self,
        agreed: Intervals,
        period: Period,
        down: Downtime,
        watched: Intervals,
        planned: tuple[Intervals, Intervals],
        first_use: int | None = None,
    ) -> Observed:
        since, until = self.stretch.bounds(period)
        return Observed(
            since=since,
            until=until,
            agreed=agreed,
            down=down.time,
            watched=watched,
            planned=planned[0],
            announced=planned[1],
            zone=self.stretch.zone,
            first_use=first_use,
            still_down=down.still_since is not None and down.still_since < until,
        )

    def critical_time(self, scene: Scene, target: AvailabilityTarget, hours: CalendarHours) -> list[Intervals] | str:
        """The critical periods in which alone a target is measured, none where it always is; or which has no time."""
        times = critical_times(scene, target)
        if isinstance(times, str):
            return times
        return [one.instants(hours.zone, self.stretch.first, self.stretch.last) for one in times]

    def _to_anybody(self, work: AnnouncedWork) -> bool:
        return work.announced(self.stretch.zone)

    def _planned_time(self, announced: Announced, about: str) -> tuple[Intervals, Intervals]:
        """When the service or a component is interrupted by what was announced: what that took, and the whole windows."""
        counts = tuple(announced(one) for one in self._works)
        took, windows = (self._worked_on(counts, whole=whole)[about] for whole in (False, True))
        return took, windows

    def _worked_on(self, counts: tuple[bool, ...], *, whole: bool) -> dict[str, Intervals]:
        """When each component is worked on by those works that count, and when the service is interrupted by that."""
        place = whole, counts
        if place not in self._planned:
            works = [one for one, counting in zip(self._works, counts, strict=True) if counting]
            found = time_of(works, (self.service, *self.dependencies), whole=whole)
            found[self.service] = service_downtime(self.structure, self.dependencies, found, found[self.service])
            self._planned[place] = found
        return self._planned[place]

    def _opened(self, hours: CalendarHours) -> Intervals:
        return open_minutes(hours, self.stretch.first, self.stretch.last)

    def _down(self, outages: Outages) -> Downtime:
        return downtime_of(outages, self.stretch.as_of)

    def _watched(self, kind: MeasuredKind, reference: str) -> Intervals:
        place = kind, reference
        if place not in self._spans:
            spans = self._reading.watched(kind, [reference])
            self._spans[place] = intervals(*spans) if spans else NOTHING
        return self._spans[place]


def conventions_of(reading: Reading, references: Sequence[str]) -> tuple[str, ...]:
    """How the files that told of these subjects are to be understood, each sentence once."""
    files = [one for kind in MeasuredKind for one in reading.files_read(kind, references)]
    said = [f"{one.source}: {said}" for one in files if one.watched for said in one.conventions]
    return tuple(dict.fromkeys((*said, *refused_rows(files))))


def in_trailing(periods: Sequence[Period]) -> tuple[Period, ...]:
    """The periods, those of trailing years whole, so that what they need is read."""
    return tuple(
        Period.containing(one.last, MeasuringPeriod.trailing_year) if one.days < 365 else one for one in periods
    )


def _as_held(agreed: Intervals, held: Intervals | None) -> Intervals:
    return agreed if held is None else intersection(agreed, held)


def _is(names: Words, name: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = np.asarray(names == name, dtype=np.bool_)
    return found
