"""Routes: how late support arrives, for the worst moment at which a fault may be reported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sdflow.domain.service_time import NEVER, Clock, Minutes


@dataclass(frozen=True)
class TierTime:
    """What one tier of a route may take: minutes of its own clock, passing on included."""

    name: str
    clock: Clock
    minutes: int


@dataclass(frozen=True)
class Lateness:
    """How late a route arrives from its worst start, in minutes of elapsed time; at or below 0 it holds.

    `slowest_tier` has the largest share of the elapsed time from there. `endless` says that from the worst
    start support does not arrive while the calendars last; `minutes` is then the least that is certain. Where no
    start was tried, nothing can be late.
    """

    minutes: int
    worst_start: int
    slowest_tier: str
    starts_tried: int
    endless: bool = False


def lateness(
    agreed: Clock,
    promised_minutes: int,
    tiers: Sequence[TierTime],
    horizon: tuple[int, int],
    starts: Clock | None = None,
) -> Lateness:
    """The greatest reach(s) − due(s) over every start s of the horizon at which `starts` (else `agreed`) runs.

    reach(s) is s advanced through the tiers, each on its own clock; due(s) is s advanced by the promise on the
    agreed clock. Between the edges of all calendars, pulled back through the tiers before them, both are straight
    lines, so the edges and the minute after each decide. Calendars must reach far enough past the horizon: what they
    do not reach counts as late, never as on time.
    """
    tried = _starts(agreed, promised_minutes, tiers, horizon, starts or agreed)
    if not len(tried):
        return Lateness(0, horizon[0], "", 0)
    arrivals = [tried]
    for tier in tiers:
        arrivals.append(tier.clock.due(arrivals[-1], tier.minutes))
    due = np.minimum(agreed.due(tried, promised_minutes), np.maximum(agreed.known_until, tried))
    worst = int((arrivals[-1] - due).argmax())
    path, owed = [int(arrival[worst]) for arrival in arrivals], int(due[worst])
    slowest = int(np.diff(path).argmax())
    endless = path[-1] >= NEVER
    late = max(1, _known_until(tiers) - owed) if endless else path[-1] - owed
    return Lateness(late, path[0], tiers[slowest].name, len(tried), endless)


def worst_elapsed(clock: Clock, minutes: int, horizon: tuple[int, int]) -> tuple[int, int]:
    """The longest elapsed time that so many minutes of a clock can take, and the start from which they do.

    Explains a promise to people and decides nothing: E(d) = max over s of due(s, d) − s, where only closing
    instants need trying. A start from which the calendar ends too soon is left out.
    """
    closings = clock.intervals[:, 1]
    tried = np.append(closings[(closings >= horizon[0]) & (closings < horizon[1])], horizon[0])
    due = clock.due(tried, minutes)
    taken = np.where(due < NEVER, due - tried, -1)
    worst = int(taken.argmax())
    return int(taken[worst]), int(tried[worst])


def _known_until(tiers: Sequence[TierTime]) -> int:
    return max(tier.clock.known_until for tier in tiers)


def _starts(
    agreed: Clock, promised: int, tiers: Sequence[TierTime], horizon: tuple[int, int], starts: Clock
) -> Minutes:
    edges = np.concatenate(list(_edges(agreed, promised, tiers, starts)))
    # Between edges lateness can also rise where the agreed clock stands still: then the last start of a piece decides.
    tried = np.concatenate((edges, edges + 1, starts.edges - 1, np.array(horizon) - (0, 1)))
    tried = np.sort(tried[(tried >= horizon[0]) & (tried < horizon[1])], kind="stable")
    tried = tried[np.append(True, tried[1:] != tried[:-1])[: len(tried)]]
    possible: Minutes = tried[starts.runs(tried)]
    return possible


def _edges(agreed: Clock, promised: int, tiers: Sequence[TierTime], starts: Clock) -> Iterator[Minutes]:
    yield from (starts.edges, agreed.back(agreed.edges, promised))
    if starts is not agreed:
        yield agreed.edges
    for position, tier in enumerate(tiers):
        edges = tier.clock.edges
        for earlier in reversed(tiers[:position]):
            edges = earlier.clock.back(edges, earlier.minutes)
        yield edges
