"""Service clock: how long something took in agreed time, and by when it was due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Self

import numpy as np
import numpy.typing as npt

from sdflow.domain.alignment.times import AFTER_DAYS, MOST_DAYS, Expansion, Span, Stage
from sdflow.domain.deadlines import ByClock, Deadline
from sdflow.domain.measured import UNKNOWN, Pauses, Rows, Seconds
from sdflow.domain.service_time import NEVER, Clock
from sdflow.domain.target import MissedAt

Truths = npt.NDArray[np.bool_]
_DAY = 86_400
_MINUTE = 60
_BEFORE = timedelta(days=14)
"""How far before the first start calendars are expanded, so that no window and no working day before it is missing."""


@dataclass(frozen=True)
class Judged:
    """What became of cases, one in each row, as was known at an instant.

    `due` is by when each was due, with its pauses; `NEVER` where the calendar never comes so far. `elapsed` is how long
    its clock ran until it stopped, in seconds of agreed time, or until that instant where it still runs. `missed` says
    that it was not in time. `undecided` says that nothing can be said: it did not begin, or still runs and is not due yet.
    """

    due: Seconds
    elapsed: Seconds
    missed: Truths
    undecided: Truths


@dataclass(frozen=True)
class ServiceClock:
    """The clock of one target, in seconds, on calendars that reach over everything that is asked.

    What is due in minutes or in hours of working days is due by the clock; cut-offs and days that are no hours have
    deadlines of their own. Whoever pauses such a one moves it on by the agreed time of the pauses.
    """

    stage: Stage
    clock: Clock
    deadline: Deadline

    @classmethod
    def over(cls, stage: Stage, *instants: Seconds) -> Self:
        """The clock of a target, expanded for instants in seconds, however many of them are `UNKNOWN`."""
        expansion = _expansion(stage, instants)
        return cls(stage, expansion.clock(stage.hours), expansion.deadline(Span((stage,))))

    def elapsed(self, start: Seconds, end: Seconds, pauses: Pauses | None = None) -> Seconds:
        """Agreed seconds from each start to its end, those of pauses left out; 0 where it ends before it starts.

        A pause without an end counts for nothing here; `judge` lets it last until an instant.
        """
        begun = self.clock.run(start)
        found: Seconds = np.maximum(self.clock.run(end) - begun, 0)
        if pauses is None:
            return found
        stood = self._paused(_pauses_of(pauses.placed, start, end), len(start)) + pauses.lengths(len(start))
        return np.maximum(found - stood, 0)

    def due(self, start: Seconds, pauses: Pauses | None = None) -> Seconds:
        """The instant by which each is due that begins at a start, pauses made good that have an end."""
        due: Seconds = np.minimum(self.deadline.due(start), NEVER)
        if pauses is None:
            return due
        moved = self._moved(due, _pauses_of(pauses.placed, start, np.full(len(start), NEVER)))
        return self._later(moved, pauses.lengths(len(start)))

    def judge(self, start: Seconds, stop: Seconds, pauses: Pauses, as_of: int) -> Judged:
        """What became of each case, as known at an instant in seconds; what stops after it still ran then.

        Missed is what stops after the instant that is due, or at it where the target says so, be the hours open then or
        closed. Pauses count only where the target lets the clock stand; overlapping ones count once, and one without an end
        lasts until that instant. Those that begin after it was due make nothing good. Of which nobody knows when they began
        counts their length, taken off what elapsed and added to what is due.
        """
        stopped = (stop != UNKNOWN) & (stop <= as_of)
        end = np.where(stopped, stop, as_of)
        due, elapsed = self._both(start, end)
        if self.stage.target.pauses_for_customer and len(pauses.row):
            placed, lengths = pauses.placed, pauses.lengths(len(start))
            ended = Pauses(placed.row, placed.since, np.where(placed.until == UNKNOWN, as_of, placed.until))
            elapsed = np.maximum(elapsed - self._paused(_pauses_of(ended, start, end), len(start)) - lengths, 0)
            due = self._later(self._moved(due, _pauses_of(ended, start, np.full(len(start), as_of))), lengths)
        over = end >= due if self.stage.target.missed is MissedAt.at else end > due
        begun = (start != UNKNOWN) & (start <= as_of)
        if begun.all():
            return Judged(due, elapsed, over, ~(stopped | over))
        due, elapsed = np.where(begun, due, NEVER), np.where(begun, elapsed, 0)
        return Judged(due, elapsed, over & begun, ~begun | ~(stopped | over))

    def _both(self, start: Seconds, end: Seconds) -> tuple[Seconds, Seconds]:
        begun = self.clock.run(start)
        elapsed = np.maximum(self.clock.run(end) - begun, 0)
        if isinstance(self.deadline, ByClock) and self.deadline.minutes:
            return np.minimum(self.clock.reached(begun + self.deadline.minutes), NEVER), elapsed
        return np.minimum(self.deadline.due(start), NEVER), elapsed

    def _paused(self, pauses: Pauses, count: int) -> Seconds:
        found = np.zeros(count, dtype=np.int64)
        np.add.at(found, pauses.row, self.clock.elapsed(pauses.since, pauses.until))
        return found

    def _moved(self, due: Seconds, pauses: Pauses) -> Seconds:
        """What is due without pauses, moved on by each pause that begins before what is then due."""
        long = self.clock.elapsed(pauses.since, pauses.until)
        before = _sum_before(pauses.row, long)
        first = due[pauses.row]
        in_time = np.where(
            before > 0, self.clock.run(pauses.since) < self.clock.run(first) + before, pauses.since < first
        )
        paused = np.zeros(len(due), dtype=np.int64)
        np.add.at(paused, pauses.row[in_time], long[in_time])
        return self._later(due, paused)

    def _later(self, due: Seconds, by: Seconds) -> Seconds:
        """Instants moved on by so much agreed time each."""
        moved = np.flatnonzero((by > 0) & (due < NEVER))
        if len(moved):
            due = due.copy()
            due[moved] = self.clock.due(due[moved], by[moved])
        return due


def _expansion(stage: Stage, instants: Iterable[Seconds]) -> Expansion:
    known = [found for one in instants if len(found := one[one != UNKNOWN])]
    first = _day(min((int(one.min()) for one in known), default=0)) - _BEFORE
    last = _day(max((int(one.max()) for one in known), default=0))
    after = min(AFTER_DAYS + 2 * stage.days_needed, MOST_DAYS)
    return Expansion(first, last + timedelta(days=after), _MINUTE)


def _day(instant: int) -> date:
    return datetime.fromtimestamp(instant // _DAY * _DAY, UTC).date()


def _pauses_of(pauses: Pauses, start: Seconds, end: Seconds) -> Pauses:
    """Pauses by their rows and beginnings, cut to what lies between start and end, overlapping ones made one."""
    since, until = np.maximum(pauses.since, start[pauses.row]), np.minimum(pauses.until, end[pauses.row])
    kept = (since < until) & (pauses.since != UNKNOWN)
    row, since, until = pauses.row[kept], since[kept], until[kept]
    order = np.lexsort((since, row))
    row, since, until = row[order], since[order], until[order]
    reach = _latest_so_far(row, until)
    new = np.append(True, (row[1:] != row[:-1]) | (since[1:] > reach[:-1]))[: len(row)]
    ends = np.append(new[1:], True)[: len(row)]
    return Pauses(row[new], since[new], reach[ends])


def _latest_so_far(row: Rows, until: Seconds) -> Seconds:
    """The latest end among the pauses of the same row up to each, rows in ascending order."""
    if not len(row):
        return until
    least = int(until.min())
    wide = int(until.max()) - least + 1
    place = np.cumsum(np.append(0, row[1:] != row[:-1]))
    latest: Seconds = np.maximum.accumulate(place * wide + until - least) - place * wide + least
    return latest


def _sum_before(row: Rows, amount: Seconds) -> Seconds:
    """The sum of the amounts of the same row before each, rows in ascending order."""
    total = np.append(0, np.cumsum(amount))[: len(amount)]
    first = np.searchsorted(row, row, "left")
    before: Seconds = total - total[first]
    return before
