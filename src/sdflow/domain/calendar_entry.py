"""Calendar entry: a day that people put into their own calendars, such as the one by which something is owed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

HOUR_OF_ALARMS = 9
"""At which hour of the day, on the clock of whoever has the calendar, an alarm goes off."""


@dataclass(frozen=True)
class CalendarEntry:
    """A whole day, in no time zone.

    `uid` is the same whenever the same thing is written, so that a calendar knows the entry again; of two with one `uid`
    the one with the higher `sequence` is the newer. `written_at` is when what it says came about. `alarms` are days from
    the day, 0 on the day itself and negative before it. One that is `cancelled` takes away what a calendar holds of it.
    """

    uid: str
    sequence: int
    written_at: datetime
    on: date
    title: str
    text: str
    categories: tuple[str, ...] = ()
    alarms: tuple[int, ...] = ()
    cancelled: bool = False


class CalendarWriter(Protocol):
    """Makes a file that calendar programs read."""

    def __call__(self, name: str, entries: tuple[CalendarEntry, ...]) -> bytes:
        """The file of a calendar with this name; the same bytes for the same entries."""
        ...
