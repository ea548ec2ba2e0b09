"""Interruption number: how many planned interruptions an agreed period has with one of them, beside the number agreed (R13).

What stops the service without a break is one interruption. It counts in the period in which it begins to meet the agreed
window, and one that lies in agreed hours outside every window counts for each clause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from sdflow.domain.alignment.clauses import BEFORE
from sdflow.domain.alignment.interrupted_time import InterruptedTime, day_of, each_run, stopped_by
from sdflow.domain.alignment.measuring_periods import period_text
from sdflow.domain.clauses import PlannedInterruption
from sdflow.domain.fact import InterruptionNumber
from sdflow.domain.period import TRAILING_DAYS, Period
from sdflow.domain.scene import Scene
from sdflow.domain.service_time import NOTHING, CalendarHours, Intervals, intersection, open_minutes, union
from sdflow.domain.target import MeasuringPeriod

_AROUND = timedelta(days=TRAILING_DAYS)
"""How far around an interruption others lie that share a period with it."""


def interruption_numbers(record: str, time: InterruptedTime) -> Iterator[InterruptionNumber]:
    """The number of each clause that limits it, in the period in which the most are announced with this one."""
    for key, stated in sorted(time.scene.promise.planned_interruptions.items()):
        if stated.most is not None and (found := _Counting(time, stated).fullest()):
            period, runs = found
            yield InterruptionNumber(
                record=record,
                clause="from_at",
                agreement=time.scene.reference,
                agreed_clause=f"planned_interruptions.{key}",
                period=period_text(stated.period, period.first),
                agreed_count=stated.most,
                count=len(runs),
                over_count=max(len(runs) - stated.most, 0),
                others=_others(time, runs),
            )


@dataclass(frozen=True, eq=False)
class _Counting:
    time: InterruptedTime
    stated: PlannedInterruption

    @property
    def _scene(self) -> Scene:
        return self.time.scene

    @property
    def _zone(self) -> str:
        return self._scene.measured_in[self.stated.window].zone

    def fullest(self) -> tuple[Period, Sequence[Intervals]] | None:
        """The period of this interruption in which the most lie, and those; none where it does not count for the clause."""
        own = [day for run, day in self._days if len(intersection(run, self.time.stopped))]
        found = [(one, self._within(one)) for day in own for one in self._periods(day)]
        return max(found, key=lambda pair: len(pair[1]), default=None)

    def _within(self, period: Period) -> list[Intervals]:
        return [run for run, day in self._days if period.first <= day <= period.last]

    def _periods(self, day: date) -> list[Period]:
        """The periods in which a day lies: of trailing ones those that end with an interruption."""
        kind = self.stated.period
        if kind is not MeasuringPeriod.trailing_year:
            return [Period.containing(day, kind)]
        ends = sorted({other for _, other in self._days if day <= other < day + _AROUND})
        return [Period.containing(one, kind) for one in ends]

    @cached_property
    def _days(self) -> list[tuple[Intervals, date]]:
        """Every interruption that counts for the clause, and the day on which it begins to."""
        begun = self._scene.promise.term.start_on
        counting = [(run, self._counts(run)) for run in self._runs]
        days = [(run, day_of(int(time[0, 0]), self._zone)) for run, time in counting if len(time)]
        return [(run, day) for run, day in days if day >= begun]

    @cached_property
    def _runs(self) -> tuple[Intervals, ...]:
        earlier = [one.work for one in self.time.others if one.before]
        first, last = self._first - _AROUND, self._last + _AROUND
        near = [one for one in earlier if first <= one.begins_on(self._zone) <= last]
        return each_run(stopped_by([self.time.work, *near], self._scene))

    def _counts(self, run: Intervals) -> Intervals:
        """When an interruption meets the window of the clause; when it meets agreed hours, where it meets no window at all."""
        window = intersection(run, self._opened(self._scene.measured_in[self.stated.window]))
        if len(window):
            return window
        stated = self._scene.promise.planned_interruptions.values()
        windows = union(NOTHING, *(self._opened(self._scene.measured_in[one.window]) for one in stated))
        met = len(intersection(run, windows))
        return NOTHING if met else intersection(run, self._opened(self._scene.service_hours))

    def _opened(self, hours: CalendarHours) -> Intervals:
        return open_minutes(hours, self._first - _AROUND - BEFORE, self._last + _AROUND + BEFORE)

    @property
    def _first(self) -> date:
        return day_of(int(self.time.stopped[0, 0]), self._zone)

    @property
    def _last(self) -> date:
        return day_of(int(self.time.stopped[-1, 1]), self._zone)


def _others(time: InterruptedTime, runs: Sequence[Intervals]) -> str:
    """The interruptions that were announced before and have a part in those that are counted."""
    named = [one.record for one in time.taking_part(union(NOTHING, *runs)) if one.before]
    return ", ".join(sorted(named)) or "none"
