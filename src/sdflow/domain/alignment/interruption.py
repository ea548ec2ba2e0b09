"""Interruption: one planned interruption beside the windows, the notice and the number that are agreed with a customer (R13)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from sdflow.domain.alignment.clauses import BEFORE
from sdflow.domain.alignment.interrupted_time import InterruptedTime, day_of
from sdflow.domain.alignment.interruption_number import interruption_numbers
from sdflow.domain.clauses import PlannedInterruption
from sdflow.domain.fact import FactKind, InterruptionNotice, InterruptionWindow
from sdflow.domain.interruption import OtherWork, PlannedWork
from sdflow.domain.scene import Scene
from sdflow.domain.service_time import (
    NOTHING,
    CalendarHours,
    Intervals,
    intersection,
    minus,
    open_minutes,
    span_text,
    total_minutes,
    union,
)

EVERYBODY = "every customer"


def interruption_facts(
    record: str,
    work: PlannedWork,
    scene: Scene,
    others: Sequence[OtherWork] = (),
    held: tuple[date, date] | None = None,
) -> Iterator[FactKind]:
    """What an interruption does to an agreement; nothing where it does not stop the service that this promises.

    `others` are the further interruptions that are announced: with them it may stop what it does not stop alone. Only the days
    on which the agreement `held` in these words count, all of them unless given. Notice is counted in whole days, from the day
    on which the customer was told to the one on which the interruption begins on the clocks of the agreed hours. Outside
    agreed hours and agreed windows nobody is interrupted, and no notice is owed.
    """
    time = InterruptedTime(work, scene, others, held)
    if not len(time.stopped):
        return
    beside = _Beside(record, time)
    yield beside.window()
    if beside.lasting_minutes and scene.promise.planned_interruptions:
        yield beside.notice()
        yield from interruption_numbers(record, time)


@dataclass(frozen=True, eq=False)
class _Beside:
    record: str
    time: InterruptedTime

    @property
    def _scene(self) -> Scene:
        return self.time.scene

    @property
    def _zone(self) -> str:
        return self._scene.service_hours.zone

    @property
    def _customer(self) -> str:
        return self._scene.promise.customer or EVERYBODY

    @property
    def _begins(self) -> date:
        return day_of(int(self.time.stopped[0, 0]), self._zone)

    @cached_property
    def _span(self) -> Intervals:
        """Everything that is stopped without a break while this work has a part in it."""
        return union(NOTHING, *self.time.runs)

    @cached_property
    def _interrupted(self) -> Intervals:
        return intersection(self._opened(self._scene.service_hours), self.time.stopped)

    @cached_property
    def lasting_minutes(self) -> int:
        """How long the longest stretch without a break lasts in agreed hours and in windows that are agreed beside them."""
        counting = union(self._opened(self._scene.service_hours), *(window for _, window in self._windows))
        return max(total_minutes(intersection(run, counting)) for run in self.time.runs)

    def _opened(self, hours: CalendarHours) -> Intervals:
        first, last = (day_of(int(edge), self._zone) for edge in (self._span[0, 0], self._span[-1, 1]))
        return open_minutes(hours, first - BEFORE, last + BEFORE)

    @cached_property
    def _windows(self) -> list[tuple[PlannedInterruption, Intervals]]:
        stated = self._scene.promise.planned_interruptions.values()
        return [(one, self._opened(self._scene.measured_in[one.window])) for one in stated]

    def _meeting(self) -> list[PlannedInterruption]:
        """The clauses whose windows it meets; all of them where it meets none."""
        meeting = [one for one, window in self._windows if len(intersection(window, self._span))]
        return meeting or [one for one, _ in self._windows]

    def window(self) -> InterruptionWindow:
        outside = minus(self._interrupted, union(NOTHING, *(window for _, window in self._windows)))
        limits = [one.longest_minutes for one in self._meeting()]
        most = max((one for one in limits if one is not None), default=None) if None not in limits else None
        return InterruptionWindow(
            record=self.record,
            clause="from_at",
            agreement=self._scene.reference,
            customer=self._customer,
            stated=bool(self._scene.promise.planned_interruptions),
            minutes=total_minutes(self._interrupted),
            lasting_minutes=self.lasting_minutes,
            outside_minutes=total_minutes(outside),
            first_outside=span_text(int(outside[0, 0]), int(outside[0, 1]), self._zone) if len(outside) else None,
            most_minutes=most,
            over_minutes=max(self.lasting_minutes - most, 0) if most is not None else 0,
            interrupting=self._interrupting(),
        )

    def _interrupting(self) -> str:
        """Who stops the service, as people read it after a verb."""
        others = self.time.together_with
        return f"it together with {', '.join(others)}" if others else "it"

    def notice(self) -> InterruptionNotice:
        days = max(one.notice_days for one in self._meeting())
        begins, told = self._begins, self.time.work.told_on(self._scene.promise.customer)
        given = (begins - told).days if told else None
        return InterruptionNotice(
            record=self.record,
            clause="announced",
            agreement=self._scene.reference,
            customer=self._customer,
            agreed_days=days,
            told=told is not None,
            due_on=begins - timedelta(days=days),
            told_on=told,
            notice_days=given,
            late_days=max(days - given, 0) if given is not None else None,
        )
