"""Service time: calendars, and the clock that runs only while they are open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Minutes = npt.NDArray[np.int64]
"""Instants or lengths, in minutes; instants count from 1970-01-01 00:00 UTC."""

Intervals = npt.NDArray[np.int64]
"""Half-open [open, close) instants in minutes since 1970-01-01 UTC, shape (n, 2): sorted, disjoint, merged."""

NEVER = 10**12
"""An instant after every calendar: what does not happen while the calendars last."""

DAY = 1440
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_ZERO = date(1970, 1, 1).toordinal()
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


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

    @property
    def minutes(self) -> int:
        """Its length on the wall clock."""
        return self.closes - self.opens + (DAY if self.overnight else 0)


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

    @property
    def weekly_minutes(self) -> int:
        """Open minutes of an ordinary week."""
        return sum(window.minutes for day in self.week for window in day)

    @property
    def working_day_minutes(self) -> int | None:
        """Open minutes of a working day; none where the days of the week on which it opens differ in length."""
        lengths = {sum(window.minutes for window in day) for day in self.week if day}
        return lengths.pop() if len(lengths) == 1 else None


EVERY_MINUTE = CalendarHours("", "every minute", "Etc/UTC", ((Window(0, DAY),),) * 7)
"""The hours of a clock that never stands still."""


class WallClock:
    """The offsets of a zone between two days, and the instants at which its clocks show a time; a minute has `unit` units."""

    def __init__(self, zone: str, first: date, last: date, unit: int = 1) -> None:
        changes = [change for year in range(first.year - 1, last.year + 2) for change in _offset_changes(zone, year)]
        self.since = np.array([-NEVER, *(at for at, _ in changes[1:])], dtype=np.int64) * unit
        self.until = np.append(self.since[1:], NEVER)
        self.offset = np.array([offset for _, offset in changes], dtype=np.int64) * unit

    def opening(self, local: Minutes) -> Minutes:
        """The first instant at which the wall clock shows the time, or has jumped over it."""
        span = np.searchsorted(self.until + self.offset, local, "right")
        instants: Minutes = np.maximum(local - self.offset[span], self.since[span])
        return instants

    def closing(self, local: Minutes) -> Minutes:
        """The last instant at which the wall clock shows the time, or the one at which it jumps over it."""
        span = np.searchsorted(self.since + self.offset, local, "right") - 1
        instants: Minutes = np.minimum(local - self.offset[span], self.until[span])
        return instants


@lru_cache(maxsize=4096)
def _offset_changes(zone: str, year: int) -> tuple[tuple[int, int], ...]:
    """The instants of a year from which an offset to UTC holds, the year's first instant included."""
    place = ZoneInfo(zone)
    start, end = (int(at) for at in midnights([date(year, 1, 1), date(year + 1, 1, 1)]))
    found = [(start, _offset(place, start))]
    for day in range(start, end, DAY):
        if _offset(place, day + DAY) != found[-1][1]:
            at = _change_between(place, day, day + DAY)
            found.append((at, _offset(place, at)))
    return tuple(found)


def _change_between(place: ZoneInfo, before: int, after: int) -> int:
    old = _offset(place, before)
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if _offset(place, middle) == old else (before, middle)
    return after


def _offset(place: ZoneInfo, minute: int) -> int:
    offset = _local(place, minute).utcoffset() or timedelta()
    return int(offset.total_seconds()) // 60


def _local(place: ZoneInfo, minute: int) -> datetime:
    return (_EPOCH + timedelta(minutes=minute)).astimezone(place)


_Frozen = tuple[str, tuple[tuple[Window, ...], ...], frozenset[date], tuple[tuple[date, tuple[Window, ...]], ...], bool]


def _frozen(hours: CalendarHours) -> _Frozen:
    openings = tuple(sorted(hours.openings.items()))
    return hours.zone, hours.week, frozenset(hours.closed_days), openings, hours.holiday_closes_day


def open_minutes(hours: CalendarHours, first: date, last: date) -> Intervals:
    """The instants at which a calendar is open by the windows that open on its local days first to last.

    An opening edge in a repeated hour is the earlier instant and a closing edge the later; an edge in a skipped
    hour is the instant of the jump. The result is kept and may not be changed.
    """
    return _opened(_frozen(hours), first, last)


def clock(hours: CalendarHours, first: date, last: date) -> Clock:
    """The clock that runs while the calendar is open, from its local day `first` to `last`; kept for the next call."""
    return _clock((_frozen(hours),), first, last)


def united_clock(calendars: Iterable[CalendarHours], first: date, last: date) -> Clock:
    """The clock that runs while any of the calendars is open, from each one's local day `first` to `last`; kept."""
    return _clock(tuple(map(_frozen, calendars)), first, last)


def working_days(calendars: Iterable[CalendarHours], first: date, last: date) -> tuple[date, ...]:
    """The days from first to last on which a window of any of the calendars opens; kept for the next call."""
    return _working_days(tuple(map(_frozen, calendars)), first, last)


@lru_cache(maxsize=1024)
def local_days(zone: str, first: date, last: date) -> tuple[int, int]:
    """The instants at which the local day `first` begins and the local day `last` ends."""
    edges = WallClock(zone, first, last).opening(midnights([first, last + timedelta(days=1)]))
    return int(edges[0]), int(edges[1])


@lru_cache(maxsize=256)
def times_of_day(zone: str, days: tuple[date, ...], minute: int, first: bool = False) -> Minutes:
    """The instants at which the clocks of a zone show so many minutes after midnight, on each of the days in order.

    In a repeated hour it is the later instant, or the first where it is asked for; in a skipped one that of the jump.
    """
    local = midnights(days) + minute
    if not days:
        return local
    wall = WallClock(zone, days[0], days[-1] + timedelta(days=1))
    return wall.opening(local) if first else wall.closing(local)


@lru_cache(maxsize=1024)
def _working_days(calendars: tuple[_Frozen, ...], first: date, last: date) -> tuple[date, ...]:
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return tuple(day for day in days if any(_opens_on(calendar, day) for calendar in calendars))


def _opens_on(calendar: _Frozen, day: date) -> bool:
    _, week, closed, openings, _ = calendar
    own = dict(openings).get(day)
    return bool(week[day.weekday()]) and day not in closed if own is None else bool(own)


@lru_cache(maxsize=1024)
def _clock(calendars: tuple[_Frozen, ...], first: date, last: date) -> Clock:
    return Clock(union(*(_opened(calendar, first, last) for calendar in calendars)))


@lru_cache(maxsize=1024)
def _opened(calendar: _Frozen, first: date, last: date) -> Intervals:
    zone, week, closed, openings, closes_day = calendar
    wall = WallClock(zone, first, last)
    found = _instants(
        wall, _regular(week, {day for day, _ in openings} | (set() if closes_day else closed), first, last)
    )
    if closes_day:
        begins = midnights(sorted(day for day in closed if first <= day <= last + timedelta(days=1)))
        found = minus(found, merged(np.column_stack((wall.opening(begins), wall.opening(begins + DAY)))))
    extra = _instants(wall, _extra(openings, first, last))
    found = union(found, extra)
    found.setflags(write=False)
    return found


def midnights(days: Sequence[date]) -> Minutes:
    """The beginnings of days, as minutes that wall clocks show since 1970-01-01 00:00."""
    return np.array([(day.toordinal() - _DAY_ZERO) * DAY for day in days], dtype=np.int64)


def _regular(week: tuple[tuple[Window, ...], ...], left_out: set[date], first: date, last: date) -> Iterator[Intervals]:
    days = np.arange(first.toordinal(), last.toordinal() + 1)
    days = days[~np.isin(days, [day.toordinal() for day in left_out])]
    for weekday, windows in enumerate(week):
        begins = (days[(days + 6) % 7 == weekday] - _DAY_ZERO) * DAY
        yield from (_shown(begins, window) for window in windows)


def _extra(openings: tuple[tuple[date, tuple[Window, ...]], ...], first: date, last: date) -> Iterator[Intervals]:
    for day, windows in openings:
        if first <= day <= last:
            yield from (_shown(midnights([day]), window) for window in windows)


def _shown(begins: Minutes, window: Window) -> Intervals:
    return np.column_stack((begins + window.opens, begins + window.opens + window.minutes))


def _instants(wall: WallClock, shown: Iterator[Intervals]) -> Intervals:
    local = np.concatenate([NOTHING, *shown])
    return merged(np.column_stack((wall.opening(local[:, 0]), wall.closing(local[:, 1]))))


NOTHING: Intervals = np.empty((0, 2), dtype=np.int64)
"""No time at all."""
NOTHING.setflags(write=False)


def intervals(*spans: tuple[int, int]) -> Intervals:
    """The union of spans of time, each from an instant until another."""
    found: Intervals = np.array(spans, dtype=np.int64).reshape(-1, 2)
    return found if len(spans) == 1 and spans[0][0] < spans[0][1] else merged(found)


def merged(spans: Intervals) -> Intervals:
    """Spans in any order, overlapping or empty, as intervals."""
    return covered(1, spans)


def covered(least: int, *parts: Intervals) -> Intervals:
    """The instants that lie in at least so many of the parts; a part counts as often as its spans overlap there."""
    return _reaching(least, [(NOTHING, 1), *((part, 1) for part in parts)])


def union(*parts: Intervals) -> Intervals:
    """The instants that lie in any of the parts."""
    return parts[0] if len(parts) == 1 else covered(1, *parts)


def intersection(*parts: Intervals) -> Intervals:
    """The instants that lie in every part."""
    if len(parts) == 2 and 1 in map(len, parts):
        return _clipped(*sorted(parts, key=len, reverse=True))
    return parts[0] if len(parts) == 1 else covered(len(parts), *parts)


def _clipped(time: Intervals, span: Intervals) -> Intervals:
    if not len(span):
        return NOTHING
    found = np.column_stack((np.maximum(time[:, 0], span[0, 0]), np.minimum(time[:, 1], span[0, 1])))
    return found[found[:, 0] < found[:, 1]]


def minus(whole: Intervals, taken: Intervals) -> Intervals:
    """The instants of the whole that do not lie in what is taken."""
    return _reaching(1, [(whole, 1), (taken, -1)])


def total_minutes(time: Intervals) -> int:
    """How long intervals are together."""
    return int((time[:, 1] - time[:, 0]).sum())


def _reaching(least: int, weighted: list[tuple[Intervals, int]]) -> Intervals:
    """The instants at which the weights of the parts that are open add up to so much."""
    kept = [(part[part[:, 1] > part[:, 0]], weight) for part, weight in weighted]
    at = np.concatenate([part[:, side] for side in (0, 1) for part, _ in kept])
    lengths = [len(part) for part, _ in kept]
    steps = np.repeat([sign * weight for sign in (1, -1) for _, weight in kept], lengths * 2)
    order = np.argsort(at, kind="stable")
    at, level = at[order], np.cumsum(steps[order])
    settled = np.append(at[1:] != at[:-1], True)[: len(at)]
    at, holds = at[settled], level[settled] >= least
    changes = holds != np.append(False, holds)[:-1]
    found: Intervals = at[changes].reshape(-1, 2)
    return found


class Clock:
    """A clock that runs only in some intervals, asked by prefix sums: elapsed(a, b) = F(b) − F(a), due = F⁻¹.

    F(t) is the open time before the instant t. All methods take one instant or an array of them.
    """

    def __init__(self, time: Intervals) -> None:
        self.intervals = time
        self.edges: Minutes = time.ravel()
        self._opens = np.append(time[:, 0], NEVER)
        self._closes = np.append(time[:, 1], NEVER)
        self._before = np.append(0, np.cumsum(time[:, 1] - time[:, 0]))
        shift = self._before - self._opens
        self._run_shift, self._run_most = np.append(NEVER, shift), np.append(-NEVER, self._closes)
        self._shift_back = -np.append(shift[:1], shift)

    @property
    def known_until(self) -> int:
        """The last closing; what the clock does afterwards is not known."""
        return int(self.edges[-1]) if len(self.edges) else -NEVER

    def runs(self, at: Minutes | int) -> npt.NDArray[np.bool_]:
        """Whether the clock runs at an instant."""
        span = np.searchsorted(self._opens[:-1], at, "right") - 1
        return np.asarray((span >= 0) & (at < self._closes[span]))

    def elapsed(self, start: Minutes | int, end: Minutes | int) -> Minutes:
        """Open minutes from one instant to another."""
        return self.run(end) - self.run(start)

    def due(self, start: Minutes | int, minutes: Minutes | int) -> Minutes:
        """The first instant at which so many minutes have run since the start; `NEVER` where the calendar ends before.

        No minutes at all are over at the start itself, open or not; of an array of minutes all are more than none.
        """
        if isinstance(minutes, int) and minutes == 0:
            return np.asarray(start, dtype=np.int64)
        reached: Minutes = np.minimum(self.reached(self.run(start) + minutes), NEVER)
        return reached

    def back(self, end: Minutes, minutes: int) -> Minutes:
        """The earliest and the latest starts from which `minutes` later it is `end`; none before the calendar begins."""
        if minutes == 0:
            return end
        run = self.run(end) - minutes
        run = run[run >= 0]
        return np.concatenate((self.reached(run), self.reached(run, "right")))

    def run(self, at: Minutes | int) -> Minutes:
        """F: the open time before an instant."""
        span = np.searchsorted(self._opens, at, "right")
        inside = np.minimum(at, self._run_most[span]) + self._run_shift[span]
        return np.asarray(np.maximum(inside, 0))

    def reached(self, run: Minutes | int, side: Literal["left", "right"] = "left") -> Minutes:
        """F⁻¹: the first instant before which so much was open, or the last one; from `NEVER` on where it never is."""
        return np.asarray(self._shift_back[np.searchsorted(self._before, run, side)] + run)


def wall_clock(minute: int, zone: str) -> str:
    """An instant as clocks and calendars of a zone show it: "Sat 14 Nov 2026 09:00".

    In an hour that the clocks show twice, the name of the time follows: "Sun 25 Oct 2026 01:30 GMT".
    """
    local = _local(ZoneInfo(zone), minute)
    return f"{_WEEKDAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year} {_time_text(local)}"


def span_text(start: int, end: int, zone: str) -> str:
    """A span of time: "Sat 14 Nov 2026 09:00–13:00 (Europe/London)"; one that passes midnight shows both days."""
    first, last = _local(ZoneInfo(zone), start), _local(ZoneInfo(zone), end)
    if last.date() == first.date():
        until = _time_text(last)
    elif (last.date() - first.date(), last.hour, last.minute) == (timedelta(days=1), 0, 0):
        until = "24:00"
    else:
        until = wall_clock(end, zone)
    return f"{wall_clock(start, zone)}–{until} ({zone})"


def _time_text(local: datetime) -> str:
    repeated = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{local:%H:%M} {local.tzname()}" if repeated else f"{local:%H:%M}"
