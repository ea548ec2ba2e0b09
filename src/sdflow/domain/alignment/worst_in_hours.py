"""Worst in the agreed hours: how long components may be down while every supporter keeps its promises (R8).

A supporter with hours W, target A and measuring periods p lets the agreement's period P, with hours S, be down for
|S \\ W| + Σ min(|S ∩ W ∩ p|, (1 − A)·|W ∩ p|), summed over the p that touch P. Where each of them leaves room enough
inside P this is the n·(1 − A)·|W within p| of the rule; where P only just touches a p, as between two zones, no more
of its downtime counts than fits there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sdflow.domain.alignment.critical_time import CriticalTime
from sdflow.domain.alignment.measuring_periods import edges_around, stretches, trailing_edges
from sdflow.domain.alignment.promised_availability import UNIT, ComponentPromise
from sdflow.domain.scene import Horizon
from sdflow.domain.service_time import (
    DAY,
    NOTHING,
    CalendarHours,
    Clock,
    Minutes,
    clock,
    intersection,
    intervals,
    local_days,
    union,
)
from sdflow.domain.target import BeforeFirstUse, MeasuringPeriod


@dataclass(frozen=True)
class _Kept:
    """The hours of which a promise leaves a share open, and when it holds inside the agreed hours."""

    measured: Clock
    inside: Clock


class AgreedTime:
    """The hours and measuring periods in which one availability target is measured, in critical periods alone if given."""

    def __init__(
        self, hours: CalendarHours, period: MeasuringPeriod, horizon: Horizon, within: Sequence[CriticalTime] = ()
    ) -> None:
        self.horizon = horizon
        self.zone = hours.zone
        self.periods = stretches(hours.zone, period, horizon.first, horizon.last)
        if not len(self.periods.starts):
            self.periods = stretches(hours.zone, period, horizon.first, horizon.twelve_months_on)
        self._first = date(horizon.first.year - 1, 1, 1)
        self._last = date(_day_after(self.periods.ends.max()).year, 12, 31)
        critical = [one.instants(hours.zone, self._first, self._last) for one in within]
        opened = clock(hours, self._first, self._last)
        self._clock = Clock(intersection(opened.intervals, union(*critical))) if critical else opened
        self.minutes: Minutes = self._clock.elapsed(self.periods.starts, self.periods.ends)
        self._kept: dict[tuple[int, str | None, bool], _Kept] = {}

    def most_down(self, promises: Sequence[ComponentPromise], same_period: Sequence[ComponentPromise] = ()) -> Minutes:
        """How long a component may be down in each period, in parts of `UNIT`.

        Whoever supports it at a minute may let it be down then, so that promises add up; what no promise covers may
        be down altogether. Those of `same_period` are taken as if they were measured over the agreement's periods.
        """
        covered = self._covered([self._kept_by(one).inside for one in promises])
        down = (self.minutes - covered) * UNIT
        for one in promises:
            down = down + self._allowed(one, one in same_period)
        most: Minutes = np.minimum(down, self.minutes * UNIT)
        return most

    def together(self, promises: Sequence[ComponentPromise]) -> list[tuple[int, ...]]:
        """Which promises hold at the same agreed minutes of the horizon, by their positions; each set once."""
        if len(promises) == 1:
            return [(0,)]
        begins, ends = self.periods.starts.min(), self.periods.ends.max()
        clocks = [self._kept_by(one).inside for one in promises]
        points = np.concatenate([running.intervals[:, 0] for running in clocks] + [[begins]])
        points = points[(points >= begins) & (points < ends)]
        held = np.unique(np.column_stack([running.runs(points) for running in clocks]), axis=0)
        found = [tuple(np.flatnonzero(row).tolist()) for row in held if row.any()]
        return found or [(number,) for number in range(len(promises))]

    def _covered(self, clocks: Sequence[Clock]) -> Minutes:
        running = clocks[0] if len(clocks) == 1 else Clock(union(*(one.intervals for one in clocks)))
        return running.elapsed(self.periods.starts, self.periods.ends)

    def _allowed(self, promise: ComponentPromise, same_period: bool) -> Minutes:
        kept = self._kept_by(promise)
        starts, ends = self.periods.starts, self.periods.ends
        period, zone = promise.target.period, promise.supporter.hours_of(promise.target).zone
        if period is MeasuringPeriod.trailing_year and not same_period:
            edges = trailing_edges(starts, ends)
            since, until = edges[:, 1:], edges[:, :-1]
            inside = kept.inside.elapsed(np.maximum(since, starts[:, None]), until)
            total: Minutes = _least_of(inside, kept.measured.elapsed(since, until), promise).sum(axis=1)
            return total
        if same_period or (period, zone) == (self.periods.period, self.zone):
            return _least_of(kept.inside.elapsed(starts, ends), kept.measured.elapsed(starts, ends), promise)
        return self._by_calendar(promise, kept, zone)

    def _by_calendar(self, promise: ComponentPromise, kept: _Kept, zone: str) -> Minutes:
        """What is left open in each agreed period by all of the promise's own periods that touch it."""
        starts, ends = self.periods.starts, self.periods.ends
        edges, limits = _limits(kept.measured, zone, promise.target.period, self._first.year, self._last.year)
        before = np.searchsorted(edges, starts, "right") - 1
        touched = np.searchsorted(edges, ends, "left") - before
        first = np.cumsum(touched) - touched
        touching = np.repeat(before - first, touched) + np.arange(touched.sum())
        since = np.maximum(edges[touching], np.repeat(starts, touched))
        until = np.minimum(edges[touching + 1], np.repeat(ends, touched))
        return np.add.reduceat(_least_of(kept.inside.elapsed(since, until), limits[touching], promise), first)

    def _kept_by(self, promise: ComponentPromise) -> _Kept:
        whole = promise.target.before_first_use is BeforeFirstUse.up
        place = (id(promise.supporter), promise.target.hours, whole)
        if place not in self._kept:
            opened = clock(promise.supporter.hours_of(promise.target), self._first, self._last)
            held = self._held(promise, opened)
            self._kept[place] = _Kept(opened if whole else held, _common(self._clock, held))
        return self._kept[place]

    def _held(self, promise: ComponentPromise, opened: Clock) -> Clock:
        """The hours of the promise on the days of its agreement, which are compared by date in the agreement's zone.

        Past the end of the agreement with the customer only the calendars matter: there it counts as on that last day.
        """
        until = self.horizon.agreed_until
        days = promise.supporter.days(self._first, until)
        if days == ((self._first, until),):
            return opened
        spans = [local_days(self.zone, first, self._last if last == until else last) for first, last in days]
        return _on_days(opened, tuple(spans))


# Calendars and terms are few, and agreements that rest on the same are many. Clocks are kept themselves, so that the same
# calendar on the same days is the same clock.


@lru_cache(maxsize=512)
def _on_days(opened: Clock, spans: tuple[tuple[int, int], ...]) -> Clock:
    return Clock(intersection(opened.intervals, intervals(*spans)) if spans else NOTHING)


@lru_cache(maxsize=512)
def _common(ours: Clock, theirs: Clock) -> Clock:
    return Clock(intersection(ours.intervals, theirs.intervals))


@lru_cache(maxsize=1024)
def _limits(
    measured: Clock, zone: str, period: MeasuringPeriod, first_year: int, last_year: int
) -> tuple[Minutes, Minutes]:
    """The edges of calendar periods, and how long a clock runs in each of them."""
    edges = edges_around(zone, period, first_year, last_year)
    return edges, measured.elapsed(edges[:-1], edges[1:])


def _day_after(minute: int) -> date:
    return date.fromordinal(date(1970, 1, 1).toordinal() + int(minute) // DAY + 1)


def _least_of(inside: Minutes, limits: Minutes, promise: ComponentPromise) -> Minutes:
    least: npt.NDArray[np.int64] = np.minimum(inside * UNIT, limits * promise.unavailable)
    return least
