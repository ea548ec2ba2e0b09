"""Service time: calendars, and the clock that runs only while they are open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, order=True)
class Window:
    """Open time on one local day, in minutes after midnight; a close at or before the open is on the next day.

    1440 is midnight at the day's end.
    """

    opens: int
    closes: int

    @property
    def overnight(self) -> bool:
        """Whether the window runs into the next day."""
        return self.closes <= self.opens


@dataclass(frozen=True)
class CalendarHours:
    """When a calendar is open: a week of windows, closed days and extra openings, in one zone.

    `week` has seven tuples, Monday first. A window belongs to the local day on which it opens: a closed day
    removes the windows that open on it; where `holiday_closes_day`, its own 24 hours are closed instead. An
    extra opening replaces whatever that day would have been and beats a holiday. `closed_days` gives
    each holiday or closure its name.
    """

    reference: str
    title: str
    zone: str
    week: tuple[tuple[Window, ...], ...]
    closed_days: Mapping[date, str] = field(default_factory=dict)
    openings: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)
    holiday_closes_day: bool = False
