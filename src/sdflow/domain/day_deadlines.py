"""Day deadlines: what is due so many working days later, at the same time of day or when the hours close."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from sdflow.domain.deadlines import ByTimeOfDay, Deadline
from sdflow.domain.service_time import (
    DAY,
    NEVER,
    CalendarHours,
    Clock,
    Minutes,
    WallClock,
    midnights,
    united_clock,
    working_days,
)

_SECONDS = 60
_DAY = DAY * _SECONDS


@dataclass(frozen=True)
class WorkingDays:
    """The working days of calendars between two days, as instants in minutes.

    A working day is one on which a window of any of the calendars opens. It begins at its first opening, and lasts until
    the next one's; so what a window has open after midnight belongs to the day on which it opened. `closes` is when the
    last window closes that opened on it. `midnights` are the beginnings of the days as the clocks of the zone show them.
    """

    zone: str
    first: date
    last: date
    clock: Clock
    opens: Minutes
    closes: Minutes
    midnights: Minutes

    @classmethod
    def of(cls, calendars: Sequence[CalendarHours], zone: str, first: date, last: date) -> WorkingDays:
        """The working days from first to last."""
        running = united_clock(calendars, first, last)
        days = working_days(calendars, first, last)
        opens, closes = np.full(len(days), NEVER), np.full(len(days), -NEVER)
        for calendar in calendars:
            own = working_days((calendar,), first, last)
            at, edges = np.searchsorted(midnights(days), midnights(own)), _own_edges(calendar, own)
            opens[at], closes[at] = np.minimum(opens[at], edges[0]), np.maximum(closes[at], edges[1])
        return cls(zone, first, last, running, opens, running.reached(running.run(closes)), midnights(days))

    @property
    def wall(self) -> WallClock:
        """What the clocks of the zone show."""
        return WallClock(self.zone, self.first, self.last)


def _own_edges(calendar: CalendarHours, days: Sequence[date]) -> tuple[Minutes, Minutes]:
    """The instants at which a calendar's first window opens on each of its working days, and its last one closes."""
    if not days:
        return midnights(days), midnights(days)
    windows = [calendar.openings.get(day, calendar.week[day.weekday()]) for day in days]
    wall, begins = WallClock(calendar.zone, days[0], days[-1]), midnights(days)
    opens = np.array([min(window.opens for window in some) for some in windows], dtype=np.int64)
    closes = np.array([max(window.opens + window.minutes for window in some) for some in windows], dtype=np.int64)
    return wall.opening(begins + opens), wall.closing(begins + closes)


@dataclass(frozen=True)
class InPieces:
    """Due by a table: from every start until the first of `edges`, its own included, at `base`, or so much after the start.

    Where `moves` is 1 the instant that is due moves with the start and `base` is the time between them; where it is 0 it
    stands still and `base` is the instant. It may fall back, where the clocks show an hour twice.
    """

    edges: Minutes
    base: Minutes
    moves: Minutes

    @property
    def known_until(self) -> int:
        """The last instant that is given."""
        return int(self.due(self.edges[-1:])[0]) if len(self.edges) else -NEVER

    @property
    def jumps(self) -> Minutes:
        """Every edge."""
        return self.edges

    def due(self, start: Minutes) -> Minutes:
        """The instant of the start's piece."""
        piece = np.searchsorted(self.edges, start, "left")
        due: Minutes = np.append(self.base, NEVER)[piece] + start * np.append(self.moves, 0)[piece]
        return due

    def back(self, end: Minutes) -> Minutes:
        """The starts from which it is due then, in the pieces in which the due instant moves."""
        moving = self.moves == 1
        begins = np.append(-NEVER, self.edges[:-1] + 1)[moving]
        ends, base = self.edges[moving], self.base[moving]
        order = np.argsort(begins + base, kind="stable")
        begins, ends, base = begins[order], ends[order], base[order]
        last = np.searchsorted(begins + base, end, "right") - 1
        found = []
        for step in range(_overlap(begins + base, ends + base) + 1):
            piece = last - step
            start = end - base[np.maximum(piece, 0)] if len(base) else end
            found.append(start[(piece >= 0) & _within(start, begins, ends, piece)])
        return np.concatenate(found)


def _overlap(least: Minutes, most: Minutes) -> int:
    """How many pieces after one at most begin to be due before it is due for the last time."""
    return int((np.searchsorted(least, most, "right") - 1 - np.arange(len(least))).max(initial=0))


def _within(start: Minutes, begins: Minutes, ends: Minutes, piece: Minutes) -> npt.NDArray[np.bool_]:
    if not len(begins):
        return np.zeros(len(start), dtype=bool)
    at = np.maximum(piece, 0)
    found: npt.NDArray[np.bool_] = (begins[at] <= start) & (start <= ends[at])
    return found


def at_the_close(days: WorkingDays, count: int, unit: int = 1) -> Deadline:
    """Due when the working day closes that comes so many after the local day of the start, in units of which a minute has `unit`."""
    edges = days.wall.opening(days.midnights) * unit - 1
    due = days.closes[count - 1 :] * unit
    return ByTimeOfDay(edges[: len(due)], due)


def at_the_same_time(days: WorkingDays, count: int, unit: int = 1) -> Deadline:
    """Due so many working days after the start, at the same time of day, in units of which a minute has `unit`.

    What starts outside the hours counts as started at the next opening. What starts after the midnight in a window that
    opened before it is due after the midnight that follows its own working day. A time of day that the clocks of the zone
    show twice is due at the second, one that they skip at the jump; the day's own hours do not matter.
    """
    cuts = np.unique(np.concatenate(list(_cuts(days))))
    begins, ends = cuts[:-1], cuts[1:]
    due, later = (_same_time(days, count, begins * _SECONDS + second) for second in (0, 1))
    known = due < NEVER
    begins, ends, due, later = begins[known], ends[known], due[known], later[known]
    moves = later - due
    base = (due - moves * begins * _SECONDS) // _SECONDS
    kept = np.append((base[1:] != base[:-1]) | (moves[1:] != moves[:-1]), True)[: len(base)]
    return InPieces(ends[kept] * unit - 1, base[kept] * unit, moves[kept])


def _cuts(days: WorkingDays) -> Iterator[Minutes]:
    """Instants between which what is due at the same time of day stands still or moves on evenly, and some more."""
    wall = days.wall
    every = midnights([days.first + timedelta(days=number) for number in range((days.last - days.first).days + 2)])
    yield from (days.clock.edges, days.opens, wall.opening(every))
    for local in np.unique(np.concatenate([[0], *_local_changes(wall)]) % DAY):
        yield from (wall.opening(every + local), wall.closing(every + local))


def _local_changes(wall: WallClock) -> Iterator[Minutes]:
    """What the clocks show before and after each change of their offset; the change itself is an edge of one of them."""
    changes = np.flatnonzero(np.diff(wall.offset)) + 1
    yield from (wall.since[changes] + wall.offset[changes - 1], wall.since[changes] + wall.offset[changes])


def _same_time(days: WorkingDays, count: int, start: Minutes) -> Minutes:
    """The instants that are due, in seconds, one by one."""
    clock, wall = Clock(days.clock.intervals * _SECONDS), WallClock(days.zone, days.first, days.last, _SECONDS)
    opened = clock.reached(clock.run(start), "right")
    own = np.maximum(np.searchsorted(days.opens * _SECONDS, opened, "right") - 1, 0)
    due = np.full(len(start), NEVER)
    known = (opened < NEVER) & (own + count < len(days.opens))
    opened, own = opened[known], own[known]
    shown = opened + wall.offset[np.searchsorted(wall.since, opened, "right") - 1]
    since_midnight = shown - days.midnights[own] * _SECONDS
    since_midnight = np.where(since_midnight < 2 * _DAY, since_midnight, _DAY + since_midnight % _DAY)
    due[known] = wall.closing(days.midnights[own + count] * _SECONDS + since_midnight)
    return due
