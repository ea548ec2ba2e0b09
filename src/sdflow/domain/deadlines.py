"""Deadlines: by when something is done that begins at an instant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Protocol

import numpy as np

from sdflow.domain.service_time import NEVER, Clock, Minutes, times_of_day

_NONE: Minutes = np.empty(0, dtype=np.int64)


class Deadline(Protocol):
    """Gives for every start the instant that is due, in pieces: in each it stands still or moves with the start.

    All methods take one instant or an array of them; `NEVER` is what the calendars do not reach.
    """

    @property
    def known_until(self) -> int:
        """What is due after this instant is not known."""

    @property
    def edges(self) -> Minutes:
        """The last starts of the pieces: after each the instant that is due moves, stands still or is another one."""

    @property
    def jumps(self) -> Minutes:
        """The last starts before the instant that is due jumps, in any order."""

    def due(self, start: Minutes) -> Minutes:
        """The instants that are due."""

    def back(self, end: Minutes) -> Minutes:
        """The earliest and the latest starts from which these instants are due, where the due instant moves at all."""


@dataclass(frozen=True)
class ByClock:
    """Due when a clock has run for so many minutes; none at all are over at once, whether it runs or not."""

    clock: Clock
    minutes: int

    @property
    def known_until(self) -> int:
        """The last closing of the calendar."""
        return self.clock.known_until

    @property
    def edges(self) -> Minutes:
        """The edges of the calendar."""
        return self.clock.edges if self.minutes else _NONE

    @property
    def jumps(self) -> Minutes:
        """The starts whose last minute is the last one before a closing."""
        return self.clock.back(self.clock.edges, self.minutes) if self.minutes else _NONE

    def due(self, start: Minutes) -> Minutes:
        """The instant at which the clock has run so long."""
        return self.clock.due(start, self.minutes)

    def back(self, end: Minutes) -> Minutes:
        """The starts from which the clock has just run so long."""
        return self.clock.back(end, self.minutes)


@dataclass(frozen=True)
class ByTimeOfDay:
    """Due at fixed instants: from every start until the first of `edges`, its own included, at the first of `instants`."""

    edges: Minutes
    instants: Minutes

    @property
    def known_until(self) -> int:
        """The last instant that is given."""
        return int(self.instants[-1]) if len(self.instants) else -NEVER

    @property
    def jumps(self) -> Minutes:
        """Every edge."""
        return self.edges

    def due(self, start: Minutes) -> Minutes:
        """The instant of the start's piece."""
        due: Minutes = np.append(self.instants, NEVER)[np.searchsorted(self.edges, start, "left")]
        return due

    def back(self, end: Minutes) -> Minutes:
        """None: what is due never moves with the start."""
        return _NONE

    def in_units(self, unit: int) -> ByTimeOfDay:
        """The same in units of which a minute has so many."""
        return self if unit == 1 else ByTimeOfDay((self.edges + 1) * unit - 1, self.instants * unit)


@lru_cache(maxsize=256)
def by_time_of_day(
    zone: str, days: tuple[date, ...], reported_before: int, due_at: int, otherwise_at: int
) -> ByTimeOfDay:
    """A cut-off on working days, all in minutes after midnight on the clocks of a zone.

    What starts on one of the days before `reported_before` is due at `due_at` that day; everything else is due at `otherwise_at`
    on the next of the days. So each day has two pieces: from the cut-off before until its midnight, and until its own cut-off.
    """
    cut_offs, dues, others = (times_of_day(zone, days, minute) for minute in (reported_before, due_at, otherwise_at))
    midnights = times_of_day(zone, days, 0, first=True)
    edges: Minutes = np.column_stack((midnights, cut_offs)).ravel() - 1
    return ByTimeOfDay(edges, np.column_stack((others, dues)).ravel())


@dataclass(frozen=True)
class InTurn:
    """One after another: each begins when the one before it is due."""

    parts: Sequence[Deadline]

    @property
    def known_until(self) -> int:
        """What the part says that is known for the shortest time."""
        return min(part.known_until for part in self.parts)

    @property
    def edges(self) -> Minutes:
        """The edges of every part, as starts of the first."""
        return self._as_starts([part.edges for part in self.parts])

    @property
    def jumps(self) -> Minutes:
        """The jumps of every part, as starts of the first."""
        return self._as_starts([part.jumps for part in self.parts])

    def due(self, start: Minutes) -> Minutes:
        """When the last part is due."""
        for part in self.parts:
            start = part.due(start)
        return start

    def back(self, end: Minutes) -> Minutes:
        """The starts of the first part from which the last one is due then."""
        for part in reversed(self.parts):
            end = part.back(end)
        return end

    def _as_starts(self, each: Sequence[Minutes]) -> Minutes:
        found = each[-1]
        for part, own in zip(reversed(self.parts[:-1]), reversed(each[:-1]), strict=True):
            found = _distinct([own, part.back(found)])
        return found


@dataclass(frozen=True)
class Together:
    """Side by side: due when the last of them is.

    Where one overtakes another is no edge of interest: the later of two is never later than both, so a greatest
    lateness of the whole is one of a side.
    """

    sides: Sequence[Deadline]

    @property
    def known_until(self) -> int:
        """What the side says that is known for the shortest time."""
        return min(side.known_until for side in self.sides)

    @property
    def edges(self) -> Minutes:
        """The edges of every side."""
        return _distinct(side.edges for side in self.sides)

    @property
    def jumps(self) -> Minutes:
        """The jumps of every side."""
        return _distinct(side.jumps for side in self.sides)

    def due(self, start: Minutes) -> Minutes:
        """When the last side is due."""
        due: Minutes = np.maximum.reduce([side.due(start) for side in self.sides])
        return due

    def back(self, end: Minutes) -> Minutes:
        """The starts from which any of the sides is due then."""
        return _distinct(side.back(end) for side in self.sides)


def _distinct(parts: Iterable[Minutes]) -> Minutes:
    found: Minutes = np.sort(np.concatenate(list(parts)), kind="stable")
    distinct: Minutes = found[np.append(True, found[1:] != found[:-1])[: len(found)]]
    return distinct
