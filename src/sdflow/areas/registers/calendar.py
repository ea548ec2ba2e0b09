"""Calendar: when somebody works or a service is there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from sdflow.domain.kind import Content, Description, Key, Line, Strict
from sdflow.domain.service_time import CalendarHours, Window
from sdflow.domain.time_zone import time_zones
from sdflow.domain.trait import Timed

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _window(text: str) -> Window:
    opens, closes = (int(part[:2]) * 60 + int(part[3:]) for part in text.split("-"))
    return Window(opens, closes)


def _real_window(text: str) -> str:
    window = _window(text)
    if window.opens >= 1440 or window.closes > 1440 or int(text[3:5]) > 59 or int(text[9:]) > 59:
        raise ValueError(f"{text} is not a time of day; write 09:00-17:00, and 24:00 for midnight at the end")
    return text


def _real_zone(name: str) -> str:
    if name not in time_zones():
        raise ValueError(f"there is no time zone {name!r}; write one such as Europe/London")
    return name


WindowText = Annotated[
    str,
    StringConstraints(pattern=r"^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$"),
    AfterValidator(_real_window),
]
Windows = Annotated[list[WindowText], Field(max_length=12)]


class HolidayRule(StrEnum):
    """What a holiday closes."""

    windows = "windows"
    day = "day"


class HolidayRegion(Strict):
    """Whose public holidays are kept."""

    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = Field(description="ISO 3166-1 code")
    subdivision: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,3}$")] | None = Field(
        None, description="ISO 3166-2 code without the country"
    )
    hours: Windows = Field(default_factory=list, description="Hours on the holidays; closed unless given")
    closes: HolidayRule = Field(
        HolidayRule.windows, description="The windows that open on the holiday, or its own 24 hours"
    )


class Week(Strict):
    """Opening windows for each day of the week, such as 09:00-17:00; an overnight window is 22:00-06:00."""

    monday: Windows = Field(default_factory=list)
    tuesday: Windows = Field(default_factory=list)
    wednesday: Windows = Field(default_factory=list)
    thursday: Windows = Field(default_factory=list)
    friday: Windows = Field(default_factory=list)
    saturday: Windows = Field(default_factory=list)
    sunday: Windows = Field(default_factory=list)

    def windows(self) -> tuple[tuple[Window, ...], ...]:
        """Seven tuples of windows, Monday first."""
        return tuple(tuple(sorted(map(_window, getattr(self, day)))) for day in DAYS)

    @model_validator(mode="after")
    def _apart(self) -> Self:
        spans = sorted(
            (
                number * 1440 + window.opens,
                number * 1440 + window.closes + (1440 if window.overnight else 0),
                DAYS[number],
            )
            for number, windows in enumerate(self.windows())
            for window in windows
        )
        if not spans:
            raise ValueError("no day has an opening window")
        for (_, end, day), (start, _, next_day) in zip(spans, [*spans[1:], _wrapped(spans[0])], strict=True):
            if start < end:
                raise ValueError(f"the hours of {day} and {next_day} overlap")
        return self


def _wrapped(span: tuple[int, int, str]) -> tuple[int, int, str]:
    return span[0] + 7 * 1440, span[1] + 7 * 1440, span[2]


class Closure(Strict):
    """Days on which nobody is there, besides holidays."""

    first_on: date
    last_on: date | None = Field(None, description="The last closed day; none for a single day")
    reason: Line

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_on is not None and not 0 <= (self.last_on - self.first_on).days <= 366:
            raise ValueError(f"last_on {self.last_on} must be within a year after first_on {self.first_on}")
        return self

    def days(self) -> Mapping[date, str]:
        """Each closed day with the reason."""
        count = ((self.last_on or self.first_on) - self.first_on).days + 1
        return {self.first_on + timedelta(days=number): self.reason for number in range(count)}


class Opening(Strict):
    """A day with opening hours of its own; it beats a holiday."""

    on: date
    windows: Windows
    reason: Line


class Calendar(Content, Timed):
    """Weekly hours in a zone, less holidays and closures, plus extra openings."""

    description = Description("calendar", "Calendar", "Calendars", "CAL")

    zone: Annotated[str, AfterValidator(_real_zone)] = Field(description="IANA time zone, such as Europe/London")
    week: Week
    holidays: HolidayRegion | None = Field(None, description="Public holidays on which the calendar is closed")
    closures: dict[Key, Closure] = Field(default_factory=dict, description="Own closed days")
    openings: dict[Key, Opening] = Field(default_factory=dict, description="Days with hours of their own")

    def holiday_region(self) -> tuple[str, str | None] | None:
        """Country and subdivision whose public holidays it keeps."""
        return (self.holidays.country, self.holidays.subdivision) if self.holidays else None

    def open_hours(self, holidays: Mapping[date, str]) -> CalendarHours:
        """The calendar with the public holidays of its region resolved."""
        closed = dict(holidays)
        for closure in self.closures.values():
            closed.update(closure.days())
        return CalendarHours(
            reference="",
            title=self.title,
            zone=self.zone,
            week=self.week.windows(),
            closed_days=dict(sorted(closed.items())),
            openings=self._holiday_hours(holidays)
            | {one.on: tuple(sorted(map(_window, one.windows))) for one in self.openings.values()},
            holiday_closes_day=self.holidays is not None and self.holidays.closes is HolidayRule.day,
        )

    def _holiday_hours(self, holidays: Mapping[date, str]) -> dict[date, tuple[Window, ...]]:
        if self.holidays is None or not self.holidays.hours:
            return {}
        windows = tuple(sorted(map(_window, self.holidays.hours)))
        closed = {day for closure in self.closures.values() for day in closure.days()}
        return {day: windows for day in holidays if day not in closed}
