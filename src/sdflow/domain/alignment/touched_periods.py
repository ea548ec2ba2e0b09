"""Touched periods: in how many measuring periods of a supporter the agreed hours of each of an agreement's periods lie.

What a supporter allows in one of its periods it may let happen at any time of it. So in a period of the agreement all may
gather that it allows in those of its own that share agreed hours with it.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from sdflow.domain.alignment.clauses import BEFORE
from sdflow.domain.alignment.measuring_periods import edges_around, stretches, trailing_edges
from sdflow.domain.scene import Horizon, Supporter
from sdflow.domain.service_time import (
    DAY,
    CalendarHours,
    Clock,
    Intervals,
    Minutes,
    clock,
    intersection,
    intervals,
    local_days,
)
from sdflow.domain.target import MeasuringPeriod


class AgreedPeriods:
    """The measuring periods of an agreement over a horizon, with its hours or those of a window alone."""

    def __init__(self, hours: CalendarHours, period: MeasuringPeriod, horizon: Horizon) -> None:
        self.horizon = horizon
        self.zone = hours.zone
        self.periods = stretches(hours.zone, period, horizon.first, horizon.last)
        if not len(self.periods.starts):
            self.periods = stretches(hours.zone, period, horizon.first, horizon.twelve_months_on)
        ends = int(self.periods.ends.max()) // DAY
        self._last = date(1970, 1, 1) + timedelta(days=ends + 1)
        self.agreed = clock(hours, horizon.first - BEFORE, self._last)

    def touched(self, supporter: Supporter, period: MeasuringPeriod, zone: str) -> Minutes:
        """For each period the number of a supporter's own, on the clocks of a zone, that share agreed hours with it.

        Only days count on which the supporter holds; past the agreement's own end it counts as on that last day.
        """
        shared = Clock(intersection(self.agreed.intervals, self._held(supporter)))
        starts, ends = self.periods.starts, self.periods.ends
        if period is MeasuringPeriod.trailing_year:
            edges = trailing_edges(starts, ends)
            since, until = np.maximum(edges[:, 1:], starts[:, None]), edges[:, :-1]
            trailing: Minutes = (shared.elapsed(since, until) > 0).sum(axis=1)
            return trailing
        edges = edges_around(zone, period, self.horizon.first.year - 1, self._last.year + 1)
        since = np.maximum(edges[:-1], starts[:, None])
        until = np.maximum(np.minimum(edges[1:], ends[:, None]), since)
        found: Minutes = (shared.elapsed(since, until) > 0).sum(axis=1)
        return found

    def _held(self, supporter: Supporter) -> Intervals:
        until = self.horizon.agreed_until
        days = supporter.days(self.horizon.first, until)
        spans = (local_days(self.zone, first, self._last if last == until else last) for first, last in days)
        return intervals(*spans)
