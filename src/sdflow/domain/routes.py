"""Routes: how late support arrives, for the worst moment at which a fault may be reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sdflow.domain.deadlines import Deadline, InTurn, Together
from sdflow.domain.service_time import NEVER, Clock, Minutes


@dataclass(frozen=True)
class Side:
    """Who works at a station of a route, and by when that part is done, passing on included."""

    name: str
    deadline: Deadline


@dataclass(frozen=True)
class TierTime:
    """One station of a route: all who work there at the same time. The later one counts."""

    sides: Sequence[Side]

    @property
    def deadline(self) -> Deadline:
        """By when the station is left."""
        deadlines = [side.deadline for side in self.sides]
        return deadlines[0] if len(deadlines) == 1 else Together(deadlines)

    def last_from(self, arrival: int) -> str:
        """Who is done last, of those who begin at an instant."""
        at = np.array([arrival])
        return max(self.sides, key=lambda side: int(side.deadline.due(at)[0])).name


@dataclass(frozen=True)
class Lateness:
    """How late a route arrives from its worst start, in minutes of elapsed time; at or below 0 it holds.

    `slowest_tier` has the largest share of the elapsed time from there; where several work side by side, it is the last of
    them. `endless` says that from the worst start support does not arrive while the calendars last; `minutes` is then the
    least that is certain. Where no start was tried, nothing can be late.
    """

    minutes: int
    worst_start: int
    slowest_tier: str
    starts_tried: int
    endless: bool = False


def lateness(promised: Deadline, tiers: Sequence[TierTime], horizon: tuple[int, int], starts: Clock) -> Lateness:
    """The greatest reach(s) − due(s) over every start s of the horizon at which the clock `starts` runs.

    reach(s) is s advanced through the tiers; due(s) is what was promised for s. Between the edges of all of them, pulled back
    through the tiers before, both are straight lines, so the edges and the minute after each decide. Calendars must
    reach far enough past the horizon: what they do not reach counts as late, never as on time.
    """
    stations = [tier.deadline for tier in tiers]
    tried = _starts(promised, InTurn(stations), horizon, starts)
    if not len(tried):
        return Lateness(0, horizon[0], "", 0)
    arrivals = [tried]
    for station in stations:
        arrivals.append(station.due(arrivals[-1]))
    due = np.minimum(promised.due(tried), np.maximum(promised.known_until, tried))
    worst = int((arrivals[-1] - due).argmax())
    path, owed = [int(arrival[worst]) for arrival in arrivals], int(due[worst])
    slowest = int(np.diff(path).argmax())
    endless = path[-1] >= NEVER
    late = max(1, max(station.known_until for station in stations) - owed) if endless else path[-1] - owed
    return Lateness(late, path[0], tiers[slowest].last_from(path[slowest]), len(tried), endless)


def worst_elapsed(promised: Deadline, horizon: tuple[int, int]) -> tuple[int, int]:
    """The longest elapsed time that what is promised can take, and the start from which it does.

    Explains a promise to people and decides nothing: E = max over s of due(s) − s, whether the clock runs at s or
    not. Of a clock only closing instants need trying; the edges and the minute after each, and the ends of the horizon, hold
    for everything. A start from which the calendar ends too soon is left out.
    """
    edges = promised.edges
    tried: Minutes = np.concatenate((edges, edges + 1, np.array(horizon) - (0, 1)))
    tried = tried[(tried >= horizon[0]) & (tried < horizon[1])]
    due = promised.due(tried)
    taken = np.where(due < NEVER, due - tried, -1)
    worst = int(taken.argmax())
    return int(taken[worst]), int(tried[worst])


def _starts(promised: Deadline, reach: Deadline, horizon: tuple[int, int], starts: Clock) -> Minutes:
    edges = np.concatenate((starts.edges, promised.edges, promised.jumps, reach.edges))
    # Between edges lateness can also rise where what is due stands still: then the last start of a piece decides.
    tried = np.concatenate((edges, edges + 1, starts.edges - 1, np.array(horizon) - (0, 1)))
    tried = np.sort(tried[(tried >= horizon[0]) & (tried < horizon[1])], kind="stable")
    tried = tried[np.append(True, tried[1:] != tried[:-1])[: len(tried)]]
    possible: Minutes = tried[starts.runs(tried)]
    return possible
