"""Interruption: one planned interruption beside the windows and the notice that are agreed with a customer (R13)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sdflow.domain.alignment.clauses import BEFORE
from sdflow.domain.clauses import PlannedInterruption
from sdflow.domain.composition import serial_components
from sdflow.domain.fact import FactKind, InterruptionNotice, InterruptionWindow
from sdflow.domain.interruption import PlannedWork
from sdflow.domain.scene import Scene
from sdflow.domain.service_time import (
    NOTHING,
    CalendarHours,
    Intervals,
    intersection,
    intervals,
    minus,
    open_minutes,
    span_text,
    total_minutes,
    union,
)

EVERYBODY = "every customer"


def interruption_facts(record: str, work: PlannedWork, scene: Scene) -> Iterator[FactKind]:
    """What an interruption does to an agreement; nothing where it does not stop the service that this promises.

    Notice is counted in whole days, from the day on which the customer was told to the one on which the interruption begins
    on the clocks of the agreed hours. Outside agreed hours and agreed windows nobody is interrupted, and no notice is owed.
    """
    if not _stops(work, scene):
        return
    beside = _Beside(record, work, scene)
    yield beside.window()
    if beside.lasting_minutes and scene.promise.planned_interruptions:
        yield beside.notice()


def _stops(work: PlannedWork, scene: Scene) -> bool:
    serial = serial_components(scene.structure, scene.dependencies)
    return scene.promise.service in work.services or not set(serial).isdisjoint(work.components)


@dataclass(frozen=True)
class _Beside:
    record: str
    work: PlannedWork
    scene: Scene

    @property
    def _zone(self) -> str:
        return self.scene.service_hours.zone

    @property
    def _customer(self) -> str:
        return self.scene.promise.customer or EVERYBODY

    @property
    def _begins(self) -> datetime:
        return self.work.since.astimezone(ZoneInfo(self._zone))

    @property
    def _span(self) -> Intervals:
        since, until = self.work.seconds
        return intervals((since // 60, -(-until // 60)))

    @property
    def _interrupted(self) -> Intervals:
        return intersection(self._opened(self.scene.service_hours), self._span)

    @property
    def lasting_minutes(self) -> int:
        """How much of it lies in agreed hours, or in windows that are agreed whether or not the service is promised then."""
        windows = (intersection(window, self._span) for _, window in self._windows())
        return total_minutes(union(self._interrupted, *windows))

    def _opened(self, hours: CalendarHours) -> Intervals:
        first = self._begins.date() - BEFORE
        return open_minutes(hours, first, self.work.until.astimezone(ZoneInfo(self._zone)).date() + BEFORE)

    def _windows(self) -> list[tuple[PlannedInterruption, Intervals]]:
        stated = self.scene.promise.planned_interruptions.values()
        return [(one, self._opened(self.scene.measured_in[one.window])) for one in stated]

    def _meeting(self) -> list[PlannedInterruption]:
        """The clauses whose windows it meets; all of them where it meets none."""
        windows = self._windows()
        return [one for one, window in windows if len(intersection(window, self._span))] or [one for one, _ in windows]

    def window(self) -> InterruptionWindow:
        outside = minus(self._interrupted, union(NOTHING, *(window for _, window in self._windows())))
        limits = [one.longest_minutes for one in self._meeting()]
        most = max((one for one in limits if one is not None), default=None) if None not in limits else None
        return InterruptionWindow(
            record=self.record,
            clause="from_at",
            agreement=self.scene.reference,
            customer=self._customer,
            stated=bool(self.scene.promise.planned_interruptions),
            minutes=total_minutes(self._interrupted),
            lasting_minutes=self.lasting_minutes,
            outside_minutes=total_minutes(outside),
            first_outside=span_text(int(outside[0, 0]), int(outside[0, 1]), self._zone) if len(outside) else None,
            most_minutes=most,
            over_minutes=max(self.lasting_minutes - most, 0) if most is not None else 0,
        )

    def notice(self) -> InterruptionNotice:
        days = max(one.notice_days for one in self._meeting())
        begins, told = self._begins.date(), self.work.told_on(self.scene.promise.customer)
        given = (begins - told).days if told else None
        return InterruptionNotice(
            record=self.record,
            clause="announced",
            agreement=self.scene.reference,
            customer=self._customer,
            agreed_days=days,
            told=told is not None,
            due_on=begins - timedelta(days=days),
            told_on=told,
            notice_days=given,
            late_days=max(days - given, 0) if given is not None else None,
        )
