"""Target: what an agreement promises, in numbers that can be measured."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from sdflow.domain.kind import Key, Line, Reference, RefersTo, Strict, Title
from sdflow.domain.trait import Timed

CalendarReference = Annotated[Reference, RefersTo((Timed,))]
Percent = Annotated[Decimal, Field(gt=0, le=100, max_digits=9, decimal_places=6)]
MOST_QUANTITY = 10**12
"""Up to which targets are stated; larger measured values are refused."""

Quantity = Annotated[Decimal, Field(ge=0, le=MOST_QUANTITY, max_digits=18, decimal_places=6)]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
EndOfTime = Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
"""A time of day by which something is over; 24:00 is midnight at the day's end."""

MOST_MINUTES = 527_040
"""The minutes of a leap year."""


class MeasuringPeriod(StrEnum):
    """Over which period a target is measured: of the calendar, or the 365 days that end with each day."""

    week = "week"
    month = "month"
    quarter = "quarter"
    year = "year"
    trailing_year = "trailing_year"


class PlannedDowntime(StrEnum):
    """How time counts in which a service is down inside an announced window (alignment R13).

    `down`: an outage counts wherever it falls. `up`: inside the window the service counts as up. `left_out`: the
    window is taken out of agreed time. `window_down`: the whole window counts as down.
    """

    down = "down"
    up = "up"
    left_out = "left_out"
    window_down = "window_down"


class BeforeFirstUse(StrEnum):
    """How the days of a measuring period count that lie before a customer first used the service."""

    up = "up"
    left_out = "left_out"


class AvailabilityTarget(Strict):
    """A share of agreed service time in which the service or component is up."""

    percent: Percent = Field(description="Share of agreed service time, in per cent")
    period: MeasuringPeriod = Field(MeasuringPeriod.month, description="Measuring period")
    planned_downtime: PlannedDowntime = Field(
        PlannedDowntime.left_out, description="How downtime in announced windows counts"
    )
    hours: CalendarReference | None = Field(
        None, description="Hours in which it is measured; the agreed service time unless given"
    )
    measured_in_minutes: Annotated[int, Field(ge=1, le=1440)] | None = Field(
        None, description="Length of the shortest stretch that is looked at, in minutes"
    )
    before_first_use: BeforeFirstUse | None = Field(
        None, description="How days of the period before the first use count; left out unless given"
    )


class FurtherAvailabilityTarget(AvailabilityTarget):
    """Availability beside the main target: in other hours, counted in another way, or in critical periods alone."""

    critical_periods: Annotated[list[Key], Field(min_length=1, max_length=40)] | None = Field(
        None, description="Critical periods in which alone it is measured, by their keys"
    )


class ReliabilityTarget(Strict):
    """How often and for how long the service may break; counted in agreed service time."""

    breaks: Annotated[int, Field(ge=0, le=100_000)] | None = Field(None, description="Most breaks in a period")
    longest_minutes: Annotated[int, Field(ge=1, le=MOST_MINUTES)] | None = Field(
        None, description="Longest single break, in minutes of agreed service time"
    )
    down_minutes: Annotated[int, Field(ge=0, le=MOST_MINUTES)] | None = Field(
        None, description="Most downtime in a period, in minutes of agreed service time"
    )
    mean_time_between_failures_hours: Quantity | None = Field(
        None, description="Least mean time between failures, in hours"
    )
    period: MeasuringPeriod = Field(MeasuringPeriod.month, description="Measuring period")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        figures = (self.breaks, self.longest_minutes, self.down_minutes, self.mean_time_between_failures_hours)
        if all(one is None for one in figures):
            raise ValueError("give breaks, longest_minutes, down_minutes or mean_time_between_failures_hours")
        return self


class TargetClock(StrEnum):
    """On whose hours the clock of a time target runs.

    `support`: the agreement's support hours. `service`: its service hours. `on_call`: support hours and on-call
    hours together. `elapsed`: every minute counts.
    """

    support = "support"
    service = "service"
    on_call = "on_call"
    elapsed = "elapsed"


class ClockStart(StrEnum):
    """From when the clock of a restoration target runs: the report (or arrival at the tier), or the first response."""

    report = "report"
    response = "response"


class ClockStop(StrEnum):
    """At which moment the clock of a restoration stops.

    `restored`: users work again; where the desk records no such moment, what is resolved counts as restored.
    `resolved`: nothing is left to mend. `closed`: the one who reported it agrees.
    """

    restored = "restored"
    resolved = "resolved"
    closed = "closed"


class MissedAt(StrEnum):
    """Which case has missed a time: the one that takes longer (`beyond`), or already the one that takes as long (`at`)."""

    beyond = "beyond"
    at = "at"


class DaysAre(StrEnum):
    """What a time in working days means.

    `hours`: so many days' hours of the clock. `time_of_day`: so many working days later at the same time of day; what is
    reported outside the hours counts as reported at the next opening. `end_of_day`: when the hours of the working day
    close that comes so many after the day of the report.
    """

    hours = "hours"
    time_of_day = "time_of_day"
    end_of_day = "end_of_day"


class CountedIn(StrEnum):
    """In which period a case is counted: the one in which it was reported, or the one in which its clock stopped.

    A case that was reported in a period and whose clock still ran at its end has missed where it was due before; else
    nothing can be said of it yet.
    """

    reported = "reported"
    stopped = "stopped"


class CutOff(Strict):
    """What is reported before a time is due on the same working day, everything else on the next one."""

    reported_before: TimeOfDay = Field(description="Time of day before which a report counts for the same day")
    due_at: EndOfTime = Field(description="When that is due on the same day; 24:00 for by its end")
    otherwise_at: TimeOfDay = Field(description="When the rest is due on the next working day")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.due_at < self.reported_before:
            raise ValueError(f"due at {self.due_at}, before the {self.reported_before} until which it may be reported")
        return self


class TimeTarget(Strict):
    """A time within which something is done: minutes or working days of a clock, or a cut-off.

    A working day has as many minutes as the clock runs on a day; where its days differ, `day_minutes` says how many.
    """

    minutes: Annotated[int, Field(ge=0, le=MOST_MINUTES)] | None = Field(
        None, description="Minutes of the clock; 0 for at once"
    )
    days: Annotated[int, Field(ge=1, le=366)] | None = Field(None, description="Working days of the clock")
    day_minutes: Annotated[int, Field(ge=1, le=1440)] | None = Field(
        None, description="Minutes that count as a working day"
    )
    cut_off: CutOff | None = None
    clock: TargetClock = Field(TargetClock.support, description="Hours on which the clock runs")
    starts: ClockStart = Field(ClockStart.report, description="From when the clock runs")
    pauses_for_customer: bool = Field(False, description="Whether the clock stands while the customer is asked")
    percent: Percent = Field(Decimal(100), description="Share of cases in which it is kept, in per cent")
    stops: ClockStop | None = Field(
        None, description="Moment at which a restoration clock stops; restored unless given"
    )
    missed: MissedAt | None = Field(None, description="Which case has missed the time; one beyond it unless given")
    counted_in: CountedIn | None = Field(
        None, description="Period in which a case is counted; the one of its report unless given"
    )
    days_are: DaysAre | None = Field(None, description="What working days mean; hours of the clock unless given")

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        given = [form is not None for form in (self.minutes, self.days, self.cut_off)]
        if sum(given) != 1:
            raise ValueError("give exactly one of minutes, days or cut_off")
        if self.day_minutes is not None and self.days is None:
            raise ValueError("day_minutes belongs to days")
        if self.days_are is not None and self.days is None:
            raise ValueError("days_are belongs to days")
        if self.day_minutes is not None and not self.days_are_hours:
            raise ValueError("day_minutes says how long days are that are hours; leave it out, or days_are")
        return self

    @property
    def days_are_hours(self) -> bool:
        """Whether days, where they are given, are so many days' hours of the clock."""
        return self.days_are in {None, DaysAre.hours}


TimeTargets = Annotated[dict[Key, TimeTarget], Field(max_length=20)]


class Statistic(StrEnum):
    """Which figure of many measurements is compared."""

    mean = "mean"
    percentile = "percentile"
    each = "each"


class TransactionTarget(Strict):
    """How fast an interactive transaction answers."""

    title: Title = Field(description="The transaction")
    seconds: Annotated[Decimal, Field(gt=0, le=86_400, max_digits=9, decimal_places=3)]
    statistic: Statistic = Field(Statistic.percentile, description="Figure that is compared")
    percent: Percent = Field(Decimal(95), description="Which percentile, where it is one")


class ThroughputTarget(Strict):
    """How much the service can take in a time."""

    title: Title
    least: Quantity = Field(description="What it takes at least")
    unit: Line = Field(description="Of what, such as messages")
    per: Line = Field(description="In which time, such as hour")


class BatchTarget(Strict):
    """By when a batch of work is done."""

    title: Title
    ready_by: TimeOfDay = Field(description="Time of day, in the zone of the service hours")
    days: Line = Field(description="On which days, such as working days")
    calendar: CalendarReference | None = Field(
        None,
        description="The calendar that is open on these days; a day without a measurement then counts as never ready",
    )
    percent: Percent = Field(Decimal(100), description="Share of runs in which it is kept, in per cent")


class ContinuityTarget(Strict):
    """What is promised for the time after a disaster."""

    recovery_time_objective_hours: Quantity | None = Field(
        None, description="Hours from the disruption until service; none where nothing but a least time is said"
    )
    recovery_not_before_hours: Quantity | None = Field(
        None, description="Hours from the disruption before which nobody may expect service"
    )
    invoked_after_minutes: Annotated[int, Field(ge=0, le=MOST_MINUTES)] | None = Field(
        None, description="Minutes of unexpected downtime after which recovery is invoked"
    )
    recovery_point_objective_minutes: Quantity | None = Field(None, description="Minutes of work that may be lost")
    minimum_service_level: Line | None = Field(None, description="What works at least in the meantime")
    minimum_service_percent: Percent | None = Field(None, description="How much of it, as a share of the usual service")
    tested_every_months: Annotated[int, Field(ge=1, le=60)] | None = Field(None, description="Months between tests")

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        objective, least = self.recovery_time_objective_hours, self.recovery_not_before_hours
        if objective is None and least is None:
            raise ValueError("give recovery_time_objective_hours or recovery_not_before_hours")
        if objective is not None and least is not None and objective < least:
            raise ValueError(f"service within {objective} hours cannot be promised not before {least} hours")
        return self


class Comparison(StrEnum):
    """On which side of a value the measured figure has to lie."""

    at_least = "at_least"
    at_most = "at_most"


class MeasureTarget(Strict):
    """A target on any other figure that is measured."""

    title: Title = Field(description="What is measured")
    comparison: Comparison
    value: Quantity
    unit: Line = Field(description="Such as per cent, calls, points")
    period: MeasuringPeriod = MeasuringPeriod.month
    statistic: Statistic | None = Field(
        None,
        description="Figure of many measurements that is compared, such as each; the one of the period unless given",
    )
    percent: Percent | None = Field(None, description="Which percentile, where it is one")

    @model_validator(mode="after")
    def _percentile_says_which(self) -> Self:
        if (self.statistic is Statistic.percentile) != (self.percent is not None):
            raise ValueError("statistic: percentile and percent belong together")
        return self


class SecurityTarget(Strict):
    """How many incidents may hurt confidentiality, integrity or authenticity in a period."""

    title: Title
    most: Annotated[int, Field(ge=0, le=100_000)] = Field(description="How many there may be; 0 for none")
    period: MeasuringPeriod = MeasuringPeriod.month


class WorkloadLimit(Strict):
    """Up to which workload the targets hold."""

    title: Title
    most: Quantity
    unit: Line = Field(description="Of what, such as users")
    per: Line | None = Field(None, description="In which time, where it has one, such as day")


AvailabilityTargets = Annotated[dict[Key, AvailabilityTarget], Field(max_length=20)]
FurtherAvailability = Annotated[dict[Key, FurtherAvailabilityTarget], Field(max_length=20)]
Measures = Annotated[dict[Key, MeasureTarget], Field(max_length=60)]
Workload = Annotated[dict[Key, WorkloadLimit], Field(max_length=60)]


class Targets(Strict):
    """What an agreement with a customer promises, by metric and priority."""

    availability: AvailabilityTarget | None = None
    further_availability: FurtherAvailability = Field(
        default_factory=dict, description="Availability in other hours, or counted in another way"
    )
    reliability: ReliabilityTarget | None = None
    response: TimeTargets = Field(default_factory=dict, description="First response, by priority")
    restore: TimeTargets = Field(
        default_factory=dict, description="Restoration of service since the report, by priority"
    )
    transactions: Annotated[dict[Key, TransactionTarget], Field(max_length=60)] = Field(default_factory=dict)
    throughput: Annotated[dict[Key, ThroughputTarget], Field(max_length=60)] = Field(default_factory=dict)
    batches: Annotated[dict[Key, BatchTarget], Field(max_length=60)] = Field(default_factory=dict)
    continuity: ContinuityTarget | None = None
    security: Annotated[dict[Key, SecurityTarget], Field(max_length=20)] = Field(
        default_factory=dict, description="Limits to incidents that hurt security"
    )
    measures: Measures = Field(default_factory=dict, description="Targets on other figures")


class SupportTargets(Strict):
    """What a supporting agreement promises, by the supporter's own priorities or severities."""

    response: TimeTargets = Field(default_factory=dict, description="First response")
    hand_over: TimeTargets = Field(default_factory=dict, description="Latest hand-over to the next tier")
    restore: TimeTargets = Field(default_factory=dict, description="Restoration since arrival at this supporter")
    continuity: ContinuityTarget | None = Field(None, description="Recovery after a disaster")
    measures: Measures = Field(default_factory=dict, description="Targets on other figures")
