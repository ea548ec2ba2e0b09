"""Allowance: how long a service may be down in a period, by its availability and its hours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_FURTHEST = 1200  # days


@dataclass(frozen=True)
class Allowance:
    """The period of a term with the fewest agreed minutes: its first day, those minutes, and how many may be lost."""

    first: date
    agreed_minutes: int
    minutes: int


@dataclass(frozen=True)
class Hours:
    """A calendar as it can be remembered: the windows of each day of the week, days with others, and the zone."""

    week: tuple[tuple[tuple[int, int], ...], ...]
    others: tuple[tuple[date, tuple[tuple[int, int], ...]], ...]
    zone: str

    @classmethod
    def of(cls, calendar: Mapping[str, Any]) -> Hours:
        """The hours of a calendar as templates have it."""
        closed: dict[date, tuple[tuple[int, int], ...]] = {day: () for day, _ in calendar["closed_days"]}
        opened = {day: tuple(map(tuple, windows)) for day, windows in calendar["openings"]}
        week = tuple(tuple(map(tuple, windows)) for windows in calendar["week"])
        return cls(week, tuple(sorted((closed | opened).items())), calendar["zone"])


@lru_cache(maxsize=64)
def agreed_minutes(hours: Hours, first: date, last: date) -> tuple[int, ...]:
    """How many minutes hours run that begin on each day from the first to the last, clock changes included."""
    others, zone = dict(hours.others), ZoneInfo(hours.zone)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return tuple(
        sum(
            _elapsed(day, opens, closes if closes > opens else closes + 1440, zone)
            for opens, closes in others.get(day, hours.week[day.weekday()])
        )
        for day in days
    )


def _elapsed(on: date, opens: int, closes: int, zone: ZoneInfo) -> int:
    start, end = (_instant(on, minute, zone) for minute in (opens, closes))
    return int((end - start).total_seconds()) // 60


def _instant(on: date, minute: int, zone: ZoneInfo) -> datetime:
    wall = datetime.combine(on, time(0)) + timedelta(minutes=minute)
    return wall.replace(tzinfo=zone).astimezone(UTC)


def allowance(
    percent: Decimal, calendar: Mapping[str, Any], first: date, last: date | None, period: str
) -> Allowance | None:
    """What an availability allows in the shortest whole period of a term; none where the term holds no such period.

    agreed minutes of the period × (1 - percent / 100), cut downwards to whole minutes.
    """
    if period not in _MONTHS:
        return None
    last = min(last or first + timedelta(days=_FURTHEST), first + timedelta(days=_FURTHEST))
    minutes = agreed_minutes(Hours.of(calendar), first, last)
    whole = [days for days in _periods(first, last, _MONTHS[period]) if _complete(days, _MONTHS[period])]
    counted = [(sum(minutes[(days[0] - first).days : (days[-1] - first).days + 1]), days[0]) for days in whole]
    agreed = [one for one in counted if one[0]]
    if not agreed:
        return None
    fewest, begins = min(agreed)
    return Allowance(begins, fewest, floor(fewest * (100 - percent) / 100))


def _periods(first: date, last: date, months: int) -> Iterator[list[date]]:
    days: Iterable[date] = (first + timedelta(days=number) for number in range((last - first).days + 1))
    for _, group in groupby(days, key=lambda day: (day.year, (day.month - 1) // months)):
        yield list(group)


def _complete(days: Sequence[date], months: int) -> bool:
    """Whether days make up a whole period and not only its beginning or its end."""
    after = days[-1] + timedelta(days=1)
    return days[0].day == 1 and after.day == 1 and (days[0].month - 1) % months == 0 and (after.month - 1) % months == 0


FILTERS: Mapping[str, Callable[..., Any]] = {"allowance": allowance}
