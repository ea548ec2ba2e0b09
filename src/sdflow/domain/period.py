"""Period: the days over which something was measured, named as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sdflow.domain.errors import Refused
from sdflow.domain.service_time import local_days
from sdflow.domain.target import MeasuringPeriod
from sdflow.domain.terms import plus_months

TRAILING_DAYS = 365
YEARS = range(1900, 3000)
"""The years of periods that can be named, so that there are always enough before them to look back upon."""

_FORMS = {
    MeasuringPeriod.year: r"(\d{4})",
    MeasuringPeriod.quarter: r"(\d{4})-Q([1-4])",
    MeasuringPeriod.month: r"(\d{4})-(0[1-9]|1[0-2])",
    MeasuringPeriod.week: r"(\d{4})-W(\d{2})",
    MeasuringPeriod.trailing_year: r"365d-(\d{4}-\d{2}-\d{2})",
}
_MONTHS = {MeasuringPeriod.month: 1, MeasuringPeriod.quarter: 3, MeasuringPeriod.year: 12}
_HOW = "write it as 2026, 2026-Q3, 2026-10, 2026-W41, or 365d-2026-10-31 for the 365 days that end with a day"


@dataclass(frozen=True, order=True)
class Period:
    """A week, month, quarter or year of the calendar, or the 365 days that end with a day."""

    first: date
    last: date
    kind: MeasuringPeriod

    @classmethod
    def parsed(cls, text: str) -> Period:
        """The period of a name such as 2026-10; Refused where it is none, or lies in no year of `YEARS`."""
        for kind, form in _FORMS.items():
            if found := re.fullmatch(form, text):
                if int(text.removeprefix("365d-")[:4]) not in YEARS:
                    raise Refused(f"'{text}' lies outside the years {YEARS[0]} to {YEARS[-1]}", advice=_HOW)
                try:
                    return cls.containing(_some_day(kind, found.groups()), kind)
                except ValueError:
                    break
        raise Refused(f"'{text}' is no period", advice=_HOW)

    @classmethod
    def containing(cls, day: date, kind: MeasuringPeriod) -> Period:
        """The period of a kind in which a day lies; of trailing ones the one that ends with it."""
        if kind is MeasuringPeriod.trailing_year:
            return cls(day - timedelta(days=TRAILING_DAYS - 1), day, kind)
        if kind is MeasuringPeriod.week:
            monday = day - timedelta(days=day.weekday())
            return cls(monday, monday + timedelta(days=6), kind)
        months = _MONTHS[kind]
        first = date(day.year, (day.month - 1) // months * months + 1, 1)
        return cls(first, plus_months(first, months) - timedelta(days=1), kind)

    @classmethod
    def complete_before(cls, day: date, kind: MeasuringPeriod) -> Period:
        """The last period of a kind that is over on a day."""
        if kind is MeasuringPeriod.trailing_year:
            return cls.containing(day - timedelta(days=1), kind)
        return cls.containing(day, kind).before

    @property
    def before(self) -> Period:
        """The period of the same kind before this one; of trailing ones the one that ends the day before it begins."""
        return Period.containing(self.first - timedelta(days=1), self.kind)

    @property
    def name(self) -> str:
        """As it is written, such as 2026-10."""
        year, week, _ = self.first.isocalendar()
        return {
            MeasuringPeriod.year: f"{self.first.year}",
            MeasuringPeriod.quarter: f"{self.first.year}-Q{(self.first.month + 2) // 3}",
            MeasuringPeriod.month: f"{self.first:%Y-%m}",
            MeasuringPeriod.week: f"{year}-W{week:02}",
            MeasuringPeriod.trailing_year: f"365d-{self.last}",
        }[self.kind]

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def back(self, count: int) -> tuple[Period, ...]:
        """So many periods, the last of them this one, the earliest first.

        Of trailing periods those that end with the months before.
        """
        found = [self]
        while len(found) < count:
            found.append(found[-1]._earlier())
        return tuple(reversed(found))

    def parts(self, kind: MeasuringPeriod) -> Iterator[Period]:
        """The whole periods of another kind that end within this one, in their order; a trailing one ends with it."""
        if kind is MeasuringPeriod.trailing_year:
            yield Period.containing(self.last, kind)
            return
        part = Period.containing(self.first, kind)
        while part.last <= self.last:
            yield part
            part = Period.containing(part.last + timedelta(days=1), kind)

    def seconds(self, zone: str) -> tuple[int, int]:
        """The instants at which it begins and ends on the clocks of a zone, in seconds since 1970-01-01 UTC."""
        since, until = local_days(zone, self.first, self.last)
        return since * 60, until * 60

    def _earlier(self) -> Period:
        if self.kind is MeasuringPeriod.trailing_year:
            return Period.containing(self.last.replace(day=1) - timedelta(days=1), self.kind)
        return self.before

    def __str__(self) -> str:
        return self.name


def _some_day(kind: MeasuringPeriod, parts: tuple[str, ...]) -> date:
    year = parts[0]
    if kind is MeasuringPeriod.trailing_year:
        return date.fromisoformat(year)
    if kind is MeasuringPeriod.week:
        return date.fromisocalendar(int(year), int(parts[1]), 1)
    number = int(parts[1]) if len(parts) > 1 else 1
    return date(int(year), number * 3 if kind is MeasuringPeriod.quarter else number, 1)
