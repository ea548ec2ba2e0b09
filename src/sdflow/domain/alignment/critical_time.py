"""Critical time: the critical periods in which alone an availability is measured, as instants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sdflow.domain.clauses import CriticalPeriod
from sdflow.domain.scene import Scene
from sdflow.domain.service_time import CalendarHours, Intervals, intersection, intervals, local_days, open_minutes
from sdflow.domain.target import AvailabilityTarget, FurtherAvailabilityTarget
from sdflow.domain.terms import plus_months


@dataclass(frozen=True)
class CriticalTime:
    """A critical period, and the hours of the day in which it holds; all unless given."""

    period: CriticalPeriod
    hours: CalendarHours | None

    def instants(self, zone: str, first: date, last: date) -> Intervals:
        """When it holds, its days being those of the zone and looked at from first to last."""
        found = intervals(*(local_days(zone, *days) for days in self._days(first, last)))
        if self.hours is None or not len(found):
            return found
        return intersection(found, open_minutes(self.hours, first, last))

    def _days(self, first: date, last: date) -> Iterator[tuple[date, date]]:
        period = self.period
        if period.first_on is None or period.last_on is None:
            yield first, last
            return
        years = range(first.year - period.last_on.year, last.year - period.first_on.year + 1) if period.yearly else (0,)
        for year in years:
            since, until = (plus_months(day, 12 * year) for day in (period.first_on, period.last_on))
            if max(since, first) <= min(until, last):
                yield max(since, first), min(until, last)


def critical_times(scene: Scene, target: AvailabilityTarget) -> list[CriticalTime] | str:
    """The critical periods in which alone a target is measured, none where it always is; or which of them has no time."""
    keys = target.critical_periods or () if isinstance(target, FurtherAvailabilityTarget) else ()
    stated = scene.promise.critical_periods
    found = []
    for key in keys:
        period = stated.get(key)
        if period is None or (period.first_on is None and period.hours is None):
            return key if period is None else period.title
        found.append(CriticalTime(period, scene.measured_in[period.hours] if period.hours else None))
    return found
