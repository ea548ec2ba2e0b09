"""Measuring periods: the stretches of time over which availability is measured, as instants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from sdflow.domain.service_time import DAY, Minutes, local_days
from sdflow.domain.target import MeasuringPeriod

TRAILING_DAYS = 365
"""The days of a trailing year, whatever the calendar says."""

LENGTHS = {
    MeasuringPeriod.week: 1,
    MeasuringPeriod.month: 2,
    MeasuringPeriod.quarter: 3,
    MeasuringPeriod.year: 4,
    MeasuringPeriod.trailing_year: 4,
}
"""Measuring periods in the order of their lengths; a year and a trailing year count as equally long."""

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Stretches:
    """Measuring periods: the day on which each begins, and the instants between which it lies."""

    period: MeasuringPeriod
    first_days: tuple[date, ...]
    starts: Minutes
    ends: Minutes

    def text(self, number: int) -> str:
        """What people call one of them: March 2026, January–March 2026, the week from Mon 2 Mar 2026."""
        return period_text(self.period, self.first_days[number])


def period_text(period: MeasuringPeriod, first: date) -> str:
    """What people call the measuring period of a kind that begins on a day."""
    month = _MONTHS[first.month - 1]
    day = f"{_WEEKDAYS[first.weekday()]} {first.day} {month[:3]} {first.year}"
    match period:
        case MeasuringPeriod.week:
            return f"the week from {day}"
        case MeasuringPeriod.month:
            return f"{month} {first.year}"
        case MeasuringPeriod.quarter:
            return f"{month}–{_MONTHS[first.month + 1]} {first.year}"
        case MeasuringPeriod.year:
            return f"the year {first.year}"
        case MeasuringPeriod.trailing_year:
            return f"the {TRAILING_DAYS} days from {day}"


def stretches(zone: str, period: MeasuringPeriod, first: date, last: date) -> Stretches:
    """The measuring periods that begin on the local days first to last, each in whole.

    Of trailing years those that lie in these days as a whole, one for each day on which one may end.
    """
    if period is MeasuringPeriod.trailing_year:
        days = [first + timedelta(days=number) for number in range((last - first).days + 2 - TRAILING_DAYS)]
        edges = [local_days(zone, day, day + timedelta(days=TRAILING_DAYS - 1)) for day in days]
    else:
        begun = [one for year in range(first.year, last.year + 2) for one in _beginnings(zone, period, year)]
        inside = [number for number, (day, _) in enumerate(begun) if first <= day <= last]
        days = [begun[number][0] for number in inside]
        edges = [(begun[number][1], begun[number + 1][1]) for number in inside]
    found = np.array(edges, dtype=np.int64).reshape(-1, 2)
    return Stretches(period, tuple(days), found[:, 0], found[:, 1])


def edges_around(zone: str, period: MeasuringPeriod, first_year: int, last_year: int) -> Minutes:
    """The instants at which a calendar period begins, from the first year until the one after the last."""
    return np.array(
        [at for year in range(first_year, last_year + 2) for _, at in _beginnings(zone, period, year)],
        dtype=np.int64,
    )


def trailing_edges(starts: Minutes, ends: Minutes) -> Minutes:
    """For each stretch the instants between the trailing years that touch it, counted back from its own end.

    One that begins on the first day of a stretch begins with it, though clocks may have been changed in between.
    """
    most = -(-round(int((ends - starts).max()) / DAY) // TRAILING_DAYS)
    edges = ends[:, None] - np.arange(most + 1) * (TRAILING_DAYS * DAY)
    return np.where(abs(edges - starts[:, None]) < DAY // 2, starts[:, None], edges)


@lru_cache(maxsize=4096)
def _beginnings(zone: str, period: MeasuringPeriod, year: int) -> tuple[tuple[date, int], ...]:
    """The days of a year on which a calendar period begins, and the instants."""
    return tuple((day, local_days(zone, day, day)[0]) for day in _first_days(period, year))


def _first_days(period: MeasuringPeriod, year: int) -> Iterator[date]:
    if period is MeasuringPeriod.week:
        monday = date(year, 1, 1) + timedelta(days=-date(year, 1, 1).weekday() % 7)
        while monday.year == year:
            yield monday
            monday += timedelta(days=7)
        return
    step = {MeasuringPeriod.month: 1, MeasuringPeriod.quarter: 3, MeasuringPeriod.year: 12}[period]
    yield from (date(year, month, 1) for month in range(1, 13, step))
