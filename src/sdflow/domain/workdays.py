"""Workdays: on which days somebody is there, and on which of them a reminder reaches them in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sdflow.domain.reminder import ReminderStep
from sdflow.domain.service_time import CalendarHours

LONGEST_ABSENCE = 31
"""For how many days in a row a step waits for somebody, or is brought forward, at most."""


@dataclass(frozen=True)
class Workdays:
    """The days on which somebody works, by a calendar; every day of UTC where there is none."""

    hours: CalendarHours | None = None

    def works_on(self, day: date) -> bool:
        """Whether a window opens on that day."""
        if self.hours is None:
            return True
        if day in self.hours.openings:
            return bool(self.hours.openings[day])
        return day not in self.hours.closed_days and bool(self.hours.week[day.weekday()])

    def day_of(self, instant: datetime) -> date:
        """Which day it is there."""
        return instant.astimezone(ZoneInfo(self.hours.zone if self.hours else "Etc/UTC")).date()

    def sending_day(self, step: ReminderStep) -> date:
        """The day on which a step is sent.

        One that comes by the due day is brought forward to the last working day, so that no time is lost; one that comes
        after it waits for the next. Somebody who is away for longer than `LONGEST_ABSENCE` is reminded all the same.
        """
        direction = -1 if step.days <= 0 else 1
        return next((day for day in _days(step.on, direction) if self.works_on(day)), step.on)

    def covered_until(self, today: date) -> date:
        """The last day of those that follow today without a working day between; its steps can be due today."""
        last = today
        for day in _days(today, 1):
            if day != today and self.works_on(day):
                break
            last = day
        return last


def _days(start: date, direction: int) -> Iterator[date]:
    for number in range(LONGEST_ABSENCE + 1):
        ordinal = start.toordinal() + direction * number
        if 1 <= ordinal <= date.max.toordinal():
            yield start + timedelta(days=direction * number)
