"""Times: a promised time becomes a deadline on the hours of those who promise it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

from sdflow.domain.alignment.clauses import BEFORE
from sdflow.domain.day_deadlines import WorkingDays, at_the_close, at_the_same_time
from sdflow.domain.deadlines import ByClock, ByTimeOfDay, Deadline, InTurn, by_time_of_day
from sdflow.domain.scene import Horizon, Scene, Supporter
from sdflow.domain.service_time import (
    EVERY_MINUTE,
    CalendarHours,
    Clock,
    united_clock,
    working_days,
)
from sdflow.domain.target import ClockStart, CutOff, DaysAre, TargetClock, TimeTarget, TimeTargets

AFTER_DAYS, MOST_DAYS = 60, 3660
"""How far past the horizon calendars are expanded at least and at most, so that what is due falls inside."""


_MEANING = {
    None: "",
    DaysAre.hours: "",
    DaysAre.time_of_day: " (at the same time of day)",
    DaysAre.end_of_day: " (when the last one closes)",
}


@dataclass(frozen=True)
class ClockHours:
    """The calendars in any of which a clock runs, and the zone in which its working days begin and end."""

    calendars: tuple[CalendarHours, ...]
    zone: str

    @classmethod
    def of(cls, party: Scene | Supporter, clock: TargetClock) -> ClockHours:
        """The hours of a clock of an agreement; without on-call hours, its support hours are all that there is."""
        support = party.support_hours
        calendars = {
            TargetClock.support: (support,),
            TargetClock.service: (party.service_hours,),
            TargetClock.on_call: tuple(hours for hours in (support, party.on_call_hours) if hours),
            TargetClock.elapsed: (EVERY_MINUTE,),
        }[clock]
        return cls(calendars, party.service_hours.zone if clock is TargetClock.service else support.zone)

    @property
    def day_minutes(self) -> int | None:
        """Open minutes of a working day; none where its days differ in length, or several calendars make them up."""
        return self.calendars[0].working_day_minutes if len(self.calendars) == 1 else None

    def days_for(self, minutes: int) -> int:
        """In how many days so many minutes are over, holidays left out."""
        return 7 * ceil(minutes / max(1, sum(hours.weekly_minutes for hours in self.calendars)))

    def days_for_working_days(self, count: int) -> int:
        """In how many days so many working days are over, holidays left out."""
        each = sum(any(hours.week[day] for hours in self.calendars) for day in range(7))
        return 7 * ceil((count + 1) / max(1, each))


@dataclass(frozen=True)
class Stage:
    """One time target beside the hours on which its clock runs, and its clause in the agreement that promises it."""

    clause: str
    target: TimeTarget
    hours: ClockHours

    @property
    def minutes(self) -> int | None:
        """Minutes of its clock; none for a cut-off, for days that are not hours, and for days that have no length."""
        if self.target.days is None or not self.target.days_are_hours:
            return self.target.minutes
        day = self.target.day_minutes or self.hours.day_minutes
        return self.target.days * day if day else None

    @property
    def has_mixed_days(self) -> bool:
        """Whether days' hours are promised, and nobody says how long the days are."""
        return self.target.days is not None and self.target.days_are_hours and self.minutes is None

    @property
    def days_needed(self) -> int:
        """In how many days it is over, holidays left out."""
        if self.target.days is not None and not self.target.days_are_hours:
            return self.hours.days_for_working_days(self.target.days)
        return 14 if self.target.cut_off else self.hours.days_for(self.minutes or 0)

    def __str__(self) -> str:
        if cut_off := self.target.cut_off:
            on_the_day = f"by {cut_off.due_at} if reported before {cut_off.reported_before}"
            return f"{on_the_day}, else by {cut_off.otherwise_at} of the next working day"
        if self.target.days is not None:
            each = f" of {self.minutes // self.target.days:,} min" if self.minutes else _MEANING[self.target.days_are]
            return f"within {self.target.days:,} working day{'' if self.target.days == 1 else 's'}{each}"
        return f"within {self.minutes:,} min" if self.minutes else "at once"


@dataclass(frozen=True)
class Span:
    """One promise in full: a time target, after the first response where its clock starts there.

    The clock of a restoration that starts at the response runs from the instant by which the response is due: the
    response is taken at the limit of what is promised, of the customer and of each tier whose clock starts at its own
    response. A tier's clock that starts at arrival includes its response. What a response before its limit brings
    forward is looked at apart (`since_response`).
    """

    stages: tuple[Stage, ...]

    @property
    def starts(self) -> ClockHours:
        """The hours of the clock that runs first."""
        return self.stages[0].hours

    @property
    def target(self) -> TimeTarget:
        """The time target itself."""
        return self.stages[-1].target

    @property
    def minutes(self) -> int | None:
        """Minutes of the clock of the target itself."""
        return self.stages[-1].minutes

    @property
    def mixed(self) -> tuple[Stage, ...]:
        """What is promised in days that have no length."""
        return tuple(stage for stage in self.stages if stage.has_mixed_days)

    @property
    def pauses(self) -> Stage | None:
        """What has a clock that stands while the customer is asked."""
        return next((stage for stage in self.stages if stage.target.pauses_for_customer), None)

    @property
    def missed_percent(self) -> Decimal:
        """The share of cases in which the promises may be missed, if no two are missed at once."""
        return sum((100 - stage.target.percent for stage in self.stages), Decimal(0))

    @property
    def days_needed(self) -> int:
        """In how many days it is over, holidays left out."""
        return sum(stage.days_needed for stage in self.stages)

    @property
    def since_response(self) -> Span:
        """The target alone, from the response at which its clock starts."""
        return Span(self.stages[-1:])

    def __str__(self) -> str:
        words = str(self.stages[-1])
        return words if len(self.stages) == 1 else f"{words} of a response {self.stages[0]}"


@dataclass(frozen=True)
class Expansion:
    """The days for which calendars are expanded, so that whatever is asked about the horizon can be answered.

    A minute has `unit` of the units in which clocks and deadlines count: 1 for minutes, 60 for seconds.
    """

    first: date
    last: date
    unit: int = 1

    @classmethod
    def of(cls, horizon: Horizon, days_needed: Iterable[int]) -> Expansion:
        """From shortly before the horizon until past it: 60 days, or twice that and so on for long promises."""
        most = max(days_needed, default=0)
        days = AFTER_DAYS
        while days < AFTER_DAYS // 2 + most and days < MOST_DAYS:
            days *= 2
        return cls(horizon.first - BEFORE, horizon.last + timedelta(days=days))

    def clock(self, *hours: ClockHours) -> Clock:
        """The clock that runs in any of the hours."""
        found = united_clock((calendar for one in hours for calendar in one.calendars), self.first, self.last)
        return found if self.unit == 1 else Clock(found.intervals * self.unit)

    def deadline(self, span: Span, relay_minutes: int = 0) -> Deadline:
        """By when a promise is due; `relay_minutes` more of its clock for passing on."""
        *before, last = span.stages
        parts = [*(self._deadline(stage, 0) for stage in before), self._deadline(last, relay_minutes)]
        return parts[0] if len(parts) == 1 else InTurn(parts)

    def _deadline(self, stage: Stage, relay_minutes: int) -> Deadline:
        clock = self.clock(stage.hours)
        by_day = self._by_day(stage.target, stage.hours)
        if by_day is None:
            return ByClock(clock, ((stage.minutes or 0) + relay_minutes) * self.unit)
        return InTurn((by_day, ByClock(clock, relay_minutes * self.unit))) if relay_minutes else by_day

    def _by_day(self, target: TimeTarget, hours: ClockHours) -> Deadline | None:
        """By when something is due that rests on days and not on how long a clock runs; none of a clock."""
        if target.cut_off is not None:
            return _cut_off(target.cut_off, hours, self.first, self.last).in_units(self.unit)
        if target.days is None or target.days_are_hours:
            return None
        days = WorkingDays.of(hours.calendars, hours.zone, self.first, self.last)
        later = at_the_close if target.days_are is DaysAre.end_of_day else at_the_same_time
        return later(days, target.days, self.unit)


def span_of(
    party: Scene | Supporter, clause: tuple[str, str], target: TimeTarget, response: TimeTargets | None
) -> Span | None:
    """A promise in full; none where its clock starts at a response that is not promised.

    `clause` is where the target stands and under which key; `response` holds what may come before it.
    """
    path, key = clause
    stage = Stage(f"{path}.{key}", target, ClockHours.of(party, target.clock))
    if response is None or target.starts is ClockStart.report:
        return Span((stage,))
    if (first := response.get(key)) is None:
        return None
    return Span((Stage(f"targets.response.{key}", first, ClockHours.of(party, first.clock)), stage))


def _cut_off(cut_off: CutOff, hours: ClockHours, first: date, last: date) -> ByTimeOfDay:
    days = working_days(hours.calendars, first, last)
    times = (_minute(cut_off.reported_before), _minute(cut_off.due_at), _minute(cut_off.otherwise_at))
    return by_time_of_day(hours.zone, days, *times)


def _minute(time_of_day: str) -> int:
    return int(time_of_day[:2]) * 60 + int(time_of_day[3:])
